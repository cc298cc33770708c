# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a site's charts make. They are read, or fetched and kept, and rendered by helm."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._clients.download import (
    Pin,
    cache_of,
    fetch,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.helm import Helm, read_chart
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
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

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

    Object = dict[str, t.Any]

# Upstream's name of the release of each chart, and where the site has the chart and its values.
_CHARTS = (
    ("rook-ceph", "chart", "values"),
    ("ceph-csi-drivers", "drivers_chart", "drivers_values"),
)


def rendered(site: Site) -> Iterator[Object]:
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
    return fetch(
        [Pin(reference, operator.digests[file_of(reference)])], cache_of(operator.cache_dir)
    )[0]
