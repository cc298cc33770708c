# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page shows lists of mappings as tables, and nothing that is empty."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._page import page


def test_sections_become_headings_tables_and_lists() -> None:
    text = page(
        "Site store1",
        {
            "health": {"status": "HEALTH_OK", "checks": {}, "muted": ["MON_DISK_LOW"]},
            "who_wrote_what": [{"pod": "a", "hash": "1f|2"}, {"pod": "b", "lock_seen": True}],
            "warnings": ["one", "two"],
            "note": "fine",
            "nothing": [],
        },
    )
    assert text == (
        "# Site store1\n\n"
        "## Health\n\n- status: HEALTH_OK\n- muted: MON_DISK_LOW\n\n"
        "## Who wrote what\n\n| pod | hash | lock seen |\n| --- | --- | --- |\n"
        "| a | 1f\\|2 |  |\n| b |  | yes |\n\n"
        "## Warnings\n\n- one\n- two\n\n"
        "## Note\n\nfine\n"
    )


def test_a_value_stays_on_one_line_of_its_table() -> None:
    assert "| a b, x 1, c |" in page("t", {"rows": [{"cell": ["a\n b", {"x": 1}, "c"]}]})
