# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt and ill-typed variables are named with their hosts, the reason and the way out."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleUndefinedVariable
from ansible_collections.rookery.rook.plugins.filter.variable_problems import (
    MEANT_EMPTY,
    FilterModule,
    known_variables,
)

ROOT = Path(__file__).resolve().parents[4]
SPECS: list[dict[str, t.Any]] = [
    {
        "argument_specs": {
            "main": {
                "options": {
                    "rook_site": {"type": "str", "required": True},
                    "rook_namespace": {"type": "str", "default": "rook-ceph"},
                }
            }
        }
    },
    {
        "argument_specs": {
            "main": {
                "options": {
                    "rook_cluster_mon_count": {"type": "int", "default": 3},
                    "rook_cluster_state": {"type": "str", "choices": ["present", "absent"]},
                    "rook_storage_filesystems": {"type": "list", "elements": "dict"},
                    "rook_cluster_secret": {"type": "int", "no_log": True},
                    "rook_cluster_image": {"type": "str", "default": "ceph:v1"},
                    "rook_cluster_report": {"type": "path"},
                    "rook_cluster_url": {"type": "str", "default": ""},
                    "rook_cluster_codes": {"type": "list", "elements": "str", "default": []},
                    "rook_cluster_spec": {"type": "dict", "default": {}},
                }
            }
        }
    },
]


@pytest.fixture(name="problems")
def _problems(tmp_path: Path) -> t.Callable[..., list[str]]:
    for role, spec in zip(("rook_common", "rook_cluster"), SPECS, strict=True):
        path = tmp_path / role / "meta/argument_specs.yml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(spec))

    def problems(**hosts: dict[str, t.Any]) -> list[str]:
        return FilterModule().filters()["variable_problems"](hosts, str(tmp_path), list(hosts))

    return problems


def test_known_variables_of_the_right_type_are_no_problem(
    problems: t.Callable[..., list[str]],
) -> None:
    assert (
        problems(
            a={"rook_site": "x", "rook_cluster_mon_count": "5", "ansible_host": "h", "other": 1}
        )
        == []
    )


def test_a_typo_names_the_nearest_variable(problems: t.Callable[..., list[str]]) -> None:
    (problem,) = problems(a={"rook_storage_filesystem": []}, b={"rook_storage_filesystem": []})
    assert problem.startswith("rook_storage_filesystem (a, b): ")
    assert "the nearest is rook_storage_filesystems" in problem
    assert "Rename or remove it." in problem


def test_a_name_like_nothing_known_lists_the_roles(problems: t.Callable[..., list[str]]) -> None:
    (problem,) = problems(a={"rook_zzz_qqqqqqqqq": 1})
    assert "rook_cluster" in problem and "ansible-doc" in problem


def test_a_wrong_type_names_value_and_reason(problems: t.Callable[..., list[str]]) -> None:
    (problem,) = problems(a={"rook_cluster_mon_count": "three"})
    assert problem.startswith("rook_cluster_mon_count (a): value 'three': ")
    assert "int" in problem and "ansible-doc -t role rookery.rook.rook_cluster" in problem


def test_a_value_outside_its_choices_is_refused(problems: t.Callable[..., list[str]]) -> None:
    assert "present" in problems(a={"rook_cluster_state": "gone"})[0]


def test_a_secret_is_not_shown(problems: t.Callable[..., list[str]]) -> None:
    (problem,) = problems(a={"rook_cluster_secret": "hunter2"})
    assert "hunter2" not in problem


class Lazy(dict):
    """A host's variables, one of which can be evaluated only inside a role."""

    def __getitem__(self, key: str) -> t.Any:
        raise AnsibleUndefinedVariable("not here")


