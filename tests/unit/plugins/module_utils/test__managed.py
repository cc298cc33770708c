# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is certainly as wanted, and who else keeps a field, by the notes that a server makes."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._managed import (
    Holder,
    holders,
    is_settled,
)

Object = dict[str, t.Any]
SINCE = "2026-01-01T00:00:00Z"
WANTED: Object = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d", "namespace": "n", "labels": {"a.b/c": "x"}},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "d"}},
        "nodes": [{"name": "w1", "devices": ["sda"]}],
        "finalizers": ["f1"],
        "containers": [
            {"name": "a", "image": "i", "ports": [{"containerPort": 80}]},
            {"name": "b", "image": "j"},
        ],
    },
}
OWN: Object = {
    "f:metadata": {"f:labels": {"f:a.b/c": {}}},
    "f:spec": {
        "f:replicas": {},
        "f:selector": {},
        "f:nodes": {},
        "f:finalizers": {'v:"f1"': {}},
        "f:containers": {
            'k:{"name":"a"}': {
                ".": {},
                "f:name": {},
                "f:image": {},
                "f:ports": {
                    'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}
                },
            },
            'k:{"name":"b"}': {".": {}, "f:name": {}, "f:image": {}},
        },
    },
}
Change = t.Callable[[Object, Object], t.Any]


def entry(manager: str, fields: Object, operation: str = "Apply", **more: str) -> Object:
    return {
        "manager": manager, "operation": operation, "apiVersion": "apps/v1", "time": SINCE,
        "fieldsType": "FieldsV1", "fieldsV1": fields, **more,
    }  # fmt: skip


def stored(*others: Object) -> Object:
    """Return the object as a server has it: with defaults, its own fields, and notes."""
    live = copy.deepcopy(WANTED)
    live["metadata"] |= {
        "uid": "u",
        "managedFields": [entry("rookery", copy.deepcopy(OWN)), *others],
    }
    live["spec"]["strategy"] = {"type": "Recreate"}
    live["spec"]["nodes"][0]["resources"] = {}
    live["spec"]["finalizers"] = ["f0", "f1"]
    live["spec"]["containers"][0]["ports"][0]["protocol"] = "TCP"
    live["spec"]["containers"][1]["policy"] = "Always"
    live["status"] = {"replicas": 1}
    return live


def test_an_object_with_defaults_and_other_peoples_fields_is_settled() -> None:
    assert is_settled(stored(), WANTED)


def test_what_an_operator_stores_again_with_empty_fields_is_settled() -> None:
    live = stored(entry("rook", {"f:spec": {"f:nodes": {}, "f:selector": {}}}, "Update"))
    del own(live)["fieldsV1"]["f:spec"]["f:nodes"]
    assert is_settled(live, WANTED)
    live["spec"]["nodes"][0]["resources"] = {"cpu": 1}
    assert not is_settled(live, WANTED)


def test_what_kubernetes_adds_and_drops_itself_is_settled() -> None:
    variables = [{"name": "a", "value": ""}, {"name": "b", "valueFrom": {"fieldRef": {"p": "x"}}}]
    wanted = {**WANTED, "spec": {"env": copy.deepcopy(variables)}}
    live = {**stored(), "spec": {"env": variables}}
    del variables[0]["value"]
    variables[1]["valueFrom"] = {"fieldRef": {"p": "x", "apiVersion": "v1"}}
    notes = {
        'k:{"name":"a"}': {".": {}, "f:name": {}},
        'k:{"name":"b"}': {".": {}, "f:name": {}, "f:valueFrom": {"f:fieldRef": {}}},
    }
    own(live)["fieldsV1"]["f:spec"] = {"f:env": notes}
    assert is_settled(live, wanted)
    variables[1]["valueFrom"] = {"fieldRef": {"p": "x", "apiVersion": "v2"}}
    assert not is_settled(live, wanted)


def own(live: Object) -> Object:
    return t.cast("Object", live["metadata"]["managedFields"][0])


