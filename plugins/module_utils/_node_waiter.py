# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Wait for nodes by a watch, and say for which and why."""

from __future__ import annotations

import concurrent.futures
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _nodes
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    ExpiredError,
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import WaitTimeout

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object

_WATCH_SECONDS = 30
_ASK_SECONDS = 1.0
# Of a kubelet that cannot be reached, as through a packet filter, the API tells only after minutes.
THREADS = 32


def wait_for_nodes(
    client: Kube,
    wanted: Sequence[str],
    until: str,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Object]:
    """Return the nodes by name when all are as wanted; raise with each reason at the limit."""
    end, reasons = clock() + seconds, dict.fromkeys(wanted, "the API did not answer")
    while True:
        try:
            listing = client.list("v1", "Node")
            nodes = {item["metadata"]["name"]: item for item in listing.items}
            reasons = _nodes.missing(wanted, nodes.values(), until)
            if not reasons:
                return nodes
            _follow(client, nodes, listing.version, (wanted, until), end - clock())
            reasons = _nodes.missing(wanted, nodes.values(), until)
        except (ExpiredError, UnreachableError) as problem:
            reasons = dict.fromkeys(wanted or ["nodes"], str(problem))
        if clock() >= end:
            raise WaitTimeout(reasons, seconds)


def _follow(
    client: Kube,
    nodes: dict[str, Object],
    version: str,
    wish: tuple[Sequence[str], str],
    left: float,
) -> None:
    """Apply what a watch reports until all nodes are as wanted, or it is time to list again."""
    limit = max(1, min(_WATCH_SECONDS, int(left)))
    for event in client.watch("v1", "Node", "", "", version, limit):
        name = event.object["metadata"].get("name")
        if event.type == "DELETED":
            nodes.pop(name, None)
        elif event.type != "BOOKMARK":
            nodes[name] = event.object
        if not _nodes.missing(wish[0], nodes.values(), wish[1]):
            return


def wait_for_plugin_dirs(
    client: Kube,
    names: Sequence[str],
    wanted: str,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, str]:
    """Return node -> volume plugin directory, as each kubelet itself answers.

    With a wanted directory, ask until all have it; raise with each other answer at the limit. A
    kubelet that is just restarting gives no answer, which is not the end.
    """
    end, dirs = clock() + seconds, dict.fromkeys(names, "")
    reasons: dict[str, str] = {}

    def ask(name: str) -> None:
        if reasons and clock() >= end:
            reasons[name] = "the time was over before it was asked"
            return
        try:
            dirs[name] = _ask_kubelet(client, name)
        except UnreachableError as problem:
            reasons[name] = str(problem)
            return
        if wanted and dirs[name] != wanted:
            reasons[name] = f"its kubelet uses {dirs[name]}, not {wanted}"

    while True:
        reasons.clear()
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(ask, names))
        if not reasons:
            return dirs
        if clock() >= end:
            raise WaitTimeout({name: reasons[name] for name in names if name in reasons}, seconds)
        sleep(_ASK_SECONDS)


def configured_plugin_dir(client: Kube) -> str:
    """Return the directory that kubeadm gives to nodes that join; nothing without kubeadm."""
    ref = Ref("v1", "ConfigMap", "kube-system", "kubelet-config")
    return _nodes.configured_plugin_dir(client.get(ref))


def _ask_kubelet(client: Kube, name: str) -> str:
    return _nodes.plugin_dir(client.get(Ref("v1", "Node", "", f"{name}/proxy/configz")) or {})
