# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a CephCluster: mons, the keys of CSI, mgrs, OSDs; again and again in this order."""

from __future__ import annotations

import logging
import subprocess
import uuid

from rookstandin import cleanupjob, cluster_osds, conditions, csi, daemons, mon
from rookstandin import identity as ids
from rookstandin.ceph import Ceph
from rookstandin.conditions import Condition
from rookstandin.context import Context, Key
from rookstandin.errors import CephCommandError, NotYet, StandinError
from rookstandin.identity import Identity, Mon
from rookstandin.names import app_labels, letters
from rookstandin.podspec import Frame
from rookstandin.resource import Resource

log = logging.getLogger(__name__)

# What Rook sets in every cluster, whatever its cephConfig says.
DEFAULTS = {
    "mon_allow_pool_delete": "true",
    "mon_allow_pool_size_one": "true",
    "mon_cluster_log_file": "",
    "auth_allow_insecure_global_id_reclaim": "false",
}
CREATED = Condition("Ready", True, "ClusterCreated", "Cluster created successfully")


def progress(context: Context, cluster: Resource, message: str) -> None:
    """Say what is being done, unless this generation is done and only looked after."""
    if not conditions.settled(cluster.status, cluster.generation):
        log.info("%s: %s", cluster.id, message)
        context.set_condition(
            cluster, Condition("Progressing", True, "ClusterProgressing", message)
        )


def reconcile(context: Context, cluster: Resource) -> float | None:
    """Bring one step after the other to its end; one that needs time raises NotYet."""
    context.hold(cluster)
    if cluster.destructive:
        log.info("skipping orchestration for %s because its cleanup policy is set", cluster.id)
        return None
    check(context, cluster)
    progress(context, cluster, "Configuring Ceph Mons")
    identity = keep_identity(context, cluster)
    identity = keep_mons(context, cluster, identity)
    ceph = context.ceph(identity)
    await_quorum(context, cluster, ceph, identity)
    configure(cluster, ceph)
    note_version(context, cluster, ceph)
    csi.reconcile(context, identity, cluster)
    frame = context.frame(cluster, identity)
    progress(context, cluster, "Configuring Ceph Mgr(s)")
    keep_mgrs(context, frame, ceph)
    progress(context, cluster, "Configuring Ceph OSDs")
    cluster_osds.reconcile(context, frame)
    await_mgr(ceph)
    if not conditions.settled(cluster.status, cluster.generation):
        context.set_condition(cluster, CREATED)
        context.event(cluster, "ReconcileSucceeded", f"successfully configured {cluster.id}")
        log.info("%s: %s", cluster.id, CREATED.message)
    context.queue.add(Key("health", cluster.namespace))
    return None


def check(context: Context, cluster: Resource) -> None:
    if cluster.at("external.enable"):
        raise StandinError("external clusters are beyond the lab's stand-in operator")
    if not cluster.at("dataDirHostPath"):
        raise StandinError("spec.dataDirHostPath is not set; the stand-in knows no mons on claims")
    others = [
        item["metadata"]["name"] for item in context.kube.list("CephCluster", cluster.namespace)
        if item["metadata"]["name"] != cluster.name
    ]  # fmt: skip
    if others:
        raise StandinError(f"namespace {cluster.namespace} already has CephCluster {others[0]}")
    jobs = context.kube.list("Job", cluster.namespace, f"app={cleanupjob.APP}")
    if any(not (job.get("status") or {}).get("completionTime") for job in jobs):
        raise NotYet("the hosts are still being cleaned of the cluster before", 5.0)
    if left := _of_another(context, cluster):
        raise NotYet(f"objects of the cluster before are still there: {', '.join(left)}", 2.0)


def _of_another(context: Context, cluster: Resource) -> list[str]:
    """List what Kubernetes has yet to remove with an earlier cluster of this name."""
    if cluster.status.get("observedGeneration"):
        return []
    found = context.kube.list("Deployment", cluster.namespace, f"rook_cluster={cluster.namespace}")
    secret = context.kube.get("Secret", ids.SECRET, cluster.namespace)
    return sorted(
        item["metadata"]["name"]
        for item in [*found, *([secret] if secret else [])]
        for owner in item["metadata"].get("ownerReferences") or ()
        if owner["kind"] == cluster.kind and owner["uid"] != cluster.owner()["uid"]
    )