@pytest.mark.parametrize(
    "change",
    [
        lambda live, _wanted: live["spec"].update(replicas=2),
        lambda live, _wanted: live["spec"].update(replicas="1"),
        lambda live, _wanted: live["spec"].pop("replicas"),
        lambda live, _wanted: live["metadata"]["labels"].clear(),
        lambda live, _wanted: live["spec"]["selector"]["matchLabels"].update(more="x"),
        lambda live, _wanted: live["spec"]["nodes"][0].update(name="w2"),
        lambda live, _wanted: live["spec"]["nodes"][0].update(resources={"cpu": 1}),
        lambda live, _wanted: live["spec"]["nodes"].append({"name": "w2"}),
        lambda live, _wanted: live["spec"]["finalizers"].remove("f1"),
        lambda live, _wanted: live["spec"]["containers"].reverse(),
        lambda live, _wanted: live["spec"]["containers"].pop(),
        lambda live, _wanted: live["spec"]["containers"][0].update(image="other"),
        lambda live, _wanted: live["spec"]["containers"][0]["ports"].clear(),
        lambda live, _wanted: live["metadata"].pop("managedFields"),
        lambda live, _wanted: own(live).update(operation="Update"),
        lambda live, _wanted: own(live).update(apiVersion="apps/v1beta1"),
        lambda live, _wanted: own(live)["fieldsV1"]["f:spec"].update({"f:paused": {}}),
        lambda live, _wanted: own(live)["fieldsV1"]["f:spec"].pop("f:nodes"),
        lambda live, _wanted: own(live)["fieldsV1"]["f:spec"]["f:containers"].update(
            {'k:{"name":"c"}': {}}
        ),
        lambda _live, wanted: wanted["spec"].pop("replicas"),
        lambda _live, wanted: wanted["spec"].update(paused=True),
        lambda _live, wanted: wanted["spec"].update(paused=None),
        lambda _live, wanted: wanted["spec"]["containers"].pop(),
        lambda _live, wanted: wanted["spec"]["containers"][1].pop("image"),
        lambda _live, wanted: wanted["spec"]["containers"].append({"name": "c"}),
        lambda _live, wanted: wanted["spec"]["finalizers"].append("f0"),
    ],
)
def test_whatever_may_differ_is_not_settled(change: Change) -> None:
    live, wanted = stored(), copy.deepcopy(WANTED)
    change(live, wanted)
    assert not is_settled(live, wanted)


def test_the_status_and_its_notes_are_nobodys_wish() -> None:
    live = stored(entry("operator", {"f:spec": {"f:replicas": {}}}, subresource="status"))
    live["status"] = {"replicas": 7}
    assert is_settled(live, WANTED)
    assert holders(live, "spec.replicas") == ()


def test_a_client_that_does_not_say_what_it_is_holds_too() -> None:
    nobody = entry("", {"f:spec": {"f:replicas": {}}}, "Update")
    del nobody["manager"]
    (holder,) = holders(stored(nobody), "spec.replicas")
    assert str(holder) == f"a client without a name at {SINCE}"


def test_holders_are_found_at_a_field_in_it_and_around_it() -> None:
    live = stored(
        entry("kubectl-edit", {"f:spec": {"f:replicas": {}, "f:nodes": {}}}, "Update"),
        entry("argocd", {"f:metadata": {"f:labels": {".": {}, "f:a.b/c": {}}}}),
        entry("helm", {"f:spec": {"f:containers": {'k:{"name":"b"}': {".": {}, "f:image": {}}}}}),
    )
    edit, argocd = Holder("kubectl-edit", SINCE, False), Holder("argocd", SINCE, True)
    helm = Holder("helm", SINCE, True)
    assert holders(live, "spec.replicas") == (edit,)
    assert holders(live, "spec.nodes[w1].devices[0]") == (edit,)
    assert holders(live, "metadata.labels.a.b/c") == (argocd,)
    assert holders(live, "spec.containers[b].image") == (helm,)
    assert holders(live, "spec.containers[1].image") == (helm,)
    assert holders(live, "spec.containers") == (helm,)
    assert holders(live, "spec.containers[a].image") == ()
    assert holders(live, "metadata.labels.other") == ()
    assert holders(live, "spec.replicasMore") == ()
    assert str(edit) == f"kubectl-edit at {SINCE}"
