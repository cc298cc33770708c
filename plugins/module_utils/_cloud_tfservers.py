# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Servers as a state file of Terraform has them, with their groups, volumes and addresses. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud.report import device_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import GROUP_KEYS

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import Resource

CONTROL_PLANE, NODE, STORAGE = "kube_control_plane", "kube_node", "rook_storage"
# Type of resource -> kind of the declaration, for those that can be adopted.
KINDS = {
    "blockstorage_volume_v2": "volume",
    "blockstorage_volume_v3": "volume",
    "compute_floatingip_v2": "floating_ip",
    "compute_instance_v2": "server",
    "compute_keypair_v2": "keypair",
    "compute_secgroup_v2": "security_group",
    "compute_servergroup_v2": "server_group",
    "networking_floatingip_v2": "floating_ip",
    "networking_network_v2": "network",
    "networking_port_v2": "port",
    "networking_router_v2": "router",
    "networking_secgroup_v2": "security_group",
    "networking_subnet_v2": "subnet",
}
# Words in the name of a server -> its groups; the first that fits counts.
_WORDS: Sequence[tuple[frozenset[str], tuple[str, ...]]] = (
    (frozenset({"master", "control", "controller", "controlplane", "cp"}), (CONTROL_PLANE,)),
    (frozenset({"storage", "store", "osd", "ceph", "rook"}), (NODE, STORAGE)),
    (frozenset({"worker", "node", "agent", "minion"}), (NODE,)),
)
_OLD_GROUPS = {"kube-master": CONTROL_PLANE, "kube-node": NODE}
# Words in the name of a volume that holds something else than Ceph's data.
_NOT_FOR_CEPH = frozenset({"docker", "containerd", "boot", "root", "etcd", "registry", "var"})
# What Terraform's provider writes in place of an image that there is not, or not any more.
_NO_IMAGE = frozenset({"Attempt to boot from volume - no image supplied", "Image not found"})


@dataclasses.dataclass(frozen=True)
class Boot:
    """What a server starts from; source says what its volume was made of, empty for none.

    The image is that of the volume where there is one: the cloud compares it with nothing else.
    What the state does not tell is empty.
    """

    image: str
    source: str = ""
    uid: str = ""
    size: int = 0
    type: str = ""


@dataclasses.dataclass(frozen=True)
class Server:
    """One server with what belongs to it."""

    resource: Resource
    name: str
    groups: tuple[str, ...]
    boot: Boot
    address: str
    floating: Resource | None
    volumes: tuple[Resource, ...]

    @property
    def devices(self) -> list[str]:
        """The stable names of those disks that are for Ceph."""
        if STORAGE not in self.groups:
            return []
        return [device_of(each.id) for each in self.volumes if not _words(each) & _NOT_FOR_CEPH]


