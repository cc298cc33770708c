# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One kubelet was restarted, and the others are the processes that they were."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from testinfra.host import Host

testinfra_hosts = ["ansible://kube_control_plane", "ansible://kube_node"]


def test_only_the_kubelet_that_differed_is_another_process(host: Host) -> None:
    name = host.backend.host
    before = (Path(os.environ["ANSIBLE_LOG_PATH"]).parent / f"kubelet-of-{name}").read_text()
    now = host.check_output("systemctl show kubelet --property=MainPID --value")
    assert (now != before) is (name == "w1")
