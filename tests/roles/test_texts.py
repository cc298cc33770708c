# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that arrive as texts, as those of `-e name=value` and of AWX' surveys, mean the same.

Runs single roles on this machine, each up to a point before the first change. Takes seconds.
"""

from __future__ import annotations

import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from plays import ROOT, Run, play


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    def run(tasks: list[t.Any], **given: t.Any) -> subprocess.CompletedProcess[str]:
        variables = {
            "rook_site": "store1", "rook_version": "1.18",
            "rook_kubeconfig": str(tmp_path / "none"), **given,
        }  # fmt: skip
        groups = {"kube_control_plane": ["cp1"]}
        return play(tmp_path, groups, tasks, variables, check_mode=True)

    return run


@pytest.mark.parametrize(("adopts", "refused"), [("false", True), ("true", False)])
def test_a_cluster_is_adopted_only_when_the_text_says_so(
    run: Run, adopts: str, *, refused: bool
) -> None:
    role = {"ansible.builtin.include_role": {"name": "rookery.rook.rook_kubernetes"}}
    result = run([role], rook_state="absent", rook_kubernetes_adopt=adopts)
    assert ("Set rook_confirm to store1" in result.stdout) is refused, result.stdout
    assert (result.returncode != 0) is refused, result.stdout


@pytest.mark.parametrize(("given", "shown"), [("1400", "1400 int"), ("0", "no"), (0, "no")])
def test_the_mtu_of_pods_is_a_number(run: Run, given: t.Any, shown: str) -> None:
    path = ROOT / "roles/rook_kubernetes/templates/bridge.conflist.j2"
    read = f"(lookup('ansible.builtin.template', '{path}') | from_json).plugins[0]"
    told = f"{{{{ {read}.mtu ~ ' ' ~ ({read}.mtu | type_debug) if 'mtu' in {read} else 'no' }}}}"
    tasks = [{"ansible.builtin.debug": {"msg": f"mtu: {told}."}}]
    facts = {"cp1": {"address": "192.0.2.1", "pod_cidr": "10.244.0.0/24"}}
    result = run(tasks, rook_kubernetes_mtu=given, _rook_kubernetes_node_facts=facts)
    assert f"mtu: {shown}." in result.stdout, result.stdout


def test_what_programs_are_told_is_text(run: Run, tmp_path: Path) -> None:
    role = ROOT / "roles/rook_kubernetes"
    files = [f"{role}/{name}/main.yml" for name in ("defaults", "vars")]
    read = f"{{{{ lookup('ansible.builtin.template', '{role}/templates/cluster.yml.j2') }}}}"
    tasks = [{"ansible.builtin.include_vars": {"file": file}} for file in files]
    copy = {"content": read, "dest": f"{tmp_path}/told", "mode": "0600"}
    tasks += [{"ansible.builtin.copy": copy, "check_mode": False}]
    names = ("api_server", "controller_manager", "scheduler", "etcd")
    given = {f"rook_kubernetes_{name}_args": {"v": 4, "profiling": False} for name in names}
    result = run(tasks, rook_common_site="store1", rook_common_kubeconfig="none", **given)
    assert result.returncode == 0, result.stdout
    told = next(yaml.safe_load_all((tmp_path / "told").read_text()))
    parts = (told["apiServer"], told["controllerManager"], told["scheduler"], told["etcd"]["local"])
    for part in parts:
        assert part["extraArgs"] == [
            {"name": "v", "value": "4"}, {"name": "profiling", "value": "False"},
        ]  # fmt: skip


@pytest.mark.parametrize(("wanted", "asks"), [("false", False), ("true", True)])
def test_probes_are_left_out_when_the_text_says_so(run: Run, wanted: str, *, asks: bool) -> None:
    tasks = [
        {"ansible.builtin.include_role": {
            "name": "rookery.rook.rook_preflight", "tasks_from": "nodes"}},
    ]  # fmt: skip
    result = run(
        tasks, rook_preflight_probes_enabled=wanted, _rook_preflight_reached=["cp1"],
        _rook_preflight_ways={}, _rook_preflight_images=[],
    )  # fmt: skip
    said = result.stdout.partition("Listen for some seconds")[2].partition("TASK")[0]
    assert ("skipping" not in said) is asks, result.stdout


def test_no_condition_takes_a_text_for_true() -> None:
    specs = ROOT.glob("roles/*/meta/argument_specs.yml")
    entries = [entry for path in specs for entry in _yaml(path)["argument_specs"].values()]
    options = [pair for entry in entries for pair in (entry.get("options") or {}).items()]
    booleans = [name for name, option in options if option.get("type") == "bool"]
    # As a whole it is a module's option, which has a type of its own.
    whole = r'"\{\{ %s(?: \| default\([^)]*\))? \}\}"'
    bare = r"(?:if|and|or|not|when:|\{\{) \(?(%s)\b(?!(?: \| default\([^)]*\))? \| bool)"
    found = []
    for path in (*ROOT.glob("roles/*/[tv]a*/*.yml"), *ROOT.glob("roles/*/templates/*")):
        for name in booleans:
            rest = re.sub(whole % name, "", path.read_text())
            found += [f"{path.relative_to(ROOT)}: {use}" for use in re.findall(bare % name, rest)]
    assert len(booleans) > 5 and found == []


def _yaml(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text())
