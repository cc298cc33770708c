# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a lab up, take it down, and prove that nothing of it is left."""

from __future__ import annotations

import importlib
import importlib.util
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rooklab import (
    base,
    binaries,
    debs,
    host,
    inventory,
    kubedebs,
    leftovers,
    machine,
    network,
    nodes,
    pieces,
)
from rooklab.cloud import lifecycle as cloud
from rooklab.config import Config
from rooklab.errors import LabError
from rooklab.files import remove_tree, write_whole
from rooklab.locks import locked
from rooklab.model import (
    Lab,
    Node,
    Wish,
    from_json,
    grown_lab,
    image_source,
    new_lab,
    to_json,
)
from rooklab.say import announce

_AT_ONCE = 4
_NODE_GIB = 0.5


def load(config: Config) -> Lab | None:
    """Return the lab that exists under this name."""
    return from_json(config.state.read_text()) if config.state.exists() else None


def need(config: Config) -> Lab:
    """Return the lab that exists under this name, or say that there is none."""
    lab = load(config)
    if lab is None:
        raise LabError(f"there is no lab {config.name!r}: lab/lab up --name {config.name} makes it")
    return lab


def up(config: Config, wish: Wish, nodes_only: bool) -> None:
    """Build what is missing and start every node; what is there already stays as it is."""
    host.need_root()
    host.need_amd64()
    old = load(config)
    if old:
        grown_lab(old, wish)
    config = replace(config, image_source=image_source(old, wish))
    host.ensure_packages(config)
    with locked(config.locks / f"lab-{config.name}.lock") as lock:
        root = base.build(config)
        debs.build(config)
        if not nodes_only:
            build_all(config)
        start = time.monotonic()
        lab = _claim(config, wish)
        made, started = _run_nodes(config, lab, root, lock)
        inventory.write(config, lab)
    for node in lab.nodes:
        announce(" ".join([f"{node.name} {node.address}", *node.links]))
    seconds = time.monotonic() - start
    announce(f"{len(lab.nodes)} nodes run ({made} made, {started} started, {seconds:.1f} s)")
    announce(f"inventory: {config.inventory}")


def build(config: Config, source: str | None) -> None:
    """Build everything that labs are made of, without making one."""
    host.need_root()
    host.need_amd64()
    config = replace(config, image_source=image_source(load(config), Wish(image_source=source)))
    host.ensure_packages(config)
    base.build(config)
    debs.build(config)
    build_all(config)
    binaries.build_for_tests(config)
    cloud.prepare(config)
    announce(f"everything is built, in {config.top}")


def build_all(config: Config) -> None:
    """Build what the nodes are served beside Debian's packages."""
    kubedebs.build(config, binaries.build(config))
    if importlib.util.find_spec("rooklab.images"):
        importlib.import_module("rooklab.images").build(config)


def _claim(config: Config, wish: Wish) -> Lab:
    """Write down the lab, then give it what it needs of the machine."""
    with machine.claimed(config):
        old = load(config)
        lab = (
            grown_lab(old, wish)
            if old
            else new_lab(config.name, machine.free_subnet(config), network.uplink_mtu(), wish)
        )
        missing = sum(nodes.state(config, lab, node) == "ABSENT" for node in lab.nodes)
        pieces.need_space(config.top, missing * _NODE_GIB, f"{missing} new nodes")
        if lab != old:
            write_whole(config.state, to_json(lab))
        machine.register(config, lab)
        network.ensure(lab)
    nodes.make_key(config.key, f"lab {lab.name}")
    return lab


def _run_nodes(config: Config, lab: Lab, root: Path, lock: int) -> tuple[int, int]:
    """Make and start the nodes that need it; return how many were made and started."""
    config.nodes.mkdir(parents=True, exist_ok=True)
    new = [node for node in lab.nodes if nodes.state(config, lab, node) == "ABSENT"]
    _each(new, lambda node: nodes.create(config, lab, node, root, lock))
    if new:
        nodes.write_hosts(config, lab)
    started = _each(
        lab.nodes, lambda node: nodes.ensure_running(config, lab, node, bare=node in new)
    )
    return len(new), sum(started)


def down(config: Config) -> None:
    """Remove a lab from the machine and prove that nothing is left."""
    host.need_root()
    with locked(config.locks / f"lab-{config.name}.lock"):
        lab = load(config)
        if lab is None:
            announce(f"there is no lab {config.name!r}: nothing to take down")
            return
        start = time.monotonic()
        machine.close_connections(lab)
        _each(lab.nodes, lambda node: nodes.destroy(config, lab, node))
        # A lab that came up meanwhile would take the network, and be found as what is left.
        with machine.claimed(config):
            network.remove(lab)
            machine.release(lab)
            _forget(config)
            found = leftovers.settled(config, lab)
    if found:
        raise LabError(
            f"lab {lab.name!r} is down but not gone: {'; '.join(found)}; remove these by hand"
        )
    announce(
        f"lab {lab.name!r} is gone ({time.monotonic() - start:.1f} s): none of its processes, "
        "mounts, loop devices, links, packet filter rules and control groups is left, and changed "
        "limits are as they were"
    )


def _forget(config: Config) -> None:
    """Remove a lab's files; without the last of them there is none."""
    for folder in (config.nodes, config.inventory):
        remove_tree(folder)
    # A kubeconfig of the inventory's site leads to a cluster that has gone with its nodes.
    kubeconfig = config.lab / "kubeconfig"
    for path in (kubeconfig, config.key.with_suffix(".pub"), config.key, config.state):
        path.unlink(missing_ok=True)
    if not any(config.lab.iterdir()):
        config.lab.rmdir()


def reset(config: Config) -> None:
    """Make a lab's nodes anew from what is built already."""
    host.need_root()
    lab = need(config)
    down(config)
    wish = Wish(lab.control_planes, lab.workers, lab.disks, lab.disk_size, lab.image_source)
    up(config, wish, nodes_only=True)


def purge(config: Config) -> None:
    """Take down every lab and cloud of this cache, and remove all that was built."""
    host.need_root()
    for file in sorted(config.top.glob("*/lab.json")):
        down(Config(name=file.parent.name, cache=config.cache))
    for name in cloud.names(config):
        cloud.down(Config(name=name, cache=config.cache))
    remove_tree(config.top)
    announce(
        f"{config.top} is removed; Go's own caches stay (go clean -cache -modcache empties them)"
    )


def reboot(config: Config, name: str) -> None:
    """Reboot one node."""
    host.need_root()
    lab = need(config)
    node = lab.node(name)
    start = time.monotonic()
    nodes.reboot(config, lab, node)
    announce(f"{name} is up again after {time.monotonic() - start:.1f} s")


_T = t.TypeVar("_T")


def _each(items: t.Sequence[Node], action: t.Callable[[Node], _T]) -> list[_T]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(action, items))
