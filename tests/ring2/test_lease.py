# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time, on the cluster that is meant, by the plan that was approved."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from acting import Acting
from ansible_collections.rookery.rook.plugins.module_utils import _lease
from conftest import HOSTS, MODEL, MODULES, Run, manifests, run_module
from controlplane import ControlPlane
from faults import Fault, Proxy
from raw import CEPH, Raw, grant

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
LEASE = f"{LEASES}/rookery-store1"
OURS = f"{LEASES}?labelSelector=app.kubernetes.io/part-of%3Dstore1"
# How long a lease lasts that is to run out, and one of which it is to be seen that it is renewed.
SOON, RENEWED = 3, 9
ENDED_SECONDS = 240
# The module of a process of its own, with a lease that lasts as long as it is told.
PROGRAM = """
import json, sys
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.module_utils import _lease
from ansible_collections.rookery.rook.plugins.modules import rook_site
_lease.DURATION_SECONDS = int(sys.argv[1])
with patch_module_args(json.load(sys.stdin)):
    rook_site.main()
"""


class Other:
    """A run of the whole site in a process of its own; without an operator it waits for one."""

    def __init__(self, plane: ControlPlane, raw: Raw, seconds: int) -> None:
        self._raw = raw
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip
        assert self.process.stdin is not None
        json.dump(
            {
                **MODEL, "operator": {"manifests": str(manifests())}, "wait_timeout": 600,
                "kubeconfig": str(plane.folder / "admin.conf"),
                "_ansible_remote_tmp": str(plane.folder), "_ansible_keep_remote_files": False,
                "_ansible_check_mode": False, "_ansible_module_name": "rook_site",
            },
            self.process.stdin,
        )  # fmt: skip
        self.process.stdin.close()
        self.process.stdin = None

    def until_it_waits(self) -> None:
        """Return when it has applied the operator, and holds the lease while it waits for it."""
        path = "/apis/apps/v1/namespaces/rook-ceph/deployments/rook-ceph-operator"
        until(lambda: self._raw("GET", LEASE) and self._raw("GET", path), self)

    def ended(self) -> dict[str, t.Any]:
        """Return its result."""
        out, _ = self.process.communicate(timeout=ENDED_SECONDS)
        return t.cast("dict[str, t.Any]", json.loads(out.splitlines()[-1]))


def until(holds: t.Callable[[], t.Any], other: Other) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + ENDED_SECONDS
    while not holds():
        assert other.process.poll() is None, other.ended()
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(name="other")
def _other(plane: ControlPlane, raw: Raw, request: pytest.FixtureRequest) -> t.Iterator[Other]:
    """Another run, whose lease lasts as long as usual unless a test says how long."""
    running = Other(plane, raw, getattr(request, "param", _lease.DURATION_SECONDS))
    try:
        running.until_it_waits()
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


def lasting(seconds: int) -> pytest.MarkDecorator:
    """Let the lease of the other run last so long."""
    return pytest.mark.parametrize("other", [seconds], indirect=True, ids=str)


@lasting(RENEWED)
def test_a_second_run_is_refused_and_names_the_first(run: Run, raw: Raw, other: Other) -> None:
    def held() -> float:
        """Return for how many seconds the first run has held the lease by now."""
        spec = raw("GET", LEASE)["spec"]
        taken, renewed = (
            datetime.datetime.fromisoformat(spec[f"{name}Time"]) for name in ("acquire", "renew")
        )
        return (renewed - taken).total_seconds()

    until(lambda: held() > RENEWED, other)
    refused = run("rook_site", lock_timeout=0, operator=_with_setting())
    assert refused["failed"] and refused["changed"] is False
    said = refused["msg"]
    assert f"process {other.process.pid}: rook_site present" in said
    assert "since 20" in said and "unless it is renewed" in said and "lock_timeout" in said
    lease = raw("GET", LEASE)
    assert lease["metadata"]["labels"]["app.kubernetes.io/part-of"] == "store1"
    assert str(other.process.pid) in lease["spec"]["holderIdentity"]


