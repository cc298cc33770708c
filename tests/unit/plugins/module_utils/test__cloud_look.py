# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists are of one project, also for who may see all."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_look import SITE

MINE = {"id": "1", "project_id": "p1", "description": "marked"}
THEIRS = {"id": "2", "project_id": "p2", "description": "marked"}


class Lists:
    """A cloud that lists what it is asked for, and keeps how it was asked."""

    project = "p1"

    def __init__(self) -> None:
        self.query: dict[str, str] = {}

    def list(self, _service: str, _path: str, _many: str, **query: str) -> list[dict[str, t.Any]]:
        self.query = query
        return [MINE] if query else [MINE, THEIRS]


@pytest.mark.parametrize(
    "kind", ["network", "subnet", "router", "security_group", "floating_ip", "load_balancer"]
)
def test_what_an_administrator_would_see_of_all_is_asked_of_one_project(kind: str) -> None:
    cloud = Lists()
    assert SITE[kind](cloud) == [MINE]  # type: ignore[arg-type]
    assert cloud.query == {"project_id": "p1"}


def test_of_ports_those_of_others_are_seen_without_their_mark() -> None:
    assert SITE["port"](Lists()) == [MINE, {**THEIRS, "description": ""}]  # type: ignore[arg-type]
