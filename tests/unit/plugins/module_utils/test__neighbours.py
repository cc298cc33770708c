# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands beside a site is read, and what may not be read is told as unknown."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._neighbours import neighbourhood
from sites.small import BARE

Object = dict[str, t.Any]
SITE = parse_site(BARE)


class Api:
    """Objects by kind, and kinds that nobody may read."""

    def __init__(self, *objects: Object, forbidden: str = "", status: int = 403) -> None:
        self.objects, self.forbidden, self.status = objects, forbidden, status

    def serves(self, _api_version: str, kind: str) -> bool:
        return kind == "ServiceMonitor"

    def _may(self, kind: str) -> None:
        if kind == self.forbidden:
            raise ClientError("list", kind, "is forbidden", self.status)

    def list(self, _api_version: str, kind: str, _namespace: str = "", labels: str = "") -> t.Any:
        self._may(kind)
        found = [
            item for item in self.objects
            if item["kind"] == kind and item["metadata"].get("label", "") == labels
        ]  # fmt: skip
        return type("Listing", (), {"items": tuple(found)})

    def get(self, ref: Ref) -> Object | None:
        self._may(ref.kind)
        for item in self.objects:
            meta = item["metadata"]
            if (item["kind"], meta["name"], meta.get("namespace", "")) == (
                ref.kind, ref.name, ref.namespace,
            ):  # fmt: skip
                return item
        return None


def named(kind: str, name: str, namespace: str = "", **parts: t.Any) -> Object:
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"kind": kind, "metadata": meta, **parts}


CLUSTER = named(
    "CephCluster", "rook-ceph", "rook-ceph",
    spec={
        "network": {"provider": "host"}, "storage": {"nodes": [{"directories": [{"path": "/a"}]}]},
    },
    status={"version": {"version": "19.2.3-0"}, "ceph": {"health": "HEALTH_OK"}},
)  # fmt: skip
OPERATOR = named(
    "Deployment", "rook-ceph-operator", "rook-ceph",
    spec={"template": {"spec": {"containers": [{"image": "docker.io/rook/ceph:v1.17.4"}]}}},
)  # fmt: skip


def test_what_runs_is_told_with_its_releases() -> None:
    assert neighbourhood(Api(OPERATOR), SITE, [CLUSTER])["running"] == {
        "operator": "rook-ceph", "rook": "1.17.4", "ceph": "19.2.3", "health": "HEALTH_OK",
        "provider": "host",
        "directories": ["/a"], "flex_volumes": [], "webhooks": [], "csi_alpha": [],
    }  # fmt: skip


def daemon(name: str, app: str, release: str, **labels: str) -> Object:
    made = named("Deployment", name, "rook-ceph")
    made["metadata"]["labels"] = {"app": app, "rook-version": release, **labels}
    return made


def test_daemons_tell_how_far_a_change_of_release_is() -> None:
    # Of a host that went, what collects its crashes may be left.
    api = Api(
        OPERATOR,
        daemon("rook-ceph-mon-a", "rook-ceph-mon", "v1.17.4"),
        daemon("rook-ceph-osd-1", "rook-ceph-osd", "v1.16.10"),
        daemon("rook-ceph-osd-2", "rook-ceph-osd", "v1.16.9"),
        daemon("rook-ceph-crashcollector-w9", "rook-ceph-crashcollector", "v1.12.3"),
    )
    found = neighbourhood(api, SITE, [CLUSTER])["running"]
    assert (found["rook"], found["daemons"]) == ("1.17.4", "1.16.9")


@pytest.mark.parametrize(
    ("scale", "alone", "told"),
    [
        ({}, "false", ("rook-ceph-system", "0.9.3")),
        ({"replicas": 0}, "false", (None, "0.9.3")),
        ({}, "true", (None, None)),
    ],
)
def test_an_operator_of_another_namespace_is_told_while_it_has_the_cluster(
    scale: Object, alone: str, told: tuple[str | None, str | None]
) -> None:
    env = [{"name": "ROOK_CURRENT_NAMESPACE_ONLY", "value": alone}]
    pods = {"spec": {"containers": [{"image": "rook/ceph:v0.9.3", "env": env}]}}
    spec = {"template": pods, **scale}
    api = Api(named("Deployment", "rook-ceph-operator", "rook-ceph-system", spec=spec))
    found = neighbourhood(api, SITE, [CLUSTER])["running"]
    assert (found.get("operator"), found.get("rook")) == told


