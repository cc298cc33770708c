# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The whole page: what comes of a judgement, findings, where data lies, all rules. Pure.

It has no script, and asks for nothing from elsewhere; its own policy forbids both.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._report_page import pools, rules
from ansible_collections.rookery.rook.plugins.module_utils._report_page.markup import (
    Markup,
    counted,
    div,
    joined,
    span,
    svg,
    tag,
)
from ansible_collections.rookery.rook.plugins.module_utils._report_page.style import STYLE
from ansible_collections.rookery.rook.plugins.module_utils._report_page.topology import (
    size_of,
    topology,
)

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._report_page.judgement import (
        Judgement,
    )

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# Each status with its class, and how it is said.
_STATUSES = (
    ("error", "bad", "errors"),
    ("warned", "fair", "warnings"),
    ("not decided", "open", "not decided"),
    ("muted", "quiet", "muted"),
    ("passed", "good", "passed"),
    ("not applicable", "quiet", "not applicable"),
)


def page(judged: Judgement) -> str:
    """Return the page as a document; the same judgement, the same bytes."""
    title = f"Preflight of {judged.site}: {judged.verdict}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(STYLE)),
    )
    main = tag("main", _verdict(judged), _found(judged), _placement(judged), _rest(judged))
    foot = tag(
        "footer",
        "Written by the preflight of rookery.rook. Preflight reads only. Beside this page are ",
        tag("code", "preflight.json"), " and, in JUnit's form, ", tag("code", "preflight.xml"), ".",
    )  # fmt: skip
    body = tag("body", _head(judged), main, foot)
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _head(judged: Judgement) -> Markup:
    """Return whose page it is."""
    hosts = judged.placement.get("hosts", ())
    devices = [device for host in hosts for device in host["devices"]]
    facts = [f"Rook {judged.version}" if judged.version else ""]
    if hosts:
        facts += [counted(len(hosts), "host with data", "hosts with data")]
        facts += [counted(len(devices), "device"), size_of(devices)]
    kind = tag("p", "Preflight report", class_="kind")
    told = tag("p", " · ".join(fact for fact in facts if fact), class_="soft")
    return tag("header", div("wide", kind, tag("h1", judged.site), told))


def _verdict(judged: Judgement) -> Markup:
    """Return what comes of it, how many rules became what, and who did not answer."""
    counts = judged.summary
    kind = "bad" if counts["error"] else "fair" if counts["warned"] else "good"
    silent = ""
    if judged.unreached:
        number = tag("b", f"{counted(len(judged.unreached), 'host')} did not answer: ")
        names = rules.unreached(judged.unreached)
        silent = tag("p", number, names, ". The rest was judged.", class_="silent")
    return tag(
        "section",
        div(f"verdict {kind}", tag("h2", _headline(judged)), tag("p", _advice(judged))),
        _tiles(counts),
        _shares(counts),
        silent,
        aria_label="Summary",
    )


def _headline(judged: Judgement) -> str:
    """Return the verdict as a headline."""
    doing = "taken down" if judged.state == "absent" else "built"
    counts = judged.summary
    if counts["error"]:
        return (
            f"Cannot be {doing} yet: {counted(counts['error'], 'rule finds', 'rules find')} errors"
        )
    if counts["warned"]:
        return f"Can be {doing}, with {counted(counts['warned'], 'warning')}"
    return f"Can be {doing}"


def _advice(judged: Judgement) -> str:
    """Return what that means."""
    counts = judged.summary
    words = []
    if counts["error"]:
        words.append("Nothing was changed. Each error says what would cure it.")
    elif counts["warned"]:
        words.append("Warnings leave the choice.")
    else:
        words.append("No rule that could be decided found anything.")
    if counts["not decided"]:
        rules_are = counted(counts["not decided"], "rule was", "rules were")
        words.append(f"{rules_are} not decided for lack of facts: that is no pass.")
    return " ".join(words)


def _tiles(counts: dict[str, int]) -> Markup:
    """Return the numbers, each a way to its rules."""
    return tag(
        "ul",
        *(
            tag(
                "li",
                tag("a", tag("b", counts[status]), span("", words), href=f"#{_anchor(status)}")
                if counts[status]
                else span("none", tag("b", 0), span("", words)),
                class_=kind if counts[status] else None,
            )
            for status, kind, words in _STATUSES
        ),
        class_="tiles",
    )


def _anchor(status: str) -> str:
    """Return the anchor of a section."""
    return status.replace(" ", "-")


def _shares(counts: dict[str, int]) -> Markup:
    """Return a bar of what became of all rules."""
    total, left, parts = sum(counts.values()) or 1, 0.0, []
    for status, kind, _words in _STATUSES:
        width = 1000 * counts[status] / total
        parts.append(
            tag("rect", class_=f"part {kind}", x=f"{left:.5g}", width=f"{width:.5g}", height=6)
        )
        left += width
    title = ", ".join(f"{counts[status]} {words}" for status, _kind, words in _STATUSES)
    return svg("shares", title, 1000, 6, *parts, preserveAspectRatio="none")


def _section(anchor: str, title: str, *parts: object) -> Markup:
    """Return a section with its heading."""
    return tag("section", tag("h2", title), *parts, id=anchor)


def _found(judged: Judgement) -> Markup:
    """Return errors and warnings."""
    return joined(
        _section(_anchor(status), words.capitalize(), rules.cards(judged.of(status), kind))
        for status, kind, words in _STATUSES[:2]
        if judged.of(status)
    )


def _placement(judged: Judgement) -> Markup:
    """Return where data lies, and what survives what."""
    lies = judged.placement
    if not lies:
        return Markup("")
    assumed = [tag("p", f"Taken for granted: {', '.join(lies['assumed'])}.", class_="note")]
    rooms = [row for row in lies["pools"] if row["capacity"]]
    worst = "Every pool is" if lies["verdict"] == "redundant" else "At worst, a pool is"
    return _section(
        "placement",
        "Where data lies",
        tag("p", f"{worst} ", pools.verdict_mark(lies["verdict"]), class_="lead"),
        *(assumed if lies["assumed"] else ()),
        topology(lies["levels"], lies["hosts"]),
        *_titled("What cures the pools", pools.cures(lies["pools"])),
        *_titled("What survives what", pools.pools(lies["pools"]) if lies["pools"] else ""),
        *_titled("Room, and the full ratio", pools.capacity(rooms) if rooms else ""),
        pools.groups_line(lies["groups"]) if lies["groups"]["per_osd"] else "",
        *_titled("Daemons", pools.daemons(lies["daemons"]) if lies["daemons"] else ""),
    )


def _titled(title: str, body: str) -> tuple[str, ...]:
    """Return a part with its heading, where there is one."""
    return (tag("h3", title), body) if body else ()


def _rest(judged: Judgement) -> Markup:
    """Return the rules that found nothing, or may find what they found."""
    shown = {"not decided": rules.by_reason, "muted": rules.mutes}
    parts = [
        _section(_anchor(status), words.capitalize(), shown[status](judged.of(status)))
        for status, _kind, words in _STATUSES[2:4]
        if judged.of(status)
    ]
    folded = {"passed": rules.by_stage, "not applicable": rules.with_reasons}
    for status, _kind, words in _STATUSES[4:]:
        if judged.of(status):
            title = tag("h2", f"{words.capitalize()} ", span("soft", len(judged.of(status))))
            inside = folded[status](judged.of(status))
            parts.append(
                tag("section", tag("details", tag("summary", title), inside), id=_anchor(status))
            )
    return joined(parts)
