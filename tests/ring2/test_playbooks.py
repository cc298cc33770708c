# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks predict of Kubernetes is what they then do, from every state of a site.

They run on the deploy host alone: no node is there to be asked, and no pod to prove storage with.
Their plays on nodes are for the scenarios.
"""

from __future__ import annotations

import os
import sys
import typing as t
from pathlib import Path

import ansible_runner
import pytest
import yaml
from acting import Acting
from conftest import HOSTS, MODEL, manifests
from controlplane import ControlPlane
from faults import Proxy
from raw import DEFINITIONS, Object, Raw
from test_predicted import CLASSES, edit

ROOT = Path(__file__).resolve().parents[2]
LIMITED = "--diff --limit localhost --skip-tags rook_verify"
CONFIRMED = "-e rook_confirm=store1"
VARIABLES = {
    "rook_storage_block_pools": "block_pools",
    "rook_storage_filesystems": "filesystems",
    "rook_storage_object_stores": "object_stores",
    "rook_storage_object_store_users": "object_store_users",
    "rook_storage_classes": "storage_classes",
}
# An edit makes this class nobody's; it would then refuse a teardown, for it needs its pool.
NOBODYS = f"{CLASSES}/rook-ceph-block"
# It tells how the site is, so only that it will differ can be told before.
REPORT = "report | Write what the site is and what was proven"
# Seconds within which a playbook has to end, on a machine with much else to do.
LIMIT = 900
Said = dict[str, tuple[bool, t.Any]]


class Playbooks:
    """The playbooks of a site on a control plane behind a proxy."""

    def __init__(self, folder: Path, kubeconfig: Path, proxy: Proxy) -> None:
        self._folder, self._proxy = folder, proxy
        self._inventory = folder / "inventory.yml"
        here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        nodes = {host: {"rook_node_devices": ["/dev/disk/by-id/disk0"]} for host in HOSTS}
        groups = {"kube_control_plane": {"cp1": {}}, "kube_node": nodes, "rook_storage": nodes}
        site = {
            "rook_site": "store1", "rook_version": MODEL["version"],
            "rook_kubeconfig": str(kubeconfig), "rook_kubernetes_adopt": True,
            "rook_operator_manifests": str(manifests()), "rook_report_dir": str(folder / "report"),
            **{variable: MODEL[key] for variable, key in VARIABLES.items()},
        }  # fmt: skip
        children = {name: {"hosts": hosts} for name, hosts in groups.items()}
        whole = {"all": {"hosts": {"localhost": here}, "children": children, "vars": site}}
        self._inventory.write_text(yaml.safe_dump(whole))

    def run(self, name: str, *options: str, fails: str = "") -> Said:
        """Run a playbook; return of each task whether it changed something, and its diff.

        fails is what one says that has to fail.
        """
        self._proxy.arm()
        done = ansible_runner.run(
            private_data_dir=str(self._folder),
            playbook=f"rookery.rook.{name}",
            inventory=str(self._inventory),
            cmdline=" ".join((LIMITED, *options)),
            quiet=True,
            timeout=LIMIT,
            envvars={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg")},
        )
        said = done.stdout.read()
        ended = "failed" if fails else "successful"
        assert done.status == ended and fails in said, (done.status, said[-6000:])
        results = [event["event_data"] for event in done.events if event["event"] == "runner_on_ok"]
        return {
            each["task"]: (each["res"].get("changed", False), each["res"].get("diff"))
            for each in results
            if each["resolved_action"].startswith("rookery.rook.")
        }

    def agreed(self, name: str, *options: str) -> set[str]:
        """Run a playbook in check mode and then for real; return the tasks that changed a thing."""
        predicted = self.run(name, "--check", *options)
        assert self.writes() == [], "check mode has written"
        made = self.run(name, *options)
        assert told(made) == told(predicted)
        changed = {task for task, (differs, _diff) in made.items() if differs} - {REPORT}
        assert bool(changed) == bool(self.writes())
        return changed

    def writes(self) -> list[t.Any]:
        """Return what the last run has written."""
        return self._proxy.writes()

    def site(self) -> set[str]:
        """Bring the site to its state, as predicted."""
        return self.agreed("site")

    def teardown(self) -> set[str]:
        """Take the site down, as predicted."""
        return self.agreed("teardown", CONFIRMED)


def told(said: Said) -> Said:
    """Return what two runs have to agree on."""
    return {task: each for task, each in said.items() if task != REPORT}


@pytest.fixture(name="playbooks")
def _playbooks(plane: ControlPlane, tmp_path: Path) -> t.Iterator[Playbooks]:
    folder = tmp_path / "runs"
    folder.mkdir()
    with Proxy(plane) as proxy:
        yield Playbooks(folder, proxy.kubeconfig(plane.folder / "admin.conf"), proxy)


def roles(tasks: set[str]) -> list[str]:
    """Return the objects of the sentences by which tasks that changed a thing are named."""
    return sorted(task.partition("| ")[2].split(" ", 1)[1] for task in tasks)


STORAGE_MADE = "pools, file systems, object stores, users and classes to their wanted state"
OPERATOR_MADE = "the operator to its wanted state"
STAGES_MADE = [STORAGE_MADE, "the Ceph cluster to its wanted state", OPERATOR_MADE]
STAGES_REMOVED = [
    "classes, users, object stores, file systems and pools down",
    "the Ceph cluster down",
    "the operator down",
]


def test_from_nothing_by_a_converged_site_and_edits_by_hand_to_nothing(
    playbooks: Playbooks, raw: Raw
) -> None:
    with Acting(raw, HOSTS):
        assert playbooks.teardown() == set()
        playbooks.run("plan")
        assert roles(playbooks.site()) == STAGES_MADE
        assert playbooks.site() == set()
        edit(raw)
        assert roles(playbooks.site()) == [STORAGE_MADE, OPERATOR_MADE]
        raw("DELETE", NOBODYS)
        assert roles(playbooks.site()) == [STORAGE_MADE]
        assert roles(playbooks.teardown()) == STAGES_REMOVED
        assert playbooks.teardown() == set()


def test_from_edits_by_hand_to_nothing(playbooks: Playbooks, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        playbooks.run("site")
        edit(raw)
        raw("DELETE", NOBODYS)
        assert roles(playbooks.teardown()) == STAGES_REMOVED


def test_from_definitions_alone(playbooks: Playbooks, raw: Raw) -> None:
    definitions: list[Object] = list(yaml.safe_load_all((manifests() / "crds.yaml").read_text()))
    raw.define(*definitions)
    with Acting(raw, HOSTS):
        for check in (["--check"], []):
            # Whose they are is for a person to say: they stay, and the end tells that they do.
            unused = "" if check else "is a definition of Rook that nobody uses"
            said = playbooks.run("teardown", *check, CONFIRMED, fails=unused)
            assert not any(differs for differs, _diff in told(said).values())
            assert playbooks.writes() == []
        assert roles(playbooks.site()) == STAGES_MADE
        assert playbooks.site() == set()
    left = {item["metadata"]["name"]: item["metadata"] for item in raw.items(DEFINITIONS)}
    for item in definitions:
        assert "labels" not in left[item["metadata"]["name"]], "they are not ours"
