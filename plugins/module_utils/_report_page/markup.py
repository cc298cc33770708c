# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Elements of HTML and SVG. Whatever is not markup already is escaped, so nothing can be forgotten.

What comes out is well-formed XML too. Pure.
"""

from __future__ import annotations

import html
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What XML cannot hold, and signs that turn the direction of the text around them.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_EMPTY = frozenset({"meta", "rect", "line", "path"})


class Markup(str):
    """Text that is markup, so that it is not escaped again."""

    __slots__ = ()


def clean(value: object) -> str:
    """Return a value as text that can stand in HTML and in XML."""
    return _UNFIT.sub("\ufffd", str(value))


def escaped(value: object) -> Markup:
    """Return a value as markup."""
    return value if isinstance(value, Markup) else Markup(html.escape(clean(value)))


def joined(parts: Iterable[object], between: str = "") -> Markup:
    """Return parts as one piece of markup."""
    return Markup(html.escape(between).join(map(escaped, parts)))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return an element; of an attribute's name a _ at the end is cut off, others become -.

    An attribute that is None is left out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY and not children:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{joined(children)}</{name}>")


def div(kind: str, *children: object) -> Markup:
    """Return a block of a class."""
    return tag("div", *children, class_=kind)


def span(kind: str, *children: object) -> Markup:
    """Return a piece of text of a class."""
    return tag("span", *children, class_=kind)


def table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[object]], kind: str = ""
) -> Markup:
    """Return a table whose first column names its rows. On narrow pages each row becomes a card.

    Roles are written out, since a row that is shown as a card is no row to a screen reader.
    """
    names = [tag("th", head, scope="col", role="columnheader") for head in heads]
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row", role="rowheader"),
            *(
                tag("td", cell, role="cell", data_label=head)
                for head, cell in zip(heads[1:], row[1:], strict=True)
            ),
            role="row",
        )
        for row in rows
    ]
    whole = tag(
        "table",
        tag("caption", title),
        tag("thead", tag("tr", *names, role="row"), role="rowgroup"),
        tag("tbody", *body, role="rowgroup"),
        class_=f"cards {kind}".rstrip(),
        role="table",
    )
    # One with more columns than the page has room for is moved by itself, by keys too.
    return tag("div", whole, class_="scroll", tabindex=0, role="region", aria_label=heads[0])


def svg(
    kind: str, title: str, width: float, height: float, *children: object, **more: object
) -> Markup:
    """Return a picture with its name; more are attributes in SVG's own spelling."""
    return tag(
        "svg",
        tag("title", title),
        *children,
        class_=kind,
        role="img",
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
        **more,
    )


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
