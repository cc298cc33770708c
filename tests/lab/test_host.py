# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab finds out about the machine it runs on, and which it refuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from rooklab import cli, host, lifecycle


@pytest.mark.parametrize(
    "text",
    [
        "deb http://deb.example/debian trixie main\n",
        "deb [signed-by=/x.gpg] http://deb.example/debian trixie main\n",
        "Types: deb\nURIs: http://deb.example/debian\nSuites: trixie\n",
    ],
)
def test_the_archive_is_found_in_every_form_of_apt_sources(text: str) -> None:
    assert host.find_mirror(["# nothing\n", text]) == "http://deb.example/debian"


def test_no_archive_is_no_guess() -> None:
    assert host.find_mirror(["deb http://deb.example/debian-security trixie main\n"]) is None


# As the cloud images of Debian 12 and 13 have them.
@pytest.mark.parametrize(
    "form",
    ["Types: deb\nURIs: mirror+file://{}\nSuites: trixie\n", "deb mirror+file:{} trixie main\n"],
)
def test_the_archive_is_found_in_a_list_of_mirrors(tmp_path: Path, form: str) -> None:
    security, debian = tmp_path / "debian-security.list", tmp_path / "debian.list"
    security.write_text("https://deb.example/debian-security\n")
    debian.write_text(
        "# http://old.example/debian\nhttps://deb.example/debian-security\n"
        "https://deb.example/debian/\tpriority:1 type:deb\nhttps://second.example/debian\n"
    )
    texts = [form.format(path) for path in (tmp_path / "gone.list", security, debian)]
    assert host.find_mirror(texts) == "https://deb.example/debian/"
    assert host.find_mirror(["".join(texts)]) == "https://deb.example/debian/"
    assert host.find_mirror(texts[:2]) is None


@pytest.mark.parametrize("command", ["up", "build"])
def test_a_machine_that_is_not_amd64_is_refused_before_anything_is_done(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(_: object) -> None:
        raise AssertionError("the lab was looked at")

    monkeypatch.setattr(host, "need_root", lambda: None)
    monkeypatch.setattr(host.platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(lifecycle, "load", load)
    assert cli.main([command]) == 1
    error = capsys.readouterr().err
    assert error.startswith("lab: this machine is aarch64, and the lab's programs and images are")
    assert error.count("\n") == 1
