# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The directories of a host's kubelet: found, set where what rules them is written, restored."""

from __future__ import annotations

import http.client
import time
import typing as t
import urllib.request

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    GuardError,
    Refusal,
    WaitTimeout,
)
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    controller_manager,
    files,
    kubelet_settings,
    units,
)
from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.kubelet_settings import Kubelet
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

    Wish = Mapping[str, t.Any]

_RECORD = _UNIT = "kubelet"
_ASK_SECONDS = 0.5


def plan_present(system: System, kubelet: Kubelet, wish: Wish) -> Iterator[HostStep]:
    """Yield the steps to a kubelet that uses the wanted directory. Reads only."""
    record, wanted = Record(system, _RECORD), wish["volume_plugin_dir"].rstrip("/")
    if not kubelet.found:
        return
    _refuse(system, kubelet, wish["root_dir"].rstrip("/"), wanted)
    if not wanted:
        return
    differs = kubelet.volume_plugin_dir != wanted
    if differs:
        yield from _owing(record, [_setting(system, record, kubelet, wanted)])
    answered = wish["answered"].rstrip("/")
    if differs or answered not in ("", wanted) or units.is_owed(record, _UNIT):
        reason = "it has to read its setting" if differs else "it has not read its setting yet"
        yield _restart(system, record, reason, kubelet, wish["wait_timeout"])
    yield from controller_manager.plan_present(system, record, wanted)


def plan_absent(system: System, kubelet: Kubelet, wish: Wish) -> Iterator[HostStep]:
    """Yield the steps back to the directory that was there before the first change."""
    record = Record(system, _RECORD)
    values = record.section("values")
    restored = [_restored(system, record, *value) for value in sorted(values.items())]
    yield from _owing(record, restored)
    owed = units.is_owed(record, _UNIT)
    if kubelet.running and (values or owed):
        yield _restart(system, record, "as it was before", kubelet, wish["wait_timeout"])
    managers = list(controller_manager.plan_absent(system, record))
    yield from managers
    yield from files.plan_empty_directories(system, record)
    if values or managers or owed or record.section("directories"):
        yield HostStep(f"Record/{_RECORD}", "delete", "nothing is left of it", record.remove)


def _refuse(system: System, kubelet: Kubelet, root: str, wanted: str) -> None:
    """Raise for what this module does not change, and for what could not work."""
    refusals = []
    if root and kubelet.root_dir != root:
        reason = f"this kubelet's root directory is not {root}, and its volumes are mounted there"
        cure = "Set rook_kubelet_root_dir to it, or move this kubelet while no pod runs here"
        refusals.append(Refusal(f"Directory/{kubelet.root_dir}", reason, cure))
    if wanted and not kubelet_settings.is_writable(system, wanted):
        reason = "it is on a file system that is read-only, so no driver can be put there"
        cure = (
            "Set rook_kubelet_volume_plugin_dir to another one, say /var/lib/kubelet/volumeplugins"
        )
        refusals.append(Refusal(f"Directory/{wanted}", reason, cure))
    differs = bool(wanted) and wanted != kubelet.volume_plugin_dir
    if differs and kubelet.managed:
        reason = f"{kubelet.distribution} writes this kubelet's unit, and would set it back"
        refusals.append(Refusal("Unit/kubelet", reason, kubelet.managed))
    elif differs and not kubelet.ruling:
        reason = f"this kubelet runs with neither --config nor --{kubelet_settings.FLAG}"
        cure = "Give it a configuration file (--config), and run again"
        refusals.append(Refusal("Unit/kubelet", reason, cure))
    if refusals:
        raise GuardError(refusals)


def _owing(record: Record, changes: Sequence[HostStep]) -> Iterator[HostStep]:
    """Yield changes of files that the kubelet reads, whatever its unit is called."""
    read = [step.id.partition("/")[2] for step in changes]
    return units.owing(record, changes, [{"name": _UNIT, "restart_on": read}])


def _setting(system: System, record: Record, kubelet: Kubelet, wanted: str) -> HostStep:
    """Return the step that writes the directory where what rules it stands."""
    path = kubelet.ruling
    there = system.text(path)
    text = there or ""
    before = kubelet_settings.value_of(text, path)
    after = kubelet_settings.with_value(text, path, wanted)

    def write() -> None:
        record.note("values", {path: before})
        files.make_directory(system, record, wanted)
        if there is None:
            files.make_directory(system, record, path.rpartition("/")[0])
        mode = 0o600 if there is None else system.path(path).stat().st_mode & 0o7777
        system.write(path, after, mode)

    reason = f"{kubelet.volume_plugin_dir} is not {wanted}"
    return HostStep(f"File/{path}", "update", reason, write, text, after)


def _restored(system: System, record: Record, path: str, before: str | None) -> HostStep:
    """Return the step that gives a file its former value; what else changed there stays."""
    text = system.text(path)
    after = "" if text is None else kubelet_settings.with_value(text, path, before)

    def write() -> None:
        if text is not None and before is None and not after.strip():
            # There was no such file.
            system.remove(path)
        elif text is not None:
            system.write(path, after, system.path(path).stat().st_mode & 0o7777)
        record.forget("values", path)

    return HostStep(f"File/{path}", "update", "as it was before", write, text or "", after)


def _restart(
    system: System, record: Record, reason: str, kubelet: Kubelet, seconds: int
) -> HostStep:
    unit = kubelet.unit or _UNIT

    def restart() -> None:
        units.act(system, unit, ["restart"])
        wait_until_healthy(unit, kubelet.health_url, seconds)
        units.settle(record, _UNIT)

    return HostStep(f"Unit/{unit}", "update", reason, restart, "", "restarted")


def wait_until_healthy(
    unit: str,
    url: str,
    seconds: float,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> None:
    """Return when the kubelet says that it is well; raise with its last answer at the limit."""
    end = clock() + seconds
    # A proxy of the host's knows nothing of what listens on the host itself.
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while url:
        try:
            with straight.open(url, timeout=5):
                return
        # What listens there may speak another language.
        except (OSError, http.client.HTTPException) as problem:
            reason = str(problem)
        if clock() >= end:
            cure = f"Look at `journalctl -u {unit}` on this host"
            raise WaitTimeout({f"Unit/{unit}": f"{url} answers: {reason}. {cure}"}, seconds)
        sleep(_ASK_SECONDS)
