# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mons: where they go and what they run as. Pure."""

from __future__ import annotations

import typing as t

from rookstandin import identity as ids
from rookstandin import names, podspec
from rookstandin.errors import StandinError
from rookstandin.identity import Identity, Mon
from rookstandin.podspec import Frame, Manifest
from rookstandin.resource import Resource

HOSTNAME = "kubernetes.io/hostname"
# What tells mons from other daemons for whoever selects them.
MARK = {"mon_daemon": "true"}

# A mon's store is made once. One of an older cluster is told by its key, as Rook tells it.
MAKE_STORE = """
set -eu
chown ceph:ceph /var/log/ceph /var/lib/ceph/crash /run/ceph "$MON_DATA"
if [ -e "$MON_DATA/keyring" ] && ! grep -qF "$(sed -n '/^\\[mon\\.]/,/key/p' "$KEYRING" | \
    sed -n 's/.*key = //p')" "$MON_DATA/keyring"; then
  echo "The keyring does not match the existing keyring in $MON_DATA. You may need to delete the \
contents of dataDirHostPath on the host from a previous deployment." | tee /dev/termination-log
  exit 1
fi
if [ ! -d "$MON_DATA/store.db" ]; then
  # shellcheck disable=SC2086 - one argument per mon is wanted
  monmaptool --create --clobber --enable-all-features --fsid "$FSID" $MON_MAP /tmp/monmap
  ceph-mon --mkfs --id "$MON_ID" --fsid "$FSID" --monmap /tmp/monmap --keyring "$KEYRING" \
    --mon-data "$MON_DATA" --setuser ceph --setgroup ceph
fi
"""


def daemon(cluster: Resource, name: str) -> names.Daemon:
    extra = (("mon_cluster", cluster.namespace),)
    return names.Daemon("mon", name, cluster.namespace, cluster.name, "cephclusters", extra)


def _matches(node: Manifest, expression: Manifest) -> bool:
    value = (node["metadata"].get("labels") or {}).get(expression["key"])
    operator, values = expression["operator"], expression.get("values") or []
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    return (value in values) == (operator == "In")


def _chosen(node: Manifest, affinity: Manifest | None) -> bool:
    required = (affinity or {}).get("requiredDuringSchedulingIgnoredDuringExecution")
    if not required:
        return True
    return any(
        all(_matches(node, expression) for expression in term.get("matchExpressions") or ())
        for term in required["nodeSelectorTerms"]
    )


def _tolerated(taint: Manifest, tolerations: list[Manifest]) -> bool:
    return any(
        toleration.get("key") in (None, "", taint["key"])
        and toleration.get("effect") in (None, "", taint["effect"])
        and (
            toleration.get("operator") == "Exists"
            or toleration.get("value", "") == taint.get("value", "")
        )
        for toleration in tolerations
    )


def usable(node: Manifest, frame: Frame, kind: str) -> bool:
    """Tell whether a daemon may be placed on a node."""
    tolerations = frame.tolerations(kind)
    spec = node.get("spec") or {}
    conditions = node.get("status", {}).get("conditions") or ()
    return (
        not spec.get("unschedulable")
        and any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
        and all(
            _tolerated(taint, tolerations)
            for taint in spec.get("taints") or ()
            if taint["effect"] != "PreferNoSchedule"
        )
        and _chosen(node, frame.placement(kind, "nodeAffinity"))
    )


def hostname(node: Manifest) -> str:
    return node["metadata"]["labels"].get(HOSTNAME, node["metadata"]["name"])


def node_address(node: Manifest) -> str:
    addresses = node["status"]["addresses"]
    return next(item["address"] for item in addresses if item["type"] == "InternalIP")


def place(frame: Frame, nodes: list[Manifest], mons: tuple[Mon, ...]) -> list[tuple[str, str]]:
    """Return (mon, node) for every mon that is wanted; those that have a node keep it.

    New ones go to the usable nodes in the order of their names, fewest mons first.
    """
    count = frame.cluster.at("mon.count") or 3
    several = frame.cluster.at("mon.allowMultiplePerNode", False)
    placed = [(mon.name, mon.node) for mon in mons][:count]
    hosts = sorted(hostname(node) for node in nodes if usable(node, frame, "mon"))
    load = {host: sum(host == at for _, at in placed) for host in hosts}
    taken = {name for name, _ in placed}
    free = (names.letters(index) for index in range(2 * count + len(taken)))
    wanted = (name for name in free if name not in taken)
    while len(placed) < count:
        host = min(load, key=lambda host: (load[host], host), default=None)
        if host is None or (load[host] and not several):
            raise StandinError(
                f"cannot start {count} mons on {len(hosts)} node(s) when allowMultiplePerNode "
                "is false: add nodes, lower mon.count or correct placement.mon"
            )
        placed.append((next(wanted), host))
        load[host] += 1
    return placed


def service(cluster: Resource, name: str) -> Manifest:
    made = daemon(cluster, name)
    ports = [("tcp-msgr1", 6789), ("tcp-msgr2", 3300)]
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {
            "name": made.name, "namespace": cluster.namespace, "labels": made.labels() | MARK,
            "ownerReferences": [cluster.owner()],
        },
        "spec": {
            # Mons find each other before they are ready, and nothing here tells readiness.
            "publishNotReadyAddresses": True, "selector": made.selector(),
            "ports": [{"name": n, "port": p, "targetPort": p, "protocol": "TCP"} for n, p in ports],
        },
    }  # fmt: skip


def deployment(frame: Frame, identity: Identity, mon: Mon) -> Manifest:
    """Make the Deployment of a mon, pinned to its node and to the address that clients know."""
    made = daemon(frame.cluster, mon.name)
    data = f"/var/lib/ceph/mon/ceph-{mon.name}"
    extra = [{"name": "ceph-daemon-data", "mountPath": data}]
    host_path = {"path": f"{frame.data_dir}/mon-{mon.name}/data", "type": "DirectoryOrCreate"}
    init = podspec.container(frame, "init-mon-fs", ["sh", "-c", MAKE_STORE], [], extra)
    mon_map = " ".join(f"--addv {one.name} {one.vector}" for one in identity.mons)
    init["env"] += [
        {"name": "MON_ID", "value": mon.name}, {"name": "MON_DATA", "value": data},
        {"name": "FSID", "value": identity.fsid}, {"name": "KEYRING", "value": podspec.KEYRING},
        {"name": "MON_MAP", "value": mon_map},
    ]  # fmt: skip
    args = [
        *podspec.flags(identity.fsid, mon.name), "--foreground", f"--public-addr={mon.address}",
        f"--setuser-match-path={data}/store.db",
    ]  # fmt: skip
    if not frame.host_network:
        args.append("--public-bind-addr=$(ROOK_POD_IP)")
    main = podspec.container(frame, "mon", ["ceph-mon"], args, extra)
    main["ports"] = [
        {"name": "tcp-msgr2", "containerPort": 3300}, {"name": "tcp-msgr1", "containerPort": 6789},
    ]  # fmt: skip
    pod: dict[str, t.Any] = {
        "nodeSelector": {HOSTNAME: mon.node}, "initContainers": [init], "containers": [main],
        "volumes": [
            *podspec.volumes(frame, ids.MON_KEYRING),
            {"name": "ceph-daemon-data", "hostPath": host_path},
        ],
    }  # fmt: skip
    manifest = podspec.deployment(frame, made, frame.cluster.owner(), pod)
    manifest["spec"]["template"]["metadata"]["labels"] |= MARK
    return manifest
