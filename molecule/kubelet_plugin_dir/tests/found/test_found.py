# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One kubelet differs: check mode names it, and a site that leaves the choice open is refused."""

from __future__ import annotations

import subprocess
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from conftest import Kubectl, Run

ROOT = Path(__file__).resolve().parents[4]
CONVERGE = ROOT / "molecule/kubelet_plugin_dir/converge.yml"


def test_the_kubelet_itself_says_that_it_looks_elsewhere(
    kubectl: Kubectl, eventually: t.Callable[..., None]
) -> None:
    def elsewhere() -> list[str]:
        config = kubectl("get", "--raw", "/api/v1/nodes/w1/proxy/configz")["kubeletconfig"]
        found = config["volumePluginDir"]
        return [] if found == "/var/lib/elsewhere" else [found]

    eventually(elsewhere, 60)


def test_check_mode_names_the_node_and_no_other(runs: list[Run]) -> None:
    assert {host for _task, host in runs[-1].results("changed")} == {"w1"}


def test_without_a_wanted_directory_the_difference_is_refused() -> None:
    done = subprocess.run(
        [
            "ansible-playbook", "-i", str(ROOT / "inventories/lab"), str(CONVERGE),
            "-e", "rook_kubelet_volume_plugin_dir=",
        ],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode != 0, done.stdout
    said = " ".join((done.stdout + done.stderr).split())
    for word in ("w1", "/var/lib/elsewhere", "/var/lib/kubelet/volumeplugins"):
        assert word in said
