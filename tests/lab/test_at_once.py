# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labs of one machine come up and go at the same time, and do not get in each other's way."""

from __future__ import annotations

import fcntl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from rooklab import images, lifecycle, machine, model, rook
from rooklab.config import Config


def test_labs_that_come_up_at_the_same_time_link_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most = 0, []

    def linked(config: Config, generator: Path) -> list[Path]:
        nonlocal inside
        inside += 1
        most.append(inside)
        time.sleep(0.05)
        inside -= 1
        return []

    monkeypatch.setattr(images.binaries, "build", lambda config: {"controller-gen": tmp_path})
    monkeypatch.setattr(images, "_kubernetes", lambda config, programs: tmp_path)
    monkeypatch.setattr(rook, "build", linked)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: images.build(Config(cache=tmp_path)), range(4)))
    assert most == [1, 1, 1, 1]


def test_no_lab_comes_up_before_another_one_s_network_is_known_to_be_free(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, lab = Config(cache=tmp_path), model.new_lab("rook", 0, 1500, model.Wish())
    own.lab.mkdir(parents=True)
    own.state.write_text(model.to_json(lab))
    held = []

    def settled(_config: Config, _lab: model.Lab) -> list[str]:
        with (tmp_path / "machine.lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held.append(own.state.exists())
        return []

    monkeypatch.setattr(machine, "RUNTIME", tmp_path)
    for module, name in (
        (lifecycle.host, "need_root"), (lifecycle.nodes, "destroy"), (lifecycle.network, "remove"),
        (machine, "release"), (machine, "close_connections"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, lambda *_: None)
    monkeypatch.setattr(lifecycle.leftovers, "settled", settled)
    lifecycle.down(own)
    assert held == [False]
