# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Is a Ceph object ready, is a Ceph cluster gone. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._kinds.osds import osds_of_node
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    SETTLED,
    SKIPPED,
    Expect,
    Failed,
    Judge,
    NotReady,
    Ready,
    Verdict,
    condition,
    few,
    job_ready,
    short_of,
    unseen,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_nodes import (
    closed_to_daemons,
    closed_to_osds,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness_release import behind

Manifest = Mapping[str, t.Any]
# What the operator says when only a person can help; trying again changes nothing.
_TERMINAL = re.compile(
    r"does not meet the minimum version|allowUnsupported must be set to true"
    r"|refusing to deploy \d+ monitors on the same host|cannot start \d+ mons on \d+ node"
    r"|invalid topology|requireSafeReplicaSize is true|unrecognized failure domain"
    r"|no osds available for the device class|object store name cannot be longer"
)
# The daemons of a cluster itself, in the order in which they are made, by their app labels. Of two
# nodes' monitors one floats between them.
_CORE: Mapping[str, tuple[str, ...]] = {
    "monitors": ("rook-ceph-mon", "rook-ceph-floating-mon"),
    "managers": ("rook-ceph-mgr",),
    "OSDs": ("rook-ceph-osd",),
}
_FROZEN = "do_not_reconcile"


def _frozen(manifest: Manifest) -> str:
    """Return that somebody has told Rook to leave the object alone, or nothing.

    Rook reads one label of any resource, which has to be true, and the other of clusters alone.
    """
    labels = at(manifest, "metadata.labels") or {}
    skipped = manifest["kind"] == "CephCluster" and SKIPPED in labels
    label = _FROZEN if labels.get(_FROZEN) == "true" else SKIPPED if skipped else ""
    return f"the label {label} keeps Rook from working on it" if label else ""


def message_of(manifest: Manifest) -> str:
    """Return what a status says of itself."""
    text = at(manifest, "status.message")
    if not text:
        conditions = at(manifest, "status.conditions") or ()
        text = next((item["message"] for item in reversed(conditions) if item.get("message")), "")
    return " ".join(str(text).split()) or "no message"


def failed(reason: str, message: str) -> Failed:
    """Return a failure, believed at once when its message says that only a person can help."""
    return Failed(f"{reason}: {message}", 0 if _TERMINAL.search(message) else SETTLED)


def phase_ready(manifest: Manifest, _children: Sequence[Manifest], _expect: Expect) -> Verdict:
    """Judge any of Rook's kinds by its phase."""
    phase = at(manifest, "status.phase")
    if _frozen(manifest):
        return Failed(_frozen(manifest))
    if phase in ("Failure", "Failed", "ReconcileFailed"):
        return failed(f"phase is {phase}", message_of(manifest))
    if unseen(manifest):
        return NotReady(unseen(manifest))
    if phase == "Ready":
        return Ready()
    return NotReady(f"phase is {phase}" if phase else "Rook has not begun with it")


def _served(
    verdict: Verdict,
    what: str,
    daemons: tuple[str, int],
    children: Sequence[Manifest],
    expect: Expect,
) -> Verdict:
    """Return a verdict by phase, unless daemons are missing or of another release than wanted.

    daemons are their app label and how many there are to be.
    """
    app, wanted = daemons
    found = _labelled(children, "Deployment", app)
    cluster = next((child for child in children if child["kind"] == "CephCluster"), {})
    short = short_of(what, found, wanted)
    running = NotReady(short) if short else behind(found, expect.release, cluster)
    return running if isinstance(verdict, Ready) else verdict


def _labelled(children: Sequence[Manifest], kind: str, *apps: str) -> list[Manifest]:
    """Return the children of a kind with one of some app labels."""
    return [
        child
        for child in children
        if child["kind"] == kind and (at(child, "metadata.labels") or {}).get("app") in apps
    ]


def cephfilesystem_ready(
    manifest: Manifest, children: Sequence[Manifest], expect: Expect
) -> Verdict:
    """Judge a CephFilesystem by its phase and its metadata servers."""
    verdict = phase_ready(manifest, children, expect)
    active = int(at(manifest, "spec.metadataServer.activeCount") or 1)
    # Before 1.19 Rook makes standby servers in any case; only whether they replay is asked for.
    always = bool(expect.release) and expect.release < (1, 19)
    spare = always or at(manifest, "spec.metadataServer.activeStandby")
    wanted = active * 2 if spare else active
    return _served(verdict, "metadata servers", ("rook-ceph-mds", wanted), children, expect)


def cephobjectstore_ready(
    manifest: Manifest, children: Sequence[Manifest], expect: Expect
) -> Verdict:
    """Judge a CephObjectStore by its phase and its gateways, of which an external one has none."""
    verdict = phase_ready(_in_todays_words(manifest, expect), children, expect)
    external = at(manifest, "spec.gateway.externalRgwEndpoints")
    wanted = 0 if external else int(at(manifest, "spec.gateway.instances") or 1)
    return _served(verdict, "gateways", ("rook-ceph-rgw", wanted), children, expect)


def _in_todays_words(store: Manifest, expect: Expect) -> Manifest:
    """Return an object store as if today's Rook had made it.

    From 1.4 to 1.10 its last phase is that of a check from then on, Connected; without the check it
    stays Progressing.
    """
    checked = not at(store, "spec.healthCheck.bucket.disabled")
    last = "Connected" if checked else "Progressing"
    if not (1, 4) <= expect.release[:2] <= (1, 10) or at(store, "status.phase") != last:
        return store
    return {**store, "status": {**store["status"], "phase": "Ready"}}


def cephobjectstoreuser_ready(
    manifest: Manifest, children: Sequence[Manifest], expect: Expect
) -> Verdict:
    """Judge a CephObjectStoreUser by its phase and the secret with its keys."""
    verdict = phase_ready(manifest, children, expect)
    if isinstance(verdict, Ready) and not any(child["kind"] == "Secret" for child in children):
        return NotReady("the secret with its keys is not there yet")
    return verdict


def _with_daemons(what: str, app: str, count_path: str = "", *, phase: bool = True) -> Judge:
    """Return a judge by phase, if there is one, and by daemons, of which the spec may say how many.

    Otherwise there is one.
    """

    def judge(manifest: Manifest, children: Sequence[Manifest], expect: Expect) -> Verdict:
        verdict = phase_ready(manifest, children, expect) if phase else Ready()
        wanted = int((at(manifest, count_path) if count_path else None) or 1)
        return _served(verdict, what, (app, wanted), children, expect)

    return judge


def cephcosidriver_ready(
    manifest: Manifest, children: Sequence[Manifest], _expect: Expect
) -> Verdict:
    """Judge a CephCOSIDriver, which has no status, by its Deployment.

    Rook makes it when there is an object store, unless it has to make it always, or never.
    """
    if _frozen(manifest):
        return Failed(_frozen(manifest))
    strategy = at(manifest, "spec.deploymentStrategy") or "Never"
    drivers = [child for child in children if child["kind"] == "Deployment"]
    stores = any(child["kind"] == "CephObjectStore" for child in children)
    if strategy == "Never" or (strategy == "Auto" and not (drivers or stores)):
        return Ready()
    short = short_of("drivers", drivers, 1)
    return NotReady(short) if short else Ready()


def objectbucketclaim_ready(
    manifest: Manifest, _children: Sequence[Manifest], _expect: Expect
) -> Verdict:
    """Judge an ObjectBucketClaim by its phase."""
    phase = at(manifest, "status.phase")
    if phase == "Failed":
        return failed("phase is Failed", message_of(manifest))
    return Ready() if phase == "Bound" else NotReady(f"phase is {phase or 'not set'}")


def cephcluster_ready(manifest: Manifest, children: Sequence[Manifest], expect: Expect) -> Verdict:
    """Judge a CephCluster: Rook is done, all daemons run, Ceph is healthy and says so anew."""
    if _frozen(manifest):
        return Failed(_frozen(manifest))
    if at(manifest, "spec.cleanupPolicy.confirmation"):
        return Failed(
            "its cleanup policy is set, so Rook does not look after it (SEC-04): a teardown was "
            "begun. End it, or remove spec.cleanupPolicy from the cluster"
        )
    state = at(manifest, "status.state")
    if state == "Error":
        return failed("state is Error", message_of(manifest))
    external = bool(at(manifest, "spec.external.enable"))
    for reason in _unbuilt(manifest, children, external=external):
        return NotReady(reason)
    running = Ready() if external else behind(_core(children), expect.release, manifest)
    if not isinstance(running, Ready):
        return running
    for reason in _unwell(manifest, expect):
        return NotReady(reason)
    return Ready()


def _unbuilt(manifest: Manifest, children: Sequence[Manifest], *, external: bool) -> Iterator[str]:
    """Yield what is missing, the earliest step of building first.

    An external cluster is only connected to: its daemons are elsewhere.
    """
    done, built = ("Connected", "Connected") if external else ("Ready", "Created")
    if unseen(manifest):
        yield unseen(manifest)
    phase, state = at(manifest, "status.phase"), at(manifest, "status.state")
    if not phase:
        yield "Rook has not begun with it"
    if not external:
        yield from _missing_daemons(manifest, children)
    if phase != done or state != built:
        yield f"phase is {phase}, state is {state}: {message_of(manifest)}"
    if condition(manifest, done).get("status") != "True":
        yield f"its condition {done} is not True: {message_of(manifest)}"


def _unwell(manifest: Manifest, expect: Expect) -> Iterator[str]:
    """Yield what Ceph complains of, or that it was not asked since the last change."""
    health = health_problem(manifest, expect.muted)
    checked = at(manifest, "status.ceph.lastChecked") or ""
    if health:
        yield health
    if expect.since and checked <= expect.since:
        yield f"Ceph's health was last looked at {checked or 'never'}, before the last change"


def _core(children: Sequence[Manifest]) -> list[Manifest]:
    """Return the Deployments of a cluster's own daemons."""
    return [item for apps in _CORE.values() for item in _labelled(children, "Deployment", *apps)]


def expected_osds(manifest: Manifest) -> int:
    """Return how many OSDs the named devices, directories and sets of claims become."""
    storage = at(manifest, "spec.storage") or {}
    on_nodes = sum(osds_of_node(storage, node) for node in storage.get("nodes") or ())
    claims = storage.get("storageClassDeviceSets") or ()
    return on_nodes + sum(int(item.get("count") or 0) for item in claims)


def _missing_daemons(manifest: Manifest, children: Sequence[Manifest]) -> Iterator[str]:
    """Yield the daemons of each sort that are not available, monitors first, and who keeps them."""
    nodes = [child for child in children if child["kind"] == "Node"]
    wanted = {
        "monitors": int(at(manifest, "spec.mon.count") or 3),
        "managers": int(at(manifest, "spec.mgr.count") or 1),
        "OSDs": expected_osds(manifest),
    }
    for what, count in wanted.items():
        found = _labelled(children, "Deployment", *_CORE[what])
        short = short_of(what, found, count)
        if short:
            closed = closed_to_daemons(manifest, found, nodes)
            if what == "OSDs":
                closed |= closed_to_osds(manifest, found, nodes)
            said = [few([f"node {name} {reason}" for name, reason in sorted(closed.items())])]
            message = message_of(manifest)
            said += [message] if message != "no message" else []
            yield "; ".join([short, *filter(None, said)])


def health_problem(manifest: Manifest, muted: frozenset[str] = frozenset()) -> str:
    """Return what Ceph complains of, without the accepted codes, or nothing."""
    health = at(manifest, "status.ceph.health")
    if health == "HEALTH_OK":
        return ""
    if not health:
        return "Ceph's health is not known yet"
    details = at(manifest, "status.ceph.details") or {}
    left = {code: item for code, item in details.items() if code not in muted}
    if details and not left:
        return ""
    codes = "; ".join(f"{code} {item.get('message', '')}".strip() for code, item in left.items())
    return f"Ceph is in {health}: {codes or 'without details'}"


def cephcluster_gone(last: Manifest, children: Sequence[Manifest]) -> Verdict:
    """Judge what follows the deletion: daemons stop, then a job cleans each host if asked for.

    Rook takes the cluster away before the hosts are clean, and needs operator and namespace still.
    Of an external cluster it cleans none. A cluster that was gone before anybody looked has no uid:
    whether its hosts were to be cleaned only tells what is at work.
    """
    asked = at(last, "spec.cleanupPolicy.confirmation") or not at(last, "metadata.uid")
    if at(last, "spec.external.enable") or not asked:
        return Ready()
    daemons = sorted(item["metadata"]["name"] for item in children if item["kind"] == "Deployment")
    if daemons:
        return NotReady(f"Ceph daemons are still stopping: {', '.join(daemons)}")
    jobs = {_host(job): job for job in _labelled(children, "Job", "rook-ceph-cleanup")}
    # Rook makes them all at once, for the hosts on which daemons ran: not for one on which no OSD
    # could be made, and none at all while the cluster never came so far.
    if not jobs and at(last, "status.ceph"):
        return NotReady("the jobs that clean the hosts have not begun")
    for host, job in sorted(jobs.items()):
        verdict = job_ready(job, (), Expect())
        if isinstance(verdict, Failed):
            return Failed(f"host {host} was not cleaned: {verdict.reason}")
        if isinstance(verdict, NotReady):
            return NotReady(f"host {host} is being cleaned: {verdict.reason}")
    return Ready()


def _host(job: Manifest) -> str:
    """Return the host that a cleanup job runs on."""
    selector = at(job, "spec.template.spec.nodeSelector") or {}
    return str(selector.get("kubernetes.io/hostname", job["metadata"]["name"]))


CEPH_JUDGES: Mapping[str, Judge] = {
    "phase": phase_ready,
    "cephcluster": cephcluster_ready,
    "cephfilesystem": cephfilesystem_ready,
    "cephobjectstore": cephobjectstore_ready,
    "cephobjectstoreuser": cephobjectstoreuser_ready,
    "cephnfs": _with_daemons("NFS servers", "rook-ceph-nfs", "spec.server.active"),
    "nfs servers": _with_daemons("NFS servers", "rook-ceph-nfs", "spec.server.active", phase=False),
    "cephnvmeofgateway": _with_daemons("gateways", "rook-ceph-nvmeof", "spec.instances"),
    "cephrbdmirror": _with_daemons("mirror daemons", "rook-ceph-rbd-mirror", "spec.count"),
    "cephfilesystemmirror": _with_daemons("mirror daemons", "rook-ceph-fs-mirror"),
    "cephcosidriver": cephcosidriver_ready,
    "objectbucketclaim": objectbucketclaim_ready,
}
