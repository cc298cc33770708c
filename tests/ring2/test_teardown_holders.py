# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A teardown without an operator is refused and says how to go on; killed, the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from acting import DEPLOYMENTS, Acting
from ansible_collections.rookery.rook.plugins.module_utils import _lease
from conftest import HOSTS, MODEL, Run, manifests
from controlplane import ControlPlane
from faults import Fault, Proxy, Request
from raw import CEPH, Object, Raw
from test_teardown import CONFIRMED, DEFINITIONS, consumer, digest

OPERATOR = f"{DEPLOYMENTS}/rook-ceph-operator"
SECRET = "/api/v1/namespaces/rook-ceph/secrets"
PROTECTION = "ceph.rook.io/disaster-protection"
OFFER = "strip (rook_teardown_strip) to "
LEASE_SECONDS = 3
# At which of its writes a run is killed, one run after the other.
POINTS = (1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 1, 1)
RUN_SECONDS = 300
# The teardown in a process of its own, with a lease that runs out soon.
PROGRAM = f"""
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.module_utils import _lease
from ansible_collections.rookery.rook.plugins.modules import rook_teardown
_lease.DURATION_SECONDS = {LEASE_SECONDS}
with patch_module_args(json.load(sys.stdin)):
    rook_teardown.main()
"""


@pytest.fixture(name="standing")
def _standing(run: Run, raw: Raw) -> None:
    """A whole site whose operator has just gone."""
    with Acting(raw, HOSTS):
        made = run("rook_site", wait_timeout=60)
        assert made.get("failed") is None, made["msg"]


def stop(raw: Raw) -> None:
    """Let the operator be gone for good, and what it protects be there."""
    raw.merge(OPERATOR, {"spec": {"replicas": 0}})
    status = {"replicas": 0, "availableReplicas": 0, "readyReplicas": 0, "updatedReplicas": 0}
    raw.merge(f"{OPERATOR}/status", {"status": status})
    meta = {"name": "rook-ceph-mon", "finalizers": [PROTECTION]}
    raw("POST", SECRET, {"metadata": meta})


def offered(refused: Object) -> str:
    """Return what a refusal wants to have as confirmation."""
    return str(refused["msg"].partition(OFFER)[2].split()[0])


def test_a_dead_operator_is_told_before_the_first_change(
    run: Run, raw: Raw, standing: None
) -> None:
    stop(raw)
    before = digest(raw)
    for check in (True, False):
        refused = run("rook_teardown", check=check, **CONFIRMED)
        assert refused["failed"] and (check or refused["changed"] is False)
        for words in (
            "CephCluster/rook-ceph/rook-ceph", "CephBlockPool/rook-ceph/replicapool",
            "Deployment/rook-ceph/rook-ceph-operator is scaled to 0 replicas",
            "rook_site with stages [operator] and",
            "cephblockpool.ceph.rook.io of CephBlockPool/rook-ceph/replicapool",
            f"{PROTECTION} of Secret/rook-ceph/rook-ceph-mon",
        ):  # fmt: skip
            assert words in refused["msg"], words
    planned = run("rook_plan", state="absent", confirm="store1")
    assert CEPH.split("/")[2] in str(planned["refusals"]) and OFFER in str(planned["refusals"])
    assert digest(raw) == before


