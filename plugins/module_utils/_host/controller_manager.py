# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Where a controller manager of kubeadm looks for FlexVolume drivers: a flag of its static pod.

The kubelet starts the pod anew when its file changes; nothing has to be restarted by hand. The file
is replaced as a whole, by one with a dot before its name, which a kubelet does not read.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host.kubelet_layouts import PLUGIN_DIR
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

MANIFEST = "/etc/kubernetes/manifests/kube-controller-manager.yaml"
FLAG = "flex-volume-plugin-dir"
_SECTION = "controller_manager"
_VALUE = re.compile(rf"^(\s*)- --{FLAG}=(.*?)/?[ \t]*\n", re.MULTILINE)
_COMMAND = re.compile(r"^(\s*)- kube-controller-manager[ \t]*\n", re.MULTILINE)


def value_of(text: str) -> str | None:
    """Return the directory that a manifest names, or None when it names none."""
    found = _VALUE.search(text)
    return found[2] if found else None


def with_value(text: str, value: str | None) -> str:
    """Return a manifest with another directory, or none; what is mounted there follows."""
    before, after = value_of(text) or PLUGIN_DIR, value or PLUGIN_DIR
    line = rf"\g<1>- --{FLAG}={value}\n" if value else ""
    if value_of(text) is not None:
        text = _VALUE.sub(line, text)
    else:
        text = _COMMAND.sub(rf"\g<0>{line}", text)
    return re.sub(
        rf"^(\s*(?:- )?(?:mountPath|path): ){re.escape(before)}/?[ \t]*$",
        rf"\g<1>{after}", text, flags=re.MULTILINE,
    )  # fmt: skip


def plan_present(system: System, record: Record, wanted: str) -> Iterator[HostStep]:
    """Yield the step to a controller manager that looks where the kubelets do."""
    text = system.text(MANIFEST)
    now = value_of(text) if text else None
    if text is None or (now or PLUGIN_DIR) == wanted:
        return
    after = with_value(text, wanted)
    if after == text:
        return

    def write() -> None:
        record.note(_SECTION, {MANIFEST: now})
        system.write(MANIFEST, after, 0o600)

    reason = f"{now or PLUGIN_DIR} is not {wanted}"
    yield HostStep(f"File/{MANIFEST}", "update", reason, write, text, after)


def plan_absent(system: System, record: Record) -> Iterator[HostStep]:
    """Yield the step back to what was there; what else changed in the file stays."""
    for path, before in sorted(record.section(_SECTION).items()):
        text = system.text(path)
        after = "" if text is None else with_value(text, before)

        def write(path: str = path, text: str | None = text, after: str = after) -> None:
            if text is not None:
                system.write(path, after, 0o600)
            record.forget(_SECTION, path)

        yield HostStep(f"File/{path}", "update", "as it was before", write, text or "", after)
