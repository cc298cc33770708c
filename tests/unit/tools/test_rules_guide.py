# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to the rules says what their registry says."""

from __future__ import annotations

import sys
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._rules import REGISTRY

TOOLS = Path(__file__).resolve().parents[3] / "tools"
sys.path.insert(0, str(TOOLS))

import rules_guide  # noqa: E402 - found only after the line above


def test_the_guide_is_what_the_registry_gives() -> None:
    written = rules_guide.GUIDE.read_text(encoding="utf-8")
    assert written == rules_guide.guide(), "write it anew: tools/env python tools/rules_guide.py"


def test_every_rule_stands_in_the_guide_once() -> None:
    lines = rules_guide.guide().splitlines()
    for row in REGISTRY.values():
        name = f"{row.id}!" if row.guard else row.id
        assert len([line for line in lines if line.startswith(f'   "{name}", ')]) == 1
