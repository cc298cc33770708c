# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make, keep and remove one site by this collection, by openstack.cloud and by Terraform.

All of them on one real OpenStack, in turns, through a proxy that counts what they ask. What Ansible
takes for a play without tasks is part of its contenders' times, and told beside them. Exit code 1
says that a target for requests is missed. Times depend on the machine: they are only printed.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

import openstack
from openstack.config import OpenStackConfig

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("lab", "tests", "tests/ring2")]

from cloudproxy import CloudProxy  # noqa: E402 - found by the line above
from controlplane import CACHE  # noqa: E402
from peers import cloud_tasks, terraform  # noqa: E402
from rooklab import binaries  # noqa: E402
from rooklab.cloud import lifecycle  # noqa: E402
from rooklab.config import Config  # noqa: E402
from wanted import Site  # noqa: E402

ROUNDS, WORKERS, MANY = 3, 3, 50
EMPTY_PLAYS = 5
PHASES = ("create", "no-op", "delete")
STATES = {"create": "present", "no-op": "present", "delete": "absent"}
OWN, CLOUD, TERRAFORM = "rookery.rook", "openstack.cloud", "Terraform"
# The most requests that this collection may need, and how many times as long others are to take.
MOST_REQUESTS = {"create": 50, "no-op": 18, "delete": 45}
TIMES = {
    TERRAFORM: {"create": 1, "no-op": 1, "delete": 1},
    CLOUD: {"create": 6, "no-op": 30, "delete": 8},
}
UNCHANGED = ("changed=0 ", "0 added, 0 changed, 0 destroyed")
Object = dict[str, t.Any]


class Figures(t.NamedTuple):
    """What one run took: by the clock, of a processor, of the cloud, and of memory."""

    seconds: float
    busy: float
    requests: float
    mib: float


@dataclasses.dataclass(frozen=True)
class Ground:
    """Where a contender works: a folder of its own, and the way to the cloud that is counted."""

    folder: Path
    clouds: Path
    name: str
    count: t.Callable[[], int]

    def inside(self, name: str) -> Ground:
        """Return a new folder with the same way."""
        folder = self.folder / name
        folder.mkdir()
        return dataclasses.replace(self, folder=folder)

    def run(self, *words: str | Path, **settings: str) -> tuple[Figures, str]:
        """Run a program to its end; return what it took and what it said."""
        said = self.folder / "said.log"
        asked, began = self.count(), time.monotonic()
        with said.open("wb") as log:
            process = subprocess.Popen(
                [*map(str, words)], cwd=self.folder, env=self._environment(settings),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
            _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, text = time.monotonic() - began, said.read_text()
        if process.returncode:
            # A module's message stands before the plan that is told with it.
            found = re.search(r'"msg": "(.*?)(?<!\\)"', text)
            told = found[1] if found else text[-4000:]
            raise SystemExit(f"{' '.join(map(str, words))} failed:\n{told}")
        busy = used.ru_utime + used.ru_stime
        return Figures(seconds, busy, self.count() - asked, used.ru_maxrss / 1024), text

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("OS_")},
            "OS_CLIENT_CONFIG_FILE": str(self.clouds), "OS_CLOUD": self.name,
            "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"), "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            # For all of them Python keeps the bytecode, as it does unless it is told not to.
            "PYTHONDONTWRITEBYTECODE": "", **settings,
        }  # fmt: skip


Act = t.Callable[[Ground, Site, str], tuple[Figures, str]]


def play(ground: Ground, venv: Path, tasks: list[Object]) -> tuple[Figures, str]:
    """Run tasks by ansible-playbook."""
    book = ground.folder / "play.yml"
    book.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    path = f"{venv}/bin:{os.environ['PATH']}"
    return ground.run(venv / "bin/ansible-playbook", book, PATH=path, VIRTUAL_ENV=str(venv))


