# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects and logs become lines of evidence, as signatures expect them."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.lines import (
    LONGEST,
    absences,
    layouts,
    line,
    lines_of,
    log_lines,
)

Object = dict[str, t.Any]
INSIDE = {"namespace": "rook-ceph"}


def told(item: Object) -> list[str]:
    return [f"{each.source} {each.object} | {each.text}" for each in lines_of(item)]


def a(kind: str, name: str, **more: t.Any) -> Object:
    return {"kind": kind, "metadata": {"name": name, **INSIDE}, **more}


def test_a_pod_tells_what_keeps_it_and_how_it_ended() -> None:
    status = {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                        "message": "0/3 nodes are available"}],
        "initContainerStatuses": [
            {"name": "activate", "state": {"terminated": {"reason": "Error", "exitCode": 2,
                                                          "message": "no label"}}},
        ],
        "containerStatuses": [
            {"name": "osd", "state": {"waiting": {"reason": "PodInitializing"}}},
            {"name": "log", "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "5m"}},
             "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}},
        ],
    }  # fmt: skip
    assert told(a("Pod", "osd-1", status=status)) == [
        "pod Pod/rook-ceph/osd-1 | unschedulable Unschedulable: 0/3 nodes are available",
        "pod Pod/rook-ceph/osd-1 | activate terminated Error (2): no label",
        "pod Pod/rook-ceph/osd-1 | log waiting CrashLoopBackOff: 5m",
        "pod Pod/rook-ceph/osd-1 | log terminated OOMKilled (137):",
    ]


def test_a_pod_that_is_well_tells_nothing() -> None:
    ended = {"name": "a", "state": {"terminated": {"reason": "Completed", "exitCode": 0}}}
    assert told(a("Pod", "x", status={"phase": "Running", "containerStatuses": [ended]})) == []


