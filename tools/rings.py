# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rings of tests, one after another; each says what it runs, and the last line counts."""

from __future__ import annotations

import functools
import os
import re
import sys
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import traces
from steps import LOGS, TOP, Step, alone, clock, measured, run, say

_TALLY = re.compile(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.]+s\b.*$", re.MULTILINE)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::.+?|\S+\.py)(?: - (.*))?$", re.MULTILINE)
_FATAL = re.compile(r"^fatal: .*", re.MULTILINE)
# What is told at the end of why something failed: of so many, so long.
_REASONS, _REASON = 5, 600
# Tests of the lab that make nodes; the others only read and build.
_ON_NODES = ("tests/lab/test_nodes.py", "tests/lab/test_oci_import.py")
# Its tests share one cloud, so they run in one process.
_CLOUD = "tests/lab/test_cloud.py"
_RING_2 = "tests/ring2"
# What of ring 2 runs beside the rest of it, which takes as long.
_BESIDE = tuple(
    f"{_RING_2}/test_{name}.py"
    for name in (
        "cloudproxy",
        "disks*",
        "faults",
        "openstack_*",
        "placement_*",
        "playbooks",
        "predicted",
        # A network namespace has the mounts of its time, and what is mounted cannot be wiped.
        "probe",
    )
)
# Each ends with its slowest tests: time is what the rings run out of first.
_PYTEST = ("pytest", "-q", "--durations", "15", "--durations-min", "10")
# The longest tests stand side by side: a process that has none left takes them from another.
_SHARED_OUT = ("-n", "auto", "--dist", "worksteal")
# What was said last, for who keeps only the end of the output.
LAST = "rings.last"
# A file for each step that passed here, with the seconds that it took.
PASSED = "passed"
# How many steps of a group run at the same time.
SIDES = 2
# The scenario that is run each time. Of the others, that one is first that has not passed for
# longest: where time does not suffice for all, none is left out for ever.
_ALWAYS = "scenario site_default"
_SECONDS = {
    "site_default": 900,
    "teardown_killed": 600,
    "kubelet_plugin_dir": 240,
    "node_refuses_used_disk": 60,
    "failures": 300,
    "openstack_site": 420,
}


@dataclass
class Tally:
    """How many tests passed, failed and were left out; which ones failed, and why."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: dict[str, str] = field(default_factory=dict)

    def __iadd__(self, other: Tally) -> Tally:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.reasons |= other.reasons
        return self

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


@dataclass(frozen=True)
class Ring:
    """What one ring stands on and runs, group after group.

    Of one group, two steps run at a time: most of what they do is to wait.
    """

    stands_on: str
    groups: tuple[tuple[Step, ...], ...]
    takes_root: bool = True


def tally(step: Step, status: int, text: str) -> Tally:
    """Count what a step reported; a step that is not made of tests is one itself."""
    total = Tally()
    for match in _TALLY.finditer(text):
        words = dict(reversed(part.split()) for part in match[1].split(", "))
        failed = sum(int(words.get(word, 0)) for word in ("failed", "error", "errors"))
        total += Tally(int(words.get("passed", 0)), failed, int(words.get("skipped", 0)))
    if step.command[0] != "pytest":
        total += Tally(failed=1) if status else Tally(passed=1)
    elif status and not total.failed:
        total += Tally(failed=1)
    if total.failed:
        total.reasons = dict(_FAILED.findall(text)) or {step.name: last_words(text)}
    return total


def last_words(text: str) -> str:
    """Return what a command said of why it failed: Ansible of a task, others at their end."""
    fatal = _FATAL.findall(text)
    return fatal[-1] if fatal else "\n".join(text.split("\n")[-4:]).strip()


def closing(total: Tally) -> str:
    """Return the last lines: what keeps only the end of the output has to tell what failed."""
    lines = [f"failed: {name}" for name in total.reasons]
    for place, reason in enumerate([*total.reasons.values()][:_REASONS]):
        lines[place] += f": {reason[:_REASON]}" if reason else ""
    return "\n".join([*lines, f"{total}"])


def ring_1() -> Ring:
    """Return what needs nothing but Python."""
    lints = (
        Step("Ansible's own lint, profile production", ("ansible-lint", "--offline"), 60),
        Step("style", ("ruff", "check", "."), 1),
        Step("format", ("ruff", "format", "--check", "."), 1),
        Step("types", ("mypy",), 20),
        Step("YAML", ("yamllint", "--strict", "."), 5),
    )
    tests = (*_PYTEST, *_SHARED_OUT, "tests/unit", "tests/architecture")
    return Ring("Python", (lints, (Step("unit and meta-tests", tests, 300),)), takes_root=False)


def ring_2() -> Ring:
    """Return what runs against a real API server and cloud, real disks, the lab's programs."""
    ignored = tuple(f"--ignore={path}" for path in (*_ON_NODES, _CLOUD))
    cold = not any((LOGS.parent / "lab").glob("gomod-kubernetes-*"))
    others = sorted(f"{path.relative_to(TOP)}" for each in _BESIDE for path in TOP.glob(each))
    rest = tuple(f"--ignore={path}" for path in others)
    return Ring(
        "an API server, etcd, an OpenStack and loop devices on this machine",
        (
            (Step("the lab's programs and images", ("lab/lab", "build"), 1600 if cold else 5),),
            (
                Step("modules and teardown on an API server", (*_PYTEST, _RING_2, *rest), 1200),
                Step("faults, cloud, disks and pools", (*_PYTEST, *others), 1200),
            ),
            (
                Step("the lab's cloud", (*_PYTEST, _CLOUD), 60),
                Step("bad input", (*_PYTEST, *_SHARED_OUT, "tests/roles"), 200),
            ),
            (Step("the lab's programs", (*_PYTEST, *_SHARED_OUT, "tests/lab", *ignored), 30),),
        ),
    )


