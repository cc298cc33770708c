# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Upstream's objects, from whichever source the site names."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import (
    files_in,
    missing_files,
    read_manifests,
    read_objects,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._model.parse_operator import is_web
from ansible_collections.rookery.rook.plugins.module_utils._render.operator import upstream_files

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

    Object = dict[str, t.Any]


def read_upstream(site: Site) -> tuple[Object, ...]:
    """Return the objects of the site's operator; raises ModelError when the source is no good."""
    problems = list(source_problems(site))
    if problems:
        raise ModelError(problems)
    operator = site.operator
    if operator.source == "chart":
        # Only sites with a chart need what reads charts, and only those with a URL what fetches.
        from ansible_collections.rookery.rook.plugins.module_utils._clients.charts import rendered

        return tuple(rendered(site))
    if operator.source == "manifests":
        return read_manifests(operator.manifests or "", upstream_files(site))
    return tuple(item for _name, file in local_files(site) for item in read_objects(file))


def local_files(site: Site) -> list[tuple[str, Path]]:
    """Return upstream's files by name, where they are on this host; raises ClientError."""
    operator, names = site.operator, upstream_files(site)
    if operator.source == "url":
        from ansible_collections.rookery.rook.plugins.module_utils._clients.download import (
            Pin,
            cache_of,
            fetch,
        )

        pins = [Pin(f"{operator.url}/{name}", operator.digests[name]) for name in names]
        return list(zip(names, fetch(pins, cache_of(operator.cache_dir)), strict=True))
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
