# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that is adopted brings the port that the cloud made for it."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight, find

NETWORK = {"id": "n", "name": "old-net", "description": ""}
SERVER = {"id": "s", "name": "old-master", "status": "ACTIVE", "metadata": {}}
PORT = {"id": "p", "name": "", "description": "", "device_id": "s", "network_id": "n"}
OTHER = {**PORT, "id": "q", "device_id": "somebody's"}
ELSEWHERE = {**PORT, "id": "r", "network_id": "somebody's"}
ADOPT = {"n": "network/net", "s": "server/master"}


def live(adopt: dict[str, str], **changes: object) -> dict[str, str]:
    lists = {"network": [NETWORK], "server": [SERVER], "port": [OTHER, ELSEWHERE, PORT], **changes}
    found = find("old", adopt, Sight(lists))
    assert (found.doubles, found.missing) == ((), ())
    return {target: str(item["id"]) for target, item in found.live.items()}


def test_the_port_of_an_adopted_server_is_adopted_and_no_other_one() -> None:
    assert live(ADOPT) == {"network/net": "n", "server/master": "s", "port/master-net": "p"}


def test_the_port_of_a_server_that_is_marked_and_still_named_is_adopted_too() -> None:
    marked = {**SERVER, "metadata": {"rook_site": "old", "rook_name": "master"}}
    assert live(ADOPT, server=[marked])["port/master-net"] == "p"


def test_what_is_not_adopted_brings_nothing() -> None:
    assert live({"n": "network/net"}) == {"network/net": "n"}


def test_a_port_that_somebody_made_and_named_stays_theirs() -> None:
    named = {**PORT, "id": "o", "name": "vip"}
    assert "port/master-net" not in live(ADOPT, port=[named])
    assert live(ADOPT, port=[named, PORT])["port/master-net"] == "p"


def test_a_port_that_is_marked_goes_before() -> None:
    mine = {**PORT, "id": "m", "description": "rookery.rook: site old, port/master-net"}
    assert live(ADOPT, port=[PORT, mine])["port/master-net"] == "m"
