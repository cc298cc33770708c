# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What hosts find out of each other: one listens for some seconds, the others ask.

A question is a datagram of JSON: who asks, and whether that was the last. The answer tells the
other's clock and the ports at which it listens itself, so that a port that refuses although
somebody listens there is known to be closed on the way. Where a port is in use, its user answers.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import errno
import json
import os
import selectors
import socket
import struct
import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

OPEN, REFUSED, BLOCKED = "open", "refused", "blocked"
# Linux' options of sockets that Python does not name: never cut a datagram; what the way takes.
_DISCOVER = {
    socket.AF_INET: (socket.IPPROTO_IP, 10, 14),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 23, 24),
}
_NEVER_CUT = 2
_HEADERS = {socket.AF_INET: 28, socket.AF_INET6: 48}
# No network's packets are larger; the loopback's own would not fit in a datagram.
_LARGEST = 9216
_AT_ONCE, _TRIES, _ANSWER_SECONDS = 16, 3, 0.5
_LARGE_BUFFER = 1 << 16


@dataclasses.dataclass(frozen=True)
class Peer:
    """Another host and where it is."""

    name: str
    address: str


def round_table(names: Sequence[str], own: str, most: int) -> tuple[list[str], list[str]]:
    """Return whom a host asks, and who asks it: the next ones around, and those before."""
    if own not in names:
        return [], []
    place, count = names.index(own), min(most, len(names) - 1)
    after = [names[(place + step) % len(names)] for step in range(1, count + 1)]
    before = [names[(place - step) % len(names)] for step in range(1, count + 1)]
    return after, before


class Desk:
    """What a host listens with: it is open as soon as this is made."""

    def __init__(self, ports: Sequence[int], datagrams: int) -> None:
        self.servers = {port: server for port in ports if (server := _server(port))}
        self.line = _desk(datagrams)

    def serve(
        self, expected: Sequence[str], seconds: float,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> set[str]:  # fmt: skip
        """Answer until all that are expected have said their last, or the seconds are over."""
        end = clock() + seconds
        done: set[str] = set()
        with contextlib.ExitStack() as stack:
            chosen = stack.enter_context(selectors.DefaultSelector())
            for each in filter(None, (*self.servers.values(), self.line)):
                chosen.register(stack.enter_context(each), selectors.EVENT_READ)
            while not set(expected) <= done and clock() < end:
                for key, _events in chosen.select(max(0.0, min(0.2, end - clock()))):
                    if key.fileobj is self.line:
                        done |= _answer(self.line, sorted(self.servers))
                    else:
                        _accept(t.cast("socket.socket", key.fileobj))
        return done


def detach(serve: t.Callable[[], t.Any]) -> None:
    """Do something in a process of its own, which nobody waits for, and return at once."""
    between = os.fork()
    if between:
        # The one in between ends at once, so that nobody has a child to wait for.
        os.waitpid(between, 0)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    try:
        # Whoever reads from this process must not wait for the one that stays.
        with open(os.devnull, "r+b") as nothing:
            for stream in (0, 1, 2):
                os.dup2(nothing.fileno(), stream)
        serve()
    finally:
        os._exit(0)


def _server(port: int) -> socket.socket | None:
    """Return a socket that listens, or None when somebody else does there."""
    try:
        if socket.has_dualstack_ipv6():
            server = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        else:
            server = socket.create_server(("", port))
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        return None
    server.setblocking(False)
    return server


def _desk(port: int) -> socket.socket | None:
    """Return a socket for datagrams, or None when somebody else has it."""
    family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
    desk = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            desk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        desk.bind(("", port))
    except OSError as problem:
        desk.close()
        if problem.errno != errno.EADDRINUSE:
            raise
        return None
    desk.setblocking(False)
    return desk


def _accept(server: socket.socket) -> None:
    # Who knocked may be gone already.
    with contextlib.suppress(OSError):
        server.accept()[0].close()


def _answer(desk: socket.socket | None, ports: list[int]) -> set[str]:
    """Answer a datagram; return who has said the last word with it."""
    if desk is None:
        return set()
    try:
        text, sender = desk.recvfrom(_LARGE_BUFFER)
        question = json.loads(text)
        name, last = str(question["from"]), bool(question["last"])
        answer = {"clock": time.time(), "ports": ports, "mark": question.get("mark")}
        desk.sendto(json.dumps(answer).encode(), sender)
    except (OSError, ValueError, KeyError, TypeError):
        # Datagrams of strangers are none of ours.
        return set()
    return {name} if last else set()


def ask_all(
    own: str, peers: Sequence[Peer], ports: Sequence[int], datagrams: int, patience: float
) -> dict[str, dict[str, t.Any]]:
    """Return name -> what was found on the way to it, all asked at the same time."""
    if not peers:
        return {}
    with concurrent.futures.ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda peer: ask(own, peer, ports, datagrams, patience), peers)
        return {peer.name: result for peer, result in zip(peers, found)}