def ring_3() -> Ring:
    """Return what runs on nodes with systemd, ssh, kubelets and Ceph's daemons."""
    ages, scenarios = {}, []
    for name in sorted(path.parent.name for path in TOP.glob("molecule/*/molecule.yml")):
        ages[f"scenario {name}"], seconds = passed(f"scenario {name}", _SECONDS.get(name, 300))
        command = ("molecule", "test", "--scenario-name", name)
        quiet = {"MOLECULE_COMMAND_BORDERS": "false"}
        scenarios.append(Step(f"scenario {name}", command, seconds, quiet))
    nodes = Step("the lab's nodes", (*_PYTEST, *_ON_NODES), 240)
    # Those that are as old as each other: the longest first.
    scenarios.sort(key=lambda step: (step.name != _ALWAYS, ages[step.name], -step.expected))
    return Ring("LXC nodes, kubeadm, Ceph's daemons", ((nodes,), tuple(scenarios)))


def passed(name: str, usual: int) -> tuple[float, int]:
    """Return when a step passed here last, and how many seconds that took, else the usual ones."""
    path = LOGS / PASSED / name
    return (path.stat().st_mtime, int(path.read_text())) if path.exists() else (0.0, usual)


def note_passed(name: str, seconds: float) -> None:
    """Note that a step has passed now."""
    path = LOGS / PASSED / name
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{name}.new")
    new.write_text(f"{seconds:.0f}")
    new.replace(path)


_RINGS: dict[str, t.Callable[[], Ring]] = {"1": ring_1, "2": ring_2, "3": ring_3}


def has_time(step: Step) -> bool:
    """Tell whether a step would end in time, where somebody ends the whole run after a while."""
    minutes = os.environ.get("ROOKERY_MINUTES")
    if not minutes:
        return True
    passed = time.time() - float(os.environ["ROOKERY_STARTED"])
    return passed + step.expected <= float(minutes) * 60


def run_step(log: Path, step: Step) -> Tally:
    """Run one step, say how it ended, and count what it reported."""
    if not has_time(step):
        say(f"{step.name}: LEFT OUT, there is no time for it (ROOKERY_MINUTES)")
        return Tally(skipped=1)
    outcome = run(step, log)
    counted = tally(step, outcome.status, outcome.text)
    if not outcome.status:
        note_passed(step.name, outcome.seconds)
    word = f"FAILED with {outcome.status}" if outcome.status else "done"
    say(f"{step.name}: {word} in {clock(outcome.seconds)}, {counted}")
    return counted


def run_ring(number: str, ring: Ring) -> Tally:
    """Run all steps of a ring, also after one that failed."""
    log, start, total = LOGS / f"ring-{number}.log", time.monotonic(), Tally()
    log.unlink(missing_ok=True)
    usual = clock(
        sum(step.expected / min(len(group), SIDES) for group in ring.groups for step in group)
    )
    say(f"ring {number} on {ring.stands_on}: about {usual}, log {log}")
    if ring.takes_root and os.geteuid():
        say(f"ring {number} cannot run: it takes root. tools/rings 1 runs without")
        return Tally(failed=1, reasons={f"ring {number}": "it takes root"})
    for group in ring.groups:
        with ThreadPoolExecutor(SIDES) as sides:
            for counted in sides.map(functools.partial(run_step, log), group):
                total += counted
    say(f"ring {number}: {total} in {clock(time.monotonic() - start)}")
    return total


def run_rings(numbers: t.Sequence[str]) -> Tally:
    """Run rings on a machine that is afterwards as it was before."""
    unfinished = LOGS / "rings.unfinished"
    if unfinished.exists():
        traces.remove_leftovers()
    unfinished.touch()
    (LOGS / LAST).write_text("the tests have not come to their end\n")
    before, total = traces.machine(), Tally()
    for number in numbers:
        total += run_ring(number, _RINGS[number]())
    left = traces.left_since(before)
    for line in left or ["no process, link, loop device, mount or rule more than before"]:
        say(f"left on the machine: {line}")
    if not left:
        unfinished.unlink()
    changed = Tally(failed=1, reasons={"the machine is as before": "; ".join(left)})
    total += changed if left else Tally(passed=1)
    return total


def main(arguments: t.Sequence[str]) -> int:
    """Run the rings that are named, print the closing line, and return the exit status."""
    unknown = [word for word in arguments if word not in _RINGS]
    if unknown or not arguments:
        say(f"{' '.join(unknown) or 'nothing'} is none of {', '.join(_RINGS)}")
        return 2
    seed = os.environ.get("ROOKERY_TEST_SEED")
    say(f"random tests: ROOKERY_TEST_SEED={seed}" if seed else "random tests: their own seeds")
    start = time.time() - float(os.environ["ROOKERY_STARTED"])
    begun = time.monotonic() - start
    os.environ[traces.MARK] = f"{os.getpid()}"
    try:
        with alone("rings", "other tests of this cache"):
            total = run_rings(arguments)
    except KeyboardInterrupt:
        say("interrupted; the next run removes what this one has left")
        return 130
    say(f"{clock(time.monotonic() - begun)} in all; {measured()}")
    (LOGS / LAST).write_text(f"{closing(total)}\n")
    print(closing(total), flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
