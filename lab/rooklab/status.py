# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Say what there is: nodes, disks, built pieces."""

from __future__ import annotations

import json
import typing as t

from rooklab import nodes
from rooklab.config import Config
from rooklab.files import tree_size
from rooklab.lifecycle import load
from rooklab.model import Lab, Node


def gather(config: Config) -> dict[str, t.Any]:
    """Return everything that `lab/lab status` tells."""
    lab = load(config)
    hosts = [_node(config, lab, node) for node in lab.nodes] if lab else []
    running = sum(host["state"] == "RUNNING" for host in hosts)
    return {
        "name": config.name,
        "state": "absent" if not lab else "up" if running == len(hosts) else "partial",
        "directory": str(config.lab),
        "inventory": str(config.inventory) if lab else None,
        "network": lab.cidr if lab else None,
        "image_source": lab.image_source if lab else None,
        "nodes": hosts,
        "pieces": _pieces(config),
        "served": sorted(path.name for path in config.served.glob("[!.]*")),
    }


def text(status: t.Mapping[str, t.Any]) -> str:
    """Return a status for people."""
    lines = [f"lab {status['name']}: {status['state']}"]
    if status["inventory"]:
        lines.append(f"network {status['network']}, inventory {status['inventory']}")
    for node in status["nodes"]:
        disks = ", ".join(f"{disk['link']} ({_human(disk['size'])})" for disk in node["disks"])
        lines.append(
            f"  {node['name']:<5} {node['address']:<13} {node['state']:<8} {disks}".rstrip()
        )
    lines.append(f"served to nodes: {', '.join(status['served']) or 'nothing yet'}")
    lines += [f"  {_human(piece['bytes']):>9}  {piece['path']}" for piece in status["pieces"]]
    return "\n".join(lines)


def to_json(status: t.Mapping[str, t.Any]) -> str:
    """Return a status for programs."""
    return json.dumps(status, indent=1)


def _node(config: Config, lab: Lab, node: Node) -> dict[str, t.Any]:
    return {
        "name": node.name,
        "role": node.role,
        "address": node.address,
        "state": nodes.state(config, lab, node),
        "disks": [
            {"link": link, "device": f"/dev/loop{loop}", "size": lab.disk_size}
            for link, loop in zip(node.links, node.loops, strict=True)
        ],
    }


def _pieces(config: Config) -> list[dict[str, t.Any]]:
    found = [path for path in sorted(config.top.glob("*-????????????")) if path.is_dir()]
    return [{"name": path.name, "path": str(path), "bytes": tree_size(path)} for path in found]


def _human(size: int) -> str:
    for power, unit in ((30, "GiB"), (20, "MiB")):
        if size >= 1 << power:
            return f"{size / (1 << power):.1f} {unit}"
    return f"{size / 1024:.0f} KiB"
