# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks in use: site.yml stops before the first change, and the way back leaves them alone."""

from __future__ import annotations

import re
import subprocess
import typing as t
from pathlib import Path

import pytest

if t.TYPE_CHECKING:
    from testinfra.host import Host

testinfra_hosts = ["ansible://rook_storage"]
ROOT = Path(__file__).resolve().parents[4]
DISK = "/dev/disk/by-id/rooklab-disk0"
FSID = "11111111-2222-4333-8444-555555555555"


def said_by(playbook: str) -> str:
    """Run a playbook that has to fail, and return what it said without line breaks."""
    done = subprocess.run(
        ["ansible-playbook", "-i", str(ROOT / "inventories/lab"), str(ROOT / playbook)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    return " ".join((done.stdout + done.stderr).split())


@pytest.fixture(scope="module", name="site")
def _site() -> str:
    return said_by("playbooks/site.yml")


@pytest.fixture(scope="module", name="release")
def _release() -> str:
    return said_by("molecule/node_refuses_used_disk/release.yml")


def test_the_file_system_is_named_with_variable_host_disk_and_way_out(site: str) -> None:
    assert f"rook_node_devices[0] of w1 ({DISK}): it is not blank: it holds ext4 (DISK-02)." in site
    assert "wipe it with rookery.rook.disk_wipe; its data is then lost" in site


def test_the_last_copy_of_a_label_is_an_osd_of_the_cluster_it_names(site: str) -> None:
    assert f"rook_node_devices[0] of w2 ({DISK}): it holds an OSD of another Ceph cluster" in site
    assert FSID in site


def test_the_host_with_a_blank_disk_is_not_blamed(site: str) -> None:
    assert "rook_node_devices[0] of w3" not in site


@pytest.mark.parametrize("run", ["site", "release"])
def test_nothing_was_changed_anywhere(run: str, request: pytest.FixtureRequest) -> None:
    recap = request.getfixturevalue(run).rpartition("PLAY RECAP")[2]
    assert set(re.findall(r"changed=(\d+)", recap)) == {"0"}


def test_the_way_back_refuses_both_disks_and_names_the_variable(release: str) -> None:
    assert f"Device/{DISK}: it holds ext4, and nothing says that it is this site's" in release
    assert f"it holds an OSD of Ceph cluster {FSID}" in release
    assert "rook_node_ceph_fsid" in release


@pytest.mark.parametrize("path", ["/etc/rookery", "/var/lib/rook", "/etc/kubernetes"])
def test_a_host_still_lacks(host: Host, path: str) -> None:
    assert not host.file(path).exists


def test_the_data_are_still_there(host: Host, site: str, release: str) -> None:
    held = {
        "w1": ("debugfs -R 'cat /letter'", "do not lose this"),
        "w2": ("tail -c +1073741825 {disk} | head -c 22 #", "bluestore block device"),
        "w3": ("cmp -n 67108864 /dev/zero", ""),
    }
    command, words = held[host.check_output("hostname")]
    assert host.check_output(f"{command.format(disk=DISK)} {DISK}").strip() == words
