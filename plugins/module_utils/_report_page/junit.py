# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""A judgement in JUnit's form, one test case for each rule. Pure."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from ansible_collections.rookery.rook.plugins.module_utils._preflight import sentence
from ansible_collections.rookery.rook.plugins.module_utils._report_page.markup import clean

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._report_page.judgement import (
        Judgement,
        Row,
    )

_SKIPPED = ("not decided", "not applicable", "muted")


def junit(judged: Judgement) -> str:
    """Return an error as a failure, a warning as output, what was not judged as skipped."""
    counts = judged.summary
    told = {
        "name": clean(f"preflight of {judged.site}"),
        "tests": str(len(judged.rows)),
        "failures": str(counts["error"]),
        "errors": "0",
    }
    root = ElementTree.Element("testsuites", told)
    skipped = str(sum(counts[status] for status in _SKIPPED))
    suite = ElementTree.SubElement(root, "testsuite", {**told, "skipped": skipped})
    for row in judged.rows:
        _case(suite, row)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(suite: ElementTree.Element, row: Row) -> None:
    """Add the test case of a rule."""
    verdict = row.verdict
    name = clean(f"{verdict.rule} {verdict.title}")
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"preflight.{verdict.stage}", name=name
    )
    told = clean("\n".join(sentence(finding) for finding in row.found))
    reason = clean(verdict.reason)
    if verdict.status == "error":
        failure = ElementTree.SubElement(case, "failure", message=reason, type=verdict.severity)
        failure.text = told
    elif verdict.status in _SKIPPED:
        ElementTree.SubElement(case, "skipped", message=f"{verdict.status}: {reason}")
    elif told:
        ElementTree.SubElement(case, "system-out").text = told
