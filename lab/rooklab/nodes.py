# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes: LXC system containers that look like hosts."""

from __future__ import annotations

import shutil
import socket
import time
import uuid
from pathlib import Path
from subprocess import CompletedProcess

from rooklab import disks, lxc
from rooklab.config import Config
from rooklab.errors import LabError
from rooklab.files import remove_tree
from rooklab.model import Lab, Node
from rooklab.procs import run
from rooklab.say import announce

# Limits for a machine that is busy with other labs; a node takes a few seconds of each.
_SSH_SECONDS = 180
_BOOT_SECONDS = 300
_STOP_SECONDS = 300
# systemd gives 90 seconds to each unit that does not stop by itself, and after that to the rest.
_REBOOT_SECONDS = 600
_MAX_PART = Path("/sys/module/loop/parameters/max_part")


def folder(config: Config, lab: Lab, node: Node) -> Path:
    """Return the directory of one node: configuration, root file system, disks, logs."""
    return config.nodes / lab.container(node)


def state(config: Config, lab: Lab, node: Node) -> str:
    """Return LXC's word for a node's state, or ABSENT."""
    if not (folder(config, lab, node) / "config").exists():
        return "ABSENT"
    return _lxc("lxc-info", config, lab, node, "-sH").stdout.strip()


def create(config: Config, lab: Lab, node: Node, base: Path, lock: int) -> None:
    """Make a node's directory; it gets its name when it is complete."""
    final = folder(config, lab, node)
    unfinished = config.nodes / f".unfinished-{node.name}"
    remove_tree(unfinished)
    unfinished.mkdir(parents=True)
    root = unfinished / "rootfs"
    run("cp", "-a", "--reflink=auto", base, root, timeout=600, lock=lock)
    _personalise(root, config, lab, node)
    disks.create(unfinished, node, lab.disk_size)
    (unfinished / "config").write_text(lxc.container_config(lab, node, final, config.served))
    unfinished.rename(final)


def _personalise(root: Path, config: Config, lab: Lab, node: Node) -> None:
    """Give a copy of the base what no two hosts share."""
    etc = root / "etc"
    (etc / "hostname").write_text(node.name + "\n")
    # An absent machine-id is a first boot, and its presets would enable networkd.
    (etc / "machine-id").write_text(uuid.uuid4().hex + "\n")
    (etc / "hosts").write_text(lxc.hosts(lab))
    (etc / "udev/rules.d/00-rooklab.rules").write_text(lxc.udev_rules(node))
    resolved = Path("/run/systemd/resolve/resolv.conf")
    shutil.copyfile(resolved if resolved.exists() else "/etc/resolv.conf", etc / "resolv.conf")
    make_key(etc / "ssh/ssh_host_ed25519_key", f"root@{node.name}")
    ssh = root / "root/.ssh"
    ssh.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(config.key.with_suffix(".pub"), ssh / "authorized_keys")


