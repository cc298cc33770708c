# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Information tells how a site stands, writes nothing, and is the same while the site is."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.modules import rook_info, rook_site
from onsite import Onsite, run_module
from wholesite import MODEL, write_manifests

POOL = Ref("ceph.rook.io/v1", "CephBlockPool", "rook-ceph", "fast")
CLUSTER = Ref("ceph.rook.io/v1", "CephCluster", "rook-ceph", "rook-ceph")
OPERATOR = Ref("apps/v1", "Deployment", "rook-ceph", "rook-ceph-operator")
Object = dict[str, t.Any]


@pytest.fixture
def options(tmp_path: Path) -> Object:
    return {**MODEL, "operator": {"manifests": str(write_manifests(tmp_path / "manifests"))}}


@pytest.fixture
def info(
    options: Object,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Onsite:
    return Onsite(rook_info, {**options, "wait_timeout": None}, capsys, monkeypatch, tmp_path)


@pytest.fixture
def built(info: Onsite, options: Object, capsys: pytest.CaptureFixture[str]) -> Onsite:
    """Return the module on a site that stands."""
    site = {"site": "store1", "wait_timeout": 20, "kubeconfig": str(info.kubeconfig)}
    made = run_module(capsys, rook_site, False, **site, **options)
    assert made.get("failed") is None, made["msg"]
    info.kube.writes.clear()
    return info


def change(info: Onsite, ref: Ref, patch: Object) -> None:
    info.kube.patch(ref, patch)
    info.kube.writes.clear()


@pytest.mark.parametrize("check", [False, True])
def test_a_site_that_stands_is_told_and_nothing_is_written(built: Onsite, check: bool) -> None:
    found = built(check=check)
    assert found["changed"] is False and built.kube.writes == []
    assert found["missing"] == found["drift"] == found["leftovers"] == []
    assert all(row["ready"] and row["ours"] for row in found["objects"])
    assert found["standing"]["summary"]["state"] == "ready"
    assert found["versions"]["operator_images"] == ["docker.io/rook/ceph:v1.16.0"]
    assert found["health"]["status"] == "HEALTH_OK"


def test_the_standing_is_the_same_while_the_site_is(built: Onsite) -> None:
    first = built()["standing"]
    ceph = {"lastChecked": "2099-01-01T00:01:00Z", "capacity": {"bytesUsed": 7}}
    later = {**built.kube.objects[CLUSTER], "status": {**built.kube.objects[CLUSTER]["status"]}}
    later["status"]["ceph"] = {**later["status"]["ceph"], **ceph}
    built.kube.objects[CLUSTER] = later
    found = built()
    assert found["health"]["capacity"] == {"bytesUsed": 7}
    assert found["standing"] == first


def test_drift_names_field_and_both_values(built: Onsite) -> None:
    change(built, POOL, {"spec": {"replicated": {"size": 2}}})
    assert built()["drift"] == [
        {
            "id": POOL.id,
            "path": "spec.replicated.size",
            "found": 2,
            "wanted": 3,
            "manager": "",
            "since": "",
        }
    ]


def test_a_password_in_a_url_that_drifted_is_not_told(built: Onsite) -> None:
    url = "http://me:TOP-SECRET@host"
    change(built, POOL, {"spec": {"replicated": {"size": url}}})
    found = built()
    assert found["standing"]["drift"][0]["found"] == "http://me:(hidden)@host"
    assert "TOP-SECRET" not in str(found)


def test_what_is_not_ready_is_told_with_its_reason(built: Onsite) -> None:
    built.kube.objects[POOL]["status"]["phase"] = "Progressing"
    (row,) = [row for row in built()["objects"] if not row["ready"]]
    assert (row["id"], row["reason"]) == (POOL.id, "phase is Progressing")


def test_accepted_health_codes_are_told_and_are_no_problem(built: Onsite) -> None:
    details = {"MON_DISK_LOW": {"message": "mon a is low"}}
    ceph = built.kube.objects[CLUSTER]["status"]["ceph"]
    ceph |= {"health": "HEALTH_WARN", "details": details}
    summary = built()["standing"]["summary"]
    assert (summary["ceph"], summary["warnings"]) == ("HEALTH_WARN", ["MON_DISK_LOW"])
    muted = built(cluster={"mute_health": ["MON_DISK_LOW"]})
    summary = muted["standing"]["summary"]
    assert (summary["ceph"], summary["warnings"]) == ("HEALTH_OK", [])
    assert muted["health"]["muted"] == ["MON_DISK_LOW"]


@pytest.mark.parametrize(
    "more", [{}, {"state": "absent"}, dict.fromkeys(MODEL.keys() - {"version"})]
)
def test_the_health_of_a_cluster_of_others_is_told_as_theirs(built: Onsite, more: Object) -> None:
    found = built(**more)
    assert found["health"]["ours"] is True
    assert found["standing"]["summary"]["ceph"] == "HEALTH_OK"
    labels = {"app.kubernetes.io/part-of": "store2"}
    change(built, CLUSTER, {"metadata": {"labels": labels}})
    found = built(**more)
    assert (found["health"]["ours"], found["health"]["status"]) == (False, "HEALTH_OK")
    assert found["standing"]["summary"]["ceph"] == "HEALTH_OK, not ours"


def test_objects_that_the_model_dropped_are_leftovers(built: Onsite) -> None:
    assert built(block_pools=[])["leftovers"] == [POOL.id]


def test_without_a_model_nothing_is_compared(built: Onsite) -> None:
    bare = {key: None for key in MODEL if key != "version"}
    found = built(**bare, operator=None)
    assert found["drift"] == found["missing"] == found["leftovers"] == []
    assert POOL.id in [row["id"] for row in found["objects"]]


def test_what_the_operator_says_of_itself_is_told(built: Onsite) -> None:
    notes = {"example.org/what": "not the usual one", "deployment.kubernetes.io/revision": "1"}
    change(built, OPERATOR, {"metadata": {"annotations": notes}})
    assert built()["versions"]["operator_notes"] == {"example.org/what": "not the usual one"}


def test_osds_are_told_with_their_hosts_until_they_are_purged(built: Onsite) -> None:
    bound = Ref("apps/v1", "Deployment", "rook-ceph", "rook-ceph-osd-all")
    pod = {"spec": {"nodeSelector": {"kubernetes.io/hostname": "w3"}}}
    labels = {"ceph-osd-id": "7", "topology-location-host": "w3-in-ceph"}
    change(built, bound, {"metadata": {"labels": labels}, "spec": {"template": pod}})
    moving = {
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": {},
        "metadata": {
            "name": "rook-ceph-osd-2", "namespace": "rook-ceph",
            "labels": {
                "app": "rook-ceph-osd", "ceph-osd-id": "2", "topology-location-host": "w1",
            },
        },
    }  # fmt: skip
    built.kube.apply(moving)
    assert built()["osds"] == [{"id": "2", "node": "w1"}, {"id": "7", "node": "w3"}]
    built.kube.objects.pop(bound)
    assert built()["osds"] == [{"id": "2", "node": "w1"}]


def test_on_nothing_all_is_missing(info: Onsite) -> None:
    info.kubeconfig.unlink()
    found = info()
    assert found.get("failed") is None
    assert CLUSTER.id in found["missing"]
    assert found["standing"]["summary"]["state"] == "nothing is there"
    assert (found["standing"]["summary"]["ceph"], found["health"]["ours"]) == ("", None)


def test_when_nothing_is_wanted_everything_that_is_there_is_left_over(built: Onsite) -> None:
    found = built(state="absent")
    assert {CLUSTER.id, OPERATOR.id, POOL.id, "Namespace//rook-ceph"} <= set(found["leftovers"])
    assert found["missing"] == found["drift"] == []
    built.kubeconfig.unlink()
    gone = built(state="absent")
    assert gone["objects"] == gone["leftovers"] == []
    assert gone["standing"]["summary"]["state"] == "nothing is there"


def test_the_cluster_s_uid_is_told_to_pin_a_site_to_it(built: Onsite) -> None:
    system = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}
    uid = built.kube.apply(system)["metadata"]["uid"]
    assert built()["cluster_uid"] == uid
    built.kubeconfig.unlink()
    assert built()["cluster_uid"] == ""
