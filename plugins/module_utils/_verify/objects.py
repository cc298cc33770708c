# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The objects of a proof: its programs, claims and pods. Pure."""

from __future__ import annotations

import inspect
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._render.common import labelled
from ansible_collections.rookery.rook.plugins.module_utils._verify.leftovers import (
    COMPONENT,
    COMPONENT_LABEL,
    PREFIX,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.places import HOSTNAME_LABEL
from ansible_collections.rookery.rook.plugins.module_utils._verify.scripts import (
    block,
    s3,
    shared,
)

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._verify.places import Place
    from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import Probe

    Object = dict[str, t.Any]

PROBE_LABEL = "app.kubernetes.io/instance"
# A class may be on another pool by the time that somebody asks where its proof's image is.
POOL_NOTE = "rookery.rook/pool"
PROGRAMS = f"{PREFIX}-programs"
PROGRAMS_PATH = "/rookery"
DATA_PATH = "/proof"
CONTAINER = "proof"
CLAIM_SIZE = "256Mi"
# An interrupted proof leaves pods behind; they end by themselves.
LIFE_SECONDS = 3600
_SCRIPTS = {"shared.py": shared, "s3.py": s3, "block.py": block}


def programs(site: Site) -> Object:
    """Return the ConfigMap with the programs that run in the pods."""
    data = {name: inspect.getsource(script) for name, script in _SCRIPTS.items()}
    return _object(site, "ConfigMap", PROGRAMS, "", {"data": data})


def claim(site: Site, probe: Probe, mode: str) -> Object:
    """Return a claim of the probe's class."""
    spec = {
        "accessModes": [mode],
        "storageClassName": probe.storage_class,
        "resources": {"requests": {"storage": CLAIM_SIZE}},
    }
    return _object(site, "PersistentVolumeClaim", probe.name, probe.name, {"spec": spec})


def pod(
    site: Site, probe: Probe, letter: str, place: Place, image: str, extra: Sequence[Object] = ()
) -> Object:
    """Return a pod that only waits for what is run in it; extra are its volumes with mountPath."""
    volumes = [{"name": "programs", "configMap": {"name": PROGRAMS}}]
    mounts = [{"name": "programs", "mountPath": PROGRAMS_PATH, "readOnly": True}]
    for volume in extra:
        volumes.append({key: value for key, value in volume.items() if key != "mountPath"})
        mounts.append({"name": volume["name"], "mountPath": volume["mountPath"]})
    container = {
        "name": CONTAINER,
        "image": image,
        # A shell that ends when it is told to, unlike a sleep that is process 1.
        "command": ["/bin/sh", "-c", f"trap 'exit 0' TERM; sleep {LIFE_SECONDS} & wait"],
        "env": environment(probe),
        "volumeMounts": mounts,
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
        "securityContext": {
            "runAsUser": 0,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    spec = {
        "containers": [container],
        "volumes": volumes,
        "nodeSelector": {HOSTNAME_LABEL: place.hostname},
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 2,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
    }
    made = _object(site, "Pod", f"{probe.name}-{letter}", probe.name, {"spec": spec})
    if probe.kind == "block":
        made["metadata"]["annotations"] = {POOL_NOTE: probe.pool}
    return made


def claimed(probe: Probe) -> Object:
    """Return the probe's claim as a volume of a pod."""
    return {
        "name": "data",
        "persistentVolumeClaim": {"claimName": probe.name},
        "mountPath": DATA_PATH,
    }


def keyring() -> Object:
    """Return Ceph's key as a volume of a pod."""
    return {
        "name": "keyring",
        "secret": {"secretName": "rook-ceph-admin-keyring"},
        "mountPath": "/etc/rookery-keyring",
    }


def environment(probe: Probe) -> list[Object]:
    """Return what a pod needs to know, by reference: no value of a secret passes through here."""
    if probe.kind == "bucket":
        secret = f"rook-ceph-object-user-{probe.store}-{probe.user}"
        return [
            _from("S3_ENDPOINT", "secretKeyRef", secret, "Endpoint"),
            _from("S3_ACCESS_KEY", "secretKeyRef", secret, "AccessKey"),
            _from("S3_SECRET_KEY", "secretKeyRef", secret, "SecretKey"),
        ]
    if probe.kind == "block":
        return [_from("ROOK_MONS", "configMapKeyRef", "rook-ceph-mon-endpoints", "data")]
    return []


def _from(name: str, source: str, object_name: str, key: str) -> Object:
    """Return a variable whose value the kubelet reads."""
    return {"name": name, "valueFrom": {source: {"name": object_name, "key": key}}}


def _object(site: Site, kind: str, name: str, probe: str, body: Object) -> Object:
    """Return an object of the proof with the labels by which it is found again."""
    labels = {COMPONENT_LABEL: COMPONENT, **({PROBE_LABEL: probe} if probe else {})}
    metadata = {"name": name, "namespace": site.namespace, "labels": labels}
    return labelled(site, {"apiVersion": "v1", "kind": kind, "metadata": metadata, **body})