def _new_key() -> str:
    done = subprocess.run(
        ["ceph-authtool", "--gen-print-key"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def keep_identity(context: Context, cluster: Resource) -> Identity:
    """Read the cluster's fsid and keys, or make them once."""
    identity = context.identity(cluster.namespace)
    if identity is None:
        new = Identity(cluster.namespace, str(uuid.uuid4()), _new_key(), _new_key())
        context.kube.create(ids.access_secret(new, cluster.owner()))
        identity = context.identity(cluster.namespace)
    if identity is None:
        raise NotYet(f"Secret {ids.SECRET} is not readable yet", 1.0)
    for manifest in ids.keyring_secrets(identity, cluster.owner()):
        context.kube.apply(manifest)
    override = ids.config_map(ids.OVERRIDE, cluster.namespace, cluster.owner(), config="")
    context.kube.create(override)  # a user's own is left as it is
    return identity


def keep_mons(context: Context, cluster: Resource, identity: Identity) -> Identity:
    """Place the mons, give each an address for life, and run them."""
    frame = context.frame(cluster, identity)
    nodes = context.kube.list("Node")
    by_host = {mon.hostname(node): node for node in nodes}
    mons = []
    for name, host in mon.place(frame, nodes, identity.mons):
        if frame.host_network:
            address = mon.node_address(by_host[host])
        else:
            service = context.kube.apply(mon.service(cluster, name))
            address = service["spec"]["clusterIP"]
        mons.append(Mon(name, address, host))
    identity = identity.with_mons(tuple(mons))
    for manifest in ids.endpoint_objects(identity, cluster.owner()):
        context.kube.apply(manifest)
    for one in mons:
        context.kube.apply(mon.deployment(frame, identity, one))
    return identity


def await_quorum(context: Context, cluster: Resource, ceph: Ceph, identity: Identity) -> None:
    """Wait for all mons of a new cluster, for a majority of one that exists."""
    quorum = ceph.mon("quorum_status")["quorum_names"]
    count = len(identity.mons)
    needed = count // 2 + 1 if cluster.status.get("observedGeneration") else count
    if len(quorum) < needed:
        raise NotYet(f"mons in quorum: {', '.join(quorum) or 'none'} of {count}", 2.0)


def _option(name: str) -> str:
    return name.replace(" ", "_").replace("-", "_")


def configure(cluster: Resource, ceph: Ceph) -> None:
    """Set Rook's defaults and spec.cephConfig in the mons' configuration database."""
    wanted = {("global", name): value for name, value in DEFAULTS.items()}
    for who, options in cluster.at("cephConfig", {}).items():
        wanted |= {(who, _option(name)): str(value) for name, value in options.items()}
    have = {
        (item["section"], item["name"]): item["value"] for item in ceph.mon("config dump")
    }  # fmt: skip
    for (who, name), value in wanted.items():
        if have.get((who, name)) != value:
            ceph.mon("config set", who=who, name=name, value=value)


def note_version(context: Context, cluster: Resource, ceph: Ceph) -> None:
    """Write the version that the mons run; Rook finds the same by a Job."""
    running = next(iter(ceph.mon("versions")["mon"]))
    version = f"{running.split()[2].split('-')[0]}-0"
    wanted = {"image": cluster.at("cephVersion.image"), "version": version}
    if cluster.status.get("version") != wanted:
        context.patch_status(cluster, {"version": wanted})


def keep_mgrs(context: Context, frame: Frame, ceph: Ceph) -> None:
    cluster = frame.cluster
    context.kube.apply(daemons.mgr_service(cluster))
    count = cluster.at("mgr.count") or 1
    for index in range(count):
        name = letters(index)
        made = daemons.mgr_daemon(cluster, name)
        context.kube.apply(
            keyring_secret(ceph, made.name, f"mgr.{name}", cluster, daemons.MGR_CAPS)
        )
        context.kube.apply(daemons.mgr(frame, name))
    labels = ",".join(f"{k}={v}" for k, v in app_labels("rook-ceph-mgr", cluster.namespace).items())
    for item in context.kube.list("Deployment", cluster.namespace, labels):
        if item["metadata"]["name"] not in {f"rook-ceph-mgr-{letters(i)}" for i in range(count)}:
            context.kube.delete("Deployment", item["metadata"]["name"], cluster.namespace)
    enable_modules(cluster, ceph)


def await_mgr(ceph: Ceph) -> None:
    """Wait for a mgr last: it takes its time, and devices are prepared without one."""
    if not ceph.mon("mgr dump").get("available"):
        raise NotYet("no mgr is active yet", 2.0)


def enable_modules(cluster: Resource, ceph: Ceph) -> None:
    """Enable the mgr modules that are asked for; as with Rook one that fails is only logged."""
    known = ceph.mon("mgr module ls")
    on = set(known.get("enabled_modules") or ()) | set(known.get("always_on_modules") or ())
    for module in cluster.at("mgr.modules", []):
        if module.get("enabled") and module["name"] not in on:
            try:
                ceph.mon("mgr module enable", module=module["name"])
            except CephCommandError as error:
                log.warning("%s: mgr module %s: %s", cluster.id, module["name"], error)


def keyring_secret(
    ceph: Ceph, daemon_name: str, entity: str, owner: Resource, caps: dict[str, str]
) -> dict[str, object]:
    """Make the Secret that a daemon reads its key from."""
    text = ids.keyring(entity, ceph.key(entity, **caps), **caps)
    return ids.secret(f"{daemon_name}-keyring", owner.namespace, owner.owner(), keyring=text)
