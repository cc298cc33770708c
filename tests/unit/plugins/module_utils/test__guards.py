# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan may not do, and what it says then."""

from __future__ import annotations

import copy
import dataclasses
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import GuardError
from ansible_collections.rookery.rook.plugins.module_utils._guards import guard, refusals
from ansible_collections.rookery.rook.plugins.module_utils._holders import Holders
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import (
    Consumer,
    Observed,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._render import render

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]
CLAIM = Consumer(
    "PersistentVolumeClaim/shop/data",
    ("CephFilesystem/rook-ceph/shared", "StorageClass//files"),
    ("shop/web-0", "shop/web-1"),
)


def standing(site: Site, upstream: list[Params], *consumers: Consumer) -> Observed:
    objects = {item.id: copy.deepcopy(item.manifest) for item in render(site, upstream)}
    return Observed(objects=objects, owned=frozenset(objects), consumers=consumers)


def told(site: Site, seen: Observed, confirm: str = "store1", **plan: t.Any) -> list[str]:
    """Return the refusals of a plan from what stands to what the site wants."""
    made = make_plan(site, render(site, []), seen, **plan)
    return [str(refusal) for refusal in refusals(made, seen, confirm)]


def change(before: Site, after: Site) -> list[str]:
    """Return the refusals of turning one site into another."""
    return told(after, standing(before, []))


def test_destruction_is_refused_without_the_sites_name(
    whole_site: Site, upstream: list[Params]
) -> None:
    seen = standing(whole_site, upstream)
    plan = make_plan(whole_site, [], seen, "absent")
    with pytest.raises(GuardError) as caught:
        guard(plan, seen)
    text = str(caught.value)
    assert text.startswith("Refused, nothing was changed:\n")
    assert "CephCluster/rook-ceph/rook-ceph" in text
    assert "would be destroyed with its data, and there is no confirmation (TEAR-04)" in text
    assert "Set confirm (rook_confirm) to store1, the name of the site, to allow it." in text
    assert len({refusal.id for refusal in caught.value.refusals}) == len(caught.value.refusals)


def test_another_sites_name_confirms_nothing(whole_site: Site, upstream: list[Params]) -> None:
    lines = told(whole_site, standing(whole_site, upstream), "store2", state="absent")
    assert any("the confirmation is 'store2'" in line for line in lines)


def test_confirmed_teardown_of_what_nobody_uses_passes(
    whole_site: Site, upstream: list[Params]
) -> None:
    assert told(whole_site, standing(whole_site, upstream), state="absent") == []


def test_a_storage_class_goes_without_confirmation(make_site: MakeSite) -> None:
    site = make_site(
        block_pools=[{"name": "a", "replicas": 3}], storage_classes=[{"name": "c", "pool": "a"}]
    )
    seen = standing(site, [])
    objects = {"StorageClass//c": seen.objects["StorageClass//c"]}
    only = Observed(objects=objects, owned=frozenset(objects))
    assert told(site, only, "", state="absent", stages=["storage"]) == []


def test_a_claim_refuses_the_removal_and_names_its_pods(
    whole_site: Site, upstream: list[Params]
) -> None:
    seen = standing(whole_site, upstream, CLAIM)
    assert told(whole_site, seen, state="absent") == [
        "PersistentVolumeClaim/shop/data: uses StorageClass//files, "
        "CephFilesystem/rook-ceph/shared, which would be removed, "
        "and is mounted by shop/web-0, shop/web-1 (TEAR-01). "
        "Stop those pods, then delete this PersistentVolumeClaim (its data goes with it), "
        "or leave the site as it is."
    ]


def test_a_consumer_refuses_the_storage_stage_alone_too(whole_site: Site) -> None:
    lines = told(whole_site, standing(whole_site, [], CLAIM), state="absent", stages=["storage"])
    assert len(lines) == 1 and "(TEAR-01)" in lines[0]


def test_a_consumer_whose_objects_are_gone_still_holds_the_cluster(make_site: MakeSite) -> None:
    snapshot = Consumer("VolumeSnapshotContent//snap")
    (line,) = told(make_site(), standing(make_site(), [], snapshot), state="absent")
    assert line.startswith(
        "VolumeSnapshotContent//snap: uses CephCluster/rook-ceph/rook-ceph, which would be removed"
    )


