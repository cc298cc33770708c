# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The picture of a site: zones and racks, hosts in them, devices in those, by class and size.

Few hosts are cards that name each device; more are the rows of racks; thousands are tiles. Each
domain is a picture of its own, so that they flow into as many columns as a page has room for. Pure.
"""

from __future__ import annotations

import math
import typing as t
from collections import Counter

from ansible_collections.rookery.rook.plugins.module_utils._placement.words import size_text
from ansible_collections.rookery.rook.plugins.module_utils._report_page.markup import (
    Markup,
    counted,
    div,
    joined,
    span,
    svg,
    tag,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Host = Mapping[str, t.Any]
    Draw = t.Callable[[Sequence[Host]], Markup]

# Up to so many hosts, with so many devices each, are cards; up to so many devices are drawn.
_CARDS, _CHIPS, _DRAWN = 24, 24, 3000
_CLASSES = ("hdd", "ssd", "nvme")


def kind_of(device_class: str) -> str:
    """Return the colour of a device class."""
    return f"k-{device_class}" if device_class in _CLASSES else "k-other"


def topology(levels: Sequence[str], hosts: Sequence[Host]) -> Markup:
    """Return the picture of all hosts in their domains."""
    fullest = max((len(host["devices"]) for host in hosts), default=0)
    total = sum(len(host["devices"]) for host in hosts)
    draw = _cards if len(hosts) <= _CARDS and fullest <= _CHIPS else _rack
    if total > _DRAWN:
        draw = _tiles
    return joined(
        (
            _legend(hosts),
            div("topology", *_domains([*reversed(levels[1:])], hosts, draw)),
        )
    )


def size_of(devices: Iterable[Mapping[str, t.Any]]) -> str:
    """Return the size of devices together, or nothing where one is not known."""
    sizes = [device["size"] for device in devices]
    return size_text(sum(sizes)) if sizes and all(sizes) else ""


def _legend(hosts: Sequence[Host]) -> Markup:
    """Return the classes with their devices, in words and colours."""
    classes: dict[str, list[Mapping[str, t.Any]]] = {}
    for host in hosts:
        for device in host["devices"]:
            classes.setdefault(device["device_class"], []).append(device)
    items = [
        tag(
            "li",
            span(f"swatch {kind_of(name)}"),
            tag("b", name or "class not known"),
            f" {_told(counted(len(devices), 'device'), size_of(devices))}",
        )
        for name, devices in sorted(classes.items())
    ]
    return tag("ul", *items, class_="legend")


def _told(*parts: str) -> str:
    """Return parts that are not empty in one line."""
    return " · ".join(part for part in parts if part)


def _contents(hosts: Sequence[Host]) -> str:
    """Return how much there is in a domain."""
    devices = [device for host in hosts for device in host["devices"]]
    return _told(counted(len(hosts), "host"), counted(len(devices), "device"), size_of(devices))


def _domains(levels: Sequence[str], hosts: Sequence[Host], draw: Draw) -> list[Markup]:
    """Return a figure for each domain of the highest level that is used, with those below in it."""
    if not levels:
        return [draw(hosts)]
    level, below = levels[0], levels[1:]
    groups: dict[str, list[Host]] = {}
    for host in hosts:
        groups.setdefault(host["places"].get(level, ""), []).append(host)
    if set(groups) == {""}:
        return _domains(below, hosts, draw)
    return [
        tag(
            "figure",
            tag(
                "figcaption",
                tag("b", f"{level} {name}" if name else f"no {level}"),
                " ",
                span("soft", _contents(members)),
            ),
            div("inside", *_domains(below, members, draw)),
            class_="domain",
        )
        for name, members in sorted(groups.items())
    ]


def _words(host: Host) -> str:
    """Return a host in words."""
    kinds = Counter(
        _told(device["device_class"], size_text(device["size"]) if device["size"] else "")
        for device in host["devices"]
    )
    inside = ", ".join(f"{number} of {kind or 'no known class'}" for kind, number in kinds.items())
    return f"{host['name']}: {inside or 'no devices'}"


def _short(name: str, length: int) -> str:
    """Return a name that fits; the whole one is in the picture's title."""
    return name if len(name) <= length else f"{name[: length - 1]}…"


