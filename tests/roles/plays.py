# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play whose hosts are all this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
Run = t.Callable[..., subprocess.CompletedProcess[str]]


def play(
    folder: Path,
    groups: t.Mapping[str, t.Iterable[str]],
    tasks: list[t.Any],
    given: t.Mapping[str, t.Any],
    *options: str,
    **more: t.Any,
) -> subprocess.CompletedProcess[str]:
    """Run tasks on the hosts of groups with variables; more are keywords of the play."""
    book = folder / "play.yml"
    book.write_text(
        yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks, **more}])
    )
    return playbook(folder, groups, str(book), given, *options)


def playbook(
    folder: Path,
    groups: t.Mapping[str, t.Iterable[str]],
    book: str,
    given: t.Mapping[str, t.Any],
    *options: str,
) -> subprocess.CompletedProcess[str]:
    """Run a playbook, by its path or name, on the hosts of groups with variables."""
    inventory = folder / "hosts.yml"
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    children = {name: {"hosts": dict.fromkeys(hosts, host)} for name, hosts in groups.items()}
    inventory.write_text(yaml.safe_dump({"all": {"children": children}}))
    return subprocess.run(
        ["ansible-playbook", "-i", str(inventory), book, "-e", json.dumps(given), *options],
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"),
             "ANSIBLE_NOCOLOR": "1", "HOME": str(folder)},
    )  # fmt: skip
