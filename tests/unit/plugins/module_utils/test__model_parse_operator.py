# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator is made from, as users give it."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]
DIGEST = "A" * 64
DIGESTS = {"chart-1.tgz": DIGEST}
CHARTS = {"chart": "a", "drivers_chart": "b"}


@pytest.mark.parametrize(
    ("operator", "source"),
    [
        ({"manifests": "folder"}, "manifests"),
        ({"url": "https://m.example/r/", "digests": {"crds.yaml": f"sha256:{DIGEST}"}}, "url"),
        ({"chart": "folder", "values": {"a": 1}}, "chart"),
        ({"chart": "https://m.example/chart-1.tgz?x=1", "digests": DIGESTS}, "chart"),
        ({"manifests": "", "url": "", "chart": ""}, ""),
    ],
)
def test_each_source_is_understood(operator: Params, source: str, make_site: MakeSite) -> None:
    found = make_site(operator=operator).operator
    assert found.source == source
    assert found.url in (None, "https://m.example/r")
    assert set(found.digests.values()) <= {DIGEST.lower()}


@pytest.mark.parametrize(
    ("version", "operator", "line"),
    [
        (
            "1.18",
            {"manifests": "a", "chart": "b"},
            "operator.chart: is given beside operator.manifests: the operator has one source. Give "
            "one of manifests, url, chart.",
        ),
        (
            "1.18",
            {"url": "ftp://m.example/r"},
            "operator.url: 'ftp://m.example/r' is no http or https address. Give the address of "
            "the folder with the release's files, such as https://…/v1.18.11.",
        ),
        (
            "1.18",
            {"url": "https://m.example", "digests": {"crds.yaml": "abc"}},
            "operator.digests.crds.yaml: 'abc' is no SHA-256. Give 64 hexadecimal digits; "
            "rook_release_info prints those of a release.",
        ),
        (
            "1.18",
            {"manifests": "a", "values": {"a": 1}},
            "operator.values: has no meaning without operator.chart. Give that, or leave this out.",
        ),
        (
            "1.18",
            {"manifests": "a", "digests": DIGESTS},
            "operator.digests: has no meaning without operator.url or operator.chart. Give that, "
            "or leave this out.",
        ),
        (
            "1.18",
            {"chart": "oci://r.example/rook-ceph"},
            "operator.chart: 'oci://r.example/rook-ceph' is neither a path nor an http or https "
            "address. Fetch it with helm pull, and give the file.",
        ),
        (
            "1.18",
            {"chart": "https://m.example/chart-2.tgz", "digests": DIGESTS},
            "operator.chart: 'https://m.example/chart-2.tgz' is an address without a digest. Add "
            "chart-2.tgz: its SHA-256 to operator.digests.",
        ),
        (
            "1.18",
            CHARTS,
            "operator.drivers_chart: 'b' is not of Rook 1.18, which brings the drivers itself. "
            "Leave it out before 1.20.",
        ),
        (
            "1.20",
            {"chart": "a"},
            "operator.drivers_chart: is missing: from Rook 1.20 on nothing makes volumes without "
            "this chart. Set it (rook_operator_drivers_chart) to the chart ceph-csi-drivers.",
        ),
        (
            "1.18",
            {"manifest": "a"},
            "operator.manifest: is not known here; the nearest is manifests. Rename it.",
        ),
    ],
)
def test_what_contradicts_itself_is_told_in_one_line(
    version: str, operator: Params, line: str, make_site: MakeSite
) -> None:
    with pytest.raises(ModelError) as caught:
        make_site(version=version, operator=operator)
    assert str(caught.value) == line
