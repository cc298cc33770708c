# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""systemd units: enabled, running, restarted when what they read has changed."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

    Wish = Mapping[str, t.Any]

_PROPERTIES = "Id,LoadState,ActiveState,UnitFileState"
# The section of a record that names units which have still to be restarted.
_OWED = "restart"


def parse_show(text: str) -> dict[str, dict[str, str]]:
    """Return unit -> properties from what `systemctl show` says of several units."""
    units = {}
    for block in text.strip().split("\n\n"):
        pairs = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if "Id" in pairs:
            units[pairs["Id"]] = pairs
    return units


def states(system: System, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Ask systemd for all units at once."""
    if not names:
        return {}
    full = [name if "." in name else f"{name}.service" for name in names]
    known = parse_show(system.ask("systemctl", "show", f"--property={_PROPERTIES}", *full).stdout)
    return {name: known.get(unit, {}) for name, unit in zip(names, full)}


def owing(
    record: Record, changes: Iterable[HostStep], wanted: Sequence[Wish]
) -> Iterator[HostStep]:
    """Yield changes; one of what a unit reads notes first that the unit has to be restarted.

    A run that breaks off between both, as where packages are installed, leaves a file that is
    right, and the next one would see no reason.
    """
    readers: dict[str, dict[str, None]] = {}
    for wish in wanted:
        for path in wish.get("restart_on") or ():
            readers.setdefault(f"File/{path}", {})[wish["name"]] = None
    for step in changes:
        owes = step.id in readers and not step.permits
        yield _noting(record, step, readers[step.id]) if owes else step


def _noting(record: Record, step: HostStep, names: Mapping[str, None]) -> HostStep:
    def do() -> None:
        record.note(_OWED, names)
        step.do()

    return dataclasses.replace(step, do=do)


def is_owed(record: Record, name: str) -> bool:
    """Tell whether a unit has still to be restarted for what an earlier run changed."""
    return name in record.section(_OWED)


def settle(record: Record, name: str) -> None:
    """Note that a unit has read what was changed."""
    record.forget(_OWED, name)


def act(system: System, name: str, verbs: Iterable[str]) -> None:
    """Let systemd read its files, and do something with a unit."""
    system.run("reload", "systemd", ["systemctl", "daemon-reload"])
    for verb in verbs:
        cure = f"Look at `journalctl -u {name}` on this host"
        system.run(verb, f"unit {name}", ["systemctl", verb, name], cure=cure)


def plan_units(
    system: System, record: Record, wanted: Sequence[Wish], changed: Collection[str]
) -> Iterator[HostStep]:
    """Yield a step for each unit that is not as wanted, or reads one of the changed files."""
    known = states(system, [wish["name"] for wish in wanted])
    for wish in wanted:
        name, now = wish["name"], known[wish["name"]]
        condition = wish.get("started_when")
        started = condition is None or system.path(condition).exists()
        active = now.get("ActiveState") in ("active", "activating", "reloading")
        touched = sorted(set(wish.get("restart_on") or ()) & set(changed))
        reason = f"{', '.join(touched)} changed" if touched else ""
        if is_owed(record, name):
            reason = reason or "what it reads was changed by a run that broke off"
        verbs = []
        if now.get("UnitFileState") not in ("enabled", "static"):
            verbs.append("enable")
        if reason and (active or started):
            verbs.append("restart")
        elif started and not active:
            verbs.append("start")
        if verbs or reason:
            yield _step(system, record, name, now, verbs, reason)


def _step(
    system: System, record: Record, name: str, now: Wish, verbs: list[str], reason: str
) -> HostStep:
    before = {"enabled": now.get("UnitFileState") == "enabled", "active": _is_active(now)}

    def do() -> None:
        if now.get("LoadState") in (None, "not-found"):
            record.note("units", {name: None})
        else:
            record.note("units", {name: before})
        act(system, name, verbs)
        settle(record, name)

    reason = reason or "not enabled or not running"
    shown = f"{now.get('UnitFileState') or 'not there'}, {now.get('ActiveState') or 'not there'}"
    return HostStep(
        f"Unit/{name}", "update", reason, do, shown, ", then ".join(verbs) or "reloaded"
    )


def plan_unit_removal(system: System, record: Record) -> Iterator[HostStep]:
    """Yield a step for each unit that was touched here: stopped, or as it was before."""
    recorded = record.section("units")
    known = states(system, sorted(recorded))
    for name in sorted(recorded):
        before, now = recorded[name], known[name]

        def undo(
            name: str = name, before: t.Any = before, there: bool = now.get("LoadState") == "loaded"
        ) -> None:
            before = before or {"enabled": False, "active": False}
            if there and not before["enabled"]:
                system.run("disable", f"unit {name}", ["systemctl", "disable", "--quiet", name])
            if there and not before["active"]:
                system.run("stop", f"unit {name}", ["systemctl", "stop", name])

        yield HostStep(f"Unit/{name}", "update", "as it was before", undo)


def finish_removal(system: System, record: Record) -> None:
    """Let systemd forget files that are gone; units that ran before run with their own again."""
    system.run("reload", "systemd", ["systemctl", "daemon-reload"])
    for name, before in sorted(record.section("units").items()):
        system.ask("systemctl", "reset-failed", name)
        if before and before["active"]:
            system.run("restart", f"unit {name}", ["systemctl", "restart", name])
        record.forget("units", name)


def _is_active(now: Wish) -> bool:
    return now.get("ActiveState") in ("active", "activating", "reloading")