def make_key(path: Path, comment: str) -> None:
    """Make an ssh key pair, unless it exists."""
    if not path.exists():
        path.with_suffix(".pub").unlink(missing_ok=True)
        new = path.with_name(f".{path.name}.new")
        for half in (new, new.with_name(new.name + ".pub")):
            half.unlink(missing_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", new)
        new.with_name(new.name + ".pub").rename(path.with_suffix(".pub"))
        new.rename(path)


def start(config: Config, lab: Lab, node: Node) -> None:
    """Attach a node's disks and start it."""
    home = folder(config, lab, node)
    disks.attach(home, node)
    max_part = int(_MAX_PART.read_text()) if _MAX_PART.exists() else 0
    numbers = lxc.shared_loops(max_part) | {loop: disks.device_number(loop) for loop in node.loops}
    hook = home / "autodev"
    hook.write_text(lxc.autodev_hook(numbers))
    hook.chmod(0o755)
    logs = ("-l", "WARN", "-o", home / "lxc.log", "-L", home / "console.log")
    done = _lxc("lxc-start", config, lab, node, *logs, check=False)
    if done.returncode:
        text = (home / "lxc.log").read_text(errors="replace").strip().splitlines()[-5:]
        raise LabError(
            f"node {node.name} does not start: {' / '.join(text)}; the log is {home}/lxc.log"
        )


def ensure_running(config: Config, lab: Lab, node: Node, *, bare: bool) -> bool:
    """Start a node unless it runs, wait until ssh answers, and return whether it was started."""
    now = state(config, lab, node)
    if now == "STARTING":
        _lxc("lxc-wait", config, lab, node, "-s", "RUNNING", "-t", "30", check=False)
    elif now in {"STOPPING", "ABORTING"}:
        _lxc("lxc-wait", config, lab, node, "-s", "STOPPED", "-t", "30", check=False)
    started = state(config, lab, node) != "RUNNING"
    if started:
        start(config, lab, node)
    wait_ssh(config, lab, node)
    if started:
        wait_booted(config, lab, node, bare=bare)
    return started


def wait_ssh(config: Config, lab: Lab, node: Node) -> None:
    """Wait until a node's sshd greets."""
    end = time.monotonic() + _SSH_SECONDS
    while time.monotonic() < end:
        try:
            with socket.create_connection((node.address, 22), 1) as connection:
                if connection.recv(4).startswith(b"SSH"):
                    return
        except OSError:
            time.sleep(0.1)
    console = folder(config, lab, node) / "console.log"
    raise LabError(
        f"node {node.name} ({node.address}) does not answer by ssh after {_SSH_SECONDS} s: its "
        f"console is in {console}; lab/lab reset --name {lab.name} makes it anew"
    )


def wait_booted(config: Config, lab: Lab, node: Node, *, bare: bool) -> None:
    """Wait until a node's systemd has started everything; a bare host must have no failed unit."""
    limit = str(_BOOT_SECONDS)
    done = attach(config, lab, node, "timeout", limit, "systemctl", "is-system-running", "--wait")
    word = done.stdout.strip() or "silent"
    if word == "running":
        return
    failed = attach(config, lab, node, "systemctl", "--failed", "--no-legend", "--plain").stdout
    units = ", ".join(line.split()[0] for line in failed.splitlines() if line.strip()) or "none"
    message = (
        f"node {node.name} is {word} instead of running (failed units: {units}): look with "
        f"lab/lab shell --name {lab.name} {node.name}"
    )
    if bare:
        raise LabError(f"{message}, or start over with lab/lab reset --name {lab.name}")
    # What was installed on the node since is not the lab's to judge.
    announce(message)


def attach(config: Config, lab: Lab, node: Node, *command: str) -> CompletedProcess[str]:
    """Run a command in a node, without ssh."""
    return _lxc(
        "lxc-attach",
        config,
        lab,
        node,
        "--clear-env",
        "--",
        *command,
        check=False,
        timeout=_BOOT_SECONDS + 30,
    )


def boot_id(config: Config, lab: Lab, node: Node) -> str:
    """Return what changes with every start of a node; empty while it is down."""
    done = attach(config, lab, node, "cat", "/proc/sys/kernel/random/boot_id")
    return done.stdout.strip() if done.returncode == 0 else ""


def reboot(config: Config, lab: Lab, node: Node) -> None:
    """Reboot a node from within and wait until it is up again."""
    before = boot_id(config, lab, node)
    if not before:
        raise LabError(f"node {node.name} does not run: lab/lab up --name {lab.name} starts it")
    attach(config, lab, node, "systemctl", "reboot")
    end = time.monotonic() + _REBOOT_SECONDS
    while boot_id(config, lab, node) in {"", before}:
        if time.monotonic() > end:
            raise LabError(
                f"node {node.name} is not back {_REBOOT_SECONDS} s after its reboot: its console "
                f"is in {folder(config, lab, node)}/console.log"
            )
        time.sleep(0.2)
    wait_ssh(config, lab, node)
    wait_booted(config, lab, node, bare=False)


def write_hosts(config: Config, lab: Lab) -> None:
    """Tell every existing node the names of all."""
    for node in lab.nodes:
        root = folder(config, lab, node) / "rootfs"
        if root.is_dir():
            (root / "etc/hosts").write_text(lxc.hosts(lab))


def destroy(config: Config, lab: Lab, node: Node) -> None:
    """Stop a node at once and remove it with its disks."""
    if state(config, lab, node) not in {"STOPPED", "ABSENT"}:
        done = _lxc("lxc-stop", config, lab, node, "-k", check=False, timeout=_STOP_SECONDS)
        # The rest of a killed run may have been quicker, or is about to be.
        if done.returncode and not _stops(config, lab, node):
            raise LabError(f"node {node.name} does not stop: {done.stdout.strip()}")
    disks.detach(node)
    remove_tree(folder(config, lab, node))


def _stops(config: Config, lab: Lab, node: Node) -> bool:
    """Tell whether a node is stopped, or soon will be."""
    words = ("-s", "STOPPED", "-t", "30")
    return not _lxc("lxc-wait", config, lab, node, *words, check=False).returncode


def _lxc(
    program: str,
    config: Config,
    lab: Lab,
    node: Node,
    *words: str | Path,
    check: bool = True,
    timeout: float = 120,
) -> CompletedProcess[str]:
    where = ("-P", config.nodes, "-n", lab.container(node))
    return run(program, *where, *words, check=check, timeout=timeout)
