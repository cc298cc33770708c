# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a controller has seen the last change, and what it says that keeps an object."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._readiness_core import (
    blockers,
    unseen,
)

Params = dict[str, t.Any]
NOT_YET = "its controller has not seen the last change yet"


def written(seen: int, api_version: str = "ceph.rook.io/v1", **times: str) -> Params:
    """Return a resource with the managers that wrote its spec; rook wrote its status later."""
    entries = [
        {"manager": manager, "time": f"2026-01-01T00:00:{time}Z", "fieldsV1": {"f:spec": {}}}
        for manager, time in times.items()
    ]
    status = {"manager": "rook", "time": "2026-01-01T00:00:59Z", "fieldsV1": {"f:status": {}}}
    return {
        "apiVersion": api_version,
        "metadata": {"generation": 2, "managedFields": [*entries, status]},
        "status": {"observedGeneration": seen},
    }


@pytest.mark.parametrize(
    ("seen", "times", "reason"),
    [
        (2, {"rookery": "01"}, ""),
        (1, {"rookery": "01", "rook": "01"}, ""),
        (1, {"rookery": "01", "rook": "02"}, ""),
        (1, {"rookery": "03", "rook": "02"}, NOT_YET),
        (1, {"rookery": "01", "rook": "02", "kubectl": "03"}, NOT_YET),
        (1, {"rookery": "01"}, NOT_YET),
        (0, {"rookery": "01", "rook": "02"}, NOT_YET),
    ],
)
def test_what_rook_stores_again_by_itself_it_need_not_see(
    seen: int, times: dict[str, str], reason: str
) -> None:
    assert unseen(written(seen, **times)) == reason


def test_only_rooks_own_resources_are_stored_again() -> None:
    assert unseen(written(1, "apps/v1", rook="01")) == NOT_YET


@pytest.mark.parametrize("sort", ["", "Pool", "RadosNamespace"])
def test_what_is_inside_of_a_pool_is_told_in_rooks_words(sort: str) -> None:
    told = {"type": f"{sort}DeletionIsBlocked", "status": "True", "message": "images: [a b]"}
    pool = {"kind": "CephBlockPool", "metadata": {}, "status": {"conditions": [told]}}
    assert blockers(pool) == "its deletion is blocked: images: [a b]"
