# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""All that one role wants of a host, planned and done in one go."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError, Refusal
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    files,
    images,
    kernel,
    packages,
    purge,
    steps,
    units,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

    Wish = Mapping[str, t.Any]


@dataclasses.dataclass
class HostPlan:
    """What is to be done, and what is to be told besides."""

    steps: list[steps.HostStep]
    notes: list[str]


def plan_present(system: System, wish: Wish) -> HostPlan:
    """Compare the host with what is wanted. Reads only.

    Files come before packages, so that a daemon starts for the first time with its settings; images
    come last, because they need containerd.
    """
    record = Record(system, wish["name"])
    notes: list[str] = []
    _refuse(system, wish)
    early = list(units.owing(record, _before_units(system, record, wish, notes), wish["units"]))
    changed = [
        step.id.partition("/")[2]
        for step in early
        if step.id.startswith("File/") and not step.permits
    ]
    return HostPlan(
        [
            *early,
            *units.plan_units(system, record, wish["units"], changed),
            *images.plan_images(system, record, wish["images"]),
        ],
        notes,
    )


def _before_units(
    system: System, record: Record, wish: Wish, notes: list[str]
) -> Iterator[steps.HostStep]:
    """Yield what comes before units, in its order."""
    named = [item["path"] for item in wish["files"]] + [item["dest"] for item in wish["copies"]]
    for found in (
        kernel.plan_modules(system, record, wish["modules"], notes),
        kernel.plan_sysctls(system, record, wish["sysctls"], notes),
        files.plan_directories(system, record, wish["directories"]),
        files.plan_unwanted(system, record, named),
        files.plan_files(system, record, wish["files"]),
        files.plan_copies(system, record, wish["copies"]),
        packages.plan_packages(system, record, wish["packages"]),
    ):
        yield from found


def plan_absent(system: System, wish: Wish) -> HostPlan:
    """Plan the way back to how the host was before the record began. Reads only."""
    record = Record(system, wish["name"])
    notes: list[str] = []
    installed = record.section("packages")
    paths = [item["path"] for item in wish["purge"] if item["package"] in (None, *installed)]
    purged = list(purge.plan_purge(system, paths))
    touched = bool(record.section("units"))
    found = [
        *images.plan_image_removal(system, record),
        *units.plan_unit_removal(system, record),
        *packages.plan_removal(system, record, notes),
        *files.plan_unwanted(system, record, ()),
        *kernel.plan_sysctl_removal(system, record),
        *kernel.plan_module_removal(record),
        *purged,
        *files.plan_empty_directories(system, record),
    ]
    if touched:
        found.append(
            steps.HostStep(
                "Unit/systemd", "update", "reload", lambda: units.finish_removal(system, record)
            )
        )
    if found:
        found.append(
            steps.HostStep(
                f"Record/{wish['name']}", "delete", "nothing is left of it",
                lambda: _close(system, wish["name"]),
            )
        )  # fmt: skip
    return HostPlan(found, notes)


def probes(system: System, wanted: Mapping[str, t.Sequence[str]]) -> dict[str, bool]:
    """Tell for each name whether all of its files exist."""
    return {
        name: all(system.path(path).exists() for path in paths) for name, paths in wanted.items()
    }


def digests(system: System, wanted: t.Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of each file; empty for one that does not exist."""
    texts = {path: system.text(path) for path in wanted}
    return {
        path: ""
        if text is None
        else hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
        for path, text in texts.items()
    }


def _close(system: System, name: str) -> None:
    """Remove a record that names nothing any more; packages that stay keep it.

    Until here it names those that are gone, because what they held goes after them.
    """
    record = Record(system, name)
    if not packages.left(system, record):
        record.remove()


def _refuse(system: System, wish: Wish) -> None:
    """Raise for everything that must hold before the first change."""
    refusals = []
    address = wish.get("address")
    if address and address not in _addresses(system):
        refusals.append(
            Refusal(
                f"Address/{address}", "this host does not have it on any interface",
                "Set the node's address to one that `ip address` shows on it",
            )
        )  # fmt: skip
    swaps = (system.text("/proc/swaps") or "").splitlines()[1:]
    if wish.get("swap_refused") and swaps:
        refusals.append(
            Refusal(
                f"Swap/{swaps[0].split()[0]}", "a kubelet does not start while the host swaps",
                "Turn swap off (swapoff and /etc/fstab), or permit it to the kubelet: failSwapOn",
            )
        )  # fmt: skip
    refusals += [_drift(system, item) for item in wish["expects"] if _differs(system, item)]
    if refusals:
        raise GuardError(refusals)


def _addresses(system: System) -> set[str]:
    words = system.ask("ip", "-oneline", "address", "show").stdout.split()
    return {word.split("/")[0] for before, word in zip(words, words[1:]) if before in _FAMILIES}


_FAMILIES = ("inet", "inet6")


def _differs(system: System, item: Wish) -> bool:
    """A file that is not there yet cannot contradict."""
    return system.text(item["path"]) not in (None, item["content"])


def _drift(system: System, item: Wish) -> Refusal:
    old, new = (system.text(item["path"]) or "").splitlines(), item["content"].splitlines()
    changes = [
        hidden(line) for line in difflib.unified_diff(old, new, lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]  # fmt: skip
    return Refusal(f"File/{item['path']}", f"{item['reason']}: {'; '.join(changes)}", item["cure"])
