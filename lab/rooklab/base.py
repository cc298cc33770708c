# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The root file system that every node begins with: a small Debian server, nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rooklab import host, pieces
from rooklab.config import NODE_FILES, SUITE, Config
from rooklab.procs import Job, work

PACKAGES = (
    "ca-certificates",
    "curl",
    "dbus",
    "e2fsprogs",
    "fdisk",
    "iproute2",
    "iputils-ping",
    "kmod",
    "less",
    "netbase",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
    "udev",
)
# The address is set from outside; timers of apt would fight with roles for the dpkg lock; udev's
# default link policy would change the MAC of eth0 after boot, which leaves a stale neighbour entry
# on the machine.
MASKED = (
    "systemd/system/apt-daily-upgrade.timer",
    "systemd/system/apt-daily.timer",
    "systemd/system/console-getty.service",
    "systemd/system/e2scrub_all.timer",
    "systemd/system/e2scrub_reap.service",
    "systemd/system/systemd-network-generator.service",
    "systemd/system/systemd-networkd-wait-online.service",
    "systemd/system/systemd-networkd.service",
    "systemd/system/systemd-networkd.socket",
    "systemd/network/99-default.link",
)
_OPTIONS = (
    "--variant=minbase",
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)
_UNWANTED = (
    "etc/apt/apt.conf.d/99mmdebstrap",
    "etc/apt/sources.list",
    "etc/hostname",
    "etc/resolv.conf",
)


def build(config: Config) -> Path:
    """Return the directory of the nodes' root file system."""
    key = pieces.digest(SUITE, *PACKAGES, *MASKED, *_OPTIONS, pieces.digest_tree(NODE_FILES))
    return pieces.build(config, "nodebase", key, _make, expected=30, gib=2)


def _make(root: Path, job: Job) -> None:
    options = [*_OPTIONS, *(f"--aptopt={line}" for line in host.acquire_options())]
    include = f"--include={','.join(PACKAGES)}"
    work(job, "mmdebstrap", *options, include, SUITE, root, host.mirror())
    _settle(root)


def _settle(root: Path) -> None:
    """Make the new root a host that has just been installed, by this lab's conventions."""
    for name in (*_UNWANTED, *_relative(root, "etc/ssh/ssh_host_*")):
        (root / name).unlink(missing_ok=True)
    shutil.copytree(NODE_FILES, root, dirs_exist_ok=True)
    for name in MASKED:
        link = root / "etc" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
    for name in _relative(root, "etc/systemd/system/*.wants/systemd-networkd*"):
        (root / name).unlink()
    wants = root / "etc/systemd/system/sysinit.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / "rooklab-host.service").symlink_to("/etc/systemd/system/rooklab-host.service")
    (root / "etc/fstab").write_text("")
    (root / "srv/artefacts").mkdir()
    # Empty lists with a new date pass for fresh ones, and a role with cache_valid_time would find
    # no package.
    os.utime(root / "var/lib/apt/lists", (0, 0))


def _relative(root: Path, pattern: str) -> list[str]:
    return [str(path.relative_to(root)) for path in root.glob(pattern)]
