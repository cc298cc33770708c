# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstream's objects of one namespace, as those of another."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._eras import era_problem
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.module_utils._render.namespace import (
    mentions,
    moved,
    set_apart,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.operator import upstream_files

Params = dict[str, t.Any]
MakeSite = Callable[..., Site]
MakeUpstream = Callable[..., list[Params]]

DATA = Path(__file__).resolve().parents[5] / "shared/data/rook"
TAGS = [
    path.name
    for path in sorted(DATA.glob("v*"))
    if era_problem(path.name.removeprefix("v")) is None
]
# What is the same for every operator of a release, and so may be in both.
ALIKE = {"CustomResourceDefinition", "PodSecurityPolicy"}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def role(name: str) -> Params:
    return {"kind": "ClusterRole", "metadata": {"name": name}, "rules": []}


def binding(kind: str, name: str, to: str = "role", namespace: str = "rook-ceph") -> Params:
    inside = {} if kind == "ClusterRoleBinding" else {"namespace": namespace}
    return {
        "kind": kind,
        "metadata": {"name": name, **inside},
        "roleRef": {"kind": "ClusterRole", "name": to},
        "subjects": [
            {"kind": "ServiceAccount", "name": "a", "namespace": namespace},
            {"kind": "ServiceAccount", "name": "b", "namespace": "elsewhere"},
        ],
    }


def move(*manifests: Params) -> list[Params]:
    return t.cast("list[Params]", moved(list(manifests), "rook-ceph", "storage"))


def test_objects_and_the_subjects_of_bindings_move() -> None:
    place, tied, everywhere = move(
        {"kind": "Namespace", "metadata": {"name": "rook-ceph"}},
        binding("RoleBinding", "rook-ceph"),
        binding("ClusterRoleBinding", "rook-ceph"),
    )
    assert place["metadata"]["name"] == "storage"
    assert tied["metadata"] == {"name": "rook-ceph", "namespace": "storage"}
    for each in (tied, everywhere):
        assert [subject["namespace"] for subject in each["subjects"]] == ["storage", "elsewhere"]


def test_drivers_and_what_containers_are_told_move() -> None:
    driver, deployment = move(
        {"kind": "Driver", "metadata": {"name": "rook-ceph.rbd.csi.ceph.com"}},
        {
            "kind": "Deployment",
            "metadata": {"name": "d"},
            "spec": {
                "template": {
                    "spec": {
                        "containers": [
                            {"env": [{"name": "A", "value": "rook-ceph"}, {"name": "B"}]},
                            {"name": "no environment"},
                        ]
                    }
                }
            },
        },
    )
    assert driver["metadata"]["name"] == "storage.rbd.csi.ceph.com"
    containers = deployment["spec"]["template"]["spec"]["containers"]
    assert containers[0]["env"] == [{"name": "A", "value": "storage"}, {"name": "B"}]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("rook-ceph", True),
        ("system:serviceaccount:rook-ceph:rook-ceph-system", True),
        ("https://hook.rook-ceph.svc:443", True),
        ("namespace: rook-ceph\nname: x", True),
        ("rook-ceph-operator", False),
        ("docker.io/rook/ceph", False),
        ("my-rook-ceph", False),
    ],
)
def test_what_still_speaks_of_the_namespace_is_found(value: str, told: bool) -> None:
    manifest = {
        "kind": "ConfigMap",
        "metadata": {"name": "rook-ceph", "labels": {"instance": "rook-ceph"}},
        "data": {"key": value},
    }
    assert list(mentions(manifest, "rook-ceph")) == ([("data.key", value)] if told else [])


def test_what_cannot_be_moved_is_refused_with_its_place(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    strange = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "strange", "namespace": "rook-ceph"},
        "data": {"hook": "https://hook.rook-ceph.svc"},
    }
    render(make_site(), [*upstream, strange])
    with pytest.raises(ModelError) as caught:
        render(make_site(namespace="storage"), [*upstream, strange])
    assert "has rook-ceph at data.hook of ConfigMap/storage/strange" in str(caught.value)


def test_another_namespace_has_roles_of_its_own() -> None:
    given = [role("role"), binding("ClusterRoleBinding", "tie"), binding("RoleBinding", "in")]
    given.append(binding("RoleBinding", "view", to="view"))
    assert set_apart(given, "rook-ceph") == given
    mine, tie, inside, view = set_apart(given, "storage")
    assert (mine["metadata"]["name"], tie["metadata"]["name"]) == ("role-storage", "tie-storage")
    assert tie["roleRef"]["name"] == inside["roleRef"]["name"] == "role-storage"
    assert inside["metadata"]["name"] == "in"
    assert view["roleRef"]["name"] == "view"


def test_an_object_that_is_nowhere_is_put_into_the_namespace(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    nowhere = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "ceph-csi"}}
    ids = [item.id for item in render(make_site(namespace="storage"), [*upstream, nowhere])]
    assert "ServiceAccount/storage/ceph-csi" in ids