class Known:
    """The resources of a state, and those that are the site's own."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.all = tuple(resources)
        self.own = [each for each in self.all if each.managed and not each.deposed]
        self.by_id = {each.id: each for each in (*self.all, *self.own)}

    def of(self, kind: str) -> list[Resource]:
        """Return the site's own of a kind of the declaration."""
        return [each for each in self.own if KINDS.get(each.type) == kind]

    def typed(self, *types: str) -> list[Resource]:
        """Return the site's own of some of Terraform's types."""
        return [each for each in self.own if each.type in types]

    def key_of(self, resource: Resource) -> str:
        """Return under what a thing is adopted: its id, and for a key pair its name."""
        # Of a key pair that was made for a user the provider's id has that, too.
        return resource.name if KINDS.get(resource.type) == "keypair" else resource.id

    def mine(self, key: str) -> Resource | None:
        """Return what has an id, if it is the site's own."""
        return next((each for each in self.own if each.id == key), None)

    def ports_of(self, server: Mapping[str, t.Any]) -> list[Mapping[str, t.Any]]:
        """Return the entries of a server's networks, without ports that are somebody else's."""
        nets = server.get("network") or [{}]
        return [net for net in nets if not self.whose(net)]

    def whose(self, net: Mapping[str, t.Any]) -> str:
        """Return why the port of an entry is somebody else's, nothing for ours and the cloud's.

        The provider writes no id that the configuration did not give it.
        """
        key = net.get("port", "")
        if not key or (key in self.by_id and self.by_id[key].managed):
            return ""
        looked_up = key in self.by_id
        return "Terraform only looked up" if looked_up else "is not what this state has made"

    def network_of(self, net: Mapping[str, t.Any]) -> str:
        """Return the id of the network that a port of a server is in; else what it is called."""
        port = self.by_id.get(net.get("port", ""))
        if port:
            return str(port.attributes.get("network_id", ""))
        # Of a server that was given no network, the provider writes no more than the name.
        name = net.get("name", "")
        named = next((each.id for each in self.of("network") if each.name == name), name)
        return str(net.get("uuid") or named)

    def server(self, resource: Resource, name: str) -> Server:
        """Return a server, under its name in the declaration, with what belongs to it."""
        boot = self._boot(resource.attributes)
        nets = resource.attributes.get("network") or [{}]
        fixed = nets[0].get("fixed_ip_v4") or resource.attributes.get("access_ip_v4", "")
        # The provider writes it as in a URL.
        other = resource.attributes.get("access_ip_v6", "").strip("[]")
        return Server(
            resource, name, _groups(resource), boot, fixed or other,
            self._floating(resource, fixed),
            tuple(each for each in self._volumes(resource) if each.id != boot.uid),
        )  # fmt: skip

    def _volumes(self, server: Resource) -> Iterator[Resource]:
        """Yield the site's own volumes on a server, however they came to be there."""
        joined = [
            each.attributes["volume_id"]
            for each in self.typed("compute_volume_attach_v2")
            if each.attributes.get("instance_id") == server.id
        ]
        made = [device.get("uuid") for device in server.attributes.get("block_device") or ()]
        seen = [
            volume.id
            for volume in self.of("volume")
            for each in volume.attributes.get("attachment") or ()
            if each.get("instance_id") == server.id
        ]
        volumes = {each.id: each for each in self.of("volume")}
        yield from (
            volumes[key] for key in dict.fromkeys((*joined, *made, *seen)) if key in volumes
        )

    def _boot(self, server: Mapping[str, t.Any]) -> Boot:
        """Return what a server starts from."""
        names = [server.get(key, "") for key in ("image_name", "image_id")]
        image = next((name for name in names if name and name not in _NO_IMAGE), "")
        device = next((x for x in server.get("block_device") or () if boots(x)), None)
        if device is None:
            # The provider writes its words only where a volume is the first disk.
            return Boot(image, "" if image or names[1] not in _NO_IMAGE else "volume")
        source, uid = str(device.get("source_type", "volume")), str(device.get("uuid", ""))
        volume = self.by_id[uid].attributes if source == "volume" and uid in self.by_id else {}
        return Boot(
            uid if source == "image" else volume.get("image_id", ""), source, uid,
            device.get("volume_size") or volume.get("size", 0),
            device.get("volume_type") or volume.get("volume_type", ""),
        )  # fmt: skip

    def _floating(self, server: Resource, fixed: str) -> Resource | None:
        """Return the floating IP that leads to a server, however the two were joined."""
        ports = {net.get("port") for net in server.attributes.get("network") or ()} - {None}
        joined = self.typed("compute_floatingip_associate_v2", "networking_floatingip_associate_v2")
        for item in (*joined, *self.of("floating_ip")):
            has = item.attributes
            if (
                has.get("instance_id") == server.id
                or has.get("port_id") in ports
                or (fixed and has.get("fixed_ip") == fixed)
            ):
                address = has.get("floating_ip") or has.get("address")
                found = [
                    x for x in self.of("floating_ip") if x.attributes.get("address") == address
                ]
                return found[0] if found else None
        return None


def boots(device: Mapping[str, t.Any]) -> bool:
    """Tell whether a block device is a volume to boot from; the first one is where none is said."""
    return not device.get("boot_index") and device.get("destination_type") == "volume"


def _words(resource: Resource) -> set[str]:
    """Return the words of a resource's name."""
    return set(re.split(r"[^a-z]+", resource.name.lower()))


def _groups(resource: Resource) -> tuple[str, ...]:
    """Return the groups of a server by its metadata, by its name, or by Terraform's name for it."""
    metadata = resource.attributes.get("metadata") or {}
    named = next((metadata[key] for key in GROUP_KEYS if metadata.get(key)), "")
    given = [_OLD_GROUPS.get(name, name) for name in re.split(r"[,\s]+", named)]
    told = tuple(name for name in (CONTROL_PLANE, NODE, STORAGE) if name in given)
    if told:
        return told
    for words in (_words(resource), set(re.split(r"[^a-z0-9]+", resource.address.lower()))):
        for some, groups in _WORDS:
            if words & some:
                return groups
    return ()
