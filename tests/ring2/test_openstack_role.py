# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample for OpenStack as it stands: made, seen by the inventory, made smaller, and removed.

The cloud and Kubernetes' API are real; nothing runs on the servers, so they are "reached" here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import ansible_runner
import pytest
import yaml
from acting import DEPLOYMENTS
from cloud import Cloud
from cloudruns import listing, run
from conftest import manifests
from controlplane import ControlPlane
from raw import CEPH, Object, Raw

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inventories/openstack"
SITE, GOING = "store1", "w-3"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBJh6ZVKJ0T5rUrzwmbq0lS5n6yC0QTyEPvD1h2b7GXk"
# Seconds within which a playbook has to end, on a machine with much else to do.
LIMIT = 900
CONFIRMED = {"rook_confirm": SITE}
Changed = set[str]


class Role:
    """The role, run as AWX runs it, with a copy of the sample and logins of the lab's cloud."""

    def __init__(self, cloud: Cloud, folder: Path, kubeconfig: Path) -> None:
        self._folder, self.inventory = folder, folder / "inventory"
        shutil.copytree(SAMPLE, self.inventory)
        (folder / ".ssh").mkdir()
        (folder / ".ssh/id_ed25519.pub").write_text(KEY)
        (folder / "env").mkdir()
        self._cloud: Object = yaml.safe_load(cloud.clouds.read_text())["clouds"]["member"]
        self._variables: Object = {
            "ansible_connection": "local", "ansible_python_interpreter": sys.executable,
            "rook_kubeconfig": str(kubeconfig),
        }  # fmt: skip
        self._login(folder / "clouds.yaml", "mycloud", self._cloud)

    def _login(self, path: Path, name: str, cloud: Object) -> None:
        path.write_text(yaml.safe_dump({"clouds": {name: cloud}}))
        path.chmod(0o600)
        own = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        self._environment = {
            **own, "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"), "HOME": str(self._folder),
            "OS_CLIENT_CONFIG_FILE": str(path),
        }  # fmt: skip

    def by_awx(self) -> None:
        """Log in by what AWX's own credential injects: no name, no suffix, one domain for both."""
        auth = dict(self._cloud["auth"])
        auth["domain_name"] = auth.pop("user_domain_name")
        injected = {"auth": auth, "verify": True, "region_name": self._cloud["region_name"]}
        self._login(self._folder / "env/tmp4711", "devstack", injected)
        self.edit("openstack.yml", "cloud: mycloud\n", "")
        self.edit("group_vars/all/openstack.yml", "rook_openstack_cloud: mycloud\n", "")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the inventory."""
        path = self.inventory / name
        text = path.read_text()
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new))

    def run(self, playbook: str, fails: str = "", limit: str = "", **variables: t.Any) -> Changed:
        """Run the role's part of a playbook, or what is for one host; return what changed."""
        part = {"limit": limit} if limit else {"tags": "rook_openstack"}
        hosts = [str(self.inventory), f"{limit or 'localhost'},"]
        done = ansible_runner.run(
            private_data_dir=str(self._folder), playbook=f"rookery.rook.{playbook}",
            inventory=hosts, quiet=True, timeout=LIMIT, **part,
            extravars={**self._variables, **variables}, envvars=self._environment,
        )  # fmt: skip
        said = done.stdout.read()
        ended = "failed" if fails else "successful"
        told = " ".join(said.split())
        assert done.status == ended and fails in told, (done.status, said[-6000:])
        return {
            event["event_data"]["task"].partition(" | ")[2]
            for event in done.events
            if event["event"] == "runner_on_ok" and event["event_data"]["res"].get("changed")
        }

    def hosts(self) -> Object:
        """Return the hosts with their variables, and their groups among them, by the inventory."""
        done = subprocess.run(
            ["ansible-inventory", "-i", str(self.inventory), "--list"],
            capture_output=True, text=True, timeout=LIMIT, check=False, env=self._environment,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        known: Object = found.pop("_meta")["hostvars"]
        for host, variables in known.items():
            variables["groups"] = [
                name for name, group in found.items() if host in group.get("hosts", ())
            ]
        return known


@pytest.fixture(name="role")
def _role(
    cloud: Cloud, plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> t.Iterator[Role]:
    """The role in a project to which nothing is left of it."""
    # The runner sets variables of its own environment.
    monkeypatch.setattr(os, "environ", os.environ.copy())
    folder = tmp_path / "runs"
    folder.mkdir()
    member = cloud.connect()
    before = listing(member)
    yield Role(cloud, folder, plane.folder / "admin.conf")
    run(cloud.clouds, site=SITE, state="absent", confirm=SITE)
    assert listing(member) == before


@pytest.fixture(name="osd")
def _osd(raw: Raw) -> t.Iterator[str]:
    """The path of an OSD's Deployment as Rook makes it, in a Ceph cluster of the site."""
    definitions = yaml.safe_load_all((manifests() / "crds.yaml").read_text())
    name = "cephclusters.ceph.rook.io"
    definition = next(each for each in definitions if each["metadata"]["name"] == name)
    raw.define(definition)
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "rook-ceph"}})
    labels = {
        "app.kubernetes.io/part-of": SITE, "app.kubernetes.io/managed-by": "rookery.rook",
    }  # fmt: skip
    cluster = {"apiVersion": "ceph.rook.io/v1", "kind": "CephCluster", "spec": {}}
    named = {"metadata": {"name": "rook-ceph", "labels": labels}}
    assert raw("POST", f"{CEPH}/cephclusters", {**cluster, **named})
    pod = {
        "metadata": {"labels": {"daemon": "osd-7"}},
        "spec": {
            "nodeSelector": {"kubernetes.io/hostname": GOING},
            "containers": [{"name": "osd", "image": "none"}],
        },
    }  # fmt: skip
    marks = {"app": "rook-ceph-osd", "ceph-osd-id": "7"}
    raw("POST", DEPLOYMENTS, {
        "metadata": {"name": "rook-ceph-osd-7", "labels": marks},
        "spec": {"selector": {"matchLabels": pod["metadata"]["labels"]}, "template": pod},
    })  # fmt: skip
    return f"{DEPLOYMENTS}/rook-ceph-osd-7"


