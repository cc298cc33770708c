# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring a cloud up, give it back its first state, take it down."""

from __future__ import annotations

import time
import typing as t

from rooklab.cloud import build, place, processes, settings
from rooklab.cloud.place import Place
from rooklab.config import Config
from rooklab.errors import LabError
from rooklab.files import remove_tree, write_whole
from rooklab.locks import locked
from rooklab.say import announce


def prepare(config: Config) -> None:
    """Build what clouds are made of, and start none."""
    build.build_pristine(config, build.build_venv(config))


def up(config: Config, seconds: int | None, balancers: bool = False) -> Place:
    """Start a cloud; one that has been started already keeps what is in it, and its services."""
    venv = build.build_venv(config)
    pristine = build.build_pristine(config, venv)
    with locked(_lock(config)):
        start = time.monotonic()
        old = place.load(config)
        same = old and seconds in (None, old.seconds) and balancers <= old.balancers
        if old and same and running(old):
            announce(f"cloud {config.name!r} runs already: {old.clouds}")
            return old
        if old:
            processes.stop(old)
        made = Place(
            place.folder(config),
            venv,
            {**build.free_ports(), **(old.ports if old else {})},
            seconds or (old.seconds if old else place.TOKEN_SECONDS),
            balancers or bool(old and old.balancers),
        )
        with processes.held(made.ports.values()):
            _begin(config, made)
            if not old:
                build.settle(pristine, made)
            build.offer(made)
            processes.start(made)
        processes.load_rules(made)
        announce(f"cloud {config.name!r} runs ({time.monotonic() - start:.1f} s): {made.clouds}")
        return made


def _begin(config: Config, made: Place) -> None:
    made.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.save(made)
    settings.write(made)
    write_whole(made.clouds, place.clouds_text(made), 0o600)


def running(made: Place) -> bool:
    """Tell whether every service has a process."""
    return all(processes.pid(made, service) for service in made.services)


def reset(config: Config) -> None:
    """Give a cloud the state that it had when it was new."""
    with locked(_lock(config)):
        start = time.monotonic()
        made = place.need(config)
        processes.stop(made)
        with processes.held(made.ports.values()):
            build.settle(build.build_pristine(config, made.venv), made)
            build.offer(made)
            processes.start(made)
        processes.load_rules(made)
    announce(f"cloud {config.name!r} is as new ({time.monotonic() - start:.1f} s)")


def down(config: Config) -> None:
    """End a cloud's processes and remove its files."""
    with locked(_lock(config)):
        made = place.load(config)
        if made is None:
            announce(f"there is no cloud {config.name!r}: nothing to take down")
            return
        ended = processes.stop(made)
        remove_tree(made.home)
        if not any(made.home.parent.iterdir()):
            made.home.parent.rmdir()
    announce(f"cloud {config.name!r} is gone, with its {ended} processes and all that was in it")


def names(config: Config) -> list[str]:
    """Return the names of all clouds of this cache."""
    return sorted(file.parent.name for file in (config.top / "clouds").glob("*/cloud.json"))


def status(config: Config) -> dict[str, t.Any]:
    """Return what `lab/lab cloud status` tells."""
    made = place.load(config)
    if made is None:
        return {"name": config.name, "state": "absent", "services": []}
    services = [_service(made, service) for service in made.services]
    state = "up" if running(made) else "down"
    return {
        "name": config.name, "state": state, "directory": str(made.home),
        "clouds": str(made.clouds), "services": services,
    }  # fmt: skip


def _service(made: Place, service: str) -> dict[str, t.Any]:
    process = processes.pid(made, service)
    size = processes.memory(process) if process else 0
    return {"name": service, "url": made.url(service), "pid": process, "bytes": size}


def status_text(told: t.Mapping[str, t.Any]) -> str:
    """Return a status for people."""
    lines = [f"cloud {told['name']}: {told['state']}"]
    for each in told["services"]:
        size = f"{each['bytes'] >> 20} MiB"
        lines.append(f"  {each['name']:<10} {each['url']:<30} {each['pid'] or '-':>8} {size:>8}")
    return "\n".join(lines)


def exports(config: Config) -> str:
    """Return what a shell sets so that clients find the cloud."""
    made = place.need(config)
    if not running(made):
        raise LabError(
            f"cloud {config.name!r} is not running: lab/lab cloud up --name {config.name} starts it"
        )
    return f"export OS_CLIENT_CONFIG_FILE={made.clouds} OS_CLOUD=member"


def _lock(config: Config) -> t.Any:
    return config.locks / f"cloud-{config.name}.lock"
