# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write TOML, which Ansible and Python's own library can only read."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_toml
short_description: Write a dictionary as TOML
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Every dictionary becomes a table; keys keep their order.
options:
  _input:
    description: A dictionary of strings, numbers, booleans, lists of these, and such dictionaries.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show settings of containerd
  ansible.builtin.debug:
    msg: "{{ {'plugins': {'cri': {'enable_cdi': true}}} | rookery.rook.to_toml }}"
"""

RETURN = r"""
_value:
  description: The text.
  type: str
"""

import json
import typing as t

from ansible.errors import AnsibleFilterError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def to_toml(value: Mapping[str, t.Any]) -> str:
    """Return a dictionary as TOML."""
    return "\n".join(_lines(value, ())).strip() + "\n"


def _lines(table: Mapping[str, t.Any], path: tuple[str, ...]) -> Iterator[str]:
    """Yield a table's own values first, as TOML wants it, then the tables in it."""
    plain = {key: item for key, item in table.items() if not isinstance(item, dict)}
    if path and (plain or not table):
        yield ""
        yield "[" + ".".join(json.dumps(key) for key in path) + "]"
    for key, item in plain.items():
        yield f"{json.dumps(key)} = {_value(item, (*path, key))}"
    for key, item in table.items():
        if isinstance(item, dict):
            yield from _lines(item, (*path, key))


def _value(item: t.Any, path: tuple[str, ...]) -> str:
    if isinstance(item, (list, tuple)):
        return "[" + ", ".join(_value(part, path) for part in item) + "]"
    if isinstance(item, (bool, int, float, str)):
        return json.dumps(item)
    raise AnsibleFilterError(
        f"{'.'.join(path)} is a {type(item).__name__}, which TOML cannot say. Give a string, "
        "number, boolean, list or dictionary."
    )


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"to_toml": to_toml}
