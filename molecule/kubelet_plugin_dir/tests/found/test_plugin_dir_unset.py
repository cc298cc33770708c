# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The old way: a driver is where one kubelet does not look, and a pod there waits for ever."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

from failures.record import record

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import volumes

if t.TYPE_CHECKING:
    from conftest import Eventually, Kubectl, Run

NAME, SECONDS = "plugin_dir_unset", 90


def test_plugin_dir_unset(
    kubectl: Kubectl, eventually: Eventually, runs: list[Run], tmp_path: Path
) -> None:
    """The kubelet says what it said in 2018; check mode says what would be set, and where."""
    pod = volumes.pod("web", fsName="myfs", clusterName="rook-ceph")
    volumes.create(kubectl, tmp_path, pod)

    def unsaid() -> list[str]:
        said = volumes.failures(kubectl, "web")
        return (
            [] if any("no volume plugin matched" in each for each in said) else [*said, "not yet"]
        )

    def otherwise() -> list[str]:
        found = volumes.state(kubectl, "web")
        return [] if found == "ContainerCreating" else [found]

    eventually(unsaid, SECONDS)
    # The kubelet tells the pod's status beside the event, in any order.
    eventually(otherwise, SECONDS)
    record(
        NAME, "old",
        (volumes.ASKED.format("web"), volumes.failures(kubectl, "web")[0]),
        ("kubectl get pod web", "web   0/1   ContainerCreating"),
    )  # fmt: skip
    lines = [line for line in runs[-1].lines if "olumePluginDir" in line or "changed: [" in line]
    record(NAME, "told", ("ansible-playbook converge.yml --check --diff", "\n".join(lines)))
