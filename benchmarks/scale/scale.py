# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what plans and observation cost in a large cluster, beside one plain list of it.

Exit code 1 says that a target is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / name) for name in ("lab", "tests", "tests/ring2")]

from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import PAGE  # noqa: E402
from controlplane import ControlPlane  # noqa: E402 - found by the line above
from crowd import COLLECTIONS, Api, fill, volume, wait_until_running  # noqa: E402
from rooklab import binaries, sources  # noqa: E402
from rooklab.config import Config  # noqa: E402
from sites.definitions import GENERATED, Tag, definitions  # noqa: E402

RUNS, LIMIT = 3, 900
# A kind that has just been defined is not stored for a moment.
SETTLING_SECONDS = 5
MOST_REQUESTS, MOST_TIME, MOST_MIB = 1.5, 3.0, 400.0
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
# What kwok does with nodes and pods, by its own files.
STAGES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat/node-heartbeat.yaml",
    "pod/fast/pod-ready.yaml",
)
MODEL: dict[str, t.Any] = {
    "site": "store1",
    "version": GENERATED,
    "stages": ["cluster", "storage"],
    "hosts": {f"n{number:04}": {"devices": ["/dev/disk/by-id/a"]} for number in range(3)},
    "block_pools": [{"name": "replicapool", "replicas": 3}],
    "filesystems": [{"name": "shared", "data_pools": [{"name": "data", "replicas": 3}]}],
    "storage_classes": [
        {"name": "block", "pool": "replicapool"},
        {"name": "files", "filesystem": "shared"},
    ],
}
# What is measured: the words of the table, the module, its arguments.
CASES: tuple[tuple[str, str, dict[str, t.Any]], ...] = (
    ("plain list", "plain", {}),
    ("plan, present", "rook_plan", {**MODEL, "state": "present"}),
    ("plan, absent, consumers", "rook_plan", {**MODEL, "state": "absent"}),
    ("observation (rook_info)", "rook_info", MODEL),
)
# Told without a target: a teardown looks at everything once more, so as to prove that it stays.
CONFIRMED: dict[str, t.Any] = {**MODEL, "confirm": "store1"}
FOUND = "teardown, refused"
LATE = "teardown, waits 10 s in vain"
TOLD: tuple[tuple[str, str, dict[str, t.Any]], ...] = (
    (FOUND, "rook_teardown", CONFIRMED),
    (LATE, "rook_teardown", {**CONFIRMED, "consumers": "wait", "wait_timeout": 10}),
)
# How a module ends that is meant to fail.
REFUSED = ("Refused, nothing was changed", "Waiting reached its limit")


class Figures(t.NamedTuple):
    """What one process took."""

    seconds: float
    requests: int
    mib: float


