# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site is ready when its daemons run the releases that are wanted, not only some."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Failed,
    NotReady,
    Ready,
    readiness,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_release import behind
from readyworld import cluster, daemons, deployment, thing

Params = dict[str, t.Any]
OLD, NEW = "v1.18.11", "v1.19.10"
CEPH = "20.2.4-0"
SERVED = (
    ("CephFilesystem", "rook-ceph-mds", {"metadataServer": {"activeCount": 1}}),
    ("CephObjectStore", "rook-ceph-rgw", {"gateway": {"instances": 1}}),
    ("CephNFS", "rook-ceph-nfs", {"server": {"active": 1}}),
    ("CephNVMeOFGateway", "rook-ceph-nvmeof", {"instances": 1}),
    ("CephRBDMirror", "rook-ceph-rbd-mirror", {"count": 1}),
    ("CephFilesystemMirror", "rook-ceph-fs-mirror", {}),
)


def of(item: Params, rook: str, ceph: str = CEPH) -> Params:
    """Return a Deployment as Rook notes releases on it."""
    meta = item["metadata"]
    labels = {**meta["labels"], "rook-version": rook, "ceph-version": ceph}
    return {**item, "metadata": {**meta, "labels": labels}}


def at_ceph(version: str = CEPH) -> Params:
    return cluster(version={"image": "quay.io/ceph/ceph:v20.2.4", "version": version})


def test_a_new_operator_is_not_done_before_each_daemon_is_of_its_release() -> None:
    expect = Expect(release=(1, 19, 10))
    every = daemons()
    assert readiness(at_ceph(), [of(item, NEW) for item in every], expect) == Ready()
    behind = [of(item, NEW) for item in every[:-1]] + [of(every[-1], OLD)]
    assert readiness(at_ceph(), behind, expect) == NotReady(
        "1 of 8 daemons are not of Rook 1.19.10 yet: rook-ceph-osd-2 is of v1.18.11"
    )


def test_of_many_daemons_that_are_behind_some_are_named() -> None:
    expect = Expect(release=(1, 19, 10))
    verdict = readiness(at_ceph(), [of(item, OLD) for item in daemons()], expect)
    assert isinstance(verdict, NotReady)
    assert verdict.reason.startswith("8 of 8 daemons are not of Rook 1.19.10 yet: rook-ceph-mgr-a")
    assert verdict.reason.endswith("rook-ceph-mon-c is of v1.18.11 and 3 more")


@pytest.mark.parametrize(
    ("release", "label"),
    [
        ((1, 19), "v1.19.10"),
        ((1, 16), "v1.16-standin"),
        ((1, 19, 10), "v1.19.10-3-gabc"),
        ((1, 19, 10), "nightly"),
        ((), "v1.19.10"),
    ],
)
def test_a_release_is_compared_as_far_as_both_tell_it(release: tuple[int, ...], label: str) -> None:
    running = [of(item, label) for item in daemons()]
    assert readiness(at_ceph(), running, Expect(release=release)) == Ready()


def test_daemons_without_a_note_of_their_release_are_not_judged_by_it() -> None:
    assert readiness(at_ceph(), daemons(), Expect(release=(1, 19, 10))) == Ready()


def test_a_cluster_is_not_done_before_each_daemon_is_of_its_ceph() -> None:
    running = [of(item, NEW, "19.2.3-0") for item in daemons()]
    verdict = readiness(at_ceph(), running, Expect(release=(1, 19)))
    assert isinstance(verdict, NotReady)
    assert verdict.reason.startswith("8 of 8 daemons are not of Ceph 20.2.4-0 yet: ")


@pytest.mark.parametrize(("kind", "app", "spec"), SERVED)
def test_what_serves_follows_its_cluster(kind: str, app: str, spec: Params) -> None:
    served = {**thing(kind, {"phase": "Ready", "observedGeneration": 2}), "spec": spec}
    expect = Expect(release=(1, 19, 10))
    daemon = deployment(app, f"{app}-a")

    def verdict(rook: str, ceph: str) -> t.Any:
        return readiness(served, [of(daemon, rook, ceph), at_ceph()], expect)

    assert verdict(NEW, CEPH) == Ready()
    assert verdict(OLD, CEPH) == NotReady(
        f"1 of 1 daemons are not of Rook 1.19.10 yet: {app}-a is of v1.18.11"
    )
    assert verdict(NEW, "19.2.3-0") == NotReady(
        f"1 of 1 daemons are not of Ceph 20.2.4-0 yet: {app}-a is of 19.2.3-0"
    )