def _cards(hosts: Sequence[Host]) -> Markup:
    """Return a picture for each host, in which each device says what it is."""
    return joined(_card(host) for host in hosts)


def _card(host: Host) -> Markup:
    """Return a host as a card with a chip for each device."""
    devices, width, step = host["devices"], 154, 49
    height = 48 + 36 * max(1, math.ceil(len(devices) / 3))
    chips = [
        _chip(device, 5 + step * (place % 3), 44 + 36 * (place // 3))
        for place, device in enumerate(devices)
    ]
    told = size_of(devices) or counted(len(devices), "device")
    return svg(
        "host",
        _words(host),
        width,
        height,
        tag("rect", class_="card", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=8),
        tag("text", _short(host["name"], 19), class_="name", x=8, y=19),
        tag("text", told, class_="size", x=8, y=34),
        *chips,
    )


def _chip(device: Mapping[str, t.Any], left: int, top: int) -> Markup:
    """Return a device with its size and class; without a size, with its name."""
    short = device["name"].rpartition("/")[2] or device["name"]
    what = size_text(device["size"]) if device["size"] else _short(short, 7)
    middle = left + 23
    return tag(
        "g",
        tag("title", _told(device["name"], device["device_class"], what)),
        tag(
            "rect",
            class_=f"device {kind_of(device['device_class'])}",
            x=left, y=top, width=46, height=32, rx=5,
        ),
        tag("text", what, class_="chip", x=middle, y=top + 14, text_anchor="middle"),
        tag(
            "text",
            _short(device["device_class"] or "?", 7),
            class_="chip low", x=middle, y=top + 26, text_anchor="middle",
        ),
    )  # fmt: skip


def _rack(hosts: Sequence[Host]) -> Markup:
    """Return hosts as the rows of a rack, in which each device is a box."""
    width, row, names = 300, 18, 128
    lines = [
        _row(host, 8 + row * place, names, width - names - 8) for place, host in enumerate(hosts)
    ]
    height = 12 + row * len(hosts)
    frame = tag("rect", class_="card", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=6)
    return svg("rack", _contents(hosts), width, height, frame, *lines)


def _row(host: Host, top: int, left: int, room: int) -> Markup:
    """Return a host in its rack."""
    devices = host["devices"]
    step = min(14.0, room / max(1, len(devices)))
    boxes = [
        tag(
            "rect",
            class_=f"device {kind_of(device['device_class'])}",
            x=f"{left + step * place:g}", y=top, width=f"{step * 0.8:.3g}", height=12, rx=2,
        )
        for place, device in enumerate(devices)
    ]  # fmt: skip
    name = tag("text", _short(host["name"], 18), class_="row", x=8, y=top + 10)
    return tag("g", tag("title", _words(host)), name, *boxes, class_="host")


def _tiles(hosts: Sequence[Host]) -> Markup:
    """Return each host as a tile, in the colours of its classes by their number of devices."""
    columns = 15 if len(hosts) <= 150 else 30
    tiles = [
        _tile(host, 18 * (place % columns), 18 * (place // columns))
        for place, host in enumerate(hosts)
    ]
    height = 18 * math.ceil(len(hosts) / columns) - 3
    return svg("field", _contents(hosts), 18 * columns - 3, height, *tiles)


def _tile(host: Host, left: int, top: float) -> Markup:
    """Return a host as a tile."""
    devices, bands = host["devices"], []
    for name, number in sorted(Counter(item["device_class"] for item in devices).items()):
        height = 15 * number / len(devices)
        bands.append(
            tag(
                "rect", class_=f"band {kind_of(name)}",
                x=left, y=f"{top:g}", width=15, height=f"{height:g}",
            )
        )  # fmt: skip
        top += height
    title = tag("title", _words(host))
    return tag("g", title, *bands, class_="host", data_devices=len(devices))
