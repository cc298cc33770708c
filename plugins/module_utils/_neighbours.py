# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What stands beside a site in its cluster, and what runs of it already; only reads.

What one may not read is told as unknown, with the reason, and the rest is still read.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._clients.discovery import DEFINITIONS
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._holders import ALONE, environment_of
from ansible_collections.rookery.rook.plugins.module_utils._kinds import KINDS, at
from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import (
    CEPH_VERSION,
    ROOK_VERSION,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_ceph import health_problem
from ansible_collections.rookery.rook.plugins.module_utils._remains import OWN_DRIVERS

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

# Kinds of others that rules ask for, and the API that has each.
_KINDS = {
    "VolumeSnapshotClass": "snapshot.storage.k8s.io/v1",
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "NetworkAttachmentDefinition": "k8s.cni.cncf.io/v1",
}
_REGISTRAR = "driver-registrar"
_OPENSHIFT = ("config.openshift.io/v1", "ClusterVersion")
# Its StatefulSets and charts give their claims this label.
_PROMETHEUS = "app.kubernetes.io/name=prometheus"
# Whose notes tell how far a change of release is: others are left behind by hosts that went.
_DAEMONS = tuple(f"rook-ceph-{sort}" for sort in ("mon", "mgr", "osd", "mds", "rgw"))
# The first release without FlexVolume; nobody needs to know who uses it when that is long past.
_NO_FLEX = (1, 8)
# The same of the webhook that Rook made where somebody switched it on.
_NO_WEBHOOK = (1, 13)
_WEBHOOK = "rook-ceph-webhook"
# The releases beside which a definition of the CSI operator may have objects in a version of old.
_CSI_ALPHA = ((1, 15), (1, 20))
_ALPHA = "v1alpha1"
# What a user may not do is left; everything else is a failure of the whole question.
_REFUSED = (401, 403, 404, 405)


def neighbourhood(client: Kube, site: Site, clusters: Iterable[Object]) -> dict[str, t.Any]:
    """Return facts for the rules, and why those could not be had that could not."""
    reads: Mapping[str, Callable[[], t.Any]] = {
        "served": lambda: {kind: client.serves(api, kind) for kind, api in _KINDS.items()},
        "openshift": lambda: client.serves(*_OPENSHIFT),
        "classes": lambda: _names(client.list("storage.k8s.io/v1", "StorageClass").items),
        "secrets": lambda: _secrets(client, site),
        "holders": lambda: _holders(client, site),
        "metrics_classes": lambda: _metrics_classes(client),
        "running": lambda: _running(client, site, clusters),
        "monitors": lambda: _monitors(_own(site, clusters)),
    }
    facts: dict[str, t.Any] = {}
    unknown: dict[str, str] = {}
    for name, read in reads.items():
        try:
            facts |= {} if (found := read()) is None else {name: found}
        except ClientError as problem:
            if problem.status not in _REFUSED:
                raise
            unknown[name] = str(problem)
    return {**facts, "unknown": unknown}


def _names(items: Iterable[Object]) -> list[str]:
    return sorted(item["metadata"]["name"] for item in items)


def _secrets(client: Kube, site: Site) -> list[str]:
    """Return which of the secrets that rules ask for are there; no other is looked at."""
    token = at(site.cluster.spec, "security.kms.tokenSecretName")
    wanted = ["rook-ceph-mon", *([token] if isinstance(token, str) and token else [])]
    return [name for name in wanted if client.get(Ref("v1", "Secret", site.namespace, name))]


def _holders(client: Kube, site: Site) -> list[str]:
    """Return the DaemonSets that hold networks for clients of old, and Rook's own drivers."""
    found = client.list("apps/v1", "DaemonSet", site.namespace).items
    return _names(item for item in found if _is_holder(item) or _is_own_driver(item))


def _is_holder(item: Object) -> bool:
    return "plugin-holder" in item["metadata"]["name"]


def _is_own_driver(item: Object) -> bool:
    """Tell whether daemons are a driver as Rook runs it, with what registers it in a container."""
    containers = at(item, "spec.template.spec.containers") or ()
    registers = any(container.get("name") == _REGISTRAR for container in containers)
    return registers and item["metadata"]["name"] in OWN_DRIVERS


def _metrics_classes(client: Kube) -> list[str]:
    """Return the storage classes on which Prometheus keeps its data."""
    claims = client.list("v1", "PersistentVolumeClaim", labels=_PROMETHEUS).items
    return sorted({str(at(claim, "spec.storageClassName") or "") for claim in claims} - {""})


def _own(site: Site, clusters: Iterable[Object]) -> Object | None:
    """Return the site's own cluster, if it is there."""
    wanted = (site.namespace, site.cluster.name)
    for item in clusters:
        if (item["metadata"]["namespace"], item["metadata"]["name"]) == wanted:
            return item
    return None


def _monitors(cluster: Object | None) -> dict[str, t.Any] | None:
    """Return when the operator's pod last had an answer of the monitors; nothing before it had."""
    last = str(at(cluster, "status.ceph.lastChecked") or "")
    try:
        when = datetime.datetime.fromisoformat(last)
    except ValueError:
        return None
    if when.tzinfo is None:
        return None
    return {"last": last, "age": (datetime.datetime.now(datetime.UTC) - when).total_seconds()}


def _running(client: Kube, site: Site, clusters: Iterable[Object]) -> dict[str, t.Any]:
    """Return releases, health and network of the site's own cluster; nothing when there is none."""
    own = _own(site, clusters)
    if own is None:
        return {}
    nodes = at(own, "spec.storage.nodes") or ()
    found = client.list("apps/v1", "Deployment", site.namespace).items
    labels = [at(item, "metadata.labels") or {} for item in found]
    oldest = min(_noted(labels, ROOK_VERSION), default=())
    # How far a change is, the daemon tells that is the furthest behind.
    daemons = _eras.dotted(oldest)
    # An image by its digest tells nothing.
    home, image = _operator(client, site)
    rook = image or daemons
    release = (_eras.parse_version(rook) or ()) if rook else _NO_WEBHOOK
    told = {
        "operator": home,
        "rook": rook,
        "daemons": daemons,
        "ceph": _eras.dotted(_ceph(own, labels)),
        "ceph_image": str(at(own, "spec.cephVersion.image") or ""),
        "health": _health(own, frozenset(site.cluster.mute_health)),
        "provider": str(at(own, "spec.network.provider") or ""),
        "directories": [
            str(place.get("path"))
            for part in (at(own, "spec.storage") or {}, *nodes)
            for place in part.get("directories") or ()
        ],
        "flex_volumes": _flex_volumes(client) if release < _NO_FLEX else [],
        "webhooks": _webhooks(client, site) if release < _NO_WEBHOOK else [],
        "csi_alpha": _alpha(client) if _CSI_ALPHA[0] <= release < _CSI_ALPHA[1] else [],
    }
    return {key: value for key, value in told.items() if value != ""}


def _ceph(own: Object, labels: Iterable[Mapping[str, t.Any]]) -> _eras.Version:
    """Return the release of Ceph that runs.

    From 1.2 on the cluster's status tells it, in 1.0 and 1.1 only what Rook notes on each daemon,
    of which the furthest ahead counts, and in 0.9 nothing but the image that the cluster names.
    """
    told = _eras.parse_version(str(at(own, "status.version.version") or ""))
    image = _eras.image_version(str(at(own, "spec.cephVersion.image") or ""))
    return told or max(_noted(labels, CEPH_VERSION), default=()) or image or ()


def _health(own: Object, muted: frozenset[str]) -> str:
    """Return what Ceph says of itself; what is accepted is nothing that could be healed first."""
    if not health_problem(own, muted):
        return "HEALTH_OK"
    return str(at(own, "status.ceph.health") or "")


def _operator(client: Kube, site: Site) -> tuple[str, str]:
    """Return the namespace of the cluster's operator if it runs, and its release by its image."""
    for ref in _operators(site):
        found = client.get(ref)
        # One of another namespace may look after that alone.
        abroad = ref.namespace != site.namespace
        if found is None or (abroad and environment_of(found).get(ALONE) == "true"):
            continue
        home = "" if at(found, "spec.replicas") == 0 else ref.namespace
        for container in at(found, "spec.template.spec.containers") or ():
            image = str(container.get("image") or "")
            version = _eras.image_version(image)
            # The tags of other images, own builds among them, are not those of Rook's releases.
            if version and ("rook/ceph:" in image or "rook/rook:" in image):
                return home, _eras.dotted(version)
        return home, ""
    return "", ""


def _operators(site: Site) -> Iterable[Ref]:
    """Return where an operator of any era may be: at home, or where upstream's files have it."""
    eras = [era for _release, era in sorted(_eras.ERAS.items(), reverse=True)]
    homes = [(site.namespace, era.operator) for era in eras]
    usual = [(era.namespaces[0], era.operator) for era in eras]
    return [Ref("apps/v1", "Deployment", *place) for place in dict.fromkeys((*homes, *usual))]


def _noted(labels: Iterable[Mapping[str, t.Any]], name: str) -> list[_eras.Version]:
    """Return the releases that Rook notes on daemons by a label."""
    noted = (each.get(name) for each in labels if each.get("app") in _DAEMONS)
    return [version for text in noted if (version := _eras.parse_version(str(text)))]


def _webhooks(client: Kube, site: Site) -> list[str]:
    """Return the webhooks that ask the operator in the site's namespace."""
    found = client.list("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration").items
    return [
        item["metadata"]["name"]
        for item in found
        if item["metadata"]["name"].startswith(_WEBHOOK)
        and any(
            at(hook, "clientConfig.service.namespace") == site.namespace
            for hook in item.get("webhooks") or ()
        )
    ]


def _alpha(client: Kube) -> list[str]:
    """Return the definitions of the CSI operator that may have objects in their first version."""
    rows = [row for row in KINDS.values() if row.group == "csi.ceph.io"]
    refs = [Ref(DEFINITIONS, "CustomResourceDefinition", "", row.definition) for row in rows]
    return [
        ref.name for ref in refs if _ALPHA in (at(client.get(ref), "status.storedVersions") or ())
    ]


def _flex_volumes(client: Kube) -> list[str]:
    """Return the volumes that Rook's FlexVolume drivers mount."""
    volumes = client.list("v1", "PersistentVolume").items
    return [
        volume["metadata"]["name"]
        for volume in volumes
        if "rook" in str(at(volume, "spec.flexVolume.driver") or "")
    ]
