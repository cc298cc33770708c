# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From upstream's objects to the operator's: namespace, labels, settings, nothing else. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras, _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._holders import (
    ALONE,
    CSI,
    WATCHED,
    environment_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.common import labelled, merged
from ansible_collections.rookery.rook.plugins.module_utils._render.drivers import (
    called,
    nfs_cure,
    nfs_driver,
    nfs_settings,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.namespace import (
    USUAL,
    mentions,
    moved,
    set_apart,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import uses_csi_operator

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Manifest

_DEFINITION = "CustomResourceDefinition//"
_CHART_CURE = "Give the chart rook-ceph of the release."
_CHART_CSI_CURE = (
    "Set csi.rookUseCsiOperator (from 1.20: csi.installCsiOperator) to true in values."
)
_DRIVERS = f"{_DEFINITION}drivers.csi.ceph.io"


def upstream_files(site: Site) -> tuple[str, ...]:
    """Return the names of the files of upstream's manifests that this site takes, in order."""
    era = _eras.era(site.version)
    files = (*era.files, *era.rights)
    return (*files, "csi-operator.yaml") if uses_csi_operator(site) else files


def render_operator(site: Site, upstream: Sequence[Manifest]) -> list[dict[str, t.Any]]:
    """Return upstream's objects as this site's, in the order of the kinds; without any, nothing."""
    if not upstream:
        return []
    problems = list(_shape_problems(site, upstream))
    if not problems:
        # Files of old hold a cluster beside its accounts; the site's own is made from the model.
        upstream = [item for item in upstream if _kinds.KINDS[item["kind"]].stage == "operator"]
        upstream, problems = _at_home(site, upstream)
        upstream = [called(site, manifest) for manifest in upstream]
    if problems:
        raise ModelError(problems)
    found: dict[str, Manifest] = {}
    for manifest in upstream:
        object_id = _kinds.id_of(manifest)
        if found.setdefault(object_id, manifest) != manifest:
            reason = f"holds two different {object_id}"
            problems.append(_problem(site, reason, "Take the files of one release only."))
    driver = nfs_driver(site)
    if driver is not None and site.operator.source != "chart":
        found.setdefault(_kinds.id_of(driver), driver)
    problems += _content_problems(site, found)
    if problems:
        raise ModelError(problems)
    settings = _settings(site, found)
    return [
        labelled(site, merged(found[object_id], settings.get(object_id, {})))
        for object_id in sorted(found, key=_kinds.sort_key)
    ]


def _at_home(site: Site, upstream: Sequence[Manifest]) -> tuple[Sequence[Manifest], list[Problem]]:
    """Return upstream's objects in the site's namespace, and why they cannot be there."""
    upstream = [_somewhere(site, manifest) for manifest in upstream]
    origins = {
        manifest["metadata"]["namespace"]
        for manifest in upstream
        if _kinds.KINDS[manifest["kind"]].namespaced
    } - {site.namespace}
    if len(origins) > 1 and not origins <= set(_eras.era(site.version).namespaces):
        reason = f"is for namespaces {', '.join(sorted(origins))}, not {site.namespace}"
        return upstream, [_problem(site, reason, "Take the files as upstream publishes them.")]
    problems = []
    for origin in sorted(origins):
        upstream = moved(upstream, origin, site.namespace)
        problems += [
            _problem(
                site,
                f"has {origin} at {path} of {_kinds.id_of(manifest)} ({value}), and whether that "
                "is the namespace cannot be told",
                f"Set namespace to {origin}, or change that place to {site.namespace} yourself.",
            )
            for manifest in upstream
            for path, value in mentions(manifest, origin)
        ]
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": site.namespace}}
    if not any(_kinds.id_of(manifest) == _kinds.id_of(home) for manifest in upstream):
        upstream = [home, *upstream]
    return set_apart(upstream, site.namespace), problems


def _somewhere(site: Site, manifest: Manifest) -> Manifest:
    """Return an object in a namespace; charts leave it to Helm to say in which."""
    metadata = manifest["metadata"]
    if metadata.get("namespace") or not _kinds.KINDS[manifest["kind"]].namespaced:
        return manifest
    return {**manifest, "metadata": {**metadata, "namespace": site.namespace}}


def _settings(site: Site, found: Mapping[str, Manifest]) -> dict[str, dict[str, t.Any]]:
    """Return what is laid over upstream's objects: settings, at the place that the era has."""
    era, data = _eras.era(site.version), {}
    over: dict[str, t.Any] = {}
    config = {**nfs_settings(site), **site.operator.config}
    for key, value in sorted(config.items()):
        if key not in era.csi_settings:
            data[key] = value
            continue
        branch: t.Any = value
        for part in reversed(era.csi_settings[key].split(".")):
            branch = {part: branch}
        over = merged(over, branch)
    settings: dict[str, dict[str, t.Any]] = {}
    if data and era.config:
        settings[_config_id(site)] = {"data": data}
    told = {**_own_namespace(site), **({} if era.config else data)}
    if told:
        settings[_operator_id(site)] = _environment(found[_operator_id(site)], told)
    for object_id in _watchers(site, found):
        settings[object_id] = _environment(found[object_id], {WATCHED: site.namespace})
    if over:
        name = "ceph-csi-operator-config"
        settings[_kinds.make_id("OperatorConfig", site.namespace, name)] = over
    return settings


def _own_namespace(site: Site) -> dict[str, str]:
    """Return what keeps the operator of another namespace off the clusters of the usual one."""
    if site.namespace == USUAL or site.release < (1, 0):
        return {}
    return {ALONE: "true"}


def _watchers(site: Site, found: Mapping[str, Manifest]) -> Iterator[str]:
    """Yield the CSI operator where it would work on the drivers of other sites as well.

    Each would give them the images and settings of its own namespace, one after the other.
    """
    if site.namespace == USUAL and site.operator.config.get(ALONE) != "true":
        return
    for object_id, item in found.items():
        told = environment_of(item) if item["kind"] == "Deployment" else {}
        if WATCHED in told and not told[WATCHED] and CSI.runs_as(item):
            yield object_id


def _environment(deployment: Manifest, data: Mapping[str, str]) -> dict[str, t.Any]:
    """Return the containers of a Deployment with settings in their environment."""
    given = [{"name": name, "value": value} for name, value in data.items()]
    containers = [
        {
            **container,
            "env": [each for each in container.get("env") or () if each["name"] not in data]
            + given,
        }
        for container in _kinds.at(deployment, "spec.template.spec.containers")
    ]
    return {"spec": {"template": {"spec": {"containers": containers}}}}


def _config_id(site: Site) -> str:
    """Return the id of the ConfigMap with the operator's settings."""
    return _kinds.make_id("ConfigMap", site.namespace, _eras.era(site.version).config)


def _operator_id(site: Site) -> str:
    """Return the id of the operator's Deployment."""
    return _kinds.make_id("Deployment", site.namespace, _eras.era(site.version).operator)


def _problem(site: Site, reason: str, cure: str) -> Problem:
    """Return a problem of the source as a whole."""
    operator = site.operator
    source = operator.source or "manifests"
    value = getattr(operator, source) or "the manifests"
    return Problem(f"operator.{source}", repr(value), reason, cure)


def _shape_problems(site: Site, upstream: Sequence[Manifest]) -> Iterator[Problem]:
    """Yield documents that are no objects of a known kind."""
    source = site.operator.source or "manifests"
    for place, manifest in enumerate(upstream):
        path = f"operator.{source}[{place}]"
        metadata = manifest.get("metadata")
        if not manifest.get("kind") or not isinstance(metadata, dict) or not metadata.get("name"):
            cure = "Take the files as upstream publishes them."
            yield Problem(path, "", "is no object with kind and metadata.name", cure)
        elif manifest["kind"] not in _kinds.KINDS:
            known = ", ".join(_kinds.KINDS)
            cure = f"Take it out of the directory. Known are {known}."
            if source == "chart":
                cure = f"Switch it off in operator.values. Known are {known}."
            yield Problem(
                path, repr(manifest["kind"]), "is a kind that no order is known for", cure
            )


def _content_problems(site: Site, found: Mapping[str, Manifest]) -> Iterator[Problem]:
    """Yield why these objects cannot make this site's operator."""
    era, charted = _eras.era(site.version), site.operator.source == "chart"
    wanted = [_operator_id(site), *([_config_id(site)] if era.config else [])]
    for object_id in wanted:
        if object_id not in found:
            kind, _namespace, name = object_id.split("/")
            cure = f"Add {era.files[-1]} of the release."
            yield _problem(site, f"lacks {kind} {name}", _CHART_CURE if charted else cure)
    if era.defines and f"{_DEFINITION}{era.defines}" not in found:
        cure = f"Add {era.files[0]} of the release."
        cure = "Set crds.enabled to true in operator.values." if charted else cure
        yield _problem(site, f"lacks the definition {era.defines}", cure)
    if uses_csi_operator(site) and _DRIVERS not in found:
        cure = "Add csi-operator.yaml of the release, or set ROOK_USE_CSI_OPERATOR to false."
        if not _eras.era(site.version).starts_csi:
            cure = "Add csi-operator.yaml of the release."
        reason = f"lacks the CSI operator, which Rook {site.version} uses (CSI-03)"
        yield _problem(site, reason, _CHART_CSI_CURE if charted else cure)
    settings = found.get(_config_id(site), {}).get("data") or {}
    if charted and (cure := nfs_cure(site, found, settings)):
        yield _problem(site, "does not start the driver for NFS, which classes need", cure)
    yield from _release_problems(site, found.get(_operator_id(site)))


def _release_problems(site: Site, deployment: Manifest | None) -> Iterator[Problem]:
    """Yield that the operator's image is of another release than the wanted one (VER-07)."""
    containers = _kinds.at(deployment, "spec.template.spec.containers") or ()
    for container in containers:
        image = container.get("image", "")
        release = _eras.image_version(image)
        if release is not None and not _eras.operator_fits(release, site.release):
            reason = f"is of Rook {_eras.dotted(release)} ({image}), not {site.version} (VER-07)"
            yield _problem(site, reason, "Take the files of that release, or change version.")
