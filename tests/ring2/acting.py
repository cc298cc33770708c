# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test acts as the operator: no operator runs on this ring.

It sets what Rook sets - finalizers, empty fields, statuses, daemons' deployments, users' secrets,
cleanup jobs - and refuses to let the cluster go while something depends on it, as Rook does. It
notes the order in which objects were asked to go.
"""

from __future__ import annotations

import threading
import typing as t

from raw import CEPH, Object, Raw

PLURALS = (
    "cephobjectstoreusers", "cephobjectstores", "cephfilesystems", "cephblockpools",
    "cephclusters",
)  # fmt: skip
# What serves: the sort of its daemons, the label with its name, and the field with their number.
SERVING = {
    "cephnfses": ("nfs", "ceph_nfs", "active"),
    "cephnvmeofgateways": ("nvmeof", "app.kubernetes.io/part-of", "instances"),
    "cephrbdmirrors": ("rbd-mirror", "mirror", "count"),
    "cephfilesystemmirrors": ("fs-mirror", "mirror", "count"),
}
# The other kinds of Rook; a test that has them says so, for each one is a request at each look.
OTHERS = (
    "cephbucketnotifications", "cephbuckettopics", "cephobjectstoreaccounts", "cephcosidrivers",
    "cephclients", *SERVING, "cephfilesystemsubvolumegroups", "cephblockpoolradosnamespaces",
    "cephobjectzones", "cephobjectzonegroups", "cephobjectrealms",
)  # fmt: skip
BUCKETS = "/apis/objectbucket.io/v1alpha1"
DEPLOYMENTS = "/apis/apps/v1/namespaces/rook-ceph/deployments"
JOBS = "/apis/batch/v1/namespaces/rook-ceph/jobs"
NOW = "2099-01-01T00:00:00Z"
EMPTY_POOL: Object = {
    "application": "", "erasureCoded": {"codingChunks": 0, "dataChunks": 0}, "mirroring": {},
    "quotas": {}, "statusCheck": {"mirror": {}},
}  # fmt: skip


def owned_by(owner: Object) -> Object:
    """Return the reference by which an object goes with its owner."""
    meta = owner["metadata"]
    kind = {"apiVersion": owner["apiVersion"], "kind": owner["kind"]}
    return {**kind, "name": meta["name"], "uid": meta["uid"]}


def stored_again(plural: str, spec: Object) -> Object:
    """Return a spec as Rook stores it with its finalizer: with the empty fields of its types."""
    if plural == "cephclusters":
        nodes = [{"resources": {}, **node} for node in spec["storage"]["nodes"]]
        return {**spec, "storage": {**spec["storage"], "nodes": nodes}}
    if plural == "cephfilesystems":
        pools = [{**EMPTY_POOL, **pool} for pool in spec["dataPools"]]
        return {**spec, "metadataPool": {**EMPTY_POOL, **spec["metadataPool"]}, "dataPools": pools}
    return spec


class Acting:
    """An operator for as long as the context lasts."""

    def __init__(self, raw: Raw, hosts: t.Sequence[str], others: bool = False) -> None:
        self.raw = raw
        self.hosts = hosts
        self.others = others
        self.plurals = (*OTHERS, *PLURALS) if others else PLURALS
        self.going: list[str] = []
        self.gone: list[str] = []
        self.blocked: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._held = ""
        self.problem: Exception | None = None

    def __enter__(self) -> Acting:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert self.problem is None, self.problem

    def hold(self, name: str) -> None:
        """Leave the finalizers of an object alone, and set none."""
        self._held = name

    def release(self) -> None:
        """Look after what was held."""
        self._held = ""

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            try:
                self._look()
            except RuntimeError as problem:
                # A namespace on its way out refuses new objects, an object may go between
                # two looks; anything else is a fault of this file.
                if not any(word in str(problem) for word in ("terminated", "conflict", "Conflict")):
                    self.problem = problem
                    return

    def _look(self) -> None:
        for item in self.raw.items(DEPLOYMENTS):
            self._run_deployment(item)
        if self.others:
            self._buckets()
        for plural in self.plurals:
            for item in self.raw.items(f"{CEPH}/{plural}"):
                if item["metadata"]["name"] == self._held:
                    continue
                if item["metadata"].get("deletionTimestamp"):
                    self._let_go(plural, item)
                else:
                    self._reconcile(plural, item)

    def _run_deployment(self, item: Object) -> None:
        generation = item["metadata"]["generation"]
        if item.get("status", {}).get("observedGeneration") == generation:
            return
        count = item["spec"].get("replicas", 1)
        status = {
            "observedGeneration": generation, "replicas": count, "updatedReplicas": count,
            "readyReplicas": count, "availableReplicas": count,
            "conditions": [{"type": "Available", "status": "True"}],
        }  # fmt: skip
        name = item["metadata"]["name"]
        self.raw.merge(f"{DEPLOYMENTS}/{name}/status", {"status": status})

    def _reconcile(self, plural: str, item: Object) -> None:
        meta = item["metadata"]
        finalizer = f"{item['kind'].lower()}.ceph.rook.io"
        if finalizer not in meta.get("finalizers", []):
            spec = stored_again(plural, item.get("spec", {}))
            whole = {"metadata": {"finalizers": [finalizer]}, "spec": spec}
            self.raw.merge(f"{CEPH}/{plural}/{meta['name']}", whole)
            return
        if item.get("spec", {}).get("cleanupPolicy", {}).get("confirmation"):
            return
        if item.get("status", {}).get("observedGeneration") == meta["generation"]:
            return
        status: Object = {
            "phase": "Ready", "observedGeneration": meta["generation"],
            "conditions": [{"type": "Ready", "status": "True", "reason": "ReconcileSucceeded"}],
        }  # fmt: skip
        if plural == "cephclusters":
            self._daemons(item)
            ceph = {"health": "HEALTH_OK", "lastChecked": NOW}
            status |= {"state": "Created", "message": "Cluster created successfully", "ceph": ceph}
        elif plural == "cephfilesystems":
            labels = {"rook_file_system": meta["name"]}
            self._daemon(item, f"rook-ceph-mds-{meta['name']}", "mds", 2, **labels)
        elif plural == "cephobjectstores":
            labels = {"rook_object_store": meta["name"]}
            self._daemon(item, f"rook-ceph-rgw-{meta['name']}", "rgw", 1, **labels)
        elif plural == "cephobjectstoreusers":
            self._user_secret(item)
        elif plural in SERVING:
            sort, label, field = SERVING[plural]
            spec = item["spec"].get("server", item["spec"])
            name = f"rook-ceph-{sort}-{meta['name']}"
            self._daemon(item, name, sort, spec.get(field, 1), **{label: meta["name"]})
        elif plural == "cephcosidrivers":
            self._daemon(item, f"rook-ceph-cosi-{meta['name']}", "cosi", 1, app=meta["name"])
        self.raw.merge(f"{CEPH}/{plural}/{meta['name']}/status", {"status": status})

    def _daemons(self, cluster: Object) -> None:
        for number in range(cluster["spec"]["mon"]["count"]):
            self._daemon(cluster, f"rook-ceph-mon-{number}", "mon", 1)
        for number in range(cluster["spec"]["mgr"]["count"]):
            self._daemon(cluster, f"rook-ceph-mgr-{number}", "mgr", 1)
        for number, _host in enumerate(self.hosts):
            self._daemon(cluster, f"rook-ceph-osd-{number}", "osd", 1)

    def _daemon(self, owner: Object, name: str, sort: str, count: int, **labels: str) -> None:
        labels = {"app": f"rook-ceph-{sort}", "rook_cluster": "rook-ceph", **labels}
        if self.raw("GET", f"{DEPLOYMENTS}/{name}"):
            return
        (cluster,) = self.raw.items(f"{CEPH}/cephclusters")
        container = {"name": sort, "image": cluster["spec"]["cephVersion"]["image"]}
        self.raw("POST", DEPLOYMENTS, {
            "metadata": {"name": name, "labels": labels, "ownerReferences": [owned_by(owner)]},
            "spec": {
                "replicas": count, "selector": {"matchLabels": {"daemon": name}},
                "template": {
                    "metadata": {"labels": {"daemon": name}}, "spec": {"containers": [container]},
                },
            },
        })  # fmt: skip

    def _user_secret(self, user: Object) -> None:
        store, name = user["spec"]["store"], user["metadata"]["name"]
        path = "/api/v1/namespaces/rook-ceph/secrets"
        secret = f"rook-ceph-object-user-{store}-{name}"
        if self.raw("GET", f"{path}/{secret}"):
            return
        labels = {"app": "rook-ceph-rgw", "rook_object_store": store, "user": name}
        self.raw("POST", path, {
            "metadata": {"name": secret, "labels": labels, "ownerReferences": [owned_by(user)]},
            "stringData": {"AccessKey": "KEY", "SecretKey": "TOP-SECRET-VALUE"},
        })  # fmt: skip

    def _let_go(self, plural: str, item: Object) -> None:
        name = item["metadata"]["name"]
        if plural not in self.going:
            self.going.append(plural)
        if plural == "cephclusters":
            left = [other for other in self.plurals[:-1] if self.raw.items(f"{CEPH}/{other}")]
            if left:
                self.blocked += left
                return
            self._clean(item)
        sorts = {"cephfilesystems": "mds", "cephobjectstores": "rgw", "cephcosidrivers": "cosi"}
        sort = {**sorts, **{other: row[0] for other, row in SERVING.items()}}.get(plural)
        if sort:
            self.raw("DELETE", f"{DEPLOYMENTS}/rook-ceph-{sort}-{name}")
        self.raw.merge(f"{CEPH}/{plural}/{name}", {"metadata": {"finalizers": []}})
        self.gone.append(f"{plural}/{name}")

    def _buckets(self) -> None:
        """Bind each claim for a bucket to an object that stands for it, and let both go."""
        for claim in self.raw.items(f"{BUCKETS}/objectbucketclaims"):
            meta = claim["metadata"]
            where = f"{BUCKETS}/namespaces/{meta['namespace']}/objectbucketclaims/{meta['name']}"
            bucket = f"obc-{meta['namespace']}-{meta['name']}"
            if meta.get("deletionTimestamp"):
                self.gone.append(f"objectbucketclaims/{meta['name']}")
                self.raw("DELETE", f"{BUCKETS}/objectbuckets/{bucket}")
                self.raw.merge(where, {"metadata": {"finalizers": []}})
            elif not meta.get("finalizers"):
                self.raw("POST", f"{BUCKETS}/objectbuckets", {
                    "apiVersion": claim["apiVersion"], "kind": "ObjectBucket",
                    "metadata": {"name": bucket},
                    "spec": {"claimRef": {"namespace": meta["namespace"], "name": meta["name"]}},
                })  # fmt: skip
                self.raw.merge(where, {"metadata": {"finalizers": ["objectbucket.io/finalizer"]}})
                self.raw.merge(f"{where}/status", {"status": {"phase": "Bound"}})

    def _clean(self, cluster: Object) -> None:
        """Stop the daemons; with a confirmed policy, clean every host by a job."""
        for item in self.raw.items(DEPLOYMENTS):
            if item["metadata"]["name"].startswith(
                ("rook-ceph-mon", "rook-ceph-mgr", "rook-ceph-osd")
            ):
                self.raw("DELETE", f"{DEPLOYMENTS}/{item['metadata']['name']}")
        if not cluster["spec"].get("cleanupPolicy", {}).get("confirmation"):
            return
        for host in self.hosts:
            self.clean_host(host)

    def clean_host(self, host: str) -> None:
        """Make a host's cleanup job, and end it well."""
        name = f"cluster-cleanup-job-{host}"
        container = {"name": "host-cleanup", "image": "none"}
        spec = {
            "restartPolicy": "OnFailure", "containers": [container],
            "nodeSelector": {"kubernetes.io/hostname": host},
        }  # fmt: skip
        labels = {"app": "rook-ceph-cleanup", "rook-ceph-cleanup": "true"}
        self.raw("POST", JOBS, {
            "metadata": {"name": name, "labels": labels}, "spec": {"template": {"spec": spec}},
        })  # fmt: skip
        conditions = [
            {"type": kind, "status": "True", "lastTransitionTime": NOW}
            for kind in ("SuccessCriteriaMet", "Complete")
        ]
        self.raw.merge(f"{JOBS}/{name}/status", {"status": {
            "succeeded": 1, "startTime": "2026-01-01T00:00:00Z", "completionTime": NOW,
            "conditions": conditions,
        }})  # fmt: skip
