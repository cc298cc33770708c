# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Do the steps of a plan: the one place that writes what a model wants.

Steps whose needs are met run at the same time. A step that fails holds up what needs it; the rest
goes on, and the report says what was done. Before each write the object is read again: what changed
since the plan was made is not overwritten.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ConflictError,
    RookeryError,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import MANAGER
from ansible_collections.rookery.rook.plugins.module_utils._plan import last_seen
from ansible_collections.rookery.rook.plugins.module_utils._readiness import Expect

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


@dataclasses.dataclass
class Applied:
    """What became of each step, by its id."""

    done: list[str] = dataclasses.field(default_factory=list)
    failed: dict[str, RookeryError] = dataclasses.field(default_factory=dict)
    blocked: dict[str, str] = dataclasses.field(default_factory=dict)


class ApplyError(RookeryError):
    """Some steps failed; the message says which, what was held up, and what was done."""

    def __init__(self, applied: Applied, *, changed: bool) -> None:
        self.applied = applied
        self.changed = changed
        lines = [f"{step}: {problem}" for step, problem in applied.failed.items()]
        if applied.blocked:
            lines.append(f"Not done, because it needs the above: {', '.join(applied.blocked)}.")
        lines.append(
            "What was done before stays; run again to go on from there."
            if changed
            else "Nothing was changed."
        )
        super().__init__("\n".join(lines))


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

    def run(self, plan: Plan) -> Applied:
        """Do all steps that can be done; raise ApplyError when one of them failed."""
        applied = Applied()
        todo = {step.id: step for step in plan.steps}
        waits: dict[str, Wait] = {}
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            writes: dict[concurrent.futures.Future[None], Step] = {}
            while todo or writes or waits:
                self._start_ready(plan, todo, applied, pool, writes, waits)
                self._collect(applied, writes, waits)
                if self._ready(todo, applied, plan):
                    continue
                if writes or waits:
                    self._waiter.pause()
                else:
                    self._block(todo, applied)
        if applied.failed or applied.blocked:
            writing = {step.id for step in plan.steps if step.op in ("create", "update", "delete")}
            raise ApplyError(applied, changed=bool(writing & set(applied.done)))
        return applied

    def _ready(self, todo: Mapping[str, Step], applied: Applied, plan: Plan) -> list[Step]:
        """Return the steps whose needs are met; a need outside the plan is met."""
        inside = {step.id for step in plan.steps}
        done = set(applied.done)
        return [step for step in todo.values() if not (set(step.needs) & inside) - done]

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
        ready = self._ready(todo, applied, plan)
        while ready:
            for step in ready:
                del todo[step.id]
                if step.op == "keep":
                    applied.done.append(step.id)
                elif step.op == "wait":
                    waits[step.id] = self._wait(plan, step)
                else:
                    future = pool.submit(self._write, step)
                    future.add_done_callback(lambda _future: self._feed.ring())
                    writes[future] = step
            ready = self._ready(todo, applied, plan)

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

    def _block(self, todo: dict[str, Step], applied: Applied) -> None:
        """Mark what can no longer run."""
        for step_id, step in todo.items():
            reasons = [need for need in step.needs if need not in applied.done]
            applied.blocked[step_id] = ", ".join(reasons)
        todo.clear()

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
        return self._waiter.add(Ref.of(manifest), "ready", manifest, expect)

    def _manifest(self, step: Step) -> Mapping[str, t.Any]:
        """Return the object of a step as wanted, or else as observed."""
        if step.target in self._desired:
            return self._desired[step.target].manifest
        return self._observed.objects[step.target]

    def _write(self, step: Step) -> None:
        """Do one writing step."""
        planned = self._observed.objects.get(step.target)
        if step.op == "delete" and planned is not None:
            self._client.delete(Ref.of(planned), planned["metadata"]["uid"])
            return
        manifest = self._manifest(step)
        ref = Ref.of(manifest)
        # What is created again after its removal was there when the plan was made.
        self._check_fresh(step, ref, None if step.op == "create" else planned)
        if step.patch is not None:
            stored = self._client.patch(ref, dict(step.patch))
        else:
            stored = self._client.apply(dict(manifest))
        self._written[step.target] = _written_at(stored)

    def _check_fresh(self, step: Step, ref: Ref, planned: Mapping[str, t.Any] | None) -> None:
        """Refuse to write over what somebody changed after the plan was made."""
        live = self._client.get(ref)
        if _stand(live) != _stand(planned):
            raise ConflictError(
                step.op,
                step.target,
                "it was changed by somebody after the plan was made. Run again: the new plan will "
                "take the change into account",
            )


def _written_at(stored: Mapping[str, t.Any]) -> str:
    """Return when we wrote an object last, by the server's clock."""
    fields = stored["metadata"].get("managedFields") or ()
    return max((item.get("time", "") for item in fields if item["manager"] == MANAGER), default="")


def _stand(manifest: Mapping[str, t.Any] | None) -> tuple[t.Any, ...] | None:
    """Return what tells two versions of an object's wanted part apart.

    Kinds with a generation count changes of their spec; the others have only their version, and
    nobody else writes those.
    """
    if manifest is None:
        return None
    meta = manifest["metadata"]
    return meta["uid"], meta.get("generation") or meta.get("resourceVersion")
