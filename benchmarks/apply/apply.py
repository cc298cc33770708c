# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time this collection beside kubernetes.core and kubectl, on the same objects and a real API.

Each contender has an API server of its own: first nothing is there, then all is as wanted. The time
of an empty play is taken off what Ansible does. Nothing is asserted: times depend on the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from collections.abc import Mapping
from pathlib import Path

import yaml
from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import read_manifests
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.module_utils._render.operator import upstream_files

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/ring2"))

from controlplane import CACHE, ControlPlane, binary  # noqa: E402 - found by the line above

ROUNDS = 3
# A new API server is busy with itself for a moment.
SETTLING_SECONDS = 10
UPSTREAM = ROOT.parent / "shared/data/rook/v1.18.11/manifests"
LAB = CACHE / "lab/rook/standin/manifests"
POOLS, FILESYSTEMS, STORES, USERS, CLASSES = 20, 6, 3, 8, 10
Object = dict[str, t.Any]
OWN, EMPTY_PLAY, ONE_TASK, EACH = "rookery.rook", "empty play", "one task", "task per object"
# The tasks of each play.
TASKS: Mapping[str, list[Object]] = {
    EMPTY_PLAY: [],
    OWN: [
        {
            "module_defaults": {"rookery.rook.rook_site": "{{ model }}"},
            "rookery.rook.rook_site": {"wait": False},
        }
    ],
    ONE_TASK: [{"kubernetes.core.k8s": {"src": "{{ objects }}"}}],
    EACH: [
        {
            "kubernetes.core.k8s": {"definition": "{{ item }}"},
            "loop": "{{ lookup('ansible.builtin.file', objects) | from_yaml_all | list }}",
            "loop_control": {"label": "{{ item.kind }} {{ item.metadata.name }}"},
        }
    ],
}
TARGETS = {
    ONE_TASK: {"converged": 5.0, "from empty": 1.5},
    EACH: {"converged": 5.0, "from empty": 10.0},
    "kubectl": {"converged": 1.0, "from empty": 1.0},
}


def manifests() -> Path:
    """Return Rook's own manifests, else those of the lab."""
    if UPSTREAM.is_dir():
        return UPSTREAM
    print(f"There are no manifests of Rook in {UPSTREAM}: taking the lab's in {LAB}.")
    return LAB


def model(folder: Path) -> Object:
    """Return a site with 48 resources."""
    layout = {"replicas": 3}
    stores = [f"store{number}" for number in range(STORES)]
    hosts = {f"w{number}": {"devices": ["/dev/disk/by-id/disk0"]} for number in range(3)}
    return {
        "site": "bench",
        "version": "1.18.11",
        "hosts": hosts,
        # Without the CSI operator, which would bring 50 objects more.
        "operator": {
            "manifests": str(folder),
            "config": {"ROOK_USE_CSI_OPERATOR": "false"},
        },
        "block_pools": [{"name": f"pool{number}", **layout} for number in range(POOLS)],
        "filesystems": [
            {"name": f"files{number}", "data_pools": [{"name": "a", **layout}]}
            for number in range(FILESYSTEMS)
        ],
        "object_stores": [{"name": name, "data": layout} for name in stores],
        "object_store_users": [
            {"name": f"user{number}", "store": stores[number % STORES]} for number in range(USERS)
        ],
        "storage_classes": [
            {"name": f"block{number}", "pool": f"pool{number}"} for number in range(CLASSES)
        ],
    }


def objects_of(wanted: Object) -> list[Object]:
    """Return the objects of a site as its module makes them, definitions first."""
    site = parse_site(wanted)
    upstream = read_manifests(wanted["operator"]["manifests"], upstream_files(site))
    # Anchors of YAML and types of the model are no matter of the others.
    return [json.loads(json.dumps(item.manifest, default=dict)) for item in render(site, upstream)]