def ask(
    own: str, peer: Peer, ports: Sequence[int], datagrams: int, patience: float
) -> dict[str, t.Any]:
    """Return what was found on the way to a host; what nothing answered is left out."""
    found: dict[str, t.Any] = {}
    listening: list[int] = []
    try:
        with _connected(peer.address, datagrams) as line:
            answer = _asked(line, own, patience)
            if answer:
                listening = answer.pop("listening")
                found |= answer
                found |= _large(line, own)
            states = {str(port): reach(peer.address, port, patience) for port in ports}
            if not any(_say(line, own, last=True) for _ in range(_TRIES)):
                # Its time to listen was over meanwhile, so that nothing can be told of the way.
                listening = []
                if not found.get("large"):
                    found.pop("large", None)
    except OSError:
        # No name, no address of this family, no route: no port can be reached then.
        states = {str(port): BLOCKED for port in ports}
    for port, state in states.items():
        # Somebody listens, and yet it is refused: what refuses stands on the way.
        states[port] = BLOCKED if state == REFUSED and int(port) in listening else state
    return {"ports": states, **found}


def reach(address: str, port: int, patience: float) -> str:
    """Return whether a port is open, refuses, or whether nothing comes back at all."""
    try:
        with socket.create_connection((address, port), timeout=patience):
            return OPEN
    except ConnectionRefusedError:
        return REFUSED
    except OSError:
        return BLOCKED


def _connected(address: str, port: int) -> socket.socket:
    """Return a socket for datagrams to a host that never cuts them."""
    family, kind, _protocol, _name, where = socket.getaddrinfo(
        address, port, type=socket.SOCK_DGRAM
    )[0]
    line = socket.socket(family, kind)
    try:
        level, discover, _mtu = _DISCOVER[family]
        line.setsockopt(level, discover, _NEVER_CUT)
        line.connect(where)
    except OSError:
        line.close()
        raise
    return line


def _asked(line: socket.socket, own: str, patience: float) -> dict[str, t.Any]:
    """Return how the other's clock differs and where it listens; nothing without an answer."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = time.time()
        answer = _say(line, own)
        if answer:
            after = time.time()
            return {
                "offset": round(answer["clock"] - (before + after) / 2, 4),
                "doubt": round((after - before) / 2, 4),
                "listening": answer["ports"],
            }
        # It may not have begun to listen yet.
        time.sleep(0.1)
    return {}


def _large(line: socket.socket, own: str) -> dict[str, t.Any]:
    """Return whether packets as large as the interface's own get there and are answered."""
    level, _discover, option = _DISCOVER[line.family]
    mtu = struct.unpack("i", line.getsockopt(level, option, 4))[0]
    size = min(mtu, _LARGEST) - _HEADERS[line.family]
    return {"mtu": mtu, "large": any(_say(line, own, size=size) for _ in range(_TRIES))}


def _say(
    line: socket.socket, own: str, *, last: bool = False, size: int = 0
) -> dict[str, t.Any] | None:
    """Send a question, made as large as is wanted; return the answer, none to one before it."""
    mark = os.urandom(4).hex()
    text = json.dumps({"from": own, "last": last, "mark": mark}).encode()
    end = time.monotonic() + _ANSWER_SECONDS
    try:
        line.send(text + b" " * (size - len(text)))
        while (left := end - time.monotonic()) > 0:
            line.settimeout(left)
            answer: dict[str, t.Any] = json.loads(line.recv(_LARGE_BUFFER))
            if answer.get("mark", mark) == mark:
                return answer
    except (OSError, ValueError):
        pass
    return None
