# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time teardown.yml on a site in the lab, beside what the operator itself needs for it.

Watches tell when each of Rook's objects was asked to go and was gone, and when each cleanup job
began and was done. Exit code 1 says that the target is missed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    KINDS,
    ROOK_GROUPS,
    is_cleanup,
)

ROOT = Path(__file__).resolve().parents[2]
LAB, INVENTORY = str(ROOT / "lab/lab"), str(ROOT / "inventories/lab")
MOST_TIME = 1.5
# Of the run: what takes storage from Kubernetes, and is followed by what is done on the hosts.
PART, NEXT = "Take storage from Kubernetes", "Take Kubernetes from the nodes"
WATCH_SECONDS, RUN_SECONDS = 900, 900
# What takes less is not worth a line.
LEAST_TOLD = 0.3
JOBS = ("batch/v1", "Job")
Object = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Span:
    """Something that took from here to there, by this machine's clock."""

    what: str
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


class Watched:
    """What watches tell of the operator's work while something else goes on."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._began: dict[str, float] = {}
        self.spans: list[Span] = []

    def follow(self) -> None:
        """Begin to follow all kinds of Rook of which there is an object, and jobs."""
        kinds = {(row.api_version, row.name) for row in KINDS.values() if row.group in ROOK_GROUPS}
        for api, kind in (*sorted(kinds), JOBS):
            listing = self._client.list(api, kind)
            if listing.items or kind == JOBS[1]:
                arguments = (api, kind, listing.version)
                threading.Thread(target=self._watch, args=arguments, daemon=True).start()

    def _watch(self, api: str, kind: str, version: str) -> None:
        try:
            for event in self._client.watch(api, kind, "", "", version, WATCH_SECONDS):
                if event.type != "BOOKMARK":
                    self._note(event.type, event.object)
        except ClientError:
            # The API server has gone, as it has to in the end.
            return

    def _note(self, change: str, item: Object) -> None:
        now, what = time.monotonic(), Ref.of(item).id
        if item["kind"] == JOBS[1]:
            began = is_cleanup(item) and bool((item.get("status") or {}).get("startTime"))
            ended = began and _is_complete(item)
        else:
            began = bool(item["metadata"].get("deletionTimestamp"))
            ended = change == "DELETED"
        with self._lock:
            if began:
                self._began.setdefault(what, now)
            if ended and what not in {span.what for span in self.spans}:
                self.spans.append(Span(what, self._began.get(what, now), now))


def _is_complete(job: Object) -> bool:
    conditions = job["status"].get("conditions") or ()
    return any(each["type"] == "Complete" and each["status"] == "True" for each in conditions)


def needed(spans: t.Iterable[Span]) -> list[Span]:
    """Return what the operator needed, in order, with the time in which the daemons stopped.

    It lets the cleanup jobs begin only when there is no daemon of the cluster any more.
    """
    found = sorted(spans, key=lambda span: span.began)
    jobs = [span for span in found if span.what.startswith("Job/")]
    clusters = [span for span in found if span.what.startswith("CephCluster/")]
    if jobs and clusters:
        found.append(Span("its daemons stop, which it waits for", clusters[0].ended, jobs[0].began))
    return sorted(found, key=lambda span: span.began)


def busy(spans: t.Iterable[Span]) -> float:
    """Return in how many seconds at least one of them went on."""
    seconds, until = 0.0, float("-inf")
    for span in sorted(spans, key=lambda span: span.began):
        seconds += max(span.ended - max(span.began, until), 0.0)
        until = max(until, span.ended)
    return seconds


def run(name: str, *command: str) -> None:
    """Run a step that is not measured."""
    print(f"{' '.join(Path(word).name for word in command)}", flush=True)
    subprocess.run(command, cwd=ROOT, env=_environment(name), check=True, stdout=subprocess.DEVNULL)


def _environment(name: str) -> dict[str, str]:
    return {**os.environ, "ROOKLAB_NAME": name, "PYTHONUNBUFFERED": "1"}


def teardown(name: str) -> tuple[list[Span], list[Span]]:
    """Run teardown.yml, and return how long its plays took, and its tasks."""
    words = ["ansible-playbook", "-i", INVENTORY, "rookery.rook.teardown"]
    words += ["--extra-vars", "rook_confirm='{{ rook_site }}'"]
    marks: dict[str, list[tuple[str, float]]] = {"PLAY": [], "TASK": []}
    said, began = [], time.monotonic()
    with subprocess.Popen(
        words, cwd=ROOT, env=_environment(name), stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if match := re.match(r"(PLAY|TASK) \[(.*)\] \**$", line):
                marks[match[1]].append((match[2], time.monotonic()))
        process.wait(RUN_SECONDS)
    if process.returncode:
        raise SystemExit(f"teardown.yml failed:\n{''.join(said[-60:])}")
    end, first = time.monotonic(), ("start", began)
    return _spans([first, *marks["PLAY"]], end), _spans([first, *marks["TASK"]], end)


def _spans(marks: list[tuple[str, float]], end: float) -> list[Span]:
    """Return what lies between marks."""
    ends = [at for _what, at in marks[1:]] + [end]
    return [Span(what, at, until) for (what, at), until in zip(marks, ends, strict=True)]


def report(plays: list[Span], tasks: list[Span], operator: list[Span]) -> bool:
    """Print the tables, and return whether the target is met."""
    start = next(play.began for play in plays if play.what == PART)
    end = next(play.began for play in plays if play.what == NEXT)
    inside = [task for task in tasks if start <= task.began < end]
    tables = (
        ("the operator needs", operator), (f"tasks of {PART!r}", inside),
        ("plays of teardown.yml", plays),
    )  # fmt: skip
    for title, spans in tables:
        print(f"\n| {title} | begins at | seconds |\n|---|--:|--:|")
        for span in spans:
            if span.seconds >= LEAST_TOLD:
                print(f"| {span.what} | {span.began - start:.1f} | {span.seconds:.1f} |")
    whole, part = plays[-1].ended - plays[0].began, end - start
    total, least = sum(span.seconds for span in operator), busy(operator)
    print("\n| | seconds | to the sum | to the critical path |\n|---|--:|--:|--:|")
    rows = (
        ("the operator's work, its sum", total), ("the same, its critical path", least),
        ("teardown.yml's part in Kubernetes", part), ("teardown.yml in all, hosts too", whole),
    )  # fmt: skip
    for words, seconds in rows:
        print(f"| {words} | {seconds:.1f} | {seconds / total:.2f} | {seconds / least:.2f} |")
    load = os.getloadavg()[1] / (os.cpu_count() or 1)
    print(f"\nload of the machine in the last five minutes: {load:.1f} for each processor")
    return part <= MOST_TIME * total


def client_of(name: str) -> KubeClient:
    """Return a client of the lab's cluster."""
    words = ["ansible-inventory", "-i", INVENTORY, "--host", "cp1"]
    asked = subprocess.run(
        words, cwd=ROOT, env=_environment(name), stdout=subprocess.PIPE, check=True
    )
    return KubeClient.connect(json.loads(asked.stdout)["lab_directory"] + "/kubeconfig", None)


def main() -> int:
    """Bring a site up, measure how it is taken down, and remove the lab."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="teardown", help="of the lab, which is the benchmark's")
    parser.add_argument("--keep", action="store_true", help="leave the lab's bare nodes up")
    options = parser.parse_args()
    try:
        run(options.name, LAB, "up", "--name", options.name)
        run(options.name, "ansible-playbook", "-i", INVENTORY, "rookery.rook.site")
        watched = Watched(client_of(options.name))
        watched.follow()
        plays, tasks = teardown(options.name)
    finally:
        if not options.keep:
            run(options.name, LAB, "down", "--name", options.name)
    good = report(plays, tasks, needed(watched.spans))
    print("the target is met" if good else "THE TARGET IS MISSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
