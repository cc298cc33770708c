# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One measured process: a module as Ansible runs it, or a plain list. It counts its own requests.

measured.py REPORT NAME: the arguments come on stdin as JSON, the result goes to stdout.
"""

from __future__ import annotations

import importlib
import json
import sys
import typing as t
from pathlib import Path

import urllib3

MODULES = "ansible_collections.rookery.rook.plugins.modules"


class Counted(urllib3.HTTPSConnectionPool):
    """A pool of connections that counts what goes over it."""

    requests = 0

    def urlopen(self, *args: t.Any, **words: t.Any) -> t.Any:
        """Count, and go on."""
        Counted.requests += 1
        return super().urlopen(*args, **words)


def peak_mib() -> float:
    """Return the most memory that this process has had."""
    line = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )
    return int(line.split()[1]) / 1024


def plain(arguments: t.Mapping[str, t.Any]) -> None:
    """List the crowd page by page, and keep nothing of it."""
    from crowd import COLLECTIONS, Api

    api = Api(arguments["server"], Path(arguments["folder"]))
    seen = {path: sum(len(page) for page in api.pages(path)) for path in COLLECTIONS}
    print(json.dumps({"seen": seen}))


def module(name: str, arguments: dict[str, t.Any]) -> None:
    """Run a module of the collection; it ends the process by itself."""
    from ansible.module_utils.testing import patch_module_args

    with patch_module_args(arguments):
        importlib.import_module(f"{MODULES}.{name}").main()


def main() -> None:
    """Run what is named, and write the report in any case."""
    report, name = sys.argv[1:]
    arguments = json.load(sys.stdin)
    urllib3.poolmanager.pool_classes_by_scheme["https"] = Counted
    try:
        if name == "plain":
            plain(arguments)
        else:
            module(name, arguments)
    finally:
        figures = {"requests": Counted.requests, "mib": peak_mib()}
        Path(report).write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
