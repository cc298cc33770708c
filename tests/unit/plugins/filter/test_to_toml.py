# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written as TOML reads back as it was."""

from __future__ import annotations

import tomllib

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.rookery.rook.plugins.filter.to_toml import FilterModule, to_toml

SETTINGS = {
    "version": 2,
    "plugins": {
        "io.containerd.grpc.v1.cri": {
            "enable_cdi": True,
            "sandbox_image": 'a "quoted" \\ name',
            "ratio": 0.5,
            "devices": ["one", 2, [True]],
            "empty": {},
            "containerd": {"runtimes": {"runc": {"options": {"SystemdCgroup": True}}}},
        }
    },
}


def test_nested_settings_survive() -> None:
    assert tomllib.loads(to_toml(SETTINGS)) == SETTINGS


def test_own_values_of_a_table_stand_before_its_tables() -> None:
    assert to_toml({"a": {"b": {"c": 1}, "d": 2}}) == '["a"]\n"d" = 2\n\n["a"."b"]\n"c" = 1\n'


def test_nothing_is_an_empty_file() -> None:
    assert tomllib.loads(FilterModule().filters()["to_toml"]({})) == {}


def test_what_toml_cannot_say_is_named_with_its_place() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^a\.b is a NoneType, which TOML cannot say"):
        to_toml({"a": {"b": None}})
