# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who blocks whom is a tree that a person can act on, line by line."""

from __future__ import annotations

import copy
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._blockers import (
    LINES,
    as_text,
    find_blockers,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._plan import (
    Consumer,
    Crowd,
    Observed,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from crowds import CLAIM, CROWD, OTHERS, SNAPSHOT, claim, crowd, thing

MakeSite = Callable[..., Site]
GOLDEN = """\
Who blocks whom, and what would resolve it:
CephCluster/rook-ceph/rook-ceph would be removed
  VolumeSnapshot/shop/nightly holds VolumeSnapshotContent snap-1: kubectl -n shop delete volumesnapshot nightly
CephFilesystem/rook-ceph/shared would be removed
  StorageClass//files is the class of volumes on it
    PersistentVolumeClaim/blog/posts uses it: kubectl -n blog delete persistentvolumeclaim posts
    PersistentVolumeClaim/shop/uploads holds PersistentVolume pv-uploads: kubectl -n shop delete persistentvolumeclaim uploads
      Pod/shop/cron-0 mounts it, run by CronJob/shop/cron: kubectl -n shop patch cronjob cron -p '{"spec":{"suspend":true}}'
      Pod/shop/web-0 mounts it, run by Deployment/shop/web: kubectl -n shop scale deployment web --replicas=0
      VolumeAttachment//csi-1 holds it on node w1; Kubernetes removes it once the pods there have ended"""  # noqa: E501


def standing(site: Site, *consumers: Consumer, seen: Crowd = CROWD, **more: t.Any) -> Observed:
    objects = {item.id: copy.deepcopy(item.manifest) for item in render(site, [])}
    return Observed(
        objects=objects, owned=frozenset(objects), consumers=consumers, crowd=seen, **more
    )


def text(site: Site, seen: Observed) -> str:
    return as_text(find_blockers(make_plan(site, [], seen, "absent"), seen))


def test_a_resource_is_blocked_by_its_class_that_by_claims_and_those_by_pods(
    whole_site: Site,
) -> None:
    assert text(whole_site, standing(whole_site, OTHERS, CLAIM, SNAPSHOT)) == GOLDEN


def test_without_anybody_there_is_nothing_to_tell(whole_site: Site) -> None:
    assert text(whole_site, standing(whole_site)) == ""


def test_a_lost_pod_is_named_with_its_node_and_ended_by_force(whole_site: Site) -> None:
    lost = "it is to end, and its node w3 is not ready"
    seen = crowd(thing("Pod", "p"), lost={"shop/p": lost})
    assert (
        "Pod/shop/p mounts it; it is to end, and its node w3 is not ready: once that machine is "
        "known to be off, end it by force: kubectl -n shop delete pod p --force --grace-period=0"
    ) in text(whole_site, standing(whole_site, claim("c", "p"), seen=seen))


def test_a_volume_that_stays_after_its_claim_is_told(whole_site: Site) -> None:
    kept = claim("c", retained=True)
    assert (
        "PersistentVolume//pv-c stays after that by its policy Retain: "
        "kubectl delete persistentvolume pv-c"
    ) in text(whole_site, standing(whole_site, kept))


def test_what_rook_says_is_told_with_what_lists_it(whole_site: Site) -> None:
    seen = standing(whole_site)
    pool = t.cast("dict[str, t.Any]", seen.objects["CephBlockPool/rook-ceph/fast"])
    words = 'pool "fast" has images'
    pool["status"] = {
        "conditions": [
            {"type": "PoolDeletionIsBlocked", "status": "True", "message": words},
            {"type": "DeletionIsBlocked", "status": "False", "message": "no"},
        ]
    }
    assert text(whole_site, seen).splitlines()[1:] == [
        f"CephBlockPool/rook-ceph/fast would be removed; Rook says: {words}: "
        "kubectl -n rook-ceph exec deploy/rook-ceph-tools -- rbd ls fast"
    ]


@pytest.mark.parametrize(
    ("spec", "command"),
    [
        # Rook makes no realm the default one: without these words another zone is listed.
        (
            {},
            "kubectl -n rook-ceph exec deploy/rook-ceph-tools -- radosgw-admin bucket list "
            "--rgw-realm=objects --rgw-zonegroup=objects --rgw-zone=objects",
        ),
        ({"zone": {"name": "east"}}, "kubectl -n rook-ceph describe cephobjectstore objects"),
    ],
)
def test_a_stores_buckets_are_listed_in_its_own_zone(
    whole_site: Site, spec: dict[str, t.Any], command: str
) -> None:
    seen = standing(whole_site)
    store = t.cast("dict[str, t.Any]", seen.objects["CephObjectStore/rook-ceph/objects"])
    store["spec"] |= spec
    words = "it has buckets"
    store["status"] = {
        "conditions": [{"type": "DeletionIsBlocked", "status": "True", "message": words}]
    }
    told = f"CephObjectStore/rook-ceph/objects would be removed; Rook says: {words}: {command}"
    assert told in text(whole_site, seen).splitlines()


def test_what_runs_a_pod_in_its_own_way_is_not_to_be_deleted(whole_site: Site) -> None:
    """An operator's object may have more claims than this one, and a Node runs static pods."""
    seen = crowd(
        thing("Pod", "db-1"), thing("StatefulSet", "db"), thing("Pod", "fixed"),
        runners={
            "shop/db-1": ("StatefulSet/shop/db", "Cluster/shop/db"),
            "shop/fixed": ("Node/shop/w1",),
        },
    )  # fmt: skip
    told = text(whole_site, standing(whole_site, claim("c", "db-1", "fixed"), seen=seen))
    assert "      Pod/shop/db-1 mounts it, run by Cluster/shop/db: stop it there\n" in f"{told}\n"
    assert "      Pod/shop/fixed mounts it, run by Node/shop/w1: stop it there\n" in f"{told}\n"


def test_of_what_runs_a_pod_the_last_one_that_lives_is_stopped(whole_site: Site) -> None:
    seen = crowd(
        thing("Pod", "p"), thing("ReplicaSet", "r"), thing("Pod", "q"),
        runners={"shop/p": ("ReplicaSet/shop/r", "Deployment/shop/d"), "shop/q": ("Job/shop/j",)},
    )  # fmt: skip
    told = text(whole_site, standing(whole_site, claim("c", "p", "q"), seen=seen))
    assert "run by ReplicaSet/shop/r: kubectl -n shop scale replicaset r --replicas=0" in told
    assert "Pod/shop/q mounts it: kubectl -n shop delete pod q" in told


def test_others_resources_and_tenants_are_told(whole_site: Site) -> None:
    nfs = {**thing("CephNFS", "hers", "rook-ceph"), "apiVersion": "ceph.rook.io/v1"}
    seen = standing(whole_site, tenants=("ConfigMap/rook-ceph/notes",))
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "rook-ceph"}}
    objects = {
        **seen.objects, "CephNFS/rook-ceph/hers": nfs, "Namespace//rook-ceph": namespace,
    }  # fmt: skip
    owned = seen.owned | {"Namespace//rook-ceph"}
    found = text(whole_site, Observed(objects=objects, owned=owned, tenants=seen.tenants))
    assert "  CephNFS/rook-ceph/hers needs it: kubectl -n rook-ceph delete cephnfs hers" in found
    assert (
        "  ConfigMap/rook-ceph/notes is inside, and not ours: "
        "kubectl -n rook-ceph delete configmap notes"
    ) in found


def test_of_very_many_the_first_are_told_and_the_others_counted(whole_site: Site) -> None:
    many = [claim(f"c{number:05}", "p") for number in range(10_000)]
    lines = text(whole_site, standing(whole_site, *many)).splitlines()
    assert len(lines) == LINES + 2
    assert lines[-1] == "and 9983 more: 9983 PersistentVolumeClaim"
