# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Follow collections of objects by watches, and keep them as they are now.

One thread for each collection. A watch that ends goes on where it was; one that breaks, or whose
starting point is too old, begins with a new list, after pauses that grow while this fails.
"""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Event,
        Kube,
        Object,
    )

# Where an object is within its collection: namespace and name.
Place = tuple[str, str]
WATCH_SECONDS = 240
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0)
# Seconds after which a watch without news has come to its end by itself.
BRIEF = 5.0


@dataclasses.dataclass(frozen=True)
class Topic:
    """A collection to follow: a kind in a namespace (or all), narrowed by a label selector."""

    api_version: str
    kind: str
    namespace: str = ""
    labels: str = ""


class Feed:
    """Objects of the followed topics, and a bell that rings when some of them changed."""

    def __init__(self, client: Kube, pauses: tuple[float, ...] = PAUSES) -> None:
        self._client = client
        self._pauses = pauses
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._objects: dict[Topic, dict[Place, Object]] = {}
        # What was told of a topic since it changed last: thousands may ask.
        self._told: dict[Topic, Mapping[Place, Object]] = {}
        # How what is to go was heard of last, once it has gone.
        self._went: dict[tuple[Topic, Place], Object | None] = {}
        self._problems: dict[Topic, ClientError] = {}
        self._threads: dict[Topic, threading.Thread] = {}
        self._stop = threading.Event()

    def follow(self, topic: Topic, leaving: Place | None = None) -> None:
        """Begin to follow a topic, unless it is followed already; keep how what is leaving went."""
        if leaving is not None:
            with self._lock:
                self._went.setdefault((topic, leaving), None)
        if topic not in self._threads:
            thread = threading.Thread(target=self._run, args=(topic,), daemon=True)
            self._threads[topic] = thread
            thread.start()

    def objects(self, topic: Topic) -> Mapping[Place, Object] | None:
        """Return the topic's objects as last heard of, or None before the first list."""
        with self._lock:
            if topic in self._objects and topic not in self._told:
                self._told[topic] = dict(self._objects[topic])
            return self._told.get(topic)

    def went(self, topic: Topic, place: Place) -> Object | None:
        """Return what was leaving as last heard of, or None before it has gone."""
        with self._lock:
            return self._went.get((topic, place))

    def problem(self, topic: Topic) -> ClientError | None:
        """Return why the topic cannot be followed at the moment."""
        with self._lock:
            return self._problems.get(topic)

    def ring(self) -> None:
        """Wake whoever waits; other threads that have news call it."""
        self._bell.put(None)

    def wait(self, seconds: float) -> None:
        """Return when something changed since the last call, at the latest after the seconds."""
        try:
            self._bell.get(timeout=max(seconds, 0.0))
            while True:
                self._bell.get_nowait()
        except queue.Empty:
            return

    def close(self) -> None:
        """Let the threads end; they hold nothing that has to be waited for."""
        self._stop.set()

    def _run(self, topic: Topic) -> None:
        """Follow a topic until the feed is closed; without a version the kind is not there yet."""
        version, failures = "", 0
        while not self._stop.is_set():
            try:
                version = version or self._list(topic)
                if version:
                    since, began = version, time.monotonic()
                    version = self._watch(topic, since)
                    # A proxy may end each watch at once, and is not to be asked as often.
                    if version != since or time.monotonic() - began > BRIEF:
                        failures = 0
                        continue
            except ClientError:
                version = ""
            failures += 1
            self._stop.wait(self._pauses[min(failures, len(self._pauses)) - 1])

    def _list(self, topic: Topic) -> str:
        """Take the topic's objects as they are, and return the version to go on from."""
        try:
            listing = self._client.list(
                topic.api_version, topic.kind, topic.namespace, topic.labels
            )
        except ClientError as problem:
            self._set_problem(topic, problem)
            raise
        self._replace(topic, {_key(item): item for item in listing.items})
        return listing.version

    def _watch(self, topic: Topic, version: str) -> str:
        """Note changes until the watch ends; return the version to go on from."""
        at = (topic.api_version, topic.kind, topic.namespace, topic.labels)
        for event in self._client.watch(*at, version, WATCH_SECONDS):
            version = event.object["metadata"]["resourceVersion"]
            self._note(topic, event)
            if self._stop.is_set():
                break
        return version

    def _replace(self, topic: Topic, objects: dict[Place, Object]) -> None:
        with self._lock:
            for place, item in self._objects.get(topic, {}).items():
                if place not in objects:
                    self._keep(topic, place, item)
            self._objects[topic] = objects
            self._told.pop(topic, None)
            self._problems.pop(topic, None)
        self.ring()

    def _note(self, topic: Topic, event: Event) -> None:
        if event.type == "BOOKMARK":
            return
        with self._lock:
            self._told.pop(topic, None)
            if event.type == "DELETED":
                self._objects[topic].pop(_key(event.object), None)
                self._keep(topic, _key(event.object), event.object)
            else:
                self._objects[topic][_key(event.object)] = event.object
        self.ring()

    def _keep(self, topic: Topic, place: Place, item: Object) -> None:
        """Keep how an object went, if it was to go: others come and go by the thousand."""
        if (topic, place) in self._went:
            self._went[topic, place] = item

    def _set_problem(self, topic: Topic, problem: ClientError) -> None:
        with self._lock:
            self._problems[topic] = problem
        self.ring()


def _key(item: Object) -> Place:
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]
