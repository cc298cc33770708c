# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Root file systems of the lab's images, made of Debian packages."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from rooklab import host, pieces
from rooklab.config import SUITE, TOP, Config
from rooklab.errors import LabError
from rooklab.procs import Job, run, work

FILES = TOP / "lab" / "images"
# The only suite whose Ceph is complete: mgr modules included.
CEPH_SUITE = "sid"

_CEPH_PACKAGES = (
    "ca-certificates",
    "ceph-common",
    "ceph-fuse",
    "ceph-mds",
    "ceph-mgr",
    "ceph-mgr-modules-core",
    "ceph-mon",
    "ceph-osd",
    "ceph-volume",
    "cryptsetup-bin",
    "curl",
    "dmsetup",
    "e2fsprogs",
    "gdisk",
    "hostname",
    "iproute2",
    "iputils-ping",
    "jq",
    "kmod",
    "less",
    "logrotate",
    "lvm2",
    "ncurses-base",
    "nvme-cli",
    "parted",
    "procps",
    "psmisc",
    "python3",
    "python3-ceph",
    "python3-cephfs",
    "python3-rados",
    "python3-rbd",
    "python3-rgw",
    "python3-yaml",
    "radosgw",
    "rbd-nbd",
    "smartmontools",
    "tini",
    "udev",
    "util-linux",
    "xfsprogs",
)
_TOOLS_PACKAGES = (
    "conntrack",
    "ethtool",
    "iproute2",
    "ipset",
    "iptables",
    "kmod",
    "nftables",
    "procps",
)
_OPTIONS = (
    "--variant=minbase",
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/lintian/*",
)
# Debian serves sid without end; a mirror frozen for a while still carries its signatures.
_FROZEN = '--aptopt=Acquire::Check-Valid-Until "false"'
# Ceph's images everywhere have these ids, and data on disk is owned by them; they must be taken
# before a package takes others. Nothing that adds users is installed at that time.
_USERS = """--essential-hook=
cat >> "$1/etc/group" <<.
ceph:x:167:
rook:x:2016:
.
cat >> "$1/etc/passwd" <<.
ceph:x:167:167:Ceph:/var/lib/ceph:/usr/sbin/nologin
rook:x:2016:2016:Rook:/var/lib/rook:/usr/sbin/nologin
.
cat >> "$1/etc/shadow" <<.
ceph:*:19000:0:99999:7:::
rook:*:19000:0:99999:7:::
.
"""
# What differs from one machine or one hour to the next, and what nobody reads in an image; of a
# directory the files go and the directories stay, some of which belong to users of their own.
_UNWANTED = (
    "etc/.pwd.lock",
    "etc/apt/apt.conf.d/99mmdebstrap",
    "etc/apt/sources.list",
    "etc/group-",
    "etc/gshadow-",
    "etc/hostname",
    "etc/machine-id",
    "etc/passwd-",
    "etc/resolv.conf",
    "etc/shadow-",
    "etc/subgid-",
    "etc/subuid-",
    "var/cache/apt",
    "var/cache/debconf",
    "var/cache/ldconfig",
    "var/lib/apt/lists",
    "var/lib/dpkg/status-old",
    "var/log",
)
_PYTHON = ("usr/lib/python3", "usr/lib/python3.*", "usr/share/ceph")
# Files in an image all have one date, so a compiled module must not be tied to its source's: Python
# would compile it anew at each start of a process, in every container.
COMPILE = (
    *("env", "PYTHONHASHSEED=0", "python3", "-W", "ignore", "-m", "compileall", "-q", "-f"),
    *("--invalidation-mode", "unchecked-hash", "-x", "/(test|tests|lib2to3)/"),
)


@dataclass(frozen=True)
class Root:
    """One root file system: a suite, packages, and files of our own laid over them."""

    name: str
    suite: str
    packages: tuple[str, ...]
    options: tuple[str, ...]
    expected: int
    gib: float


CEPH = Root("ceph", CEPH_SUITE, _CEPH_PACKAGES, (_FROZEN, _USERS), 150, 3)
TOOLS = Root("tools", SUITE, _TOOLS_PACKAGES, (), 30, 1)


def build(config: Config, root: Root) -> Path:
    """Return the directory of a root file system."""
    inputs = [path.read_bytes() for path in (Path(__file__), *_scripts(root))]
    key = pieces.digest(*root.packages, *inputs)
    name = f"roots-{root.name}"
    return pieces.build(
        config,
        name,
        key,
        lambda into, job: _make(root, into, job),
        expected=root.expected,
        gib=root.gib,
    )


def version(root: Path, package: str) -> str:
    """Return the version of an installed package, without what its packagers added."""
    query = ("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f", "${Version}", package)
    return run(*query).stdout.partition("+")[0].partition("-")[0]


def python(root: Path) -> str:
    """Return the version of Python in a root as 3.N."""
    names = sorted(path.name for path in (root / "usr/bin").glob("python3.[0-9]*"))
    if len(names) != 1:
        raise LabError(f"{root} holds {names or 'no Python'}: remove that directory and try again")
    return names[0].removeprefix("python")


def _scripts(root: Root) -> list[Path]:
    return sorted(path for path in (FILES / root.name).rglob("*") if path.is_file())


def _make(root: Root, into: Path, job: Job) -> None:
    acquire = (f"--aptopt={line}" for line in host.acquire_options())
    options = (*_OPTIONS, *root.options, *acquire, f"--include={','.join(root.packages)}")
    work(job, "mmdebstrap", *options, root.suite, into, host.mirror())
    for path in (into / name for name in _UNWANTED):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_symlink() or not file.is_dir():
                file.unlink(missing_ok=True)
    for script in _scripts(root):
        target = into / script.relative_to(FILES / root.name)
        shutil.copyfile(script, target)
        target.chmod(0o755)
    found = [f"/{path.relative_to(into)}" for name in _PYTHON for path in sorted(into.glob(name))]
    if (into / "usr/bin/python3").exists():
        work(job, "chroot", into, *COMPILE, *found)
