# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teardowns that do not see the Ceph cluster by the API take nothing from under it."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t

import pytest
from conftest import INVENTORY, ROOT

if t.TYPE_CHECKING:
    from conftest import Eventually

HOSTS = ("localhost", "cp1", "w1", "w2", "w3")
RUNNING = re.compile(r"A Ceph cluster runs in pods of w1, .*? ceph-(?:mon|osd) \(process \d+\)")
SECONDS = 120


@pytest.mark.parametrize(
    "mistaken",
    [
        {"rook_confirm": "lab", "rook_kubeconfig": "/nonexistent/kubeconfig"},
        {"rook_confirm": "other", "rook_site": "other"},
    ],
    ids=["no kubeconfig", "another site"],
)
def test_it_is_refused_with_the_daemons_that_run(mistaken: dict[str, str]) -> None:
    given = {**mistaken, "_rook_common_looks": {"retries": 1, "delay": 0}}
    done = subprocess.run(
        ["ansible-playbook", "-i", str(INVENTORY), str(ROOT / "playbooks/teardown.yml"),
         "--extra-vars", json.dumps(given)],
        capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = " ".join(done.stdout.split())
    assert done.returncode != 0 and RUNNING.search(said), said
    changed = {host: re.search(rf"{host} : ok=\d+ changed=(\d+)", said) for host in HOSTS}
    assert {host: found and found[1] for host, found in changed.items()} == dict.fromkeys(
        HOSTS, "0"
    ), said


def test_the_cluster_is_as_healthy_as_before(
    complaints: t.Callable[[], list[str]], eventually: Eventually
) -> None:
    eventually(complaints, SECONDS)