def environment() -> Path:
    """Return the environment with kubernetes.core; it is made once for each state of the list."""
    listed = HERE / "requirements.txt"
    key = hashlib.sha256(listed.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = CACHE / f"venv-apply-{key}"
    if not (folder / ".ready").exists():
        print("Making the environment of kubernetes.core (about two minutes)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        words = ["install", "--quiet", "--disable-pip-version-check", "-r", listed]
        subprocess.run([folder / "bin/pip", *words], check=True)
        (folder / ".ready").touch()
    return folder


@dataclasses.dataclass(frozen=True)
class Ground:
    """Where and with what all contenders work."""

    venv: Path
    wanted: Path
    objects: Path
    definitions: Path
    others: Path

    def play(self, name: str, plane: ControlPlane) -> None:
        """Run one of the plays."""
        play = {"hosts": "localhost", "gather_facts": False, "tasks": TASKS[name]}
        book = plane.folder / "play.yml"
        book.write_text(json.dumps([play]))
        words = ["--extra-vars", f"@{self.wanted}", "--extra-vars", f"objects={self.objects}"]
        self._run(plane, self.venv / "bin/ansible-playbook", *words, book)

    def kubectl(self, plane: ControlPlane, *, empty: bool) -> None:
        """Apply by kubectl, which needs the definitions in force before what they define."""
        if not empty:
            self._kubectl(plane, "apply", "--server-side", "-f", self.objects)
            return
        self._kubectl(plane, "apply", "--server-side", "-f", self.definitions)
        self._kubectl(plane, "wait", "--for=condition=Established", "-f", self.definitions)
        self._kubectl(plane, "apply", "--server-side", "-f", self.others)

    def _kubectl(self, plane: ControlPlane, *words: str | Path) -> None:
        self._run(plane, binary("kubectl"), f"--cache-dir={plane.folder}/cache", *words)

    def _run(self, plane: ControlPlane, *words: str | Path) -> None:
        config = str(plane.folder / "admin.conf")
        settings = {
            **os.environ, "KUBECONFIG": config, "K8S_AUTH_KUBECONFIG": config,
            "PATH": f"{self.venv}/bin:{os.environ['PATH']}", "VIRTUAL_ENV": str(self.venv),
            "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"), "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            # For all of them Python keeps the bytecode, as it does unless it is told not to.
            "PYTHONDONTWRITEBYTECODE": "",
        }  # fmt: skip
        done = subprocess.run(
            [*map(str, words)], env=settings, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{words[0]} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


Act = t.Callable[[ControlPlane, bool], None]


def contenders(ground: Ground) -> dict[str, Act]:
    """Return who competes, by name."""
    return {
        EMPTY_PLAY: lambda plane, _empty: ground.play(EMPTY_PLAY, plane),
        OWN: lambda plane, _empty: ground.play(OWN, plane),
        "kubectl": lambda plane, empty: ground.kubectl(plane, empty=empty),
        ONE_TASK: lambda plane, _empty: ground.play(ONE_TASK, plane),
        EACH: lambda plane, _empty: ground.play(EACH, plane),
    }


@dataclasses.dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and those in which the contender itself kept a processor busy."""

    clock: float
    own: float

    def less(self, other: Cost) -> Cost:
        """Return what is left without another cost."""
        return Cost(self.clock - other.clock, self.own - other.own)


def cost(act: Act, plane: ControlPlane, *, empty: bool) -> Cost:
    """Return what one run takes."""
    began, busy = time.monotonic(), _busy()
    act(plane, empty)
    return Cost(time.monotonic() - began, _busy() - busy)


def _busy() -> float:
    """Return the processor time of the programs that have ended; the API server has not."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(act: Act, rounds: int) -> dict[str, Cost]:
    """Return what it takes from empty, and the median when all is as wanted."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        plane = ControlPlane(Path(folder))
        stack.callback(plane.stop)
        plane.start()
        time.sleep(SETTLING_SECONDS)
        first = cost(act, plane, empty=True)
        costs = [cost(act, plane, empty=False) for _round in range(rounds)]
        clock, own = ([getattr(each, name) for each in costs] for name in ("clock", "own"))
        return {"from empty": first, "converged": Cost(*map(statistics.median, (clock, own)))}


def main() -> None:
    """Measure all, and print seconds and ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS, help="runs of which one is median")
    options.add_argument("--only", nargs="*", choices=list(TARGETS), help="which of the others")
    given = options.parse_args()
    left_out = set(TARGETS) - set(TARGETS if given.only is None else given.only)
    venv = environment()
    with tempfile.TemporaryDirectory() as folder:
        wanted = model(manifests())
        objects = objects_of(wanted)
        kinds = {item["kind"] for item in objects}
        ground = lay_out(venv, Path(folder), wanted, objects)
        print(f"{len(objects)} objects of {len(kinds)} kinds", flush=True)
        found: dict[str, dict[str, Cost]] = {}
        for name, act in contenders(ground).items():
            if name not in left_out:
                print(f"  {name}", flush=True)
                found[name] = measure(act, given.rounds)
    report(found)


def lay_out(venv: Path, folder: Path, wanted: Object, objects: list[Object]) -> Ground:
    """Write the model and the objects down."""
    paths = [folder / name for name in ("model.json", "all.yml", "first.yml", "rest.yml")]
    paths[0].write_text(json.dumps({"model": wanted}))
    definitions = [item for item in objects if item["kind"] == "CustomResourceDefinition"]
    others = [item for item in objects if item["kind"] != "CustomResourceDefinition"]
    for path, items in zip(paths[1:], (objects, definitions, others), strict=True):
        path.write_text(yaml.dump_all(items, Dumper=yaml.CSafeDumper))
    return Ground(venv, *paths)


def report(found: dict[str, dict[str, Cost]]) -> None:
    """Print what each takes without the empty play, and how many times longer the others take."""
    idle = found.pop(EMPTY_PLAY)["converged"]
    load = os.getloadavg()[1] / (os.cpu_count() or 1)
    print(f"\nempty play: {idle.clock:.2f} s, taken off what Ansible does")
    print(f"load of the machine in the last five minutes: {load:.1f} for each processor")
    for state in ("converged", "from empty"):
        print(f"\n{state}")
        own = found[OWN][state].less(idle)
        for name, costs in found.items():
            each = costs[state] if name == "kubectl" else costs[state].less(idle)
            target = TARGETS.get(name, {}).get(state)
            ratio = f"   {each.clock / own.clock:4.1f} times as long" if target else ""
            aim = f", wanted: {target}" if target else ""
            print(f"  {name:16} {each.clock:7.2f} s, itself busy {each.own:6.2f} s{ratio}{aim}")


if __name__ == "__main__":
    main()
