# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan, check mode and run say the same, in few requests, and only the run writes.

Every request of the code under test goes through a proxy that keeps a log.
"""

from __future__ import annotations

import copy
import typing as t

import pytest
import yaml
from acting import Acting
from ansible_collections.rookery.rook.plugins.module_utils._apply import NO_VERSION
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._errors import ConflictError
from conftest import HOSTS, MODEL, MODULES, manifests, run_module
from controlplane import ControlPlane
from faults import Proxy
from raw import CEPH, Object, Raw

EDIT = "?fieldManager=kubectl-edit"
APPLY = "application/apply-patch+yaml"
CONFIG_MAP = "/api/v1/namespaces/rook-ceph/configmaps/rook-ceph-operator-config"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
MOST_REQUESTS = 26


class Site:
    """A site behind the proxy."""

    def __init__(self, plane: ControlPlane, proxy: Proxy, capsys: t.Any) -> None:
        self.proxy = proxy
        self._capsys = capsys
        self._kubeconfig = proxy.kubeconfig(plane.folder / "admin.conf")
        self.model: Object = {**MODEL, "operator": {"manifests": str(manifests())}}

    def run(self, name: str, check: bool = False, **more: t.Any) -> Object:
        """Run a module; whatever does not have to write has not written."""
        self.proxy.arm()
        options = {**self.model, **more}
        result = run_module(self._capsys, self._kubeconfig, MODULES[name], check, **options)
        if check or name == "rook_plan" or not result.get("changed"):
            assert self.proxy.writes() == []
        return result

    def agreed(self, **more: t.Any) -> Object:
        """Plan, check and run; all three have the same steps, reasons and differences."""
        planned = self.run("rook_plan", **_without_waiting(more))
        checked = self.run("rook_site", check=True, **more)
        done = self.run("rook_site", **more)
        assert done.get("failed") is None, done["msg"]
        assert checked["plan"] == planned["plan"] == done["plan"]
        assert checked["diff"] == planned["diff"] == done["diff"]
        assert checked["changed"] == done["changed"]
        return done


def _without_waiting(options: Object) -> Object:
    return {key: value for key, value in options.items() if not key.startswith("wait")}


@pytest.fixture(name="site")
def _site(plane: ControlPlane, capsys: pytest.CaptureFixture[str]) -> t.Iterator[Site]:
    with Proxy(plane) as proxy:
        yield Site(plane, proxy, capsys)


def reasons(result: Object) -> dict[str, str]:
    """Return why each object is created or updated."""
    return {
        step["target"]: step["reason"]
        for step in result["plan"]
        if step["op"] in ("create", "update")
    }


def merge(raw: Raw, path: str, patch: Object) -> None:
    raw.merge(f"{path}{EDIT}", patch)


def test_nothing_a_converged_site_and_one_that_was_edited_by_hand(site: Site, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        made = site.agreed(wait_timeout=120)
        assert made["changed"] is True and set(reasons(made).values()) == {"is not there"}
        again = site.agreed(wait_timeout=120)
        assert again["changed"] is False and reasons(again) == {}
        edited = edit(raw)
        drift = {row["id"]: row for row in site.run("rook_info")["drift"]}
        repaired = site.agreed(wait_timeout=120)
        assert {key: why.split(" at ")[0] for key, why in reasons(repaired).items()} == edited
        servers = drift["CephFilesystem/rook-ceph/myfs"]
        assert (servers["found"], servers["wanted"]) == (2, 1)
        assert servers["manager"] == "kubectl-edit" and servers["since"].startswith("20")
        assert set(drift) == {key for key, why in edited.items() if why != "is not there"}
        kept = {step["target"]: step["reason"] for step in repaired["plan"]}
        assert kept["StorageClass//rook-ceph-block"].startswith("not ours")
        assert site.agreed(wait_timeout=120)["changed"] is False


def edit(raw: Raw) -> dict[str, str]:
    """Change, remove and add by hand; return which reasons that must give, without the time."""
    servers = {"spec": {"metadataServer": {"activeCount": 2}}}
    merge(raw, f"{CEPH}/cephfilesystems/myfs", servers)
    data = t.cast("Object", raw("GET", CONFIG_MAP))["data"]
    merge(raw, CONFIG_MAP, {"data": {min(data): None}})
    merge(raw, f"{CEPH}/cephobjectstores/store", {"spec": {"gateway": {"instances": None}}})
    raw("DELETE", f"{CLASSES}/rook-cephfs")
    foreign = {"metadata": {"labels": {"app.kubernetes.io/part-of": None}}}
    merge(raw, f"{CLASSES}/rook-ceph-block", foreign)
    label = "app.kubernetes.io%2Fpart-of%3Dstore1"
    role = raw.items(f"{ROLES}?labelSelector={label}")[0]
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    name = role["metadata"]["name"]
    merge(raw, f"{ROLES}/{name}", {"rules": [*role["rules"], rule]})
    # Another version of the same pool, by a tool that only keeps an annotation of its own.
    note = {"metadata": {"annotations": {"example.org/note": "x"}}}
    merge(raw, f"{CEPH}/cephblockpools/replicapool", note)
    by = "1 field differs, changed by kubectl-edit"
    return {
        "CephFilesystem/rook-ceph/myfs": by,
        "ConfigMap/rook-ceph/rook-ceph-operator-config": "1 field differs",
        "CephObjectStore/rook-ceph/store": "1 field differs",
        "StorageClass//rook-cephfs": "is not there",
        f"ClusterRole//{name}": by,
    }


def test_definitions_alone(site: Site, raw: Raw) -> None:
    raw.define(*yaml.safe_load_all((manifests() / "crds.yaml").read_text()))
    made = site.agreed(wait=False)
    assert not any(target.startswith("Custom") for target in reasons(made))
    assert site.agreed(wait=False)["changed"] is False


def test_a_field_that_another_manager_applies_is_refused_in_the_same_words(
    site: Site, raw: Raw
) -> None:
    site.run("rook_site", wait=False)
    path = f"{CEPH}/cephfilesystems/myfs"
    theirs = {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephFilesystem",
        "metadata": {"name": "myfs"}, "spec": {"metadataServer": {"activeCount": 3}},
    }  # fmt: skip
    raw("PATCH", f"{path}?fieldManager=argocd&force=true", theirs, APPLY)
    (refusal,) = site.run("rook_plan")["refusals"]
    checked = site.run("rook_site", check=True)
    refused = site.run("rook_site", wait=False)
    for said in (refusal["reason"], checked["msg"], refused["msg"]):
        assert "spec.metadataServer.activeCount would be taken from argocd" in said
        assert "applied it at 20" in said
    assert checked["msg"] == refused["msg"] and "rook_force_conflicts" in refused["msg"]
    assert t.cast("Object", raw("GET", path))["spec"]["metadataServer"]["activeCount"] == 3
    taken = site.agreed(wait=False, force_conflicts=True)
    (why,) = reasons(taken).values()
    assert why.startswith("1 field differs, applied by argocd at 20")
    assert t.cast("Object", raw("GET", path))["spec"]["metadataServer"]["activeCount"] == 1
    assert site.agreed(wait=False)["changed"] is False


def test_the_objects_of_another_site_are_kept_with_its_name(site: Site) -> None:
    site.run("rook_site", wait=False)
    other = site.agreed(wait=False, site="store2")
    assert other["changed"] is False
    assert {step["reason"] for step in other["plan"] if step["op"] == "keep"} == {
        "not ours: it belongs to site store1"
    }


def large() -> Object:
    """Return what makes a site of 120 objects in 20 collections."""
    layout = {"replicas": 3}
    pools = [f"pool{number}" for number in range(36)]
    files = [f"files{number}" for number in range(6)]
    return {
        "block_pools": [{"name": name, **layout} for name in pools],
        "filesystems": [{"name": name, "data_pools": [{"name": "a", **layout}]} for name in files],
        "object_store_users": [{"name": f"user{number}", "store": "store"} for number in range(8)],
        "storage_classes": [
            {"name": f"c{place}", "pool": name} for place, name in enumerate(pools)
        ],
        "rados_namespaces": [{"name": "space", "pool": pools[0]}],
        "subvolume_groups": [{"name": "group", "filesystem": files[0]}],
        "clients": [{"name": "client", "caps": {"mon": "allow r"}}],
        "object_realms": [{"name": "realm"}],
        "object_zone_groups": [{"name": "group", "realm": "realm"}],
        "bucket_topics": [
            {"name": "topic", "store": "store", "http": {"uri": "http://events.example.org"}}
        ],
        "bucket_notifications": [{"name": "news", "topic": "topic"}],
    }


# Kinds of the large site after which the test does not look as an operator.
OTHERS = (
    "cephblockpoolradosnamespaces", "cephfilesystemsubvolumegroups", "cephclients",
    "cephobjectrealms", "cephobjectzonegroups", "cephbuckettopics", "cephbucketnotifications",
)  # fmt: skip


def test_a_large_site_that_is_as_wanted_is_known_in_few_requests(site: Site, raw: Raw) -> None:
    site.model |= copy.deepcopy(large())
    with Acting(raw, HOSTS):
        made = site.run("rook_site", wait=False)
        assert made.get("failed") is None, made["msg"]
        for plural in OTHERS:
            for item in raw.items(f"{CEPH}/{plural}"):
                meta = item["metadata"]
                status = {"phase": "Ready", "observedGeneration": meta["generation"]}
                raw.merge(f"{CEPH}/{plural}/{meta['name']}/status", {"status": status})
        waited = site.run("rook_site", wait_timeout=120)
        assert waited.get("failed") is None, waited["msg"]
    converged = site.run("rook_site", wait_timeout=120)
    assert converged["changed"] is False
    collections = {target.split("/")[0] for target in converged["objects"]}
    asked = [f"{request.verb} {request.kind}" for request in site.proxy.log]
    print(f"{len(asked)} requests, {len(converged['objects'])} objects, {len(collections)} kinds")
    assert len(converged["objects"]) >= 120 and len(collections) >= 20
    assert len(asked) <= MOST_REQUESTS, asked
    assert not {request.verb for request in site.proxy.log} - {"list", "discover"}


def test_what_is_to_be_made_and_is_there_by_now_is_refused_by_the_server(
    site: Site, plane: ControlPlane
) -> None:
    site.run("rook_site", wait=False, stages=["operator"])
    client = KubeClient.connect(str(plane.folder / "admin.conf"))
    head: Object = {"apiVersion": "ceph.rook.io/v1", "kind": "CephBlockPool"}
    pool: Object = {**head, "spec": {"replicated": {"size": 3}}}
    settings: Object = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}
    storage_class: Object = {
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "example.org",
    }  # fmt: skip
    for item in (pool, settings, storage_class):
        space = {} if item is storage_class else {"namespace": "rook-ceph"}
        manifest = {**item, "metadata": {"name": "x", **space, "resourceVersion": NO_VERSION}}
        made = client.apply(manifest)
        with pytest.raises(ConflictError, match="the object has been modified"):
            client.apply(manifest)
        moved = {**manifest, "metadata": {**manifest["metadata"], "labels": {"a": "b"}}}
        moved["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"]
        assert client.apply(moved)["metadata"]["labels"] == {"a": "b"}
