# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which rook_* variables of an inventory no role knows, or have the wrong type."""

from __future__ import annotations

DOCUMENTATION = r"""
name: variable_problems
version_added: 0.1.0
short_description: Unknown, empty and ill-typed rook_* variables of the hosts of a play
author: The rookery.rook authors (@rookery)
description:
  - Compares every C(rook_*) variable that the inventory or the command line gives a host with the
    argument specifications of the collection's roles.
  - A misspelt variable is otherwise silently ignored, and a wrong type is found only when its role
    starts, after others have changed the site.
  - So is one of the site's that only nodes have, as in C(group_vars/kube_node).
  - So is a variable without a value, which takes the place of its default. Nothing is said where
    empty is a value of its own.
  - Texts are no lists and no dictionaries here, although Ansible takes some for such; the roles
    look into them before a module could convert them.
positional: roles, hosts
options:
  _input:
    description: The variables of all hosts, C(hostvars).
    type: dict
    required: true
  roles:
    description: The directory of the roles whose C(meta/argument_specs.yml) are the contract.
    type: path
    required: true
  hosts:
    description: Names of the hosts whose variables are looked at.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Refuse misspelt variables, from a role beside the others
  ansible.builtin.assert:
    that: hostvars | rookery.rook.variable_problems(role_path ~ '/..', ansible_play_hosts) is falsy
"""

RETURN = r"""
_value:
  description: A sentence for each problem, with variable, hosts, reason and way out.
  type: list
  elements: str
"""

import difflib
import typing as t
from pathlib import Path

import yaml
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    Known = dict[str, tuple[str, dict[str, t.Any]]]

PREFIX = "rook_"
# What only its role can evaluate.
UNREAD = object()
# To be empty says something else than their defaults; the options whose default is empty are more.
# The values of rook_common fall back to their defaults, where they have some.
MEANT_EMPTY = ("rook_diagnose_bundle", "rook_kubernetes_node_ip", "rook_openstack_user_data")
FALLS_BACK = "rook_common"
# In AWX an approval that a job before has not told is empty, and must not be one for anything.
APPROVALS = "rook_plan_fingerprint"
# Their variables are read where the API is asked, and nowhere else.
DEPLOY_HOST = "localhost"
ON_DEPLOY_HOST = ("rook_operator", "rook_cluster", "rook_storage")
# The types of which Ansible takes texts, too, and what to write.
WHOLE = {"list": (list, "[...]"), "dict": (dict, "{...}")}


def known_variables(roles: Path) -> Known:
    """Return name -> (role, option), read from the roles themselves: there is no second list."""
    known: Known = {}
    for path in sorted(roles.glob("*/meta/argument_specs.yml")):
        for entry in yaml.safe_load(path.read_text())["argument_specs"].values():
            for name, option in (entry.get("options") or {}).items():
                known[name] = (path.parts[-3], option)
    return known


def given_variables(
    hostvars: Mapping[str, t.Any], hosts: Iterable[str]
) -> Iterable[tuple[str, str, t.Any]]:
    """Yield (host, name, value); what only its role can evaluate is UNREAD."""
    for host in hosts:
        variables = hostvars[host]
        for name in sorted(name for name in variables if name.startswith(PREFIX)):
            try:
                value = plain(variables[name])
            except AnsibleError:
                value = UNREAD
            yield host, name, value


def plain(value: t.Any) -> t.Any:
    """Return a value out of Ansible's lazy containers: to copy one copies all variables with it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def unknown_problem(name: str, known: Known) -> str | None:
    """Name the nearest known variable, or all of the role's when none is near."""
    if name in known:
        return None
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.75)
    if near:
        return (
            "no role of rookery.rook knows this variable; "
            f"the nearest is {near[0]}. Rename or remove it."
        )
    roles = sorted({role for role, _option in known.values()})
    return (
        "no role of rookery.rook knows this variable. Remove it, or find its name with "
        f"`ansible-doc -t role rookery.rook.ROLE` (roles: {', '.join(roles)})."
    )


def value_problem(name: str, value: t.Any, known: Known) -> str | None:
    """Return the verdict on one value, with the value and the way out."""
    if name not in known or value is UNREAD:
        return None
    role, option = known[name]
    reason = (
        _empty_reason(name, value, known)
        or _text_reason(name, value, option)
        or _type_reason(name, value, option)
    )
    if not reason:
        return None
    way_out = f"See `ansible-doc -t role rookery.rook.{role}` for what it takes."
    if option.get("no_log"):
        return f"its value (not shown) is not of type {option.get('type', 'str')}. {way_out}"
    return f"value {value!r:.200}: {reason}. {way_out}"


def _empty_reason(name: str, value: t.Any, known: Known) -> str:
    """Return why a value that is none cannot be, or nothing."""
    role, option = known[name]
    if name == APPROVALS and isinstance(value, dict):
        bare = [str(stage) for stage, told in value.items() if told in (None, "")]
        way_out = "Give what plan.yml shows for it, or leave it out where none is needed"
        return f"{', '.join(bare)} is empty, which approves nothing. {way_out}" if bare else ""
    is_text = option.get("type", "str") in ("str", "path")
    meant = name in MEANT_EMPTY or option.get("default") == ""
    if meant or not (value is None or (value == "" and is_text)):
        return ""
    if role == FALLS_BACK:
        return "it is empty. Give it a value" if option.get("required") else ""
    return "it is empty, which takes the place of its default. Give it a value or remove it"


def _text_reason(name: str, value: t.Any, option: Mapping[str, t.Any]) -> str:
    """Return that something is no list or dictionary, though Ansible takes it for one."""
    kind = option.get("type", "str")
    if value is None or kind not in WHOLE or isinstance(value, WHOLE[kind][0]):
        return ""
    return (
        f"it is no {kind}. Write one as YAML in the inventory or in AWX's extra variables, or as "
        f"JSON on the command line: -e '{{\"{name}\": {WHOLE[kind][1]}}}'"
    )


def _type_reason(name: str, value: t.Any, option: Mapping[str, t.Any]) -> str:
    """Return what Ansible itself says of a value, or nothing."""
    if value is None:
        return ""
    rule = {key: item for key, item in option.items() if key not in ("required", "default")}
    told = ArgumentSpecValidator({name: rule}).validate({name: value}).error_messages
    return "; ".join(told).rstrip(".")


def place_problem(name: str, known: Known, on_deploy_host: Collection[str]) -> str | None:
    """Return that a variable is given only to hosts of which nobody reads it, or nothing."""
    role = known[name][0] if name in known else ""
    if role not in ON_DEPLOY_HOST or name in on_deploy_host:
        return None
    return (
        f"only {DEPLOY_HOST} reads it, to which it is not given. Put it where {DEPLOY_HOST} has "
        "it, too, such as group_vars/all."
    )


def variable_problems(hostvars: Mapping[str, t.Any], roles: str, hosts: Sequence[str]) -> list[str]:
    """Return one sentence for each problem; equal problems of several hosts are one."""
    known = known_variables(Path(roles))
    problems: dict[tuple[str, str], list[str]] = {}
    there = set(known) if DEPLOY_HOST not in hosts else set(hostvars[DEPLOY_HOST])
    for host, name, value in given_variables(hostvars, hosts):
        for problem in (
            unknown_problem(name, known),
            value_problem(name, value, known),
            place_problem(name, known, there),
        ):
            if problem:
                problems.setdefault((name, problem), []).append(host)
    return [
        f"{name} ({', '.join(found)}): {problem}"
        for (name, problem), found in sorted(problems.items())
    ]


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"variable_problems": variable_problems}