def test_the_operator_comes_back_as_the_refusal_says_and_it_ends(
    run: Run, raw: Raw, standing: None
) -> None:
    stop(raw)
    raw.merge(f"{SECRET}/rook-ceph-mon", {"metadata": {"finalizers": []}})
    with Acting(raw, HOSTS):
        back = run("rook_site", stages=["operator"], wait_timeout=60)
        assert back.get("failed") is None, back["msg"]
        removed = run("rook_teardown", **CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    assert removed["left"] == []


def test_the_last_resort_takes_away_what_was_confirmed_and_nothing_is_left(
    run: Run, raw: Raw, standing: None
) -> None:
    raw("POST", "/apis/storage.k8s.io/v1/storageclasses", {
        "metadata": {"name": "theirs"}, "provisioner": "example.com/theirs",
    })  # fmt: skip
    stop(raw)
    before = digest(raw)
    confirmed = offered(run("rook_teardown", **CONFIRMED))
    wrong = confirmed[:-1] + ("0" if confirmed[-1] != "0" else "1")
    refused = run("rook_teardown", strip=wrong, **CONFIRMED)
    assert refused["failed"] and "is not what would be taken away by now" in refused["msg"]
    unconfirmed = run("rook_teardown", strip=confirmed, confirm="")
    assert unconfirmed["failed"] and "TEAR-04" in unconfirmed["msg"]
    assert digest(raw) == before
    removed = run("rook_teardown", strip=confirmed, **CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    forced = [step for step in removed["plan"] if step["id"].startswith("strip ")]
    assert len(forced) == 6 and all(step["destructive"] for step in forced)
    assert removed["left"] == []
    assert removed["untouched"]["before"] == removed["untouched"]["after"]
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None
    assert not [item for item in raw.items(DEFINITIONS) if "rook.io" in item["spec"]["group"]]
    assert raw("GET", "/apis/storage.k8s.io/v1/storageclasses/theirs")


def test_force_is_refused_while_a_pod_mounts_and_while_the_operator_lives(
    run: Run, raw: Raw, standing: None
) -> None:
    stop(raw)
    confirmed = offered(run("rook_teardown", **CONFIRMED))
    consumer(raw)
    before = digest(raw)
    refused = run("rook_teardown", strip=confirmed, **CONFIRMED)
    assert refused["failed"] and "is data in use, and is mounted by shop/web-0" in refused["msg"]
    with Acting(raw, HOSTS):
        back = run("rook_site", stages=["operator"], wait_timeout=60)
        assert back.get("failed") is None, back["msg"]
        alive = run("rook_teardown", strip=confirmed, check=True, **CONFIRMED)
    assert alive["failed"] and "the Rook operator, which is at work" in alive["msg"]
    pool = raw("GET", f"{CEPH}/cephblockpools/replicapool")
    assert pool and pool["metadata"]["finalizers"]
    pods = [key for key in before if "shop/" in key]
    assert {key: digest(raw)[key] for key in pods} == {key: before[key] for key in pods}


class Kill:
    """Kills a process at one of its writes; what it was writing arrives, or does not."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.pid = 0
        self.at = ""

    def __call__(self, request: Request) -> bool:
        if not self.pid or not request.writes or request.kind == "leases":
            return False
        self.left -= 1
        if self.left == 0:
            self.at = f"{request.sort} {request.name}"
            os.kill(self.pid, signal.SIGKILL)
        return self.left <= 0


def start(kubeconfig: Path) -> subprocess.Popen[str]:
    """Start a teardown in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    json.dump(
        {
            **MODEL, **CONFIRMED, "operator": {"manifests": str(manifests())},
            "kubeconfig": str(kubeconfig), "lock_timeout": 30,
            "_ansible_remote_tmp": str(kubeconfig.parent), "_ansible_keep_remote_files": False,
            "_ansible_check_mode": False, "_ansible_module_name": "rook_teardown",
        },
        process.stdin,
    )  # fmt: skip
    process.stdin.close()
    process.stdin = None
    return process


def test_killed_at_one_write_after_the_other_it_still_ends_with_nothing_left(
    run: Run, raw: Raw, plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_lease, "DURATION_SECONDS", LEASE_SECONDS)
    met = []
    with Acting(raw, HOSTS) as acting, Proxy(plane) as proxy:
        run("rook_site", wait_timeout=60)
        kubeconfig = proxy.kubeconfig(plane.folder / "admin.conf")
        for place, number in enumerate(POINTS):
            kill = Kill(number)
            proxy.arm(Fault(("reset before", "")[place % 2], kill))
            process = start(kubeconfig)
            kill.pid = process.pid
            out, _none = process.communicate(timeout=RUN_SECONDS)
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, out[-2000:]
            met.append(kill.at)
        removed = run("rook_teardown", lock_timeout=30, **CONFIRMED)
    assert removed.get("failed") is None, removed["msg"]
    assert removed["left"] == []
    assert len(met) >= 10 and acting.blocked == []
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None
    assert not [item for item in raw.items(DEFINITIONS) if "rook.io" in item["spec"]["group"]]
    again: t.Any = run("rook_teardown", **CONFIRMED)
    assert again["changed"] is False and again["plan"] == []
    print(f"\n{len(met)} runs killed, at: {', '.join(met)}")
