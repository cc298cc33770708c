# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers are waited for that are new, made again or started; the region goes to every module."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from plays import ROOT, play

ROLE = ROOT / "roles/rook_openstack"


def told(folder: Path, words: str, **given: t.Any) -> str:
    """Return what an expression of the role is."""
    tasks: list[t.Any] = [
        {"ansible.builtin.include_vars": {"file": str(ROLE / f"{place}/main.yml")}}
        for place in ("defaults", "vars")
    ]
    tasks.append({"ansible.builtin.debug": {"msg": f"told <{words}>"}})
    result = play(folder, {"kube_node": ["w1"]}, tasks, {"rook_common_site": "store1", **given})
    assert result.returncode == 0, result.stdout
    found = re.search("told <(.*)>", result.stdout)
    assert found, result.stdout
    return found[1]


def test_servers_that_have_just_begun_are_waited_for(tmp_path: Path) -> None:
    plan = [
        {"op": op, "target": target}
        for op, target in (
            ("create", "port/a-net"), ("create", "server/a"), ("update", "server/b"),
            ("delete", "server/c"), ("keep", "server/d"),
        )
    ]  # fmt: skip
    words = "{{ _rook_openstack_awaited | join(',') }}"
    found: dict[str, t.Any] = {
        "__rook_openstack_keys": {"new": ["a", "e"]}, "__rook_openstack_site": {"plan": plan},
    }  # fmt: skip
    assert told(tmp_path, words, **found) == "a,e,b"
    assert told(tmp_path, words, **found, rook_preflight_plan_enabled=True) == ""


def test_a_region_is_told_where_one_is_named(tmp_path: Path) -> None:
    words = "{{ _rook_openstack_cloud.region_name }}"
    assert told(tmp_path, words, rook_openstack_region="Two") == "Two"
