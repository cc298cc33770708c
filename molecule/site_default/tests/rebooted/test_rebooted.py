# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a reboot of w3: it came back by itself."""

from __future__ import annotations

import datetime
import typing as t

if t.TYPE_CHECKING:
    from conftest import Eventually, Kubectl, Unready
    from testinfra.host import Host

testinfra_hosts = ["ansible://w3"]
# Of Kubernetes' own: a name service that is not back yet fails the proof that comes next.
NAMESPACES = ("rook-ceph", "kube-system")
SECONDS = 300


def test_all_of_its_pods_run_again(host: Host, kubectl: Kubectl, eventually: Eventually) -> None:
    """For a while the API shows what was before the reboot: only newer containers count."""
    # Asked for first: however long the host takes to answer, its containers began after that.
    now = datetime.datetime.now(tz=datetime.UTC)
    booted = now - datetime.timedelta(seconds=int(host.check_output("ps -o etimes= -p 1")))

    def old() -> list[str]:
        pods = kubectl(
            "get", "pods", "--all-namespaces",
            "--field-selector=spec.nodeName=w3,status.phase!=Succeeded", "-o", "json",
        )["items"]  # fmt: skip
        states = [
            (pod["metadata"]["name"], each)
            for pod in pods
            if pod["metadata"]["namespace"] in NAMESPACES
            for each in pod["status"].get("containerStatuses", [])
        ]
        if not any(name.startswith("rook-ceph-osd-") for name, _state in states):
            return ["no OSD on w3"]
        return [
            f"{name}: {each['state']}"
            for name, each in states
            if not each["ready"]
            or datetime.datetime.fromisoformat(each["state"]["running"]["startedAt"]) < booted
        ]

    eventually(old, SECONDS)


def test_the_cluster_is_healthy_again(
    complaints: t.Callable[[], list[str]], eventually: Eventually
) -> None:
    eventually(complaints, SECONDS)


def test_every_node_is_ready_again(unready: Unready, eventually: Eventually) -> None:
    eventually(unready("cp1", "w1", "w2", "w3"), SECONDS)
