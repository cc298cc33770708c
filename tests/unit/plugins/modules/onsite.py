# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module of the deploy host in this process, against an API in memory."""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.common import warnings
from ansible.module_utils.testing import patch_module_args
from ansible.release import __version__
from ansible_collections.rookery.rook.plugins.module_utils import _module
from fakekube import FakeKube

Result = dict[str, t.Any]
SITE: Result = {"site": "store1", "version": "1.18.11"}
HOSTS: Result = {name: {"devices": [f"/dev/disk/by-id/{name}-a"]} for name in ("w1", "w2", "w3")}


def _forget_warnings() -> None:
    """Let warnings be told that an earlier module of this process has told already."""
    warnings._global_warnings.clear()
    # Where another test has loaded Ansible's controller, it displays each of them once.
    if display := sys.modules.get("ansible.utils.display"):
        display.Display()._warns.clear()


def run_module(
    capsys: pytest.CaptureFixture[str], module: t.Any, check: bool, **arguments: t.Any
) -> Result:
    """Run a module's main and return its result."""
    internal = {
        "_ansible_check_mode": check,
        "_ansible_remote_tmp": "/tmp",
        "_ansible_keep_remote_files": False,
    }
    if tuple(map(int, __version__.split(".")[:2])) >= (2, 21):
        # What a module was called with is told only when that is asked for.
        internal["_ansible_inject_invocation"] = True
    capsys.readouterr()
    _forget_warnings()
    with patch_module_args({**arguments, **internal}), pytest.raises(SystemExit):
        module.main()
    captured = capsys.readouterr()
    # Where another test has loaded Ansible's controller, warnings are displayed, not returned.
    shown = " ".join(captured.err.split())
    return {"warnings": [shown], **json.loads(captured.out)}


class Onsite:
    """A module, its options, and the API that it works on."""

    def __init__(
        self,
        module: t.Any,
        options: Result,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        folder: Path,
    ) -> None:
        self.kube = FakeKube()
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text("")
        self._module, self._options, self._capsys = module, options, capsys
        connect = classmethod(lambda _cls, *_where, **_how: self.kube)
        monkeypatch.setattr(_module.KubeClient, "connect", connect)

    def __call__(self, check: bool = False, **more: t.Any) -> Result:
        options = {"wait_timeout": 20, **SITE, **self._options, **more}
        given = {key: value for key, value in options.items() if value is not None}
        return run_module(
            self._capsys, self._module, check, kubeconfig=str(self.kubeconfig), **given
        )


def quartet(onsite: Onsite, target: str, *, confirm: bool) -> None:
    """Claim: check on nothing, make, make again, remove, remove again."""
    predicted = onsite(check=True)
    assert predicted["changed"] is True and predicted["object"] is None
    assert onsite.kube.writes == []
    made = onsite()
    assert made.get("failed") is None, made["msg"]
    assert made["changed"] is True and made["plan"] == predicted["plan"]
    assert made["object"]["metadata"]["labels"]["app.kubernetes.io/part-of"] == "store1"
    assert onsite.kube.writes == [f"write {target}"]
    again = onsite()
    assert again["changed"] is False and again["object"] == made["object"]
    _removal(onsite, target, confirm=confirm)


def _removal(onsite: Onsite, target: str, *, confirm: bool) -> None:
    if confirm:
        refused = onsite(state="absent")
        assert refused["failed"] and target in refused["msg"] and "TEAR-04" in refused["msg"]
    permit = {"confirm": "store1"} if confirm else {}
    onsite.kube.writes.clear()
    predicted = onsite(check=True, state="absent", **permit)
    assert predicted["changed"] is True and onsite.kube.writes == []
    removed = onsite(state="absent", **permit)
    assert removed.get("failed") is None, removed["msg"]
    assert removed["changed"] is True and removed["object"] is None
    assert removed["plan"] == predicted["plan"]
    assert onsite.kube.writes[-1] == f"delete {target}"
    assert onsite(state="absent", **permit)["changed"] is False
