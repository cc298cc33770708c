# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small site in a cloud, and the modules run on it in this process."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _cloud_apply
from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
from ansible_collections.rookery.rook.plugins.modules import openstack_site, openstack_site_info
from fakecloud import FakeCloud
from onsite import run_module

Result = dict[str, t.Any]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


GROUPS = (
    {
        "name": "nodes",
        "rules": [
            {"protocol": "tcp", "ports": "22", "remote_cidr": "198.51.100.0/24"},
            {"remote_group": "nodes"},
            {"remote_group": "control"},
        ],
    },
    {
        "name": "control",
        "rules": [{"protocol": "tcp", "ports": "6443", "remote_group": "nodes"}],
    },
)


def declaration(workers: int = 2) -> Result:
    """Return a control plane and workers with a volume each."""
    common = {"flavor": "m1.small", "image": "debian-13", "keypair": "key"}
    nodes = {"server_group": "spread", "ports": [{"security_groups": ["nodes"]}], **common}
    return {
        "networks": [{"name": "net"}],
        "subnets": [{"name": "subnet", "cidr": "192.0.2.0/24", "dns_nameservers": ["192.0.2.53"]}],
        "routers": [{"name": "router", "external_network": "public", "subnets": ["subnet"]}],
        "security_groups": [*GROUPS],
        "keypairs": [{"name": "key", "public_key": f"{KEY} me@here"}],
        "server_groups": [{"name": "spread"}],
        "servers": [
            {
                "name": "control",
                "groups": ["kube_control_plane"],
                "floating_network": "public",
                "ports": [{"security_groups": ["nodes", "control"]}],
                **common,
            },
            {
                "name": "worker",
                "count": workers,
                "groups": ["kube_node", "rook_storage"],
                "volumes": [{"name": "osd", "size_gib": 20}],
                **nodes,
            },
        ],
    }


class InCloud:
    """The modules, and the cloud in which they work."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud = FakeCloud()
        self._capsys = capsys

        def connect(_cls: t.Any, _params: t.Any, *, reads: bool, alone: bool) -> FakeCloud:
            self.cloud.reads, self.cloud.requests, self.cloud.unsure = reads, 0, 0
            self.cloud.refused = set()
            return self.cloud

        monkeypatch.setattr(Cloud, "connect", classmethod(connect))
        monkeypatch.setattr(_cloud_apply, "FIRST", 0.0)

    def present(self, check: bool = False, site: str = "store1", **more: t.Any) -> Result:
        """Make the site, or predict it."""
        options = {**declaration(), "site": site, **more}
        return run_module(self._capsys, openstack_site, check, **options)

    def absent(self, check: bool = False, site: str = "store1", **more: t.Any) -> Result:
        """Remove the site, or predict it."""
        options = {"site": site, "state": "absent", "confirm": site, **more}
        return run_module(self._capsys, openstack_site, check, **options)

    def info(self, **more: t.Any) -> Result:
        """Look at the site."""
        return run_module(self._capsys, openstack_site_info, False, site="store1", **more)

    def first(self, many: str) -> Result:
        """Return a thing. Which of several servers or volumes is made first is left to chance."""
        things = self.cloud.things[many]
        return min(things, key=lambda x: x["name"]) if many in ("servers", "volumes") else things[0]

    def state(self) -> dict[str, t.Any]:
        """Return everything that is in the project, as it is now."""
        return {many: copy.deepcopy(items) for many, items in self.cloud.things.items() if items}


def steps(result: Result) -> list[str]:
    """Return a plan as operations and targets."""
    return [f"{step['op']} {step['target']}" for step in result["plan"]]
