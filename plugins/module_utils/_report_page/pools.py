# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What becomes of pools and daemons: verdicts, what survives what, cures, capacity. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.words import size_text
from ansible_collections.rookery.rook.plugins.module_utils._report_page.markup import (
    Markup,
    counted,
    div,
    joined,
    span,
    svg,
    table,
    tag,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Data = Mapping[str, t.Any]

_MARKS = {"good": "✓", "fair": "!", "bad": "✕"}
_VERDICTS = {"redundant": "good", "degraded": "fair"}
# Writing and data after a loss, before anything heals: how it looks, and what is said of it.
_STATES = {
    ("all", "all"): ("good", "writable"),
    ("some", "all"): ("fair", "some writes"),
    ("none", "all"): ("bad", "no writes"),
    ("all", "some"): ("bad", "some data lost"),
    ("some", "some"): ("bad", "some data lost"),
    ("none", "some"): ("bad", "some data lost"),
}
_LOST = ("bad", "data lost")
_NAMED = 6
_UNTOLD = span("soft", "not told")
# What pools have in common that are one line.
_SHAPE = (
    "pieces", "failure_domain", "device_class", "verdict", "size", "placed", "min_size", "survives",
)  # fmt: skip
_SHARES = {"all": ("good", "goes on"), "some": ("fair", "by chance"), "none": ("bad", "stops")}


def mark(kind: str, *words: object) -> Markup:
    """Return a verdict by colour, sign and words."""
    return span(f"mark {kind}", tag("i", _MARKS[kind], aria_hidden="true"), span("", *words))


def verdict_mark(word: str) -> Markup:
    """Return the verdict over a pool, or over the worst of them."""
    return mark(_VERDICTS.get(word, "bad"), word)


def pools(rows: Sequence[Data]) -> Markup:
    """Return the table of pools with what each survives, the worst first."""
    order = ("never writable", "degraded", "redundant")
    ranked = _alike(sorted(rows, key=lambda row: order.index(row["verdict"])), _SHAPE)
    losses = list(dict.fromkeys(loss["lost"] for row in rows for loss in row["survives"]))
    return table(
        "What is left of each pool when hosts or domains are lost, at worst. A full box is a piece "
        "with a place, a dashed one has none; Ceph writes while all left of the line are there.",
        ["pool", "pieces", "now", *(f"{lost} lost" for lost in losses)],
        (
            [
                _same(same),
                _pieces(same[0]),
                verdict_mark(same[0]["verdict"]),
                *_after(same[0], losses),
            ]
            for same in ranked
        ),
        "pools",
    )


def _alike(rows: Iterable[Data], keys: Sequence[str]) -> list[list[Data]]:
    """Return pools that agree in some things as one, in the order in which they first come."""
    groups: dict[str, list[Data]] = {}
    for row in rows:
        groups.setdefault(repr([row[key] for key in keys]), []).append(row)
    return list(groups.values())


def _same(rows: Sequence[Data]) -> Markup:
    """Return the names of pools and what they are."""
    row = rows[0]
    kind = f" on {row['device_class']}" if row["device_class"] else ""
    what = f"{row['pieces']} over {row['failure_domain']}s{kind}"
    names = joined((tag("b", row["name"]) for row in rows), ", ")
    return joined((names, span("soft line", what)))


def _pieces(row: Data) -> Markup:
    """Return the pieces of a pool as boxes: placed ones are full, Ceph's least has a line."""
    size, placed, least = row["size"], row["placed"], row["min_size"]
    boxes = [
        tag(
            "rect",
            class_="piece" if place < placed else "piece missing",
            x=1 + 13 * place, y=4, width=10, height=14, rx=2,
        )
        for place in range(size)
    ]  # fmt: skip
    at = 13 * least - 0.5
    least_line = tag("line", class_="least", x1=at, x2=at, y1=1, y2=21)
    title = f"{placed} of {size} pieces find a place; Ceph writes with {least} or more"
    return svg("pieces", title, 13 * size, 22, *boxes, least_line)


def _after(row: Data, losses: Sequence[str]) -> list[Markup]:
    """Return what is left of a pool after each loss."""
    found = {loss["lost"]: loss for loss in row["survives"]}
    return [_left(found[lost]) if lost in found else _UNTOLD for lost in losses]


def _left(loss: Data) -> Markup:
    """Return what is left after one loss: at once, and when what was lost is out."""
    kind, words = _STATES.get((loss["writes"], loss["data"]), _LOST)
    if loss["data"] != "all":
        then = ""
    elif loss["whole_again"]:
        then = "heals whole"
    elif loss["writes"] != "all" and loss["writes_healed"] == "all":
        then = "until healed"
    else:
        kind, then = ("fair" if kind == "good" else kind), "stays degraded"
        then = "data kept" if loss["writes"] == "none" else then
    return mark(kind, words, span("soft line", then) if then else "")


def cures(rows: Sequence[Data]) -> Markup:
    """Return for each bad verdict the reasons and the smallest changes, those that agree as one."""
    poor = [row for row in rows if row["verdict"] != "redundant"]
    return joined(_cure(same) for same in _alike(poor, ("verdict", "reasons", "cures")))


def _cure(rows: Sequence[Data]) -> Markup:
    """Return why pools are not redundant, and what would make them so."""
    word, reasons, ways = (rows[0][key] for key in ("verdict", "reasons", "cures"))
    listed = tag("ul", *(tag("li", _sentence(way)) for way in ways), class_="ways")
    none = tag("p", "No single change of the usual kinds cures it: see the reasons.")
    return tag(
        "article",
        tag("h4", verdict_mark(word), " ", _names(rows)),
        tag("p", _sentence(", ".join(reasons))),
        div(
            "cure", tag("b", "Smallest cure" if len(ways) < 2 else "Smallest cures, one of"), listed
        )
        if ways
        else none,
        class_=f"card {_VERDICTS.get(word, 'bad')}",
    )


def _names(rows: Sequence[Data]) -> Markup:
    """Return the names of the first pools, and how many more there are."""
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return joined((joined((tag("code", row["name"]) for row in rows[:_NAMED]), " "), more))


def _sentence(text: str) -> str:
    """Return words as a sentence."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def capacity(rows: Sequence[Data]) -> Markup:
    """Return how much fits and where the trap of the full ratio is, pools that agree as one."""
    return table(
        "How much data fits when a pool has its devices for itself. Green is safe; up to the end "
        "of amber writes go on when the largest domain is lost and has healed; red is full then.",
        ["pools", "room", "fits", "safe", "when the largest domain is lost"],
        map(_room, _alike(rows, ("capacity",))),
        "capacity",
    )


def _room(rows: Sequence[Data]) -> list[object]:
    """Return a line of the table of capacity."""
    room = rows[0]["capacity"]
    usable, full = room["usable_bytes"], room["full_after"]
    if not room["heals"]:
        trap: Markup = mark("fair", "nothing can heal, so nothing moves and nobody fills up")
    elif full < usable / 2:
        trap = mark("bad", f"a trap: full at {size_text(full)} when {room['largest']} is lost")
    else:
        kind = "good" if full >= 0.95 * usable else "fair"
        trap = mark(kind, f"writes go on with up to {size_text(full)} ({room['largest']} lost)")
    even = f" {room['fullest']} fills {room['fills']:.2g} times as fast as the mean"
    uneven = span("soft line", even) if room["fills"] >= 1.1 else ""
    names = joined((_names(rows), uneven))
    return [names, _bar(room), size_text(usable), size_text(room["safe_bytes"]), trap]


def _bar(room: Data) -> Markup:
    """Return a bar of what is safe, what survives a loss, and what does not."""
    usable = room["usable_bytes"] or 1
    safe, full = (160 * min(1.0, room[key] / usable) for key in ("safe_bytes", "full_after"))
    parts = (("good", 0.0, safe), ("fair", safe, full), ("bad", full, 160.0))
    title = (
        f"of {size_text(usable)}, {size_text(room['safe_bytes'])} are safe and "
        f"{size_text(room['full_after'])} survive the loss of {room['largest']}"
    )
    drawn = [
        tag(
            "rect",
            class_=f"part {kind}",
            x=f"{left:.4g}",
            y=0,
            width=f"{right - left:.4g}",
            height=12,
        )
        for kind, left, right in parts
        if right > left
    ]
    return svg("bar", title, 160, 12, *drawn)


def groups_line(groups: Data) -> Markup:
    """Return the placement groups on each OSD, beside Ceph's aim and limit."""
    loads = [
        joined((tag("b", f"{load:g}"), f" on each {'' if kind == 'any' else kind + ' '}OSD"))
        for kind, load in groups["per_osd"].items()
    ]
    bounds = f"; Ceph aims at {groups['target']} and refuses more than {groups['limit']}."
    return tag("p", "Placement groups: ", joined(loads, ", "), bounds, class_="note")


def daemons(rows: Sequence[Data]) -> Markup:
    """Return daemons, how many find a node, and what is left when hosts or domains are lost."""
    losses = list(dict.fromkeys(lost for row in rows for lost in row["survives"]))
    return table(
        "Whether services go on when hosts or domains are lost, at worst",
        ["daemon", "placed", *(f"{lost} lost" for lost in losses)],
        ([_daemon(row), _placed(row), *_service(row, losses)] for row in rows),
        "daemons",
    )


_DAEMONS = {"mon": "monitors", "mgr": "managers", "mds": "metadata servers", "rgw": "gateways"}


def _daemon(row: Data) -> Markup:
    """Return what a daemon is."""
    name = joined((" of ", tag("code", row["name"]))) if row["name"] else ""
    return joined((tag("b", _DAEMONS.get(row["kind"], row["kind"])), name))


def _placed(row: Data) -> Markup:
    """Return how many of them find a node."""
    kind = "good" if row["placed"] >= row["wanted"] else "bad"
    need = span("soft line", f"{counted(row['needed'], 'is', 'are')} needed")
    return mark(kind, f"{row['placed']} of {row['wanted']}", need)


def _service(row: Data, losses: Iterable[str]) -> list[Markup]:
    """Return what is left of a service after each loss."""
    found = row["survives"]
    return [mark(*_SHARES[found[lost]]) if lost in found else _UNTOLD for lost in losses]