def test_a_consumer_does_not_hold_what_it_does_not_need(whole_site: Site) -> None:
    seen = standing(whole_site, [], CLAIM)
    target = "CephObjectStoreUser/rook-ceph/backup"
    only = Observed(objects={target: seen.objects[target]}, owned=frozenset({target}))
    plan = make_plan(whole_site, [], only, "absent", ["storage"])
    assert refusals(plan, seen, "store1") == ()


def test_the_cluster_stays_while_something_stands_on_it(whole_site: Site) -> None:
    lines = told(whole_site, standing(whole_site, []), state="absent", stages=["cluster"])
    assert (
        "CephCluster/rook-ceph/rook-ceph: is still needed by CephBlockPool/rook-ceph/fast "
        "(TEAR-02). Remove CephBlockPool/rook-ceph/fast first, or leave both." in lines
    )


def test_the_operator_stays_while_it_has_custom_resources(
    whole_site: Site, upstream: list[Params]
) -> None:
    lines = told(whole_site, standing(whole_site, upstream), state="absent", stages=["operator"])
    assert any(
        line.startswith("Deployment/rook-ceph/rook-ceph-operator: is still needed by CephCluster/")
        for line in lines
    )


def test_somebody_elses_custom_resource_holds_the_cluster_and_its_definition(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    nfs = {
        "apiVersion": "ceph.rook.io/v1",
        "kind": "CephNFS",
        "metadata": {"name": "theirs", "namespace": "rook-ceph"},
    }
    seen = standing(make_site(), upstream)
    seen = dataclasses.replace(seen, objects={**seen.objects, "CephNFS/rook-ceph/theirs": nfs})
    lines = told(make_site(), seen, state="absent")
    assert [line.partition(":")[0] for line in lines] == [
        "CephCluster/rook-ceph/rook-ceph",
        "Namespace//rook-ceph",
    ]
    assert all("CephNFS/rook-ceph/theirs, which is not ours (TEAR-02)" in line for line in lines)


def test_what_others_keep_in_our_namespace_holds_the_namespace_alone(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    tenants = ("ConfigMap/rook-ceph/theirs", "Deployment/elsewhere/web")
    seen = dataclasses.replace(standing(make_site(), upstream), tenants=tenants)
    (line,) = told(make_site(), seen, state="absent")
    assert line.startswith(
        "ConfigMap/rook-ceph/theirs: is not ours and would be removed with Namespace//rook-ceph "
        "(TEAR-03). Remove it or move it to another namespace first, or leave the stage operator "
        "out (teardown.yml with --tags rook_storage,rook_cluster)."
    )
    # Without the namespace it is in nobody's way.
    bare = dataclasses.replace(standing(make_site(), []), tenants=tenants)
    assert told(make_site(), bare, state="absent", stages=["cluster", "storage"]) == []


def test_storage_in_another_namespace_than_the_one_that_was_looked_at_stays(
    whole_site: Site, upstream: list[Params]
) -> None:
    """With a wrong rook_namespace nobody has looked for the claims on it."""
    seen = standing(whole_site, upstream)
    right, wrong = (
        dataclasses.replace(seen, holders=Holders(namespace=name))
        for name in ("rook-ceph", "storage")
    )
    assert told(whole_site, right, state="absent") == []
    lines = told(whole_site, wrong, state="absent")
    assert (
        "CephCluster/rook-ceph/rook-ceph: is of this site, and not in namespace storage, in which "
        "its users were looked for (TEAR-07). Set rook_namespace to rook-ceph, in which the site "
        "was built."
    ) in lines
    assert any(line.startswith("CephBlockPool/rook-ceph/") for line in lines), lines
    # Claims for buckets are where their users are.
    assert all(line.partition("/")[0].startswith("Ceph") for line in lines), lines


def test_somebody_elses_resource_in_another_namespace_holds_its_definition(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    other = {
        "apiVersion": "ceph.rook.io/v1",
        "kind": "CephBlockPool",
        "metadata": {"name": "theirs", "namespace": "elsewhere"},
    }
    seen = standing(make_site(), upstream)
    objects = {**seen.objects, "CephBlockPool/elsewhere/theirs": other}
    (line,) = told(make_site(), dataclasses.replace(seen, objects=objects), state="absent")
    assert line.startswith(
        "CustomResourceDefinition//cephblockpools.ceph.rook.io: is still needed by "
        "CephBlockPool/elsewhere/theirs, which is not ours (TEAR-02)."
    )


def pool(**layout: t.Any) -> Params:
    return {"block_pools": [{"name": "a", **layout}]}


def test_a_pool_may_grow(make_site: MakeSite) -> None:
    assert change(make_site(**pool(replicas=2)), make_site(**pool(replicas=3))) == []


def test_shrinking_a_pool_is_refused_with_the_reason(make_site: MakeSite) -> None:
    assert change(make_site(**pool(replicas=3)), make_site(**pool(replicas=2))) == [
        "CephBlockPool/rook-ceph/a: spec.replicated.size would change from 3 to 2: "
        "fewer copies than there are would drop redundancy of data that exists. "
        "Make a new pool with the smaller size and move the data, or keep the size."
    ]


def test_another_erasure_profile_is_refused(make_site: MakeSite) -> None:
    before = make_site(**pool(erasure={"data_chunks": 2, "coding_chunks": 1}))
    after = make_site(**pool(erasure={"data_chunks": 2, "coding_chunks": 2}))
    (line,) = change(before, after)
    assert "spec.erasureCoded.codingChunks would change from 1 to 2" in line
    assert "Ceph cannot change the layout of a pool that exists" in line


def test_copies_do_not_become_chunks(make_site: MakeSite) -> None:
    after = make_site(**pool(erasure={"data_chunks": 2, "coding_chunks": 1}))
    lines = change(make_site(**pool(replicas=3)), after)
    assert any("spec.erasureCoded would change from nothing to" in line for line in lines)


def test_a_device_that_is_no_longer_named_is_refused(make_site: MakeSite) -> None:
    before = make_site(hosts={"w1": {"devices": ["/dev/disk/by-id/a", "/dev/disk/by-id/b"]}})
    after = make_site(hosts={"w1": {"devices": ["/dev/disk/by-id/a"]}})
    (line,) = change(before, after)
    assert line.startswith(
        "CephCluster/rook-ceph/rook-ceph: "
        "spec.storage.nodes[w1].devices[/dev/disk/by-id/b] would change from (name "
    )
    assert line.endswith(
        "Purge its OSDs first as Rook documents it, which removes their Deployments, or name the "
        "device again."
    )
    assert change(after, before) == []


def test_a_storage_host_that_is_no_longer_named_is_refused(make_site: MakeSite) -> None:
    after = make_site(hosts={"w1": {"devices": ["/dev/disk/by-id/w1-a"]}})
    lines = change(make_site(), after)
    assert ["nodes[w2]" in line or "nodes[w3]" in line for line in lines] == [True, True]


def test_rooks_directory_cannot_move(make_site: MakeSite) -> None:
    (line,) = change(make_site(), make_site(cluster={"data_dir_host_path": "/data/rook"}))
    assert "spec.dataDirHostPath would change from /var/lib/rook to /data/rook" in line


def test_a_data_pool_cannot_leave_its_file_system(make_site: MakeSite) -> None:
    pools = [{"name": "a", "replicas": 3}, {"name": "b", "replicas": 3}]
    before = make_site(filesystems=[{"name": "f", "data_pools": pools}])
    after = make_site(filesystems=[{"name": "f", "data_pools": pools[:1]}])
    (line,) = change(before, after)
    assert "spec.dataPools[b]" in line and "without losing its files" in line
    assert change(after, before) == []


@pytest.mark.parametrize(
    ("over", "path"),
    [
        ({"reclaim_policy": "Retain"}, "reclaimPolicy would change from Delete to Retain"),
        ({"parameters": {"imageFeatures": "x"}}, "parameters.imageFeatures would change"),
        ({"parameters": {"new": "x"}}, "parameters.new would change from nothing to x"),
    ],
)
def test_fixed_fields_of_a_storage_class_are_refused(
    over: Params, path: str, make_site: MakeSite
) -> None:
    item = {"name": "c", "pool": "a"}
    before = make_site(**pool(replicas=3), storage_classes=[item])
    after = make_site(**pool(replicas=3), storage_classes=[{**item, **over}])
    (line,) = change(before, after)
    assert line.startswith("StorageClass//c: ") and path in line
    assert "Kubernetes does not change this field of a storage class" in line


def test_a_storage_class_may_allow_expansion_later(make_site: MakeSite) -> None:
    item = {"name": "c", "pool": "a", "allow_expansion": False}
    before = make_site(**pool(replicas=3), storage_classes=[item])
    after = make_site(**pool(replicas=3), storage_classes=[{**item, "allow_expansion": True}])
    assert change(before, after) == []


BUCKETS: Params = {
    "object_stores": [{"name": "objects", "data": {"replicas": 3}}],
    "storage_classes": [{"name": "buckets", "object_store": "objects"}],
    "bucket_claims": [
        {
            "name": "mine",
            "storage_class": "buckets",
            "bucket_name": "mine",
            "claim_namespace": "apps",
        }
    ],
}
MINE = "ObjectBucketClaim/apps/mine"
USES = ("CephObjectStore/rook-ceph/objects", "StorageClass//buckets")


def test_a_claim_of_the_sites_own_goes_with_its_storage(make_site: MakeSite) -> None:
    site = make_site(**BUCKETS)
    seen = standing(site, [], Consumer(MINE, USES))
    assert told(site, seen, state="absent") == []
    (unconfirmed,) = [text for text in told(site, seen, "", state="absent") if MINE in text]
    assert "would be destroyed with its data" in unconfirmed


def test_a_claim_of_somebody_else_holds_the_store(make_site: MakeSite) -> None:
    site = make_site(**BUCKETS)
    seen = standing(site, [], Consumer("ObjectBucketClaim/shop/theirs", USES))
    (refused,) = told(site, seen, state="absent")
    assert refused.startswith("ObjectBucketClaim/shop/theirs: uses")


def test_a_bucket_goes_with_its_claim_and_not_before(make_site: MakeSite) -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "objectbuckets.objectbucket.io"},
        "spec": {"group": "objectbucket.io", "names": {"kind": "ObjectBucket"}},
    }
    bucket = {
        "apiVersion": "objectbucket.io/v1alpha1",
        "kind": "ObjectBucket",
        "metadata": {"name": "obc-apps-mine"},
        "spec": {"claimRef": {"namespace": "apps", "name": "mine"}},
    }
    site = make_site(**BUCKETS)
    seen = standing(site, [])
    key = "CustomResourceDefinition//objectbuckets.objectbucket.io"
    objects = {**seen.objects, key: definition, "ObjectBucket//obc-apps-mine": bucket}
    seen = dataclasses.replace(seen, objects=objects, owned=seen.owned | {key})
    assert told(site, seen, state="absent") == []
    theirs = {**bucket, "spec": {"claimRef": {"namespace": "shop", "name": "theirs"}}}
    seen = dataclasses.replace(seen, objects={**objects, "ObjectBucket//obc-apps-mine": theirs})
    (refused,) = told(site, seen, state="absent")
    assert refused.startswith(f"{key}: is still needed by ObjectBucket//obc-apps-mine")


def test_a_part_cannot_move_to_another_pool(make_site: MakeSite) -> None:
    pools = [{"name": "fast", "replicas": 3}, {"name": "slow", "replicas": 3}]
    before = make_site(block_pools=pools, rados_namespaces=[{"name": "tenant", "pool": "fast"}])
    after = make_site(block_pools=pools, rados_namespaces=[{"name": "tenant", "pool": "slow"}])
    (refused,) = change(before, after)
    assert "spec.blockPoolName would change from fast to slow" in refused


def claimed(site: Site, operation: str) -> Observed:
    """Return a file system whose number of servers somebody else has set."""
    seen = standing(site, [])
    found = t.cast("Params", seen.objects["CephFilesystem/rook-ceph/shared"])
    found["spec"]["metadataServer"]["activeCount"] = 2
    note = {
        "manager": "argocd", "operation": operation, "time": "2026-01-01T00:00:00Z",
        "fieldsV1": {"f:spec": {"f:metadataServer": {"f:activeCount": {}}}},
    }  # fmt: skip
    found["metadata"]["managedFields"] = [note]
    return seen


def test_a_field_that_another_manager_applies_is_not_taken_from_it(whole_site: Site) -> None:
    seen = claimed(whole_site, "Apply")
    assert told(whole_site, seen) == [
        "CephFilesystem/rook-ceph/shared: spec.metadataServer.activeCount would be taken from "
        "argocd, which applied it at 2026-01-01T00:00:00Z. Take it out of what argocd applies, "
        "give the model the value that is there, or set force_conflicts (rook_force_conflicts) to "
        "take it over."
    ]
    plan = make_plan(whole_site, render(whole_site, []), seen)
    assert refusals(plan, seen, force_conflicts=True) == ()


def test_a_field_that_somebody_changed_by_hand_is_taken_back(whole_site: Site) -> None:
    seen = claimed(whole_site, "Update")
    assert told(whole_site, seen) == []
    reasons = [step.reason for step in make_plan(whole_site, render(whole_site, []), seen).steps]
    assert "1 field differs, changed by argocd at 2026-01-01T00:00:00Z" in reasons
