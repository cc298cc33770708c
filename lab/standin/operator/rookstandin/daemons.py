# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mgr, MDS and RGW: daemons that keep nothing on their node. Pure."""

from __future__ import annotations

from rookstandin import names, podspec
from rookstandin.podspec import Frame, Manifest
from rookstandin.resource import Resource

MGR_CAPS = {"mon": "allow profile mgr", "mds": "allow *", "osd": "allow *"}
MDS_CAPS = {"osd": "allow *", "mds": "allow", "mon": "allow profile mds"}
RGW_CAPS = {"osd": "allow rwx", "mon": "allow rw"}
RGW_PORT = 8080
METRICS_PORT = 9283


def mgr_daemon(cluster: Resource, name: str) -> names.Daemon:
    extra = (("instance", name),)
    return names.Daemon("mgr", name, cluster.namespace, cluster.name, "cephclusters", extra)


def mds_daemon(fs: Resource, name: str) -> names.Daemon:
    extra = (("rook_file_system", fs.name),)
    return names.Daemon("mds", f"{fs.name}-{name}", fs.namespace, fs.name, "cephfilesystems", extra)


def rgw_daemon(store: Resource) -> names.Daemon:
    extra = (("rook_object_store", store.name),)
    return names.Daemon(
        "rgw", store.name, store.namespace, store.name, "cephobjectstores", extra, "-a"
    )


def _deployment(
    frame: Frame, daemon: names.Daemon, owner: Resource, main: Manifest, data: str
) -> Manifest:
    extra = [{"name": "ceph-daemon-data", "mountPath": data}]
    main["volumeMounts"] += extra
    pod: Manifest = {
        "initContainers": [podspec.chown(frame, data, extra)],
        "containers": [main],
        "volumes": [
            *podspec.volumes(frame, f"{daemon.name}-keyring"),
            {"name": "ceph-daemon-data", "emptyDir": {}},
        ],
    }
    return podspec.deployment(frame, daemon, owner.owner(), pod)


def mgr(frame: Frame, name: str) -> Manifest:
    cluster = frame.cluster
    args = [
        *podspec.flags(frame.fsid, name), "--client-mount-uid=0", "--client-mount-gid=0",
        "--foreground", "--public-addr=$(ROOK_POD_IP)",
    ]  # fmt: skip
    main = podspec.container(frame, "mgr", ["ceph-mgr"], args, [])
    made = mgr_daemon(cluster, name)
    manifest = _deployment(frame, made, cluster, main, f"/var/lib/ceph/mgr/ceph-{name}")
    if (cluster.at("mgr.count") or 1) > 1:
        required = not cluster.at("mgr.allowMultiplePerNode", False)
        spec = manifest["spec"]["template"]["spec"]
        spec.setdefault("affinity", {}).update(podspec.apart(made.app, cluster.namespace, required))
    return manifest


def mgr_service(cluster: Resource) -> Manifest:
    labels = names.app_labels("rook-ceph-mgr", cluster.namespace)
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {
            "name": "rook-ceph-mgr", "namespace": cluster.namespace, "labels": labels,
            "ownerReferences": [cluster.owner()],
        },
        "spec": {
            "selector": labels | {"mgr_role": "active"},
            "ports": [{"name": "http-metrics", "port": METRICS_PORT, "targetPort": METRICS_PORT}],
        },
    }  # fmt: skip


def mds(frame: Frame, fs: Resource, name: str) -> Manifest:
    made = mds_daemon(fs, name)
    args = [*podspec.flags(frame.fsid, made.id), "--foreground"]
    main = podspec.container(frame, "mds", ["ceph-mds"], args, [])
    if resources := fs.at("metadataServer.resources"):
        main["resources"] = resources
    manifest = _deployment(frame, made, fs, main, f"/var/lib/ceph/mds/ceph-{made.id}")
    spec = manifest["spec"]["template"]["spec"]
    apart = podspec.apart(made.app, fs.namespace, required=False)
    spec["affinity"] = {**apart, **(spec.get("affinity") or {})}
    return manifest


def rgw(frame: Frame, store: Resource) -> Manifest:
    made = rgw_daemon(store)
    zone = store.name
    args = [
        *podspec.flags(frame.fsid, f"rgw.{zone}.a"), "--foreground",
        f"--rgw-frontends=beast port={RGW_PORT}", f"--rgw-realm={zone}",
        f"--rgw-zonegroup={zone}", f"--rgw-zone={zone}",
    ]  # fmt: skip
    main = podspec.container(frame, "rgw", ["radosgw"], args, [])
    if resources := store.at("gateway.resources"):
        main["resources"] = resources
    # A gateway takes requests only once it has read its zone: the Service must not know it before.
    main["readinessProbe"] = {
        "httpGet": {"path": "/swift/healthcheck", "port": RGW_PORT}, "periodSeconds": 5,
    }  # fmt: skip
    manifest = _deployment(frame, made, store, main, f"/var/lib/ceph/rgw/ceph-{zone}")
    manifest["spec"]["replicas"] = store.at("gateway.instances") or 1
    manifest["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}
    return manifest


def rgw_service(store: Resource) -> Manifest:
    made = rgw_daemon(store)
    port = store.at("gateway.port") or 80
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {
            "name": names.rgw_service(store.name), "namespace": store.namespace,
            "labels": made.labels(), "ownerReferences": [store.owner()],
        },
        "spec": {
            "selector": made.selector(),
            "ports": [{"name": "http", "port": port, "targetPort": RGW_PORT, "protocol": "TCP"}],
        },
    }  # fmt: skip


def rgw_endpoint(store: Resource) -> str:
    port = store.at("gateway.port") or 80
    return f"http://{names.rgw_service(store.name)}.{store.namespace}.svc:{port}"
