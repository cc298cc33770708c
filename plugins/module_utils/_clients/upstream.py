# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Upstream's objects, from whichever source the site names."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._clients.download import (
    Pin,
    default_cache,
    fetch,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.helm import Helm, read_chart
from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import (
    files_in,
    missing_files,
    read_manifests,
    read_objects,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._model.parse_operator import (
    file_of,
    is_web,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.chart import (
    contradictions,
    drivers_values,
    known_values,
    value_problems,
    without_hooks,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.operator import upstream_files

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

    Object = dict[str, t.Any]

# Upstream's name of the release of each chart, and where the site has the chart and its values.
_CHARTS = (
    ("rook-ceph", "chart", "values"),
    ("ceph-csi-drivers", "drivers_chart", "drivers_values"),
)


def read_upstream(site: Site) -> tuple[Object, ...]:
    """Return the objects of the site's operator; raises ModelError when the source is no good."""
    problems = list(source_problems(site))
    if problems:
        raise ModelError(problems)
    operator = site.operator
    if operator.source == "chart":
        return tuple(_rendered(site))
    if operator.source == "manifests":
        return read_manifests(operator.manifests or "", upstream_files(site))
    return tuple(item for _name, file in local_files(site) for item in read_objects(file))


def local_files(site: Site) -> list[tuple[str, Path]]:
    """Return upstream's files by name, where they are on this host; raises ClientError."""
    operator, names = site.operator, upstream_files(site)
    if operator.source == "url":
        pins = [Pin(f"{operator.url}/{name}", operator.digests[name]) for name in names]
        return list(zip(names, fetch(pins, _cache(site)), strict=True))
    return list(zip(names, files_in(operator.manifests or "", names), strict=True))


def source_problems(site: Site) -> Iterator[Problem]:
    """Yield what is wrong with the source of the operator, as far as this host can tell."""
    operator, names = site.operator, upstream_files(site)
    if operator.source == "manifests":
        missing = missing_files(operator.manifests or "", names)
        if missing:
            reason = f"there is no {', no '.join(missing)} in it"
            yield Problem(
                "operator.manifests", repr(operator.manifests), reason, _files_cure(names)
            )
    elif operator.source == "url":
        for name in names:
            if name not in operator.digests:
                cure = (
                    "rook_release_info prints those of a release; compare them before you use them."
                )
                reason = f"is missing: Rook {site.version} takes {', '.join(names)}"
                yield Problem(f"operator.digests.{name}", "", reason, cure)
    elif operator.source == "chart":
        for chart in (operator.chart, operator.drivers_chart):
            if chart and not is_web(chart) and not Path(chart).expanduser().exists():
                option = "chart" if chart == operator.chart else "drivers_chart"
                cure = "Give the directory or the .tgz of a chart on the host that runs this."
                yield Problem(f"operator.{option}", repr(chart), "does not exist", cure)
    else:
        cure = f"{_files_cure(names)} Or set operator.url or operator.chart."
        yield Problem("operator.manifests", "", "is missing", cure)


def _files_cure(names: Sequence[str]) -> str:
    """Return what a directory with manifests has to hold."""
    return (
        "Set it (rook_operator_manifests) to a directory with Rook's own "
        f"{', '.join(names)} of this release."
    )


def _cache(site: Site) -> Path:
    """Return where files that were fetched are kept."""
    given = site.operator.cache_dir
    return Path(given).expanduser() if given else default_cache()


def _rendered(site: Site) -> Iterator[Object]:
    """Yield what the site's charts make; every value that one of them does not know is told."""
    operator = site.operator
    # The same on every host and cluster: not the release that this helm was compiled with.
    window = _eras.era(site.version).kubernetes
    newest = _eras.dotted((*(window.most or window.least), 0))
    helm = Helm.found(operator.helm, site.namespace, newest)
    calls, problems = [], list(contradictions(site))
    for release, option, given in _CHARTS:
        reference = getattr(operator, option)
        if reference:
            path, values = _chart_file(site, reference), getattr(operator, given)
            known = known_values(read_chart(path))
            problems += value_problems(values, known, f"operator.{given}", release)
            calls.append((release, path, drivers_values(site) if given != "values" else values))
    if problems:
        raise ModelError(problems)
    for call in calls:
        yield from without_hooks(helm.render(*call))


def _chart_file(site: Site, reference: str) -> Path:
    """Return a chart on this host, fetched if it has an address."""
    operator = site.operator
    if not is_web(reference):
        return Path(reference).expanduser()
    return fetch([Pin(reference, operator.digests[file_of(reference)])], _cache(site))[0]
