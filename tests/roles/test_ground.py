# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Ceph cluster stands on is not taken from under it, whatever part of a teardown is run.

The hosts are this machine, and everything runs in check mode. Takes seconds.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from plays import play, playbook

ROLES = ("rook_node", "rook_kubelet", "rook_kubernetes")
GIVEN = {
    "rook_site": "store1", "rook_version": "1.18", "rook_state": "absent", "rook_confirm": "store1",
}  # fmt: skip
SEEN: t.Any = {"__rook_preflight_facts": {"ceph_fsid": "11111111-2222"}}
GONE: t.Any = {**SEEN, "__rook_cluster_removed": {"changed": True}}
UNSEEN: t.Any = {"__rook_preflight_facts": {}}
ADOPTED = {"rook_kubernetes_adopt": True, "_rook_playbook_state": "absent"}
STANDS = "Ceph cluster 11111111-2222 of store1 stands on n1"
UNKNOWN = "Whether a Ceph cluster stands on n1 was not asked in this run"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("facts", "given", "refused"),
    [
        (SEEN, {}, STANDS),
        # To have a plan shown as well is no prediction.
        (SEEN, {"rook_preflight_plan_enabled": True}, STANDS),
        (SEEN, {"_rook_playbook_predicts": True}, ""),
        (GONE, {"_rook_playbook_state": "absent"}, ""),
        ({"other": 1}, {"_rook_playbook_state": "absent"}, UNKNOWN),
        # In a play of site.yml a role's own state says it.
        ({"other": 1}, {"rook_state": "present", "_rook_playbook_state": "present"}, UNKNOWN),
        ({"other": 1}, {}, ""),
    ],
)
def test_it_is_taken_only_when_the_cluster_is_gone(
    tmp_path: Path, role: str, facts: t.Any, given: dict[str, t.Any], refused: str
) -> None:
    told = {"ansible.builtin.set_fact": facts, "delegate_facts": True, "delegate_to": "localhost"}
    tasks = [told, {"ansible.builtin.include_role": {"name": f"rookery.rook.{role}"}}]
    wish = {**GIVEN, f"{role}_state": "absent", "rook_kubeconfig": f"{tmp_path}/none", **given}
    result = play(tmp_path, {"kube_control_plane": ["n1"]}, tasks, wish, "--check")
    said = " ".join(result.stdout.split())
    assert (STANDS in said, UNKNOWN in said) == (refused == STANDS, refused == UNKNOWN), said
    # Otherwise it comes to tasks of the role's own.
    judged = said.partition("Refuse while the Ceph cluster stands on it]")[2]
    assert (f"TASK [rookery.rook.{role} : absent | " in judged) is not bool(refused), said


@pytest.mark.parametrize(
    ("role", "facts", "given", "refused"),
    [
        # No kubeconfig, or that of another cluster; also when a role is used by itself.
        *((role, UNSEEN, {"_rook_playbook_state": "absent"}, True) for role in ROLES),
        ("rook_node", UNSEEN, {"_rook_playbook_predicts": True}, True),
        ("rook_kubernetes", {"other": 1}, {}, True),
        ("rook_node", GONE, {"_rook_common_predicts": False}, True),
        # That of the site runs, and will not when the time comes.
        ("rook_node", SEEN, {"_rook_playbook_predicts": True}, False),
        # Of a Kubernetes that stays, others may have one; but not when nobody was asked whose.
        ("rook_node", UNSEEN, ADOPTED, True),
        ("rook_node", UNSEEN, {**ADOPTED, "rook_kubeconfig": __file__}, False),
    ],
)
def test_it_is_not_taken_from_a_ceph_cluster_of_which_the_api_does_not_tell(
    tmp_path: Path, role: str, facts: t.Any, given: dict[str, t.Any], refused: bool
) -> None:
    told = {"ansible.builtin.set_fact": facts, "delegate_facts": True, "delegate_to": "localhost"}
    tasks = [told, {"ansible.builtin.include_role": {"name": f"rookery.rook.{role}"}}]
    wish = {
        **GIVEN, f"{role}_state": "absent", "rook_kubeconfig": f"{tmp_path}/none", **given,
        "_rook_common_ceph_daemons": ["ceph-osd (process 7)"],
        "_rook_common_looks": {"retries": 1, "delay": 0},
    }  # fmt: skip
    result = play(tmp_path, {"kube_control_plane": ["n1"]}, tasks, wish, "--check")
    said = " ".join(result.stdout.split())
    why = "A Ceph cluster runs in pods of n1, and would lose its ground: ceph-osd (process 7)."
    assert (why in said) is refused and ("changed=0" in said or not refused), said


@pytest.mark.parametrize("part", [("--limit", "n1"), ("--tags", "rook_node,rook_kubernetes")])
def test_a_teardown_of_which_a_part_is_left_out_takes_nothing_from_the_nodes(
    tmp_path: Path, part: tuple[str, str]
) -> None:
    data = tmp_path / "rook"
    data.mkdir()
    given = {
        **GIVEN, "rook_kubeconfig": f"{tmp_path}/none", "rook_node_data_dir_host_path": str(data),
        "rook_cluster_mon_count": 1, "rook_cluster_mon_allow_multiple_per_node": True,
    }  # fmt: skip
    del given["rook_state"]
    groups = {"kube_control_plane": ["n1"]}
    result = playbook(tmp_path, groups, "rookery.rook.teardown", given, "--check", *part)
    said = " ".join(result.stdout.split())
    assert result.returncode != 0 and UNKNOWN in said, said
    assert "changed=0" in said and "--limit, --tags, --skip-tags or --start-at-task" in said, said
