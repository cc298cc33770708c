# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's nodes on the real machine: two small labs of their own, made and removed by lab/lab."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import subprocess
import time
import typing as t
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
LAB = TOP / "lab" / "lab"
NAME, KILLED = "nodetest", "killtest"
SMALL = ("--control-planes", "1", "--workers", "1", "--disks", "1", "--disk-size", "256M")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="nodes, disks and networks take root")


def lab(*words: str, name: str = NAME, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one lab command to its end."""
    command = [str(LAB), words[0], "--name", name, *words[1:]]
    done = subprocess.run(command, text=True, capture_output=True, timeout=900, check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


def status(name: str = NAME) -> dict[str, t.Any]:
    """Return what lab/lab status says."""
    return json.loads(lab("status", "--json", name=name).stdout)


def on_node(node: str, command: str) -> str:
    """Run a command on a node by ssh."""
    return lab("shell", node, command).stdout.strip()


@pytest.fixture(scope="module")
def running() -> t.Iterator[None]:
    """Two nodes, and nothing of them afterwards."""
    lab("down")
    lab("up", "--nodes-only", *SMALL)
    yield
    lab("down")


@pytest.fixture
def killable() -> t.Iterator[str]:
    """The name of a lab that tests kill; removed afterwards, whatever state it is in."""
    lab("down", name=KILLED)
    yield KILLED
    lab("down", name=KILLED)


@pytest.mark.usefixtures("running")
class TestRunningNodes:
    """What a role may rely on."""

    @pytest.mark.parametrize("node", ["cp1", "w1"])
    def test_systemd_reaches_running(self, node: str) -> None:
        assert on_node(node, "systemctl is-system-running") == "running"

    def test_worker_has_its_disk_by_id(self) -> None:
        assert on_node("w1", "test -b /dev/disk/by-id/rooklab-disk0 && echo there") == "there"

    def test_control_plane_has_no_disk(self) -> None:
        assert on_node("cp1", "ls -A /dev/disk/by-id 2>/dev/null || echo none") == "none"

    def test_disk_has_the_size_asked_for(self) -> None:
        size = on_node("w1", "blockdev --getsize64 /dev/disk/by-id/rooklab-disk0")
        assert int(size) == 256 << 20

    def test_disk_is_blank(self) -> None:
        read = "cmp -n 268435456 /dev/zero /dev/disk/by-id/rooklab-disk0 && echo blank"
        assert on_node("w1", read) == "blank"

    @pytest.mark.parametrize("program", ["kubelet", "kubeadm", "containerd", "runc", "ceph"])
    def test_host_is_bare_of(self, program: str) -> None:
        assert on_node("w1", f"command -v {program} || echo none") == "none"

    def test_nodes_know_each_other_by_name(self) -> None:
        assert on_node("w1", "getent hosts cp1").split() == [_address("cp1"), "cp1"]

    def test_packages_come_from_the_local_source_only(self) -> None:
        sources = on_node(
            "w1", "apt-get update -q >/dev/null; apt-get indextargets --format '$(URI)'"
        )
        assert {line.split("/")[0] for line in sources.splitlines()} == {"file:"}

    @pytest.mark.parametrize("package", ["containerd", "conntrack", "lvm2", "iptables", "gdisk"])
    def test_package_is_installable(self, package: str) -> None:
        done = on_node(
            "w1", f"apt-get update -q >/dev/null; apt-get install -s -q {package} | tail -1"
        )
        assert done.startswith("Conf ")

    def test_artefacts_are_read_only(self) -> None:
        assert on_node("w1", "touch /srv/artefacts/x 2>/dev/null || echo refused") == "refused"

    def test_kubelet_sysctls_are_not_the_machine_s(self) -> None:
        before = Path("/proc/sys/kernel/panic").read_text()
        on_node("w1", "echo 77 > /proc/sys/kernel/panic")
        assert Path("/proc/sys/kernel/panic").read_text() == before

    def test_kubelet_sees_the_sysctls_it_wants(self) -> None:
        assert (
            on_node("cp1", "cat /proc/sys/kernel/panic /proc/sys/vm/overcommit_memory") == "10\n1"
        )

    def test_root_is_a_shared_mount(self) -> None:
        assert on_node("w1", "findmnt -n -o PROPAGATION /") == "shared"

    def test_reboot_changes_boot_id(self) -> None:
        before = on_node("w1", "cat /proc/sys/kernel/random/boot_id")
        lab("reboot", "w1")
        assert on_node("w1", "cat /proc/sys/kernel/random/boot_id") != before

    def test_data_on_a_disk_survive_a_reboot(self) -> None:
        disk = "/dev/disk/by-id/rooklab-disk0"
        on_node("w1", f"printf kept | dd of={disk} bs=512 seek=9 conv=sync,fsync status=none")
        lab("reboot", "w1")
        try:
            assert (
                on_node("w1", f"dd if={disk} bs=512 skip=9 count=1 status=none | head -c 4")
                == "kept"
            )
        finally:
            on_node("w1", f"dd if=/dev/zero of={disk} bs=512 seek=9 count=1 conv=fsync status=none")

    def test_inventory_names_groups_hosts_and_devices(self) -> None:
        inventory = Path(lab("inventory", "--path").stdout.strip())
        done = subprocess.run(
            ["ansible-inventory", "-i", str(inventory), "--list"],
            capture_output=True,
            text=True,
            check=True,
        )
        data = json.loads(done.stdout)
        groups = {name: data[name]["hosts"] for name in _GROUPS}
        assert groups == {
            "kube_control_plane": ["cp1"],
            "kube_node": ["w1"],
            "rook_storage": ["w1"],
        }
        devices = data["_meta"]["hostvars"]["w1"]["rook_node_devices"]
        assert devices == ["/dev/disk/by-id/rooklab-disk0"]

    def test_second_up_changes_nothing(self) -> None:
        before = _traces()
        done = lab("up", "--nodes-only", *SMALL)
        assert "(0 made, 0 started," in done.stderr
        assert _traces() == before

    def test_fewer_workers_are_refused(self) -> None:
        done = lab("up", "--nodes-only", "--workers", "0", check=False)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "--workers 0 is fewer than lab 'nodetest' has (1)" in done.stderr


_GROUPS = ("kube_control_plane", "kube_node", "rook_storage")


def _address(node: str) -> str:
    return next(host["address"] for host in status()["nodes"] if host["name"] == node)


def _output(*command: str) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def _processes(name: str) -> set[str]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "cgroup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if re.search(rf"/lxc\.\w+\.{name}\.", text):
            found.add(entry.name)
    return found


def _links(bridge: str) -> set[str]:
    lines = [line for line in _output("ip", "-o", "link", "show") if bridge in line.split()]
    names = {line.split(": ")[1].split("@")[0] for line in lines}
    own = {
        line.split(": ")[1] for line in _output("ip", "-o", "link", "show") if f" {bridge}:" in line
    }
    return names | own


def _present(name: str, bridge: str) -> dict[str, set[str]]:
    """Return what of a lab the machine shows, asked without the lab's own code."""
    mark = f"rooklab:{name}"
    return {
        "process": _processes(name),
        "link": _links(bridge),
        "rule": {line for line in _output("iptables-save") if mark in line},
        "loop": {line for line in _output("losetup", "-a") if f"/{name}/" in line},
        "loop number": {f"loop{number}" for number in _loop_numbers() if number >= 1000},
        "control group": _control_groups(name),
    }


def _control_groups(name: str) -> set[str]:
    """Return the control groups of a lab; others come and go meanwhile."""
    found = ((top, each) for top, names, _files in os.walk("/sys/fs/cgroup") for each in names)
    return {f"{top}/{each}" for top, each in found if fnmatch.fnmatch(each, f"lxc.*.{name}.*")}


def _loop_numbers() -> set[int]:
    return {int(path.name[4:]) for path in Path("/sys/block").glob("loop*")}


def _traces() -> dict[str, t.Any]:
    top = Path(lab("inventory", "--path").stdout.strip()).parent
    files = {str(file): file.stat().st_mtime_ns for file in top.rglob("inventory/*")}
    files |= {str(file): file.stat().st_mtime_ns for file in top.glob("*") if file.is_file()}
    files |= {str(file): file.stat().st_mtime_ns for file in top.glob("nodes/*/config")}
    bridge = _bridge(NAME)
    present = _present(NAME, bridge)
    return {
        "files": files,
        "links": present["link"],
        "rules": present["rule"],
        "loops": present["loop"],
    }


def _bridge(name: str) -> str:
    return f"rooklab{status(name)['network'].split('.')[2]}"


@pytest.fixture(scope="module")
def taken_down() -> dict[str, dict[str, set[str]]]:
    """What a lab had on the machine while it was up, and what of that is still there after it."""
    name = "downtest"
    lab("down", name=name)
    before = _present(name, "none")
    lab("up", "--nodes-only", *SMALL, name=name)
    bridge = _bridge(name)
    lab("shell", "w1", "systemd-run --quiet sleep 1000", name=name)
    during = _present(name, bridge)
    lab("down", name=name)
    after = _present(name, bridge)
    ours = {kind: during[kind] - before[kind] for kind in during}
    return {"ours": ours, "left": {kind: ours[kind] & after[kind] for kind in ours}}


KINDS = ("process", "link", "rule", "loop", "loop number", "control group")


@pytest.mark.parametrize("kind", KINDS)
def test_down_leaves_no(kind: str, taken_down: dict[str, dict[str, set[str]]]) -> None:
    assert taken_down["ours"][kind], "the lab had none of these: the test would prove nothing"
    assert taken_down["left"][kind] == set()


def test_down_says_what_it_proved(killable: str) -> None:
    lab("up", "--nodes-only", *SMALL, name=killable)
    folder = Path(lab("inventory", "--path", name=killable).stdout.strip()).parent
    (folder / "kubeconfig").write_text("of a cluster on these nodes")
    assert "none of its processes, mounts, loop devices" in lab("down", name=killable).stderr
    assert not folder.exists()


def test_down_without_a_lab_is_no_fault(killable: str) -> None:
    assert "nothing to take down" in lab("down", name=killable).stderr


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.6, 1.2, 2.0])
def test_up_finishes_what_a_killed_up_began(seconds: float, killable: str) -> None:
    command = [str(LAB), "up", "--name", killable, "--nodes-only", *SMALL]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    first.kill()
    first.wait()
    lab("up", "--nodes-only", *SMALL, name=killable)
    assert [node["state"] for node in status(killable)["nodes"]] == ["RUNNING", "RUNNING"]


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6])
def test_down_finishes_what_a_killed_down_began(seconds: float, killable: str) -> None:
    lab("up", "--nodes-only", *SMALL, name=killable)
    bridge = _bridge(killable)
    first = subprocess.Popen([str(LAB), "down", "--name", killable], stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    first.kill()
    first.wait()
    lab("down", name=killable)
    present = _present(killable, bridge)
    # Loop numbers without a device behind them may be another lab's.
    assert [kind for kind in KINDS if present[kind] and kind != "loop number"] == []
