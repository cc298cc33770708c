# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that must agree: defaults and argument specs, site and teardown, pins and their copies."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.action import rook_site
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
FILTERS = sorted(path.stem for path in (ROOT / "plugins/filter").glob("*.py"))
INVENTORIES = sorted(path.stem for path in (ROOT / "plugins/inventory").glob("*.py"))
PLAYBOOKS = sorted(path.name for path in (ROOT / "playbooks").glob("*.yml"))
# Their defaults are the model's, other ones for other releases of Rook.
OF_THE_RELEASE = {
    "rook_cluster_dashboard_enabled", "rook_cluster_mgr_count", "rook_cluster_wipe",
}  # fmt: skip
PLAY_KEYWORDS = {
    "name", "hosts", "gather_facts", "become", "any_errors_fatal", "check_mode", "diff", "vars",
    "roles",
}  # fmt: skip


def load(path: str) -> object:
    return yaml.safe_load((ROOT / path).read_text())


def options_of(role: str) -> dict[str, dict[str, object]]:
    return (
        load(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"].get("options") or {}
    )


def defaults_of(role: str) -> dict[str, object]:
    path = ROOT / "roles" / role / "defaults/main.yml"
    return (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}


def is_expression(value: object) -> bool:
    """Tell whether a default is computed, so that its value is not in the file."""
    return "{{" in yaml.safe_dump(value)


def roles_of(playbook: str) -> list[str]:
    return [
        role["role"].rpartition(".")[2]
        for play in load(f"playbooks/{playbook}")
        for role in play["roles"]
    ]


@pytest.mark.parametrize("role", [role for role in ROLES if role != "rook_common"])
def test_defaults_are_the_argument_spec(role: str) -> None:
    options, defaults = options_of(role), defaults_of(role)
    required = {name for name, option in options.items() if option.get("required")}
    options = {name: option for name, option in options.items() if name not in OF_THE_RELEASE}
    assert set(defaults) - set(options) == set(), "defaults without a specification"
    assert set(options) - set(defaults) - required == set(), "specified, but without a default"
    for name in required & set(defaults):
        assert "undef(" in str(defaults[name]), (
            f"{name} is required, its default must be undef(hint=...)"
        )
    for name, value in defaults.items():
        if name not in required and not is_expression(value):
            assert options[name].get("default") == value, f"{name} has two defaults"


@pytest.mark.parametrize("role", ROLES)
def test_a_roles_variables_carry_its_name(role: str) -> None:
    prefix = "rook_" if role == "rook_common" else f"{role}_"
    assert [name for name in options_of(role) if not name.startswith(prefix)] == []


def test_the_sites_variables_and_their_defaults_are_those_of_rook_common() -> None:
    values = load("roles/rook_common/vars/main.yml")
    for name, option in options_of("rook_common").items():
        expression = values[name.replace("rook_", "rook_common_", 1)]
        if "default" in option:
            assert expression == f"{{{{ {name} | default('{option['default']}', true) }}}}"
        else:
            assert f"{{{{ {name} " in expression


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_all_its_parts(role: str) -> None:
    parts = ("README.md", "meta/main.yml", "meta/argument_specs.yml", "tasks/main.yml")
    assert [part for part in parts if not (ROOT / "roles" / role / part).is_file()] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_default_has_a_comment(role: str) -> None:
    path = ROOT / "roles" / role / "defaults/main.yml"
    lines = path.read_text().splitlines() if path.exists() else []
    bare = [
        line for before, line in itertools.pairwise(lines)
        if re.match(r"rook_\w+:", line) and not before.startswith("#")
    ]  # fmt: skip
    assert bare == []


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_run_by_a_test(role: str) -> None:
    """The lab's ring runs site.yml; a role outside it needs a mention in a test or scenario."""
    if role in roles_of("site.yml"):
        return
    texts = (
        path.read_text()
        for top in ("tests", "molecule")
        for path in (ROOT / top).rglob("*")
        if path.suffix in (".py", ".yml")
    )
    assert any(role in text for text in texts if "ROLES = " not in text)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_test(module: str) -> None:
    assert (ROOT / "tests/unit/plugins/modules" / f"test_{module}.py").is_file()


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_has_a_test(name: str) -> None:
    assert (ROOT / "tests/unit/plugins/filter" / f"test_{name}.py").is_file()


@pytest.mark.parametrize("name", INVENTORIES)
def test_every_inventory_plugin_has_a_test(name: str) -> None:
    assert (ROOT / "tests/unit/plugins/inventory" / f"test_inventory_{name}.py").is_file()


def test_teardown_lists_the_roles_of_site_in_reverse_between_preflight_and_report() -> None:
    cloud, first, *middle, last = roles_of("site.yml")
    assert (cloud, first, last) == ("rook_openstack", "rook_preflight", "rook_report")
    assert roles_of("teardown.yml") == [first, *reversed(middle), cloud, last]


def test_teardown_sets_the_state_in_every_play() -> None:
    assert [play["vars"] for play in load("playbooks/teardown.yml")] == [
        {"rook_state": "absent", "_rook_playbook_state": "absent"}
    ] * 5


def test_site_is_for_building_in_every_play() -> None:
    plays = load("playbooks/site.yml")
    assert all(play["vars"] == {"_rook_playbook_state": "present"} for play in plays)


def test_plan_predicts_the_host_roles_of_site_and_changes_nothing() -> None:
    plays = load("playbooks/plan.yml")
    assert all(play["check_mode"] is True for play in plays)
    # A play in check mode does not say so to its roles.
    told = {"rook_preflight_plan_enabled": True, "_rook_playbook_predicts": True}
    assert all(play["vars"] == told for play in plays)
    assert roles_of("plan.yml") == roles_of("site.yml")[: len(roles_of("plan.yml"))]


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_playbook_is_a_list_of_roles_per_play(playbook: str) -> None:
    for play in load(f"playbooks/{playbook}"):
        assert set(play) - PLAY_KEYWORDS == set()
        assert play["any_errors_fatal"] is True
        assert play["gather_facts"] is False


def test_nothing_asks_a_human_while_it_runs() -> None:
    tasks = [path for top in ("roles", "playbooks") for path in (ROOT / top).rglob("*.yml")]
    assert [
        path.name
        for path in tasks
        if re.search(r"vars_prompt|ansible\.builtin\.pause|^\s+pause:", path.read_text(), re.M)
    ] == []


def test_the_execution_environment_installs_exactly_the_runtime_list() -> None:
    def pins(path: str) -> list[str]:
        return [
            line
            for line in (ROOT / path).read_text().splitlines()
            if line and not line.startswith("#")
        ]

    environment = load("extensions/ee/execution-environment.yml")
    assert pins("meta/ee-requirements.txt") == pins("requirements/runtime.txt")
    assert environment["dependencies"]["python"] == "../../meta/ee-requirements.txt"
    python = re.search(r"python:(\d+\.\d+)-", environment["images"]["base_image"]["name"])
    assert python is not None
    assert environment["dependencies"]["ansible_core"]["package_pip"] in [
        f"{entry.name}{entry.specifier}"
        for entry in map(Requirement, pins("requirements/runtime.txt"))
        if entry.marker and entry.marker.evaluate({"python_version": python[1]})
    ]
    assert environment["dependencies"]["ansible_runner"]["package_pip"] in pins(
        "requirements/dev.txt"
    )


def test_every_ansible_that_is_installed_is_known_to_run_modules_in_a_fork() -> None:
    text = (ROOT / "requirements/runtime.txt").read_text()
    pinned = re.findall(r"^ansible-core==(\d+\.\d+)", text, re.M)
    assert pinned and set(pinned) <= set(rook_site.KNOWN)


def test_the_least_ansible_is_the_one_that_is_tested() -> None:
    pin = re.search(
        r"^ansible-core==(\d+\.\d+)", (ROOT / "requirements/runtime.txt").read_text(), re.M
    )
    assert pin is not None
    assert load("meta/runtime.yml")["requires_ansible"] == f">={pin[1]}.0"
    least = {
        load(f"roles/{role}/meta/main.yml")["galaxy_info"]["min_ansible_version"] for role in ROLES
    }
    assert least == {pin[1]}


def test_changelog_fragments_are_valid() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "antsibull_changelog", "lint"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def long_functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    functions = (
        node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return [
        f"{path.name}:{node.name}"
        for node in functions
        if (node.end_lineno or 0) - node.lineno >= 40
    ]


def test_files_and_functions_stay_small() -> None:
    files = [
        path
        for top in ("plugins", "lab", "tests", "molecule", "tools")
        for path in (ROOT / top).rglob("*.py")
    ]
    assert [
        str(path.relative_to(ROOT)) for path in files if len(path.read_text().splitlines()) >= 400
    ] == []
    assert [name for path in files for name in long_functions(path)] == []
