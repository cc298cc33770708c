# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""One node of a kubeadm cluster: made, resumed when making it broke off, and taken away."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError, Refusal
from ansible_collections.rookery.rook.plugins.module_utils._host import kube_traces, mounts, network
from ansible_collections.rookery.rook.plugins.module_utils._host.record import FOLDER, Record
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_RECORD = "kubeadm"
MARKER = f"{FOLDER}/kubernetes-joined"
# With the token that lets nodes join: of one name, so that what a killed run left is found.
_CONFIG = "/run/rookery-kubeadm.yml"
_SOCKET = "--cri-socket=unix:///run/containerd/containerd.sock"
RESET_SECONDS = 900.0
_CURE = (
    "Unmount with `umount --lazy` what `grep kubelet /proc/mounts` shows of storage that is gone, "
    "and run again"
)


def plan_present(system: System, program: str, verb: str, config: str) -> Iterator[HostStep]:
    """Yield the steps to a node that kubeadm has finished; `verb` is init or join."""
    finished = system.path(MARKER).exists()
    if finished and system.path(kube_traces.KUBELET_CONFIG).exists():
        return
    record = Record(system, _RECORD)
    traces = kube_traces.files(system)
    if traces and not record.section("begun"):
        raise GuardError(
            [
                Refusal(
                    f"File/{trace}", "it belongs to a Kubernetes that this role did not make",
                    "Set rook_kubernetes_adopt to use that cluster, or take it away with "
                    "`kubeadm reset`",
                )
                for trace in traces
            ]
        )  # fmt: skip
    if traces and finished:
        # A reset would take etcd's data with it.
        raise GuardError(
            [
                Refusal(
                    f"File/{kube_traces.KUBELET_CONFIG}",
                    f"it is gone from a node that was finished and still has {', '.join(traces)}",
                    "Put it back, or take the node away with rook_kubernetes_state absent first",
                )
            ]
        )  # fmt: skip
    if traces:
        yield HostStep(
            "Kubeadm/reset", "delete", "an earlier run broke off", lambda: _reset(system, program)
        )

    def make() -> None:
        record.note("begun", {verb: None})
        _with_config(system, program, verb, config)
        system.write(MARKER, f"{verb}\n", 0o600)

    yield HostStep(f"Kubeadm/{verb}", "create", "not part of the cluster", make)


def plan_absent(system: System, program: str, keep_etcd_member: bool) -> Iterator[HostStep]:
    """Yield the steps to a node without any trace of Kubernetes."""
    record = Record(system, _RECORD)
    traces = kube_traces.files(system)
    if traces and not record.section("begun"):
        raise GuardError(
            [
                Refusal(
                    f"File/{traces[0]}", "it belongs to a Kubernetes that this role did not make",
                    "Take it away with `kubeadm reset`, or set rook_kubernetes_adopt to leave it",
                )
            ]
        )  # fmt: skip
    if not record.section("begun"):
        return
    clients = mounts.storage_clients(mounts.mounts(system))
    if clients:
        raise GuardError(
            [
                Refusal(
                    f"Mount/{client}", "a pod still uses this volume",
                    "Delete the pod, or unmount it by hand when its storage is gone for good",
                )
                for client in clients
            ]
        )  # fmt: skip
    if traces or kube_traces.processes(system):
        yield _end(system, program, keep_etcd_member, whole=bool(traces))
    yield from network.plan_removal(system)
    yield from kube_traces.plan_removal(system)

    def forget() -> None:
        kube_traces.prove_none(system)
        for name in (MARKER, _CONFIG):
            system.remove(name)
        record.remove()

    yield HostStep("Record/kubeadm", "delete", "nothing is left of Kubernetes", forget)


def _end(system: System, program: str, keep_etcd_member: bool, *, whole: bool) -> HostStep:
    """Return what ends Kubernetes here; after a reset that broke off its pods may have outlived."""
    if not whole:
        return HostStep(
            "Kubeadm/pods", "delete", "a reset broke off", lambda: kube_traces.stop(system)
        )

    def reset() -> None:
        _reset(system, program, keep_etcd_member)

    return HostStep("Kubeadm/reset", "delete", "part of the cluster", reset)


def _with_config(system: System, program: str, verb: str, config: str) -> None:
    """Run kubeadm on a configuration that nobody else can read and that is gone afterwards."""
    system.write(_CONFIG, config, 0o600)
    command = [program, verb, f"--config={system.path(_CONFIG)}"]
    try:
        quiet = ["--skip-token-print"] if verb == "init" else []
        system.run(
            verb, "this node with kubeadm", [*command, *quiet],
            cure="`journalctl -u kubelet` on this host tells more. Run again: what is left of this "
            "try is reset first", limit=system.LONG,
        )  # fmt: skip
    finally:
        system.remove(_CONFIG)


def _reset(system: System, program: str, keep_etcd_member: bool = False) -> None:
    # From here on the node is not finished: a run that breaks off may be taken up by another reset.
    system.remove(MARKER)
    skip = ["--skip-phases=remove-etcd-member"] if keep_etcd_member else []
    command = [program, "reset", "--force", _SOCKET, "--cleanup-tmp-dir", *skip]
    if system.path(program).exists():
        # It asks etcd and each container, and unmounts volumes, whose storage may be gone.
        system.run("reset", "this node with kubeadm", command, cure=_CURE, limit=RESET_SECONDS)
    kube_traces.stop(system)
