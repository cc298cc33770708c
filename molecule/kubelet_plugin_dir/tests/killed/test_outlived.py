# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run gets kill -9 while kubeadm begins the cluster; the next one, at once, takes that over.

kubeadm lives on. To reset what it is just making would destroy it; to wait for it is enough.
"""

from __future__ import annotations

import os
import subprocess
import time
import typing as t
from pathlib import Path

from conftest import INVENTORY, kill

if t.TYPE_CHECKING:
    from testinfra.host import Host

testinfra_hosts = ["ansible://cp1"]
COMMAND = ("ansible-playbook", "-i", INVENTORY, Path(__file__).parents[2] / "converge.yml")
AUTHORITY, LOCK = "/etc/kubernetes/pki/ca.crt", "/run/rookery-kubernetes.lock"
SECONDS, LONGER = 600, 30
AWAY = "< /dev/null > /dev/null 2>&1 &"


def start() -> subprocess.Popen[str]:
    """Start the playbook; what it says has no log of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "ANSIBLE_LOG_PATH"}
    return subprocess.Popen(
        [*map(str, COMMAND)], env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def begins(host: Host) -> bool:
    """Tell whether kubeadm is at work and has made the cluster's authority."""
    return host.run(f"pgrep --exact kubeadm && test -s {AUTHORITY}").rc == 0


def test_the_next_run_waits_for_what_a_killed_one_began(host: Host) -> None:
    with start() as process:
        end = time.monotonic() + SECONDS
        while not begins(host):
            assert process.poll() is None and time.monotonic() < end, "kubeadm did not begin"
            time.sleep(0.2)
        kill(process)
    assert begins(host), "kubeadm ended with the run: what this test is about did not come about"
    # Here it is too quick to be met by the next run.
    host.check_output(f"pkill -STOP -x kubeadm; (sleep {LONGER}; pkill -CONT -x kubeadm) {AWAY}")
    authority = host.file(AUTHORITY).content_string
    with start() as process:
        said, _nothing = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said[-4000:]
    assert host.file(AUTHORITY).content_string == authority
    assert not host.file(LOCK).exists
