# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence is gathered at the same time and within a limit; what cannot be read is told."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    Access,
    UnreachableError,
    failure,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Listing
from ansible_collections.rookery.rook.plugins.module_utils._diagnose import (
    as_result,
    gathered_or_why,
    with_given,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._evidence import (
    Gathered,
    Question,
    ask_all,
    gather,
)

Object = dict[str, t.Any]
QUESTION = Question(("rook-ceph",), 20)
RUNS = {"state": {"running": {}}, "ready": True}


def pod(name: str, app: str = "", **status: t.Any) -> Object:
    meta = {"name": name, "namespace": "rook-ceph", "labels": {"app": app}}
    statuses = [{"name": "main", **RUNS, **status}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta,
            "status": {"containerStatuses": statuses}}  # fmt: skip


OPERATOR = pod("rook-ceph-operator-1", "rook-ceph-operator")


class Api:
    """Objects by kind, and one log for all; some kinds and logs are refused."""

    def __init__(self, *objects: Object, refused: tuple[str, ...] = ()) -> None:
        self.objects, self.refused = objects, refused
        self.log = "2026-01-01 00:00:00.000000 E | op-mon: mon quorum status failed"
        self.read: list[str] = []
        self.theirs: dict[str, Object] = {}

    def serves(self, _api: str, kind: str) -> bool:
        return kind.startswith("Ceph")

    def list(self, _api: str, kind: str, _where: str, _labels: str, keep: t.Any) -> Listing:
        if kind in self.refused:
            raise ClientError("list", kind, "forbidden", 403)
        items = [item for item in self.objects if item["kind"] == kind]
        return Listing(tuple(filter(None, map(keep, items))) if keep else tuple(items), "")

    def get(self, ref: t.Any) -> Object | None:
        return self.theirs.get(ref.name)

    def logs(self, _namespace: str, pod: str, container: str, tail: int) -> str:
        self.read.append(f"{pod}/{container} {tail}")
        if "log" in self.refused:
            access = Access("https://api", "admin.conf")
            body = b'{"message": "Get \\"https://127.0.0.1:10250/containerLogs/x\\": refused"}'
            raise failure("read the log of", "Pod x", access, 500, body)
        return self.log


def found(api: Api, question: Question = QUESTION) -> Gathered:
    return gather(t.cast("t.Any", api), question)


def test_lists_and_logs_become_evidence() -> None:
    health = {"details": {"MON_DOWN": {"severity": "HEALTH_WARN", "message": "1/3 mons down"}}}
    cluster = {"apiVersion": "ceph.rook.io/v1", "kind": "CephCluster", "status": {"ceph": health},
               "metadata": {"name": "c", "namespace": "rook-ceph"}}  # fmt: skip
    gathered = found(Api(OPERATOR, cluster))
    assert [(each.source, each.object) for each in gathered.lines] == [
        ("health", "CephCluster/rook-ceph/c"),
        ("operator", "Pod/rook-ceph/rook-ceph-operator-1"),
    ]
    assert gathered.unread == ()


def test_the_logs_that_are_read_are_those_that_tell_of_something() -> None:
    crashed = {"state": {"waiting": {}}, "lastState": {"terminated": {"exitCode": 1}}}
    fresh = {"state": {"waiting": {"reason": "ContainerCreating"}}}
    api = Api(
        OPERATOR,
        pod("rook-ceph-mon-a-1"), pod("rook-ceph-mon-b-1", **crashed),
        pod("rook-ceph-osd-0-1", **fresh), pod("csi-rbdplugin-x"),
        pod("csi-rbdplugin-provisioner-1"), pod("web-1", **crashed),
        *(pod(f"rook-ceph-osd-prepare-w{number}-x") for number in range(20)),
    )  # fmt: skip
    found(api, Question(("rook-ceph",), 20, 7))
    prepared = [each for each in api.read if "prepare" in each]
    assert len(prepared) == 12
    assert sorted(set(api.read) - set(prepared)) == [
        "csi-rbdplugin-provisioner-1/main 7",
        "rook-ceph-mon-b-1/main 7",
        "rook-ceph-operator-1/main 7",
    ]


def test_logs_that_are_not_to_be_had_are_told_and_the_rest_is_judged() -> None:
    gathered = found(Api(OPERATOR, refused=("log",)))
    (told,) = gathered.unread
    assert told.startswith("the log of Pod/rook-ceph/rook-ceph-operator-1/main: Failed to read")
    assert "it is not to be had" in told and "Look at the kubelet of the pod's node" in told


def test_of_what_cannot_be_listed_nothing_is_said_to_be_absent() -> None:
    gathered = found(Api(refused=("Pod",)))
    assert gathered.unread == (
        "the list of Pod in rook-ceph: Failed to list Pod: forbidden (403).",
    )
    assert [each for each in gathered.lines if each.source == "absent"] == []
    assert any(each.source == "absent" for each in found(Api()).lines)


def event(name: str, namespace: str = "web", kind: str = "Pod") -> Object:
    about = {"kind": kind, "namespace": namespace, "name": name}
    return {"apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": "FailedMount",
            "metadata": {"name": f"e-{name}"}, "involvedObject": about, "message": "x"}  # fmt: skip


def test_events_of_what_is_well_by_now_or_gone_are_over() -> None:
    api = Api(
        OPERATOR,
        event("late"), event("well"), event("gone"), event("gone-too", "rook-ceph"),
        event("rook-ceph-operator-1", "rook-ceph"), event("set", kind="ReplicaSet"),
    )  # fmt: skip
    api.theirs = {"late": pod("late", ready=False), "well": pod("well")}
    told = {each.object for each in found(api).lines if each.source == "event"}
    assert told == {"Pod/web/late", "ReplicaSet/web/set"}


def test_what_does_not_answer_is_not_waited_for() -> None:
    never = threading.Event()
    answers, unread = ask_all({"a": lambda: 1, "b": lambda: never.wait(30)}, 2)
    never.set()
    assert answers == {"a": 1} and unread == ["b: not read within 2.0 s"]


def test_an_api_that_is_away_is_asked_once_by_each_thread() -> None:
    asked = []

    def away() -> None:
        asked.append(1)
        raise UnreachableError("list", "Pod", "nothing listens")

    _answers, unread = ask_all({str(number): away for number in range(100)}, 20)
    assert len(asked) <= 8 and len(unread) == 100
    assert any("nothing listens" in each for each in unread)
    assert unread[-1] == "99: not asked for, as the API does not answer"


def test_without_an_api_what_is_given_is_judged() -> None:
    def ask() -> t.Any:
        raise ClientError(
            "read the kubeconfig", "/none", "there is no such file, token=SECRETVALUE"
        )

    given = [
        {"source": "kubelet", "object": "Node//w1", "lines": ["E0101 x: no volume plugin matched"]},
        {"source": "health", "object": None, "lines": ["[WRN] MON_DOWN: a", "OSD_DOWN: b"]},
    ]
    result = as_result(with_given(gathered_or_why(ask, QUESTION), given), (0, 7), ["OSD_DOWN"])
    assert [each["id"] for each in result["diagnoses"]] == ["FLEX-PLUGIN", "MON-DOWN"]
    assert result["looked_at"] == {"health": 1, "kubelet": 1} and not result["unknown"]
    assert "there is no such file" in result["lines"][-1] and "SECRETVALUE" not in str(result)


@pytest.mark.parametrize("lines", [[], ["E | the flux is out of alignment"]])
def test_unknown_is_said_with_what_was_looked_at(lines: list[str]) -> None:
    given = [{"source": "operator", "lines": lines}]
    result = as_result(with_given(Gathered((), (), (), {}), given), None, [])
    assert result["unknown"] and result["diagnoses"] == []
    assert result["lines"][0].startswith("Unknown: none of ")
    assert ("operator 1" if lines else "lines of nothing") in result["lines"][0]