def test_a_second_run_waits_for_its_turn_and_plans_anew(run: Run, raw: Raw, other: Other) -> None:
    with Acting(raw, HOSTS):
        second = run(
            "rook_site", lock_timeout=ENDED_SECONDS, wait_timeout=60, operator=_with_setting()
        )
        first = other.ended()
    assert first.get("failed") is None, first["msg"]
    assert second.get("failed") is None, second["msg"]
    # What the first one made meanwhile was planned as a creation.
    assert {step["op"] for step in second["plan"]} == {"update", "keep", "wait"}
    assert raw.items(OURS) == []


def test_a_second_run_does_not_wait_longer_than_it_may(run: Run, other: Other) -> None:
    began = time.monotonic()
    refused = run("rook_site", lock_timeout=2, operator=_with_setting())
    assert f"process {other.process.pid}" in refused["msg"]
    # Most of it is spent on the plan.
    assert 2 <= time.monotonic() - began < 60


def test_the_lease_of_a_crashed_run_is_taken_over_when_it_has_run_out(
    run: Run, raw: Raw, other: Other
) -> None:
    other.process.kill()
    other.process.wait(20)
    refused = run("rook_site", wait=False, operator=_with_setting())
    assert f"process {other.process.pid}" in refused["msg"]
    raw.merge(LEASE, {"spec": {"leaseDurationSeconds": SOON}})
    with Acting(raw, HOSTS):
        done = run("rook_site", lock_timeout=60, wait_timeout=60, operator=_with_setting())
    assert done.get("failed") is None and done["changed"], done.get("msg")
    assert raw.items(OURS) == []


@lasting(SOON)
def test_a_run_that_stalled_writes_nothing_more_when_another_took_its_place(
    run: Run, raw: Raw, other: Other
) -> None:
    os.kill(other.process.pid, signal.SIGSTOP)
    stages = ["operator"]
    try:
        taken = run(
            "rook_site", lock_timeout=60, wait=False, stages=stages, operator=_with_setting()
        )
        assert taken.get("failed") is None and taken["changed"], taken.get("msg")
    finally:
        os.kill(other.process.pid, signal.SIGCONT)
    with Acting(raw, HOSTS):
        stalled = other.ended()
    assert stalled["failed"]
    assert "Nothing more is written to site store1: the lease was removed" in stalled["msg"]
    assert raw.items(f"{CEPH}/cephclusters") == []


