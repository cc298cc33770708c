# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What is behind a load balancer: listeners, each with a pool, its monitor and members. Pure.

Like the rules of a security group they are no things of their own: they are compared, made and
removed with the load balancer. It takes one change at a time, and none while it is at work.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._cloud import states
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request, Until
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import KINDS
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Ask, Live
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.changes import Job
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight

    Attributes = dict[str, t.Any]
    Steps = Generator[Ask, t.Any, None]

# Lists by the kind under which they are seen; the members of a pool have a list of their own.
LISTS = {"listener": "listeners", "pool": "pools", "healthmonitor": "healthmonitors"}
# How often a change is tried that somebody else's comes before.
TRIES = 5
_MONITOR = {"type": "TCP", "delay": 5, "timeout": 5, "max_retries": 3}
_POOL = {"protocol": "TCP", "lb_algorithm": "ROUND_ROBIN"}
_LISTENER = ("protocol", "protocol_port")
_MEMBER = ("address", "protocol_port")
_GONE = (404,)


def wanted(port: int, members: Sequence[Attributes]) -> Attributes:
    """Return a listener as it should be: the connections of a port, handed to who answers."""
    pool = {**_POOL, "healthmonitor": dict(_MONITOR), "members": list(members)}
    return {"protocol": "TCP", "protocol_port": port, "default_pool": pool}


def body(given: Mapping[str, t.Any]) -> Attributes:
    """Return what is sent to create a load balancer with all that is behind it."""
    sent = {key: value for key, value in given.items() if key not in ("listeners", "status")}
    sent["listeners"] = [
        {"name": name, **item, "default_pool": {"name": name, **item["default_pool"]}}
        for item in given["listeners"]
        for name in [_name(given["name"], item)]
    ]
    return sent


def _name(balancer: str, listener: Mapping[str, t.Any]) -> str:
    """Return what a listener and its pool are called."""
    return f"{balancer}-{listener['protocol_port']}"


def read(live: Live, sight: Sight) -> list[Attributes]:
    """Return the listeners that are there, in the form in which they are wanted."""
    return [_read(item, sight) for item in _of("listener", live, sight)]


def _of(kind: str, live: Live, sight: Sight) -> list[Live]:
    """Return what of a kind is behind a load balancer."""
    return [
        item
        for item in sight.of(kind)
        if live["id"] in [each["id"] for each in item["loadbalancers"]]
    ]


def _read(listener: Live, sight: Sight) -> Attributes:
    found: Attributes = {key: listener[key] for key in _LISTENER}
    pool = _one(sight.of("pool"), listener.get("default_pool_id"))
    if pool is None:
        return {**found, "default_pool": None}
    monitor = _one(sight.of("healthmonitor"), pool.get("healthmonitor_id"))
    members = [item for item in sight.of("member") if item["pool_id"] == pool["id"]]
    found["default_pool"] = {
        **{key: pool[key] for key in _POOL},
        "healthmonitor": monitor and {key: monitor[key] for key in _MONITOR},
        "members": [{key: item[key] for key in _MEMBER} for item in members],
    }
    return found


def _one(items: Sequence[Live], uid: str | None) -> Live | None:
    """Return the one with an id."""
    return next((item for item in items if item["id"] == uid), None)


def in_order(listeners: Sequence[Attributes]) -> list[Attributes]:
    """Return listeners with the members of each pool in one order."""
    return [
        {**item, "default_pool": {**pool, "members": sorted(pool["members"], key=_told)}}
        if pool
        else item
        for item in listeners
        for pool in [item["default_pool"]]
    ]


def write(live: Live, request: Request) -> Generator[Ask, t.Any, t.Any]:
    """Send a change, after those of others, and wait until it is done; return the answer."""
    uid, judge = str(live["id"]), states.judge_ready(KINDS["load_balancer"])
    ready = Until("load_balancer", uid, request.target, judge)
    for attempt in range(1, TRIES + 1):
        try:
            answer = yield request
        except ClientError as error:
            if error.status != 409 or attempt == TRIES:
                raise
            # It is at work for somebody else, and takes nothing until that is done.
            yield ready
        else:
            break
    yield ready
    return answer


def change(job: Job) -> Steps:
    """Change a load balancer: itself, then what is behind it."""
    own = {key: job.given[key] for key in ("name", "description") if key in job.changes}
    if own:
        yield from write(job.live, job.put(own))
    if "listeners" in job.changes:
        yield from Behind(job).change()


