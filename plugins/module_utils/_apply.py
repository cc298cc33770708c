# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Do the steps of a plan: the one place that writes what a model wants.

Steps whose needs are met run at the same time. A step that fails holds up what needs it; the rest
goes on, and the report says what was done. Each write names the version of the object that the plan
was made for: what changed since then is not overwritten.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._applied import Applied, ApplyError
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ConflictError,
    RookeryError,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import MANAGER
from ansible_collections.rookery.rook.plugins.module_utils._managed import is_settled
from ansible_collections.rookery.rook.plugins.module_utils._observe import Children
from ansible_collections.rookery.rook.plugins.module_utils._plan import last_seen
from ansible_collections.rookery.rook.plugins.module_utils._readiness import Expect
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube
    from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Feed
    from ansible_collections.rookery.rook.plugins.module_utils._plan import (
        Observed,
        Plan,
        Step,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired
    from ansible_collections.rookery.rook.plugins.module_utils._waiter import Wait, Waiter

THREADS = 8
# How often an object is tried whose status changes at every try.
VERSION_TRIES = 5
# No object has this version, so what is to be made is refused when it is there already.
NO_VERSION = "1"


class Applier:
    """Walks one plan."""

    def __init__(
        self,
        client: Kube,
        feed: Feed,
        waiter: Waiter,
        observed: Observed,
        desired: Mapping[str, Desired],
        expect: Expect,
    ) -> None:
        self._client = client
        self._feed = feed
        self._waiter = waiter
        self._observed = observed
        self._desired = desired
        self._expect = expect
        self._written: dict[str, str] = {}
        self._children = Children(client)

    def run(self, plan: Plan) -> Applied:
        """Do all steps that can be done; raise ApplyError when one of them failed."""
        applied = Applied()
        todo = _todo(plan)
        waits: dict[str, Wait] = {}
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            writes: dict[concurrent.futures.Future[None], Step] = {}
            while todo or writes or waits:
                self._start_ready(plan, todo, applied, pool, writes, waits)
                self._collect(applied, writes, waits)
                if _is_away(applied):
                    _give_up(todo, applied)
                    applied.blocked += waits
                    waits.clear()
                if self._ready(todo, applied):
                    continue
                if writes or waits:
                    self._waiter.pause()
                else:
                    _give_up(todo, applied)
        if applied.failed or applied.blocked:
            writing = {step.id for step in plan.steps if step.op in ("create", "update", "delete")}
            raise ApplyError(applied, changed=bool(writing & set(applied.done)))
        return applied

    def _ready(self, todo: Mapping[str, Step], applied: Applied) -> list[Step]:
        """Return the steps whose needs are met."""
        done = set(applied.done)
        return [step for step in todo.values() if done.issuperset(step.needs)]

    def _start_ready(
        self,
        plan: Plan,
        todo: dict[str, Step],
        applied: Applied,
        pool: concurrent.futures.ThreadPoolExecutor,
        writes: dict[concurrent.futures.Future[None], Step],
        waits: dict[str, Wait],
    ) -> None:
        """Start every step that can start; steps that do nothing are done at once."""
        ready = self._ready(todo, applied)
        while ready:
            for step in ready:
                del todo[step.id]
                if step.op == "keep":
                    applied.done.append(step.id)
                elif step.op == "wait":
                    self._begin(plan, step, applied, waits)
                else:
                    future = pool.submit(self._write, step)
                    future.add_done_callback(lambda _future: self._feed.ring())
                    writes[future] = step
            ready = self._ready(todo, applied)

    def _collect(
        self,
        applied: Applied,
        writes: dict[concurrent.futures.Future[None], Step],
        waits: dict[str, Wait],
    ) -> None:
        """Take in what ended since the last look."""
        for future in [future for future in writes if future.done()]:
            step = writes.pop(future)
            problem = future.exception()
            if problem is None:
                applied.done.append(step.id)
            elif isinstance(problem, RookeryError):
                applied.failed[step.id] = problem
            else:
                raise problem
        self._waiter.settle()
        for step_id in [step_id for step_id, wait in waits.items() if wait.ended is not None]:
            wait = waits.pop(step_id)
            if wait.outcome in ("ready", "gone"):
                applied.done.append(step_id)
            else:
                applied.failed[step_id] = self._waiter.error([wait])

    def _begin(self, plan: Plan, step: Step, applied: Applied, waits: dict[str, Wait]) -> None:
        """Begin a wait step, unless what it has to know beforehand cannot be learned."""
        try:
            waits[step.id] = self._wait(plan, step)
        except ClientError as problem:
            applied.failed[step.id] = problem

    def _wait(self, plan: Plan, step: Step) -> Wait:
        """Begin a wait step."""
        if step.until == "gone":
            manifest = last_seen(plan, step.target, self._observed)
            return self._waiter.add(Ref.of(manifest), "gone", manifest)
        # Somebody else's object is watched by its own labels: it lacks ours.
        seen = self._observed.objects
        theirs = step.target in seen and step.target not in self._observed.owned
        manifest = seen[step.target] if theirs else self._manifest(step)
        expect = dataclasses.replace(self._expect, since=self._written.get(step.target, ""))
        live = seen.get(step.target)
        kept = live is not None and step.target not in self._written
        known = (live, self._children.of(live)) if live is not None and kept else None
        return self._waiter.add(Ref.of(manifest), "ready", manifest, expect, known)

    def _manifest(self, step: Step) -> Mapping[str, t.Any]:
        """Return the object of a step as wanted, or else as observed."""
        if step.target in self._desired:
            return self._desired[step.target].manifest
        return self._observed.find(step.target) or {}

    def _write(self, step: Step) -> None:
        """Do one writing step."""
        planned = self._observed.find(step.target)
        if step.op == "delete" and planned is not None:
            try:
                self._client.delete(Ref.of(planned), planned["metadata"]["uid"])
            except ConflictError as problem:
                raise _changed_meanwhile(step) from problem
            return
        # What is created again after its removal was there when the plan was made.
        expected = None if step.op == "create" else planned
        for _again in range(VERSION_TRIES):
            try:
                stored = self._send(step, expected)
                break
            except ConflictError as problem:
                expected, last = self._expected(step, expected, problem), problem
        else:
            raise last
        self._written[step.target] = _written_at(stored)

    def _send(self, step: Step, expected: Mapping[str, t.Any] | None) -> Mapping[str, t.Any]:
        """Write an object if it still has the expected version, and return it as stored."""
        manifest = self._manifest(step)
        version = expected["metadata"].get("resourceVersion", "") if expected else NO_VERSION
        if step.patch is not None:
            patch = merged(step.patch, {"metadata": {"resourceVersion": version}})
            return self._client.patch(Ref.of(manifest), patch)
        meta = {**manifest["metadata"], "resourceVersion": version}
        return self._client.apply({**manifest, "metadata": meta})

    def _expected(
        self, step: Step, expected: Mapping[str, t.Any] | None, problem: ConflictError
    ) -> Mapping[str, t.Any] | None:
        """Return the version to write to after a conflict; refuse what somebody else has changed.

        A status that an operator has written is no change, nor is what this very step has written.
        """
        manifest = self._manifest(step)
        live = self._client.get(Ref.of(manifest))
        ours = step.patch is None and live is not None and is_settled(live, manifest)
        if ours or _stand(live, step) == _stand(expected, step):
            return live
        raise _changed_meanwhile(step) from problem


def _todo(plan: Plan) -> dict[str, Step]:
    """Return the steps by their ids; what they need outside the plan is met."""
    inside = {step.id for step in plan.steps}
    return {
        step.id: dataclasses.replace(step, needs=tuple(filter(inside.__contains__, step.needs)))
        for step in plan.steps
    }


def _give_up(todo: dict[str, Step], applied: Applied) -> None:
    """Mark what can no longer run."""
    applied.blocked += todo
    todo.clear()


def _changed_meanwhile(step: Step) -> ConflictError:
    """Return the error for an object that is not the one that the plan was made for."""
    return ConflictError(
        step.op,
        step.target,
        "it was changed by somebody after the plan was made. Run again: the new plan will take the "
        "change into account",
    )


def _is_away(applied: Applied) -> bool:
    """Tell whether the API no longer answers: every other step would try in vain for as long."""
    return any(
        isinstance(problem, UnreachableError) and problem.status is None
        for problem in applied.failed.values()
    )


def _written_at(stored: Mapping[str, t.Any]) -> str:
    """Return when we wrote an object last, by the server's clock."""
    fields = stored["metadata"].get("managedFields") or ()
    ours = (item.get("time", "") for item in fields if item.get("manager") == MANAGER)
    return max(ours, default="")


def _stand(manifest: Mapping[str, t.Any] | None, step: Step) -> tuple[t.Any, ...] | None:
    """Return what tells two versions of an object's wanted part apart.

    Kinds with a generation count changes of their spec; the others have only their version, and
    nobody else writes those. Who applies fields of it may change without either, and so may the
    finalizers, of which a step that writes them takes away no other one than was confirmed.
    """
    if manifest is None:
        return None
    meta = manifest["metadata"]
    appliers = tuple(
        (entry.get("manager"), entry.get("time"))
        for entry in meta.get("managedFields") or ()
        if entry.get("operation") == "Apply" and not entry.get("subresource")
    )
    writes = "finalizers" in (step.patch or {}).get("metadata", {})
    kept = tuple(meta.get("finalizers") or ()) if writes else ()
    return meta["uid"], meta.get("generation") or meta.get("resourceVersion"), appliers, kept
