# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From upstream's manifests to the operator's objects: labels, settings, nothing else. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras, _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._render.common import labelled, merged

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Manifest

CONFIG = "rook-ceph-operator-config"
OPERATOR = "rook-ceph-operator"
_DRIVERS = "CustomResourceDefinition//drivers.csi.ceph.io"
_PATH = "operator.manifests"


def csi_operator_enabled(site: Site) -> bool:
    """Tell whether Rook leaves the CSI drivers to the CSI operator on this site."""
    default = _eras.era(site.version).csi_operator
    given = site.operator.config.get("ROOK_USE_CSI_OPERATOR", "").lower()
    return default == "required" or given == "true" or (default == "on" and given != "false")


def upstream_files(site: Site) -> tuple[str, ...]:
    """Return the names of the files of upstream's manifests that this site takes."""
    files = ("crds.yaml", "common.yaml", "operator.yaml")
    return (*files, "csi-operator.yaml") if csi_operator_enabled(site) else files


def render_operator(site: Site, upstream: Sequence[Manifest]) -> list[dict[str, t.Any]]:
    """Return upstream's objects as this site's, in the order of the kinds; without any, nothing."""
    if not upstream:
        return []
    problems = list(_shape_problems(upstream))
    if problems:
        raise ModelError(problems)
    found: dict[str, Manifest] = {}
    for manifest in upstream:
        object_id = _kinds.id_of(manifest)
        if found.setdefault(object_id, manifest) != manifest:
            reason = f"holds two different {object_id}"
            problems.append(_problem(site, reason, "Take the files of one release only."))
    problems += _content_problems(site, found)
    if problems:
        raise ModelError(problems)
    settings = _settings(site)
    return [
        labelled(site, merged(found[object_id], settings.get(object_id, {})))
        for object_id in sorted(found, key=_kinds.sort_key)
    ]


def _settings(site: Site) -> dict[str, dict[str, t.Any]]:
    """Return what is laid over upstream's objects: settings, at the place that the era has."""
    era, data = _eras.era(site.version), {}
    over: dict[str, t.Any] = {}
    for key, value in sorted(site.operator.config.items()):
        if key not in era.csi_settings:
            data[key] = value
            continue
        branch: t.Any = value
        for part in reversed(era.csi_settings[key].split(".")):
            branch = {part: branch}
        over = merged(over, branch)
    settings = {_kinds.make_id("ConfigMap", site.namespace, CONFIG): {"data": data}} if data else {}
    if over:
        name = "ceph-csi-operator-config"
        settings[_kinds.make_id("OperatorConfig", site.namespace, name)] = over
    return settings


def _problem(site: Site, reason: str, cure: str) -> Problem:
    """Return a problem of the manifests as a whole."""
    return Problem(_PATH, repr(site.operator.manifests or "the manifests"), reason, cure)


def _shape_problems(upstream: Sequence[Manifest]) -> Iterator[Problem]:
    """Yield documents that are no objects of a known kind."""
    for place, manifest in enumerate(upstream):
        path = f"{_PATH}[{place}]"
        metadata = manifest.get("metadata")
        if not manifest.get("kind") or not isinstance(metadata, dict) or not metadata.get("name"):
            cure = "Take the files as upstream publishes them."
            yield Problem(path, "", "is no object with kind and metadata.name", cure)
        elif manifest["kind"] not in _kinds.KINDS:
            known = ", ".join(_kinds.KINDS)
            cure = f"Take it out of the directory. Known are {known}."
            yield Problem(
                path, repr(manifest["kind"]), "is a kind that no order is known for", cure
            )


def _content_problems(site: Site, found: Mapping[str, Manifest]) -> Iterator[Problem]:
    """Yield why these manifests cannot make this site's operator."""
    elsewhere = {
        manifest["metadata"].get("namespace") or "default"
        for object_id, manifest in found.items()
        if _kinds.kind_of(object_id).namespaced
    } - {site.namespace}
    if elsewhere:
        reason = f"is for namespace {', '.join(sorted(elsewhere))}, not {site.namespace}"
        yield _problem(site, reason, "Set namespace to that, or rewrite the files for yours.")
        return
    for kind, name in (("ConfigMap", CONFIG), ("Deployment", OPERATOR)):
        if _kinds.make_id(kind, site.namespace, name) not in found:
            cure = "Add operator.yaml of the release."
            yield _problem(site, f"lacks {kind} {name}", cure)
    if _kinds.make_id("CustomResourceDefinition", "", "cephclusters.ceph.rook.io") not in found:
        yield _problem(site, "lacks the definition of CephCluster", "Add crds.yaml of the release.")
    if csi_operator_enabled(site) and _DRIVERS not in found:
        cure = "Add csi-operator.yaml of the release, or set ROOK_USE_CSI_OPERATOR to false."
        if _eras.era(site.version).csi_operator == "required":
            cure = "Add csi-operator.yaml of the release."
        yield _problem(
            site, f"lacks the CSI operator, which Rook {site.version} uses (CSI-03)", cure
        )
    deployment = found.get(_kinds.make_id("Deployment", site.namespace, OPERATOR))
    yield from _release_problems(site, deployment)


def _release_problems(site: Site, deployment: Manifest | None) -> Iterator[Problem]:
    """Yield that the operator's image is of another release than the wanted one (VER-07)."""
    containers = _kinds.at(deployment, "spec.template.spec.containers") or ()
    wanted = _eras.parse_version(site.version) or ()
    for container in containers:
        image = container.get("image", "")
        release = _eras.image_version(image)
        if release is not None and release[: len(wanted)] != wanted:
            reason = f"is of Rook {_eras.dotted(release)} ({image}), not {site.version} (VER-07)"
            yield _problem(site, reason, "Take the files of that release, or change version.")
