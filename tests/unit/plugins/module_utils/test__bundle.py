# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle is whole, for its owner alone, the same for the same evidence, and without secrets."""

from __future__ import annotations

import io
import stat
import tarfile
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._bundle import (
    BundleError,
    bundle_of,
    write_bundle,
)
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import Line
from ansible_collections.rookery.rook.plugins.module_utils._evidence import Gathered

KEY = "AQ" + "k" * 38 + "=="
ITEM = {
    "kind": "CephCluster",
    "metadata": {"name": "c", "managedFields": [1]},
    "spec": {"note": f"see {KEY}", "secretKey": "SECRETVALUE"},
}
GATHERED = Gathered(
    lines=(Line("event", "Pod/a/x", "it is red"),),
    unread=(),
    objects=(ITEM,),
    logs={"Pod/a/x/main": f"first\nkey = {KEY}\n", "given/kubelet-0": "token=SECRETVALUE"},
)


def test_it_holds_all_that_was_read_without_a_secret() -> None:
    content = bundle_of(GATHERED, {"unknown": True})
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        texts = {
            entry.name: archive.extractfile(entry).read().decode()  # type: ignore[union-attr]
            for entry in archive
        }
        assert {entry.mode for entry in archive} == {0o600}
    assert sorted(texts) == [
        "support-bundle/diagnosis.json",
        "support-bundle/evidence.txt",
        "support-bundle/logs/Pod_a_x_main.log",
        "support-bundle/logs/given_kubelet-0.log",
        "support-bundle/objects/CephCluster.json",
    ]
    whole = "".join(texts.values())
    assert KEY not in whole and "SECRETVALUE" not in whole and "managedFields" not in whole
    assert "first" in whole and "see (hidden)" in whole and "event Pod/a/x | it is red" in whole


def test_the_same_evidence_is_written_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    path, content = tmp_path / "new/bundle.tar.gz", bundle_of(GATHERED, {})
    assert write_bundle(path, content, check=True) is True and not path.parent.exists()
    assert write_bundle(path, content, check=False) is True
    assert path.read_bytes() == content and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert write_bundle(path, bundle_of(GATHERED, {}), check=False) is False
    assert write_bundle(path, b"other", check=True) is True and path.read_bytes() == content
    assert write_bundle(path, b"other", check=False) is True
    assert [each.name for each in path.parent.iterdir()] == ["bundle.tar.gz"]


def test_a_path_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    with pytest.raises(BundleError, match=r"cannot be written.*rook_diagnose_bundle"):
        write_bundle(tmp_path / "bundle", b"x", check=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleError, match="File exists"):
        write_bundle(tmp_path / "file/bundle", b"x", check=False)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bundle", "file"]
