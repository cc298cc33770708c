#!/usr/bin/env python3
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of the lab that is up, as an Ansible inventory script.

ROOKLAB_NAME chooses another lab than the default one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LAB = Path(__file__).resolve().parents[2] / "lab/lab"


def main() -> int:
    """Hand over to ansible-inventory with the directory that the lab wrote."""
    command = [
        sys.executable,
        str(LAB),
        "inventory",
        "--path",
        "--name",
        os.environ.get("ROOKLAB_NAME", "rook"),
    ]
    asked = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if asked.returncode:
        return asked.returncode
    os.execvp(
        "ansible-inventory", ["ansible-inventory", "-i", asked.stdout.strip(), "--list", "--export"]
    )


if __name__ == "__main__":
    sys.exit(main())
