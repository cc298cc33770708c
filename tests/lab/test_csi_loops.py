# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's loops against an API in memory: claims, releases, growth."""

from __future__ import annotations

import base64
import copy
import sys
import typing as t
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab/standin/csi"))

from cephfscsi import provisioner as make
from cephfscsi.events import Events
from cephfscsi.loop import Retry
from cephfscsi.reclaim import Reclaim, Verdict, judge
from cephfscsi.resizer import Resizer, wants_more
from cephfscsi.volumes import CallError, Volume, Wish

DRIVER = "rook-ceph.cephfs.csi.ceph.com"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
SECRET = "/api/v1/namespaces/rook-ceph/secrets/rook-csi-cephfs-provisioner"
CLAIM = {
    "kind": "PersistentVolumeClaim",
    "metadata": {
        "name": "data", "namespace": "app", "uid": "u1", "resourceVersion": "7",
        "annotations": {"volume.kubernetes.io/storage-provisioner": DRIVER},
    },
    "spec": {
        "storageClassName": "fast", "accessModes": ["ReadWriteMany"], "volumeMode": "Filesystem",
        "resources": {"requests": {"storage": "1Gi"}},
    },
}  # fmt: skip
CLASS = {
    "metadata": {"name": "fast"},
    "reclaimPolicy": "Delete",
    "parameters": {
        "clusterID": "rook-ceph", "fsName": "myfs", "pool": "myfs-data0",
        "csi.storage.k8s.io/provisioner-secret-name": "rook-csi-cephfs-provisioner",
        "csi.storage.k8s.io/provisioner-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/node-stage-secret-name": "rook-csi-cephfs-node",
        "csi.storage.k8s.io/node-stage-secret-namespace": "rook-ceph",
    },
}  # fmt: skip


def but(item: dict[str, t.Any], **changes: object) -> dict[str, t.Any]:
    """Return a copy with values at other paths, such as spec__volumeMode."""
    changed = copy.deepcopy(item)
    for path, value in changes.items():
        *way, last = path.split("__")
        place = changed
        for word in way:
            place = place.setdefault(word, {})
        place[last] = value
    return changed


class FakeKube:
    def __init__(self, **objects: object) -> None:
        self.objects: dict[str, t.Any] = {
            f"{CLASSES}/fast": CLASS,
            SECRET: {"data": {"adminID": base64.b64encode(b"admin").decode()}},
            **objects,
        }
        self.events: list[dict[str, t.Any]] = []
        self.writes: list[tuple[str, str, t.Any]] = []

    def get(self, path: str) -> dict[str, t.Any] | None:
        return self.objects.get(path)

    def create(self, path: str, body: dict[str, t.Any]) -> bool:
        if path.endswith("/events"):
            self.events.append(body)
            return True
        own = f"{path}/{body['metadata']['name']}"
        if own in self.objects:
            return False
        self.objects[own] = body
        return True

    def merge(self, path: str, body: dict[str, t.Any]) -> dict[str, t.Any] | None:
        self.writes.append(("merge", path, body))
        return self.objects.get(path)

    def delete(self, path: str) -> None:
        self.writes.append(("delete", path, None))

    def said(self) -> list[tuple[str, str, str]]:
        return [(event["type"], event["reason"], event["message"]) for event in self.events]


class FakeDriver:
    def __init__(self, failure: str = "") -> None:
        self.failure = failure
        self.wishes: list[Wish] = []
        self.deleted: list[str] = []

    def _fail(self) -> None:
        if self.failure:
            raise CallError(self.failure)

    def create(self, wish: Wish, secrets: t.Mapping[str, str]) -> Volume:
        assert secrets == {"adminID": "admin"}
        self._fail()
        self.wishes.append(wish)
        return Volume("handle", wish.size, {"fsName": "myfs"})

    def delete(self, handle: str, secrets: t.Mapping[str, str]) -> None:
        self._fail()
        self.deleted.append(handle)

    def expand(self, handle: str, size: int, secrets: t.Mapping[str, str]) -> int:
        self._fail()
        return size


def run(kind: t.Any, kube: FakeKube, driver: FakeDriver, item: dict[str, t.Any]) -> None:
    kind(DRIVER, kube, driver, Events(kube, "test")).handle(item)


