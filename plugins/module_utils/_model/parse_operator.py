# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From variables to what the operator is made from: one source at most. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._model.types import SOURCES, Operator

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils import _eras
    from ansible_collections.rookery.rook.plugins.module_utils._model.fields import Fields

_ONE = f"Give one of {', '.join(SOURCES)}."
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
_WEB = re.compile(r"https?://[^/\s]+(/\S*)?")
# An option that only has a meaning beside others, and those.
_BESIDE = {
    "digests": ("url", "chart"),
    "values": ("chart",),
    "drivers_chart": ("chart",),
    "drivers_values": ("drivers_chart",),
}


def file_of(address: str) -> str:
    """Return the name of the file at an address."""
    return address.partition("?")[0].rstrip("/").rpartition("/")[2]


def is_web(reference: str) -> bool:
    """Tell whether something is an address rather than a path."""
    return "://" in reference


def read_operator(fields: Fields, era: _eras.Era | None) -> Operator:
    """Return what the operator is made from; the era knows whether it has a drivers' chart."""
    operator = Operator(
        manifests=fields.text("manifests"),
        url=_url(fields),
        digests=_digests(fields),
        chart=fields.text("chart"),
        values=fields.table("values"),
        drivers_chart=fields.text("drivers_chart"),
        drivers_values=fields.table("drivers_values"),
        config=fields.strings("config"),
        cache_dir=fields.text("cache_dir"),
        helm=fields.text("helm"),
    )
    given = [source for source in SOURCES if fields.has(source)]
    for source in given[1:]:
        reason = f"is given beside operator.{given[0]}: the operator has one source"
        fields.bad(source, None, reason, _ONE)
    for option, others in _BESIDE.items():
        if fields.data.get(option) and not any(fields.has(other) for other in others):
            reason = f"has no meaning without operator.{' or operator.'.join(others)}"
            fields.bad(option, None, reason, "Give that, or leave this out.")
    _check_charts(fields, operator, era)
    fields.close()
    return operator


def _url(fields: Fields) -> str | None:
    """Return the address below which a release's files are, without a slash at its end."""
    url = fields.text("url")
    if url is None:
        return None
    if not _WEB.fullmatch(url):
        cure = "Give the address of the folder with the release's files, such as https://…/v1.18.11"
        fields.bad("url", url, "is no http or https address", f"{cure}.")
    return url.rstrip("/")


def _digests(fields: Fields) -> dict[str, str]:
    """Return the SHA-256 of each file in plain hexadecimal digits."""
    found = {}
    for name, text in fields.strings("digests").items():
        match = _DIGEST.fullmatch(text.lower())
        if match:
            found[name] = match[1]
        else:
            cure = "Give 64 hexadecimal digits; rook_release_info prints those of a release."
            fields.bad(f"digests.{name}", text, "is no SHA-256", cure)
    return found


def _check_charts(fields: Fields, operator: Operator, era: _eras.Era | None) -> None:
    """Note what is wrong with the charts: how they are named, and whether the era has them."""
    for option, chart in (("chart", operator.chart), ("drivers_chart", operator.drivers_chart)):
        if not chart or not is_web(chart):
            continue
        if not _WEB.fullmatch(chart):
            cure = "Fetch it with helm pull, and give the file."
            fields.bad(option, chart, "is neither a path nor an http or https address", cure)
        elif file_of(chart) not in operator.digests:
            cure = f"Add {file_of(chart)}: its SHA-256 to operator.digests."
            fields.bad(option, chart, "is an address without a digest", cure)
    if era is None or not operator.chart:
        return
    if not era.starts_csi and not operator.drivers_chart:
        reason = f"is missing: from Rook {era.name} on nothing makes volumes without this chart"
        cure = "Set it (rook_operator_drivers_chart) to the chart ceph-csi-drivers."
        fields.bad("drivers_chart", None, reason, cure)
    if era.starts_csi and operator.drivers_chart:
        reason = f"is not of Rook {era.name}, which brings the drivers itself"
        fields.bad("drivers_chart", operator.drivers_chart, reason, "Leave it out before 1.20.")
