# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Debian packages: what is missing is installed, and exactly that is removed again."""

from __future__ import annotations

import fnmatch
import re
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_QUIET = {
    "DEBIAN_FRONTEND": "noninteractive",
    "APT_LISTCHANGES_FRONTEND": "none",
    "NEEDRESTART_SUSPEND": "1",
}
_APT = (
    "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0",
    "-o", "Dpkg::Options::=--force-confold",
)  # fmt: skip
# Another apt reads the lists, as that of cloud-init does; for dpkg's locks apt itself waits.
_LISTS_SECONDS, _PAUSE = 300.0, 5.0
_INTERRUPTED = "dpkg --configure -a"
_CURE = "Check the host's package sources (apt-get update), or correct the list of packages"


def installed(text: str) -> dict[str, str]:
    """Return name -> version from dpkg-query's lines of name, status and version.

    A status is what is wanted, as hold, and what is so: only that tells whether it is installed.
    """
    rows = (line.split("\t") for line in text.splitlines() if line.count("\t") == 2)
    return {name: version for name, status, version in rows if status[1:2] == "i"}


def named(text: str, word: str) -> list[str]:
    """Return the packages that a simulation of apt would install (Inst) or remove (Remv, Purg)."""
    return re.findall(rf"^{word} (\S+)", text, re.MULTILINE)


def missing(wanted: Iterable[str], present: t.Mapping[str, str]) -> list[str]:
    """Return which of the wanted NAME or NAME=VERSION (with *) are not installed so."""
    found = []
    for wish in wanted:
        name, _, version = wish.partition("=")
        if name not in present or (version and not fnmatch.fnmatch(present[name], version)):
            found.append(wish)
    return found


def plan_packages(system: System, record: Record, wanted: Sequence[str]) -> Iterator[HostStep]:
    """Yield one step that installs all that is missing."""
    if not wanted:
        return
    if not system.has("apt-get"):
        raise ClientError(
            "install packages on", "this host",
            "it has no apt-get, and only Debian and its relatives are supported. Install "
            f"{', '.join(wanted)} yourself and set the role's list of packages to []",
        )  # fmt: skip
    wishes = missing(wanted, _present(system))
    if wishes:

        def install() -> None:
            names = ", ".join(wishes)

            def apt(action: str, target: str, *words: str) -> str:
                return _apt(system, action, target, words, _CURE)

            apt("read the lists of", "packages", "update")
            words = ("--no-install-recommends", "install", *wishes)
            new = named(apt("install", names, *words, "--simulate"), "Inst")
            record.note("packages", dict.fromkeys(set(new) - set(_present(system))))
            apt("install", names, *words)

        yield HostStep(
            f"Package/{','.join(wishes)}", "create", "not installed", install,
            "", "\n".join(wishes),
        )  # fmt: skip


def plan_removal(system: System, record: Record, notes: list[str]) -> Iterator[HostStep]:
    """Yield one step that removes what was installed here and is needed by nothing else."""
    mine = left(system, record)
    if not mine:
        return
    kept = _needed_elsewhere(system, mine)
    if kept:
        notes.append(
            f"Packages {', '.join(mine)} stay: {', '.join(kept)}, installed by somebody else, "
            "would go with them. Remove those first and run again."
        )
        return

    def remove() -> None:
        cure = "Repair dpkg (dpkg --configure -a) and run again"
        _apt(system, "remove", ", ".join(mine), ("purge", *mine), cure)

    yield HostStep(
        f"Package/{','.join(mine)}", "delete", "installed by this role", remove, "\n".join(mine)
    )


def _apt(system: System, action: str, target: str, words: Sequence[str], cure: str) -> str:
    """Return what apt says; what an interrupted run of dpkg has left is finished first."""
    end = time.monotonic() + _LISTS_SECONDS
    command, finished = [*_APT, *words], False
    while True:
        try:
            return system.run(
                action, target, command, environment=_QUIET, cure=cure, limit=system.LONG
            )
        except ClientError as problem:
            held = "/lists/lock" in problem.detail and time.monotonic() < end
            if held:
                time.sleep(_PAUSE)
            elif _INTERRUPTED in problem.detail.replace(cure, "") and not finished:
                finished = True
                _finish(system)
            else:
                raise


def _finish(system: System) -> None:
    """Configure what dpkg had unpacked when it was interrupted."""
    command = ["dpkg", "--force-confold", "--configure", "-a"]
    cure = "Repair it on this host (dpkg --audit) and run again"
    system.run(
        "finish", "packages that dpkg left half done", command,
        environment=_QUIET, cure=cure, limit=system.LONG,
    )  # fmt: skip


def left(system: System, record: Record) -> list[str]:
    """Return the packages that were installed here and are there."""
    return sorted(set(record.section("packages")) & _known(system))


def _needed_elsewhere(system: System, mine: Sequence[str]) -> list[str]:
    """Return the packages beyond our own that would be removed too."""
    command = [*_APT, "purge", "--simulate", *mine]
    cure = "Release those on hold (apt-mark unhold), or repair dpkg (dpkg --configure -a)"
    text = system.run("ask what needs", ", ".join(mine), command, environment=_QUIET, cure=cure)
    going = {name.split(":")[0] for word in ("Remv", "Purg") for name in named(text, word)}
    return sorted(going - set(mine))


def _present(system: System) -> dict[str, str]:
    return installed(_query(system))


def _known(system: System) -> set[str]:
    """Return the packages that dpkg knows anything of, settings left behind included."""
    rows = (line.split("\t") for line in _query(system).splitlines() if line.count("\t") == 2)
    return {name for name, status, _version in rows if not status.startswith(("un", "pn"))}


def _query(system: System) -> str:
    form = "-f=${Package}\t${db:Status-Abbrev}\t${Version}\n"
    return system.ask("dpkg-query", "-W", form).stdout