def test_a_claim_gets_its_volume() -> None:
    kube, driver = FakeKube(), FakeDriver()
    for _ in range(2):
        run(make.Provisioner, kube, driver, CLAIM)
    volume = kube.objects["/api/v1/persistentvolumes/pvc-u1"]
    assert volume["spec"]["claimRef"]["uid"] == "u1"
    assert volume["spec"]["capacity"] == {"storage": "1Gi"}
    assert volume["spec"]["csi"]["nodeStageSecretRef"]["name"] == "rook-csi-cephfs-node"
    assert volume["metadata"]["finalizers"] == [make.FINALIZER]
    assert driver.wishes[0].parameters == {
        "clusterID": "rook-ceph", "fsName": "myfs", "pool": "myfs-data0",
    }  # fmt: skip
    assert ("Normal", "ProvisioningSucceeded", "Successfully provisioned volume pvc-u1") in (
        kube.said()
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"spec__volumeName": "pvc-u1"},
        {"metadata__deletionTimestamp": "now"},
        {"metadata__annotations": {}},
        {"metadata__annotations": {"volume.kubernetes.io/storage-provisioner": "other"}},
        {"spec__storageClassName": ""},
    ],
)
def test_other_claims_are_left_alone(changes: dict[str, object]) -> None:
    kube, driver = FakeKube(), FakeDriver()
    run(make.Provisioner, kube, driver, but(CLAIM, **changes))
    assert (driver.wishes, kube.events) == ([], [])


def test_a_class_may_wait_for_the_first_pod() -> None:
    delayed = but(CLASS, volumeBindingMode="WaitForFirstConsumer")
    kube, driver = FakeKube(**{f"{CLASSES}/fast": delayed}), FakeDriver()
    run(make.Provisioner, kube, driver, CLAIM)
    assert driver.wishes == []
    selected = {**CLAIM["metadata"]["annotations"], "volume.kubernetes.io/selected-node": "w1"}
    run(make.Provisioner, kube, driver, but(CLAIM, metadata__annotations=selected))
    assert len(driver.wishes) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"spec__volumeMode": "Block"}, "volumeMode Block is not supported"),
        ({"spec__selector": {"matchLabels": {}, "x": 1}}, "claim Selector is not supported"),
        ({"spec__dataSourceRef": {"kind": "VolumeSnapshot"}}, "no clones, no snapshots"),
        ({"spec__accessModes": []}, "access modes"),
        ({"spec__storageClassName": "slow"}, 'storageclass.storage.k8s.io "slow" not found'),
    ],
)
def test_what_it_cannot_make_is_said_in_an_event(changes: dict[str, object], reason: str) -> None:
    kube, driver = FakeKube(), FakeDriver()
    with pytest.raises(Retry, match=reason):
        run(make.Provisioner, kube, driver, but(CLAIM, **changes))
    kind, event, message = kube.said()[-1]
    assert (kind, event) == ("Warning", "ProvisioningFailed")
    assert message.startswith("failed to provision volume with StorageClass ")
    assert driver.wishes == []


def test_the_drivers_refusal_is_worded_as_the_sidecar_does() -> None:
    kube = FakeKube()
    refusal = FakeDriver("rpc error: code = NotFound desc = filesystem 'nofs' not found")
    with pytest.raises(Retry):
        run(make.Provisioner, kube, refusal, CLAIM)
    assert kube.said()[-1] == (
        "Warning",
        "ProvisioningFailed",
        'failed to provision volume with StorageClass "fast": ' + refusal.failure,
    )


def test_a_class_without_its_secrets_namespace_is_refused() -> None:
    half = but(CLASS)
    del half["parameters"]["csi.storage.k8s.io/provisioner-secret-namespace"]
    with pytest.raises(Retry, match="names only one of provisioner-secret-name"):
        run(make.Provisioner, FakeKube(**{f"{CLASSES}/fast": half}), FakeDriver(), CLAIM)


