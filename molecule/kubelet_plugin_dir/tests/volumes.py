# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods with a volume of Rook's FlexVolume driver, and what is said of them."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from conftest import Kubectl

IMAGE = "registry.k8s.io/pause:3.10.1"
ASKED = "kubectl get events --field-selector involvedObject.name={} -o custom-columns=TEXT:message"


def pod(name: str, **options: str) -> dict[str, t.Any]:
    """Return a pod on w1 whose volume has options."""
    volume = {"driver": "rook.io/rook", "fsType": "ceph", "options": options}
    mounts = [{"name": "d", "mountPath": "/data"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "nodeName": "w1",
            "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "main", "image": IMAGE, "volumeMounts": mounts}],
            "volumes": [{"name": "d", "flexVolume": volume}],
        },
    }


def create(kubectl: Kubectl, folder: Path, wanted: dict[str, t.Any]) -> None:
    """Make a pod."""
    place = folder / "pod.json"
    place.write_text(json.dumps(wanted))
    kubectl("create", "-f", str(place), "-o", "json")


def failures(kubectl: Kubectl, name: str) -> list[str]:
    """Return why a pod's volume was not mounted."""
    selector = f"--field-selector=involvedObject.name={name},reason=FailedMount"
    events = kubectl("get", "events", "-n", "default", selector, "-o", "json")["items"]
    return [event["message"] for event in events]


def state(kubectl: Kubectl, name: str) -> str:
    """Return what a pod does, in kubectl's words."""
    status = kubectl("get", "pod", "-n", "default", name, "-o", "json")["status"]
    (found,) = status.get("containerStatuses") or [{"state": {}}]
    return str((found["state"].get("waiting") or {}).get("reason") or status["phase"])
