# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection on the same input: site.yml refuses it by name, and changes nothing.

What cures it passes preflight on the same hosts; nothing of it is applied.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
from cases import CASES, Variables
from conftest import INVENTORY, ROOT
from failures.record import record

SECONDS = 300
# Where its page lies is another place in each run.
_MESSAGE = re.compile(r"Nothing was changed: .*(?:\n(?!Origin:|What became of each rule:).*)*")
_PREFLIGHT = ("--tags", "preflight")


@pytest.fixture(name="play")
def _play(tmp_path: Path) -> t.Callable[..., tuple[int, str]]:
    """Run site.yml with variables over those of the lab; return how that was and what it said."""
    environment = {key: value for key, value in os.environ.items() if key != "ANSIBLE_LOG_PATH"}
    # The releases of old have files of other names; nothing of them is applied.
    folder = tmp_path / "manifests"
    folder.mkdir()
    for name in ("rook-operator.yaml", "operator.yaml", "cluster.yaml"):
        (folder / name).touch()

    def run(variables: Variables, *words: str) -> tuple[int, str]:
        if "rook_version" in variables:
            variables = {"rook_operator_manifests": str(folder), **variables}
        (tmp_path / "site.json").write_text(json.dumps(variables))
        command = ["ansible-playbook", "-i", str(INVENTORY), str(ROOT / "playbooks/site.yml")]
        done = subprocess.run(
            [*command, "--extra-vars", f"@{tmp_path}/site.json", *words],
            capture_output=True, text=True, timeout=SECONDS, check=False, env=environment,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return run


@contextlib.contextmanager
def kernel_of(name: str) -> t.Iterator[None]:
    """Let w1 tell the release of a kernel of 2018, where that matters."""
    if name != "old_kernel":
        yield
        return
    place = "/proc/sys/kernel/osrelease"
    for words in (f"mount --bind /var/tmp/osrelease {place}", f"umount {place}"):
        command = ["ansible", "w1", "-i", str(INVENTORY), "-m", "ansible.builtin.command"]
        subprocess.run([*command, "-a", words], check=True, timeout=60, stdin=subprocess.DEVNULL)
        if words.startswith("mount"):
            yield


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_and_nothing_is_changed(
    name: str, play: t.Callable[..., tuple[int, str]]
) -> None:
    case = CASES[name]
    with kernel_of(name):
        status, said = play({**case.site, **case.wrong})
    message = _MESSAGE.search(said)
    assert status != 0 and message, said[-4000:]
    assert [words for words in case.told if words not in message[0]] == [], message[0]
    assert not re.search(r"changed=[1-9]", said), said[-4000:]
    record(name, "told", ("ansible-playbook -i inventory rookery.rook.site", message[0]))


@pytest.fixture(name="judged", scope="module")
def _judged() -> dict[str, tuple[int, str]]:
    """What became of sites that were judged; several failures have the same good site."""
    return {}


@pytest.mark.parametrize("name", CASES)
def test_with_the_cure_it_passes(
    name: str, play: t.Callable[..., tuple[int, str]], judged: dict[str, tuple[int, str]]
) -> None:
    case = CASES[name]
    site = {**case.site, **case.cured}
    key = json.dumps(site)
    if key not in judged:
        judged[key] = play(site, *_PREFLIGHT)
    status, said = judged[key]
    assert status == 0, said[-4000:]
    assert not re.search(r"changed=[1-9]", said), said[-4000:]
