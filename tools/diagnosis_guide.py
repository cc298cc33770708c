# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the guide to the diagnoses from their table: tools/env python tools/diagnosis_guide.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis import SIGNATURES
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.table import AREAS
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    CONFIDENCE,
    SOURCES,
    Sign,
    Signature,
)
from eras_guide import csv_table, releases

if t.TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = Path(__file__).resolve().parents[1] / "docs/docsite/rst/diagnosis_guide.rst"
_HEAD = """\
.. Copyright: (c) 2026, The rookery.rook authors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later
.. Written by tools/diagnosis_guide.py from the tables in module_utils; a test compares them.

.. _ansible_collections.rookery.rook.docsite.diagnosis_guide:

Diagnosis
=========

.. code-block:: shell

   ansible-playbook -i mysite rookery.rook.diagnose

The playbook reads what tells of trouble, on the API and in the journals of the nodes, and shows
which of {count} known troubles it is a sign of: the cause, what cures it, how sure that is, and the
lines that show it. Causes come before their consequences. A wait that fails does the same by
itself, within a few seconds, and adds the three likeliest diagnoses to its message. The module
``rook_diagnose`` returns all of it as data, and takes evidence that was read elsewhere, such as the
output of ``ceph health detail``.

When no diagnosis fits, it says that the cause is unknown, how much it has looked at, and what it
could not read; it does not guess. All that was read is in the support bundle,
``rook_diagnose_bundle`` on the deploy host, which only its owner may read. Keys, tokens, passwords,
private keys and whatever looks like base64 are hidden in it and in all messages, and Secrets are
not read at all. Look through it all the same before you send it to anybody.

A diagnosis is {sure} when words were found that have this cause alone or when several signs agree,
{likely} when they usually do, and {possible} when they have many causes.

"""
_EVIDENCE = """\
Evidence
--------

Of each log the last lines are read (``rook_diagnose_lines``), of the nodes' journals the last
minutes (``rook_diagnose_minutes``), all of it at the same time and within
``rook_diagnose_timeout``.

"""


def guide() -> str:
    """Return the whole page."""
    words = dict(
        zip(("possible", "likely", "sure"), (CONFIDENCE[n] for n in (1, 2, 3)), strict=True)
    )
    lines = [_HEAD.format(count=len(SIGNATURES), **words), _EVIDENCE.rstrip(), ""]
    lines += csv_table(("Source", "What it is"), ((f"``{k}``", v) for k, v in SOURCES.items()))
    for title, rows in AREAS.items():
        lines += [title, "-" * len(title), ""]
        for row in rows:
            lines += _entry(row)
    return "\n".join(lines)


def _entry(row: Signature) -> Iterator[str]:
    """Yield what is written of a diagnosis."""
    title = f"{row.id}: {row.title}"
    yield from (title, "~" * len(title), "", _escaped(row.cause), "")
    yield f":Cure: {_escaped(row.fix)}"
    yield f":Seen in: {', '.join(_seen_in(row))}"
    if row.since or row.until:
        yield f":Rook: {releases(row.since, row.until)}"
    if row.follows:
        yield f":Often follows from: {', '.join(row.follows)}"
    yield from (f":Reference: {_escaped(row.reference)}", "")


def _seen_in(row: Signature) -> Iterator[str]:
    """Yield the sources in which a diagnosis has its signs."""
    signs: tuple[Sign, ...] = (*row.every, *row.some)
    yield from (f"``{name}``" for name in SOURCES if any(name in one.sources for one in signs))


def _escaped(text: str) -> str:
    """Return text in which variables and modules of ours look like what they are."""
    words = []
    for word in text.split(" "):
        bare = word.strip("(),.;:'")
        ours = bare.startswith(("rook_", "rookery.rook."))
        words.append(word.replace(bare, f"``{bare}``", 1) if ours else word)
    return " ".join(words)


if __name__ == "__main__":
    GUIDE.write_text(guide(), encoding="utf-8")
    print(GUIDE)
