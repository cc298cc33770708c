# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One desired state for every release: it passes that release's definitions, or the model says why.

Random models are predicted, made, edited by hand and repaired on the same control planes. The seed
is in ROOKERY_TEST_SEED; without one, every run tries the same models.
"""

from __future__ import annotations

import typing as t

import hypothesis
import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.modules import rook_site
from conftest import run_module
from controlplane import ControlPlane
from hypothesis import given
from raw import Raw
from sites.definitions import Object, Tag, definitions, tags
from sites.reference import SINCE, SITES, Params, site
from sites.strategies import models, quick, seed_words

APPLY = "application/apply-patch+yaml"
STRICT = "dryRun=All&fieldManager=rookery&force=true&fieldValidation=Strict"
MODELS = 50
TAGS = tuple(tag for tag in tags() if _eras.era_problem(tag.version) is None)


class Release(t.NamedTuple):
    """A control plane on which one release's definitions are in force."""

    tag: Tag
    plane: ControlPlane
    raw: Raw


@pytest.fixture(scope="module", params=TAGS, ids=lambda tag: tag.name)
def release(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> t.Iterator[Release]:
    tag: Tag = request.param
    plane = ControlPlane(tmp_path_factory.mktemp(tag.name))
    try:
        plane.start()
        raw = Raw(plane)
        for item in definitions(tag):
            raw("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", item)
        yield Release(tag, plane, raw)
    finally:
        plane.stop()


def path_of(manifest: Object, plurals: t.Mapping[str, str]) -> str:
    """Return where an object is; a kind without a definition here is one of Kubernetes' own."""
    api, kind, meta = manifest["apiVersion"], manifest["kind"], manifest["metadata"]
    top = f"/apis/{api}" if "/" in api else f"/api/{api}"
    inside = f"/namespaces/{meta['namespace']}" if meta.get("namespace") else ""
    plural = plurals.get(kind) or f"{kind.lower()}es"
    return f"{top}{inside}/{plural}/{meta['name']}"


def test_every_reference_site_passes_or_the_model_says_why(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    tag, _plane, raw = release
    names = (item["spec"]["names"] for item in definitions(tag))
    plurals = {each["kind"]: each["plural"] for each in names}
    raw("POST", "/api/v1/namespaces", {"metadata": {"name": "rook-ceph"}})
    passed: dict[str, int] = {}
    for name in SITES:
        if tag.release < SINCE[name]:
            with pytest.raises(ModelError) as caught:
                render(parse_site(site(name, tag.version)), ())
            continue
        for item in render(parse_site(site(name, tag.version)), ()):
            manifest = dict(item.manifest)
            answer = raw("PATCH", f"{path_of(manifest, plurals)}?{STRICT}", manifest, APPLY)
            assert answer is not None, f"{tag.name} does not serve {item.id}"
            passed[name] = passed.get(name, 0) + 1
    with capsys.disabled():
        refused = [name for name in SITES if name not in passed]
        print(
            f"\n{tag.name}: {len(passed)} sites passed ({sum(passed.values())} objects), "
            f"{len(refused)} refused {refused or ''}"
        )


def told(result: Params) -> tuple[t.Any, ...]:
    """Return what a plan says it will do, and why."""
    assert result.get("failed") is None, result["msg"]
    steps = [(step["id"], step["reason"], step["changes"]) for step in result["plan"]]
    return steps, result["diff"]


def test_random_models_are_made_as_predicted_and_repaired_as_predicted(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    tag, plane, raw = release
    tried: list[str] = []

    @quick(MODELS, phases=[hypothesis.Phase.generate])
    @given(models(tag.version))
    def one(found: Params) -> None:
        name = f"site{len(tried)}"
        tried.append(name)
        model = {**found, "site": name, "namespace": name, "stages": ["cluster", "storage"]}
        for item in model["storage_classes"]:
            item["name"] = f"{name}-{item['name']}"
        raw("POST", "/api/v1/namespaces", {"metadata": {"name": name}})

        def run(check: bool = False) -> Params:
            conf = plane.folder / "admin.conf"
            return run_module(capsys, conf, rook_site, check, wait=False, **model)

        predicted = run(check=True)
        made = run()
        assert told(made) == told(predicted) and made["changed"]
        edit(raw, tag, name)
        predicted = run(check=True)
        repaired = run()
        assert told(repaired) == told(predicted) and repaired["changed"]
        again = run()
        assert again["changed"] is False, again["diff"]

    one()
    with capsys.disabled():
        print(f"\n{tag.name}: {len(tried)} random models, {seed_words()}")


def edit(raw: Raw, tag: Tag, namespace: str) -> None:
    """Change a field of the cluster by hand."""
    path = f"/apis/ceph.rook.io/v1/namespaces/{namespace}/cephclusters/{namespace}"
    raw.merge(path, {"spec": {"mon": {"count": 7}}})
