# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstream's examples of every release pass its own definitions and tables; spoilt ones do not.

Without upstream's files beside the repository there are no examples; that is said.
"""

from __future__ import annotations

import collections

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._lint import Definitions, dotted, lint
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from sites.definitions import Object, Tag, published, say_what_is_missing
from sites.examples import Path, examples, raw_definitions, required, signature, spoilt
from sites.reference import SINCE, SITES, site

TAGS = published()
LEAST = 3

_REALM = "a text in angle brackets stands for the address, which has to be put in"
# Examples that are wrong, with where and why.
WRONG = {
    ("v1.2.7", "cluster-on-pvc.yaml", "spec.storage.storageClassDeviceSets[0].tuneSlowDeviceClass"):
        "no release reads it: the field is tuneDeviceClass",
    ("v1.2.7", "pool.yaml", "spec.annotations"): "no pool has annotations of its own",
    ("v1.2.7", "pool-ec.yaml", "spec.annotations"): "no pool has annotations of its own",
    ("v1.6.11", "pool.yaml", "spec.annotations"): "no pool has annotations of its own",
    ("v1.6.11", "pool-ec.yaml", "spec.annotations"): "no pool has annotations of its own",
    ("v1.9.13", "pool.yaml", "spec.annotations"): "no pool has annotations of its own",
    ("v1.9.13", "pool-ec.yaml", "spec.annotations"): "no pool has annotations of its own",
    (
        "v1.6.11",
        "cluster-on-local-pvc.yaml",
        "spec.storage.storageClassDeviceSets[0].preparePlacement.podAntiAffinity."
        "preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.topologyKey",
    ): "it stands beside the term that it is a part of",
    **{
        (tag, f"object-multisite-pull-realm{test}.yaml", "spec.pull.endpoint"): _REALM
        for tag in ("v1.9.13", "v1.12.11", "v1.14.12", "v1.16.9", "v1.18.11", "v1.20.6")
        for test in ("", "-test")
    },
}  # fmt: skip


@pytest.fixture(name="definitions", params=TAGS or [None], ids=lambda tag: tag and tag.name)
def _definitions(request: pytest.FixtureRequest) -> tuple[Tag, Definitions]:
    tag: Tag | None = request.param
    if tag is None:
        pytest.skip(say_what_is_missing())
    return tag, Definitions(raw_definitions(tag), tag.release)


def told(manifest: Object, definitions: Definitions) -> set[tuple[Path, str]]:
    """Return where and why an object is refused."""
    return {(finding.path, finding.reason) for finding in lint(manifest, definitions)}


def test_every_example_passes_or_is_known_to_be_wrong(
    definitions: tuple[Tag, Definitions], capsys: pytest.CaptureFixture[str]
) -> None:
    tag, known = definitions
    found = examples(tag)
    wrong = [
        (tag.name, example.file, dotted(finding.path))
        for example in found
        for finding in lint(example.manifest, known)
    ]
    with capsys.disabled():
        print(f"\n{tag.name}: {len(found)} examples pass but for {len(wrong)} known mistakes")
    assert sorted(wrong) == sorted(place for place in WRONG if place[0] == tag.name)
    assert len(found) > LEAST


def test_every_mistake_in_an_example_is_refused(
    definitions: tuple[Tag, Definitions], capsys: pytest.CaptureFixture[str]
) -> None:
    tag, known = definitions
    seen: set[tuple[str, str, Path]] = set()
    tried: collections.Counter[str] = collections.Counter()
    passed = []
    for example in examples(tag):
        before = told(example.manifest, known)
        for mistake in spoilt(example, required(example.manifest, known)):
            place = (mistake.sort, example.manifest["kind"], signature(mistake.path))
            if place in seen or mistake.path in {path for path, _reason in before}:
                continue
            seen.add(place)
            tried[mistake.sort] += 1
            if not told(mistake.manifest, known) - before:
                passed.append(f"{example.name}: {mistake.sort} {dotted(mistake.path)}")
    with capsys.disabled():
        counts = ", ".join(f"{number} {sort}" for sort, number in sorted(tried.items()))
        print(f"\n{tag.name}: {tried.total()} spoilt examples refused ({counts})")
    assert passed == []
    assert set(tried) == {"key", "type", "required"}


@pytest.mark.parametrize("era", _eras.ERAS.values(), ids=lambda era: era.name)
def test_what_is_rendered_for_an_era_passes(era: _eras.Era) -> None:
    """Upstream's definitions are taken where they are there, else the tables stand alone."""
    tags = [tag for tag in TAGS if tag.release == era.rook]
    known = Definitions(raw_definitions(tags[0]) if tags else (), era.rook)
    linted = 0
    for name in SITES:
        if era.rook >= SINCE[name]:
            for item in render(parse_site(site(name, era.name)), ()):
                assert told(item.manifest, known) == set(), item.id
                linted += known.knows(item.manifest["apiVersion"], item.kind)
    assert linted > LEAST
