# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that speaks against a site comes in one message, before the first change."""

from __future__ import annotations

import base64
import datetime
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _examine
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.modules import rook_preflight
from fakekube import FakeKube
from onsite import HOSTS, Result, run_module
from wholesite import MODEL, write_manifests

FSID = "11111111-2222-3333-4444-555555555555"
Judge = t.Callable[..., Result]


class Api(FakeKube):
    """An API whose credentials end some time, or which does not answer."""

    expiry: datetime.datetime | None = None
    problem: Exception | None = None

    def list(self, *where: str, **which: t.Any) -> t.Any:
        if self.problem:
            raise self.problem
        return super().list(*where, **which)


@pytest.fixture(name="api")
def _api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api()
    connect = classmethod(lambda _cls, *_where, **_how: api)
    monkeypatch.setattr(_examine.KubeClient, "connect", connect)
    return api


@pytest.fixture(name="judge")
def _judge(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Judge:
    manifests = {"manifests": str(write_manifests(tmp_path / "manifests"))}
    (tmp_path / "kubeconfig").write_text("")

    def judge(model: Result | None = None, *, api: bool = False, **more: t.Any) -> Result:
        whole = {"site": "store1", **MODEL, "operator": manifests, **(model or {})}
        where = {"kubeconfig": str(tmp_path / "kubeconfig")} if api else {}
        return run_module(capsys, rook_preflight, False, model=whole, **{**where, **more})

    return judge


def disks(**over: t.Any) -> Result:
    """Return what three nodes say of a blank disk each; over changes that of the first."""
    size = 100 << 30
    return {
        host: {
            "disks": [
                {
                    "path": "/dev/vdb", "links": [f"/dev/disk/by-id/{host}-a"], "type": "disk",
                    "size": size, **(over if host == "w1" else {}),
                }
            ]
        }
        for host in HOSTS
    }  # fmt: skip


def node(name: str, **spec: t.Any) -> Result:
    labels = {"kubernetes.io/hostname": name}
    status = {"nodeInfo": {"kubeletVersion": "v1.30.2"}}
    meta = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Node", "metadata": meta, "spec": spec, "status": status}


def test_a_site_that_can_work_passes(judge: Judge) -> None:
    passed = judge(disks=disks())
    assert passed.get("failed") is None, passed["msg"]
    assert passed["changed"] is False


def test_what_is_only_unwise_is_a_warning(judge: Judge) -> None:
    passed = judge({"cluster": {"mon_count": 1}})
    assert "rook_cluster_mon_count (1): with the only monitor" in str(passed["warnings"])


@pytest.mark.parametrize(
    ("layout", "path", "arithmetic"),
    [
        ({"replicas": 3}, "replicas (3)", "wants 3 copies on different hosts"),
        (
            {"erasure": {"data_chunks": 2, "coding_chunks": 1}},
            "erasure (2+1)",
            "wants 2 data + 1 coding = 3 chunks on different hosts",
        ),
    ],
)
def test_more_pieces_than_hosts_are_refused_with_arithmetic_and_cure(
    judge: Judge, layout: Result, path: str, arithmetic: str
) -> None:
    two = {name: HOSTS[name] for name in ("w1", "w2")}
    pools = [{"name": "fast", **layout}]
    refused = judge({"hosts": two, "block_pools": pools, "cluster": {"mon_count": 1}})
    said = refused["msg"]
    assert f"rook_storage_block_pools[0].{path}: pool 'fast' {arithmetic}" in said
    assert "the inventory has 2 OSD hosts (w1, w2): 2 of 3 find a place" in said
    assert "Add 1 host to rook_storage or " in said


def test_all_problems_of_the_model_come_at_once_under_the_roles_names(judge: Judge) -> None:
    cluster = {"mon_count": 0, "data_dir_host_path": "/rook/data"}
    refused = judge({"cluster": cluster, "storage_classes": [{"name": "a", "pool": "fst"}]})
    assert refused["msg"].startswith("Nothing was changed: preflight found 3 errors.\n")
    for words in (
        "rook_cluster_mon_count: 0 is not between 1 and 9. Give a number of that range.",
        "rook_node_data_dir_host_path: '/rook/data' is under /rook, which Rook's containers use",
        "rook_storage_classes[0].pool: 'fst' is not in block_pools. The nearest is fast",
    ):
        assert words in refused["msg"]


def test_a_device_that_is_not_there_is_named_with_the_blank_ones(judge: Judge) -> None:
    refused = judge(disks=disks(links=["/dev/disk/by-id/other"]))
    assert (
        "rook_node_devices[0] of w1 (/dev/disk/by-id/w1-a): there is no such device on this host "
        "(DISK-01). Blank disks there are: /dev/disk/by-id/other." in refused["msg"]
    )


def test_a_device_with_data_is_refused(judge: Judge) -> None:
    refused = judge(disks=disks(signatures=["ext4"], mounts=["/data"]))
    assert "rook_node_devices[0] of w1" in refused["msg"]
    assert "it is not blank: it is mounted at /data; it holds ext4 (DISK-02)" in refused["msg"]


def osd(fsid: str) -> Result:
    return {"signatures": ["ceph_bluestore"], "ceph": {"fsid": fsid}}


def test_an_osd_of_another_cluster_is_refused_and_of_this_site_is_not(
    judge: Judge, api: Api
) -> None:
    assert "an OSD of another Ceph cluster" in judge(disks=disks(**osd(FSID)), api=True)["msg"]
    meta = {"name": "rook-ceph-mon", "namespace": "rook-ceph"}
    data = {"fsid": base64.b64encode(FSID.encode()).decode()}
    api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": data})
    assert judge(disks=disks(**osd(FSID)), api=True).get("failed") is None


def test_two_hosts_at_one_address_or_of_one_name_are_one_node(judge: Judge) -> None:
    refused = judge(addresses={"w1": "192.0.2.1", "w2": "192.0.2.1", "W1": "192.0.2.3"})
    assert (
        "inventory host w2 (ansible_host 192.0.2.1): it has the same address as w1"
        in (refused["msg"])
    )
    assert "inventory host W1 (W1): it has the same name as w1" in refused["msg"]


def test_an_unreachable_node_and_one_without_root_are_told_once_each(judge: Judge) -> None:
    away = {"unreachable": True, "msg": "Connection refused"}
    plain = {"failed": True, "msg": "no result", "module_stderr": "\nMissing sudo password\n"}
    answers = {**disks(), "w1": away, "w2": plain}
    refused = judge(disks=answers, kubelets={"w1": {"skipped": True}, "w2": plain})
    assert refused["msg"].startswith("Nothing was changed: preflight found 2 errors.\n")
    assert "host w1 (unreachable): Connection refused (NODE-REACH). Start" in refused["msg"]
    assert "it could not be examined as root: Missing sudo password (NODE-ROOT)" in refused["msg"]
    assert ", unless that tells of something else." in refused["msg"]


def test_a_node_that_takes_the_connection_and_says_nothing_is_no_matter_of_root(
    judge: Judge,
) -> None:
    silent = {"failed": True, "msg": "Timed out after 300 second(s).", "timedout": {"period": 300}}
    refused = judge(disks={**disks(), "w1": silent})
    told = "inventory host w1 (silent): Timed out after 300 second(s) (NODE-REACH). Look on its"
    assert told in refused["msg"]


def test_manifests_that_are_missing_are_named(judge: Judge) -> None:
    refused = judge({"operator": {"manifests": "/nowhere"}})
    assert "rook_operator_manifests (/nowhere): there is no crds.yaml" in refused["msg"]
    assert "crds.yaml, common.yaml, operator.yaml" in refused["msg"]
    assert "rook_operator_manifests: is missing" in judge({"operator": {}})["msg"]


def test_an_expired_kubeconfig_is_refused_with_its_date(judge: Judge, api: Api) -> None:
    api.expiry = datetime.datetime(2020, 1, 2, 3, 4, tzinfo=datetime.UTC)
    refused = judge(api=True)
    assert "its client certificate expired on 2020-01-02 03:04 UTC (API-CERT)" in refused["msg"]
    assert "kubeadm certs renew admin.conf" in refused["msg"]


def test_an_api_that_does_not_answer_is_a_finding(judge: Judge, api: Api) -> None:
    api.problem = UnreachableError("list", "Node", "nothing listens at https://192.0.2.1:6443")
    refused = judge(api=True)
    assert "rook_kubeconfig (" in refused["msg"] and "nothing listens at" in refused["msg"]
    assert "(API-REACH). If that cluster is gone, remove the file." in refused["msg"]


def test_without_a_kubeconfig_there_is_no_cluster_yet_unless_one_is_adopted(judge: Judge) -> None:
    nowhere = "/nonexistent/kubeconfig"
    assert judge(kubeconfig=nowhere).get("failed") is None
    refused = judge(kubeconfig=nowhere, kubernetes_adopt=True)
    assert f"rook_kubeconfig ({nowhere}): there is no such file" in refused["msg"]


def test_nodes_that_will_join_are_counted_and_those_of_an_adopted_cluster_are_not(
    judge: Judge, api: Api
) -> None:
    api.apply(node("w1"))
    assert judge(api=True).get("failed") is None
    refused = judge(api=True, kubernetes_adopt=True)
    assert "each monitor needs a node of its own and there are 1: w1" in refused["msg"]
    assert "inventory host w2 (w2): no node has this name" in refused["msg"]


@pytest.mark.parametrize(
    ("state", "adopt"), [("present", False), ("absent", False), ("absent", True)]
)
def test_a_cluster_of_which_no_host_is_a_node_is_another_one(
    judge: Judge, api: Api, state: str, *, adopt: bool
) -> None:
    api.apply(node("theirs"))
    asked = {"api": True, "state": state, "confirm": "store1", "kubernetes_adopt": adopt}
    refused = judge(**asked)
    assert (
        "rook_kubeconfig (theirs): it leads to a cluster of which no host of the inventory is a "
        "node (API-05)" in refused["msg"]
    )
    api.apply(node("w1"))
    assert judge(**asked).get("failed") is None


def test_the_release_of_an_adopted_cluster_is_judged(judge: Judge, api: Api) -> None:
    for name in HOSTS:
        api.apply({**node(name), "status": {"nodeInfo": {"kubeletVersion": "v1.20.4"}}})
    refused = judge(api=True, kubernetes_adopt=True)
    assert "rook_kubernetes_version (v1.20.4): Rook 1.16 is made for" in refused["msg"]


def test_a_teardown_asks_for_its_confirmation_and_for_nothing_of_building(judge: Judge) -> None:
    refused = judge({"operator": {}}, state="absent", disks=disks(signatures=["ext4"]))
    assert refused["msg"].splitlines()[1:] == [
        "rook_confirm (''): it is not the name of the site, and all data of the site would be "
        "destroyed (TEAR-04). Set it to store1, if store1 is to go."
    ]
    assert judge({"operator": {}}, state="absent", confirm="store1").get("failed") is None


def test_a_teardown_names_who_uses_the_storage(judge: Judge, api: Api) -> None:
    labels = {
        "app.kubernetes.io/part-of": "store1", "app.kubernetes.io/managed-by": "rookery",
    }  # fmt: skip
    meta = {"name": "rook-ceph", "namespace": "rook-ceph", "labels": labels}
    storage = {"nodes": []}
    spec = {"storage": storage, "mon": {"count": 1}, "mgr": {"count": 1}}
    api.apply(
        {"apiVersion": "ceph.rook.io/v1", "kind": "CephCluster", "metadata": meta, "spec": spec}
    )
    csi = {
        "driver": "rook-ceph.cephfs.csi.ceph.com",
        "volumeAttributes": {"clusterID": "rook-ceph", "fsName": "shared"},
    }
    api.apply(
        {
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv-1"},
            "spec": {"csi": csi, "claimRef": {"namespace": "shop", "name": "data"}},
        }
    )  # fmt: skip
    refused = judge(api=True, state="absent", confirm="store1")
    assert "PersistentVolume//pv-1: uses CephCluster/rook-ceph/rook-ceph" in refused["msg"]
    asked = {"api": True, "state": "absent", "confirm": "store1"}
    assert judge(**asked, consumers="wait").get("failed") is None
    evicting = {**asked, "consumers": "evict"}
    assert judge(**evicting, evict_namespaces=["shop"]).get("failed") is None
    elsewhere = judge(**evicting, evict_namespaces=["blog"])
    assert "namespace shop, which evict_namespaces does not list" in elsewhere["msg"]
    assert "evict_namespaces: is needed to evict consumers" in judge(**evicting)["msg"]


@pytest.mark.parametrize(("owner", "fsid"), [("store1", FSID), ("store2", "")])
def test_a_teardown_learns_the_id_of_its_own_cluster_only(
    judge: Judge, api: Api, owner: str, fsid: str
) -> None:
    labels = {"app.kubernetes.io/part-of": owner, "app.kubernetes.io/managed-by": "rookery"}
    meta = {"name": "rook-ceph", "namespace": "rook-ceph"}
    spec = {"storage": {"nodes": []}, "mon": {"count": 1}, "mgr": {"count": 1}}
    cluster = {"metadata": {**meta, "labels": labels}, "spec": spec}
    api.apply({"apiVersion": "ceph.rook.io/v1", "kind": "CephCluster", **cluster})
    data = {"fsid": base64.b64encode(FSID.encode()).decode()}
    secret = {**meta, "name": "rook-ceph-mon"}
    api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": secret, "data": data})
    assert judge(api=True, state="absent", confirm="store1")["ceph_fsid"] == fsid


def test_another_cluster_than_the_pinned_one_is_refused(judge: Judge, api: Api) -> None:
    system = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}
    uid = api.apply(system)["metadata"]["uid"]
    refused = judge(api=True, cluster_uid="somewhere-else")
    assert (
        "rook_cluster_uid (somewhere-else): the UID of namespace kube-system is" in refused["msg"]
    )
    assert f"{uid!r}" in refused["msg"] and "(API-UID)" in refused["msg"]
    assert judge(api=True, cluster_uid=uid).get("failed") is None


