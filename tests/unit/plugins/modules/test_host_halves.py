# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module was writing when it was killed goes with the file, and nothing else does."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import host_state
from barehost import BareHost
from diskhost import call

Run = t.Callable[..., dict[str, t.Any]]
WISH = {
    "files": [{"path": "/etc/demo/demo.conf", "content": "login\n", "mode": "0600"}],
    "copies": [{"src": "/art/demo", "dest": "/usr/local/bin/demo"}],
}


class Killed(BaseException):
    """Nothing after it is run."""


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BareHost:
    host = BareHost(tmp_path)
    monkeypatch.setattr(host_state, "System", lambda: host)
    host.put("/art/demo", "program")
    host.put("/etc/hostname", "n1")
    host.put("/usr/local/bin/.demo.conf", "somebody else's")
    return host


@pytest.fixture(name="run")
def _run(host: BareHost, capsys: pytest.CaptureFixture[str]) -> Run:
    assert host
    return functools.partial(call, capsys, host_state, name="demo")


def everything(host: BareHost) -> set[str]:
    return {str(path.relative_to(host.root)) for path in host.root.rglob("*")}


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", ["demo.json", "demo.conf", "demo"])
def test_a_half_written_file_goes_with_the_file(
    run: Run, host: BareHost, monkeypatch: pytest.MonkeyPatch, name: str, again: bool
) -> None:
    before = everything(host)
    replace, unlink = Path.replace, Path.unlink

    def killed(self: Path, target: Path) -> Path:
        if target.name != name:
            return replace(self, target)
        # Nothing is tidied up any more.
        monkeypatch.setattr(Path, "unlink", lambda _self, missing_ok=False: None)
        raise Killed

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(Killed):
        run(**WISH)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "unlink", unlink)
    assert any(f".{name}." in path for path in everything(host))
    if again or name == "demo.json":
        run(**WISH)
    run(state="absent")
    assert everything(host) == before
