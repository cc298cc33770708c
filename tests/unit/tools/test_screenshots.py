# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the report guide are there, of their sizes, and shown; no browser is needed."""

from __future__ import annotations

import itertools
import shutil
import struct
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"
sys.path.insert(0, str(TOOLS))

import screenshots  # noqa: E402 - found only after the line above

GUIDE = screenshots.IMAGES.parent / "report_guide.rst"


@pytest.mark.parametrize("shot", screenshots.SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_there_and_small(shot: screenshots.Shot) -> None:
    image = (screenshots.IMAGES / f"{shot.name}.png").read_bytes()
    assert image[:8] == b"\x89PNG\r\n\x1a\n" and len(image) < screenshots.LARGEST
    assert struct.unpack(">II", image[16:24]) == (shot.width, shot.height)


def test_the_guide_shows_exactly_these_pictures_each_with_its_words() -> None:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    pairs = itertools.pairwise(lines)
    shown = {line.split("/")[1]: after for line, after in pairs if line.startswith(".. image::")}
    taken = {f"{shot.name}.png" for shot in screenshots.SHOTS}
    assert set(shown) == taken == {path.name for path in screenshots.IMAGES.iterdir()}
    assert [name for name, after in shown.items() if not after.startswith("   :alt: ")] == []


def test_both_widths_and_both_colours_are_shown() -> None:
    assert {(shot.width < 400, shot.dark) for shot in screenshots.SHOTS} == {
        (False, False), (False, True), (True, False), (True, True),
    }  # fmt: skip


def test_a_program_that_is_not_there_is_named_with_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit, match="apt-get install --no-install-recommends chromium"):
        screenshots.program("chromium")
