#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: preflight_report
short_description: Write the page of a preflight
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Writes what M(rookery.rook.rook_preflight) found as C(preflight.html), one page with pictures
    that needs nothing else, as C(preflight.json), and in JUnit's form as C(preflight.xml).
  - The same judgement makes the same bytes, so a second run changes nothing. What looks like a
    secret is left out.
options:
  path:
    description: Directory of the files. It is made when it is missing.
    type: path
    required: true
  site:
    description: Name of the site.
    type: str
    required: true
  version:
    description: The Rook release of the site.
    type: str
    default: ''
  state:
    description: What was judged, building or taking down.
    type: str
    choices: [present, absent]
    default: present
  findings:
    description: What RV(rookery.rook.rook_preflight#module:findings) holds.
    type: list
    elements: dict
    required: true
  rules:
    description: What RV(rookery.rook.rook_preflight#module:rules) holds.
    type: list
    elements: dict
    required: true
  placement:
    description:
      - What RV(rookery.rook.rook_preflight#module:placement) holds. Without it the page has no
        pictures.
    type: dict
    default: {}
attributes:
  check_mode:
    description: Says whether a file would change, and writes nothing.
    support: full
  diff_mode:
    description: The files are for people and programs, not for a terminal.
    support: none
  idempotent:
    description: Files that say the same already are left alone.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
"""

EXAMPLES = r"""
- name: Judge a site, and go on to write down what was found
  rookery.rook.rook_preflight:
    model:
      site: store1
      version: "1.18"
      hosts:
        node1: {devices: [/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0001]}
      operator: {manifests: /srv/rook/1.18}
  register: judged
  failed_when: judged.rules is not defined

- name: Write the page, also of a site that is refused
  rookery.rook.preflight_report:
    path: /var/lib/rookery/store1
    site: store1
    version: "1.18"
    findings: "{{ judged.findings }}"
    rules: "{{ judged.rules }}"
    placement: "{{ judged.placement | default({}) }}"
"""

RETURN = r"""
report:
  description: The files that were written, or would be in check mode.
  returned: always
  type: dict
  contains:
    html:
      description: The page for people.
      type: str
      sample: /var/lib/rookery/store1/preflight.html
    json:
      description: The same for programs.
      type: str
      sample: /var/lib/rookery/store1/preflight.json
    junit:
      description: The same in JUnit's form, a test case for each rule.
      type: str
      sample: /var/lib/rookery/store1/preflight.xml
verdict:
  description: What comes of it, V(refused), V(passed with warnings) or V(passed).
  returned: always
  type: str
  sample: refused
"""

import json
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._files import replace_file
from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame
from ansible_collections.rookery.rook.plugins.module_utils._report_page.judgement import (
    Judgement,
    read_judgement,
)
from ansible_collections.rookery.rook.plugins.module_utils._report_page.junit import junit
from ansible_collections.rookery.rook.plugins.module_utils._report_page.page import page

SPEC: dict[str, t.Any] = {
    "path": {"type": "path", "required": True},
    "site": {"type": "str", "required": True},
    "version": {"type": "str", "default": ""},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "findings": {"type": "list", "elements": "dict", "required": True},
    "rules": {"type": "list", "elements": "dict", "required": True},
    "placement": {"type": "dict", "default": {}},
}


class PageError(RookeryError):
    """The page cannot be written."""


def texts(judged: Judgement) -> dict[str, tuple[str, str]]:
    """Return the files by their form, each with its name and its content."""
    data = json.dumps(judged.as_data(), indent=2, sort_keys=True)
    return {
        "html": ("preflight.html", page(judged)),
        "json": ("preflight.json", f"{data}\n"),
        "junit": ("preflight.xml", junit(judged)),
    }


def says(path: Path, text: str) -> bool:
    """Tell whether a file has a content already."""
    try:
        return path.read_bytes() == text.encode()
    except (FileNotFoundError, NotADirectoryError):
        return False


def main() -> None:
    """Write the files that say something else."""
    with Frame(SPEC) as module:
        judged = read_judgement(**{key: module.params[key] for key in SPEC if key != "path"})
        folder, files = Path(module.params["path"]), texts(judged)
        module.note(
            verdict=judged.verdict,
            report={form: str(folder / name) for form, (name, _text) in files.items()},
        )
        try:
            for name, text in files.values():
                if not says(folder / name, text):
                    module.note(changed=True)
                    if not module.check_mode:
                        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
                        replace_file(folder / name, text.encode(), mode=0o644)
        except OSError as error:
            raise PageError(
                f"Failed to write the page of site {judged.site} into {folder}: {error.strerror}. "
                "Set path (rook_preflight_report_dir) to a directory that this user may write."
            ) from error


if __name__ == "__main__":
    main()
