# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules by what became of them: findings as cards, the rest as lists. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._report_page.markup import (
    Markup,
    counted,
    div,
    joined,
    span,
    table,
    tag,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._report_page.judgement import Row
    from ansible_collections.rookery.rook.plugins.module_utils._rules_types import Finding

# So many places of one finding are shown at once.
_SHOWN = 6
_STAGES = {
    "variables": "decided from the variables",
    "api": "decided from the Kubernetes API",
    "hosts": "decided from the hosts",
    "probes": "decided by hosts asking each other",
    "running": "decided on the running cluster",
}


def cards(rows: Iterable[Row], kind: str) -> Markup:
    """Return rules that found something, each with all that it found."""
    return joined(_card(row, kind) for row in rows)


def _card(row: Row, kind: str) -> Markup:
    """Return a rule with what it found; findings that differ only in their places are one."""
    verdict = row.verdict
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in row.found:
        alike.setdefault((finding.reason, finding.cure), []).append(finding)
    source = span("soft line", f"{_STAGES.get(verdict.stage, verdict.stage)} · {verdict.source}")
    return tag(
        "article",
        tag("h3", tag("code", verdict.rule), " ", verdict.title, source),
        *(_finding(*words, found) for words, found in alike.items()),
        class_=f"card {kind}",
    )


def _finding(reason: str, cure: str, found: Sequence[Finding]) -> Markup:
    """Return one finding: where, what is wrong, and the way out."""
    places = [tag("li", tag("code", item.path), _value(item.value)) for item in found]
    more: Markup | str = ""
    if len(places) > _SHOWN:
        rest = tag("ul", *places[_SHOWN:], class_="places")
        more = tag("details", tag("summary", f"{len(places) - _SHOWN} more places"), rest)
    what = tag("p", f"{reason[:1].upper()}{reason[1:]}.")
    return div(
        "finding",
        div("what", what, tag("ul", *places[:_SHOWN], class_="places"), more),
        div("cure", tag("b", "Way out"), tag("p", cure)) if cure else "",
    )


def _value(value: str) -> Markup:
    """Return what a variable is set to."""
    return joined((" is ", tag("code", value, class_="value"))) if value else Markup("")


def by_reason(rows: Iterable[Row]) -> Markup:
    """Return rules that were not decided under the reason that they share."""
    groups: dict[str, list[Markup]] = {}
    for row in rows:
        # Before the colon stands which facts are lacking.
        lacking, colon, why = row.verdict.reason.partition(": ")
        what = span("soft", f" ({lacking})") if colon else ""
        groups.setdefault(why if colon else lacking, []).append(_item(row, what))
    return joined(
        div("group", tag("h3", reason), tag("ul", *items, class_="rules"))
        for reason, items in groups.items()
    )


def by_stage(rows: Iterable[Row]) -> Markup:
    """Return rules under the moment at which they are decided."""
    groups: dict[str, list[Markup]] = {}
    for row in rows:
        groups.setdefault(row.verdict.stage, []).append(_item(row))
    return joined(
        div("group", tag("h3", _STAGES.get(stage, stage)), tag("ul", *items, class_="rules"))
        for stage, items in groups.items()
    )


def with_reasons(rows: Iterable[Row]) -> Markup:
    """Return rules, each with why it is not about this site."""
    items = (_item(row, span("soft", f" ({row.verdict.reason})")) for row in rows)
    return tag("ul", *items, class_="rules")


def _item(row: Row, more: object = "") -> Markup:
    """Return a rule by its id and title."""
    return tag("li", tag("code", row.verdict.rule), tag("span", row.verdict.title, more))


def mutes(rows: Iterable[Row]) -> Markup:
    """Return the muted rules with the reasons that were given."""
    lines = (
        [
            joined((tag("code", row.verdict.rule), span("line", row.verdict.title))),
            row.verdict.reason,
            counted(row.verdict.findings, "time"),
        ]
        for row in rows
    )
    return table("Rules that are muted", ["rule", "reason that was given", "found"], lines)


def unreached(found: Iterable[Finding]) -> Markup:
    """Return the names of the hosts that did not answer."""
    return joined((tag("code", item.path.removeprefix("inventory host ")) for item in found), " ")
