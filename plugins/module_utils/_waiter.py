# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Wait until objects are ready or gone, by what watches report.

The limit counts from the last change of an object's reason, so that a slow site that makes progress
is waited for; a cap ends even that. A state that cannot recover ends the wait early, once it has
lasted for a moment. Clock and feed are arguments.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Place, Topic
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    SITE_LABEL,
    children_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._readiness import (
    Expect,
    Failed,
    NotReady,
    Ready,
    Verdict,
    gone,
    latest,
    readiness,
    ready_parts,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Kube,
        Object,
    )

# How often the limits are looked at while nothing happens.
TICK_SECONDS = 5.0
CAP_FACTOR = 4
# Rights that are missing for so long do not come by themselves.
DENIED_SECONDS = 45
# Of so many objects that a run waited for in vain others are asked: each is some requests.
MOST_ASKED = 10


class Feeding(t.Protocol):
    """What the waiter needs of a feed."""

    def follow(self, topic: Topic, leaving: Place | None = None) -> None:
        """Begin to follow a topic; keep how what is leaving went."""

    def objects(self, topic: Topic) -> Mapping[Place, Object] | None:
        """Return its objects, None before the first list."""

    def went(self, topic: Topic, place: Place) -> Object | None:
        """Return what was leaving as last heard of, None before it has gone."""

    def problem(self, topic: Topic) -> Exception | None:
        """Return why it cannot be followed now."""

    def wait(self, seconds: float) -> None:
        """Return when something changed."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """Seconds without progress, and seconds in all."""

    still: float
    total: float

    @classmethod
    def of(cls, wait_timeout: float) -> Limits:
        """Return the limits that a module's wait_timeout stands for."""
        return cls(still=wait_timeout, total=wait_timeout * CAP_FACTOR)


@dataclasses.dataclass
class Wait:
    """One wait: for what, and what it has seen.

    origin is when the first wait of the run began. parts are what the object is judged by, with the
    time at which each became ready; last is how the object and its parts were seen last. stood is
    how the object to go stood last: a teardown that begins later sets first how it is to go.
    """

    id: str
    ref: Ref
    until: str
    manifest: Mapping[str, t.Any]
    expect: Expect
    origin: float
    began: float
    moved: float
    reasons: list[str]
    parts: dict[str, float] = dataclasses.field(default_factory=dict)
    last: tuple[Object, ...] = ()
    stood: Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    failed_at: float | None = None
    ended: float | None = None
    outcome: str = ""

    def as_result(self) -> dict[str, t.Any]:
        """Return what a module's result tells of it."""
        seconds = round((self.ended or self.moved) - self.began, 1)
        return {
            "id": self.id,
            "until": self.until,
            "outcome": self.outcome or "waiting",
            "began": round(self.began - self.origin, 1),
            "seconds": seconds,
            "reasons": self.reasons,
            "parts": [
                {"id": part, "seconds": round(at - self.began, 1)}
                for part, at in sorted(self.parts.items(), key=lambda item: (item[1], item[0]))
            ],
        }


