# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt and dpkg say is read right."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._host import packages

DPKG = (
    "runc\tii \t1.1.15\nold\trc \t1.0\nheld\thi \t2.0\nhalf\tiH \t3.0\ngoing\tri \t4.0\n"
    "broken\tiiR\t5.0\nbroken line\n"
)


def test_only_installed_packages_count_and_those_on_hold_do() -> None:
    installed = {"runc": "1.1.15", "held": "2.0", "going": "4.0", "broken": "5.0"}
    assert packages.installed(DPKG) == installed


def test_a_simulation_names_what_would_come_and_go() -> None:
    text = "Inst runc (1.1 Debian)\nInst containerd [1.6] (1.7 Debian)\nConf runc\nPurg old [1]\n"
    assert packages.named(text, "Inst") == ["runc", "containerd"]
    assert packages.named(text, "Purg") == ["old"]


def test_a_version_may_leave_its_end_open() -> None:
    present = {"kubelet": "1.34.4-1.1", "runc": "1.1"}
    wanted = ["kubelet=1.34.4-*", "kubelet=1.34.5-*", "runc", "socat"]
    assert packages.missing(wanted, present) == ["kubelet=1.34.5-*", "socat"]