def status(result: Result, rule: str) -> tuple[str, str]:
    told = next(item for item in result["rules"] if item["rule"] == rule)
    return told["status"], told["reason"]


def test_every_rule_is_told_with_what_became_of_it(judge: Judge) -> None:
    passed = judge(disks=disks())
    assert len(passed["rules"]) == sum(passed["summary"].values()) >= 127
    assert status(passed, "POOL-02") == ("passed", "")
    assert status(passed, "DISK-02") == ("passed", "")
    assert status(passed, "NET-01") == ("not decided", "peers of w1, w2, w3: it was not asked")
    assert status(passed, "KUB-04")[0] == "not applicable"


def test_a_rule_that_lacks_the_facts_of_a_host_says_why_and_the_rest_is_judged(
    judge: Judge,
) -> None:
    away = {"unreachable": True, "msg": "No route to host"}
    refused = judge(disks={**disks(signatures=["ext4"]), "w2": away})
    assert status(refused, "DISK-02")[0] == "error"
    assert status(refused, "DISK-03") == ("not decided", "devices of w2: No route to host")
    assert status(refused, "NODE-REACH")[0] == "error"


def test_a_mute_silences_a_warning_and_shows_its_reason(judge: Judge) -> None:
    pools = {"block_pools": [{"name": "scratch", "replicas": 2}]}
    muted = judge(pools, mute={"POOL-06": "can be made again"})
    assert "(POOL-06)" not in str(muted.get("warnings"))
    assert "(POOL-06)" in str(judge(pools)["warnings"])
    assert status(muted, "POOL-06") == ("muted", "can be made again")
    assert [item for item in muted["findings"] if item["rule"] == "POOL-06"] == []


