# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who set a variable of a role finds it in what a module says of its option, and it is that one."""

from __future__ import annotations

import datetime
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._clients import failures
from ansible_collections.rookery.rook.plugins.module_utils._clients.kubeconfig import (
    read_connection,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    LeaseHeld,
    WrongCluster,
)
from ansible_collections.rookery.rook.plugins.module_utils._options import VARIABLES, option
from rolefiles import tasks

ROOT = Path(__file__).resolve().parents[4]
# An empty text is not what a user has set, but that nobody is to be asked.
NOBODY = ""


def given() -> t.Iterator[tuple[str, str, str]]:
    """Yield for each option of the table where a role gives it to a module, and what as."""
    for path in sorted(ROOT.glob("roles/*/tasks/*.yml")):
        for task in tasks(yaml.safe_load(path.read_text())):
            for key, options in task.items():
                if key.startswith("rookery.rook.") and isinstance(options, dict):
                    for name in options.keys() & VARIABLES.keys():
                        yield f"{path.relative_to(ROOT)}: {key}", name, options[name]


def test_each_role_fills_an_option_from_the_variable_that_is_told() -> None:
    common = yaml.safe_load((ROOT / "roles/rook_common/vars/main.yml").read_text())
    wrong, seen = [], set()
    for where, name, value in given():
        seen.add(name)
        variable = re.fullmatch(r"\{\{ (rook_common_\w+) \}\}", value)
        source = common[variable[1]] if variable else value
        if value != NOBODY and not source.startswith(f"{{{{ {VARIABLES[name]} | default("):
            wrong.append((where, name, value))
    assert wrong == [] and seen == set(VARIABLES)


def test_what_more_is_told_stands_beside_the_variable() -> None:
    assert option("strip") == "strip (rook_teardown_strip)"
    assert option("kubeconfig", "now /x") == "kubeconfig (rook_kubeconfig, now /x)"


def test_a_kubeconfig_that_is_not_there_or_is_none_names_the_variable(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("encrypted")
    for path in (tmp_path / "none", other):
        with pytest.raises(ClientError, match=r"Set kubeconfig \(rook_kubeconfig\) to the admin"):
            read_connection(str(path), None)


def test_who_is_not_let_in_or_finds_nobody_is_told_the_variable() -> None:
    access = failures.Access("https://cp1:6443", "/k", "admin", None)
    words = failures._unauthorized(access)
    assert words.endswith("Set kubeconfig (rook_kubeconfig) to a file with valid credentials for "
                          "this cluster")  # fmt: skip
    refused = failures._CAUSES["connection refused"].format(a=access)
    assert refused.endswith("or set kubeconfig (rook_kubeconfig, now /k) to the right cluster")


def test_another_cluster_and_a_lease_of_others_are_told_with_the_variables() -> None:
    assert "Set kubeconfig (rook_kubeconfig) and context to" in str(WrongCluster("a", "b", "/k"))
    since = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).isoformat()
    assert "set lock_timeout (rook_lock_timeout) to the seconds to wait for the turn" in str(
        LeaseHeld("store1", False, "eve@host", since, since)
    )
