# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cable between servers of the cloud and nodes of the lab: disks and consoles.

A node gets, for each volume that is attached to its server, the name that virtio would give the
disk; only then the server's console shows the node's host keys, as cloud-init prints them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import openstack
from keystoneauth1.exceptions import ClientException

LAB = Path(__file__).resolve().parents[2] / "lab/lab"
NAME, SITE = os.environ["ROOKLAB_NAME"], "lab"
CLOUD = Path(os.environ["OS_CLIENT_CONFIG_FILE"])
NODES = ("cp1", "w1", "w2", "w3")
BEGIN = "-----BEGIN SSH HOST KEY KEYS-----"
# What it may take on a machine with much else to do.
PLUG_SECONDS = 300
RULES = "/etc/udev/rules.d/01-volumes.rules"
# Arguments are the ids of volumes; each has the node's disk of the same place.
PLUG = f"""
set -eu
: > {RULES}.new
index=0
for id in "$@"; do
    disk=$(basename "$(readlink -f /dev/disk/by-id/rooklab-disk$index)")
    printf 'KERNEL=="%s", SYMLINK+="disk/by-id/virtio-%.20s"\\n' "$disk" "$id" >> {RULES}.new
    index=$((index + 1))
done
mv {RULES}.new {RULES}
[ $# -gt 0 ] || rm {RULES}
udevadm control --reload
for link in /dev/disk/by-id/rooklab-disk*; do
    disk=$(basename "$(readlink -f "$link")")
    [ ! -e "$link" ] || udevadm trigger --settle "/sys/class/block/$disk"
done
cat /etc/ssh/ssh_host_ed25519_key.pub
"""


def console(node: str) -> Path:
    """Return where the cloud takes a server's console from."""
    return CLOUD.parent / "state/consoles" / f"{SITE}-{node}"


def show(node: str, text: str) -> None:
    """Put something on a server's console."""
    path = console(node)
    path.parent.mkdir(exist_ok=True)
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def plug(node: str, volumes: t.Sequence[str]) -> str:
    """Give a node the disks of these volumes, and return its host key."""
    command = [str(LAB), "shell", "--name", NAME, node, "sh", "-s", "--", *volumes]
    done = subprocess.run(
        command, input=PLUG, capture_output=True, text=True, timeout=PLUG_SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"{node}: {done.stderr}")
    return done.stdout.strip()


def follow(cloud: t.Any) -> None:
    """Follow what is attached until the cloud is gone."""
    known: dict[str, tuple[t.Any, ...]] = {}
    while CLOUD.exists():
        time.sleep(1)
        try:
            servers = {each.name.removeprefix(f"{SITE}-"): each for each in cloud.compute.servers()}
        except (openstack.exceptions.SDKException, ClientException):
            # It is being started, or taken down.
            continue
        for node in NODES:
            server = servers.get(node)
            attached = tuple(each.id for each in server.attached_volumes) if server else ()
            wired = (attached, server is not None and server.status == "ACTIVE")
            if wired == known.get(node, ((), False)):
                continue
            key = plug(node, attached)
            known[node] = wired
            # A worker has booted when it has its disk.
            if wired[1] and (attached or node == "cp1"):
                show(node, f"{BEGIN}\n{key}\n{BEGIN.replace('BEGIN', 'END')}\n")


def main() -> None:
    """Begin with consoles that show nothing, or follow the cloud."""
    if sys.argv[1] == "boot":
        for node in NODES:
            show(node, "booting\n")
    else:
        follow(openstack.connect())


if __name__ == "__main__":
    main()