def own(ground: Ground, site: Site, phase: str) -> tuple[Figures, str]:
    """Do it by this collection, in the project's own environment."""
    state = {"state": STATES[phase], "confirm": site.name if phase == "delete" else ""}
    task = {"rookery.rook.openstack_site": {**site.declaration(), **state}}
    return play(ground, Path(sys.prefix), [task])


def by_cloud(venv: Path) -> Act:
    """Return how openstack.cloud does it."""
    return lambda ground, site, phase: play(ground, venv, cloud_tasks(site, STATES[phase]))


def by_terraform(program: str, provider: Path) -> Act:
    """Return how Terraform or OpenTofu does it, with the provider that was built here."""

    def act(ground: Ground, site: Site, phase: str) -> tuple[Figures, str]:
        (ground.folder / "main.tf.json").write_text(json.dumps(terraform(site, ground.name)))
        settings = ground.folder / "cli.tfrc"
        source = f'"terraform-provider-openstack/openstack" = "{provider.parent}"'
        settings.write_text(f"provider_installation {{\n  dev_overrides {{ {source} }}\n}}\n")
        verb = "destroy" if phase == "delete" else "apply"
        words = [program, verb, "-auto-approve", "-input=false", "-no-color"]
        return ground.run(*words, TF_CLI_CONFIG_FILE=str(settings), CHECKPOINT_DISABLE="1")

    return act


