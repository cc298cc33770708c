# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes' only package source: what roles install, with all dependencies."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from rooklab import base, host, pieces, served
from rooklab.config import SUITE, Config
from rooklab.errors import LabError
from rooklab.procs import Job, run, work

PACKAGES = (
    "acl",
    "conntrack",
    "containerd",
    "cryptsetup-bin",
    "dmsetup",
    "ethtool",
    "fuse3",
    "gdisk",
    "gnupg",
    "ipset",
    "iptables",
    "jq",
    "logrotate",
    "lvm2",
    "nftables",
    "parted",
    "runc",
    "smartmontools",
    "socat",
    "xfsprogs",
)


def build(config: Config) -> Path:
    """Return the directory of the repository, and serve it to the nodes."""
    root = base.build(config)
    key = pieces.digest(root.name, *PACKAGES)
    path = pieces.build(config, "debs", key, lambda into, job: _make(into, job, root), expected=20)
    served.publish(config, "debs", key, lambda into: served.link_tree(path, into))
    return path


def _make(into: Path, job: Job, root: Path) -> None:
    apt = into / ".apt"
    (into / "archives" / "partial").mkdir(parents=True)
    for name in ("lists/partial", "sources", "empty"):
        (apt / name).mkdir(parents=True)
    (apt / "sources" / "archive.list").write_text(
        f"deb [signed-by={_keyring(root)}] {host.mirror()} {SUITE} main\n"
    )
    (apt / "apt.conf").write_text(_configuration(apt, into / "archives", root))
    env = {"APT_CONFIG": str(apt / "apt.conf"), "DEBIAN_FRONTEND": "noninteractive"}
    get = ("apt-get", "-y", "-q")
    work(job, *get, "update", env=env)
    work(job, *get, "--download-only", "--no-install-recommends", "install", *PACKAGES, env=env)
    for deb in (into / "archives").glob("*.deb"):
        deb.rename(into / deb.name)
    shutil.rmtree(apt)
    shutil.rmtree(into / "archives")
    index(into)


def _keyring(root: Path) -> Path:
    for suffix in ("gpg", "pgp"):
        ring = root / f"usr/share/keyrings/debian-archive-keyring.{suffix}"
        if ring.is_file():
            return ring
    raise LabError(
        f"{root} holds no archive key in usr/share/keyrings: remove that directory and try again"
    )


def _configuration(apt: Path, archives: Path, root: Path) -> str:
    """Return apt's settings for asking what a node, not this machine, still needs."""
    lines = [
        *host.acquire_options(),
        f'Dir::State::status "{root}/var/lib/dpkg/status";',
        f'Dir::State::lists "{apt}/lists";',
        f'Dir::Cache "{apt}";',
        f'Dir::Cache::archives "{archives}";',
        f'Dir::Etc::sourcelist "{apt}/none";',
        f'Dir::Etc::sourceparts "{apt}/sources";',
        f'Dir::Etc::parts "{apt}/empty";',
        f'Dir::Etc::main "{apt}/none";',
        f'Dir::Etc::preferencesparts "{apt}/empty";',
        'APT::Sandbox::User "root";',
        'Debug::NoLocking "true";',
    ]
    return "\n".join(lines) + "\n"


def index(repository: Path) -> None:
    """Make a directory of packages a source that apt can read."""
    packages = run("apt-ftparchive", "packages", ".", cwd=repository).stdout
    (repository / "Packages").write_text(packages)
    # No date in it: the same packages make the same bytes.
    (repository / "Packages.gz").write_bytes(gzip.compress(packages.encode(), mtime=0))
    release = run(
        "apt-ftparchive",
        "-o",
        "APT::FTPArchive::Release::Suite=lab",
        "release",
        ".",
        cwd=repository,
    )
    (repository / "Release").write_text(release.stdout)
