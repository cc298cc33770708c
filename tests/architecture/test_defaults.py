# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight and plan.yml judge is what is applied: the roles' defaults are the model's.

A play without a role does not have its defaults.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site

ROOT = Path(__file__).resolve().parents[2]
MODEL = yaml.safe_load((ROOT / "roles/rook_common/vars/main.yml").read_text())["_rook_common_model"]
DEFAULTS: dict[str, t.Any] = {}
for path in (ROOT / "roles").glob("*/defaults/main.yml"):
    DEFAULTS |= yaml.safe_load(path.read_text())


def filled(model: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return a part of the model with the defaults of the roles, as a play has it that has all."""
    found: dict[str, t.Any] = {}
    for name, value in model.items():
        if isinstance(value, dict):
            found[name] = filled(value)
        elif match := re.fullmatch(r"{{ (\w+) \| default\(omit(, true)?\) }}", value):
            default = DEFAULTS.get(match[1])
            if default is not None and (default or not match[2]):
                found[name] = default
    return found


def test_defaults_are_found() -> None:
    assert {"data_dir_host_path", "mon_count", "ceph_image"} <= set(filled(MODEL)["cluster"])


@pytest.mark.parametrize("rook", _eras.ERAS, ids=_eras.dotted)
def test_a_play_without_a_role_judges_the_same_site(rook: _eras.Version) -> None:
    site = {"site": "store1", "version": _eras.dotted(rook), "hosts": {}}
    bare: dict[str, t.Any] = {"operator": {}, "cluster": {}}
    assert parse_site({**filled(MODEL), **site}) == parse_site({**bare, **site})
