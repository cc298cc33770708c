# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks that stand in files of roles and playbooks."""

from __future__ import annotations

import typing as t


def tasks(found: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Yield the tasks of a file, those of its blocks included."""
    for item in found if isinstance(found, list) else ():
        yield item
        for part in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks"):
            yield from tasks(item.get(part))
