# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Everything that a kubelet, kubeadm and their containers leave on a host."""

from __future__ import annotations

import contextlib
import errno
import os
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import mounts, network, purge
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

KUBELET_CONFIG = "/var/lib/kubelet/config.yaml"
_CLUSTER = "/etc/kubernetes"
_FILES = (
    *(f"{_CLUSTER}/{name}.conf" for name in (
        "admin", "super-admin", "kubelet", "bootstrap-kubelet", "controller-manager", "scheduler",
    )),
    *(f"{_CLUSTER}/manifests/{name}.yaml" for name in (
        "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler",
    )),
    KUBELET_CONFIG,
    "/var/lib/etcd/member",
)  # fmt: skip
_FOLDERS = (
    _CLUSTER, "/var/lib/kubelet", "/var/lib/etcd", "/var/lib/cni", "/var/lib/calico",
    "/run/flannel", "/var/log/pods", "/var/log/containers", "/usr/libexec/kubernetes",
    "/var/lib/dockershim", "/run/kubernetes",
)  # fmt: skip
_MOUNTED = ("/var/lib/kubelet", "/run/containerd/io.containerd.runtime.v2.task/k8s.io")
_SLICE = "kubepods.slice"
# Where the kernel tells them to be mounted; /var/run leads there.
_NETWORKS = "/run/netns"


def files(system: System) -> list[str]:
    """Return the files by which kubeadm itself tells that a node is in use."""
    return [name for name in _FILES if system.path(name).exists()]


def stop(system: System) -> None:
    """End the kubelet and whatever its pods still run, and unmount their volumes."""
    system.ask("systemctl", "stop", "kubelet")
    if _pod_groups(system):
        system.run("stop the containers in", _SLICE, ["systemctl", "stop", _SLICE])
    for group in _pod_groups(system):
        # systemd forgets the hierarchies that it does not use itself.
        for folder, _folders, _files in os.walk(group, topdown=False):
            try:
                os.rmdir(folder)
            except OSError as problem:
                # It may be removing it at this moment; and what is in use is named at the end.
                if problem.errno not in (errno.ENOENT, errno.EBUSY, errno.ENOTEMPTY):
                    raise
    for folder in _MOUNTED:
        for point in _mounted(system, folder):
            _unmount(system, point)


def processes(system: System) -> list[str]:
    """Return the processes in the pods' control groups."""
    found: set[str] = set()
    for group in _pod_groups(system):
        for file in group.rglob("cgroup.procs"):
            with contextlib.suppress(OSError):
                found.update(file.read_text().split())
    return sorted(found, key=int)


def plan_removal(system: System) -> Iterator[HostStep]:
    """Yield a step for each directory that is left after a reset."""
    for name in (*_FOLDERS, *_interface_configs(system)):
        if purge.is_left(system, name):

            def remove(name: str = name) -> None:
                if name.startswith(_NETWORKS):
                    for point in _mounted(system, name):
                        _unmount(system, point)
                purge.remove(system, name)

            yield HostStep(f"Directory/{name}", "delete", "Kubernetes made it", remove)


def prove_none(system: System) -> None:
    """Look again, and raise with everything that is still there."""
    left = [f"file {name}" for name in files(system)]
    left += [f"process {process}" for process in processes(system)]
    left += [f"mount {point}" for point in _mounted(system, "/var/lib/kubelet")]
    left += [f"directory {name}" for name in _FOLDERS if purge.is_left(system, name)]
    left += network.found(system)
    if left:
        raise ClientError(
            "take Kubernetes from", "this node",
            f"still there: {', '.join(left)}. Remove these by hand and run again",
        )  # fmt: skip


def _mounted(system: System, folder: str) -> list[str]:
    """Return what is mounted at or below a directory, without a disk of its own there."""
    found = mounts.mounts(system)
    points = mounts.below(found, folder)
    return [point for point in points if point != folder or not mounts.has_disk(found, folder)]


def _unmount(system: System, point: str) -> None:
    """Unmount what containerd may be unmounting at this moment."""
    try:
        # Whoever looks for the users of a volume whose storage is gone, as fuser does, hangs too.
        cure = f"`fuser -vm {point}` names users; use `umount --lazy` if its storage is gone"
        system.run("unmount", point, ["umount", point], cure=cure)
    except ClientError:
        if any(mount.point == point for mount in mounts.mounts(system)):
            raise


def _pod_groups(system: System) -> list[Path]:
    top = system.path("/sys/fs/cgroup")
    return [*top.glob(_SLICE), *top.glob(f"*/{_SLICE}"), *top.glob("*/kubepods")]


def _interface_configs(system: System) -> list[str]:
    """Return the state of containerd's own network calls."""
    return [
        "/" + str(path.relative_to(system.root)) for path in system.path(_NETWORKS).glob("cni-*")
    ]