class Behind:
    """The listeners of one load balancer on their way to what is wanted."""

    def __init__(self, job: Job) -> None:
        self._job, self._live, self._sight = job, job.live, job.sight

    def change(self) -> Steps:
        """Remove the listeners that are too many, then make each as it is wanted."""
        listeners = {
            item["protocol_port"]: item for item in _of("listener", self._live, self._sight)
        }
        wishes = {item["protocol_port"]: item for item in self._job.given["listeners"]}
        for port, item in list(listeners.items()):
            if port not in wishes or item["protocol"] != wishes[port]["protocol"]:
                yield from self._send("DELETE", f"/listeners/{item['id']}")
                if item.get("default_pool_id"):
                    yield from self._send("DELETE", f"/pools/{item['default_pool_id']}")
                del listeners[port]
        for port, wish in wishes.items():
            yield from self._listener(wish, listeners.get(port))

    def _send(self, method: str, path: str, **sent: t.Any) -> Generator[Ask, t.Any, t.Any]:
        """Send one change of what is behind the load balancer."""
        request = Request(
            method, "load-balancer", f"/lbaas{path}", self._job.target, sent or None,
            accept=_GONE if method == "DELETE" else (), again=method != "POST",
        )  # fmt: skip
        return (yield from write(self._live, request))

    def _listener(self, wish: Attributes, there: Live | None) -> Steps:
        """Make a listener as it is wanted, its pool first."""
        renamed = self._job.changes.get("name")
        name = _name(str(renamed.new if renamed else self._live["name"]), wish)
        # One that is left of a run that was interrupted has no listener yet.
        free = (item for item in _of("pool", self._live, self._sight) if not item["listeners"])
        pool = (
            _one(self._sight.of("pool"), there.get("default_pool_id"))
            if there
            else next((item for item in free if item["name"] == name), None)
        )
        uid = yield from self._pool(name, wish["default_pool"], pool)
        own = {key: wish[key] for key in _LISTENER}
        if there is None:
            made = {**own, "name": name, "loadbalancer_id": self._live["id"]}
            yield from self._send("POST", "/listeners", listener={**made, "default_pool_id": uid})
        elif there.get("default_pool_id") != uid:
            path = f"/listeners/{there['id']}"
            yield from self._send("PUT", path, listener={"default_pool_id": uid})

    def _pool(self, name: str, wish: Attributes, there: Live | None) -> Generator[Ask, t.Any, str]:
        """Make a pool as it is wanted, and return its id."""
        own = {key: wish[key] for key in _POOL}
        if there is not None and there["protocol"] != wish["protocol"]:
            yield from self._send("DELETE", f"/pools/{there['id']}")
            there = None
        if there is None:
            made = {**own, "name": name, "loadbalancer_id": self._live["id"]}
            answer = yield from self._send("POST", "/pools", pool=made)
            there = {**answer["pool"], "healthmonitor_id": None}
        uid = str(there["id"])
        if there["lb_algorithm"] != wish["lb_algorithm"]:
            algorithm = {"lb_algorithm": wish["lb_algorithm"]}
            yield from self._send("PUT", f"/pools/{uid}", pool=algorithm)
        yield from self._monitor(uid, wish["healthmonitor"], there.get("healthmonitor_id"))
        members = [item for item in self._sight.of("member") if item["pool_id"] == uid]
        if sorted(map(_told, members)) != sorted(map(_told, wish["members"])):
            yield from self._send("PUT", f"/pools/{uid}/members", members=wish["members"])
        return uid

    def _monitor(self, pool: str, wish: Attributes, uid: str | None) -> Steps:
        """Make the monitor of a pool as it is wanted."""
        there = _one(self._sight.of("healthmonitor"), uid)
        if there is not None and there["type"] != wish["type"]:
            yield from self._send("DELETE", f"/healthmonitors/{there['id']}")
            there = None
        if there is None:
            made = {**wish, "pool_id": pool}
            yield from self._send("POST", "/healthmonitors", healthmonitor=made)
            return
        differing = {key: value for key, value in wish.items() if there[key] != value}
        if differing:
            path = f"/healthmonitors/{there['id']}"
            yield from self._send("PUT", path, healthmonitor=differing)


def _told(member: Mapping[str, t.Any]) -> tuple[str, int]:
    """Return what tells a member from another."""
    return str(member["address"]), int(member["protocol_port"])
