# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects and daemons by which readiness is judged."""

from __future__ import annotations

import typing as t

Params = dict[str, t.Any]
CLEANUP = {"confirmation": "yes-really-destroy-data"}


def thing(kind: str, status: Params | None = None, **spec: t.Any) -> Params:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": "x", "namespace": "rook-ceph", "generation": 2},
        "spec": spec,
        "status": status or {},
    }


def deployment(app: str, name: str = "d", available: int = 1) -> Params:
    status = {"availableReplicas": available, "updatedReplicas": available}
    found = thing("Deployment", status, replicas=1)
    found["metadata"] = {"name": name, "labels": {"app": app}}
    return found


def daemons(osds: int = 3) -> list[Params]:
    return [
        *(deployment("rook-ceph-mon", f"rook-ceph-mon-{letter}") for letter in "abc"),
        *(deployment("rook-ceph-mgr", f"rook-ceph-mgr-{letter}") for letter in "ab"),
        *(deployment("rook-ceph-osd", f"rook-ceph-osd-{number}") for number in range(osds)),
    ]


def cluster(**status: t.Any) -> Params:
    nodes = [{"name": f"w{number}", "devices": [{"name": "d"}]} for number in (1, 2, 3)]
    whole = {
        "phase": "Ready",
        "state": "Created",
        "message": "Cluster created successfully",
        "observedGeneration": 2,
        "conditions": [{"type": "Ready", "status": "True"}],
        "ceph": {"health": "HEALTH_OK", "lastChecked": "2026-01-01T00:01:00Z"},
        **status,
    }
    return thing("CephCluster", whole, mon={"count": 3}, mgr={"count": 2}, storage={"nodes": nodes})


def health(**details: str) -> Params:
    return {
        "health": "HEALTH_WARN",
        "details": {code: {"message": text} for code, text in details.items()},
    }
