# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether a directory on the deploy host has changed since it was copied."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tree_fingerprint
short_description: Return a word that changes when a file of a directory does
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Made from names, sizes and times of change, not from contents, so that gigabytes cost nothing.
options:
  _input:
    description: A directory on the deploy host. Links in it are followed.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Show the fingerprint
  ansible.builtin.debug:
    msg: "{{ '/srv/artefacts' | rookery.rook.tree_fingerprint }}"
"""

RETURN = r"""
_value:
  description: Twelve hexadecimal digits.
  type: str
"""

import hashlib
import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleFilterError

if t.TYPE_CHECKING:
    from collections.abc import Callable


def tree_fingerprint(folder: str) -> str:
    """Return the fingerprint of a directory."""
    top = Path(folder)
    if not top.is_dir():
        raise AnsibleFilterError(
            f"{folder} is not a directory on the deploy host. Put the artefacts there, or correct "
            "the variable that names it."
        )
    lines = []
    for where, _folders, files in os.walk(top, followlinks=True):
        for path in (Path(where) / name for name in files):
            info = path.stat()
            lines.append(f"{path.relative_to(top)} {info.st_size} {info.st_mtime_ns}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()[:12]


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"tree_fingerprint": tree_fingerprint}
