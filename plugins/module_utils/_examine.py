# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the Kubernetes API says before the first change; only reads.

An API that does not answer, or refuses to, is a finding like any other.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import re
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._clients.identity import cluster_uid
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._clients.kubeconfig import is_missing
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._clients.upstream import source_problems
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, GuardError
from ansible_collections.rookery.rook.plugins.module_utils._guards import refusals
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    STAGES,
    at,
    is_ours,
    kind_in,
    make_id,
    rows_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._neighbours import neighbourhood
from ansible_collections.rookery.rook.plugins.module_utils._nodes import unready
from ansible_collections.rookery.rook.plugins.module_utils._options import option
from ansible_collections.rookery.rook.plugins.module_utils._plan import REFUSE, Policy
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Finding,
    error,
    listed,
)
from ansible_collections.rookery.rook.plugins.module_utils._site import (
    Wish,
    prospect,
)
from ansible_collections.rookery.rook.plugins.module_utils._strip import with_strip

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Kube,
        Object,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._errors import Refusal
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._site import Prospect

# A call is tried this often before it counts as unanswered.
TRIES = 3
_PATH = "kubeconfig"
_SHOWN = 3
_OPERATOR_IMAGE = re.compile(r"image:\s*\S*rook/(?:ceph|rook):v?(\d+\.\d+\.\d+)")
_CHART_VERSION = re.compile(r"^version:\s*[\"']?v?(\d+\.\d+\.\d+)", re.MULTILINE)
# Taints of this prefix come and go with a node's condition.
_PASSING_TAINT = "node.kubernetes.io/"


@dataclasses.dataclass(frozen=True)
class Question:
    """What is to be asked of the API, and about which site."""

    site: Site
    state: str
    confirm: str
    adopt: bool
    cluster_uid: str = ""
    policy: Policy = REFUSE
    strip: str = ""


@dataclasses.dataclass(frozen=True)
class Answer:
    """Facts for the rules, what speaks against going on, and whether there is no API to ask yet."""

    facts: Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    absent: bool = False


def examine(question: Question, kubeconfig: str, timeout: float) -> Answer:
    """Ask the API of a kubeconfig; without the file there is no cluster yet, unless one is taken.

    The whole may take about the timeout, in seconds, when nothing answers.
    """
    path = Path(kubeconfig).expanduser()
    if is_missing(str(path)):
        when = "yet" if question.state == "present" else "any more"
        none = {"unknown": {"api": f"there is no Kubernetes cluster {when}"}}
        return Answer(none, tuple(_nothing_to_adopt(question, str(path))), absent=True)
    try:
        client = KubeClient.connect(str(path), seconds=timeout / TRIES)
        expired = tuple(
            expiry_findings(client.expiry, str(path), datetime.datetime.now(datetime.UTC))
        )
        against = expired or tuple(_other_cluster(client, question.cluster_uid, str(path)))
        if against:
            return Answer({"unknown": {"api": against[0].reason}}, against)
        return ask(client, question)
    except ClientError as problem:
        why = {"unknown": {"api": str(problem)}}
        return Answer(why, (_unanswered(str(path), problem),))


def ask(client: Kube, question: Question) -> Answer:
    """Return what a living API says; raises ClientError."""
    nodes = client.list("v1", "Node").items
    strange = tuple(_strange(nodes, question))
    if question.state == "present":
        return Answer(_facts(client, question, nodes), strange)
    found = prospect(client, Wish(question.site, "absent", STAGES, policy=question.policy))
    # That the confirmation is missing is told once, not for each object; nor is it time to approve.
    against = _against(found, question)
    return Answer(
        # Afterwards nothing in the API could tell which disks were the site's.
        facts={
            "api": True,
            "ceph_fsid": _own_fsid(client, question.site, found.observed.objects),
        },
        findings=(
            *strange,
            *(
                Finding("TEARDOWN", "error", refusal.id, "", refusal.reason, refusal.way_on)
                for refusal in against
            ),
        ),
    )


def _against(found: Prospect, question: Question) -> tuple[Refusal, ...]:
    """Return what stands against a teardown, also with what may go by force."""
    try:
        plan, observed = with_strip(found.plan, found.observed, question.strip)
    except GuardError as problem:
        return problem.refusals
    return refusals(plan, observed, question.site.name, plan.fingerprint)


def manifest_findings(site: Site) -> Iterator[Finding]:
    """Yield that the operator's source is not what it is said to be."""
    for problem in source_problems(site):
        value = problem.value.strip("'")
        yield error("FILES", problem.path, value, problem.reason, problem.cure)


def expiry_findings(
    expiry: datetime.datetime | None, path: str, now: datetime.datetime
) -> Iterator[Finding]:
    """Yield that a kubeconfig's certificate is of no use any more."""
    if expiry is not None and expiry < now:
        cure = (
            "Renew it on a control-plane node with 'kubeadm certs renew admin.conf' and copy "
            "/etc/kubernetes/admin.conf here, or remove the file if that cluster is gone."
        )
        reason = f"its client certificate expired on {expiry:%Y-%m-%d %H:%M} UTC"
        yield error("API-CERT", _PATH, path, reason, cure)


def operator_release(site: Site | None) -> str | None:
    """Return the release of the operator in the files of this host, as far as they tell it."""
    source = site.operator if site else None
    folder = Path(source.manifests).expanduser() if source and source.manifests else None
    chart = Path(source.chart).expanduser() if source and source.chart else None
    files = [*sorted(folder.glob("*operator.y*ml"))] if folder else []
    files += [chart / "Chart.yaml"] if chart else []
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            found = _OPERATOR_IMAGE.search(text) or _CHART_VERSION.search(text)
            if found:
                return str(found[1])
    return None


