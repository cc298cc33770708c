# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Troubles that are made on a real API one by one, and what is found of each."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from acting import Acting
from ansible_collections.rookery.rook.plugins.modules import rook_diagnose
from conftest import HOSTS, Run, run_module
from controlplane import ControlPlane
from faults import Proxy
from raw import CEPH, Raw
from troubles import CLUSTER, KEY, TROUBLES, add_pod, say_health, say_node

ROOT = Path(__file__).resolve().parents[2]
READS = {"discover", "get", "list", "watch"}
Find = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(name="plane", scope="module")
def _plane(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[ControlPlane]:
    """One control plane for all: the tests come in the order of what is on it."""
    running = ControlPlane(tmp_path_factory.mktemp("plane"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(name="find")
def _find(
    capsys: pytest.CaptureFixture[str], plane: ControlPlane
) -> t.Iterator[t.Callable[..., dict[str, t.Any]]]:
    """Diagnose by a way on which it is seen that nothing is written."""
    with Proxy(plane) as proxy:
        kubeconfig = proxy.kubeconfig(plane.folder / "admin.conf")

        def find(**more: t.Any) -> dict[str, t.Any]:
            found = run_module(capsys, kubeconfig, rook_diagnose, False, timeout=30, **more)
            assert found.get("failed") is None, found["msg"]
            assert KEY not in str(found)
            return found

        yield find
        assert {each.verb for each in proxy.log} <= READS


@pytest.fixture(name="site")
def _site(run: Run, raw: Raw) -> Raw:
    """A site that stands: nodes, an operator, and an OSD on each of three hosts."""
    if raw("GET", CLUSTER):
        return raw
    with Acting(raw, HOSTS):
        done = run("rook_site", wait_timeout=60)
    assert done.get("failed") is None, done["msg"]
    for number, host in enumerate(HOSTS):
        raw("POST", "/api/v1/nodes", {"metadata": {"name": host}})
        raw.merge(f"/api/v1/nodes/{host}", {"spec": {"taints": []}})
        say_node(raw, host)
        add_pod(raw, f"rook-ceph-osd-{number}-1", "rook-ceph-osd", host)
    add_pod(raw, "rook-ceph-operator-1", "rook-ceph-operator")
    return raw


def ids(found: dict[str, t.Any]) -> list[str]:
    return [row["id"] for row in found["diagnoses"]]


def test_without_definitions_and_operator_that_is_what_is_found(find: Find) -> None:
    found = find()
    assert ids(found) == ["KIND-UNKNOWN", "OPERATOR-MISSING"] and found["unread"] == []


def test_a_log_that_is_not_to_be_had_is_told_and_the_rest_is_judged(
    site: Raw, find: Find, tmp_path: Path
) -> None:
    say_health(site, MGR_DOWN="no active mgr")
    bundle = tmp_path / "bundle.tar.gz"
    found = find(bundle=str(bundle))
    assert ids(found) == ["MGR-DOWN"] and found["changed"] and bundle.is_file()
    (told,) = found["unread"]
    assert told.startswith("the log of Pod/rook-ceph/rook-ceph-operator-1/main: Failed to read")
    assert "it is not to be had" in told and "connection refused" in told
    assert ids(find(mute_health=["MGR_DOWN"])) == []
    say_health(site)


def test_a_wait_that_fails_tells_the_diagnosis(site: Raw, run: Run) -> None:
    site.merge(f"{CEPH}/cephblockpools/replicapool/status", {"status": {"phase": "Progressing"}})
    say_health(site, MON_DOWN="2/3 mons down, quorum a")
    ended = run("rook_wait", objects=["CephBlockPool/replicapool"], wait_timeout=5)
    told = [line for line in ended["msg"].splitlines() if line.startswith("Diagnosis")]
    assert ended["failed"] and "phase is Progressing" in ended["msg"]
    assert len(told) == 1 and told[0].startswith("Diagnosis MON-QUORUM (likely): ")
    assert "2/3 mons down" in told[0]
    site.merge(f"{CEPH}/cephblockpools/replicapool/status", {"status": {"phase": "Ready"}})
    say_health(site)


def test_the_playbook_tells_of_site_and_nodes_together(
    site: Raw, plane: ControlPlane, tmp_path: Path
) -> None:
    say_health(site, MON_CLOCK_SKEW="clock skew detected on mon.b")
    journal = tmp_path / "bin/journalctl"
    journal.parent.mkdir()
    said = "kubelet[1]: E0101 00:00:00.000000 1 x.go:1] err=no volume plugin matched"
    journal.write_text(f"#!/bin/sh\ncase \"$*\" in *--dmesg*) exit 0;; esac\necho '{said}'\n")
    journal.chmod(0o755)
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable,
            "ansible_become": False}  # fmt: skip
    away = {"ansible_host": "127.0.0.2", "ansible_port": 1,
            "ansible_ssh_common_args": "-o ConnectTimeout=2"}  # fmt: skip
    inventory = {"all": {
        "hosts": {"w1": here, "w2": away},
        "children": {"kube_node": {"hosts": {"w1": {}, "w2": {}}}},
        "vars": {
            "rook_site": "store1", "rook_version": "1.16",
            "rook_kubeconfig": str(plane.folder / "admin.conf"),
            "rook_diagnose_bundle": str(tmp_path / "bundle.tar.gz"),
        },
    }}  # fmt: skip
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
    done = subprocess.run(
        ["ansible-playbook", "-i", str(tmp_path / "hosts.yml"), "rookery.rook.diagnose"],
        capture_output=True, text=True, check=False, timeout=300,
        env={
            **os.environ, "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"), "ANSIBLE_NOCOLOR": "1",
            "PATH": f"{journal.parent}:{os.environ['PATH']}",
        },
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("Diagnosis MON-CLOCK (sure)", "Diagnosis FLEX-PLUGIN (sure)",
                  "Not read: the logs of Node//w2: ", "Seen: Node//w1: "):  # fmt: skip
        assert words in done.stdout, done.stdout
    assert (tmp_path / "bundle.tar.gz").is_file()
    say_health(site)


def test_each_trouble_is_found_and_no_other(site: Raw, plane: ControlPlane, find: Find) -> None:
    for trouble in TROUBLES:
        for expected in trouble(site, plane):
            found = find(version="1.16")
            assert sorted(ids(found)) == sorted(expected), (trouble.__name__, found["lines"])
        rest = sorted(ids(find(version="1.16"))) if trouble in TROUBLES[:-3] else []
        assert rest == [], trouble.__name__
