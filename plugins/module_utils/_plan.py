# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From what is wanted and what is observed to the steps between them. Pure.

make_plan is total and deterministic: the same input gives the same bytes, in any order of input.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._diff import Change

Manifest = Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Desired:
    """One object that is wanted, and what has to be there before it."""

    id: str
    kind: str
    manifest: Manifest
    needs: tuple[str, ...]
    stage: str


@dataclasses.dataclass(frozen=True)
class Consumer:
    """Something that uses our storage and would lose it: a claim, volume, bucket, snapshot.

    uses holds ids of our objects, as far as they can be told; pods are namespace/name.
    """

    id: str
    uses: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Observed:
    """What is there now, as far as the model or our label names it."""

    objects: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    predicted: Mapping[str, Manifest] = dataclasses.field(default_factory=dict)
    crds: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()
    consumers: tuple[Consumer, ...] = ()


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing to do, or to leave alone and say why.

    target is the object's id; until is ready or gone for a wait; patch is the merge patch of an
    update that is not the whole wanted object.
    """

    id: str
    op: str
    target: str
    executor: str = "kubernetes"
    needs: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    destructive: bool = False
    reason: str = ""
    until: str = ""
    patch: Manifest | None = None


@dataclasses.dataclass(frozen=True)
class Plan:
    """Steps in an order in which they can be done, and the fingerprint of what they came from."""

    site: str
    state: str
    steps: tuple[Step, ...]
    fingerprint: str
