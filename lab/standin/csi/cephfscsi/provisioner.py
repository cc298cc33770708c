# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make volumes for claims, as the external-provisioner sidecar does."""

from __future__ import annotations

import logging
import typing as t

from cephfscsi import quantity
from cephfscsi.capabilities import ACCESS_MODES
from cephfscsi.errors import KubeError
from cephfscsi.events import Events
from cephfscsi.kube import Json, Kube, secret
from cephfscsi.loop import Retry
from cephfscsi.volumes import RESERVED, CallError, Calls, Volume, Wish

LOG = logging.getLogger(__name__)
CLAIMS = "/api/v1/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
DELETION_SECRET = "volume.kubernetes.io/provisioner-deletion-secret"
_ASKED = (
    "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
)
_SELECTED_NODE = "volume.kubernetes.io/selected-node"


class Provisioner:
    def __init__(self, driver: str, kube: Kube, calls: Calls, events: Events) -> None:
        self._driver = driver
        self._kube = kube
        self._calls = calls
        self._events = events

    def handle(self, claim: Json) -> None:
        """Give a claim its volume if it waits for one of ours; raises Retry."""
        if not wants_volume(claim, self._driver):
            return
        name = claim["spec"]["storageClassName"]
        try:
            kind = self._kube.get(f"/apis/storage.k8s.io/v1/storageclasses/{name}")
            if kind is None:
                raise ValueError(f'storageclass.storage.k8s.io "{name}" not found')
            if waits_for_node(claim, kind):
                return
            self._provision(claim, kind)
        except (ValueError, CallError, KubeError) as error:
            message = f'failed to provision volume with StorageClass "{name}": {error}'
            self._events.warning(claim, "ProvisioningFailed", message)
            raise Retry(message) from error

    def _provision(self, claim: Json, kind: Json) -> None:
        meta = claim["metadata"]
        title = f"{meta['namespace']}/{meta['name']}"
        self._events.normal(
            claim,
            "Provisioning",
            f'External provisioner is provisioning volume for claim "{title}"',
        )
        wish = wish_of(claim, kind)
        reference = secret_of(kind, "provisioner")
        secrets = secret(self._kube, reference["namespace"], reference["name"]) if reference else {}
        volume = self._calls.create(wish, secrets)
        # One that exists is of an earlier try: the name is the claim's uid.
        self._kube.create(VOLUMES, render(claim, kind, wish.name, volume, self._driver))
        LOG.info("%s has volume %s", title, wish.name)
        self._events.normal(
            claim, "ProvisioningSucceeded", f"Successfully provisioned volume {wish.name}"
        )


def wants_volume(claim: Json, driver: str) -> bool:
    """Tell whether Kubernetes asks this driver for a claim's volume."""
    meta, spec = claim["metadata"], claim["spec"]
    notes = meta.get("annotations") or {}
    return (
        not spec.get("volumeName")
        and "deletionTimestamp" not in meta
        and bool(spec.get("storageClassName"))
        and driver in [notes.get(name) for name in _ASKED]
    )


def waits_for_node(claim: Json, kind: Json) -> bool:
    """Tell whether the class waits for the first pod and none has been scheduled yet."""
    delayed = kind.get("volumeBindingMode") == "WaitForFirstConsumer"
    return delayed and _SELECTED_NODE not in (claim["metadata"].get("annotations") or {})


def wish_of(claim: Json, kind: Json) -> Wish:
    """Return what to ask of the driver; raises ValueError for what it cannot do."""
    spec = claim["spec"]
    if spec.get("volumeMode") == "Block":
        raise ValueError("volumeMode Block is not supported: CephFS is a file system")
    if spec.get("selector"):
        raise ValueError("claim Selector is not supported")
    if spec.get("dataSource") or spec.get("dataSourceRef"):
        raise ValueError("claims with a data source are not supported: no clones, no snapshots")
    modes = tuple(spec.get("accessModes") or ())
    strange = [mode for mode in modes if mode not in ACCESS_MODES]
    if strange or not modes:
        raise ValueError(f"access modes {', '.join(strange) or '(none)'} are not supported")
    parameters = kind.get("parameters") or {}
    return Wish(
        name=f"pvc-{claim['metadata']['uid']}",
        size=quantity.to_bytes(spec["resources"]["requests"]["storage"]),
        access_modes=modes,
        mount_flags=tuple(kind.get("mountOptions") or ()),
        parameters={k: v for k, v in parameters.items() if not k.startswith(RESERVED)},
    )


def secret_of(kind: Json, role: str) -> dict[str, str] | None:
    """Return the name and namespace of a class's secret; None if it names none."""
    parameters = kind.get("parameters") or {}
    name = parameters.get(f"{RESERVED}{role}-secret-name")
    namespace = parameters.get(f"{RESERVED}{role}-secret-namespace")
    if bool(name) != bool(namespace):
        raise ValueError(f"the class names only one of {role}-secret-name and -secret-namespace")
    if "${" in f"{name}{namespace}":
        raise ValueError(f"templates in {role}-secret-name are not supported")
    return {"name": name, "namespace": namespace} if name and namespace else None


def render(claim: Json, kind: Json, name: str, volume: Volume, driver: str) -> Json:
    """Return the PersistentVolume of a claim."""
    meta, spec = claim["metadata"], claim["spec"]
    notes = {PROVISIONED_BY: driver}
    deletion = secret_of(kind, "provisioner")
    if deletion:
        notes[f"{DELETION_SECRET}-name"] = deletion["name"]
        notes[f"{DELETION_SECRET}-namespace"] = deletion["namespace"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": notes, "finalizers": [FINALIZER]},
        "spec": {
            "accessModes": spec["accessModes"],
            "capacity": {"storage": quantity.to_text(volume.size)},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": meta["name"],
                "namespace": meta["namespace"],
                "uid": meta["uid"],
                "resourceVersion": meta["resourceVersion"],
            },
            "csi": _source(kind, volume, driver),
            "mountOptions": kind.get("mountOptions") or [],
            "persistentVolumeReclaimPolicy": kind.get("reclaimPolicy", "Delete"),
            "storageClassName": kind["metadata"]["name"],
            "volumeMode": "Filesystem",
        },
    }


def _source(kind: Json, volume: Volume, driver: str) -> dict[str, t.Any]:
    roles = {"node-stage": "nodeStageSecretRef", "controller-expand": "controllerExpandSecretRef"}
    references = {field: secret_of(kind, role) for role, field in roles.items()}
    return {
        "driver": driver,
        "volumeHandle": volume.handle,
        "volumeAttributes": {
            **volume.attributes,
            "storage.kubernetes.io/csiProvisionerIdentity": driver,
        },
        **{field: found for field, found in references.items() if found},
    }
