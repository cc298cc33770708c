# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded lab's site: bare hosts to proven shared files, and back to nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from steps import CACHE, LOGS, TOP, Step, alone, clock, measured, need_space, run, say

NAME = os.environ.get("ROOKLAB_NAME", "rook")
LAB = str(TOP / "lab/lab")
INVENTORY = "inventories/lab"
_COLD_GIB, _WARM_GIB = 30, 8
_ENVIRONMENT = {"ROOKLAB_NAME": NAME}


def main(arguments: t.Sequence[str]) -> int:
    """Run up or down, and return the exit status."""
    if list(arguments) not in (["up"], ["down"]):
        say(f"{' '.join(arguments) or 'nothing'} is none of up, down")
        return 2
    if os.geteuid():
        say("the lab makes nodes, disks and networks: run this as root")
        return 1
    command = {"up": up, "down": down}[arguments[0]]
    try:
        with alone(f"demo-{NAME}", f"another tools/demo with the lab {NAME!r}") as lock:
            return command(lock, time.time() - float(os.environ["ROOKERY_STARTED"]))
    except KeyboardInterrupt:
        say(f"interrupted; run the same command again to go on, {_undo()} to take everything down")
        return 130


def up(lock: int, before: float) -> int:
    """Bring the lab up, run site.yml on it, and show the proof."""
    start = time.monotonic() - before
    cold = not any((CACHE / "lab").glob("gomod-kubernetes-*"))
    need_space(_COLD_GIB if cold else _WARM_GIB)
    log = _new_log("up")
    steps = (
        Step("1/2 the lab: programs, images, four bare hosts", (LAB, "up", "--name", NAME),
             1500 if cold else 30),
        Step("2/2 site.yml: Kubernetes, Rook, storage, proof", _playbook("site"),
             400, _ENVIRONMENT),
    )  # fmt: skip
    say(f"about {clock(sum(step.expected for step in steps))} in all; may be interrupted and run")
    say(f"again at any time. Everything is kept below {CACHE}, the log is {log}")
    for step in steps:
        outcome = run(step, log, lock)
        if outcome.status:
            say(f"failed: {step.name} ended with {outcome.status} after {clock(outcome.seconds)}")
            say(f"the log is {log}; run `make demo` again when the cause is gone, or {_undo()}")
            return 1
        say(f"{step.name}: done in {clock(outcome.seconds)}")
    _show_report()
    say(f"proven in {clock(time.monotonic() - start)}; {measured()}")
    return 0


def down(lock: int, before: float) -> int:
    """Run teardown.yml where there is a site, and remove the lab whatever is left of it."""
    start, log = time.monotonic() - before, _new_log("down")
    lab = json.loads(_ask(LAB, "status", "--json", "--name", NAME))
    torn = True
    if lab["state"] == "up":
        teardown = _playbook("teardown", "--extra-vars", "rook_confirm='{{ rook_site }}'")
        step = Step("1/2 teardown.yml: the site, in reverse", teardown, 120, _ENVIRONMENT)
        torn = not run(step, log, lock).status
    else:
        nodes = ", ".join(f"{node['name']} {node['state']}" for node in lab["nodes"])
        say(f"1/2 teardown.yml: left out, the lab is {lab['state']} ({nodes or 'no nodes'})")
    gone = not run(Step("2/2 the lab itself", (LAB, "down", "--name", NAME), 5), log, lock).status
    total = clock(time.monotonic() - start)
    if not torn:
        say(f"teardown.yml failed, see {log}; what it left has gone with the nodes ({total})")
    elif gone:
        say(f"everything is down ({total}); what was built stays in {CACHE}: lab/lab purge")
    return 0 if torn and gone else 1


def _playbook(name: str, *options: str) -> tuple[str, ...]:
    return ("ansible-playbook", "-i", INVENTORY, f"rookery.rook.{name}", *options)


def _show_report() -> None:
    """Print the report with its proof, and how to go on from here."""
    hosts = json.loads(
        _ask("ansible-inventory", "-i", INVENTORY, "--host", "cp1", env=_ENVIRONMENT)
    )
    report = Path(hosts["lab_directory"]) / "report"
    print(f"\n{(report / 'report.md').read_text()}", flush=True)
    name = "" if NAME == "rook" else f" --name {NAME}"
    say(f"this report:  {report}/report.md, and report.json for programs")
    say(f"look around:  lab/lab status{name}; lab/lab shell{name} cp1, w1, w2 or w3")
    kubeconfig = f"{hosts['lab_directory']}/kubeconfig"
    say(f"              {hosts['lab_kubectl']} --kubeconfig {kubeconfig} get pods -A")
    say(f"take down:    {_undo()}")


def _undo() -> str:
    return ("" if NAME == "rook" else f"ROOKLAB_NAME={NAME} ") + "make demo-down"


def _new_log(name: str) -> Path:
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"demo-{NAME}-{name}.log"
    log.unlink(missing_ok=True)
    return log


def _ask(*command: str, env: t.Mapping[str, str] | None = None) -> str:
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(
        command, cwd=TOP, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
