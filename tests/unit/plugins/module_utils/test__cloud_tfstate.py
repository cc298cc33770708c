# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State files of both versions are the same resources, and no secret of them comes out."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import (
    nest,
    read_state,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from sites.tfstates import SECRETS, rows, upgraded, version_3, version_4

TEXTS = {"3": version_3(), "4": version_4(), "4 of 3": upgraded()}
VERSIONS = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@VERSIONS
def test_every_resource_of_openstack_is_found(text: str) -> None:
    found = read_state(text, "terraform.tfstate")
    assert sorted(each.id for each in found if each.managed) == sorted(row[3] for row in rows())
    assert [each.name for each in found if not each.managed] == ["ext-net"]


def test_all_versions_tell_the_same() -> None:
    def told(text: str) -> list[tuple[t.Any, ...]]:
        return sorted(
            (each.type, each.id, each.name, each.managed, sorted(each.attributes))
            for each in read_state(text, "terraform.tfstate")
        )

    assert told(version_3()) == told(version_4()) == told(upgraded())


@VERSIONS
def test_numbers_and_booleans_are_such(text: str) -> None:
    found = {each.id: each for each in read_state(text, "terraform.tfstate")}
    (group,) = (each for each in found.values() if each.name == "kubeadm-bastion")
    assert group.attributes["rule"] == [
        {"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr": "0.0.0.0/0", "self": False}
    ]


@VERSIONS
@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_comes_out(text: str, secret: str) -> None:
    assert secret not in repr(read_state(text, "terraform.tfstate"))


def test_what_the_file_calls_sensitive_stays_in_it() -> None:
    state = json.loads(version_4())
    for item in state["resources"]:
        for one in item["instances"]:
            one["sensitive_attributes"] = [[{"type": "get_attr", "value": "metadata"}]]
    found = read_state(json.dumps(state), "terraform.tfstate")
    assert [each for each in found if "metadata" in each.attributes] == []


def test_a_sensitive_key_of_metadata_does_not_hide_the_groups() -> None:
    told = {}
    for key in ("db_password", "rook_groups"):
        state = json.loads(version_4())
        for item in state["resources"]:
            for one in item["instances"]:
                steps = [{"type": "get_attr", "value": "metadata"},
                         {"type": "index", "value": {"value": key, "type": "string"}}]  # fmt: skip
                one["sensitive_attributes"] = [steps]
                one["attributes"]["metadata"] = {"rook_groups": "kube_node", "db_password": "x"}
        found = read_state(json.dumps(state), "terraform.tfstate")
        servers = [each for each in found if each.type == "compute_instance_v2"]
        told[key] = [each.attributes.get("metadata") for each in servers]
    assert told["db_password"] == [{"rook_groups": "kube_node"}] * 4
    assert told["rook_groups"] == [None] * 4


def test_addresses_are_those_that_terraform_shows() -> None:
    state = json.loads(version_4())
    next(item for item in state["resources"] if item["name"] == "worker")["module"] = "module.nodes"
    addresses = {each.address for each in read_state(json.dumps(state), "terraform.tfstate")}
    assert "module.nodes.openstack_compute_instance_v2.worker[0]" in addresses
    assert "data.openstack_networking_network_v2.public_network" in addresses


def test_what_other_providers_keep_needs_no_id() -> None:
    state = json.loads(version_4())
    state["resources"].append(
        {"mode": "managed", "type": "kubernetes_manifest", "name": "m",
         "instances": [{"attributes": {"manifest": {}}}]}
    )  # fmt: skip
    assert read_state(json.dumps(state), "f") == read_state(version_4(), "f")


def test_a_deposed_object_is_told_apart_in_both_versions() -> None:
    three, four = json.loads(version_3()), json.loads(version_4())
    old = {"id": "old", "attributes": {"id": "old", "name": "kubeadm-master"}}
    three["modules"][0]["resources"]["openstack_compute_instance_v2.master"]["deposed"] = [old]
    master = next(
        x
        for x in four["resources"]
        if (x["type"][10:], x["name"]) == ("compute_instance_v2", "master")
    )
    master["instances"].append({"deposed": "00000000", "attributes": old["attributes"]})
    for state in (three, four):
        found = read_state(json.dumps(state), "terraform.tfstate")
        assert [each.id for each in found if each.deposed] == ["old"]


def test_a_flat_map_keeps_dots_in_the_keys_of_maps() -> None:
    flat = {"metadata.%": "2", "metadata.a.b": "1", "metadata.c": "2", "list.#": "2",
            "list.11": "y", "list.9": "x", "none.#": "0"}  # fmt: skip
    assert nest(flat, "metadata") == {"a.b": "1", "c": "2"}
    assert nest(flat, "list") == ["x", "y"]
    assert nest(flat, "none") == []


BAD = {
    "no JSON": ('{"version": 4, "password": "Sesam-1"', "is not JSON at line 1"),
    "a list": ("[]", "is not a state file"),
    "a version of tomorrow": (version_4(version=5), "5 is not a version of state files"),
    "no version": ("{}", "None is not a version of state files"),
    "encrypted": ('{"serial": 1, "encrypted_data": "Sesam-1"}', "is encrypted by OpenTofu"),
    "the address of a backend": (
        '{"version": 3, "backend": {"type": "s3", "config": {"secret_key": "Sesam-1"}}}',
        "s3 is only the address of a backend",
    ),
    "torn": ('{"version": 3, "modules": [{"path": ["root"]}]}', "is not laid out as its version"),
    "of another shape": ('{"version": 4, "resources": [7]}', "is not laid out as its version"),
}


@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD)
def test_a_bad_file_is_named_with_the_reason_and_no_secret(text: str, reason: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_state(text, "old/terraform.tfstate")
    assert str(caught.value).startswith("old/terraform.tfstate: ")
    assert reason in str(caught.value)
    assert "Sesam" not in str(caught.value)


@pytest.mark.parametrize("text", [version_3(modules=[]), version_4(resources=[])])
def test_an_empty_state_has_no_resources(text: str) -> None:
    assert read_state(text, "terraform.tfstate") == ()
