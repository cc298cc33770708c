# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to the eras says what the tables say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"
sys.path.insert(0, str(TOOLS))

import eras_guide  # noqa: E402 - found only after the line above


def test_the_guide_is_what_the_tables_give() -> None:
    written = eras_guide.GUIDE.read_text(encoding="utf-8")
    assert written == eras_guide.guide(), "write it anew: tools/env python tools/eras_guide.py"


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (None, (1, 2), "until 1.2"),
        ((1, 3), None, "from 1.3"),
        ((0, 8), (0, 8), "0.8"),
        ((1, 15), (1, 19), "1.15 to 1.19"),
        ((0, 6), (0, 7), "until 0.7"),
        (None, None, "all"),
    ],
)
def test_life_times_are_written_as_people_write_them(
    since: tuple[int, int] | None, until: tuple[int, int] | None, words: str
) -> None:
    assert eras_guide.releases(since, until) == words