def test_what_only_a_role_can_evaluate_is_left_to_it(problems: t.Callable[..., list[str]]) -> None:
    assert problems(a=Lazy(rook_cluster_mon_count=None)) == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("image", (None, "")),
        ("report", (None, "")),
        ("mon_count", (None,)),
        ("codes", (None,)),
        ("spec", (None,)),
    ],
)
def test_a_variable_without_a_value_does_not_take_the_place_of_its_default(
    problems: t.Callable[..., list[str]], name: str, values: tuple[t.Any, ...]
) -> None:
    for value in values:
        (problem,) = problems(a={f"rook_cluster_{name}": value})
        assert problem.startswith(f"rook_cluster_{name} (a): value {value!r}: it is empty")
        assert "Give it a value or remove it. See `ansible-doc" in problem


@pytest.mark.parametrize("name", ["rook_namespace", "rook_cluster_url"])
def test_where_empty_is_the_default_or_falls_back_to_it_it_may_be_given(
    problems: t.Callable[..., list[str]], name: str
) -> None:
    assert problems(a={name: None}, b={name: ""}) == []


@pytest.mark.parametrize("value", [None, ""])
def test_what_has_to_be_given_is_not_given_empty(
    problems: t.Callable[..., list[str]], value: str | None
) -> None:
    (problem,) = problems(a={"rook_site": value})
    assert problem.startswith(f"rook_site (a): value {value!r}: it is empty. Give it a value.")


def test_what_may_be_empty_exists_and_does_not_say_so_by_its_default() -> None:
    known = known_variables(ROOT / "roles")
    assert [name for name in MEANT_EMPTY if known[name][1].get("default") == ""] == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("codes", "A_B,C_D", """it is no list. Write one as YAML"""),
        ("codes", '["A_B"]', """-e '{"rook_cluster_codes": [...]}'"""),
        ("codes", "", """it is no list."""),
        ("codes", 7, """it is no list."""),
        ("spec", '{"a": 1}', """it is no dict. Write one as YAML"""),
        ("spec", "a=1", """-e '{"rook_cluster_spec": {...}}'"""),
    ],
)
def test_a_text_is_no_list_and_no_dictionary(
    problems: t.Callable[..., list[str]], name: str, value: t.Any, told: str
) -> None:
    (problem,) = problems(a={f"rook_cluster_{name}": value})
    assert f"value {value!r}: it is no " in problem and told in problem


def test_a_stage_that_does_not_exist_is_no_approval() -> None:
    def told(**approved: str) -> list[str]:
        hosts = {"a": {"rook_plan_fingerprint": approved}}
        return FilterModule().filters()["variable_problems"](hosts, str(ROOT / "roles"), ["a"])

    (problem,) = told(operatr="9a1b")
    assert "rook_plan_fingerprint.operatr. Supported" in problem and "operator, storage." in problem
    assert told(openstack="0a", operator="9a1b", cluster="1c2d", storage="5a6b") == []
    hosts = {"a": {"rook_plan_fingerprint": {1: ""}}}
    (problem,) = FilterModule().filters()["variable_problems"](hosts, str(ROOT / "roles"), ["a"])
    assert "1 is empty, which approves nothing" in problem


def test_a_variable_that_only_nodes_have_is_read_by_nobody(
    problems: t.Callable[..., list[str]],
) -> None:
    given = {"rook_cluster_mon_count": 5, "rook_namespace": "ceph"}
    (line,) = problems(localhost={}, w1=given, w2=given)
    assert line == (
        "rook_cluster_mon_count (w1, w2): only localhost reads it, to which it is not given. "
        "Put it where localhost has it, too, such as group_vars/all."
    )
    assert problems(localhost=given, w1=given) == problems(w1=given) == []


@pytest.mark.parametrize("empty", ["", None])
def test_an_approval_that_says_nothing_is_none(empty: str | None) -> None:
    hosts = {"a": {"rook_plan_fingerprint": {"operator": "9a1b", "storage": empty}}}
    (problem,) = FilterModule().filters()["variable_problems"](hosts, str(ROOT / "roles"), ["a"])
    assert "storage is empty, which approves nothing" in problem and "operator is" not in problem
