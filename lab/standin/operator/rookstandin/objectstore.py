# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a CephObjectStore: pools, a realm of its own, the gateways and their Service."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rookstandin import cluster, daemons, pools
from rookstandin.children import Controller, Dependents, Scene, Status
from rookstandin.errors import NotYet, StandinError
from rookstandin.resource import Resource

ROOT_POOL = ".rgw.root"
METADATA = ("control", "meta", "log", "buckets.index", "buckets.non-ec", "otp")
DATA = "buckets.data"
PG_NUM = 8
# What the stand-in has no notion of; named in words instead of ignored.
BEYOND = (
    "gateway.securePort", "gateway.sslCertificateRef", "gateway.externalRgwEndpoints", "zone",
    "sharedPools.dataPoolName", "auth.keystone", "hosting.advertiseEndpoint",
)  # fmt: skip


def site(store: Resource) -> tuple[str, ...]:
    """Return radosgw-admin's words for a store: realm, group and zone all have its name."""
    return tuple(f"--rgw-{level}={store.name}" for level in ("realm", "zonegroup", "zone"))


def pool_names(store: Resource) -> tuple[list[str], str]:
    """Return the names of the metadata pools and of the data pool."""
    metadata = [f"{store.name}.rgw.{part}" for part in METADATA]
    return [ROOT_POOL, *metadata], f"{store.name}.rgw.{DATA}"


def check(scene: Scene) -> None:
    store = scene.resource
    for path in BEYOND:
        if store.at(path):
            raise StandinError(f"spec.{path} is beyond the lab's stand-in operator: leave it out")
    if not store.at("gateway.port"):
        raise StandinError(
            "invalid create: either of port or securePort fields should be not be zero"
        )  # fmt: skip
    types = pools.bucket_types(scene.ceph)
    for pool in ("metadataPool", "dataPool"):
        pools.check(store.at(pool, {}), types)


def make(scene: Scene) -> Status:
    check(scene)
    store, kube = scene.resource, scene.context.kube
    kube.apply(daemons.rgw_service(store))
    _make_pools(scene)
    _make_realm(scene)
    made = daemons.rgw_daemon(store)
    entity = f"client.rgw.{store.name}.a"
    kube.apply(cluster.keyring_secret(scene.ceph, made.name, entity, store, daemons.RGW_CAPS))
    kube.apply(daemons.rgw(scene.frame, store))
    endpoint = daemons.rgw_endpoint(store)
    return {
        "info": {"endpoint": endpoint}, "endpoints": {"insecure": [endpoint], "secure": []},
    }  # fmt: skip


def _make_pools(scene: Scene) -> None:
    metadata, data = pool_names(scene.resource)
    meta_spec, data_spec = scene.resource.at("metadataPool"), scene.resource.at("dataPool")
    wanted = [*((name, meta_spec, PG_NUM) for name in metadata), (data, data_spec, 0)]
    # Each change of a pool waits for the mons' next map: all together wait for one.
    with ThreadPoolExecutor(len(wanted)) as each:
        list(
            each.map(lambda pool: pools.make(scene.ceph, pool[0], pool[1], "rgw", pool[2]), wanted)
        )


def _make_realm(scene: Scene) -> None:
    """Make realm, group and zone once; the zone comes last, so it tells that all are there."""
    ceph, words = scene.ceph, site(scene.resource)
    if ceph.radosgw_admin("zone", "get", *words, missing_ok=True) is not None:
        return
    realm, group, _ = words
    endpoint = f"--endpoints={daemons.rgw_endpoint(scene.resource)}"
    if ceph.radosgw_admin("realm", "get", realm, missing_ok=True) is None:
        ceph.radosgw_admin("realm", "create", realm)
    if ceph.radosgw_admin("zonegroup", "get", group, realm, missing_ok=True) is None:
        ceph.radosgw_admin("zonegroup", "create", "--master", group, realm, endpoint)
    ceph.radosgw_admin("zone", "create", "--master", *words, endpoint)
    ceph.radosgw_admin("period", "update", "--commit", *words)


def dependents(scene: Scene) -> Dependents:
    store = scene.resource
    users = scene.context.kube.list("CephObjectStoreUser", store.namespace)
    own = [item["metadata"]["name"] for item in users if item["spec"].get("store") == store.name]
    buckets: list[str] = []
    metadata, data = pool_names(store)
    if {data, *metadata} <= set(pools.existing(scene.ceph)):
        found = scene.ceph.radosgw_admin("bucket", "list", *site(store), missing_ok=True)
        buckets = list(found or ())
    return {"CephObjectStoreUsers": own, "buckets": buckets}


def remove(scene: Scene) -> None:
    """Stop the gateways, which would make pools anew, then remove the realm and the pools."""
    store, ceph, kube = scene.resource, scene.ceph, scene.context.kube
    made = daemons.rgw_daemon(store)
    kube.delete("Deployment", made.name, store.namespace)
    if kube.list("Pod", store.namespace, f"app={made.app},rook_object_store={store.name}"):
        raise NotYet("gateways are still stopping", 1.0)
    realms = _realms(scene)
    if store.name in realms:
        realm, group, _ = site(store)
        ceph.radosgw_admin("realm", "rm", realm, missing_ok=True)
        ceph.radosgw_admin("zonegroup", "delete", realm, group, missing_ok=True)
        ceph.radosgw_admin("zone", "delete", *site(store), missing_ok=True)
    if not store.at("preservePoolsOnDelete"):
        metadata, data = pool_names(store)
        keep = {ROOT_POOL} if realms - {store.name} else set()
        doomed = sorted(({data, *metadata} - keep) & set(pools.existing(ceph)))
        with ThreadPoolExecutor(max(len(doomed), 1)) as each:
            list(each.map(lambda name: pools.remove(ceph, name), doomed))
    ceph.forget(f"client.rgw.{store.name}.a")


def _realms(scene: Scene) -> set[str]:
    if ROOT_POOL not in pools.existing(scene.ceph):
        return set()
    return set(scene.ceph.radosgw_admin("realm", "list")["realms"])


CONTROLLER = Controller(make, dependents, remove, tells_deleting=True)
