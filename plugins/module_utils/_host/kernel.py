# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Kernel modules and settings of a host."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# What shows that a module without parameters is built in.
_TRACES = {"br_netfilter": "/proc/sys/net/bridge"}


def is_there(system: System, name: str) -> bool:
    """Tell whether a module is loaded, or built in, which no list of loaded ones tells."""
    plain = name.replace("-", "_")
    release = (system.text("/proc/sys/kernel/osrelease") or "").strip()
    built_in = system.text(f"/lib/modules/{release}/modules.builtin") or ""
    return (
        plain in re.findall(r"^\w+", system.text("/proc/modules") or "", re.MULTILINE)
        or plain in (system.text("/proc/filesystems") or "").split()
        or plain in re.findall(r"([^/\n]+)\.ko", built_in.replace("-", "_"))
        or system.path(_TRACES.get(plain, f"/sys/module/{plain}")).exists()
    )


def plan_modules(
    system: System, record: Record, wanted: Sequence[str], notes: list[str]
) -> Iterator[HostStep]:
    """Yield a step for each module that exists and is not loaded; note those that do not exist."""
    for name in wanted:
        if is_there(system, name):
            continue
        if system.ask("modprobe", "--dry-run", "--quiet", name).returncode:
            notes.append(f"Kernel module {name} is built in or not to be had; going on without it.")
            continue

        def load(name: str = name) -> None:
            record.note("modules", {name: None})
            system.run("load kernel module", name, ["modprobe", name])

        yield HostStep(f"KernelModule/{name}", "create", "not loaded", load, "", name)


def plan_module_removal(record: Record) -> Iterator[HostStep]:
    """Yield a step for each module loaded here: it is no longer loaded at boot.

    It stays in the running kernel, because whatever uses it now would lose it.
    """
    for name in sorted(record.section("modules")):

        def forget(name: str = name) -> None:
            record.forget("modules", name)

        yield HostStep(f"KernelModule/{name}", "delete", "not loaded at the next boot", forget)


def plan_sysctls(
    system: System, record: Record, wanted: Mapping[str, t.Any], notes: list[str]
) -> Iterator[HostStep]:
    """Yield a step for each setting with another value; note those that this kernel lacks."""
    for key, value in wanted.items():
        now, after = _value(system, key), str(value)
        if now is None:
            notes.append(f"Kernel setting {key} does not exist for this kernel; going on without.")
        elif now != after:

            def put(key: str = key, now: str = now, after: str = after) -> None:
                record.note("sysctls", {key: now})
                _set(system, key, after)

            yield HostStep(f"Sysctl/{key}", "update", "value", put, now, after)


def plan_sysctl_removal(system: System, record: Record) -> Iterator[HostStep]:
    """Yield a step for each setting that was changed here: it gets its former value."""
    for key, before in sorted(record.section("sysctls").items()):
        now = _value(system, key)

        def put(key: str = key, before: str = before, now: str | None = now) -> None:
            if now not in (None, before):
                _set(system, key, before)
            record.forget("sysctls", key)

        yield HostStep(f"Sysctl/{key}", "update", "as it was before", put, now or "", before)


def _file(key: str) -> str:
    return "/proc/sys/" + key.replace(".", "/")


def _value(system: System, key: str) -> str | None:
    text = system.text(_file(key))
    return None if text is None else " ".join(text.split())


def _set(system: System, key: str, value: str) -> None:
    system.path(_file(key)).write_text(value + "\n")
