# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file system is taken from under pods on a real API: refused, waited for, or evicted in order.

The test acts as Kubernetes' controllers too: none runs on this ring.
"""

from __future__ import annotations

import collections
import math
import threading
import time
import typing as t

import pytest
from acting import Acting
from ansible_collections.rookery.rook.plugins.module_utils._clients import discovery
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from conftest import HOSTS, Run
from raw import Object, Raw

CONFIRMED: Object = {"confirm": "store1", "wait_timeout": 60}
EVICT: Object = {**CONFIRMED, "consumers": "evict", "evict_namespaces": ["shop"]}
PODS = "/api/v1/namespaces/shop/pods"
CLAIMS = "/api/v1/namespaces/shop/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
DEPLOYMENT = "/apis/apps/v1/namespaces/shop/deployments/web"
DRIVER = "rook-ceph.cephfs.csi.ceph.com"
SIZE, MODES = {"storage": "1Gi"}, ["ReadWriteMany"]
FEW, MANY = 10, 1000


def volume(raw: Raw, name: str, **spec: t.Any) -> None:
    """Make a volume of the file system and the claim that it is bound to."""
    csi = {
        "driver": DRIVER, "volumeHandle": name,
        "volumeAttributes": {"clusterID": "rook-ceph", "fsName": "myfs"},
    }  # fmt: skip
    raw("POST", VOLUMES, {
        "metadata": {"name": f"pv-{name}"},
        "spec": {
            "capacity": SIZE, "accessModes": MODES, "csi": csi, "storageClassName": "rook-cephfs",
            "claimRef": {"namespace": "shop", "name": name},
            "persistentVolumeReclaimPolicy": "Delete", **spec,
        },
    })  # fmt: skip
    raw("POST", CLAIMS, {
        "metadata": {"name": name},
        "spec": {
            "accessModes": MODES, "resources": {"requests": SIZE}, "volumeName": f"pv-{name}",
            "storageClassName": "rook-cephfs",
        },
    })  # fmt: skip


def owned(owner: Object) -> Object:
    meta = owner["metadata"]
    reference = {"name": meta["name"], "uid": meta["uid"], "controller": True}
    return {**reference, "apiVersion": "apps/v1", "kind": owner["kind"]}


def shop(raw: Raw) -> None:
    """Make a Deployment of two pods that mount one claim."""
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
    raw("POST", "/api/v1/namespaces/shop/serviceaccounts", {"metadata": {"name": "default"}})
    volume(raw, "uploads")
    inside = {"name": "v", "persistentVolumeClaim": {"claimName": "uploads"}}
    spec = {"containers": [{"name": "c", "image": "none"}], "volumes": [inside]}
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": spec}
    whole = {"selector": {"matchLabels": labels}, "template": template, "replicas": 2}
    apps = "/apis/apps/v1/namespaces/shop"
    raw("POST", f"{apps}/deployments", {"metadata": {"name": "web"}, "spec": whole})
    web = {**raw("GET", DEPLOYMENT), "kind": "Deployment"}
    replicas = {"name": "web-1", "labels": labels, "ownerReferences": [owned(web)]}
    raw("POST", f"{apps}/replicasets", {"metadata": replicas, "spec": whole})
    runner = {**raw("GET", f"{apps}/replicasets/web-1"), "kind": "ReplicaSet"}
    for number in range(2):
        meta = {"name": f"web-1-{number}", "labels": labels, "ownerReferences": [owned(runner)]}
        raw("POST", PODS, {"metadata": meta, "spec": spec})


class Controllers:
    """What Kubernetes does with the shop: ends pods that are not wanted, and unbound volumes."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self.order: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Controllers:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            web = self._raw("GET", DEPLOYMENT) or {"spec": {"replicas": 0}}
            pods = self._raw.items(PODS)
            for pod in pods if web["spec"]["replicas"] == 0 else ():
                self._end("pod", f"{PODS}/{pod['metadata']['name']}")
            for claim in self._raw.items(CLAIMS):
                protected = claim["metadata"].get("finalizers")
                if claim["metadata"].get("deletionTimestamp") and protected and not pods:
                    path = f"{CLAIMS}/{claim['metadata']['name']}"
                    self._raw.merge(path, {"metadata": {"finalizers": []}})
            bound = {item["spec"]["volumeName"] for item in self._raw.items(CLAIMS)}
            for item in self._raw.items(VOLUMES):
                if item["metadata"]["name"] not in bound:
                    self._unbind(item)

    def _unbind(self, item: Object) -> None:
        """Remove a volume without a claim, or let it go when somebody removes it."""
        path = f"{VOLUMES}/{item['metadata']['name']}"
        going = item["metadata"].get("deletionTimestamp")
        if item["spec"]["persistentVolumeReclaimPolicy"] == "Delete" and not going:
            self._end("volume", path)
        elif going and item["metadata"].get("finalizers"):
            self._raw.merge(path, {"metadata": {"finalizers": []}})

    def _end(self, what: str, path: str) -> None:
        self.order.append(what)
        self._raw("DELETE", path, {"gracePeriodSeconds": 0})


