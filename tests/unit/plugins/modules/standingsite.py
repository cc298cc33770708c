# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site that stands, and what its teardown is asked and has deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import rook_site, rook_teardown
from onsite import Onsite, run_module
from wholesite import MODEL, write_manifests

CONFIRMED = {"confirm": "store1"}


def standing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    """Return the teardown of a site that stands."""
    options = {**MODEL, "operator": {"manifests": str(write_manifests(tmp_path / "manifests"))}}
    onsite = Onsite(rook_teardown, options, capsys, monkeypatch, tmp_path)
    site = {"site": "store1", "wait_timeout": 20}
    kubeconfig = str(onsite.kubeconfig)
    made = run_module(capsys, rook_site, False, kubeconfig=kubeconfig, **site, **options)
    assert made.get("failed") is None, made["msg"]
    onsite.kube.writes.clear()
    return onsite


def deleted(onsite: Onsite) -> list[str]:
    """Return the objects that were deleted, in that order."""
    return [write.removeprefix("delete ") for write in onsite.kube.writes if "delete" in write]
