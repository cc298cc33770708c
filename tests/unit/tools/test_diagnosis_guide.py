# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to the diagnoses says what their tables say."""

from __future__ import annotations

import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / "tools"
sys.path.insert(0, str(TOOLS))

import diagnosis_guide  # noqa: E402 - found only after the line above


def test_the_guide_is_what_the_tables_give() -> None:
    written = diagnosis_guide.GUIDE.read_text(encoding="utf-8")
    remedy = "write it anew: tools/env python tools/diagnosis_guide.py"
    assert written == diagnosis_guide.guide(), remedy