@pytest.mark.parametrize(
    ("status", "noted", "told"),
    [
        ({"version": {"version": "14.2.4-0"}}, "v13.2.6", "14.2.4"),
        ({}, "12.2.9", "13.2.6"),
        ({}, "", "12.2.12"),
    ],
)
def test_the_ceph_that_runs_is_told_by_what_a_release_has(
    status: Object, noted: str, told: str
) -> None:
    # The status tells it from Rook 1.2 on, the labels from 1.0 on.
    labels = {"ceph-version": noted} if noted else {}
    ahead = {"ceph-version": "13.2.6-0"} if noted else {}
    api = Api(
        daemon("rook-ceph-osd-1", "rook-ceph-osd", "v1.1.9", **labels),
        daemon("rook-ceph-mon-a", "rook-ceph-mon", "v1.1.9", **ahead),
    )
    spec = {"cephVersion": {"image": "ceph/ceph:v12.2.12-20190109"}}
    cluster = {**CLUSTER, "spec": spec, "status": status}
    assert neighbourhood(api, SITE, [cluster])["running"]["ceph"] == told


def test_directories_of_the_whole_cluster_are_told_with_those_of_nodes() -> None:
    storage = {"directories": [{"path": "/whole"}], "nodes": [{"directories": [{"path": "/a"}]}]}
    cluster = {**CLUSTER, "spec": {"storage": storage}}
    assert neighbourhood(Api(), SITE, [cluster])["running"]["directories"] == ["/whole", "/a"]


def test_an_operator_whose_image_tells_nothing_is_of_the_release_of_its_daemons() -> None:
    pinned = {"template": {"spec": {"containers": [{"image": "rook/ceph@sha256:1"}]}}}
    api = Api(
        named("Deployment", "rook-ceph-operator", "rook-ceph", spec=pinned),
        daemon("rook-ceph-mon-a", "rook-ceph-mon", "v1.16.9"),
    )
    spec = {"cephVersion": {"image": "c@sha256:2"}}
    found = neighbourhood(api, SITE, [{**CLUSTER, "spec": spec}])["running"]
    assert (found["rook"], found["ceph_image"]) == ("1.16.9", "c@sha256:2")


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (("MON_DISK_LOW", "AUTH_INSECURE_KEYS_ALLOWED"), "HEALTH_OK"),
        (("MON_DISK_LOW", "OSD_DOWN"), "HEALTH_WARN"),
    ],
)
def test_a_cluster_is_well_that_has_only_what_is_accepted(
    codes: tuple[str, ...], told: str
) -> None:
    # The keys are what Ceph warns of on every cluster of this release.
    model = {"site": "store1", "version": "1.20.6", "cluster": {"mute_health": ["MON_DISK_LOW"]}}
    ceph = {"health": "HEALTH_WARN", "details": {code: {"message": "m"} for code in codes}}
    cluster = {**CLUSTER, "status": {"ceph": ceph}}
    site = parse_site(model, lone=True)
    assert neighbourhood(Api(), site, [cluster])["running"]["health"] == told


def test_volumes_of_old_are_looked_for_where_they_can_be() -> None:
    flex = {"flexVolume": {"driver": "ceph.rook.io/rook-ceph"}}
    image = {"template": {"spec": {"containers": [{"image": "rook/ceph:v1.7.11"}]}}}
    old = named("Deployment", "rook-ceph-operator", "rook-ceph", spec=image)
    api = Api(old, named("PersistentVolume", "pv-1", spec=flex))
    assert neighbourhood(api, SITE, [CLUSTER])["running"]["flex_volumes"] == ["pv-1"]


@pytest.mark.parametrize(
    ("release", "told"), [("v1.12.11", ["rook-ceph-webhook"]), ("v1.13.1", [])]
)
def test_the_webhook_of_old_is_looked_for_where_rook_made_it(release: str, told: list[str]) -> None:
    kind = "ValidatingWebhookConfiguration"
    image = {"template": {"spec": {"containers": [{"image": f"rook/ceph:{release}"}]}}}
    hooks = [
        {"clientConfig": {"service": {"namespace": space}}} for space in ("rook-ceph", "elsewhere")
    ]
    api = Api(
        named("Deployment", "rook-ceph-operator", "rook-ceph", spec=image),
        named(kind, "rook-ceph-webhook", webhooks=hooks[:1]),
        named(kind, "rook-ceph-webhook-2", webhooks=hooks[1:]),
        named(kind, "cert-manager-webhook", webhooks=hooks[:1]),
    )
    assert neighbourhood(api, SITE, [CLUSTER])["running"]["webhooks"] == told