@pytest.fixture(name="standing")
def _standing(run: Run, raw: Raw) -> t.Iterator[Acting]:
    """A whole site with a shop on it, and an operator that looks after it."""
    with Acting(raw, HOSTS) as acting:
        made = run("rook_site", wait_timeout=60)
        assert made.get("failed") is None, made["msg"]
        shop(raw)
        yield acting


def approved(run: Run, **policy: t.Any) -> str:
    plan = run("rook_plan", state="absent", **policy)
    return t.cast("str", plan["fingerprint"])


def policy_of(options: Object) -> Object:
    return {key: value for key, value in options.items() if key != "wait_timeout"}


def test_it_is_refused_with_both_pods_and_what_would_end_them(
    run: Run, raw: Raw, standing: Acting
) -> None:
    refused = run("rook_teardown", **CONFIRMED)
    assert refused["failed"] and refused["changed"] is False
    for words in (
        "mounted by shop/web-1-0, shop/web-1-1", "Who blocks whom",
        "Pod/shop/web-1-0 mounts it, run by Deployment/shop/web: "
        "kubectl -n shop scale deployment web --replicas=0",
    ):  # fmt: skip
        assert words in refused["msg"]
    root = next(tree for tree in refused["blockers"] if tree["id"].startswith("CephFilesystem/"))
    storage_class = root["blockers"][0]
    claim = storage_class["blockers"][0]
    assert (storage_class["id"], claim["id"]) == (
        "StorageClass//rook-cephfs", "PersistentVolumeClaim/shop/uploads",
    )  # fmt: skip
    assert [pod["id"] for pod in claim["blockers"]] == ["Pod/shop/web-1-0", "Pod/shop/web-1-1"]
    assert standing.going == []


def test_evicted_they_leave_in_order_and_it_ends(run: Run, raw: Raw, standing: Acting) -> None:
    unseen = run("rook_teardown", **EVICT)
    assert (
        unseen["failed"] and "TEAR-05" in unseen["msg"] and unseen["fingerprint"] in unseen["msg"]
    )
    elsewhere = run("rook_teardown", **{**EVICT, "evict_namespaces": ["blog"]})
    assert "namespace shop, which evict_namespaces does not list" in elsewhere["msg"]
    fingerprint = approved(run, **policy_of(EVICT))
    assert fingerprint == unseen["fingerprint"]
    with Controllers(raw) as controllers:
        done = run("rook_teardown", fingerprint=fingerprint, **EVICT)
    assert done.get("failed") is None, done["msg"]
    assert controllers.order[0] == "pod" and controllers.order[-1] == "volume"
    written = [step["id"] for step in done["plan"] if step["op"] in ("update", "delete")]
    first = written.index("update Deployment/shop/web")
    claim = written.index("delete PersistentVolumeClaim/shop/uploads")
    assert first < claim < written.index("delete CephFilesystem/rook-ceph/myfs")
    web = raw("GET", DEPLOYMENT)
    assert web and web["spec"]["replicas"] == 0, "it is scaled, not removed"
    assert raw.items(PODS) == raw.items(CLAIMS) == []
    assert run("rook_teardown", **EVICT)["changed"] is False


