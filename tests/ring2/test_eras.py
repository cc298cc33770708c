# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One desired state for every release: it passes that release's definitions, or the model says why.

Random models are predicted, made, edited by hand and repaired on the same control planes. The seed
is in ROOKERY_TEST_SEED; without one, every run tries the same models.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import typing as t
from pathlib import Path

import hypothesis
import pytest
from ansible_collections.rookery.rook.plugins.module_utils import (
    _apply,
    _eras,
    _observe,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._kinds import kind_in
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.modules import rook_site
from conftest import run_module
from controlplane import ControlPlane
from hypothesis import given
from raw import Raw
from sites.definitions import Object, Tag, definitions, outlines, tags, without_files
from sites.reference import SINCE, SITES, Params, site
from sites.strategies import models, quick, seed_words

APPLY = "application/apply-patch+yaml"
STRICT = "dryRun=All&fieldManager=rookery&force=true&fieldValidation=Strict"
MODELS = 50
NOTHING = {"before": {}, "after": {}}
TAGS = tuple(tag for tag in tags() if _eras.era_problem(tag.version) is None)


class Release(t.NamedTuple):
    """A control plane on which one release's definitions are in force."""

    tag: Tag
    plane: ControlPlane
    raw: Raw
    plurals: t.Mapping[str, str]


@contextlib.contextmanager
def defined(folder: Path, items: t.Sequence[Object]) -> t.Iterator[tuple[ControlPlane, Raw]]:
    """Have a control plane with definitions for as long as the context lasts."""
    plane = ControlPlane(folder)
    try:
        plane.start()
        raw = Raw(plane)
        raw.define(*items)
        yield plane, raw
    finally:
        plane.stop()


def plurals_of(items: t.Sequence[Object]) -> dict[str, str]:
    """Return the plurals of the kinds that are defined."""
    names = (item["spec"]["names"] for item in items)
    return {each["kind"]: each["plural"] for each in names}


@pytest.fixture(scope="module", params=TAGS, ids=lambda tag: tag.name)
def release(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> t.Iterator[Release]:
    tag: Tag = request.param
    items = definitions(tag)
    with defined(tmp_path_factory.mktemp(tag.name), items) as (plane, raw):
        yield Release(tag, plane, raw, plurals_of(items))


@pytest.fixture(scope="module")
def outlined(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tuple[ControlPlane, Raw]]:
    """Have a control plane that serves the kinds of the releases without files, any spec."""
    with defined(tmp_path_factory.mktemp("outlines"), outlines()) as found:
        yield found


@pytest.fixture(autouse=True)
def _by_one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for one thing after the other: thousands of runs would begin eight connections each."""
    for module in (_apply, _observe):
        monkeypatch.setattr(module, "THREADS", 1)


def path_of(manifest: Object, plurals: t.Mapping[str, str]) -> str:
    """Return where an object is; a kind without a definition here is one of Kubernetes' own."""
    api, kind, meta = manifest["apiVersion"], manifest["kind"], manifest["metadata"]
    top = f"/apis/{api}" if "/" in api else f"/api/{api}"
    inside = f"/namespaces/{meta['namespace']}" if meta.get("namespace") else ""
    plural = plurals.get(kind) or f"{kind.lower()}es"
    return f"{top}{inside}/{plural}/{meta['name']}"


def problems_of(name: str, tag: Tag) -> tuple[Problem, ...]:
    """Return what the model says against a site in a release."""
    try:
        render(parse_site(site(name, tag.version)), ())
    except ModelError as error:
        return error.problems
    return ()


def first_release(problem: Problem) -> tuple[int, ...]:
    """Return the first release that can have what a problem is about."""
    words = re.search(r"set version to (\d+)\.(\d+) or more", problem.cure)
    assert words, str(problem)
    return tuple(int(word) for word in words.groups())


def test_every_reference_site_passes_or_the_model_says_why(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    tag, _plane, raw, plurals = release
    told = {name: problems_of(name, tag) for name in SITES}
    against = [name for name in SITES if told[name]]
    assert against == [name for name in SITES if tag.release < SINCE[name]]
    for name in against:
        assert tag.release < max(map(first_release, told[name])) <= SINCE[name]
    passed = 0
    for name in SITES.keys() - against:
        for item in render(parse_site(site(name, tag.version)), ()):
            manifest = dict(item.manifest)
            space = manifest["metadata"].get("namespace")
            if space and not raw("GET", f"/api/v1/namespaces/{space}"):
                raw("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
            answer = raw("PATCH", f"{path_of(manifest, plurals)}?{STRICT}", manifest, APPLY)
            assert answer is not None, f"{tag.name} does not serve {item.id}"
            passed += 1
    with capsys.disabled():
        print(
            f"\n{tag.name}: {len(SITES) - len(against)} sites passed ({passed} objects), "
            f"{len(against)} refused: {', '.join(against) or 'none'}"
        )


def told(result: Params) -> tuple[t.Any, ...]:
    """Return what a plan says it will do, and why."""
    assert result.get("failed") is None, result["msg"]
    steps = [(step["id"], step["reason"], step["changes"]) for step in result["plan"]]
    return steps, result["diff"]


def edit_by_hand(release: Release, site_name: str, storage: t.Sequence[Object]) -> None:
    """Change a field of the cluster, and delete what was made last, as somebody would."""
    tag, _plane, raw, plurals = release
    row = kind_in(tag.release, "CephCluster")
    path = f"/apis/{row.api_version}/namespaces/{site_name}/{row.plural}/{site_name}"
    mons = {"mon": {"count": 7}} if tag.release >= (0, 8) else {"monCount": 7}
    assert raw.merge(path, {"spec": mons}), path
    for item in storage[-1:]:
        assert raw("DELETE", path_of(item, plurals)), item


def predicted_made_and_repaired(
    release: Release, capsys: pytest.CaptureFixture[str], first: str
) -> None:
    """Make random models of a release, edit them by hand and repair them, all as predicted."""
    tag, plane, raw, _plurals = release
    numbers, tried = itertools.count(), []

    @quick(MODELS, phases=[hypothesis.Phase.generate])
    @given(models(tag.version))
    def one(found: Params) -> None:
        name = f"{first}{next(numbers)}"
        model = {**found, "site": name, "namespace": name, "stages": ["cluster", "storage"]}
        own_names(model, name)
        wanted = [dict(item.manifest) for item in render(parse_site(pure(model)), ())]
        for space in {item["metadata"].get("namespace") for item in wanted} - {None}:
            raw("POST", "/api/v1/namespaces", {"metadata": {"name": space}})

        def run(check: bool = False) -> Params:
            conf = plane.folder / "admin.conf"
            return run_module(capsys, conf, rook_site, check, wait=False, **model)

        predicted = run(check=True)
        made = run()
        assert told(made) == told(predicted) and made["changed"]
        edit_by_hand(release, name, wanted[1:])
        predicted = run(check=True)
        repaired = run()
        assert told(repaired) == told(predicted) and repaired["changed"]
        again = run()
        assert told(again)[1] == NOTHING and again["changed"] is False
        tried.append(len(wanted))

    one()
    assert len(tried) == MODELS
    with capsys.disabled():
        print(f"\n{tag.name}: {len(tried)} random models, {sum(tried)} objects, {seed_words()}")


def test_random_models_are_made_as_predicted_and_repaired_as_predicted(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    predicted_made_and_repaired(release, capsys, "site")


@pytest.mark.parametrize("version", without_files())
def test_random_models_of_releases_without_files_are_made_and_repaired_as_predicted(
    version: str, outlined: tuple[ControlPlane, Raw], capsys: pytest.CaptureFixture[str]
) -> None:
    release = Release(Tag(version, version, None), *outlined, plurals_of(outlines()))
    predicted_made_and_repaired(release, capsys, f"site{version.replace('.', '-')}-")


def pure(model: Params) -> Params:
    """Return a model without what says how to run."""
    return {key: value for key, value in model.items() if key != "stages"}


def own_names(model: Params, name: str) -> None:
    """Give classes, which are in no namespace, names of this site."""
    renamed = {item["name"]: f"{name}-{item['name']}" for item in model["storage_classes"]}
    for item in (*model["storage_classes"], *model.get("snapshot_classes", ())):
        item["name"] = f"{name}-{item['name']}"
    for item in model.get("bucket_claims", ()):
        item["storage_class"] = renamed[item["storage_class"]]
