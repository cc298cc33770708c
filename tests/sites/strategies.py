# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random sites that a release can have, small and quick to make.

Every run tries the same ones, unless ROOKERY_TEST_SEED gives another seed; that is printed.
"""

from __future__ import annotations

import os
import re
import typing as t

import hypothesis
from ansible_collections.rookery.rook.plugins.module_utils._kinds import first_release
from ansible_collections.rookery.rook.plugins.module_utils._model.lifetimes import life_problems
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import (
    BUCKET_CLASSES,
    SECTIONS,
    Field,
    Section,
)
from hypothesis import strategies as st

from sites.reference import Params

Release = tuple[int, ...]
SEED = os.environ.get("ROOKERY_TEST_SEED", "")
NAMES = ("alpha", "beta", "gamma")
DOMAINS = ("host", "osd", "zone")
# So many of a model's sections are used; for each one there is one more collection to look at.
MOST_SECTIONS = 4
# What definitions take of variables that are not free in what they say.
TEXTS = {
    "uri": ["http://news.example:8080"],
    "pull_endpoint": ["http://elsewhere.example:80"],
    "quota": ["1Gi", "10Gi"],
    "data_pool": ["shared-data0"],
    "cluster_id": ["tenant-1"],
    "account_id": ["RGW12345678901234567"],
    "log_level": ["NIV_INFO", "NIV_DEBUG"],
}
# What has no meaning without another one, which definitions therefore want.
BESIDE = {"mirroring_remote": "mirroring_mode"}
LISTS = {
    "events": ["s3:ObjectCreated:*"],
    "peers": ["peer-1"],
    "custom_endpoints": ["http://zone.example:80"],
}


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
    more = draw(
        _some(failure_domain=st.sampled_from(DOMAINS), device_class=st.sampled_from(["ssd", "hdd"]))
    )
    return {"name": name, **layout, **more}


@st.composite
def _filesystem(draw: st.DrawFn, name: str) -> Params:
    """Return a file system whose first data pool is replicated."""
    pools = [draw(_pool("data0", chunks=False))]
    if draw(st.booleans()):
        pools.append(draw(_pool("data1")))
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
    """Return hosts of which the first has a device, by a name that the release takes."""
    path = "/dev/disk/by-id/disk-" if release >= (1, 3) else "/dev/sd"
    found: Params = {}
    for place in range(draw(st.integers(1, 4))):
        letters = "bcd"[: draw(st.integers(0 if place else 1, 2))]
        found[f"w{place}"] = {"devices": [f"{path}{letter}" for letter in letters]}
        if draw(st.booleans()):
            found[f"w{place}"]["directories"] = ["/srv/osd"]
    return found


def _classes(draw: st.DrawFn, found: Params) -> list[Params]:
    """Return classes of what there is, each with a choice of its own options."""
    owners = [
        *(("pool", item["name"]) for item in found["block_pools"] if "replicas" in item),
        *(("filesystem", item["name"]) for item in found["filesystems"]),
        *(("object_store", item["name"]) for item in found["object_stores"]),
    ]
    chosen = draw(st.lists(st.sampled_from(owners), unique=True, max_size=3)) if owners else []
    policy = _some(reclaim_policy=st.sampled_from(["Delete", "Retain"]))
    return [
        {"name": f"{key.replace('_', '-')}-{name}", key: name, **draw(policy)}
        for key, name in chosen
    ]


def _known(found: Params) -> dict[str, list[str]]:
    """Return the names that entries may refer to, by their list."""
    names = {
        key: [item["name"] for item in value]
        for key, value in found.items()
        if isinstance(value, list)
    }
    buckets = [item["name"] for item in found["storage_classes"] if "object_store" in item]
    return {**names, BUCKET_CLASSES: buckets}


def _value(draw: st.DrawFn, field: Field, known: t.Mapping[str, list[str]]) -> t.Any:
    """Return a value for one field of a section, by what its row says."""
    if field.refers and field.type == "str":
        return draw(st.sampled_from(known[field.refers]))
    if field.choices:
        return draw(st.sampled_from(field.choices))
    if field.type == "int":
        return draw(st.integers(max(field.least, 1), min(field.most or 3, 9000)))
    if field.type in ("bool", "flag"):
        return draw(st.booleans())
    if field.type == "pool":
        return draw(REPLICATED)
    if field.type == "list":
        return LISTS[field.name]
    if field.type == "strings":
        return {"mon": "allow r", "osd": "allow rw"} if field.name == "caps" else {"a": "b"}
    return draw(st.sampled_from(TEXTS.get(field.name, ["one", "two"])))


def _fields(
    draw: st.DrawFn, fields: t.Iterable[Field], release: Release, known: t.Mapping[str, list[str]]
) -> Params:
    """Return what has to be given of some fields, and some of what may be."""
    found: Params = {}
    for field in fields:
        lives = field.since <= release and (field.until is None or release <= field.until)
        must = field.required or (field.required_until and release <= field.required_until)
        if not lives or field.type in ("dict", "labels", "group"):
            continue
        if must or draw(st.booleans()):
            found[field.name] = _value(draw, field, known)
    return {name: value for name, value in found.items() if BESIDE.get(name, name) in found}


def _entry(draw: st.DrawFn, section: Section, release: Release, found: Params) -> Params:
    """Return one entry of a section."""
    known = _known(found)
    rows = {field.name: field for field in section.fields}
    values = _fields(draw, rows.values(), release, known)
    for names in section.one_of:
        first = rows[names[0]]
        for other in names:
            values.pop(other, None)
        inside = _fields(draw, first.fields, release, known)
        values[first.name] = inside if first.type == "group" else _value(draw, first, known)
    return {"name": draw(st.sampled_from(NAMES)), **values}


def _can_be(section: Section, release: Release, found: Params) -> bool:
    """Tell whether a release has a section and a model what its entries have to name."""
    known = _known(found)
    needed = [field.refers for field in section.fields if field.required and field.refers]
    return first_release(section.kind) <= release and all(known.get(name) for name in needed)


def limited(found: Params, release: Release) -> Params:
    """Return a model without what a release cannot express, by the table of life times."""
    while problems := list(life_problems(found, release)):
        path = re.sub(r"^((?:storage|snapshot)_classes\[\d+\]).*", r"\1", problems[0].path)
        words = re.findall(r"[^.\[\]]+", path)
        *way, last = (int(word) if word.isdigit() else word for word in words)
        place: t.Any = found
        for word in way:
            place = place[word]
        del place[last]
    return found


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
                mgr_count=st.sampled_from([1, 2]),
                dashboard_enabled=st.booleans(),
                mon_allow_multiple_per_node=st.booleans(),
                ceph_config=st.just({"global": {"osd_pool_default_size": "3"}}),
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
    found = limited(found, release)
    wanted = draw(st.sets(st.sampled_from(sorted(SECTIONS)), max_size=MOST_SECTIONS))
    for section in SECTIONS.values():
        if section.name in wanted and _can_be(section, release, found):
            found[section.name] = [_entry(draw, section, release, found)]
    return limited(found, release)
