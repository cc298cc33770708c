# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Where distributions of Kubernetes keep a kubelet's arguments, and how they start it."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

PLUGIN_DIR = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec"
ROOT_DIR = "/var/lib/kubelet"
_CONFIGS = "Make a MachineConfig with another --volume-plugin-dir for all pools of nodes"


@dataclasses.dataclass(frozen=True)
class Layout:
    """One distribution.

    units are those that run the kubelet, the active one of them is restarted. settings are files
    with its arguments, the one that rules last, and own is the one that gets an argument that
    stands nowhere yet. Where a distribution would undo a change, managed says what to do instead.
    """

    name: str
    units: tuple[str, ...] = ("kubelet",)
    settings: tuple[str, ...] = ()
    own: str = ""
    plugin_dir: str = PLUGIN_DIR
    root_dir: str = ROOT_DIR
    managed: str = ""


def _rancher(name: str, units: tuple[str, ...], plugin_dir: str = PLUGIN_DIR) -> Layout:
    folder = f"/etc/rancher/{name}"
    settings = (f"{folder}/config.yaml", f"{folder}/config.yaml.d/*.yaml")
    own = f"{folder}/config.yaml.d/90-rookery.yaml"
    return Layout(name, units, settings, own, plugin_dir)


_SNAP = "/var/snap/microk8s"
LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout("kubeadm"),
        Layout("kubespray"),
        Layout("flatcar"),
        Layout(
            "openshift",
            managed=_CONFIGS,
            plugin_dir="/etc/kubernetes/kubelet-plugins/volume/exec",
        ),
        _rancher("k3s", ("k3s", "k3s-agent")),
        _rancher("rke2", ("rke2-server", "rke2-agent"), "/var/lib/kubelet/volumeplugins"),
        Layout(
            "microk8s",
            ("snap.microk8s.daemon-kubelite", "snap.microk8s.daemon-kubelet"),
            (f"{_SNAP}/current/args/kubelet",),
            f"{_SNAP}/current/args/kubelet",
            root_dir=f"{_SNAP}/common{ROOT_DIR}",
        ),
        Layout(
            "k0s",
            ("k0sworker", "k0scontroller"),
            ("/etc/systemd/system/k0sworker.service", "/etc/systemd/system/k0scontroller.service"),
            plugin_dir="/usr/libexec/k0s/kubelet-plugins/volume/exec",
            root_dir="/var/lib/k0s/kubelet",
        ),
    )
}  # fmt: skip
# What a snap puts in place of these.
_VARIABLES = {"${SNAP_COMMON}": f"{_SNAP}/common", "${SNAP_DATA}": f"{_SNAP}/current"}
# What is in the name of each process that is_kubelet tells.
NAMES = ("kube", "k3s")
# Programs that are a kubelet among other things.
_WHOLE = {"k3s": "k3s", "kubelite": "microk8s"}
_HOMES = {"/var/lib/rancher/rke2/": "rke2", "/var/lib/k0s/": "k0s", "/snap/microk8s/": "microk8s"}


def is_kubelet(words: Sequence[str]) -> bool:
    """Tell whether a process is a kubelet, or has one in it."""
    name = Path(words[0]).name
    if name == "k3s":
        return bool({"server", "agent"} & set(words[1:2]))
    return name in _WHOLE or "kubelet" in (name, *words[1:2])


def layout_of(system: System, words: Sequence[str]) -> Layout:
    """Return the distribution that a kubelet is of; without a process by the files alone."""
    program = words[0] if words else ""
    name = _WHOLE.get(Path(program).name, "")
    homes = [found for home, found in _HOMES.items() if program.startswith(home)]
    release = re.search(r"^ID=[\"']?(\w+)", system.text("/etc/os-release") or "", re.MULTILINE)
    if homes or name:
        name = homes[0] if homes else name
    elif system.path("/etc/machine-config-daemon/currentconfig").exists():
        name = "openshift"
    elif release and release[1] == "flatcar":
        name = "flatcar"
    elif system.path("/etc/kubernetes/kubelet.env").exists():
        name = "kubespray"
    return LAYOUTS[name or "kubeadm"]


def unit_of(system: System, layout: Layout) -> str:
    """Return the unit that runs the kubelet: of several the one that is active."""
    for unit in layout.units[:-1]:
        if not system.ask("systemctl", "is-active", unit).returncode:
            return unit
    return layout.units[-1]


def files_of(system: System, layout: Layout) -> list[str]:
    """Return the files with arguments that are there, the one that rules last."""
    found = (
        path
        for pattern in layout.settings
        for path in sorted(system.root.glob(pattern.lstrip("/")))
    )
    return [f"/{path.relative_to(system.root)}" for path in found]


def plain(value: str) -> str:
    """Return a directory without the variables of a snap."""
    for name, folder in _VARIABLES.items():
        value = value.replace(name, folder)
    return value
