#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_report
short_description: Write the report of a site
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Writes C(report.md) for people and C(report.json) for programs, each in one step.
  - The last report is replaced; copy it away to keep it.
options:
  path:
    description: Directory of the report. It is made when it is missing.
    type: path
    required: true
  site:
    description: Name of the site.
    type: str
    required: true
  standing:
    description:
      - What the site is now, without times and measurements.
      - The result is changed exactly when this differs from the last report, or when there is none.
    type: dict
    required: true
  sections:
    description:
      - Everything else that the report shows, by heading, in this order. It is no change.
    type: dict
    default: {}
  keep:
    description:
      - Sections that stay as the last report has them when O(sections) does not have them.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Says whether the report would change, and writes nothing.
    support: full
  diff_mode:
    description: Shows the standing before and after.
    support: full
  idempotent:
    description: Evidence and times are written anew each time and are no change.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
"""

EXAMPLES = r"""
- name: Write what the site is and what was proven
  rookery.rook.rook_report:
    path: /var/lib/rookery/store1
    site: store1
    standing:
      versions: {rook: 1.18.11, ceph: 19.2.3}
      health: HEALTH_OK
    sections:
      proof:
        - {pod: a, wrote: 64 MiB, sha256: 0f343b0931126a20f133d67c2b018a3b}
"""

RETURN = r"""
report:
  description: The files that were written, or would be in check mode.
  returned: always
  type: dict
  contains:
    markdown:
      description: The page for people.
      type: str
      sample: /var/lib/rookery/store1/report.md
    json:
      description: The same for programs.
      type: str
      sample: /var/lib/rookery/store1/report.json
diff:
  description: The standing of the last report and of this one, as JSON.
  returned: always
  type: dict
  sample: {before: "{}\n", after: "{\"health\": \"HEALTH_OK\"}\n"}
"""

import datetime
import json
import os
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._page import page
from ansible_collections.rookery.rook.plugins.module_utils._urls import without_passwords


def last_report(path: Path) -> dict[str, t.Any]:
    """Return the last report; one that cannot be read is none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # One of an earlier release may have passwords.
    report = without_passwords(report)
    usable = isinstance(report, dict) and isinstance(report.get("standing"), dict)
    return report if usable else {}


def pretty(value: t.Any) -> str:
    """Return JSON that compares and reads well."""
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def write_whole(module: DiscreetModule, path: Path, text: str) -> None:
    """Replace a file in one step, so that an interrupted run leaves the old report."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    module.set_mode_if_different(name, "0644", changed=False)
    module.atomic_move(name, str(path))


def write_report(
    module: DiscreetModule,
    files: dict[str, Path],
    standing: dict[str, t.Any],
    given: dict[str, t.Any],
) -> None:
    """Write both files, with the time at which they were written."""
    site = module.params["site"]
    written = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    whole = {"site": site, "written": written, "standing": standing, **given}
    sections = {**standing, **given, "written": written}
    try:
        write_whole(module, files["json"], pretty(whole))
        write_whole(module, files["markdown"], page(f"Site {site}", sections))
    except OSError as error:
        module.fail_json(
            msg=f"Failed to write the report of site {site} "
            f"into {files['json'].parent}: {error.strerror}. "
            "Set rook_report_dir to a directory that this user may write."
        )


def main() -> None:
    """Compare with the last report, and write this one."""
    module = DiscreetModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "site": {"type": "str", "required": True},
            "standing": {"type": "dict", "required": True},
            "sections": {"type": "dict", "default": {}},
            "keep": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    # Everybody may read what is written here.
    module.params = without_passwords(module.params)
    folder, standing = Path(module.params["path"]), module.params["standing"]
    files = {"markdown": folder / "report.md", "json": folder / "report.json"}
    last = last_report(files["json"])
    before = last.get("standing")
    kept = {name: last[name] for name in module.params["keep"] if name in last}
    if not module.check_mode:
        write_report(module, files, standing, {**kept, **module.params["sections"]})
    module.exit_json(
        changed=before != standing,
        report={name: str(path) for name, path in files.items()},
        diff={"before": pretty(before or {}), "after": pretty(standing)},
    )


if __name__ == "__main__":
    main()
