# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a CephObjectStoreUser: a user of the gateway, and the Secret with his keys."""

from __future__ import annotations

import typing as t

from rookstandin import daemons, names, objectstore, pools
from rookstandin import identity as ids
from rookstandin.children import Controller, Dependents, Scene, Status
from rookstandin.context import Key
from rookstandin.errors import NotYet, StandinError
from rookstandin.podspec import Manifest
from rookstandin.resource import Resource

BUCKETS = 1000
# spec.capabilities -> what the gateway calls it; some have two names
CAPS = {
    "user": "users", "users": "users", "bucket": "buckets", "buckets": "buckets",
    "metadata": "metadata", "usage": "usage", "zone": "zone", "roles": "roles", "info": "info",
    "amz-cache": "amz-cache", "bilog": "bilog", "mdlog": "mdlog", "datalog": "datalog",
    "user-policy": "user-policy", "oidc-provider": "oidc-provider", "ratelimit": "ratelimit",
}  # fmt: skip


def wanted_caps(user: Resource) -> dict[str, str]:
    given = user.at("capabilities", {})
    return {CAPS[name]: value for name, value in given.items() if value and name in CAPS}


def store_of(scene: Scene) -> Resource | None:
    user = scene.resource
    space = user.at("clusterNamespace") or user.namespace
    if space != user.namespace:
        raise StandinError("users of a store in another namespace are beyond the stand-in")
    return scene.context.resource(Key("CephObjectStore", space, user.at("store")))


def make(scene: Scene) -> Status:
    user, store = scene.resource, store_of(scene)
    # A store has an endpoint from when it was made until it is gone.
    if store is None or not (store.status.get("info") or {}).get("endpoint"):
        if user.status.get("phase") != "ReconcileFailed":
            scene.context.patch_status(user, {"phase": "ReconcileFailed"})
        raise NotYet(f'object store "{user.at("store")}" is not initialized', 3.0)
    site = objectstore.site(store)
    info = keep_user(scene, site)
    keep_caps(scene, site, info)
    keep_quotas(scene, site, info)
    scene.context.kube.apply(secret(user, store, info["keys"][0]))
    return {"info": {"secretName": names.user_secret(store.name, user.name)}}


def keep_user(scene: Scene, site: tuple[str, ...]) -> dict[str, t.Any]:
    """Read the user or make it; its number of buckets may change later."""
    user, admin = scene.resource, scene.ceph.radosgw_admin
    buckets = user.at("quotas.maxBuckets")
    words = (
        f"--uid={user.name}", f"--display-name={user.at('displayName') or user.name}",
        f"--max-buckets={BUCKETS if buckets is None else buckets}", *site,
    )  # fmt: skip
    info = admin("user", "info", words[0], *site, missing_ok=True)
    if info is None:
        return dict(admin("user", "create", *words))
    if str(info["max_buckets"]) != words[2].partition("=")[2]:
        return dict(admin("user", "modify", *words))
    return dict(info)


def keep_caps(scene: Scene, site: tuple[str, ...], info: dict[str, t.Any]) -> None:
    uid = f"--uid={scene.resource.name}"
    have = {item["type"]: item["perm"] for item in info["caps"]}
    wanted = wanted_caps(scene.resource)
    # The gateway writes both "read, write" and "*" as "*".
    if {key: value.replace(" ", "") for key, value in have.items()} == {
        key: "*" if value.replace(" ", "") in ("read,write", "*") else value
        for key, value in wanted.items()
    }:
        return
    for action, caps in (("rm", have), ("add", wanted)):
        if caps:
            text = ";".join(f"{name}={value}" for name, value in sorted(caps.items()))
            scene.ceph.radosgw_admin("caps", action, uid, f"--caps={text}", *site)


def keep_quotas(scene: Scene, site: tuple[str, ...], info: dict[str, t.Any]) -> None:
    user, have = scene.resource, info["user_quota"]
    size, objects = user.at("quotas.maxSize"), user.at("quotas.maxObjects")
    enabled = size is not None or objects is not None
    wanted = (
        enabled, -1 if size is None else pools.quantity(str(size)),
        -1 if objects is None else objects,
    )  # fmt: skip
    if (have["enabled"], have["max_size"], have["max_objects"]) == wanted:
        return
    words = (f"--uid={user.name}", "--quota-scope=user", *site)
    amounts = (f"--max-size={wanted[1]}", f"--max-objects={wanted[2]}")
    scene.ceph.radosgw_admin("quota", "set", *words, *amounts)
    scene.ceph.radosgw_admin("quota", "enable" if enabled else "disable", *words)


def secret(user: Resource, store: Resource, keys: dict[str, str]) -> Manifest:
    """Make the Secret with the names and labels that applications look for."""
    manifest = ids.secret(
        names.user_secret(store.name, user.name), user.namespace, user.owner(),
        AccessKey=keys["access_key"], SecretKey=keys["secret_key"],
        Endpoint=daemons.rgw_endpoint(store),
    )  # fmt: skip
    manifest["metadata"]["labels"] = {
        "app": "rook-ceph-rgw", "user": user.name, "rook_cluster": user.namespace,
        "rook_object_store": store.name,
    }  # fmt: skip
    return manifest


def dependents(_scene: Scene) -> Dependents:
    return {}


def remove(scene: Scene) -> None:
    """Remove the user; one that owns buckets stays, and so does the resource."""
    store = store_of(scene)
    if store is None or objectstore.ROOT_POOL not in pools.existing(scene.ceph):
        return
    uid, site = f"--uid={scene.resource.name}", objectstore.site(store)
    if scene.ceph.radosgw_admin("user", "info", uid, *site, missing_ok=True) is not None:
        scene.ceph.radosgw_admin("user", "rm", uid, *site)


CONTROLLER = Controller(make, dependents, remove, first="", failed="ReconcileFailed")
