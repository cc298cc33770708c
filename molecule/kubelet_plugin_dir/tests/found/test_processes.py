# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep which kubelets run before the repair, for the tests after it."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from testinfra.host import Host

testinfra_hosts = ["ansible://kube_control_plane", "ansible://kube_node"]


def test_a_kubelet_runs_and_its_process_is_kept(host: Host) -> None:
    process = host.check_output("systemctl show kubelet --property=MainPID --value")
    assert int(process) > 1
    place = Path(os.environ["ANSIBLE_LOG_PATH"]).parent / f"kubelet-of-{host.backend.host}"
    place.write_text(process)
