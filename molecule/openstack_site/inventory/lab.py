#!/usr/bin/env python3
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is so in the scenario's lab, without its hosts: those come from the cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

LAB = Path(__file__).resolve().parents[3] / "lab/lab"
# How a node is reached is the cloud's to say, but for the key.
KEPT = ("ansible_ssh_private_key_file", "ansible_python_interpreter", "ansible_control_path_dir")


def output(*command: str) -> str:
    """Return what a program says."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def main() -> None:
    """Print the lab's variables, and the addresses of its nodes for the declaration."""
    path = output(
        sys.executable, str(LAB), "inventory", "--path", "--name", os.environ["ROOKLAB_NAME"]
    )
    hosts = json.loads(output("ansible-inventory", "-i", path, "--list"))["_meta"]["hostvars"]
    facts = next(iter(hosts.values()))
    variables = {
        name: value for name, value in facts.items() if name.startswith("lab_") or name in KEPT
    }
    variables["lab_addresses"] = {name: each["ansible_host"] for name, each in hosts.items()}
    print(json.dumps({"all": {"vars": variables}, "_meta": {"hostvars": {}}}))


if __name__ == "__main__":
    main()
