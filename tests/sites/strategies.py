# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random sites that a release can have, small and quick to make.

Every run tries the same ones, unless ROOKERY_TEST_SEED gives another seed; that is printed.
"""

from __future__ import annotations

import os
import typing as t

import hypothesis
from hypothesis import strategies as st

from sites.reference import Params

Release = tuple[int, ...]
SEED = os.environ.get("ROOKERY_TEST_SEED", "")
NAMES = ("alpha", "beta", "gamma", "delta")
DOMAINS = ("host", "osd", "zone")


def quick(examples: int, **more: t.Any) -> t.Callable[..., t.Any]:
    """Return what makes a test one of random models."""
    chosen = hypothesis.settings(
        max_examples=examples,
        derandomize=not SEED,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        **more,
    )

    def mark(test: t.Any) -> t.Any:
        seeded = hypothesis.seed(int(SEED))(test) if SEED else test
        return chosen(seeded)

    return mark


def seed_words() -> str:
    """Return how the models of this run can be had again."""
    return f"ROOKERY_TEST_SEED={SEED}" if SEED else "the seed of the tests themselves"


def _some(**options: st.SearchStrategy[t.Any]) -> st.SearchStrategy[Params]:
    """Return dictionaries with some of the options."""
    return st.fixed_dictionaries({}, optional=options)


def _names(most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(NAMES), unique=True, max_size=most)


REPLICATED = st.fixed_dictionaries({"replicas": st.integers(1, 4)})
ERASURE = st.fixed_dictionaries(
    {
        "erasure": st.fixed_dictionaries(
            {"data_chunks": st.integers(2, 5), "coding_chunks": st.integers(1, 3)}
        )
    }
)


@st.composite
def _pool(draw: st.DrawFn, name: str, *, chunks: bool = True) -> Params:
    """Return a pool, of chunks if it may be."""
    layout = draw(st.one_of(REPLICATED, ERASURE) if chunks else REPLICATED)
    more = draw(_some(failure_domain=st.sampled_from(DOMAINS)))
    return {"name": name, **layout, **more}


@st.composite
def _filesystem(draw: st.DrawFn, name: str) -> Params:
    """Return a file system whose first data pool is replicated."""
    pools = [draw(_pool("first", chunks=False))]
    if draw(st.booleans()):
        pools.append(draw(_pool("second")))
    more = draw(
        _some(
            metadata_replicas=st.integers(1, 4),
            active_mds=st.integers(1, 3),
            active_standby=st.booleans(),
        )
    )
    return {"name": name, "data_pools": pools, **more}


@st.composite
def _store(draw: st.DrawFn, name: str) -> Params:
    """Return an object store."""
    data = draw(_pool(name))
    del data["name"]
    gateway = draw(_some(port=st.integers(80, 9000), instances=st.integers(1, 3)))
    return {"name": name, "data": data, **({"gateway": gateway} if gateway else {})}


@st.composite
def _hosts(draw: st.DrawFn, release: Release) -> Params:
    """Return hosts of which the first has a device."""
    count = draw(st.integers(1, 4))
    path = "/dev/disk/by-id/disk-" if release >= (1, 3) else "/dev/sd"
    least = [1] + [0] * (count - 1)
    return {
        f"w{place}": {
            "devices": [f"{path}{letter}" for letter in "bcd"[: draw(st.integers(fewest, 2))]]
        }
        for place, fewest in enumerate(least)
    }


def _classes(draw: st.DrawFn, found: Params) -> list[Params]:
    """Return classes of what there is, each with a choice of its own options."""
    owners = [
        *(("pool", item["name"]) for item in found["block_pools"] if "replicas" in item),
        *(("filesystem", item["name"]) for item in found["filesystems"]),
        *(("object_store", item["name"]) for item in found["object_stores"]),
    ]
    chosen = draw(st.lists(st.sampled_from(owners), unique=True, max_size=3)) if owners else []
    policy = _some(reclaim_policy=st.sampled_from(["Delete", "Retain"]))
    return [{"name": f"{key.replace('_', '-')}-{name}", key: name, **draw(policy)} for key, name in chosen]


@st.composite
def models(draw: st.DrawFn, version: str) -> Params:
    """Return the variables of a site of one release, without its name."""
    release = tuple(int(part) for part in version.split(".")[:2])
    found: Params = {
        "version": version,
        "hosts": draw(_hosts(release)),
        "cluster": draw(
            _some(
                mon_count=st.sampled_from([1, 3, 5]),
                dashboard_enabled=st.booleans(),
                mon_allow_multiple_per_node=st.booleans(),
            )
        ),
        "block_pools": [draw(_pool(name)) for name in draw(_names(3))],
        "filesystems": [draw(_filesystem(name)) for name in draw(_names(2))],
        "object_stores": [draw(_store(name)) for name in draw(_names(2))],
    }
    stores = [item["name"] for item in found["object_stores"]]
    if stores:
        found["object_store_users"] = [
            {"name": name, "store": draw(st.sampled_from(stores))} for name in draw(_names(2))
        ]
    found["storage_classes"] = _classes(draw, found)
    return found
