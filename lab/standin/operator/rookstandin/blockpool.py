# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a CephBlockPool."""

from __future__ import annotations

from rookstandin import pools
from rookstandin.children import Controller, Dependents, Scene, Status
from rookstandin.errors import StandinError


def pool_name(scene: Scene) -> str:
    """Return the pool's own name; the ones that Ceph begins with a dot cannot be a resource's."""
    return str(scene.resource.at("name") or scene.resource.name)


def application(name: str, spec: pools.Spec) -> str:
    builtin = {".mgr": "mgr", ".nfs": "nfs", ".rgw.root": "rgw"}
    return str(builtin.get(name) or spec.get("application") or "rbd")


def make(scene: Scene) -> Status:
    spec, name = scene.resource.spec, pool_name(scene)
    pools.check(spec, pools.bucket_types(scene.ceph))
    kind = application(name, spec)
    pools.make(scene.ceph, name, spec, kind)
    if kind == "rbd":
        scene.ceph.init_rbd(name)
    return {
        "poolID": pools.existing(scene.ceph)[name]["pool_id"],
        "info": {
            "type": "Replicated" if pools.size_of(spec) else "Erasure Coded",
            "failureDomain": pools.failure_domain(spec),
        },
    }


def dependents(scene: Scene) -> Dependents:
    space, name = scene.resource.namespace, scene.resource.name
    found = scene.context.kube.list("CephBlockPoolRadosNamespace", space)
    own = [
        item["metadata"]["name"] for item in found if item["spec"].get("blockPoolName") == name
    ]  # fmt: skip
    return {"CephBlockPoolRadosNamespaces": own}


def remove(scene: Scene) -> None:
    name = pool_name(scene)
    if name not in pools.existing(scene.ceph):
        return
    if scene.ceph.images(name):
        raise StandinError(f'failed to delete pool "{name}": it contains images/snapshots')
    pools.remove(scene.ceph, name)


CONTROLLER = Controller(make, dependents, remove)
