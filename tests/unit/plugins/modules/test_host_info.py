# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host tells what it is; what it does not tell is left out."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System
from ansible_collections.rookery.rook.plugins.modules import host_info
from barehost import BareHost
from diskhost import call

Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BareHost:
    host = BareHost(tmp_path)
    monkeypatch.setattr(host_info, "System", lambda: host)
    return host


@pytest.fixture(name="run")
def _run(host: BareHost, capsys: pytest.CaptureFixture[str]) -> Run:
    assert host
    return functools.partial(call, capsys, host_info)


def test_what_the_kernel_says_is_told(run: Run, host: BareHost) -> None:
    host.put("proc/sys/kernel/osrelease", "5.14.0-427.el9.x86_64\n")
    host.put("proc/sys/fs/aio-max-nr", "65536\n")
    host.put("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1024 0 -2\n")
    host.put("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n")
    host.put("proc/cpuinfo", "processor\t: 0\nmodel name : x\nprocessor\t: 1\n")
    host.put("sys/class/dmi/id/sys_vendor", "OpenStack Foundation\n")
    host.put("sys/class/dmi/id/product_name", "OpenStack Nova\n")
    told = run()["system"]
    assert told["kernel"] == "5.14.0-427.el9.x86_64"
    assert (told["aio_max_nr"], told["swap_bytes"]) == (65536, 1048576)
    assert (told["memory_bytes"], told["cores"]) == (16777216, 2)
    assert told["vendor"] == "OpenStack Foundation OpenStack Nova"
    assert host.did == []


def test_programs_and_udev_are_looked_for(run: Run, host: BareHost) -> None:
    before = run()["system"]
    assert (before["programs"]["lvm"], before["udev"]) == (False, False)
    host.put("usr/sbin/lvm", "", 0o755)
    host.put("run/udev/data/b8:0", "")
    told = run()["system"]
    assert (told["programs"]["lvm"], told["udev"]) == (True, True)


@pytest.mark.parametrize(
    ("files", "version"),
    [(["cgroup.controllers"], 2), (["memory/tasks"], 1), (["cpu/tasks"], 1), ([], None)],
)
def test_the_version_of_control_groups_is_told(
    run: Run, host: BareHost, files: list[str], version: int | None
) -> None:
    for name in files:
        host.put(f"sys/fs/cgroup/{name}", "")
    assert run()["system"].get("cgroup") == version


@pytest.mark.parametrize(
    ("group", "in_a_pod"),
    [
        ("0::/kubepods.slice/kubepods-burstable.slice/kubepods-pod1.slice/cri-containerd-2", True),
        ("5:memory:/kubepods/burstable/pod1/2\n0::/", True),
        ("0::/kubelet.slice/kubelet-kubepods.slice/pod1", True),
        ("0::/system.slice/ceph-osd@1.service", False),
        ("0::/lxc.payload.w1/kubepods.slice/pod1", False),
        ("", False),
    ],
)
def test_ceph_daemons_of_pods_are_told(
    run: Run, host: BareHost, group: str, in_a_pod: bool
) -> None:
    for pid, name in ((7, "ceph-osd"), (12, "ceph-mon"), (20, "ceph-mgr"), (3, "sleep")):
        host.process(pid, f"/usr/bin/{name}", "--fsid", "1")
        host.put(f"proc/{pid}/cgroup", f"{group}\n")
    told = run()["system"]["ceph_daemons"]
    assert told == (["ceph-osd (process 7)", "ceph-mon (process 12)"] if in_a_pod else [])


@pytest.mark.parametrize(("text", "state"), [("1", "enforcing"), ("0\n", "permissive")])
def test_selinux_is_told(run: Run, host: BareHost, text: str, state: str) -> None:
    assert run()["system"]["selinux"] == ""
    host.put("sys/fs/selinux/enforce", text)
    assert run()["system"]["selinux"] == state


@pytest.mark.parametrize(("limit", "told"), [("infinity", "infinity"), ("1048576", 1048576)])
def test_the_limit_of_a_runtime_that_is_there_is_told(
    run: Run, host: BareHost, limit: str, told: t.Any
) -> None:
    assert "limit_nofile" not in run()["system"]
    host.unit("containerd", LimitNOFILE=limit)
    host.unit("docker", LoadState="not-found", LimitNOFILE="524288")
    assert run()["system"]["limit_nofile"] == {"containerd": told}


@pytest.mark.parametrize(("word", "kept"), [("yes", True), ("no", False)])
def test_who_keeps_the_clock_is_told(run: Run, host: BareHost, word: str, kept: bool) -> None:
    host.answers["timedatectl"] = lambda _words: (0, f"{word}\n")
    host.unit("chrony.service", ActiveState="active")
    assert run()["system"]["clock"] == {"service": "chrony", "synchronized": kept}


def test_a_clock_of_which_nothing_is_known_is_not_called_kept(run: Run) -> None:
    assert run()["system"]["clock"] == {"service": ""}


def test_a_place_is_told_with_its_mount_and_room(run: Run, host: BareHost) -> None:
    host.put("srv/osd/.keep", "")
    host.put(
        "proc/1/mountinfo",
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:17 / /srv/osd rw - xfs /dev/sdb1 rw\n",
    )
    places = run(places=["/srv/osd", "/srv/other"])["system"]["places"]
    assert (places["/srv/osd"]["exists"], places["/srv/osd"]["mount"]) == (True, "/srv/osd")
    assert (places["/srv/other"]["exists"], places["/srv/other"]["mount"]) == (False, "/")
    assert places["/srv/osd"]["size_bytes"] >= places["/srv/osd"]["free_bytes"] > 0


def test_this_very_machine_can_be_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(host_info, "System", System)
    result = call(capsys, host_info)
    assert result["changed"] is False
    assert {"kernel", "arch", "memory_bytes", "cores", "places"} <= set(result["system"])


def test_a_place_whose_disk_or_server_is_gone_is_told(run: Run, host: BareHost) -> None:
    host.answers["find"] = lambda _words: (124, "no end")
    told = run(places=["/srv/osd"])["msg"]
    assert "Failed to look into directory /srv/osd: it does not answer within 45 s" in told
    assert host.limits["find"] == 45