VOLUME = {
    "kind": "PersistentVolume",
    "metadata": {
        "name": "pvc-u1", "uid": "v1", "resourceVersion": "9",
        "annotations": {
            make.PROVISIONED_BY: DRIVER,
            f"{make.DELETION_SECRET}-name": "rook-csi-cephfs-provisioner",
            f"{make.DELETION_SECRET}-namespace": "rook-ceph",
        },
        "finalizers": ["kubernetes.io/pv-protection", make.FINALIZER],
    },
    "spec": {"persistentVolumeReclaimPolicy": "Delete", "csi": {"volumeHandle": "handle"}},
    "status": {"phase": "Released"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.DELETE),
        ({"status__phase": "Bound"}, Verdict.KEEP),
        ({"status__phase": "Bound", "metadata__deletionTimestamp": "now"}, Verdict.KEEP),
        ({"status__phase": "Available", "metadata__deletionTimestamp": "now"}, Verdict.DELETE),
        ({"status__phase": "Available"}, Verdict.KEEP),
        ({"spec__persistentVolumeReclaimPolicy": "Retain"}, Verdict.KEEP),
        ({"metadata__annotations": {make.PROVISIONED_BY: "other"}}, Verdict.KEEP),
        (
            {"metadata__deletionTimestamp": "now", "metadata__finalizers": ["foreign"]},
            Verdict.KEEP,
        ),
        (
            {"metadata__deletionTimestamp": "now", "spec__persistentVolumeReclaimPolicy": "Retain"},
            Verdict.LET_GO,
        ),
    ],
)
def test_only_unused_volumes_of_ours_are_deleted(
    changes: dict[str, object], verdict: Verdict
) -> None:
    assert judge(but(VOLUME, **changes), DRIVER) is verdict


def test_a_released_volume_goes_and_only_our_finalizer_is_taken_off() -> None:
    kube, driver = FakeKube(**{"/api/v1/persistentvolumes/pvc-u1": VOLUME}), FakeDriver()
    run(Reclaim, kube, driver, VOLUME)
    assert driver.deleted == ["handle"]
    rest = {"resourceVersion": "9", "finalizers": ["kubernetes.io/pv-protection"]}
    assert kube.writes == [
        ("delete", "/api/v1/persistentvolumes/pvc-u1", None),
        ("merge", "/api/v1/persistentvolumes/pvc-u1", {"metadata": rest}),
    ]


def test_a_volume_made_anew_under_the_same_name_keeps_its_finalizer() -> None:
    anew = but(VOLUME, metadata__uid="v2")
    kube = FakeKube(**{"/api/v1/persistentvolumes/pvc-u1": anew})
    doomed = but(VOLUME, metadata__deletionTimestamp="now")
    run(Reclaim, kube, FakeDriver(), doomed)
    assert kube.writes == []


def test_a_volume_that_cannot_be_deleted_stays_and_says_why() -> None:
    kube = FakeKube(**{"/api/v1/persistentvolumes/pvc-u1": VOLUME})
    with pytest.raises(Retry):
        run(Reclaim, kube, FakeDriver("rpc error: code = Internal desc = x"), VOLUME)
    assert kube.writes == []
    assert kube.said() == [("Warning", "VolumeFailedDelete", "rpc error: code = Internal desc = x")]
    assert kube.events[0]["metadata"]["namespace"] == "default"


GROWN = but(
    CLAIM,
    spec__volumeName="pvc-u1",
    spec__resources={"requests": {"storage": "2Gi"}},
    status={"phase": "Bound", "capacity": {"storage": "1Gi"}},
)


def test_a_claim_that_wants_more_gets_it() -> None:
    source = {"driver": DRIVER, "volumeHandle": "handle"}
    kube = FakeKube(**{"/api/v1/persistentvolumes/pvc-u1": {"spec": {"csi": source}}})
    run(Resizer, kube, FakeDriver(), GROWN)
    capacity = {"capacity": {"storage": "2Gi"}}
    assert [(path.rpartition("/")[2], body) for _, path, body in kube.writes] == [
        ("pvc-u1", {"spec": capacity}),
        ("status", {"status": capacity}),
    ]
    assert [reason for _, reason, _ in kube.said()] == ["Resizing", "VolumeResizeSuccessful"]


def test_claims_of_other_drivers_do_not_grow() -> None:
    source = {"driver": "other", "volumeHandle": "handle"}
    kube = FakeKube(**{"/api/v1/persistentvolumes/pvc-u1": {"spec": {"csi": source}}})
    run(Resizer, kube, FakeDriver(), GROWN)
    assert kube.writes == []
    assert not wants_more(CLAIM)
    assert not wants_more(but(GROWN, status__capacity={"storage": "2Gi"}))
