# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the pictures of the report guide: pages of example sites, as a browser shows them.

The sites are those of tests/sites/judged.py, judged by the rules themselves.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._report_page.judgement import (
    read_judgement,
)
from ansible_collections.rookery.rook.plugins.module_utils._report_page.page import page

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs/docsite/rst/images"
sys.path.insert(0, str(ROOT / "tests"))

from sites.judged import NAMES, SITES  # noqa: E402 - found only after the line above

PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "pngquant": ("pngquant",),
}
SECONDS, LARGEST = 120, 200_000


@dataclasses.dataclass(frozen=True)
class Shot:
    """A page of an example, or one section of it, in a colour scheme and cut to a size."""

    name: str
    site: str
    width: int
    height: int
    dark: bool = False
    section: str = ""


SHOTS = (
    Shot("report-refused-light", "bad", 1180, 1460),
    Shot("report-refused-dark", "bad", 1180, 1460, dark=True),
    Shot("report-refused-narrow", "bad", 390, 1460),
    Shot("report-placement-light", "good", 1180, 1420, section="placement"),
    Shot("report-placement-narrow", "good", 390, 1460, dark=True, section="placement"),
    Shot("report-large-dark", "large", 1180, 1760, dark=True, section="placement"),
)


def program(name: str) -> str:
    """Return where a program is, or end with how to get it."""
    found = next(filter(None, map(shutil.which, PROGRAMS[name])), None)
    if found is None:
        sys.exit(f"{name} is not there. Get it: apt-get install --no-install-recommends {name}")
    return found


def pages() -> dict[str, str]:
    """Return the page of each example."""
    return {
        name: page(read_judgement(NAMES[name], "1.18.11", "present", **judge()))
        for name, judge in SITES.items()
    }


def take(browser: str, text: str, shot: Shot, folder: Path) -> Path:
    """Take one picture and return it, with as few colours as it looks the same with."""
    image = folder / f"{shot.name}.png"
    with tempfile.TemporaryDirectory() as name:
        _photograph(browser, text, shot, image, Path(name))
    squeeze = [program("pngquant"), "--force", "--strip", "--ext", ".png", "--speed", "1", "64"]
    subprocess.run([*squeeze, str(image)], check=True, timeout=SECONDS)
    return image


def _photograph(browser: str, text: str, shot: Shot, image: Path, home: Path) -> None:
    """Let a browser with a profile of its own show a page."""
    if shot.section:
        hidden = f"header,footer,main>section:not(#{shot.section})"
        text = text.replace(
            "</style>", f"{hidden}{{display:none}}section{{margin:28px 0 0!important}}</style>"
        )
    (home / "page.html").write_text(text, encoding="utf-8")
    command = [
        browser, "--headless=new", "--disable-gpu", "--hide-scrollbars",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        f"--user-data-dir={home / 'profile'}", "--force-device-scale-factor=1",
        f"--blink-settings=preferredColorScheme={0 if shot.dark else 1}",
        f"--window-size={shot.width},{shot.height}", f"--screenshot={image}",
        (home / "page.html").as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)


def main() -> None:
    """Take all pictures, and say how large each is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    browser, shown = program("chromium"), pages()
    taken = [take(browser, shown[shot.site], shot, folder) for shot in SHOTS]
    for image in taken:
        print(f"{image.stat().st_size:>7} {image}")
    large = [image.name for image in taken if image.stat().st_size > LARGEST]
    if large:
        sys.exit(f"larger than {LARGEST} bytes: {', '.join(large)}")


if __name__ == "__main__":
    main()