def test_a_mute_turns_an_error_into_a_known_one(judge: Judge) -> None:
    one = {"block_pools": [{"name": "one", "replicas": 4}]}
    assert judge(one)["failed"] is True
    assert judge(one, mute={"POOL-02": "a fourth host comes"}).get("failed") is None


def test_a_mute_of_a_guard_is_refused_and_the_guard_stays(judge: Judge) -> None:
    refused = judge(disks=disks(signatures=["ext4"]), mute={"DISK-02": "I know"})
    assert "rook_preflight_mute.DISK-02 (DISK-02): it guards data" in refused["msg"]
    assert "it holds ext4 (DISK-02)" in refused["msg"]
    assert status(refused, "DISK-02")[0] == "error" and status(refused, "MUTE")[0] == "error"


def test_without_an_api_its_rules_are_not_decided_and_say_why(judge: Judge, api: Api) -> None:
    none = judge(kubeconfig="/nonexistent/kubeconfig")
    why = "clusters: there is no Kubernetes cluster yet"
    assert status(none, "NODE-12") == ("not decided", why)
    api.problem = UnreachableError("list", "Node", "nothing listens")
    assert "nothing listens" in status(judge(api=True), "NODE-12")[1]


def test_where_the_operator_of_csi_is_needed_its_csi_operator_yaml_is(
    judge: Judge, tmp_path: Path
) -> None:
    folder = write_manifests(tmp_path / "more")
    wanted = {"version": "1.18.11", "operator": {"manifests": str(folder)}}
    for name in ("csi-operator.yaml", "crds.yaml", "common.yaml", "operator.yaml"):
        (folder / name).touch()
    assert status(judge(wanted), "CSI-03") == ("passed", "")
    (folder / "csi-operator.yaml").unlink()
    assert status(judge(wanted), "CSI-03")[0] == "error"


def test_files_of_another_release_are_refused(judge: Judge, tmp_path: Path) -> None:
    folder = write_manifests(tmp_path / "other")
    (folder / "operator.yaml").write_text("image: docker.io/rook/ceph:v1.9.13\n")
    refused = judge({"operator": {"manifests": str(folder)}})
    assert "its files are those of Rook 1.9.13, and 1.16" in refused["msg"]


def test_what_hosts_say_of_themselves_and_each_other_is_judged(judge: Judge) -> None:
    closed = {"peers": {"w2": {"ports": {"3300": "open", "6789": "blocked"}}}, "images": {}}
    refused = judge(
        systems={"w1": {"system": {"limit_nofile": {"containerd": "infinity"}}}},
        probes={"w1": closed},
    )
    assert (
        "inventory host w1 (to w2): to w2 these ports are closed on the way: 6789 (NET-01)"
        in (refused["msg"])
    )
    assert status(refused, "NODE-08")[0] == "warned"
