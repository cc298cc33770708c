# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sites with what their nodes say, judged by the rules themselves: a good one, a bad one, a large.

The tests of the report's page and the screenshots of its guide show them.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement.picture import picture
from ansible_collections.rookery.rook.plugins.module_utils._preflight import (
    judge,
    read_site,
    told,
    unknown,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_facts import cleaned
from ansible_collections.rookery.rook.plugins.module_utils._verdicts import verdicts

Params = dict[str, t.Any]
TIB = 1 << 40
ZONE, RACK = "topology.kubernetes.io/zone", "topology.rook.io/rack"
NO_ANSWERS: Params = {"addresses": {}, "disks": {}, "kubelets": {}, "systems": {}, "probes": {}}
IMAGE = "quay.io/ceph/ceph:v19.2.3"
NODE: Params = {"ready": True, "schedulable": True, "pod_cidrs": ["10.244.0.0/24"]}
# What a host says that is as it should be.
HOST: Params = {
    "kubelet": {
        "root_dir": "/var/lib/kubelet", "volume_plugin_dir": "/opt/flex", "writable": True,
        "sees_host": True,
    },
    "directories": {
        "/var/lib/rook": {"free_bytes": 60 << 30, "size_bytes": 90 << 30, "entries": []}
    },
    "modules": {"rbd": True, "ceph": True, "nbd": True, "dm_crypt": True},
    "runtime": "containerd",
    "images": {IMAGE: {"state": "served", "reason": ""}},
    "system": {
        "kernel": "6.12.48", "arch": "x86_64", "programs": {"lvm": True}, "udev": True,
        "aio_max_nr": 1 << 20, "swap_bytes": 0, "cgroup": 2, "memory_bytes": 256 << 30,
        "cores": 32, "vendor": "Example", "limit_nofile": {"containerd": 1 << 20},
        "selinux": "disabled", "clock": {"synchronized": True, "service": "chrony"}, "places": {},
    },
}  # fmt: skip


def disk(host: str, place: int, size: float, kind: str) -> Params:
    """Return a blank device of a host, by a name that lasts."""
    return {
        "path": f"/dev/nvme{place}n1" if kind == "nvme" else f"/dev/sd{chr(ord('b') + place)}",
        "links": [f"/dev/disk/by-id/{host}-{place}"],
        "type": "disk",
        "size": int(size * TIB),
        "rotational": kind == "hdd",
    }


def site_of(
    hosts: t.Mapping[str, tuple[dict[str, str], t.Sequence[tuple[float, str]]]], **sections: t.Any
) -> tuple[Params, Params]:
    """Return a model of hosts by their labels and devices, and what they all say of themselves."""
    peer = {"ports": {3300: "open", 6789: "open"}, "large": True, "mtu": 9000, "offset": 0.0,
            "doubt": 0.01}  # fmt: skip
    others = dict.fromkeys(hosts, peer)
    model = {
        "version": "1.18.11", "operator": {"manifests": "/srv/rook/1.18"},
        "hosts": {
            name: {
                "devices": [f"/dev/disk/by-id/{name}-{place}" for place in range(len(devices))],
                "labels": labels,
            }
            for name, (labels, devices) in hosts.items()
        },
        **sections,
    }  # fmt: skip
    said = {
        name: {
            **HOST,
            "devices": [disk(name, place, *device) for place, device in enumerate(devices)],
            "peers": {other: told for other, told in others.items() if other != name},
        }
        for name, (_labels, devices) in hosts.items()
    }
    facts = {
        "kubernetes_version": "1.34.1", "operator_release": "1.18.11", "images": [IMAGE],
        "hosts": said,
        "nodes": {name: {**NODE, "labels": labels} for name, (labels, _devices) in hosts.items()},
        "clusters": [], "classes": [], "secrets": [], "holders": [], "served": {},
    }  # fmt: skip
    return model, facts


def result(
    model: Params, facts: Params, mute: Params | None = None, **answers: t.Any
) -> dict[str, t.Any]:
    """Return what rook_preflight returns of a site about which that is known."""
    params = {**NO_ANSWERS, "mute": mute or {}, "state": "present", "model": model, **answers}
    site, malformed = read_site(model)
    facts = {**facts, "unknown": unknown(params)}
    every = [*malformed, *judge(params, site, facts)]
    rules = verdicts(site, facts, every, params["mute"])
    found = {
        "findings": [dataclasses.asdict(finding) for finding in told(every, params["mute"])],
        "rules": [dataclasses.asdict(rule) for rule in rules],
    }
    return found if site is None else {**found, "placement": picture(site, cleaned(facts))}


def good() -> dict[str, t.Any]:
    """Return a site in three zones that can be built, with a known weakness that is muted."""
    devices = ((16, "hdd"), (16, "hdd"), (16, "hdd"), (3.5, "nvme"))
    hosts = {f"store{n}": ({ZONE: f"z{1 + (n - 1) // 2}"}, devices) for n in range(1, 7)}
    model, facts = site_of(
        hosts,
        site="harbour",
        block_pools=[
            {"name": "machines", "replicas": 3, "failure_domain": "zone", "device_class": "nvme"},
            {"name": "archive", "erasure": {"data_chunks": 2, "coding_chunks": 2},
             "device_class": "hdd"},
            {"name": "scratch", "replicas": 2, "device_class": "hdd"},
        ],
        filesystems=[{"name": "shared", "metadata_replicas": 3,
                      "data_pools": [{"name": "files", "replicas": 3}]}],
        object_stores=[{"name": "objects", "data": {"replicas": 3}, "gateway": {"instances": 2}}],
    )  # fmt: skip
    return result(model, facts, {"POOL-06": "scratch data that can be made again in an hour"})


def bad() -> dict[str, t.Any]:
    """Return a site of two hosts with pools for three, and a control plane that is silent."""
    devices = ((4, "hdd"), (4, "hdd"), (1, "ssd"))
    hosts = {f"store{n}": ({}, devices) for n in (1, 2)}
    model, facts = site_of(
        hosts,
        site="store1",
        block_pools=[
            {"name": "copies", "replicas": 3},
            {"name": "chunks", "erasure": {"data_chunks": 2, "coding_chunks": 1}},
            {"name": "wide", "erasure": {"data_chunks": 4, "coding_chunks": 2}},
        ],
        filesystems=[{"name": "shared", "data_pools": [{"name": "files", "replicas": 2}]}],
    )
    model["hosts"]["cp1"] = {"devices": []}
    facts["hosts"]["store2"]["devices"][0] |= {"signatures": ["ext4"], "mounts": ["/srv"]}
    del facts["nodes"], facts["hosts"]["store2"]["peers"]
    silent = {
        "unreachable": True,
        "msg": "Failed to connect to the host via ssh: connect to host 192.0.2.11 port 22: "
        "Connection timed out",
    }
    return result(model, facts, disks={"cp1": silent})


def large(racks: int = 6, hosts: int = 120, osds: int = 1000) -> dict[str, t.Any]:
    """Return a site of many racks, hosts and devices, with pools of all kinds."""
    each, more = divmod(osds, hosts)
    layout = {}
    for number in range(hosts):
        count = each + (number < more)
        devices = [(18, "hdd")] * (count - 2) + [(7, "ssd")] * 2
        rack = f"r{1 + number % racks:02}"
        layout[f"{rack}-n{1 + number // racks:02}"] = ({RACK: rack}, devices)
    model, facts = site_of(
        layout,
        site="warehouse",
        block_pools=[
            {"name": "machines", "replicas": 3, "failure_domain": "rack", "device_class": "ssd"},
            {"name": "volumes", "replicas": 3, "failure_domain": "rack", "device_class": "hdd"},
            {"name": "backup", "erasure": {"data_chunks": 8, "coding_chunks": 3},
             "device_class": "hdd"},
            {"name": "archive", "erasure": {"data_chunks": 4, "coding_chunks": 2},
             "failure_domain": "rack", "device_class": "hdd"},
            {"name": "cold", "erasure": {"data_chunks": 6, "coding_chunks": 2},
             "failure_domain": "rack", "device_class": "hdd"},
        ],
        filesystems=[{"name": "shared", "data_pools": [{"name": "files", "replicas": 3}]}],
        object_stores=[{"name": "objects", "data": {"replicas": 3}, "gateway": {"instances": 4}}],
    )  # fmt: skip
    return result(model, facts)


SITES: dict[str, t.Callable[[], dict[str, t.Any]]] = {"good": good, "bad": bad, "large": large}
NAMES = {"good": "harbour", "bad": "store1", "large": "warehouse"}