class Waiter:
    """Waits for several objects at the same time."""

    def __init__(
        self,
        client: Kube,
        feed: Feeding,
        limits: Limits,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._feed = feed
        self._limits = limits
        self._say = say
        self._clock = clock
        self._told: set[str] = set()
        self._asked = 0
        self._suspected = False
        self.history: list[Wait] = []

    def add(
        self,
        ref: Ref,
        until: str,
        manifest: Mapping[str, t.Any],
        expect: Expect | None = None,
        seen: tuple[Mapping[str, t.Any], Sequence[Mapping[str, t.Any]]] | None = None,
    ) -> Wait:
        """Begin to wait for an object; manifest is as wanted, or as last observed.

        What was seen of it and of what it is judged by may end the wait before it begins.
        """
        now = self._clock()
        expect = expect or Expect()
        origin = self.history[0].began if self.history else now
        wait = Wait(ref.id, ref, until, manifest, expect, origin, began=now, moved=now, reasons=[])
        self.history.append(wait)
        if seen is not None and isinstance(readiness(*seen, expect), Ready):
            wait.ended, wait.outcome = now, until
            return wait
        self._feed.follow(_topic(wait), (ref.namespace, ref.name) if until == "gone" else None)
        for topic in _child_topics(wait):
            self._feed.follow(topic)
        return wait

    def settle(self) -> tuple[Wait, ...]:
        """Judge all open waits by what is known now, and return those that have just ended."""
        return tuple(wait for wait in self.open() if self._judge(wait))

    def open(self) -> tuple[Wait, ...]:
        """Return the waits that go on."""
        return tuple(wait for wait in self.history if wait.ended is None)

    def pause(self) -> None:
        """Return at the next change, or when limits have to be looked at again."""
        now = self._clock()
        left = [wait.moved + self._limits.still - now for wait in self.open()]
        self._feed.wait(max(min([*left, TICK_SECONDS]), 0.0))

    def wait_all(self, targets: Iterable[tuple[Ref, str, Mapping[str, t.Any]]]) -> None:
        """Wait for all; raise WaitFailed or WaitTimeout with the reasons of all that are left."""
        for target in targets:
            self.add(*target)
        while self.open():
            bad = [wait for wait in self.settle() if wait.outcome not in ("ready", "gone")]
            if bad:
                raise self.error((*bad, *self.open()))
            if self.open():
                self.pause()

    def error(self, bad: Sequence[Wait]) -> WaitFailed | WaitTimeout:
        """Return the error for waits that ended badly.

        What others said last of the first ones is told once in a run, and so is, with the first
        error, what the whole is a sign of.
        """
        # Few waits end badly; the others need not load every symptom that is known.
        from ansible_collections.rookery.rook.plugins.module_utils._clues import clues, home_of
        from ansible_collections.rookery.rook.plugins.module_utils._diagnose import suspects

        told = {wait.id: last_reason(wait) for wait in bad}
        seconds = max(self._clock() - wait.began for wait in bad)
        asked = bad[: max(MOST_ASKED - self._asked, 0)]
        self._asked += len(asked)
        kind = WaitFailed if any(wait.outcome == "failed" for wait in bad) else WaitTimeout
        heard = dict.fromkeys(
            clue
            for wait in asked
            for clue in clues(self._client, wait.manifest, wait.last, wait.expect)
            if not any(clue.endswith(reason) for reason in told.values())
        )
        if asked and not self._suspected:
            self._suspected = True
            homes = dict.fromkeys(home for wait in asked if (home := home_of(wait.manifest)))
            heard |= dict.fromkeys(suspects(self._client, tuple(homes), asked[0].expect))
        news = [clue for clue in heard if clue not in self._told]
        self._told.update(news)
        return kind(told, seconds, news)

    def _judge(self, wait: Wait) -> bool:
        """Note what is known of one wait; tell whether it ended."""
        now = self._clock()
        state = self._state(wait, now)
        if isinstance(state, Ready):
            wait.ended, wait.outcome = now, wait.until
            self._say(f"{wait.id} is {wait.until} after {now - wait.began:.1f} s")
            return True
        if not wait.reasons or wait.reasons[-1] != state.reason:
            wait.reasons.append(state.reason)
            wait.moved = now
            self._say(f"{wait.id}: {state.reason}")
        if not isinstance(state, Failed):
            wait.failed_at = None
        elif wait.failed_at is None:
            wait.failed_at = now
        if isinstance(state, Failed) and now - (wait.failed_at or now) >= state.lasting:
            wait.ended, wait.outcome = now, "failed"
        elif now - wait.moved >= self._limits.still or now - wait.began >= self._limits.total:
            wait.ended, wait.outcome = now, "timeout"
        return wait.ended is not None

    def _state(self, wait: Wait, now: float) -> Verdict:
        """Return what is to be said of one wait's object by what is known now."""
        topic = _topic(wait)
        judging = (topic, *_child_topics(wait, explained=False))
        problems = [problem for problem in map(self._feed.problem, judging) if problem is not None]
        if problems:
            return _unseen(problems[0])
        if any(self._feed.objects(each) is None for each in judging):
            return NotReady("it was not observed yet")
        live = (self._feed.objects(topic) or {}).get((wait.ref.namespace, wait.ref.name))
        # What only explains may be hidden from who waits.
        known = map(self._feed.objects, _child_topics(wait))
        children = [item for objects in known for item in (objects or {}).values()]
        wait.last = (*([live] if live else ()), *children)
        ready = ready_parts(wait.manifest, children)
        wait.parts = {part: wait.parts.get(part, now) for part in ready}
        if wait.until != "gone":
            return readiness(live, children, wait.expect)
        # A watch by label cannot tell a removed object from one that lost its label: look twice.
        try:
            seen = live or (self._client.get(wait.ref) if topic.labels else None)
            heard = seen or self._feed.went(topic, (wait.ref.namespace, wait.ref.name))
            wait.stood = latest(wait.stood or wait.manifest, heard)
            return gone(wait.stood, seen, children)
        except ClientError as problem:
            return _unseen(problem)


def _unseen(problem: Exception) -> Verdict:
    """Judge an object that the API does not show."""
    reason = f"it cannot be observed: {problem}"
    denied = isinstance(problem, ClientError) and problem.status in (401, 403)
    return Failed(reason, DENIED_SECONDS) if denied else NotReady(reason)


def last_reason(wait: Wait) -> str:
    """Return why a wait is not over."""
    return wait.reasons[-1] if wait.reasons else "nothing was heard of it"


def _topic(wait: Wait) -> Topic:
    """Return the narrowest collection that holds the object."""
    labels = wait.manifest.get("metadata", {}).get("labels") or {}
    selector = f"{SITE_LABEL}={labels[SITE_LABEL]}" if labels.get(SITE_LABEL) else ""
    return Topic(wait.ref.api_version, wait.ref.kind, wait.ref.namespace, selector)


def _child_topics(wait: Wait, *, explained: bool = True) -> tuple[Topic, ...]:
    """Return the collections of the objects by which this one is judged.

    What goes has nothing to be explained by others.
    """
    explained = explained and wait.until != "gone"
    found = children_of(wait.manifest, explained=explained)
    return tuple(Topic(*collection) for collection in found)
