# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the guide to the failures that are replayed: tools/env python tools/failures_guide.py.

With --take, first take over what molecule's scenarios have recorded since they were last run.
"""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests"))

from eras_guide import csv_table  # noqa: E402 - found only after the line above
from failures import FAILURES, FOLDER, HEAD, PARTS, Failure, transcript  # noqa: E402
from failures.record import folder  # noqa: E402

if t.TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = TOP / "docs/docsite/rst/failures_guide.rst"
_HEAD = """\
.. Copyright: (c) 2026, The rookery.rook authors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later
.. Written by tools/failures_guide.py from tests/failures; a test compares them.

.. _ansible_collections.rookery.rook.docsite.failures_guide:

Failures replayed
=================

This collection was begun for an article of 2018, in which everything that could go wrong with Rook
did. These are its failures. Each is replayed by a scenario of molecule: first the old way on real
parts, until it fails as it did then; then the collection on the same input. What follows was
recorded by these scenarios, on one machine, with Ceph and Kubernetes of today.

.. code-block:: shell

   tools/env molecule test -s failures

"""


def guide() -> str:
    """Return the whole page."""
    columns = ("Failure", "What users saw", "What meets it now", "Scenario")
    rows = ((_link(row), row.saw, row.met, row.scenario) for row in FAILURES)
    lines = [_HEAD.rstrip(), "", *csv_table(columns, rows)]
    for row in FAILURES:
        lines += _entry(row)
    return "\n".join(lines)


def _label(row: Failure) -> str:
    """Return the name by which a failure is referred to."""
    return f"ansible_collections.rookery.rook.docsite.failures_guide.{row.name}"


def _link(row: Failure) -> str:
    """Return what leads to a failure."""
    return f":ref:`{row.title} <{_label(row)}>`"


def _entry(row: Failure) -> Iterator[str]:
    """Yield what is written of a failure."""
    yield from (f".. _{_label(row)}:", "", row.title, "-" * len(row.title), "")
    yield f":Seen: {row.saw}"
    yield f":Why: {row.why}"
    yield f":Met by: {row.met}"
    yield f":Cure: {row.cure}"
    yield f":Replayed on: {row.real}. Test ``{row.name}`` of scenario ``{row.scenario}``."
    yield ""
    for part, text in transcript(row.name).items():
        yield from (f"{PARTS[part]}:", "", ".. code-block:: console", "")
        yield from (f"   {line}".rstrip() for line in text.splitlines())
        yield ""


def take() -> None:
    """Put what scenarios have recorded in the place of what is committed."""
    for row in FAILURES:
        place = FOLDER / f"{row.name}.txt"
        parts = transcript(row.name) if place.exists() else {}
        for part in PARTS:
            recorded = folder() / f"{row.name}.{part}"
            if recorded.exists():
                parts[part] = recorded.read_text(encoding="utf-8").rstrip()
        blocks = (f"== {part}\n{parts[part]}\n" for part in PARTS if part in parts)
        place.write_text(HEAD + "".join(blocks), encoding="utf-8")


if __name__ == "__main__":
    if "--take" in sys.argv[1:]:
        take()
    GUIDE.write_text(guide(), encoding="utf-8")
    print(GUIDE)
