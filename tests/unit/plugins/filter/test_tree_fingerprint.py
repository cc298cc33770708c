# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fingerprint of a directory follows its files."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.rookery.rook.plugins.filter.tree_fingerprint import (
    FilterModule,
    tree_fingerprint,
)


def test_it_stays_until_a_file_changes(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    file = tmp_path / "bin/kubelet"
    file.write_text("one")
    first = FilterModule().filters()["tree_fingerprint"](str(tmp_path))
    assert re.fullmatch("[0-9a-f]{12}", first)
    assert tree_fingerprint(str(tmp_path)) == first
    os.utime(file, ns=(1, 1))
    touched = tree_fingerprint(str(tmp_path))
    file.write_text("two!")
    assert len({first, touched, tree_fingerprint(str(tmp_path))}) == 3


def test_links_to_directories_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "top").mkdir()
    (tmp_path / "top/images").symlink_to(tmp_path / "real")
    before = tree_fingerprint(str(tmp_path / "top"))
    (tmp_path / "real/pause.tar").write_text("")
    assert tree_fingerprint(str(tmp_path / "top")) != before


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnsibleFilterError, match="none is not a directory on the deploy host"):
        tree_fingerprint(str(tmp_path / "none"))
