# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSI driver's Identity and Controller services over a socket, as the sidecars call them."""

from __future__ import annotations

import typing as t

import pytest
from csiworld import PARAMETERS, SECRETS, World, config, refused, stubs, world

__all__ = ["config", "stubs", "world"]


def test_it_says_who_it_is(world: World) -> None:
    info = world.identity.GetPluginInfo(world.csi.GetPluginInfoRequest())
    assert info.name == "d"
    found = world.identity.GetPluginCapabilities(world.csi.GetPluginCapabilitiesRequest())
    assert len(found.capabilities) == 2


def test_a_volume_is_made_once(world: World) -> None:
    first = world.create()
    assert world.create() == first
    assert len(world.ceph.volumes) == 1
    assert first.capacity_bytes == 2**30
    name = next(iter(world.ceph.volumes))
    assert first.volume_context["subvolumeName"] == name
    assert first.volume_context["subvolumePath"] == f"/volumes/csi/{name}/x"
    assert first.volume_id.endswith(name.removeprefix("csi-vol-"))
    assert SECRETS["adminKey"] not in str(first)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"name": ""}, "INVALID_ARGUMENT", "name is required"),
        ({"volume_capabilities": []}, "INVALID_ARGUMENT", "are required"),
        ({"parameters": {"clusterID": "rook-ceph"}}, "INVALID_ARGUMENT", "parameter fsName"),
        ({"parameters": {**PARAMETERS, "clusterID": "x"}}, "INVALID_ARGUMENT", "cluster ID 'x'"),
        ({"parameters": {**PARAMETERS, "fsName": "nofs"}}, "NOT_FOUND", "the cluster has myfs"),
        ({"secrets": {}}, "INVALID_ARGUMENT", "no adminID and adminKey"),
    ],
)
def test_bad_requests_are_refused_with_words(
    world: World, changes: dict[str, t.Any], code: str, words: str
) -> None:
    with refused(code, words):
        world.create(**changes)
    assert world.ceph.volumes == {}


def test_sizes_that_contradict_are_refused(world: World) -> None:
    size = world.csi.CapacityRange
    with refused("OUT_OF_RANGE", "at most 5 bytes"):
        world.create(capacity_range=size(required_bytes=6, limit_bytes=5))
    world.create()
    with refused("ALREADY_EXISTS", "exists with 1073741824 bytes"):
        world.create(capacity_range=size(required_bytes=2**31))


def test_a_volume_is_deleted_once_and_again(world: World) -> None:
    volume = world.create()
    for handle in (volume.volume_id, volume.volume_id, "made-by-hand"):
        request = world.csi.DeleteVolumeRequest(volume_id=handle, secrets=SECRETS)
        world.controller.DeleteVolume(request)
    assert world.ceph.volumes == {}


def test_a_volume_grows_and_never_shrinks(world: World) -> None:
    volume = world.create()
    for wanted, size in ((2**31, 2**31), (2**30, 2**31)):
        request = world.csi.ControllerExpandVolumeRequest(
            volume_id=volume.volume_id,
            capacity_range=world.csi.CapacityRange(required_bytes=wanted),
            secrets=SECRETS,
        )
        answer = world.controller.ControllerExpandVolume(request)
        assert (answer.capacity_bytes, answer.node_expansion_required) == (size, False)
    request.volume_id = volume.volume_id[:-1] + ("0" if volume.volume_id[-1] != "0" else "1")
    with refused("NOT_FOUND", "does not exist"):
        world.controller.ControllerExpandVolume(request)


def test_claims_reach_the_driver_in_the_sidecars_words(world: World) -> None:
    from cephfscsi.driver import Driver
    from cephfscsi.volumes import CallError, Wish

    driver = Driver(world.channel)
    wish = Wish("pvc-9", 2**20, ("ReadWriteMany", "ReadWriteOnce"), ("noatime",), PARAMETERS)
    volume = driver.create(wish, SECRETS)
    assert driver.expand(volume.handle, 2**21, SECRETS) == 2**21
    driver.delete(volume.handle, SECRETS)
    with pytest.raises(CallError, match=r"^rpc error: code = NotFound desc = volume .* not exist"):
        driver.expand(volume.handle, 2**22, SECRETS)
