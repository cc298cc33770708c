# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about what the API says of nodes, other clusters and objects that are needed. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._placement import DOMAIN_LABELS
from ansible_collections.rookery.rook.plugins.module_utils._placement.crew import tolerates
from ansible_collections.rookery.rook.plugins.module_utils._remains import OWN_DRIVERS
from ansible_collections.rookery.rook.plugins.module_utils._rules_pools import (
    pools_of,
    several_in_a_domain,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    dig,
    error,
    is_on,
    listed,
    rows,
    table,
    warn,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

_PROMETHEUS = "Install the Prometheus operator first, or set monitoring.enabled to false."
_MULTUS = "Install Multus first, or take another provider."
_SNAPSHOTS = "Install Kubernetes' snapshot controller with its definitions, or remove the classes."


def node_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield nodes with data that are not ready or repel pods (NODE-01)."""
    by_host = {
        str(node.get("hostname", name)): node
        for name, node in table(facts.get("nodes")).items()
        if isinstance(node, dict)
    }
    # Nobody else will bring the nodes of a cluster that is taken as it is.
    told = error if facts.get("adopted") else warn
    for host in site.storage_hosts:
        node = table(by_host.get(host.name))
        path = f"hosts.{host.name}"
        if node.get("ready") is False:
            reason = f"it is not ready: {node.get('reason') or 'its kubelet does not report'}"
            yield told("NODE-01", path, host.name, reason.rstrip("."), "Start its kubelet.")
        elif node.get("schedulable") is False and not tolerates(site):
            reason = "it is cordoned or tainted, and no pod of Rook tolerates that"
            cure = "Run `kubectl uncordon`, or give placement.all.tolerations in cluster.spec."
            yield told("NODE-01", path, host.name, reason, cure)


def cluster_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield others that this cluster cannot live with (API-12, API-13)."""
    for cluster in rows(facts.get("clusters")):
        name, namespace = cluster.get("name"), cluster.get("namespace")
        if (namespace, name) == (site.namespace, site.cluster.name):
            continue
        if namespace == site.namespace:
            reason = f"namespace {namespace} has CephCluster {name}, and takes one only"
            yield error("API-12", "namespace", namespace, reason, "Choose another namespace.")
        elif is_on(cluster.get("use_all_devices")):
            reason = f"CephCluster {namespace}/{name} takes every disk that it finds"
            cure = "Set useAllDevices of that cluster to false first."
            yield error("API-12", "hosts", f"{namespace}/{name}", reason, cure)
    home = table(facts.get("running")).get("operator")
    if home and home != site.namespace:
        reason = f"the operator of its cluster runs in {home}, and a second one would come beside"
        cure = (
            f"Scale that one to 0 and delete its DaemonSets in {home} first. Or leave the operator "
            "to it, work on the stages cluster and storage alone, and mute this rule."
        )
        yield error("API-13", "namespace", site.namespace, reason, cure)


def served_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield kinds of others that are needed and not known (CSI-01, CSI-05, NET-04)."""
    served, spec = table(facts.get("served")), site.cluster.spec
    snapshots = any(item.kind == "VolumeSnapshotClass" for item in site.resources)
    needs = (
        ("CSI-01", "VolumeSnapshotClass", snapshots, "snapshot_classes", _SNAPSHOTS),
        ("CSI-05", "ServiceMonitor", dig(spec, "monitoring.enabled"),
         "cluster.spec.monitoring.enabled", _PROMETHEUS),
        ("NET-04", "NetworkAttachmentDefinition", dig(spec, "network.provider") == "multus",
         "cluster.spec.network.provider", _MULTUS),
    )  # fmt: skip
    for rule, kind, wanted, path, cure in needs:
        if wanted and served.get(kind) is False:
            yield error(rule, path, kind, "the API does not know this kind", cure)


def object_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield objects that should be there, or elsewhere (CSI-04, MON-06, NET-08, RES-02)."""
    holders = {str(name) for name in facts.get("holders") or ()} - OWN_DRIVERS
    if holders and site.release >= (1, 16):
        reason = f"1.16 has no such pods any more: {listed(sorted(holders))}"
        cure = "Set CSI_DISABLE_HOLDER_PODS to true on 1.15, and drain nodes one by one."
        yield error("CSI-04", "version", site.version, reason, cure)
    path = "mon.volumeClaimTemplate.spec.storageClassName"
    wanted, classes = dig(site.cluster.spec, path), facts.get("classes")
    if wanted and classes is not None and wanted not in classes:
        reason = f"there is no such class: {listed(sorted(map(str, classes)))}"
        cure = "Make it first, of volumes that do not need this cluster."
        yield error("MON-06", f"cluster.spec.{path}", wanted, reason, cure)
    if is_on(dig(site.cluster.spec, "external.enable")):
        secrets = facts.get("secrets")
        if secrets is not None and "rook-ceph-mon" not in secrets:
            reason = f"namespace {site.namespace} has no secret rook-ceph-mon"
            cure = "Run Rook's import-external-cluster.sh for this namespace first."
            yield error("NET-08", "cluster.spec.external.enable", True, reason, cure)
    own = {item.name for item in site.storage_classes}
    for name in sorted({*map(str, facts.get("metrics_classes") or ())} & own):
        reason = "Prometheus keeps its data on the Ceph that it has to watch"
        yield warn("RES-02", "storage_classes", name, reason, "Give it another class.")


def address_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield networks that the nodes do not have, or that would change (NET-05, NET-07)."""
    network = dig(site.cluster.spec, "network")
    family, both = dig(network, "ipFamily"), is_on(dig(network, "dualStack"))
    ranges = [
        str(cidr)
        for node in table(facts.get("nodes")).values()
        for cidr in (table(node).get("pod_cidrs") or ())
    ]
    if ranges and (family or both):
        there = {"IPv6" if ":" in cidr else "IPv4" for cidr in ranges}
        wanted = {"IPv4", "IPv6"} if both else {str(family)}
        if wanted - there:
            reason = f"pods have addresses of {listed(sorted(there))} only"
            path = f"cluster.spec.network.{'dualStack' if both else 'ipFamily'}"
            value = both or family
            yield error("NET-07", path, value, reason, "Take what the pod network has.")
    now, wish = table(facts.get("running")).get("provider"), dig(network, "provider") or ""
    if now is not None and now != wish and now and wish and site.release >= (1, 11):
        reason = f"the cluster was made with '{now}', and Rook refuses to change it"
        yield error("NET-05", "cluster.spec.network.provider", wish, reason, f"Keep {now}.")


def label_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield pools whose failure domains the nodes have not by their labels (TOP-02)."""
    nodes = table(facts.get("nodes"))
    labels = {
        str(table(node).get("hostname", name)): {
            **(table(table(node).get("labels"))),
            **{key: value for host in site.hosts if host.name == name
               for key, value in host.labels.items()},
        }
        for name, node in nodes.items()
    }  # fmt: skip
    if not nodes:
        return
    for pool in pools_of(site):
        size, domain = pool.layout.size, pool.layout.failure_domain
        label = DOMAIN_LABELS.get(domain)
        # Where a domain takes several copies, the rules of placement count.
        if label is None or several_in_a_domain(site, pool):
            continue
        there = {labels.get(host.name, host.labels).get(label) for host in site.storage_hosts}
        places = sorted(str(value) for value in there - {None, ""})
        if len(places) < size:
            reason = (
                f"its {size} pieces want a {domain} each, and by the labels "
                f"of the API there are {len(places)}: {listed(places)}"
            )
            cure = f"Label more nodes with {label} before their first OSD."
            yield error("TOP-02", f"{pool.path}.failure_domain", domain, reason, cure)
