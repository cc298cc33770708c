# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services' processes: started, waited for, ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

from rooklab.cloud.place import ADDRESS, ADMIN, PASSWORD, Place
from rooklab.errors import LabError
from rooklab.procs import tail

_START_SECONDS = 240
_END_SECONDS = 60
# A service that root starts may read root's files, and nothing else of what root may.
_CONFINED = ("setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,+dac_override")


def confined(command: t.Sequence[str | Path]) -> list[str | Path]:
    """Return a command without the rights of root, whoever runs it."""
    return list(command) if os.geteuid() else [*_CONFINED, "--", *command]


@contextlib.contextmanager
def held(ports: t.Iterable[int]) -> t.Iterator[None]:
    """Keep ports from whoever asks for any, until the services have them for whom they are."""
    with contextlib.ExitStack() as kept:
        for port in ports:
            each = kept.enter_context(socket.socket())
            # Who asks for this very one gets it all the same, for nobody listens here.
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Of one that is taken already its service will tell.
            with contextlib.suppress(OSError):
                each.bind((ADDRESS, port))
        yield


def start(place: Place, services: t.Iterable[str] | None = None) -> None:
    """Start services, by themselves all, and return when each of them answers."""
    place.logs.mkdir(parents=True, exist_ok=True)
    wanted = list(place.services if services is None else services)
    for service in wanted:
        if pid(place, service) is None:
            _launch(place, service)
    for service in wanted:
        _wait(place, service)


def _launch(place: Place, service: str) -> None:
    with (place.logs / f"{service}.log").open("ab") as log:
        settings, port = place.config(service).parent, f"{place.ports[service]}"
        process = subprocess.Popen(
            confined([place.python, "-m", "labcloud.serve", service, settings, port]),
            cwd=place.state,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _record(place, service).write_text(f"{process.pid} {_begun(process.pid)}")


def _wait(place: Place, service: str) -> None:
    log, end = place.logs / f"{service}.log", time.monotonic() + _START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    problem: object = "no answer"
    while time.monotonic() < end:
        if pid(place, service) is None:
            raise LabError(f"{service} ended while it started; the end of {log}:\n{tail(log)}")
        try:
            opener.open(place.url(service, "/"), timeout=10).close()
            return
        except urllib.error.HTTPError as answer:
            if answer.code < 500:
                return
            problem = answer
        except OSError as fault:
            problem = fault
        time.sleep(0.1)
    raise LabError(
        f"{service} does not answer at {place.url(service)} after {_START_SECONDS} s ({problem}); "
        f"the end of {log}:\n{tail(log)}"
    )


def load_rules(place: Place) -> None:
    """Have neutron load its rules of who may do what, by one request.

    It loads them with the first request, and a second one at that moment is judged without them.
    """
    domain = {"name": "Default"}
    user = {"name": ADMIN, "domain": domain, "password": PASSWORD}
    login = {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"name": ADMIN, "domain": domain}},
    }
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    words, sort = json.dumps({"auth": login}).encode(), {"Content-Type": "application/json"}
    end = time.monotonic() + _START_SECONDS
    while True:
        asked = urllib.request.Request(f"{place.auth_url}/auth/tokens", words, sort)
        with opener.open(asked, timeout=_START_SECONDS) as answer:
            token = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
        asked = urllib.request.Request(place.url("neutron", "/v2.0/networks"), headers=token)
        try:
            opener.open(asked, timeout=_START_SECONDS).close()
            return
        except urllib.error.HTTPError as refused:
            # A short-lived token may expire before a busy machine has come to look at it.
            if refused.code != 401 or time.monotonic() > end:
                raise


def stop(place: Place) -> int:
    """End all services; they have nothing to save that is not saved already."""
    running = [service for service in place.services if pid(place, service)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for service in running:
            _signal(pid(place, service), number)
        end = time.monotonic() + (1 if number is signal.SIGTERM else _END_SECONDS)
        while any(pid(place, service) for service in running) and time.monotonic() < end:
            time.sleep(0.05)
    left = [service for service in running if pid(place, service)]
    if left:
        raise LabError(f"{', '.join(left)} did not end by SIGKILL within {_END_SECONDS} s")
    return len(running)


def pid(place: Place, service: str) -> int | None:
    """Return a running service's process; a number that has another owner now is none."""
    try:
        number, begun = _record(place, service).read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(number) if _begun(int(number)) == begun else None


def memory(process: int) -> int:
    """Return the bytes that a process has in memory."""
    status = Path(f"/proc/{process}/statm").read_text().split()
    return int(status[1]) * os.sysconf("SC_PAGE_SIZE")


def _record(place: Place, service: str) -> Path:
    return place.logs / f"{service}.pid"


def _begun(process: int) -> str | None:
    """Return when a process that still runs was started, in the kernel's own count."""
    try:
        state, *more = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else more[18]


def _signal(process: int | None, number: signal.Signals) -> None:
    try:
        if process is not None:
            os.kill(process, number)
    except ProcessLookupError:
        return