def test_a_teardown_takes_the_lease_and_leaves_none(run: Run, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        assert run("rook_site", wait_timeout=60).get("failed") is None
        with _held_by_somebody(raw):
            refused = run("rook_teardown", confirm="store1", operator={})
            assert "Site store1 is being worked on by ann@there, since 20" in refused["msg"]
        gone = run("rook_teardown", confirm="store1", operator={}, wait_timeout=60)
    assert gone.get("failed") is None, gone["msg"]
    assert raw.items(OURS) == []


def test_a_proof_is_held_up_by_a_proof(run: Run, raw: Raw) -> None:
    with _held_by_somebody(raw, ".proof"):
        refused = run("rook_verify", timeout=5)
    assert "Site store1 is being proven by ann@there, since 20" in refused["msg"]
    assert raw.items("/api/v1/namespaces/rook-ceph/configmaps") == []


def test_missing_rights_on_leases_are_named(
    plane: ControlPlane, raw: Raw, capsys: pytest.CaptureFixture[str]
) -> None:
    kubeconfig = plane.kubeconfig("operator")
    groups = [
        "", "apps", "batch", "rbac.authorization.k8s.io", "apiextensions.k8s.io", "storage.k8s.io",
        "ceph.rook.io", "csi.ceph.io", "objectbucket.io", "snapshot.storage.k8s.io",
    ]  # fmt: skip
    rules = [{"apiGroups": groups, "resources": ["*"], "verbs": ["*"]}]
    grant(raw, "operator", *rules)
    model = {**MODEL, "operator": {"manifests": str(manifests())}}
    refused = run_module(capsys, kubeconfig, MODULES["rook_site"], False, **model)
    assert refused["failed"] and refused["changed"] is False
    assert "get, list, watch, create, patch and delete leases" in refused["msg"]
    assert 'User "operator" cannot create resource "leases"' in refused["msg"]
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None


@pytest.mark.parametrize("verb", ["create", "patch"])
def test_a_lease_that_is_refused_at_every_try_ends_the_run(
    plane: ControlPlane, raw: Raw, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    # That of a run that is over has run out, so it is taken over by a patch.
    over = contextlib.nullcontext() if verb == "create" else _held_by_somebody(raw, seconds=1)
    with over, Proxy(plane) as proxy:
        time.sleep(SOON if verb == "patch" else 0)
        proxy.arm(Fault("409", lambda request: (request.verb, request.kind) == (verb, "leases")))
        conf = proxy.kubeconfig(plane.folder / "admin.conf")
        model = {**MODEL, "operator": {"manifests": str(manifests())}, "wait": False}
        refused = run_module(capsys, conf, MODULES["rook_site"], False, **model)
    assert refused["failed"] and refused["changed"] is False
    assert "rookery-store1" in refused["msg"] and "modified" in refused["msg"]


def test_another_cluster_than_the_pinned_one_is_asked_for_nothing_else(
    plane: ControlPlane, raw: Raw, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    uid = raw("GET", "/api/v1/namespaces/kube-system")["metadata"]["uid"]
    assert run("rook_info", operator={})["cluster_uid"] == uid
    model = {**MODEL, "operator": {"manifests": str(manifests())}, "cluster_uid": "elsewhere"}
    with Proxy(plane) as proxy:
        kubeconfig = proxy.kubeconfig(plane.folder / "admin.conf")
        for name in MODULES:
            proxy.arm()
            refused = run_module(capsys, kubeconfig, MODULES[name], False, **model)
            assert refused["failed"], name
            assert "'elsewhere'" in refused["msg"] and f"'{uid}'" in refused["msg"]
            assert proxy.writes() == []
            asked = [request.path for request in proxy.log if request.verb != "discover"]
            assert asked == ["/api/v1/namespaces/kube-system"]
        model["cluster_uid"] = uid
        done = run_module(capsys, kubeconfig, MODULES["rook_site"], False, wait=False, **model)
    assert done.get("failed") is None and done["changed"], done.get("msg")


def test_each_stage_does_the_plan_that_was_approved_and_no_other(run: Run, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        for module, state, more in (
            ("rook_site", "present", {}),
            ("rook_teardown", "absent", {"confirm": "store1"}),
        ):
            approved = run("rook_plan", state=state, **more)["fingerprints"]
            stages = list(approved) if state == "present" else list(reversed(approved))
            for stage in stages:
                asked = {"fingerprint": approved[stage], "stages": [stage], **more}
                done = run(module, wait_timeout=60, **asked)
                assert done.get("failed") is None and done["changed"], done.get("msg")
            asked = {"fingerprint": approved["storage"], "stages": ["storage"], **more}
            stale = run(module, **asked)
            assert "made from other objects" in stale["msg"] and stale["changed"] is False


def _with_setting() -> dict[str, t.Any]:
    """Return the operator with a setting that no run has made yet, so that there is work."""
    return {"manifests": str(manifests()), "config": {"ROOK_LOG_LEVEL": "DEBUG"}}


@contextlib.contextmanager
def _held_by_somebody(raw: Raw, suffix: str = "", seconds: int = 60) -> t.Iterator[None]:
    """Hold a lease of the site for a time, by default a minute."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    raw("POST", LEASES, {
        "metadata": {"name": f"rookery-store1{suffix}"},
        "spec": {
            "holderIdentity": "ann@there", "leaseDurationSeconds": seconds,
            "acquireTime": now, "renewTime": now,
        },
    })  # fmt: skip
    yield
    raw("DELETE", f"{LEASE}{suffix}")
