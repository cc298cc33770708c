# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After teardown.yml the project is as empty as it was."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import openstack
import pytest

LISTS: dict[str, t.Callable[[t.Any], t.Iterable[t.Any]]] = {
    "servers": lambda cloud: cloud.compute.servers(),
    "keypairs": lambda cloud: cloud.compute.keypairs(),
    "server groups": lambda cloud: cloud.compute.server_groups(),
    "volumes": lambda cloud: cloud.block_storage.volumes(),
    "ports": lambda cloud: cloud.network.ports(project_id=cloud.current_project_id),
    "floating IPs": lambda cloud: cloud.network.ips(project_id=cloud.current_project_id),
    "routers": lambda cloud: cloud.network.routers(project_id=cloud.current_project_id),
    "subnets": lambda cloud: cloud.network.subnets(project_id=cloud.current_project_id),
    "networks": lambda cloud: cloud.network.networks(project_id=cloud.current_project_id),
}


@pytest.fixture(scope="module")
def cloud() -> t.Any:
    return openstack.connect()


@pytest.mark.parametrize("what", LISTS)
def test_the_project_has_no(what: str, cloud: t.Any) -> None:
    assert [each.name for each in LISTS[what](cloud)] == []


def test_the_project_has_no_security_group_but_its_own(cloud: t.Any) -> None:
    groups = cloud.network.security_groups(project_id=cloud.current_project_id)
    assert [each.name for each in groups] == ["default"]


def test_the_host_keys_are_forgotten() -> None:
    assert not Path(os.environ["ROOK_OPENSTACK_KNOWN_HOSTS"]).exists()
