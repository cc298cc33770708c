# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What clouds are made of: OpenStack in an environment of its own, and a cloud that is filled."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import typing as t
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from rooklab import pieces
from rooklab.cloud import place as places
from rooklab.cloud import processes, settings
from rooklab.cloud.place import (
    ADDRESS,
    BALANCERS,
    PASSWORD,
    REGION,
    SERVICES,
    SOURCES,
    Place,
)
from rooklab.config import TOP, Config
from rooklab.errors import LabError
from rooklab.files import write_whole
from rooklab.procs import Job, tail, work

_ENV = TOP / "tools" / "env"
_WANTED = SOURCES / "requirements.txt"
_FOLDERS = (
    "locks", "consoles", "balancers", "nova", "neutron", "cinder", "fernet", "receipts",
    "credential",
    "glance/images", "glance/staging", "glance/tasks",
)  # fmt: skip
# Rows that name a cloud's own addresses and files: database, table, column.
_PLACED = (("keystone", "endpoint", "url"), ("glance", "image_locations", "value"))
_SETTINGS = Path(settings.__file__), Path(places.__file__), Path(__file__)


def build_venv(config: Config) -> Path:
    """Return the environment that has OpenStack.

    Its interpreter alone is used: the programs beside it name the directory in which it was made.
    """
    key = pieces.digest(_WANTED.read_bytes(), sys.version)
    return pieces.build(config, "openstack", key, _install, expected=120, gib=2)


def _install(into: Path, job: Job) -> None:
    work(job, _ENV, "python", "-m", "venv", "--without-pip", into)
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--requirement", _WANTED)
    work(job, _ENV, "python", "-m", "pip", f"--python={into}/bin/python", "install", *options)


def build_pristine(config: Config, venv: Path) -> Path:
    """Return the state of a cloud that nobody has used yet."""
    parts = [path.read_bytes() for path in _SETTINGS]
    key = pieces.digest(venv.name, pieces.digest_tree(SOURCES), *parts)
    return pieces.build(config, "cloud", key, lambda into, job: _fill(into, job, venv), expected=60)


def free_ports() -> dict[str, int]:
    """Return a port for each service that nothing listens on."""
    sockets = {service: socket.socket() for service in SERVICES}
    for each in sockets.values():
        each.bind((ADDRESS, 0))
    ports = {service: each.getsockname()[1] for service, each in sockets.items()}
    for each in sockets.values():
        each.close()
    return ports


def _fill(into: Path, job: Job, venv: Path) -> None:
    """Make tables and keys, start everything, make what a provider makes, and end it all."""
    place = Place(into, venv, free_ports())
    for name in _FOLDERS:
        (place.state / name).mkdir(parents=True)
    settings.write(place)
    write_whole(place.clouds, places.clouds_text(place), 0o600)
    # Nova wants to find it when it starts again; its hosts have identities of their own.
    (place.state / "nova" / "compute_id").write_text("00000000-0000-4000-8000-000000000001")
    _make_tables(place, job)
    try:
        processes.start(place, ["keystone"])
        endpoints = {
            name: (kind, place.url(name))
            for name, (kind, _path) in SERVICES.items()
            if name != "keystone"
        }
        _seed(place, job, "identity", json.dumps(endpoints))
        processes.start(place)
        _seed(place, job, "resources")
    finally:
        processes.stop(place)
    _replace(place.state, _marks(place))
    for name in ("etc", "logs", "clouds.yaml"):
        path = place.home / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def settle(pristine: Path, place: Place) -> None:
    """Give a cloud the state of one that nobody has used yet."""
    if place.state.exists():
        shutil.rmtree(place.state)
    shutil.copytree(pristine / "state", place.state)
    _replace(place.state, {mark: own for own, mark in _marks(place).items()})


def offer(place: Place) -> None:
    """Have the catalogue show the service of load balancers if it runs."""
    kind, _path = SERVICES[BALANCERS]
    with closing(sqlite3.connect(place.state / "keystone.sqlite")) as connection, connection:
        command = "update service set enabled = ? where type = ?"
        connection.execute(command, (place.balancers, kind))


def _marks(place: Place) -> dict[str, str]:
    """Return what stands for a cloud's own addresses and files in the pristine state."""
    urls = {place.url(service, ""): f"http://{service}.invalid" for service in SERVICES}
    return {**urls, str(place.state): "/state.invalid"}


def _replace(state: Path, words: t.Mapping[str, str]) -> None:
    """Replace words in the databases, and leave each as one file."""
    for file in state.glob("*.sqlite"):
        with closing(sqlite3.connect(file)) as connection, connection:
            for database, table, column in _PLACED:
                if database == file.stem:
                    command = f"update {table} set {column} = replace({column}, ?, ?)"
                    connection.executemany(command, words.items())
        with closing(sqlite3.connect(file)) as connection:
            # Readers and the one writer do not wait for each other; the file remembers it.
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma wal_checkpoint(truncate)")


def _make_tables(place: Place, job: Job) -> None:
    """Let each service's own program make its tables and keys; services at the same time."""

    def make(service: str) -> None:
        for words in _administration(place, service):
            command = [place.python, "-m", "labcloud.manage", *words]
            work(job, *command, cwd=place.state, env=place.environment())

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(make, reversed(SERVICES)))


def _administration(place: Place, service: str) -> t.Iterator[tuple[str | Path, ...]]:
    """Yield the words of the commands that make a service's tables and keys."""
    own = (service, place.config(service))
    if service == "keystone":
        owner = ("--keystone-user", f"{os.geteuid()}", "--keystone-group", f"{os.getegid()}")
        for keys in ("fernet_setup", "receipt_setup", "credential_setup"):
            yield *own, keys, *owner
        yield *own, "db_sync"
        kinds = ("public", "internal", "admin")
        urls = [f"--bootstrap-{kind}-url={place.auth_url}" for kind in kinds]
        first = ("--bootstrap-password", PASSWORD, "--bootstrap-region-id", REGION)
        yield *own, "bootstrap", *first, *urls
    elif service == "neutron":
        yield "neutron-tables", settings.database("neutron")["connection"]
        yield *own, "stamp", "heads"
    elif service == BALANCERS:
        yield f"{BALANCERS}-tables", settings.database(BALANCERS)["connection"]
    elif service == "nova":
        yield *own, "api_db", "sync"
        cells = {name: settings.database(name)["connection"] for name in ("nova_cell0", "nova")}
        yield *own, "cell_v2", "map_cell0", "--database_connection", cells["nova_cell0"]
        yield *own, "db", "sync"
        where = ("--database_connection", cells["nova"], "--transport-url", "fake:///")
        yield *own, "cell_v2", "create_cell", "--name", "cell1", *where
    else:
        yield *own, "db", "sync"


def _seed(place: Place, job: Job, *words: str) -> None:
    """Let the program that fills a new cloud do one part of it."""
    with job.log.open("a") as log:
        done = subprocess.run(
            [place.python, "-m", "labcloud.seed", *words],
            cwd=place.state,
            env=place.environment(),
            input=json.dumps(places.access()).encode(),
            stdout=log,
            stderr=log,
            timeout=300,
            check=False,
        )
    if done.returncode:
        raise LabError(f"{job.what} failed; the end of {job.log}:\n{tail(job.log)}")
