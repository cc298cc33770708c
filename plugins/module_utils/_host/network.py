# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Interfaces and packet filter rules that Kubernetes and its network plugins make."""

from __future__ import annotations

import itertools
import json
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_LINKS = re.compile(r"cni\d+|flannel\.\d+|kube-ipvs0|kube-bridge|nodelocaldns|vxlan\.calico")
_CHAINS = re.compile(r"(?:KUBE|CNI|cali|FLANNEL)-")
_TABLES = ("kube-proxy", "cni_hostport", "hostport")
_SAVES = (("iptables-save", "iptables-restore"), ("ip6tables-save", "ip6tables-restore"))


def links(text: str) -> list[str]:
    """Return our interfaces from `ip -json link`."""
    names = [item["ifname"] for item in json.loads(text or "[]")]
    return [name for name in names if _LINKS.fullmatch(name)]


def tables(text: str) -> list[tuple[str, str]]:
    """Return (family, name) of our tables from `nft list tables`."""
    pairs = re.findall(r"^table (\S+) (\S+)$", text, re.MULTILINE)
    return [(family, name) for family, name in pairs if name in _TABLES]


def without_chains(text: str) -> str | None:
    """Return what iptables-save said without our chains and rules, or None when there are none."""
    kept = [line for line in text.splitlines() if not _is_ours(line)]
    return None if len(kept) == len(text.splitlines()) else "\n".join(kept) + "\n"


def is_bare(text: str) -> bool:
    """Tell whether a listed table is what iptables alone makes: chains that accept, no rule."""
    lines = [line.strip() for line in text.splitlines() if not line.startswith("#")]
    return bool(lines) and all(
        re.fullmatch(r"table \S+ \S+ \{|chain [A-Z]+ \{|type .*policy accept;|\}|", line)
        for line in lines
    )


def found(system: System) -> list[str]:
    """Name every interface, table and set of chains that is there."""
    names = [f"interface {name}" for name in _links(system)]
    names += [f"nft table {family} {name}" for family, name in _nft(system)]
    names += [f"chains in {save}" for save, _restore in _SAVES if _cleaned(system, save)]
    return names


def plan_removal(system: System) -> Iterator[HostStep]:
    """Yield one step for all of it; what there is to remove is asked when the node is reset."""
    names = found(system)
    if names:
        yield HostStep(
            "Network/kubernetes", "delete", "Kubernetes made it", lambda: _remove(system),
            "\n".join(names),
        )  # fmt: skip


def _remove(system: System) -> None:
    for name in _links(system):
        system.run("remove interface", name, ["ip", "link", "delete", name])
    for family, name in _nft(system):
        command = ["nft", "delete", "table", family, name]
        system.run("remove packet filter table", f"{family} {name}", command)
    for save, restore in _SAVES:
        text = _cleaned(system, save)
        if text:
            system.run("remove the chains of Kubernetes with", restore, [restore], stdin=text)
    for family, name in itertools.product(("ip", "ip6"), ("filter", "nat", "mangle", "raw")):
        if is_bare(system.ask("nft", "list", "table", family, name).stdout):
            system.ask("nft", "delete", "table", family, name)


def _links(system: System) -> list[str]:
    return links(system.ask("ip", "-json", "link", "show").stdout)


def _nft(system: System) -> list[tuple[str, str]]:
    return tables(system.ask("nft", "list", "tables").stdout)


def _cleaned(system: System, save: str) -> str | None:
    return without_chains(system.ask(save).stdout)


def _is_ours(line: str) -> bool:
    if line.startswith(":"):
        return bool(_CHAINS.match(line[1:]))
    words = line.split()
    if not words or words[0] != "-A":
        return False
    targets = [after for word, after in zip(words, words[1:]) if word in ("-A", "-j", "-g")]
    return any(_CHAINS.match(target) for target in targets)
