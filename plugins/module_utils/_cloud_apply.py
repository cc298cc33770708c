# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Do the steps of a plan for a cloud: the one place that writes there.

Steps whose needs are met run at the same time, but where one service does both, what has more
behind it goes first: what a service does at the same time, it does slowly. Whatever waits shares
one look at the list of its kind, less and less often; no thread is held by a wait. A step that
fails holds up what needs it; the rest goes on, and the report says what was done.
"""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import math
import time
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._applied import Applied, ApplyError
from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import THREADS
from ansible_collections.rookery.rook.plugins.module_utils._cloud import (
    actions,
    changes,
    kinds,
    removal,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Action,
    Live,
    Look,
    Request,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.known import Known
from ansible_collections.rookery.rook.plugins.module_utils._cloud.pace import Pace
from ansible_collections.rookery.rook.plugins.module_utils._cloud_look import BRIEF, refresh
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    RookeryError,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.rookery.rook.plugins.module_utils._graph import Graph

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.rookery.rook.plugins.module_utils._clients.openstack import Cloud
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Sight
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Wanted
    from ansible_collections.rookery.rook.plugins.module_utils._steps import Plan, Step

    Future = concurrent.futures.Future[t.Any]

# Seconds to the first look after a wait began, by how much the next one is later, and the longest.
FIRST, FACTOR, LONGEST = 0.4, 1.2, 5.0
# How many times as long as its answer what is to go has at least, until it is looked at.
SLOWER = 2.0
# Seconds after which states are looked at again where all are waited for to be gone.
STATES = 5.0
# When a look is due that is only to be made when nothing is waited for to be gone.
NEVER = math.inf
# What one request for many may hold, so that none is too long for a proxy.
AT_ONCE = 50


@dataclasses.dataclass
class Run:
    """Steps that are being done by one action, what it asked last, and when."""

    steps: Sequence[Step]
    action: Action
    asked: float
    request: Request | None = None


@dataclasses.dataclass
class Wait:
    """A run that waits: since when, until when, and the last reason."""

    run: Run
    until: Until
    began: float
    limit: float
    reason: str = "was not looked at yet"


@dataclasses.dataclass
class Poll:
    """When a kind is looked at next, from when on with states, and the look that is under way.

    first is the shortest pause; brief says that this look is without states.
    """

    due: float
    first: float
    pause: float
    states: float
    brief: bool = False
    began: float = 0.0
    future: Future | None = None


def behind(steps: Sequence[Step]) -> dict[str, int]:
    """Return how long a way follows on each step; what is waited for counts twice."""
    costs = {step.id: 2 if _is_waited_for(step) else 1 for step in steps}
    followers = Graph.of({step.id: step.needs for step in steps}).reversed()
    found: dict[str, int] = {}
    for layer in followers.layers():
        for step_id in layer:
            lengths = (costs[other] + found[other] for other in followers.needs[step_id])
            found[step_id] = max(lengths, default=0)
    return found


def _is_waited_for(step: Step) -> bool:
    """Tell whether a step ends with a wait."""
    row = kinds.KINDS.get(kinds.kind_of(step.target))
    return bool(row and row.status)


def _service(step: Step) -> str:
    """Return who does a step; of what has no row each kind stands by itself."""
    kind = kinds.kind_of(step.target)
    return kinds.KINDS[kind].service if kind in kinds.KINDS else kind


class Doer:
    """Walks one plan."""

    def __init__(
        self,
        cloud: Cloud,
        wanted: Mapping[str, Wanted],
        found: Found,
        sight: Sight,
        timeout: float,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cloud, self._wanted, self._found = cloud, wanted, found
        self._sight, self._timeout, self._log, self._clock = sight, timeout, log, clock
        self.known = Known(found, sight)
        self._applied = Applied()
        self._pace = Pace(THREADS)
        # Whose requests are to be sent, and who waits for an answer.
        self._queue: list[Run] = []
        self._asked: dict[Future, Run] = {}
        self._waits: list[Wait] = []
        self._polls: dict[str, Poll] = {}

    def run(self, plan: Plan) -> Applied:
        """Do all steps that can be done; raise ApplyError when one of them failed."""
        todo = {step.id: step for step in plan.steps}
        self._site, self._behind = plan.site, behind(plan.steps)
        with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
            self._pool = pool
            while todo or self._asked or self._waits:
                self._start(todo)
                if not self._asked and not self._waits:
                    if todo and not self._ready(todo):
                        self._applied.blocked += todo
                        todo.clear()
                    continue
                self._let_look()
                self._pause()
                self._collect()
                self._look()
        applied = self._applied
        if applied.failed or applied.blocked:
            writing = {step.id for step in plan.steps if step.op != "keep"}
            raise ApplyError(applied, changed=bool(writing & set(applied.done)))
        return applied

    def _ready(self, todo: Mapping[str, Step]) -> list[Step]:
        """Return the steps whose needs are met."""
        done = set(self._applied.done)
        return [step for step in todo.values() if done.issuperset(step.needs)]

    def _first(self, ready: Sequence[Step]) -> list[Step]:
        """Return the steps that keep their service from none with more behind it."""
        most: dict[str, int] = {}
        under_way = [*self._queue, *self._asked.values()]
        for step in [*ready, *(step for run in under_way for step in run.steps)]:
            service = _service(step)
            most[service] = max(most.get(service, 0), self._behind[step.id])
        return [step for step in ready if self._behind[step.id] == most[_service(step)]]

    def _start(self, todo: dict[str, Step]) -> None:
        """Start every step that can start; those that are created together are one run."""
        together: dict[str, list[Step]] = {}
        for step in self._first(self._ready(todo)):
            del todo[step.id]
            kind = kinds.kind_of(step.target)
            if step.op == "create" and kind in actions.BULK:
                together.setdefault(kind, []).append(step)
            elif step.op == "keep":
                self._applied.done.append(step.id)
            else:
                self._begin([step])
        for steps in together.values():
            for place in range(0, len(steps), AT_ONCE):
                self._begin(steps[place : place + AT_ONCE])

    def _begin(self, steps: Sequence[Step]) -> None:
        """Begin the action of steps."""
        run = Run(steps, self._action(steps), self._clock())
        self._advance(run, None)

    def _action(self, steps: Sequence[Step]) -> Action:
        """Return how steps are done."""
        step = steps[0]
        if step.op == "create":
            items = [self._wanted[item.target] for item in steps]
            return actions.create(self._site, items, self.known)
        if step.op == "update":
            item = self._wanted[step.target]
            return changes.update(item, step.changes, self.known, self._sight)
        return removal.remove(self._site, step.target, self._doomed(step), self._sight)

    def _doomed(self, step: Step) -> Live:
        """Return what a step removes: ours, a double of it, or something of others."""
        for target, live in self._found.doubles:
            if step.id == f"delete {target} {live[kinds.KINDS[kinds.kind_of(target)].uid]}":
                return live
        if step.target in self._found.live:
            return self._found.live[step.target]
        kind, _slash, uid = step.target.partition("/")
        return next((item for item in self._sight.of(kind) if item["id"] == uid), {})

    def _advance(self, run: Run, answer: t.Any, error: RookeryError | None = None) -> None:
        """Give a run its answer, and take what it asks for next."""
        try:
            ask = run.action.throw(error) if error is not None else run.action.send(answer)
        except StopIteration as end:
            self._finish(run, end.value)
        except RookeryError as problem:
            for step in run.steps:
                self._applied.failed[step.id] = problem
                self._log(f"{step.id} failed: {problem}")
        else:
            self._ask(run, ask)

    def _ask(self, run: Run, ask: Request | Look | Until) -> None:
        """Send a request, or begin a wait."""
        now = self._clock()
        if isinstance(ask, Until):
            self._waits.append(Wait(run, ask, now, now + self._timeout))
            # A cloud that was slow to say that something will go is slow to let it go.
            answered = now - run.asked if ask.end else 0.0
            first = min(max(FIRST, SLOWER * answered), LONGEST)
            due = NEVER if ask.now else now + first
            poll = self._polls.setdefault(ask.kind, Poll(due, first, first, now + STATES))
            if poll.future is None:
                poll.due = min(poll.due, due)
                poll.first = poll.pause = first
            return
        run.asked = now
        if isinstance(ask, Look):
            run.request = None
            self._asked[self._pool.submit(refresh, self._cloud, ask.kind)] = run
        else:
            run.request = ask
            self._queue.append(run)
            self._send()

    def _send(self) -> None:
        """Send what waits for it, as far as each service has no more than it can do at once."""
        sent = [run.request for run in self._asked.values() if run.request]
        busy = collections.Counter(request.service for request in sent)
        for run in list(self._queue):
            request = t.cast("Request", run.request)
            if busy[request.service] < self._pace.limit(request.service):
                busy[request.service] += 1
                self._queue.remove(run)
                run.asked = self._clock()
                self._asked[self._pool.submit(self._cloud.send, request)] = run

    def _finish(self, run: Run, made: Sequence[Live]) -> None:
        """Take in what a run has done."""
        for place, step in enumerate(run.steps):
            if step.op == "delete":
                self.known.forget(step.target)
            elif place < len(made):
                self.known.keep(step.target, made[place])
            self._applied.done.append(step.id)
            self._log(f"{step.id} done")

    def _let_look(self) -> None:
        """Let what has happened be looked at as soon as nothing is to be gone any more."""
        if not any(wait.until.end for wait in self._waits):
            for poll in self._polls.values():
                poll.due = self._clock() if poll.due == NEVER else poll.due

    def _pause(self) -> None:
        """Wait for an answer, or until the next look is due."""
        pending = [*self._asked, *(poll.future for poll in self._polls.values() if poll.future)]
        now = self._clock()
        kinds_waited = {wait.until.kind for wait in self._waits}
        dues = [
            poll.due - now
            for kind, poll in self._polls.items()
            if poll.future is None and kind in kinds_waited and poll.due < NEVER
        ]
        limit = max(0.0, min(dues)) if dues else None
        if pending:
            first = concurrent.futures.FIRST_COMPLETED
            concurrent.futures.wait(pending, limit, return_when=first)
        elif limit:
            time.sleep(limit)

    def _collect(self) -> None:
        """Give the runs the answers that came."""
        for future in [future for future in self._asked if future.done()]:
            run = self._asked.pop(future)
            problem = future.exception()
            if problem is None:
                # A refusal comes sooner than any work could be done, and tells nothing of its time.
                if run.request:
                    self._pace.answered(run.request, self._clock() - run.asked)
                self._advance(run, future.result())
            elif isinstance(problem, RookeryError):
                self._advance(run, None, problem)
            else:
                raise problem
        self._send()

    def _look(self) -> None:
        """Begin the looks that are due, and judge by those that came back."""
        now = self._clock()
        for kind, poll in list(self._polls.items()):
            if poll.future is not None and poll.future.done():
                future, poll.future = poll.future, None
                if self._judge(kind, poll, future):
                    poll.pause = poll.first
                # A cloud that needs long to answer is not asked more often than it can.
                pause = max(poll.pause, now - poll.began)
                poll.due, poll.pause = now + pause, min(poll.pause * FACTOR, LONGEST)
            # Whoever was judged just now may wait for something of another kind.
            elif poll.future is None and kind not in {wait.until.kind for wait in self._waits}:
                del self._polls[kind]
            elif poll.future is None and poll.due <= now:
                self._look_at(kind, poll, now)

    def _look_at(self, kind: str, poll: Poll, now: float) -> None:
        """Begin a look, without states while all are waited for to be gone and none in vain."""
        waits = [wait for wait in self._waits if wait.until.kind == kind]
        ends = kind in BRIEF and all(wait.until.end and now < wait.limit for wait in waits)
        poll.brief = ends and now < poll.states
        if not poll.brief:
            poll.states = now + STATES
        poll.began = now
        poll.future = self._pool.submit(refresh, self._cloud, kind, poll.brief)

    def _judge(self, kind: str, poll: Poll, future: Future) -> bool:
        """Tell by one look how those stand that waited when it began.

        Return whether some have gone: what was asked to go with them follows soon.
        """
        waits = [
            wait for wait in self._waits if wait.until.kind == kind and wait.began <= poll.began
        ]
        problem = future.exception()
        if problem is not None and not isinstance(problem, ClientError):
            raise problem
        uid = kinds.KINDS[kind].uid if kind in kinds.KINDS else "id"
        seen = {} if problem else {str(item[uid]): item for item in future.result()}
        for wait in waits:
            if problem is not None:
                wait.reason = str(problem)
            else:
                self._settle(wait, seen.get(wait.until.uid))
            # Why it was in vain only a look with states tells: it is the next one.
            if wait in self._waits and self._clock() >= wait.limit and not poll.brief:
                self._end(wait, WaitTimeout(self._told(wait), self._timeout))
        return any(wait.until.uid not in seen for wait in waits) and problem is None

    def _settle(self, wait: Wait, live: Live | None) -> None:
        """End a wait that is over."""
        standing = wait.until.judge(live)
        wait.reason = standing.reason
        if standing.outcome in ("ready", "gone"):
            self._waits.remove(wait)
            self._advance(wait.run, live)
        elif standing.outcome == "failed":
            self._end(wait, WaitFailed(self._told(wait), self._clock() - wait.began))

    def _end(self, wait: Wait, error: RookeryError) -> None:
        """End a wait that will not be over."""
        self._waits.remove(wait)
        self._advance(wait.run, None, error)

    def _told(self, wait: Wait) -> dict[str, str]:
        """Return for what was waited and why."""
        return {f"{wait.until.target} ({wait.until.uid})": wait.reason}
