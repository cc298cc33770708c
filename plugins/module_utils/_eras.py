# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Which Rook release is of which era, and how releases are written. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._eras_table import (
    ROWS,
    SETTINGS,
    VARIABLES,
)
from ansible_collections.rookery.rook.plugins.module_utils._eras_types import (
    Era,
    Life,
    Version,
    Window,
    dotted,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem

__all__ = ["SETTINGS", "VARIABLES", "Era", "Life", "Version", "Window", "dotted"]

ERAS: Mapping[Version, Era] = {row.rook: row for row in ROWS}
# The first releases that look devices up by their links, and that refuse a pool with one copy.
DEVICE_LINKS, SAFE_SIZE = (1, 3), (1, 3)
OLDEST, NEWEST = ROWS[0], ROWS[-1]
# Files of earlier releases name the image of the patch release before.
_OWN_IMAGES = (0, 8)
BAD_CEPH_REASON = "it corrupts data that is read with CSI read affinity"


def parse_version(text: str) -> Version | None:
    """Return the numbers of 1.34.4, v1.34.4 or 1.34.4-rc.1, or None when it is no version."""
    match = re.match(r"v?(\d+(?:\.\d+){0,3})(?![\w.])", text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def image_version(image: str) -> Version | None:
    """Return the release of an image by its tag, or None when the tag does not tell."""
    name = image.partition("@")[0].rpartition("/")[2]
    return parse_version(name.partition(":")[2])


def operator_fits(found: Version, wanted: Version) -> bool:
    """Tell whether an operator's files are those of the wanted release of Rook."""
    known = wanted if wanted >= _OWN_IMAGES else wanted[:2]
    return found[: len(known)] == known


def era_problem(version: str, *, allow_newer: bool = False) -> Problem | None:
    """Return why a Rook release cannot be expressed, or None."""
    numbers = parse_version(version)
    known = f"{OLDEST.name} to {NEWEST.name}"
    if numbers is None or len(numbers) < 2 or len(numbers) > 3:
        reason, cure = "is not a Rook release", 'Give it as "1.18" or "1.18.11", in quotes.'
    elif numbers[:2] in ERAS or (allow_newer and numbers[:2] > NEWEST.rook):
        return None
    elif numbers[:2] > NEWEST.rook:
        reason = f"is newer than any release that this collection knows ({known})"
        cure = (
            f"Set version to {NEWEST.name} or less, update the collection, or set allow_newer "
            f"(rook_allow_newer) to go on at your own risk as if it were {NEWEST.name}."
        )
    elif numbers[:2] > OLDEST.rook:
        reason = f"is no release that was ever made ({known} are known)"
        cure = f"Take one of {', '.join(row.name for row in ROWS)}."
    else:
        reason = f"is older than any release that this collection knows ({known})"
        cure = f"Set version to {OLDEST.name} or more."
    return Problem("version", repr(version), reason, cure)


def era(version: str) -> Era:
    """Return the era of a Rook release, for one that is newer than all the newest.

    Whether a newer one may be taken is asked where variables are read. Raises ModelError for a
    release that cannot be expressed.
    """
    problem = era_problem(version, allow_newer=True)
    if problem is not None:
        raise ModelError([problem])
    return ERAS.get(t.cast("Version", parse_version(version))[:2], NEWEST)