def test_a_node_tells_what_is_wrong_alone() -> None:
    conditions = [
        {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "gone"},
        {"type": "DiskPressure", "status": "False"},
        {"type": "MemoryPressure", "status": "True", "reason": "Little", "message": "m"},
    ]
    node = {"kind": "Node", "metadata": {"name": "w1"}, "status": {"conditions": conditions},
            "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}}  # fmt: skip
    assert told(node) == [
        "node Node//w1 | Ready=Unknown NodeStatusUnknown: gone",
        "node Node//w1 | MemoryPressure=True Little: m",
        "node Node//w1 | taint a:NoSchedule",
    ]


def test_a_cluster_tells_status_conditions_and_health() -> None:
    status = {
        "phase": "Ready", "state": "Created", "message": "well",
        "conditions": [{"type": "Ready", "status": "True", "reason": "R", "message": "m"}],
        "ceph": {"details": {"MON_DOWN": {"severity": "HEALTH_WARN", "message": "1/3 down"}}},
    }  # fmt: skip
    assert told(a("CephCluster", "c", status=status)) == [
        "status CephCluster/rook-ceph/c | phase Ready state Created: well",
        "condition CephCluster/rook-ceph/c | Ready=True R: m",
        "health CephCluster/rook-ceph/c | MON_DOWN HEALTH_WARN: 1/3 down",
    ]


def test_what_is_being_deleted_tells_who_holds_it() -> None:
    item = a("CephNFS", "n")
    item["metadata"] |= {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x/y"]}
    assert told(item) == [
        "deletion CephNFS/rook-ceph/n | it is being deleted, finalizers: x/y",
    ]


def test_an_event_is_of_the_object_that_it_is_about() -> None:
    about = {"kind": "Pod", "namespace": "web", "name": "app-0"}
    event = a("Event", "e", involvedObject=about, reason="FailedMount", message="no\n  way")
    assert told(event) == ["event Pod/web/app-0 | FailedMount: no way"]


def test_a_claim_without_a_status_and_a_snapshot_with_an_error() -> None:
    assert told(a("VolumeSnapshot", "s")) == [
        "status VolumeSnapshot/rook-ceph/s | no status yet",
    ]
    bad = a("VolumeSnapshot", "s", status={"error": {"message": "failed to take snapshot"}})
    assert told(bad) == ["status VolumeSnapshot/rook-ceph/s | error: failed to take snapshot"]


def test_a_line_has_no_secret_is_one_line_and_has_an_end() -> None:
    made = line("operator", "x", "key = AQ" + "a" * 38 + "==\nand " + "long " * 400)
    assert "AQa" not in made.text and "\n" not in made.text and len(made.text) == LONGEST


def test_of_lines_that_differ_in_their_time_the_last_one_stays() -> None:
    log = (
        "2026-01-01 00:00:01.000000 E | op-mon: no quorum\n"
        "2026-01-01 00:00:02.000000 E | op-mon: no quorum\n\n"
        "E0101 00:00:03.000000       1 x.go:1] gone\n"
        "E0101 00:00:04.000000       7 x.go:1] gone\n"
    )
    assert [each.text for each in log_lines("operator", "x", log)] == [
        "2026-01-01 00:00:02.000000 E | op-mon: no quorum",
        "E0101 00:00:04.000000 7 x.go:1] gone",
    ]


def test_of_a_log_its_last_hour_counts() -> None:
    log = (
        "2026-01-01 00:00:01.000000 E | op-mon: long ago\n"
        "  and what belongs to it\n"
        "2026-01-01 23:30:00.000000 E | op-mon: before midnight\n"
        "E0102 00:20:00.000000       1 x.go:1] after it\n"
        "  and what belongs to it\n"
        "2026-01-02 00:25:00.000000 I | op-mon: now\n"
    )
    assert [each.text[:50] for each in log_lines("operator", "x", log)] == [
        "2026-01-01 23:30:00.000000 E | op-mon: before midn",
        "E0102 00:20:00.000000 1 x.go:1] after it",
        "and what belongs to it",
        "2026-01-02 00:25:00.000000 I | op-mon: now",
    ]


def test_how_a_container_ended_that_is_well_again_is_history() -> None:
    ended = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    well = {"name": "mon", "ready": True, "state": {"running": {}}, "lastState": ended}
    assert told(a("Pod", "x", status={"containerStatuses": [well]})) == []
    assert len(told(a("Pod", "x", status={"containerStatuses": [{**well, "ready": False}]}))) == 1


def osd(host: str) -> Object:
    meta = {"name": f"osd-{host}", "labels": {"app": "rook-ceph-osd"}, **INSIDE}
    return {"kind": "Pod", "metadata": meta, "spec": {"nodeName": host}}


def test_pools_that_want_more_hosts_than_have_osds_are_told() -> None:
    coded = {"erasureCoded": {"dataChunks": 2, "codingChunks": 1}}
    files = a("CephFilesystem", "shared", spec={
        "metadataPool": {"replicated": {"size": 2}},
        "dataPools": [{"replicated": {"size": 2}}, coded],
    })  # fmt: skip
    pool = a("CephBlockPool", "p", spec={"replicated": {"size": 3}, "failureDomain": "osd"})
    racks = a("CephBlockPool", "r", spec={"replicated": {"size": 3}, "failureDomain": "rack"})
    stretched = a(
        "CephBlockPool", "s", spec={"replicated": {"size": 4, "replicasPerFailureDomain": 2}}
    )
    pods = [osd("w1"), osd("w2")]
    assert [each.text for each in layouts([files, pool, racks, stretched], pods)] == [
        "dataPools[1] needs 3 hosts, there are OSDs on 2",
        "the pool needs 3 osds, there are OSDs on 2",
    ]
    assert list(layouts([files], [])) == []


def test_what_is_absent_is_told_only_of_what_was_listed() -> None:
    cluster = a("CephCluster", "c", status={"phase": "Ready"}, spec={})
    claim = a("PersistentVolumeClaim", "data", spec={"storageClassName": "block"})
    block = {"kind": "StorageClass", "metadata": {"name": "block"},
             "provisioner": "rook-ceph.rbd.csi.ceph.com"}  # fmt: skip
    seen = {
        "Pod": [], "CephCluster": [cluster], "CSIDriver": [], "StorageClass": [block],
        "PersistentVolumeClaim": [claim],
    }  # fmt: skip
    assert [
        f"{each.object} | {each.text}" for each in absences(seen, [("x", "X of y/v1")], "a")
    ] == [
        "CustomResourceDefinition//x | the API does not know kind X of y/v1",
        " | there is no pod of the operator in a",
        "CephCluster/rook-ceph/c | there is no pod of an OSD",
        "CSIDriver//rook-ceph.rbd.csi.ceph.com | StorageClass block names this driver and there is "
        "no CSIDriver of this name",
    ]
    wanting = a("CephCluster", "c", status={"phase": "Ready"}, spec={
        "storage": {"nodes": [{"devices": [{"name": "a"}, {"name": "b"}]}]},
    })  # fmt: skip
    operator = {"kind": "Pod", "metadata": {"labels": {"app": "rook-ceph-operator"}}}
    some = {"Pod": [osd("w1"), operator], "CephCluster": [wanting]}
    assert [each.text for each in absences(some, [], "a")] == [
        "there are pods of 1 OSDs, 2 OSDs are wanted"
    ]
    wanting["spec"]["storage"]["nodes"][0]["name"] = "w1"
    closed = {"kind": "Node", "metadata": {"name": "w1"}, "spec": {"unschedulable": True}}
    (told, _few) = absences({**some, "Deployment": [], "Node": [closed]}, [], "a")
    assert f"{told.object} | {told.text}" == (
        "Node//w1 | an OSD wants this node: it is cordoned: no pod comes to it before "
        "'kubectl uncordon w1'"
    )
    going = {**wanting, "metadata": {**wanting["metadata"], "deletionTimestamp": "now"}}
    assert list(absences({**some, "CephCluster": [going]}, [], "a")) == []
    unlisted = {kind: seen[kind] for kind in ("CephCluster", "StorageClass")}
    assert list(absences(unlisted, [], "a")) == []
