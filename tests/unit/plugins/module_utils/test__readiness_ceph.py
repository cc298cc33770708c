# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the kinds that serve, mirror and tell are ready, and what keeps them from going."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Failed,
    NotReady,
    Ready,
    gone,
    readiness,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import expected_osds

Params = dict[str, t.Any]
SERVED = (
    ("CephNFS", {"server": {"active": 2}}, "rook-ceph-nfs", 2, "NFS servers"),
    ("CephNVMeOFGateway", {"instances": 3}, "rook-ceph-nvmeof", 3, "gateways"),
    ("CephRBDMirror", {"count": 1}, "rook-ceph-rbd-mirror", 1, "mirror daemons"),
    ("CephFilesystemMirror", {}, "rook-ceph-fs-mirror", 1, "mirror daemons"),
)
PHASED = (
    "CephBlockPoolRadosNamespace", "CephFilesystemSubVolumeGroup", "CephClient", "CephObjectRealm",
    "CephObjectZoneGroup", "CephObjectZone", "CephObjectStoreAccount", "CephBucketTopic",
    "CephBucketNotification",
)  # fmt: skip


def thing(kind: str, spec: Params | None = None, **status: t.Any) -> Params:
    meta = {"name": "x", "namespace": "rook-ceph", "generation": 2}
    head = {"apiVersion": "ceph.rook.io/v1", "kind": kind}
    return {**head, "metadata": meta, "spec": spec or {}, "status": status}


def daemon(app: str, available: int = 1) -> Params:
    return {
        "kind": "Deployment",
        "metadata": {"name": f"{app}-x-a", "labels": {"app": app}},
        "spec": {"replicas": 1},
        "status": {"availableReplicas": available, "updatedReplicas": available},
    }


@pytest.mark.parametrize(("kind", "spec", "app", "count", "what"), SERVED)
def test_what_serves_is_ready_with_all_its_daemons(
    kind: str, spec: Params, app: str, count: int, what: str
) -> None:
    ready = thing(kind, spec, phase="Ready", observedGeneration=2)
    daemons = [daemon(app) for _each in range(count)]
    assert readiness(ready, daemons) == Ready()
    assert readiness(ready, [daemon("rook-ceph-mon"), *daemons[1:]]) == NotReady(
        f"{count - 1} of {count} {what} available"
    )
    assert readiness(ready, [daemon(app, 0), *daemons[1:]]) == NotReady(
        f"{count - 1} of {count} {what} available ({app}-x-a not available)"
    )


@pytest.mark.parametrize("kind", [*PHASED, *(row[0] for row in SERVED)])
def test_rooks_phase_decides_for_every_kind_that_has_one(kind: str) -> None:
    assert readiness(thing(kind)) == NotReady("Rook has not begun with it")
    assert readiness(thing(kind, phase="Reconciling")) == NotReady("phase is Reconciling")
    for phase in ("Failure", "ReconcileFailed"):
        verdict = readiness(thing(kind, phase=phase))
        assert isinstance(verdict, Failed) and phase in verdict.reason
    seen = readiness(thing(kind, phase="Ready", observedGeneration=1))
    assert seen == NotReady("its controller has not seen the last change yet")


def test_what_tells_nothing_in_an_early_release_is_judged_by_daemons_or_not_at_all() -> None:
    servers = thing("CephNFS", {"server": {"active": 2}})
    one = [daemon("rook-ceph-nfs")]
    early, later = Expect(release=(1, 1)), Expect(release=(1, 3))
    assert readiness(servers, one, early) == NotReady("1 of 2 NFS servers available")
    assert readiness(servers, one * 2, early) == Ready()
    assert readiness(servers, one * 2, later) == NotReady("Rook has not begun with it")
    assert readiness(thing("CephClient"), (), Expect(release=(1, 5))) == Ready()
    assert readiness(thing("CephClient"), (), Expect(release=(1, 6))) == NotReady(
        "Rook has not begun with it"
    )


@pytest.mark.parametrize(
    ("release", "told"),
    [((1, 8), False), ((1, 18, 2), False), ((1, 18), False), ((1, 18, 3), True), ((1, 19), True)],
)
def test_a_notification_has_a_phase_from_a_patch_release_on(
    release: tuple[int, ...], told: bool
) -> None:
    verdict = readiness(thing("CephBucketNotification"), (), Expect(release=release))
    assert verdict == (NotReady("Rook has not begun with it") if told else Ready())


@pytest.mark.parametrize("release", [(1, 4, 9), (1, 10, 13)])
def test_an_object_store_of_old_is_ready_when_its_check_succeeds(release: tuple[int, ...]) -> None:
    expect, gateways = Expect(release=release), [daemon("rook-ceph-rgw")]
    assert readiness(thing("CephObjectStore", phase="Connected"), gateways, expect) == Ready()
    assert readiness(thing("CephObjectStore", phase="Connected"), (), expect) == NotReady(
        "0 of 1 gateways available"
    )
    begun = thing("CephObjectStore", phase="Progressing")
    assert readiness(begun, gateways, expect) == NotReady("phase is Progressing")
    unchecked = {"healthCheck": {"bucket": {"disabled": True}}}
    assert readiness({**begun, "spec": unchecked}, gateways, expect) == Ready()
    later = Expect(release=(1, 11))
    assert readiness({**begun, "spec": unchecked}, gateways, later) == NotReady(
        "phase is Progressing"
    )