def run(folder: Path, name: str, arguments: dict[str, t.Any]) -> tuple[Figures, dict[str, t.Any]]:
    """Return what a process of its own took, and its result."""
    report = folder / "report.json"
    command = [sys.executable, str(Path(__file__).with_name("measured.py")), str(report), name]
    start = time.monotonic()
    done = subprocess.run(
        command, input=json.dumps(arguments), capture_output=True, text=True, timeout=LIMIT
    )
    seconds = time.monotonic() - start
    if done.returncode and not any(words in done.stdout for words in REFUSED):
        raise RuntimeError(f"{name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    told = json.loads(report.read_text())
    return Figures(seconds, told["requests"], told["mib"]), json.loads(done.stdout)


def measure(plane: ControlPlane, runs: int) -> dict[str, Figures]:
    """Return the medians of each case; the cases take turns."""
    plain = {"server": plane.server, "folder": str(plane.folder)}
    found: dict[str, list[Figures]] = {}
    for _turn in range(runs):
        for words, name, arguments in CASES:
            way = plain if name == "plain" else reach(plane)
            figures, result = run(plane.folder, name, {**arguments, **way})
            found.setdefault(words, []).append(figures)
            if "refusals" in result:
                words = f"{words}: {len(result['plan'])} steps, {len(result['refusals'])} refusals"
            print(f"  {words}: {figures.seconds:.2f} s", flush=True)
    return {
        words: Figures(*(statistics.median(column) for column in zip(*rows, strict=True)))
        for words, rows in found.items()
    }


def tell(plane: ControlPlane) -> dict[str, Figures]:
    """Return what a teardown takes that is refused, and one that waits for all users in vain."""
    found = {}
    for words, name, arguments in TOLD:
        figures, result = run(plane.folder, name, {**arguments, **reach(plane)})
        found[words] = figures
        print(f"  {words}: {figures.seconds:.1f} s, {len(result['waited'])} waits", flush=True)
    return found


def table(found: dict[str, Figures]) -> tuple[list[str], bool]:
    """Return the lines of the table, and whether every target is met."""
    base = found["plain list"]
    lines = ["| what | requests | ratio | seconds | ratio | peak MiB |"]
    lines += ["|---|--:|--:|--:|--:|--:|"]
    good = True
    for words, row in found.items():
        requests, seconds = row.requests / base.requests, row.seconds / base.seconds
        lines.append(
            f"| {words} | {row.requests:.0f} | {requests:.2f} | {row.seconds:.2f} | "
            f"{seconds:.2f} | {row.mib:.0f} |"
        )
        if words in (FOUND, LATE):
            continue
        good &= requests <= MOST_REQUESTS and seconds <= MOST_TIME and row.mib < MOST_MIB
    return lines, good


@contextlib.contextmanager
def kwok(plane: ControlPlane) -> t.Iterator[None]:
    """Let kwok play the kubelets for as long as the context lasts."""
    program = binaries.build_kwok(Config())
    stages = sources.fetch(sources.KWOK, os.environ) / "kustomize/stage"
    words = [f"--kubeconfig={plane.folder}/admin.conf", "--manage-all-nodes=true"]
    words += [f"--config={stages / stage}" for stage in STAGES]
    with (plane.folder / "kwok.log").open("wb") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", program, *words],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield
    finally:
        process.kill()
        process.wait(20)


def make_site(plane: ControlPlane, api: Api) -> None:
    """Define Rook's kinds, and make the site that the crowd uses."""
    for item in definitions(Tag("generated", GENERATED, None)):
        api("POST", DEFINITIONS, item)
    api("POST", "/api/v1/namespaces", {"metadata": {"name": "rook-ceph"}})
    time.sleep(SETTLING_SECONDS)
    run(plane.folder, "rook_site", {**MODEL, "wait": False, **reach(plane)})


def reach(plane: ControlPlane) -> dict[str, t.Any]:
    """Return what a module needs beside its own arguments."""
    return {
        "kubeconfig": str(plane.folder / "admin.conf"),
        "_ansible_remote_tmp": str(plane.folder),
        "_ansible_keep_remote_files": False,
    }


def main() -> int:
    """Make the cluster, measure, and take it away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=10000, help="each with a claim and a volume")
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        plane = ControlPlane(Path(folder))
        try:
            plane.start()
            api = Api(plane.server, plane.folder)
            make_site(plane, api)
            # Without anybody who uses it, the site would really be taken down.
            api("POST", COLLECTIONS[2], volume(options.pods))
            few, _refused = run(plane.folder, "rook_teardown", {**CONFIRMED, **reach(plane)})
            with kwok(plane):
                start = time.monotonic()
                fill(api, options.nodes, options.pods)
                wait_until_running(api)
                print(f"filled in {time.monotonic() - start:.0f} s", flush=True)
                found = measure(plane, options.runs) | tell(plane)
        finally:
            plane.stop()
    lines, good = table(found)
    print("\n".join(lines))
    print(
        f"to know who uses the storage, a teardown asks {few.requests} times with one volume, and "
        f"{found[FOUND].requests:.0f} times with {options.pods} volumes, claims and pods: as many "
        f"lists, in pages of {PAGE}"
    )
    print("every target is met" if good else "A TARGET IS MISSED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
