# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to the failures says what was recorded, and each failure is a test of its scenario."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._rules import REGISTRY
from failures import FAILURES, Failure, transcript

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))

import failures_guide  # noqa: E402 - found only after the line above

each_failure = pytest.mark.parametrize("row", FAILURES, ids=lambda row: row.name)


def test_the_guide_is_what_was_recorded() -> None:
    written = failures_guide.GUIDE.read_text(encoding="utf-8")
    remedy = "write it anew: tools/env python tools/failures_guide.py"
    assert written == failures_guide.guide(), remedy


def test_there_are_ten() -> None:
    assert len({row.name for row in FAILURES}) == 10


@each_failure
def test_each_is_a_test_of_its_scenario_by_its_name(row: Failure) -> None:
    tests = (ROOT / "molecule" / row.scenario / "tests").rglob("test_*.py")
    assert any(f"def test_{row.name}(" in path.read_text() for path in tests)


@each_failure
def test_each_was_seen_to_fail_and_met(row: Failure) -> None:
    parts = transcript(row.name)
    assert {"old", "told"} <= set(parts) and all(parts.values())


@each_failure
def test_the_rule_that_is_said_to_meet_it_has_told_it(row: Failure) -> None:
    (*rules,) = re.findall(r"[A-Z]+-\d\d", row.met)
    assert set(rules) <= set(REGISTRY)
    assert all(f"({rule})" in transcript(row.name)["told"] for rule in rules)