def test_an_external_cluster_is_ready_when_it_is_connected() -> None:
    told = {
        "phase": "Connected", "state": "Connected", "message": "Cluster connected successfully",
        "conditions": [{"type": "Connected", "status": "True"}], "ceph": {"health": "HEALTH_OK"},
    }  # fmt: skip
    spec = {"external": {"enable": True}, "dataDirHostPath": "/var/lib/rook"}
    assert readiness(thing("CephCluster", spec, **told)) == Ready()
    tried = thing("CephCluster", spec, **{**told, "phase": "Connecting", "state": "Connecting"})
    assert readiness(tried) == NotReady(
        "phase is Connecting, state is Connecting: Cluster connected successfully"
    )
    assert isinstance(readiness(thing("CephCluster", {}, **told)), NotReady)


def test_an_external_object_store_has_no_gateways_to_wait_for() -> None:
    spec = {"gateway": {"port": 80, "externalRgwEndpoints": [{"ip": "192.0.2.1"}]}}
    assert readiness(thing("CephObjectStore", spec, phase="Ready")) == Ready()


@pytest.mark.parametrize("kind", PHASED)
def test_what_has_no_daemons_is_ready_by_its_phase(kind: str) -> None:
    assert readiness(thing(kind, phase="Ready")) == Ready()
    assert readiness(thing(kind, phase="Ready", observedGeneration=2)) == Ready()


@pytest.mark.parametrize(
    ("strategy", "drivers", "verdict"),
    [
        ("Never", [], Ready()),
        ("Auto", [], Ready()),
        ("Auto", [thing("CephObjectStore")], NotReady("0 of 1 drivers available")),
        ("Auto", [thing("CephObjectStore"), daemon("x")], Ready()),
        ("Never", [thing("CephObjectStore")], Ready()),
        ("Auto", [daemon("x", 0)], NotReady("0 of 1 drivers available (x-x-a not available)")),
        ("Always", [], NotReady("0 of 1 drivers available")),
        ("Always", [daemon("x")], Ready()),
    ],
)
def test_a_cosi_driver_is_judged_by_its_deployment(
    strategy: str, drivers: list[Params], verdict: t.Any
) -> None:
    assert readiness(thing("CephCOSIDriver", {"deploymentStrategy": strategy}), drivers) == verdict


def test_a_claim_for_a_bucket_is_ready_when_it_is_bound() -> None:
    assert readiness(thing("ObjectBucketClaim", phase="Bound")) == Ready()
    assert readiness(thing("ObjectBucketClaim", phase="Pending")) == NotReady("phase is Pending")
    assert readiness(thing("ObjectBucketClaim")) == NotReady("phase is not set")
    verdict = readiness(thing("ObjectBucketClaim", phase="Failed", message="no such store"))
    assert isinstance(verdict, Failed) and "no such store" in verdict.reason


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("CephFilesystemSubVolumeGroup", "subvolumes in it"),
        (
            "CephObjectStore",
            "buckets or users in it, or other zones of which its own is the master",
        ),
        ("CephObjectStoreUser", "buckets of it"),
    ],
)
def test_what_is_inside_is_named_when_a_finalizer_holds(kind: str, inside: str) -> None:
    item = thing(kind, phase="Ready")
    item["metadata"] |= {
        "deletionTimestamp": "2026-01-01T00:00:00Z",
        "finalizers": [f"{kind.lower()}.ceph.rook.io"],
    }
    verdict = gone(item, item)
    assert isinstance(verdict, NotReady)
    assert verdict.reason.endswith(f"Rook keeps it while there are {inside}")


@pytest.mark.parametrize(
    ("release", "standby", "wanted"),
    [((1, 18), False, 2), ((1, 18), True, 2), ((1, 19), False, 1), ((1, 20), True, 2)],
)
def test_standby_metadata_servers_are_counted_where_there_are_any(
    release: tuple[int, ...], standby: bool, wanted: int
) -> None:
    files = {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephFilesystem", "status": {"phase": "Ready"},
        "metadata": {"name": "shared", "namespace": "rook-ceph"},
        "spec": {"metadataServer": {"activeCount": 1, "activeStandby": standby}},
    }  # fmt: skip
    running = [
        {
            "apiVersion": "apps/v1", "kind": "Deployment",
            "status": {"availableReplicas": 1, "updatedReplicas": 1},
            "metadata": {"name": f"mds-{number}", "labels": {"app": "rook-ceph-mds"}},
        }
        for number in range(wanted)
    ]  # fmt: skip
    expect = Expect(release=release)
    assert readiness(files, running, expect) == Ready()
    assert isinstance(readiness(files, running[1:], expect), NotReady)


@pytest.mark.parametrize(
    ("storage", "wanted"),
    [
        ({"nodes": [{"devices": [{"name": "a"}, {"name": "b"}]}, {"directories": [{}]}]}, 3),
        ({"config": {"osdsPerDevice": "2"}, "nodes": [{"devices": [{"name": "a"}]}]}, 2),
        (
            {
                "config": {"osdsPerDevice": "2"},
                "nodes": [
                    {
                        "config": {"osdsPerDevice": "3"},
                        "devices": [{"name": "a"}, {"name": "b", "config": {"osdsPerDevice": "4"}}],
                    }
                ],
            },
            7,
        ),
        ({"storageClassDeviceSets": [{"count": 3}, {"count": 2}]}, 5),
        ({}, 0),
    ],
)
def test_osds_are_counted_against_what_the_cluster_names(storage: Params, wanted: int) -> None:
    assert expected_osds({"spec": {"storage": storage}}) == wanted
