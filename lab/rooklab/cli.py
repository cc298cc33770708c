# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the lab."""

from __future__ import annotations

import argparse
import os
import sys
import typing as t

from rooklab import host, inventory, lifecycle, status
from rooklab.cloud import lifecycle as cloud
from rooklab.config import Config, parse_image_source, parse_name, parse_size
from rooklab.errors import LabError
from rooklab.model import MAX_CONTROL_PLANES, MAX_DISKS, MAX_WORKERS, Wish

_ABOUT = """The embedded lab: bare hosts (LXC system containers) with disks of their own, and what
an air-gapped site would serve to them: binaries, images and packages. State and caches are below
$ROOKERY_CACHE (~/.cache/rookery)."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> t.NoReturn:
        raise LabError(f"{message}; {self.prog} --help lists what can be said")


def _number(option: str, low: int, high: int) -> t.Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise LabError(
                f"{option} {value!r} is not usable: it takes a number from {low} to {high}"
            )
        return int(value)

    return parse


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="lab/lab", description=_ABOUT)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--name", type=parse_name, default="rook", help="default: rook")
        return command

    _add_up_options(add("up", "build what is missing, start every node; again: finish it"))
    add("build", "build what is missing, the cloud's too, and make no node")
    add("down", "remove the lab, keep what was built; prove that nothing is left")
    add("reset", "down, then up from what is built")
    add("purge", "down for every lab and cloud, and remove all that was built")
    tell = add("status", "nodes, addresses, disks, built pieces and their sizes")
    tell.add_argument("--json", action="store_true", help="for programs")
    show = add("inventory", "print the inventory of hosts")
    show.add_argument("--path", action="store_true", help="print the inventory's directory instead")
    _add_cloud_options(add("cloud", "an OpenStack on loopback: up, reset, down, ..."))
    add("reboot", "reboot a node from within").add_argument("node", metavar="NODE")
    shell = add("shell", "a shell or a command on a node, by ssh")
    shell.add_argument("node", metavar="NODE")
    shell.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER)
    return parser


def _add_up_options(up: argparse.ArgumentParser) -> None:
    numbers = (
        ("--control-planes", 1, MAX_CONTROL_PLANES, "default: 1"),
        ("--workers", 0, MAX_WORKERS, "default: 3"),
        ("--disks", 0, MAX_DISKS, "for each worker; default: 1"),
    )
    for option, low, high, about in numbers:
        up.add_argument(option, type=_number(option, low, high), help=about)
    up.add_argument(
        "--disk-size", type=parse_size, help="default: 10G; space is taken as it is used"
    )
    source = "standin, upstream or a directory; default: $LAB_ROOK or standin"
    up.add_argument("--image-source", type=parse_image_source, help=source)
    up.add_argument("--nodes-only", action="store_true", help="build no binaries and images")


def _add_cloud_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=sorted(_CLOUD), help="build makes what up starts")
    seconds = _number("--token-seconds", 1, 10**6)
    command.add_argument("--token-seconds", type=seconds, help="a token's life; default: a day")
    command.add_argument("--balancers", action="store_true", help="up with Octavia as well")
    command.add_argument("--json", action="store_true", help="status for programs")


def main(arguments: t.Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        options = _parser().parse_args(arguments)
        config = Config(name=options.name)
        _COMMANDS[options.command](config, options)
    except LabError as fault:
        print(f"lab: {fault}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"lab: {fault}; run the same command again when the cause is gone", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; run the same command again to go on", file=sys.stderr)
        return 130
    return 0


def _chosen_source() -> str | None:
    return parse_image_source(os.environ["LAB_ROOK"]) if os.environ.get("LAB_ROOK") else None


def _up(config: Config, options: argparse.Namespace) -> None:
    source = options.image_source or _chosen_source()
    wish = Wish(options.control_planes, options.workers, options.disks, options.disk_size, source)
    lifecycle.up(config, wish, options.nodes_only)


def _status(config: Config, options: argparse.Namespace) -> None:
    told = status.gather(config)
    print(status.to_json(told) if options.json else status.text(told))


def _inventory(config: Config, options: argparse.Namespace) -> None:
    lab = lifecycle.need(config)
    inventory.write(config, lab)
    print(
        config.inventory if options.path else (config.inventory / "hosts.yml").read_text(),
        end="\n" * options.path,
    )


def _shell(config: Config, options: argparse.Namespace) -> None:
    host.need_root()
    node = lifecycle.need(config).node(options.node)
    ssh_options = [word for option in inventory.SSH_OPTIONS for word in ("-o", option)]
    sys.stdout.flush()
    os.execvp(
        "ssh", ["ssh", *ssh_options, "-i", str(config.key), f"root@{node.address}", *options.words]
    )


def _cloud_status(config: Config, options: argparse.Namespace) -> None:
    told = cloud.status(config)
    print(status.to_json(told) if options.json else cloud.status_text(told))


_CLOUD: dict[str, t.Callable[[Config, argparse.Namespace], object]] = {
    "build": lambda config, options: cloud.prepare(config),
    "down": lambda config, options: cloud.down(config),
    "env": lambda config, options: print(cloud.exports(config)),
    "reset": lambda config, options: cloud.reset(config),
    "status": _cloud_status,
    "up": lambda config, options: cloud.up(config, options.token_seconds, options.balancers),
}

_COMMANDS: dict[str, t.Callable[[Config, argparse.Namespace], object]] = {
    "cloud": lambda config, options: _CLOUD[options.action](config, options),
    "up": _up,
    "build": lambda config, options: lifecycle.build(config, _chosen_source()),
    "down": lambda config, options: lifecycle.down(config),
    "reset": lambda config, options: lifecycle.reset(config),
    "purge": lambda config, options: lifecycle.purge(config),
    "status": _status,
    "inventory": _inventory,
    "reboot": lambda config, options: lifecycle.reboot(config, options.node),
    "shell": _shell,
}