@pytest.mark.parametrize("sort", ["osd", "mds", "nfs"])
def test_of_one_release_there_may_be_several_images(sort: str) -> None:
    """Only NFS servers may have an image of their own."""
    old, new = "quay.io/ceph/ceph:v20.2.4-20260101", "quay.io/ceph/ceph:v20.2.4-20260601"
    whole = at_ceph()
    whole["spec"]["cephVersion"] = {"image": new}
    daemon = of(deployment(f"rook-ceph-{sort}", f"rook-ceph-{sort}-a"), NEW)
    daemon["spec"]["template"] = {"spec": {"containers": [{"name": sort, "image": old}]}}
    told = f"1 of 1 daemons are not of {new} yet: rook-ceph-{sort}-a is of {old}"
    assert behind([daemon], (1, 19), whole) == (Ready() if sort == "nfs" else NotReady(told))
    daemon["spec"]["template"]["spec"]["containers"][0]["image"] = new
    assert behind([daemon], (1, 19), whole) == Ready()


def test_of_an_external_cluster_daemons_need_not_be_of_its_ceph() -> None:
    """With monitoring, its status tells of its own monitors, and Rook lets them be ahead."""
    whole = at_ceph()
    whole["spec"]["cephVersion"] = {"image": "quay.io/ceph/ceph:v20.2.3"}
    daemon = of(deployment("rook-ceph-mds", "rook-ceph-mds-a"), NEW, "20.2.3-0")
    containers = [{"name": "mds", "image": "quay.io/ceph/ceph:v20.2.3"}]
    daemon["spec"]["template"] = {"spec": {"containers": containers}}
    assert behind([daemon], (1, 19), whole) == NotReady(
        "1 of 1 daemons are not of Ceph 20.2.4-0 yet: rook-ceph-mds-a is of 20.2.3-0"
    )
    whole["spec"]["external"] = {"enable": True}
    assert behind([daemon], (1, 19), whole) == Ready()
    containers[0]["image"] = "quay.io/ceph/ceph:v20.2.2"
    assert isinstance(behind([daemon], (1, 19), whole), NotReady)


def test_a_daemon_that_rook_was_told_to_skip_is_not_waited_for() -> None:
    expect, label = Expect(release=(1, 19)), "ceph.rook.io/do-not-reconcile"
    left = [of(item, OLD) for item in daemons()[-2:]]
    every = [*(of(item, NEW) for item in daemons()[:-2]), *left]
    told = (
        "2 of 8 daemons are not of Rook 1.19 yet: rook-ceph-osd-1 is of v1.18.11, rook-ceph-osd-2 "
        f"is of v1.18.11; the label {label} keeps Rook from "
    )
    left[1]["metadata"]["labels"][label] = ""
    assert readiness(at_ceph(), every, expect) == NotReady(f"{told}rook-ceph-osd-2")
    left[0]["metadata"]["labels"][label] = "true"
    verdict = readiness(at_ceph(), every, expect)
    assert isinstance(verdict, Failed) and verdict.lasting
    assert verdict.reason == f"{told}rook-ceph-osd-1, rook-ceph-osd-2"


def test_metadata_servers_cannot_be_kept_from_rook() -> None:
    daemon = of(deployment("rook-ceph-mds", "rook-ceph-mds-a"), OLD)
    daemon["metadata"]["labels"]["ceph.rook.io/do-not-reconcile"] = "true"
    verdict = behind([daemon], (1, 19), at_ceph())
    assert isinstance(verdict, NotReady) and "label" not in verdict.reason


def test_a_floating_monitor_is_of_its_release_too() -> None:
    every = [of(item, NEW) for item in daemons()]
    every[2] = of(deployment("rook-ceph-floating-mon", "rook-ceph-mon-c"), OLD)
    assert readiness(at_ceph(), every, Expect(release=(1, 19))) == NotReady(
        "1 of 8 daemons are not of Rook 1.19 yet: rook-ceph-mon-c is of v1.18.11"
    )


def test_a_pod_from_before_a_change_does_not_count() -> None:
    changed = deployment("rook-ceph-mds", "rook-ceph-mds-a")
    files = thing("CephFilesystem", {"phase": "Ready"}, metadataServer={"activeCount": 1})
    expect = Expect(release=(1, 19))
    assert readiness(files, [changed], expect) == Ready()
    short = NotReady("0 of 1 metadata servers available (rook-ceph-mds-a not available)")
    del changed["status"]["updatedReplicas"]
    assert readiness(files, [changed], expect) == short
    changed["status"].update(updatedReplicas=1, observedGeneration=1)
    changed["metadata"]["generation"] = 2
    assert readiness(files, [changed], expect) == short