@pytest.mark.parametrize(
    ("release", "told"), [("v1.17.9", ["drivers.csi.ceph.io"]), ("v1.14.12", []), ("v1.20.1", [])]
)
def test_definitions_are_told_that_may_have_objects_in_their_first_version(
    release: str, told: list[str]
) -> None:
    kind = "CustomResourceDefinition"
    image = {"template": {"spec": {"containers": [{"image": f"rook/ceph:{release}"}]}}}
    api = Api(
        named("Deployment", "rook-ceph-operator", "rook-ceph", spec=image),
        named(kind, "drivers.csi.ceph.io", status={"storedVersions": ["v1alpha1", "v1"]}),
        named(kind, "clientprofiles.csi.ceph.io", status={"storedVersions": ["v1"]}),
    )
    assert neighbourhood(api, SITE, [CLUSTER])["running"]["csi_alpha"] == told


def test_the_tag_of_a_build_of_ones_own_is_not_taken_for_a_release() -> None:
    built = {"template": {"spec": {"containers": [{"image": "own.example.org/operator:v7.1"}]}}}
    api = Api(named("Deployment", "rook-ceph-operator", "rook-ceph", spec=built))
    assert "rook" not in neighbourhood(api, SITE, [CLUSTER])["running"]


def test_a_cluster_of_others_is_not_what_runs() -> None:
    other = named("CephCluster", "rook-ceph", "elsewhere", spec={})
    assert neighbourhood(Api(OPERATOR), SITE, [other])["running"] == {}


def test_classes_secrets_holders_and_the_claims_of_prometheus_are_told() -> None:
    claim = {"storageClassName": "fast"}
    prometheus = named("PersistentVolumeClaim", "db-0", "mon", spec=claim)
    prometheus["metadata"]["label"] = "app.kubernetes.io/name=prometheus"
    registering = {"template": {"spec": {"containers": [{"name": "driver-registrar"}]}}}
    api = Api(
        named("StorageClass", "fast"),
        named("Secret", "rook-ceph-mon", "rook-ceph"),
        named("DaemonSet", "csi-rbdplugin-holder-a", "rook-ceph"),
        named("DaemonSet", "csi-rbdplugin", "rook-ceph", spec=registering),
        named("DaemonSet", "csi-cephfsplugin", "rook-ceph"),
        named("DaemonSet", "rook-discover", "rook-ceph"),
        prometheus,
        named("PersistentVolumeClaim", "shop", "shop", spec={"storageClassName": "slow"}),
    )
    found = neighbourhood(api, SITE, [])
    assert (found["classes"], found["secrets"]) == (["fast"], ["rook-ceph-mon"])
    assert found["holders"] == ["csi-rbdplugin", "csi-rbdplugin-holder-a"]
    assert found["metrics_classes"] == ["fast"]
    assert found["openshift"] is False
    assert found["served"] == {
        "VolumeSnapshotClass": False, "ServiceMonitor": True, "NetworkAttachmentDefinition": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fact"),
    [("StorageClass", "classes"), ("Secret", "secrets"), ("DaemonSet", "holders")],
)
def test_what_may_not_be_read_is_unknown_and_the_rest_is_read(kind: str, fact: str) -> None:
    found = neighbourhood(Api(forbidden=kind), SITE, [])
    assert fact not in found and "forbidden" in found["unknown"][fact]
    assert len(found) == 7 and "served" in found


@pytest.mark.parametrize("last", [None, "", "soon", "2026-01-01T10:00:00"])
def test_a_cluster_that_does_not_tell_when_its_monitors_answered_tells_nothing(
    last: str | None,
) -> None:
    cluster = {**CLUSTER, "status": {"ceph": {"lastChecked": last} if last is not None else {}}}
    assert "monitors" not in neighbourhood(Api(), SITE, [cluster])


def test_the_monitors_answered_so_long_ago() -> None:
    when = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=2)
    last = f"{when:%Y-%m-%dT%H:%M:%SZ}"
    found = neighbourhood(Api(), SITE, [{**CLUSTER, "status": {"ceph": {"lastChecked": last}}}])
    assert found["monitors"]["last"] == last
    # A clock that is set meanwhile is no fault of ours.
    assert abs(found["monitors"]["age"] - 7200) < 3600


def test_an_api_that_fails_is_no_answer_at_all() -> None:
    with pytest.raises(ClientError):
        neighbourhood(Api(forbidden="StorageClass", status=500), SITE, [])
