# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rook is told the kubelets' directories in the setting of its release, and in no other."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.filter.with_kubelet_dirs import (
    FilterModule,
    with_kubelet_dirs,
)

FLEX = {"FLEXVOLUME_DIR_PATH": "/flex"}
CSI = {"ROOK_CSI_KUBELET_DIR_PATH": "/root"}


@pytest.mark.parametrize(
    ("version", "added"),
    [("0.6.2", FLEX), ("1.0", FLEX), ("1.1", FLEX | CSI), ("1.7", FLEX | CSI), ("1.8", CSI),
     ("v1.20.6", CSI)],
)  # fmt: skip
def test_each_release_gets_the_settings_that_it_has(version: str, added: dict[str, str]) -> None:
    add = FilterModule().filters()["with_kubelet_dirs"]
    assert add({"x": "y"}, version, "/root", "/flex") == {"x": "y", **added}


def test_what_is_set_stays_and_nothing_is_added_for_nothing() -> None:
    own = {"ROOK_CSI_KUBELET_DIR_PATH": "/own"}
    assert with_kubelet_dirs(own, "1.18", "/root", "/flex") == own
    assert with_kubelet_dirs({}, "1.18") == {}


@pytest.mark.parametrize(
    ("config", "version"), [("", "1.18"), (["x"], "1.18"), ({}, "nonsense"), ({}, 1.2), ({}, "99")]
)
def test_what_the_parser_will_refuse_is_left_to_it(config: t.Any, version: t.Any) -> None:
    assert with_kubelet_dirs(config, version, "/root", "/flex") == config
