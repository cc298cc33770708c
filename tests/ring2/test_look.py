# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking, waiting and proving on a real API: what stands, what differs, what cannot be proven.

No kubelet runs on this ring, so no pod ever starts: a proof has to say so, and leave nothing.
"""

from __future__ import annotations

import typing as t

from acting import Acting
from conftest import HOSTS, Run
from raw import CEPH, Raw

NAMESPACE = "/api/v1/namespaces/rook-ceph"
# Claims are left out: only kube-controller-manager's other controllers let a claim go.
BUCKETS: dict[str, t.Any] = {"storage_classes": [], "filesystems": []}


def node(raw: Raw, name: str) -> None:
    """Make a node that says it is ready."""
    labels = {"kubernetes.io/hostname": name}
    raw("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": labels}})
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    raw.merge(f"/api/v1/nodes/{name}/status", {"status": {"conditions": [ready]}})
    # The API taints a new node, and no controller takes the taint away here.
    raw.merge(f"/api/v1/nodes/{name}", {"spec": {"taints": []}})


def test_a_site_is_looked_at_and_waited_for_and_drift_is_named(run: Run, raw: Raw) -> None:
    nothing = run("rook_info")
    assert nothing["standing"]["summary"]["state"] == "nothing is there"
    with Acting(raw, HOSTS):
        made = run("rook_site", wait_timeout=60)
        assert made.get("failed") is None, made["msg"]
        waited = run("rook_wait", wait_timeout=60)
        assert {row["outcome"] for row in waited["waited"]} == {"ready"}
    found = run("rook_info")
    assert found["standing"]["summary"] == {
        "state": "ready", "ready": "8 of 8", "ceph": "HEALTH_OK", "warnings": [],
    }  # fmt: skip
    assert found["missing"] == found["drift"] == found["leftovers"] == []
    raw.merge(f"{CEPH}/cephblockpools/replicapool", {"spec": {"replicated": {"size": 2}}})
    (drift,) = run("rook_info")["drift"]
    assert (drift["path"], drift["found"], drift["wanted"]) == ("spec.replicated.size", 2, 3)
    late = run("rook_wait", objects=["CephBlockPool/replicapool"], until="gone", wait_timeout=5)
    assert late["failed"] and "it was not asked to go yet" in late["msg"]


def test_a_proof_that_cannot_run_says_why_and_leaves_nothing(run: Run, raw: Raw) -> None:
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "rook-ceph"}})
    planned = run("rook_verify", check=True, **BUCKETS)
    assert [row["outcome"] for row in planned["probes"]] == ["planned"]
    without = run("rook_verify", **BUCKETS)
    assert without["failed"] and "no node takes pods" in without["msg"]
    node(raw, "w1")
    stuck = run("rook_verify", timeout=5, **BUCKETS)
    assert stuck["failed"] and stuck["changed"] is False
    assert "Pod/rook-ceph/rookery-proof-bucket-store-a: phase is Pending" in stuck["msg"]
    assert raw.items(f"{NAMESPACE}/pods") == []
    assert not [
        item for item in raw.items(f"{NAMESPACE}/configmaps") if "proof" in item["metadata"]["name"]
    ]