MADE = {
    "Bring the project to what is declared",
    "Pin the host keys that the servers print on their consoles",
}


def test_the_sample_is_made_made_smaller_and_removed(role: Role, raw: Raw, osd: str) -> None:
    assert role.hosts() == {}
    assert role.run("site") == MADE
    made = role.hosts()
    assert set(made) == {"cp1", "w-1", "w-2", GOING}
    assert made["cp1"]["groups"] == ["kube_control_plane"]
    assert sorted(made[GOING]["groups"]) == ["kube_node", "rook_storage"]
    assert "/dev/disk/by-id/virtio-" in str(made[GOING]["rook_node_devices"])
    role.by_awx()
    assert role.hosts() == {
        host: {name: value for name, value in variables.items() if name != "rook_openstack_cloud"}
        for host, variables in made.items()
    }
    assert role.run("site") == set()
    role.edit("group_vars/all/openstack.yml", "count: 3", "count: 2")
    drained = {**CONFIRMED, "rook_openstack_drained": [f"{SITE}-{GOING}"]}
    role.run("site", f"server/{GOING}: is no longer declared, and may hold data.", **CONFIRMED)
    role.run("site", f"{GOING} has OSD 7.", **drained)
    assert set(role.hosts()) == set(made)
    raw("DELETE", osd)
    assert "Bring the project to what is declared" in role.run("site", **drained)
    assert set(role.hosts()) == set(made) - {GOING}
    assert role.run("site", **drained) == set()
    role.run("teardown", f"Set confirm (rook_confirm) to {SITE} if that is meant.")
    assert set(role.hosts()) == set(made) - {GOING}
    _refused_unless_somebody_has_looked(role)
    assert set(role.hosts()) == set(made) - {GOING}
    # As after a teardown that was interrupted: it has removed the kubeconfig before the servers.
    removed = "Remove everything of the site from the project, and prove it"
    assert removed in role.run("teardown", rook_kubeconfig="/none", **CONFIRMED)
    assert role.hosts() == {}
    assert role.run("site") == MADE
    assert removed in role.run("teardown", rook_openstack_force=True, **CONFIRMED)
    assert role.hosts() == {}
    assert role.run("teardown", **CONFIRMED) == set()


def _refused_unless_somebody_has_looked(role: Role) -> None:
    """Let teardowns in parts fail that would remove servers of which nobody knows what is there."""
    # There is a kubeconfig, and in this run nobody has asked by it what is stored on them.
    blind = "would be removed, and this run has not asked what is stored there, although"
    role.run("teardown", f"server/cp1, server/w-1, server/w-2 {blind}", **CONFIRMED)
    role.run(
        "site", "rook_openstack_state is absent, and", rook_openstack_state="absent", **CONFIRMED
    )
    # Without one it has asked none of them whether a Ceph cluster runs there.
    blind = "would be removed, and this run has not asked what is stored on cp1, w-1, w-2."
    role.run("teardown", blind, limit="localhost", rook_kubeconfig="/none", **CONFIRMED)
