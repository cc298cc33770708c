# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab needs from the machine it runs on."""

from __future__ import annotations

import os
import platform
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from rooklab.config import Config
from rooklab.errors import LabError
from rooklab.locks import locked
from rooklab.procs import Job, run, work
from rooklab.say import announce

PACKAGES = (
    "apt-utils",
    "debian-archive-keyring",
    "dpkg-dev",
    "iproute2",
    "iptables",
    "lxc",
    "mmdebstrap",
    "openssh-client",
)
_MIRROR = re.compile(
    r"^(?:deb\s+(?:\[[^]]*\]\s+)?|URIs:\s*)(mirror\+file:\S+|\S+/debian/?)(?:\s|$)",
    re.MULTILINE,
)
# A line of apt's list of mirrors: an address, and what else is to be known of it.
_LISTED = re.compile(r"^\s*([^#\s]\S*/debian/?)(?:\s|$)", re.MULTILINE)
_ACQUIRE = re.compile(
    r'^Acquire::(?:https?::\S+|Check-Date|Check-Valid-Until) ".+";$', re.MULTILINE
)


def need_root() -> None:
    """Refuse to go on without the rights that nodes, disks and networks take."""
    if os.geteuid():
        raise LabError(
            f"user id {os.geteuid()} may not make nodes, disks and networks: run the command as "
            "root"
        )


def need_amd64() -> None:
    """Refuse to go on where neither the programs nor the images would fit."""
    if platform.machine() != "x86_64":
        raise LabError(
            f"this machine is {platform.machine()}, and the lab's programs and images are for "
            "amd64 only: run the command on such a machine"
        )


def missing_packages() -> list[str]:
    """Return the packages of PACKAGES that are not installed."""
    if not shutil.which("dpkg-query"):
        raise LabError(
            "this machine has no dpkg-query: the lab runs on Debian and its relatives only"
        )
    query = run(
        "dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *PACKAGES, check=False
    )
    have = {line.split()[0] for line in query.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in PACKAGES if name not in have]


def ensure_packages(config: Config) -> None:
    """Install what the lab calls, and say so."""
    missing = missing_packages()
    if not missing:
        return
    announce(f"installing packages on this machine: {' '.join(missing)}")
    with locked(config.locks / "packages.lock") as lock:
        job = Job("installing packages", config.logs / "packages.log", lock, 60, False)
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        install = ("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing)
        work(job, "apt-get", "update", "-q", env=env)
        work(job, *install, env=env)


def find_mirror(texts: list[str]) -> str | None:
    """Return the first Debian archive that apt sources name, be it in a list of mirrors."""
    for text in texts:
        for match in _MIRROR.finditer(text):
            found = _listed(match[1]) if match[1].startswith("mirror+file:") else match[1]
            if found:
                return found
    return None


def _listed(uri: str) -> str | None:
    """Return the first Debian archive in the list of mirrors that a file of this machine is."""
    path = Path(urlsplit(uri).path)
    match = _LISTED.search(path.read_text(errors="replace")) if path.is_file() else None
    return match[1] if match else None


def mirror() -> str:
    """Return the Debian archive that this machine's own apt uses."""
    files = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    found = os.environ.get("ROOKLAB_MIRROR") or find_mirror(
        [file.read_text(errors="replace") for file in files if file.is_file()]
    )
    if not found:
        raise LabError(
            "no Debian archive is named in /etc/apt: set ROOKLAB_MIRROR to the address of one "
            "that serves the suite of the nodes"
        )
    return found


def acquire_options() -> list[str]:
    """Return how this machine's apt gets at its archive: proxies, certificates, clock checks."""
    return _ACQUIRE.findall(run("apt-config", "dump").stdout)
