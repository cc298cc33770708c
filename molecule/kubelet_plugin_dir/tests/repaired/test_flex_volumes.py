# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubelet finds the driver: the pod that waited runs, and what a volume lacks is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from conftest import INVENTORY
from failures.record import record

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import volumes

if t.TYPE_CHECKING:
    from conftest import Eventually, Kubectl

# A mount that failed is tried again after two minutes at most.
SECONDS = 150
NAME = "cluster_name_missing"
MODULE = "rookery.rook.rook_diagnose"


def runs(kubectl: Kubectl, name: str) -> t.Callable[[], list[str]]:
    """Return what tells that a pod does not run yet."""

    def ask() -> list[str]:
        found = volumes.state(kubectl, name)
        return [] if found == "Running" else [found, *volumes.failures(kubectl, name)]

    return ask


def diagnosed(lab: dict[str, t.Any]) -> list[str]:
    """Return what rook_diagnose says of the cluster, for the release of the article."""
    kubeconfig = f"{lab['lab_directory']}/kubeconfig"
    words = {"kubeconfig": kubeconfig, "namespace": "default", "version": "0.7"}
    command = ["ansible", "localhost", "-i", str(INVENTORY), "-m", MODULE]
    done = subprocess.run(
        [*command, "-a", json.dumps(words)],
        capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "ANSIBLE_CALLBACK_RESULT_FORMAT": "json", "ANSIBLE_NOCOLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout[done.stdout.index("{") :])
    return t.cast("list[str]", found["lines"])


def test_plugin_dir_unset(kubectl: Kubectl, eventually: Eventually) -> None:
    """The pod that waited starts by itself."""
    eventually(runs(kubectl, "web"), SECONDS)
    record("plugin_dir_unset", "cured", ("kubectl get pod web", "web   1/1   Running"))


def test_cluster_name_missing(
    kubectl: Kubectl, eventually: Eventually, lab: dict[str, t.Any], tmp_path: Path
) -> None:
    """The driver refuses a volume without it; the diagnosis names it, and with it a pod runs."""
    volumes.create(kubectl, tmp_path, volumes.pod("shop", fsName="myfs"))

    def unsaid() -> list[str]:
        said = volumes.failures(kubectl, "shop")
        known = "mount command failed, status: Failure, reason: Rook: Attach filesystem myfs failed"
        return [] if any(known in each for each in said) else [*said, "not yet"]

    eventually(unsaid, SECONDS)
    record(
        NAME, "old",
        (volumes.ASKED.format("shop"), volumes.failures(kubectl, "shop")[0]),
        ("kubectl get pod shop", f"shop   0/1   {volumes.state(kubectl, 'shop')}"),
    )  # fmt: skip
    # There is no Rook here, which is told too.
    lines = [line for line in diagnosed(lab) if "FLEX" in line]
    assert len(lines) == 1 and "Add clusterName (until 0.7)" in lines[0], lines
    record(NAME, "told", (f"ansible localhost -m {MODULE} -a version=0.7", lines[0]))
    cured = volumes.pod("cart", fsName="myfs", clusterName="rook-ceph")
    volumes.create(kubectl, tmp_path, cured)
    eventually(runs(kubectl, "cart"), SECONDS)
    record(NAME, "cured", ("kubectl get pod cart    # with clusterName", "cart   1/1   Running"))
