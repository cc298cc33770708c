# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers are waited for that may still boot, and told when hidden; every module has the region."""

from __future__ import annotations

import datetime
import re
import typing as t
from pathlib import Path

import yaml
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


def test_servers_that_may_still_boot_are_waited_for(tmp_path: Path) -> None:
    status, more = {"path": "status", "old": "SHUTOFF"}, {"path": "volumes", "old": []}
    plan = [
        {"op": op, "target": target, "changes": changes}
        for op, target, changes in (
            ("create", "port/a-net", [more]), ("create", "server/a", [more]),
            ("update", "server/b", [more, status]), ("update", "server/c", [more]),
            ("delete", "server/d", []), ("keep", "server/e", [status]),
        )
    ]  # fmt: skip
    now = datetime.datetime.now(datetime.UTC)
    servers = [
        {"declared": name, "created": f"{now - datetime.timedelta(minutes=age):%Y-%m-%dT%H:%M:%SZ}"}
        for name, age in (("a", 1), ("b", 90), ("c", 90), ("e", 90), ("f", 50))
    ]
    words = "{{ _rook_openstack_awaited | join(',') }}"
    found: dict[str, t.Any] = {"__rook_openstack_site": {"plan": plan, "servers": servers}}
    assert told(tmp_path, words, **found) == "a,f,b"
    assert told(tmp_path, words, **found, rook_preflight_plan_enabled=True) == ""


def test_who_does_not_see_a_new_server_is_told_what_to_do(tmp_path: Path) -> None:
    tasks = yaml.safe_load((ROLE / "tasks/present.yml").read_text())
    words = [
        task["ansible.builtin.assert"]["fail_msg"] for task in tasks if "shows every" in str(task)
    ]
    servers = [{"name": "store1-w-1", "id": "made-now"}]
    said = told(tmp_path, words[0], __rook_openstack_site={"servers": servers})
    assert "does not show store1-w-1" in said and "with the site store1" in said
    assert "update that from its source, and start the job again" in said


def test_a_region_is_told_where_one_is_named(tmp_path: Path) -> None:
    words = "{{ _rook_openstack_cloud.region_name }}"
    assert told(tmp_path, words, rook_openstack_region="Two") == "Two"