def environment() -> Path:
    """Return the environment with openstack.cloud; it is made once for each state of the list."""
    listed = HERE / "requirements.txt"
    key = hashlib.sha256(listed.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = CACHE / f"venv-openstack-{key}"
    if not (folder / ".ready").exists():
        print("Making the environment of openstack.cloud (about two minutes)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        words = ["install", "--quiet", "--disable-pip-version-check", "-r", listed]
        subprocess.run([folder / "bin/pip", *words], check=True)
        (folder / ".ready").touch()
    return folder


def contenders(names: t.Collection[str]) -> dict[str, Act]:
    """Return who competes, by name; who cannot is named."""
    found: dict[str, Act] = {}
    if OWN in names:
        found[OWN] = own
    if CLOUD in names:
        found[CLOUD] = by_cloud(environment())
    if TERRAFORM in names:
        program = shutil.which("terraform") or shutil.which("tofu")
        if program:
            found[TERRAFORM] = by_terraform(program, binaries.build_openstack_provider(Config()))
        else:
            print("Neither terraform nor tofu is on the path: they are left out.", flush=True)
    return found


def measure(ground: Ground, act: Act, site: Site) -> dict[str, Figures]:
    """Return what each phase takes."""
    found = {}
    for phase in PHASES:
        found[phase], said = act(ground, site, phase)
        print(f"  {site.name} {phase}: {told(found[phase])}", flush=True)
        if phase == "no-op" and not any(words in said for words in UNCHANGED):
            raise SystemExit(f"{site.name} changed again what it had made:\n{said[-4000:]}")
    return found


def told(figures: Figures) -> str:
    """Return figures in words."""
    return (
        f"{figures.seconds:7.2f} s, itself busy {figures.busy:6.2f} s, "
        f"{figures.requests:4.0f} requests, {figures.mib:4.0f} MiB"
    )


def starts(ground: Ground, rounds: int) -> dict[str, float]:
    """Return how long each contender's Ansible takes for a play without tasks."""
    found = {}
    for name, venv in ((OWN, Path(sys.prefix)), (CLOUD, environment())):
        folder = ground.inside(f"start of {name}")
        found[name] = statistics.median(
            play(folder, venv, [])[0].seconds for _round in range(rounds)
        )
        print(f"  an empty play of {name}: {found[name]:.2f} s", flush=True)
    return found


def medians(rows: list[dict[str, Figures]]) -> dict[str, Figures]:
    """Return the medians of each phase."""
    return {
        phase: Figures(*map(statistics.median, zip(*(row[phase] for row in rows), strict=True)))
        for phase in PHASES
    }


def report(found: dict[str, dict[str, Figures]], empty: dict[str, float]) -> bool:
    """Print the medians and the ratios; tell whether this collection asked no more than it may."""
    good = True
    load = os.getloadavg()[1] / (os.cpu_count() or 1)
    print(f"\nload of the machine in the last five minutes: {load:.1f} for each processor")
    for phase in PHASES:
        print(f"\n{phase}")
        for name, figures in found.items():
            print(f"  {name:16} {told(figures[phase])}{_ratios(found, name, phase)}")
            if name == CLOUD and empty:
                net = [found[each][phase].seconds - empty[each] for each in (CLOUD, OWN)]
                print(f"{'':20}without an empty play: {net[0] / net[1]:.1f} times as long")
        if OWN in found:
            good &= found[OWN][phase].requests <= MOST_REQUESTS[phase]
    return good


def _ratios(found: dict[str, dict[str, Figures]], name: str, phase: str) -> str:
    if OWN not in found:
        return ""
    if name == OWN:
        return f"   at most {MOST_REQUESTS[phase]} requests wanted"
    each, ours = found[name][phase], found[OWN][phase]
    return (
        f"   {each.seconds / ours.seconds:.1f} times as long (wanted: {TIMES[name][phase]}), "
        f"{each.busy / ours.busy:.1f} times as busy, "
        f"{each.requests / ours.requests:.1f} times the requests"
    )


def compare(ground: Ground, acts: dict[str, Act], rounds: int) -> dict[str, dict[str, Figures]]:
    """Let all do their work in turns; return the medians of each."""
    rows: dict[str, list[dict[str, Figures]]] = {name: [] for name in acts}
    for turn in range(rounds):
        for name, act in acts.items():
            site = Site(f"{name.split('.')[-1].lower()}{turn}", WORKERS)
            rows[name].append(measure(ground.inside(site.name), act, site))
    return {name: medians(each) for name, each in rows.items()}


def make_room(clouds: Path, many: int) -> None:
    """Let as many servers be in one server group; by default a cloud takes ten."""
    config = OpenStackConfig(config_files=[str(clouds)], load_envvars=False)
    admin = openstack.connection.Connection(config=config.get_one("admin"))
    project = config.get_one("member").config["auth"]["project_name"]
    admin.set_compute_quotas(project, server_group_members=many + 1)


def grow(ground: Ground, many: int) -> None:
    """Print what this collection takes for a small and for a large site."""
    found = {}
    for workers in (WORKERS, many):
        site = Site(f"size{workers}", workers)
        found[workers] = measure(ground.inside(site.name), own, site)
    small, large, more = found[WORKERS], found[many], many - WORKERS
    print(f"\nfrom {WORKERS} to {many} workers, each with a port, a volume and its attachment")
    for phase in PHASES:
        asked, asks = small[phase].requests, large[phase].requests
        print(
            f"  {phase:8} {asked:.0f} -> {asks:.0f} requests, {(asks - asked) / more:.2f} for each "
            f"worker; {small[phase].mib:.0f} -> {large[phase].mib:.0f} MiB"
        )


def main() -> int:
    """Start a cloud, measure, and take it away."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS, help="runs of which one is median")
    options.add_argument("--only", nargs="*", choices=[OWN, *TIMES], help="who takes part")
    options.add_argument("--workers", type=int, default=MANY, help="of the large site; 0: none")
    given = options.parse_args()
    acts = contenders([OWN, *TIMES] if given.only is None else given.only)
    config = Config(name="compare")
    try:
        place = lifecycle.up(config, None)
        with tempfile.TemporaryDirectory() as folder, CloudProxy(place.clouds) as proxy:
            path = Path(folder)
            ground = Ground(path, proxy.clouds(path), "member", lambda: len(proxy.log))
            empty = starts(ground, EMPTY_PLAYS) if {OWN, CLOUD} <= acts.keys() else {}
            good = report(compare(ground, acts, given.rounds), empty)
            if given.workers and OWN in acts:
                make_room(place.clouds, given.workers)
                grow(ground, given.workers)
    finally:
        lifecycle.down(config)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
