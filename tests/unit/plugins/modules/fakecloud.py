# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud in memory: as much of the services' behaviour as a site meets, and faults on request."""

from __future__ import annotations

import copy
import itertools
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request, UnsureError
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import ending_with
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

Thing = dict[str, t.Any]
PROJECT = "p1"
EGRESS = [
    {"direction": "egress", "ethertype": kind, "protocol": None, "port_range_min": None,
     "port_range_max": None, "remote_ip_prefix": None, "remote_group_id": None}
    for kind in ("IPv4", "IPv6")
]  # fmt: skip


class Killed(BaseException):
    """The process ends in the middle of a request."""


class FakeCloud:
    """Keeps lists of things, and answers as the services do. Nothing takes time."""

    project = PROJECT

    def __init__(self) -> None:
        self.requests = self.unsure = 0
        self.refused: set[str] = set()
        self.forbidden = ""
        self.writes: list[Request] = []
        self.reads = False
        # Servers whose cell does not answer; those that were asked to go are in no list.
        self.silent: set[str] = set()
        self.queued: set[str] = set()
        # Whether volumes stay that should go with their servers.
        self.keeps_boots = False
        self.fault: t.Callable[[int, Request], str] = lambda _index, _request: ""
        self._ids = itertools.count(1)
        self.things: dict[str, list[Thing]] = {row.many: [] for row in KINDS.values()}
        self.things |= {
            "images": [{"id": "i1", "name": "debian-13", "status": "active"}],
            "flavors": [{"id": "f1", "name": "m1.small", "vcpus": 1, "ram": 512}],
            "external": [{"id": "x1", "name": "public"}],
            "volume_types": [{"name": "fast"}],
            "availabilityZoneInfo": [{"zoneName": "nova", "zoneState": {"available": True}}],
            "snapshots": [],
            "backups": [],
        }
        self.limits = {"Instances": 20, "Cores": 20, "RAM": 51200, "Volumes": 20, "Gigabytes": 999}
        self.network_limits = {"port": 50, "floatingip": 5}
        self.group_limits = {"maxServerGroups": 10, "maxServerGroupMembers": 10}

    def begin_login(self) -> None:
        """Do nothing: there is nobody to ask."""

    def login(self) -> None:
        """Need none."""

    def has(self, service: str) -> bool:
        """Offer no load balancers."""
        return service != "load-balancer"

    def list(
        self, service: str, path: str, many: str, **query: str | t.Sequence[str]
    ) -> list[Thing]:
        """Return copies of a collection."""
        assert service
        self.requests += 1
        if many == self.forbidden:
            raise ClientError("get", many, "forbidden", 403)
        if many == "keypairs":
            return [{"keypair": dict(item)} for item in self.things[many]]
        assert path
        found = copy.deepcopy(self.things[many])
        if many == "servers":
            found = [self._listed(item) for item in found if item["id"] not in self.queued]
        if many == "networks" and not query:
            outer = {"project_id": "admin", "description": "", "router:external": True}
            found = [{"project_id": PROJECT, **item} for item in found]
            found += [{**outer, **item} for item in self.things["external"]]
        fields = ("id", "name") if path in ("/servers", "/volumes") else query.get("fields")
        if fields is None:
            return found
        return [{name: item[name] for name in item if name in fields} for item in found]

    def _listed(self, server: Thing) -> Thing:
        """Return what a list has of a server."""
        silent = {"id": server["id"], "status": "UNKNOWN", "tenant_id": PROJECT}
        return silent if server["id"] in self.silent else server

    def _metadata(self, request: Request) -> t.Any:
        """Return the metadata of a server, for which its cell is asked."""
        found = self._one("servers", "id", request.path.split("/")[2])
        if found is None and 404 in request.accept:
            return None
        if found is None or found["id"] in self.silent:
            raise ClientError("get", request.target, "Unexpected API Error", 500)
        return {"metadata": found["metadata"]}

    def send(self, request: Request) -> t.Any:
        """Do a request, or fail as the fault says."""
        self.requests += 1
        if request.path.endswith("/metadata") and request.method == "GET":
            return self._metadata(request)
        if request.method == "GET":
            return self._room(request)
        assert not self.reads, request
        self.writes.append(request)
        fault = self.fault(len(self.writes), request)
        if fault == "kill before":
            raise Killed
        if fault in ("409", "500 before"):
            return self._fail(request, fault)
        if fault == "cell dies":
            self.silent.add(request.path.split("/")[2])
            self.queued |= self.silent
            return None
        answer = self._do(request)
        if fault == "kill after":
            raise Killed
        if fault == "reset after" and not request.again:
            self.unsure += 1
            raise UnsureError(request.method, request.target, "connection reset")
        return answer

    def _fail(self, request: Request, fault: str) -> t.NoReturn:
        if fault == "409":
            raise ClientError(request.method, request.target, "conflict", 409)
        self.unsure += not request.again
        kind = ClientError if request.again else UnsureError
        raise kind(request.method, request.target, "fault", 500)

    def _room(self, request: Request) -> t.Any:
        """Return quotas."""
        if request.path.endswith("details.json"):
            quota = {
                name: {"limit": limit, "used": 0, "reserved": 0}
                for name, limit in self.network_limits.items()
            }
            return {"quota": quota}
        sizes = [item["size"] for item in self.things["volumes"]]
        count = len(self.things["servers"])
        taken = {
            "Instances": count, "Cores": count, "RAM": 512 * count,
            "Volumes": len(sizes), "Gigabytes": sum(sizes),
        }  # fmt: skip
        used = {f"total{name}Used": taken[name] for name in self.limits}
        caps = {
            f"maxTotal{ {'RAM': 'RAMSize', 'Gigabytes': 'VolumeGigabytes'}.get(name, name) }": limit
            for name, limit in self.limits.items()
        }
        used["totalServerGroupsUsed"] = len(self.things["server_groups"])
        return {"limits": {"absolute": {**used, **caps, **self.group_limits}}}

    def _do(self, request: Request) -> t.Any:
        """Change the lists."""
        parts = request.path.partition("?")[0].strip("/").split("/")
        if parts[0] == "routers" and len(parts) == 3:
            return self._interface(parts[1], parts[2], request)
        row = next(row for row in KINDS.values() if row.path == f"/{parts[0]}")
        if request.method == "POST" and len(parts) == 1:
            return self._create(row.name, request)
        if row.name == "rules" and request.method == "DELETE":
            for group in self.things["security_groups"]:
                rules = group["security_group_rules"]
                rules[:] = [rule for rule in rules if rule["id"] != parts[1]]
            return None
        found = self._one(row.many, row.uid, parts[1])
        if found is None:
            if 404 in request.accept:
                return None
            raise ClientError(request.method, request.target, "not found", 404)
        if request.method == "PUT":
            self._change(row.name, found, request.body[row.one])
            return {row.one: copy.deepcopy(found)}
        if request.method == "DELETE":
            return self._delete(row.name, found, parts, request)
        return self._act(found, parts[2], request.body)

    def _one(self, many: str, uid: str, value: str) -> Thing | None:
        return next((item for item in self.things[many] if item[uid] == value), None)

    def _create(self, kind: str, request: Request) -> t.Any:
        row = KINDS[kind]
        if kind == "rules":
            uid = request.body[row.many][0]["security_group_id"]
            group = self._one("security_groups", "id", uid)
            assert group is not None
            for rule in request.body[row.many]:
                group["security_group_rules"].append(self._rule(rule))
            return {row.many: []}
        bulk = row.many in request.body
        given = request.body[row.many] if bulk else [request.body[row.one]]
        hints = request.body.get("os:scheduler_hints")
        made = [self._made(kind, dict(item), hints) for item in given]
        return copy.deepcopy({row.many: made} if bulk else {row.one: made[0]})

    def _rule(self, rule: Thing) -> Thing:
        return {**dict.fromkeys(EGRESS[0]), **rule, "id": f"rule{next(self._ids)}"}

    def _made(self, kind: str, given: Thing, hints: Thing | None) -> Thing:
        made = {"id": f"{kind}{next(self._ids)}", "project_id": PROJECT, **given}
        if kind == "keypair" and self._one("keypairs", "name", given["name"]):
            raise ClientError("post", f"keypair {given['name']}", "exists", 409)
        maker = getattr(self, f"_made_{kind}", None)
        if maker is not None:
            maker(made)
        if kind == "server" and hints:
            group = self._one("server_groups", "id", hints["group"])
            assert group is not None
            group["members"].append(made["id"])
        self.things[KINDS[kind].many].append(made)
        return made

    def _made_security_group(self, made: Thing) -> None:
        made["security_group_rules"] = [self._rule(rule) for rule in EGRESS]

    def _made_server_group(self, made: Thing) -> None:
        made["members"] = []

    def _made_port(self, made: Thing) -> None:
        number = next(self._ids)
        fixed = [{"subnet_id": "any", "ip_address": f"192.0.2.{number}", **item}
                 for item in made.get("fixed_ips") or [{}]]  # fmt: skip
        plain = {"device_id": "", "device_owner": "", "mac_address": f"fa:16:3e:00:00:{number:02x}"}
        made.update({**plain, "security_groups": ["default"], **made, "fixed_ips": fixed})

    def _made_volume(self, made: Thing) -> None:
        made.update({"volume_type": "__DEFAULT__", "availability_zone": "nova", **made})
        made.update({"status": "available", "attachments": [], "bootable": "false"})

    def _made_floating_ip(self, made: Thing) -> None:
        made["floating_ip_address"] = f"203.0.113.{next(self._ids)}"
        made["router_id"] = (self.things["routers"] or [{"id": ""}])[0]["id"]

    def _made_server(self, made: Thing) -> None:
        disks = [item["uuid"] for item in made.get("block_device_mapping_v2", ())
                 if item["source_type"] == "volume"]  # fmt: skip
        made.update({
            "status": "ACTIVE", "OS-EXT-STS:task_state": None, "OS-SRV-USG:launched_at": "now",
            "flavor": {"original_name": "m1.small", "vcpus": 1, "ram": 512},
            "image": {"id": made.get("imageRef")},
            "OS-EXT-AZ:availability_zone": made.get("availability_zone", "nova"),
            "os-extended-volumes:volumes_attached": [], "hostId": "h",
            "config_drive": "True" if made.get("config_drive") else "",
        })  # fmt: skip
        for uid in disks:
            self._attach(made, uid)
        for item in made.get("block_device_mapping_v2", ()):
            if (item["source_type"], item["destination_type"]) == ("image", "volume"):
                self._boot(made, item)
        for port in made["networks"]:
            self._plug(made, port["port"])

    def _attach(self, server: Thing, uid: str) -> None:
        volume = self._one("volumes", "id", uid)
        assert volume is not None
        volume.update({"status": "in-use", "attachments": [{"server_id": server["id"]}]})
        server["os-extended-volumes:volumes_attached"].append(
            {"id": uid, "delete_on_termination": False}
        )

    def _boot(self, server: Thing, disk: Thing) -> None:
        """Make the volume from which a server boots, which has no name and no mark."""
        size = {"size": disk["volume_size"], "name": "", "metadata": {}}
        volume = self._made("volume", size, None)
        image = {"image_id": disk["uuid"]}
        volume.update({"bootable": "true", "volume_image_metadata": image})
        self._attach(server, volume["id"])
        server["os-extended-volumes:volumes_attached"][-1]["delete_on_termination"] = True
        server["image"] = ""

    def _plug(self, server: Thing, uid: str) -> None:
        port = self._one("ports", "id", uid)
        assert port is not None
        port.update({"device_id": server["id"], "device_owner": "compute:nova"})

    def _interface(self, router: str, verb: str, request: Request) -> t.Any:
        ports = self.things["ports"]
        subnet = request.body["subnet_id"]
        known = self._one("subnets", "id", subnet)
        assert known is not None
        if verb.startswith("add"):
            ports.append({
                "id": f"if{next(self._ids)}", "name": "", "project_id": PROJECT,
                "device_owner": "network:router_interface", "device_id": router,
                "network_id": known["network_id"], "description": "",
                "fixed_ips": [{"subnet_id": subnet, "ip_address": "192.0.2.1"}],
            })  # fmt: skip
        else:
            held = [item for item in self.things["floatingips"] if item["router_id"] == router]
            if held:
                raise ClientError("put", request.target, "required by floating IPs", 409)
            ports[:] = [item for item in ports if item["device_id"] != router]
        return {}

    def _change(self, kind: str, found: Thing, body: Thing) -> None:
        assert kind
        found.update(body)

    def _act(self, found: Thing, what: str, body: Thing) -> t.Any:
        if what == "metadata":
            found["metadata"] |= body["metadata"]
        elif what == "os-volume_attachments":
            self._attach(found, body["volumeAttachment"]["volumeId"])
        elif what == "os-interface":
            self._plug(found, body["interfaceAttachment"]["port_id"])
        elif "os-extend" in body:
            found["size"] = body["os-extend"]["new_size"]
        elif {"os-start", "unshelve", "unpause", "resume"} & set(body):
            found["status"] = "ACTIVE"
        return None

    def _delete(self, kind: str, found: Thing, parts: list[str], request: Request) -> t.Any:
        if len(parts) == 4:
            volume = self._one("volumes", "id", parts[3])
            assert volume is not None
            volume.update({"status": "available", "attachments": []})
            return None
        uid = found.get("id")
        ports = self.things["ports"]
        in_use = {
            "network": any(port["network_id"] == uid for port in ports),
            "security_group": any(uid in port.get("security_groups", ()) for port in ports),
            "router": any(port["device_id"] == uid for port in ports),
            "volume": found.get("status") == "in-use",
        }.get(kind, False)
        if in_use:
            status = 400 if kind == "volume" else 409
            raise ClientError(request.method, request.target, "is still in use", status)
        self.things[KINDS[kind].many].remove(found)
        if kind == "network":
            subnets = self.things["subnets"]
            subnets[:] = [item for item in subnets if item["network_id"] != uid]
        if kind == "server":
            for volume in self.things["volumes"]:
                if volume["attachments"] == [{"server_id": uid}]:
                    volume.update({"status": "available", "attachments": []})
            ending = [] if self.keeps_boots else ending_with(found)
            volumes = self.things["volumes"]
            volumes[:] = [item for item in volumes if item["id"] not in ending]
            for port in ports:
                if port["device_id"] == uid:
                    port.update({"device_id": "", "device_owner": ""})
        return None
