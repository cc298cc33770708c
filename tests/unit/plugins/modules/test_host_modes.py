# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use a file changes without what reads it noticing, and becomes as it was."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
from ansible_collections.rookery.rook.plugins.modules import host_state
from barehost import BareHost
from diskhost import call

Run = t.Callable[..., dict[str, t.Any]]
CONFIG, PROGRAM = "/etc/demo.conf", "/usr/local/bin/demo"
UNITS = [{"name": "demo", "restart_on": [CONFIG, PROGRAM]}]


def wish(config: str, program: str) -> dict[str, t.Any]:
    return {
        "files": [{"path": CONFIG, "content": "login\n", "mode": config}],
        "copies": [{"src": "/art/demo", "dest": PROGRAM, "mode": program}],
        "units": UNITS,
    }


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BareHost:
    host = BareHost(tmp_path)
    monkeypatch.setattr(host_state, "System", lambda: host)
    host.put("/art/demo", "program")
    host.unit("demo.service", ActiveState="active", UnitFileState="enabled")
    return host


@pytest.fixture(name="run")
def _run(host: BareHost, capsys: pytest.CaptureFixture[str]) -> Run:
    assert host
    return functools.partial(call, capsys, host_state, name="demo")


def mode(host: BareHost, name: str) -> int:
    return host.path(name).stat().st_mode & 0o777


@pytest.mark.parametrize("owed", [False, True])
def test_a_mode_alone_is_set_without_a_restart(run: Run, host: BareHost, owed: bool) -> None:
    """As on a site from before a file with logins was for root alone."""
    run(**wish("0644", "0755"))
    host.did.clear()
    if owed:
        Record(host, "demo").note("restart", {"demo": None})
    predicted = run(check=True, **wish("0600", "0700"))
    assert (mode(host, CONFIG), mode(host, PROGRAM), host.did) == (0o644, 0o755, [])
    done = run(**wish("0600", "0700"))
    assert (done["plan"], done["diff"]) == (predicted["plan"], predicted["diff"])
    named = [f"File/{CONFIG}", f"File/{PROGRAM}", *(["Unit/demo"] if owed else [])]
    assert [step["id"] for step in done["plan"]] == named
    assert (done["diff"][0]["before"], done["diff"][0]["after"]) == ("mode 0644\n", "mode 0600\n")
    assert (mode(host, CONFIG), mode(host, PROGRAM)) == (0o600, 0o700)
    assert host.did.count("restart demo") == owed
    assert run(**wish("0600", "0700"))["changed"] is False


def test_content_that_differs_restarts_as_ever(run: Run, host: BareHost) -> None:
    run(**wish("0644", "0755"))
    host.put(CONFIG, "by hand\n")
    host.did.clear()
    run(**wish("0600", "0755"))
    assert (mode(host, CONFIG), host.did) == (0o600, ["daemon-reload", "restart demo"])


def test_a_mode_alone_becomes_as_it_was(run: Run, host: BareHost) -> None:
    host.put(CONFIG, "login\n", 0o640)
    run(files=wish("0600", "")["files"])
    assert mode(host, CONFIG) == 0o600
    run(state="absent")
    assert (mode(host, CONFIG), host.text(CONFIG)) == (0o640, "login\n")