def test_stage_by_stage_each_plan_stays_as_it_was_approved(
    run: Run, raw: Raw, standing: Acting
) -> None:
    approved_ones = run("rook_plan", state="absent", **policy_of(EVICT))["fingerprints"]
    with Controllers(raw):
        for stage in ("storage", "cluster", "operator"):
            approval = {"stages": [stage], "fingerprint": approved_ones[stage]}
            done = run("rook_teardown", **EVICT, **approval)
            assert done.get("failed") is None and done["changed"], done.get("msg")
    assert raw.items(CLAIMS) == [] and raw("GET", "/api/v1/namespaces/rook-ceph") is None


def test_waited_for_it_goes_on_as_soon_as_they_have_left(
    run: Run, raw: Raw, standing: Acting
) -> None:
    began = time.monotonic()
    late = run("rook_teardown", **{**CONFIRMED, "wait_timeout": 5}, consumers="wait")
    assert late["failed"] and late["changed"] is False and time.monotonic() - began < 60
    for words in ("Pod/shop/web-1-0", "PersistentVolumeClaim/shop/uploads", "Nothing was changed"):
        assert words in late["msg"]
    assert standing.going == []

    def leave() -> None:
        time.sleep(1)
        raw.merge(DEPLOYMENT, {"spec": {"replicas": 0}})
        raw("DELETE", f"{CLAIMS}/uploads")

    owner = threading.Thread(target=leave)
    with Controllers(raw):
        owner.start()
        done = run("rook_teardown", **CONFIRMED, consumers="wait")
    owner.join(30)
    assert done.get("failed") is None, done["msg"]
    assert done["changed"] is True


def test_what_is_retained_goes_only_when_it_is_named(run: Run, raw: Raw, standing: Acting) -> None:
    volume(raw, "books", persistentVolumeReclaimPolicy="Retain")
    refused = run("rook_teardown", **EVICT)
    assert "release_volumes lacks pv-books" in refused["msg"]
    named = {**EVICT, "release_volumes": ["pv-books"]}
    with Controllers(raw):
        done = run("rook_teardown", fingerprint=approved(run, **policy_of(named)), **named)
    assert done.get("failed") is None, done["msg"]
    released = next(s for s in done["plan"] if s["id"] == "delete PersistentVolume//pv-books")
    assert "its data goes with its pool" in released["reason"]


def test_a_thousand_claims_take_as_many_requests_as_ten(
    run: Run, raw: Raw, standing: Acting, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: collections.Counter[str] = collections.Counter()
    opened = KubeClient._open

    def counted(self: KubeClient, *args: t.Any, **more: t.Any) -> t.Any:
        asked["lists" if args[4].get("limit") else "others"] += 1
        return opened(self, *args, **more)

    monkeypatch.setattr(KubeClient, "_open", counted)
    # A kind that the API does not have is asked for anew after a while, and thus by a slow run.
    monkeypatch.setattr(discovery, "MISSING_SECONDS", math.inf)
    counts = []
    for number in range(MANY):
        if number in (FEW, MANY - 1):
            asked.clear()
            refused = run("rook_teardown", **CONFIRMED)
            assert refused["failed"] and "PersistentVolumeClaim/shop/" in refused["msg"]
            counts.append(dict(asked))
        volume(raw, f"c{number}")
    print(f"\nrequests for {FEW} and {MANY} claims: {counts}")
    assert counts[0] == counts[1] and counts[0]["lists"] < 100 and counts[0]["others"] < 20
    assert len(refused["msg"].splitlines()) < 60
