# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look for anything that a lab has left on the machine."""

from __future__ import annotations

import re
import time
from pathlib import Path

from rooklab import network, sysctl
from rooklab.config import RUNTIME, Config
from rooklab.files import mounts_below
from rooklab.model import Lab
from rooklab.procs import run

_SETTLE_SECONDS = 60


def settled(config: Config, lab: Lab) -> list[str]:
    """Return what is left of a lab once its last processes have had the time to end."""
    end = time.monotonic() + _SETTLE_SECONDS
    while (found := find(config, lab)) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def find(config: Config, lab: Lab) -> list[str]:
    """Return one sentence for each thing of this lab that still exists."""
    found = [f"process {pid} ({name})" for pid, name in processes(config, lab)]
    found += [f"mount point {point}" for point in mounts_below(config.lab)]
    found += [f"loop device {line.split(':')[0]}" for line in _loops(config, lab)]
    found += [f"network link {name}" for name in _links(lab)]
    found += [f"packet filter rule {rule}" for rule in _rules(lab)]
    found += [f"control group {group}" for group in control_groups(lab)]
    places = (config.nodes, config.inventory, config.state, RUNTIME / lab.bridge)
    found += [f"path {path}" for path in places if path.exists()]
    if not list(RUNTIME.glob("rooklab*")):
        found += [f"changed limit {name}" for name in sysctl.saved()]
    return found


def processes(config: Config, lab: Lab) -> list[tuple[int, str]]:
    """Return the processes in a lab's containers, and those that serve them from outside."""
    inside = re.compile(rf"/lxc\.(?:payload|monitor)\.{re.escape(lab.name)}\.")
    outside = (f"{config.nodes}", f"{RUNTIME}/{lab.bridge}/")
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            groups = (entry / "cgroup").read_text()
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            name = (entry / "comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # A zombie has no command line and no resources; its parent has still to notice.
        if words and (inside.search(groups) or any(path in words for path in outside)):
            found.append((int(entry.name), name))
    return found


def control_groups(lab: Lab) -> list[Path]:
    """Return the control groups of a lab's containers, in every hierarchy."""
    top = Path("/sys/fs/cgroup")
    patterns = [
        f"{deep}lxc.{kind}.{lab.name}.*" for deep in ("", "*/") for kind in ("payload", "monitor")
    ]
    return sorted(path for pattern in patterns for path in top.glob(pattern) if path.is_dir())


def _loops(config: Config, lab: Lab) -> list[str]:
    lines = run("losetup", "-a").stdout.splitlines()
    own = {f"/dev/loop{loop}" for node in lab.nodes for loop in node.loops}
    return [line for line in lines if line.split(":")[0] in own or f"{config.lab}/" in line]


def _links(lab: Lab) -> list[str]:
    lines = run("ip", "-o", "link", "show").stdout.splitlines()
    return [line.split(": ")[1] for line in lines if re.search(rf"\b{lab.bridge}\b", line)]


def _rules(lab: Lab) -> list[str]:
    lines = run("iptables-save").stdout.splitlines()
    return [
        line
        for line in lines
        if line.startswith("-A") and network.comment(lab) in line.replace('"', "").split()
    ]
