# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What LXC and udev are told about a node; text only."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from rooklab.config import NODE_ARTEFACTS
from rooklab.model import DISK_LINK, Lab, Node

_LOOP_MAJOR, _SHARED_LOOPS = 7, 32


def container_config(lab: Lab, node: Node, folder: Path, served: Path) -> str:
    """Return the container's configuration.

    /proc/sys is read-only except for the node's own network: a kubelet sets kernel.panic and vm.*
    to its liking, and would set them for the whole machine. rooklab-host.service shows it the
    values it wants to see.
    """
    lines = [
        f"lxc.uts.name = {node.name}",
        f"lxc.arch = {os.uname().machine}",
        f"lxc.rootfs.path = dir:{folder}/rootfs",
        "lxc.tty.max = 0",
        "lxc.pty.max = 1024",
        "lxc.net.0.type = veth",
        f"lxc.net.0.link = {lab.bridge}",
        "lxc.net.0.name = eth0",
        f"lxc.net.0.mtu = {lab.mtu}",
        "lxc.net.0.flags = up",
        f"lxc.net.0.hwaddr = {node.mac}",
        f"lxc.net.0.ipv4.address = {node.address}/24 {lab.net}.255",
        f"lxc.net.0.ipv4.gateway = {lab.net}.1",
        "lxc.apparmor.profile = unconfined",
        "lxc.cap.drop =",
        "lxc.mount.auto = proc:mixed sys:rw cgroup:rw:force",
        "lxc.mount.entry = tmpfs run tmpfs rw,nosuid,nodev,mode=755 0 0",
        "lxc.mount.entry = /dev/fuse dev/fuse none bind,optional,create=file 0 0",
        "lxc.mount.entry = /dev/kmsg dev/kmsg none bind,optional,create=file 0 0",
        "lxc.mount.entry = /dev/loop-control dev/loop-control none bind,optional,create=file 0 0",
        f"lxc.mount.entry = {served} {NODE_ARTEFACTS.lstrip('/')} none bind,ro 0 0",
        f"lxc.hook.autodev = {folder}/autodev",
    ]
    return "\n".join(lines) + "\n"


def autodev_hook(numbers: t.Mapping[int, tuple[int, int]]) -> str:
    """Return the script that makes a node's device files, from loop numbers to device numbers.

    PID 1 listens to udev only when the control file exists before it starts; with it .device units
    work, and with them mounts of real devices at boot. The low loop devices are for everyone, as
    `losetup -f` wants them.
    """
    lines = [
        "#!/bin/sh",
        "set -e",
        'cd "$LXC_ROOTFS_MOUNT"',
        "mkdir -p run/udev",
        ": > run/udev/control",
        *(
            f"mknod -m 660 dev/loop{loop} b {major} {minor}"
            for loop, (major, minor) in numbers.items()
        ),
        "chgrp 6 dev/loop*",
    ]
    return "\n".join(lines) + "\n"


def shared_loops(max_part: int) -> dict[int, tuple[int, int]]:
    """Return the numbers of the loop devices that every node has beside its own.

    `max_part` is the loop driver's parameter: minor numbers leave room for that many partitions.
    """
    return {loop: (_LOOP_MAJOR, loop << max_part.bit_length()) for loop in range(_SHARED_LOOPS)}


def udev_rules(node: Node) -> str:
    """Return the rules that name a node's disks, and hide everyone else's.

    Every node sees every block device in /sys. Without the first rule, LABEL= and UUID= in a node
    would find the file systems of other nodes.
    """
    own = "|".join(f"loop{loop}|loop{loop}p*" for loop in node.loops) or "none"
    hide = 'ENV{UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}="1", ENV{SYSTEMD_READY}="0"'
    lines = [f'SUBSYSTEM=="block", KERNEL!="{own}", {hide}']
    for index, loop in enumerate(node.loops):
        link = DISK_LINK.format(index).removeprefix("/dev/")
        make = "/bin/sh -c '[ -b /dev/%k ] || mknod -m 660 /dev/%k b %M %m'"
        lines += [
            f'KERNEL=="loop{loop}p*", PROGRAM="{make}"',
            f'KERNEL=="loop{loop}p*", SYMLINK+="{link}-part%n"',
            f'KERNEL=="loop{loop}", SYMLINK+="{link}"',
        ]
    return "\n".join(lines) + "\n"


def hosts(lab: Lab) -> str:
    """Return the text of /etc/hosts."""
    own = ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
    return "\n".join([*own, *(f"{node.address} {node.name}" for node in lab.nodes)]) + "\n"
