# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One kubelet of three differs: check mode names it, and what it would be changed to."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from conftest import Eventually, Kubectl, Run

# Where a kubelet looks that is not told.
DEFAULT = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec"


def test_the_kubelet_itself_says_that_it_looks_elsewhere(
    kubectl: Kubectl, eventually: Eventually
) -> None:
    def elsewhere() -> list[str]:
        config = kubectl("get", "--raw", "/api/v1/nodes/w1/proxy/configz")["kubeletconfig"]
        found = config["volumePluginDir"].rstrip("/")
        return [] if found == DEFAULT else [found]

    eventually(elsewhere, 60)


def test_check_mode_names_the_node_and_no_other(runs: list[Run]) -> None:
    assert {host for _task, host in runs[-1].results("changed")} == {"w1"}


def test_check_mode_shows_what_would_be_set(runs: list[Run]) -> None:
    assert "-volumePluginDir:" not in runs[-1].text
    assert "+volumePluginDir: /var/lib/kubelet/volumeplugins" in runs[-1].text