def _nothing_to_adopt(question: Question, path: str) -> Iterator[Finding]:
    """Yield that a cluster is to be taken as it is, and cannot be reached."""
    if question.adopt and question.state == "present":
        reason = "there is no such file, and rook_kubernetes_adopt takes a cluster that exists"
        cure = "Copy the cluster's kubeconfig there, or set rook_kubernetes_adopt to false."
        yield error("API-FILE", _PATH, path, reason, cure)


def _other_cluster(client: Kube, pinned: str, path: str) -> Iterator[Finding]:
    """Yield that the cluster is not the one that the site is pinned to."""
    found = cluster_uid(client) if pinned else ""
    if found != pinned:
        reason = f"the UID of namespace kube-system is {found!r} in the cluster of {path}"
        way = f"Set {option('kubeconfig')} to the right cluster's file"
        cure = f"{way}, or this to the UID of the new one."
        yield error("API-UID", "cluster_uid", pinned, reason, cure)


def _unanswered(path: str, problem: ClientError) -> Finding:
    """Return that the API could not be asked, in its own words."""
    cure = "If that cluster is gone, remove the file."
    return error("API-REACH", _PATH, path, str(problem).rstrip("."), cure)


def _strange(nodes: tuple[Object, ...], question: Question) -> Iterator[Finding]:
    """Yield that the cluster is another one: the site's begins with a host of the inventory.

    When something is to be built on an adopted one, that is told of each host.
    """
    names = {_node(node)["hostname"] for node in nodes}
    hosts = {host.name for host in question.site.hosts}
    told = question.adopt and question.state == "present"
    if names and hosts and not told and not hosts & names:
        reason = "it leads to a cluster of which no host of the inventory is a node"
        cure = (
            "Set it to a file of the site's own, or rook_kubernetes_adopt to true with the hosts "
            "named as that cluster's nodes."
        )
        yield error("API-05", _PATH, listed(sorted(names)[:_SHOWN]), reason, cure)


def _facts(client: Kube, question: Question, nodes: tuple[Object, ...]) -> dict[str, t.Any]:
    """Return what rules want to know of a cluster that exists."""
    site = question.site
    # A cluster of another era has its kind in another API.
    rows = rows_of("CephCluster")
    clusters = [item for row in rows for item in client.list(row.api_version, row.name).items]
    facts: dict[str, t.Any] = {
        "nodes": _nodes(nodes, question),
        "clusters": [
            {
                "name": item["metadata"]["name"],
                "namespace": item["metadata"]["namespace"],
                "data_dir_host_path": str(at(item, "spec.dataDirHostPath") or ""),
                "use_all_devices": at(item, "spec.storage.useAllDevices") is True,
            }
            for item in clusters
        ],
        "api": True,
        "ceph_fsid": _fsid(client, site),
        "adopted": question.adopt,
        **neighbourhood(client, site, clusters),
    }
    if question.adopt and nodes:
        versions = (str(at(node, "status.nodeInfo.kubeletVersion") or "") for node in nodes)
        facts["kubernetes_version"] = min(filter(None, versions), key=_by_number, default="")
    return facts


def _by_number(version: str) -> tuple[int, ...]:
    """Return a release such as v1.34.4 in the order of releases."""
    parts = version.lstrip("v").split("-")[0].split("+")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _nodes(nodes: tuple[Object, ...], question: Question) -> dict[str, dict[str, t.Any]]:
    """Return the nodes that are there; unless the cluster is taken as it is, more will join."""
    hosts = () if question.adopt else question.site.hosts
    coming: dict[str, dict[str, t.Any]] = {
        host.name: {"schedulable": host.takes_pods} for host in hosts
    }
    return coming | {node["metadata"]["name"]: _node(node) for node in nodes}


def _node(node: Object) -> dict[str, t.Any]:
    """Return what matters of a node."""
    labels = at(node, "metadata.labels") or {}
    taints = at(node, "spec.taints") or ()
    repels = any(
        taint.get("effect") in ("NoSchedule", "NoExecute")
        and not str(taint.get("key")).startswith(_PASSING_TAINT)
        for taint in taints
    )
    return {
        "hostname": labels.get("kubernetes.io/hostname", node["metadata"]["name"]),
        "schedulable": not at(node, "spec.unschedulable") and not repels,
        "labels": labels,
        "ready": unready(node) is None,
        "reason": unready(node) or "",
        "pod_cidrs": at(node, "spec.podCIDRs") or [],
    }


def _own_fsid(client: Kube, site: Site, objects: Mapping[str, Mapping[str, t.Any]]) -> str:
    """Return the id of a cluster that is to go; empty for one of somebody else."""
    cluster = objects.get(
        make_id(kind_in(site.release, "CephCluster").name, site.namespace, site.cluster.name)
    )
    return _fsid(client, site) if cluster and is_ours(cluster, site.name) else ""


def _fsid(client: Kube, site: Site) -> str:
    """Return the id of the site's own Ceph cluster: Rook writes it down before the first OSD."""
    secret = client.get(Ref("v1", "Secret", site.namespace, "rook-ceph-mon"))
    return base64.b64decode(at(secret, "data.fsid") or "").decode()
