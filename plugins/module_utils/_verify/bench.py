# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The workbench of one probe: its pods and claims, what is run in them, and its time."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import json
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Feed
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ProbeError,
    RookeryError,
    WaitFailed,
    WaitTimeout,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.objects import (
    CONTAINER,
    PROGRAMS_PATH,
)
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits, Waiter

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Kube,
        Object,
        Outcome,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._verify.places import Places
    from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import Probe

    Target = tuple[Ref, str, Mapping[str, t.Any]]
    Told = dict[str, t.Any]

# What a probe has, after its time is over, to remove what it made in Ceph.
UNDO_SECONDS = 45
_FIGURES = ("sha256", "bytes", "seconds")


@dataclasses.dataclass(frozen=True)
class World:
    """What all probes of a proof share."""

    client: Kube
    site: Site
    image: str
    timeout: float
    say: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic


def wait_for(world: World, targets: Iterable[Target], seconds: float) -> None:
    """Wait for objects to be ready or gone; raise with the reason of each that is not."""
    feed = Feed(world.client)
    try:
        limits = Limits(still=seconds, total=seconds)
        Waiter(world.client, feed, limits, world.say, world.clock).wait_all(targets)
    finally:
        feed.close()


class Bench:
    """Makes a probe's objects, runs its programs, keeps the evidence, and removes the objects."""

    def __init__(self, world: World, probe: Probe, places: Places) -> None:
        self.world = world
        self.probe = probe
        self.places = places
        self.evidence: list[Told] = []
        self._made: dict[str, Object] = {}
        self._undoing: tuple[Object, tuple[str, ...]] | None = None
        self._began = world.clock()

    def make(self, *manifests: Object) -> None:
        """Make objects all at once, and wait until they are ready."""
        for manifest in manifests:
            made = self.world.client.create(manifest)
            self._made[Ref.of(made).id] = made
        try:
            self._wait((Ref.of(manifest), "ready", manifest) for manifest in manifests)
        except (WaitTimeout, WaitFailed) as problem:
            raise ProbeError(str(problem)) from problem

    def move(self, old: Object, new: Object) -> None:
        """Remove a pod, and make it anew on another node once it is gone."""
        ref = Ref.of(old)
        self._delete(ref)
        self._wait([(ref, "gone", self._made[ref.id])])
        self.make(new)

    def act(self, pod: Object, script: str, act: str, *words: str) -> Told:
        """Run one act of a program in a pod, in a process of its own, and keep what it tells."""
        name, node = pod["metadata"]["name"], self._node(pod)
        told = self._run(pod, (script, act, *words), self._left())
        self.world.say(f"{self.probe.target}: {act} {' '.join(words)} on {node}: {told}")
        row = {"act": act, "what": " ".join(words), "pod": name, "node": node}
        figures = {key: told.get(key) for key in _FIGURES}
        answer = {key: value for key, value in told.items() if key not in _FIGURES}
        self.evidence.append({"target": self.probe.target, **row, **figures, "answer": answer})
        return told

    def undo_by(self, pod: Object, script: str, *words: str) -> None:
        """Remember what removes from Ceph what the probe makes there, should the probe fail."""
        self._undoing = (pod, (script, *words))

    def undone(self) -> None:
        """Forget it: what the probe made in Ceph is gone."""
        self._undoing = None

    def undo(self) -> str:
        """Remove from Ceph what the failed probe has made there; return why that failed too."""
        if self._undoing is None:
            return ""
        try:
            self._run(*self._undoing, UNDO_SECONDS)
        except RookeryError as problem:
            return f"what it made in Ceph was not removed: {problem}"
        return ""

    def note(self, act: str, words: str) -> None:
        """Keep as evidence how something was proven, or why not in another way."""
        row = {"act": act, "what": words, "pod": "", "node": ""}
        figures = {"sha256": None, "bytes": None, "seconds": 0.0}
        self.evidence.append({"target": self.probe.target, **row, **figures, "answer": {}})

    def close(self) -> None:
        """Begin to remove what was made; the end of the proof removes and waits for what stays."""
        for item in self._made.values():
            with contextlib.suppress(ClientError):
                self._delete(Ref.of(item))

    def seconds(self) -> float:
        """Return how long the probe has taken."""
        return round(self.world.clock() - self._began, 1)

    def _run(self, pod: Object, words: tuple[str, ...], limit: float) -> Told:
        """Run a program in a pod and return its answer."""
        name, (script, *arguments) = pod["metadata"]["name"], words
        command = ("python3", f"{PROGRAMS_PATH}/{script}", *arguments)
        where = (pod["metadata"]["namespace"], name, CONTAINER)
        outcome = self.world.client.run(*where, command, limit)
        return _told(outcome, limit, f"{arguments[0]} in {name} on {self._node(pod)}")

    def _left(self) -> float:
        """Return how many seconds the probe still has."""
        left = self._began + self.world.timeout - self.world.clock()
        if left <= 0:
            raise ProbeError(f"it has reached its limit of {self.world.timeout:.0f} s")
        return left

    def _wait(self, targets: Iterable[Target]) -> None:
        wait_for(self.world, targets, self._left())

    def _delete(self, ref: Ref) -> None:
        made = self._made[ref.id]
        self.world.client.delete(ref, made["metadata"]["uid"])

    def _node(self, pod: Object) -> str:
        """Return the node that a pod of this bench is bound to."""
        selected = str(next(iter(pod["spec"]["nodeSelector"].values())))
        nodes = {place.hostname: place.node for place in self.places.usable}
        return nodes.get(selected, selected)


def at_once(*calls: Callable[[], Told]) -> list[Told]:
    """Run independent acts at the same time; the first error is raised when all have ended."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def must(holds: bool, reason: str) -> None:
    """Fail the probe unless something holds."""
    if not holds:
        raise ProbeError(reason)


def _told(outcome: Outcome, limit: float, words: str) -> Told:
    """Return the line of JSON that a program printed."""
    if outcome.code is None:
        raise ProbeError(f"{words} was still running after {limit:.0f} s and was given up")
    last = (outcome.err.strip() or outcome.out.strip() or "no output").splitlines()[-1]
    if outcome.code != 0:
        raise ProbeError(f"{words} ended with {outcome.code}: {last[:500]}")
    try:
        told: Told = json.loads(outcome.out.strip().splitlines()[-1])
    except (IndexError, ValueError) as problem:
        raise ProbeError(f"{words} gave no answer: {last[:500]}") from problem
    return told
