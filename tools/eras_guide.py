# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the guide to the eras from the tables: tools/env python tools/eras_guide.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils import _eras, _kinds

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GUIDE = Path(__file__).resolve().parents[1] / "docs/docsite/rst/eras_guide.rst"
_HEAD = """\
.. Copyright: (c) 2026, The rookery.rook authors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later
.. Written by tools/eras_guide.py from the tables in plugins/module_utils; a test compares them.

.. _ansible_collections.rookery.rook.docsite.eras_guide:

Eras
====

The same variables make a site of every Rook from {oldest} to {newest}. What a release cannot
express is refused before anything is sent, with the variable, the release, and the first (or last)
one that can. A release that is newer than {newest} is refused, too, unless ``rook_allow_newer`` is
set: it is then treated as {newest}, at your own risk.

Releases
--------

Ceph is the least version, the major releases, and the image that is taken unless another one is
given. Where the end of Kubernetes is marked with ``!``, an API that the release needs is gone after
it. Before 0.8 the operator makes its definitions itself. In 0.8 and 0.9 the accounts of a cluster's
daemons come with upstream's own cluster, which is left out.

What is wanted is applied on the server, and Kubernetes does that from 1.16 on. The operators of 0.6
to 0.9 need workloads that 1.16 no longer has: their sites can be planned, and their clusters and
storage be applied and taken down where the definitions are served, but the operator cannot.

"""
_PARTS = {
    "Variables": """\
Paths are those of the modules' options; in roles ``cluster.mgr_count`` is
``rook_cluster_mgr_count``. Everything that is not in this table lives in all releases, and the
lists of further kinds as long as their kinds. Before 1.3 devices are given by the kernel's names,
such as ``/dev/sdb``; directories become volumes, whose names are checked as the release makes them.
What is not set is what the release has: without ``cluster.ceph_image`` the image of the table
above, two managers or one, a dashboard, ``quick`` for ``cluster.wipe`` or ``none``.
""",
    "Settings of the operator": """\
Settings (``rook_operator_config``) that are known to have come or gone; all others are passed on.
Until 1.1 they go to the environment of the operator's Deployment, later to its ConfigMap, and what
1.20 has moved to its ``OperatorConfig`` goes there.
""",
    "Kinds": "Custom resources of Rook by their API, with the releases that have them.\n",
}


def releases(since: _eras.Version | None, until: _eras.Version | None) -> str:
    """Return the releases between two as people write them."""
    first = _eras.dotted(since) if since and since != _eras.OLDEST.rook else ""
    last = _eras.dotted(until) if until else ""
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"from {first}" if first else f"until {last}" if last else "all"


def csv_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield ".. csv-table::"
    yield f"   :header: {', '.join(_quoted(name) for name in header)}"
    yield ""
    for row in rows:
        yield f"   {', '.join(_quoted(cell) for cell in row)}"
    yield ""


def _quoted(cell: str) -> str:
    """Return a cell of a table."""
    return f'"{cell}"'


def _code(text: str) -> str:
    """Return text as it is typed, or nothing."""
    return f"``{text}``" if text else ""


def _era_row(era: _eras.Era) -> tuple[str, ...]:
    """Return one release."""
    majors = ", ".join(map(str, era.ceph_majors))
    own = _code(era.ceph_image) if era.ceph_image else "in Rook's own image"
    csi = {"none": "", "off": ", CSI operator on request", "on": ", CSI operator"}
    return (
        era.name,
        f"{era.kubernetes}{'!' if era.kubernetes.ends else ''}",
        f"{_eras.dotted(era.ceph_least)}; {majors}; {own}",
        _code(era.api),
        ", ".join(map(_code, (*era.files, *era.rights))),
        ", ".join(map(_code, era.charts)),
        " or ".join(era.volumes) + csi.get(era.csi_operator, ", CSI operator alone"),
    )


def _life_rows(lives: Iterable[_eras.Life]) -> Iterator[tuple[str, ...]]:
    """Yield variables or settings with their life times."""
    for life in lives:
        yield _code(life.path), releases(life.since, life.until), _code(life.word)


def _kind_rows() -> Iterator[tuple[str, ...]]:
    """Yield the kinds of Rook by API and release."""
    for row in _kinds.ROWS:
        if row.group in _kinds.ROOK_GROUPS:
            became = _code(row.became)
            yield _code(row.name), _code(row.api_version), releases(row.since, row.until), became


def guide() -> str:
    """Return the whole page."""
    head = _HEAD.format(oldest=_eras.OLDEST.name, newest=_eras.NEWEST.name)
    columns = ("Rook", "Kubernetes", "Ceph", "API", "Files", "Charts", "Volumes")
    lines = [head, *csv_table(columns, map(_era_row, _eras.ERAS.values()))]
    lives = {"Variables": _eras.VARIABLES, "Settings of the operator": _eras.SETTINGS}
    for title, text in _PARTS.items():
        lines += [title, "-" * len(title), "", text]
        if title == "Kinds":
            lines += csv_table(("Kind", "API", "Releases", "Later called"), _kind_rows())
        else:
            lines += csv_table(("Variable", "Releases", "In Rook"), _life_rows(lives[title]))
    return "\n".join(lines)


if __name__ == "__main__":
    GUIDE.write_text(guide(), encoding="utf-8")
    print(GUIDE)