def environment(site: Site, upstream: list[Params]) -> list[Params]:
    found = {item.id: item.manifest for item in render(site, upstream)}
    deployment = found[f"Deployment/{site.namespace}/rook-ceph-operator"]
    containers = deployment["spec"]["template"]["spec"]["containers"]
    return t.cast("list[Params]", containers[0].get("env") or [])


def test_an_operator_apart_works_on_its_own_namespace_alone(
    make_site: MakeSite, upstream: list[Params]
) -> None:
    """Otherwise two operators would work on the same clusters."""
    alone = {"name": "ROOK_CURRENT_NAMESPACE_ONLY", "value": "true"}
    assert environment(make_site(namespace="storage"), upstream) == [alone]
    assert environment(make_site(), upstream) == []


@pytest.mark.parametrize(
    ("namespace", "config", "given", "wanted"),
    [
        ("storage", {}, "", "storage"),
        ("storage", {}, "storage,more", "storage,more"),
        ("rook-ceph", {}, "", ""),
        ("rook-ceph", {"ROOK_CURRENT_NAMESPACE_ONLY": "true"}, "", "rook-ceph"),
    ],
)
def test_a_csi_operator_apart_works_on_its_own_drivers_alone(
    namespace: str,
    config: Params,
    given: str,
    wanted: str,
    make_site: MakeSite,
    upstream: list[Params],
) -> None:
    """Otherwise two of them would give the same drivers their own images, again and again."""
    name = "ceph-csi-controller-manager"
    env = [{"name": "WATCH_NAMESPACE", "value": given}]
    manager = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "rook-ceph"},
        "spec": {"template": {"spec": {"containers": [{"name": "manager", "env": env}]}}},
    }
    site = make_site(namespace=namespace, operator={"config": config})
    found = {item.id: item.manifest for item in render(site, [*upstream, manager])}
    containers = found[f"Deployment/{namespace}/{name}"]["spec"]["template"]["spec"]["containers"]
    assert containers[0]["env"] == [{"name": "WATCH_NAMESPACE", "value": wanted}]


def test_before_1_2_settings_are_the_operators_environment(
    make_site: MakeSite, make_upstream: MakeUpstream
) -> None:
    config = {"ROOK_LOG_LEVEL": "DEBUG"}
    site = make_site(version="1.1", hosts={}, operator={"config": config})
    upstream = make_upstream("v1.1.9")
    given = upstream[0]["spec"]["template"]["spec"]["containers"][0]
    given["env"] = [{"name": "ROOK_LOG_LEVEL", "value": "INFO"}, {"name": "OTHER"}]
    assert environment(site, upstream) == [
        {"name": "OTHER"},
        {"name": "ROOK_LOG_LEVEL", "value": "DEBUG"},
    ]


@functools.cache
def of_tag(tag: str, names: tuple[str, ...]) -> list[Params]:
    texts = [(DATA / tag / "manifests" / name).read_text() for name in names]
    return [item for text in texts for item in yaml.load_all(text, LOADER) if item]


def test_two_sites_of_any_release_share_only_what_is_alike(
    make_site: MakeSite, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two namespaces of one cluster, every release: nothing but definitions is in both."""
    counted = 0
    for tag in TAGS:
        # The files of the first releases name the operator of the patch release before.
        version = tag.removeprefix("v").rpartition(".")[0]
        # The first releases take no links.
        hosts = {"w1": {"devices": ["/dev/sdb"]}}
        names = ("rook-ceph", "storage")
        sites = [make_site(version=version, namespace=name, hosts=hosts) for name in names]
        both = [
            {
                item.id: {**item.manifest, "metadata": None}
                for item in render(site, of_tag(tag, upstream_files(site)))
                if item.stage == "operator"
            }
            for site in sites
        ]
        shared = set(both[0]) & set(both[1])
        assert {key.partition("/")[0] for key in shared} <= ALIKE, tag
        assert all(both[0][key] == both[1][key] for key in shared)
        assert len(both[0]) == len(both[1])
        text = str([item for key, item in both[1].items() if key not in shared])
        assert "'namespace': 'rook-ceph" not in text, tag
        counted += len(both[1])
    with capsys.disabled():
        print(f"\n{counted} objects of {len(TAGS)} releases moved to another namespace", end="")
    if not TAGS:
        pytest.skip(f"there are no upstream files in {DATA}")


def test_ids_stay_apart(make_site: MakeSite, make_upstream: MakeUpstream) -> None:
    site = make_site(namespace="storage")
    ids = [item.id for item in render(site, make_upstream())]
    assert len(ids) == len(set(ids))
    assert "Deployment/storage/rook-ceph-operator" in ids
    assert all(_kinds.is_ours(item.manifest, "store1") for item in render(site, make_upstream()))
