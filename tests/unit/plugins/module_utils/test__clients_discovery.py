# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API is asked once which kinds it has, and again only for what is missing."""

from __future__ import annotations

import concurrent.futures
import threading
import time
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.discovery import (
    DEFINED_SECONDS,
    MISSING_SECONDS,
    Discovery,
    definition_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

Object = dict[str, t.Any]
POOLS = "ceph.rook.io/v1"


def resource(kind: str, plural: str, scope: str = "Namespaced") -> Object:
    return {"resource": plural, "responseKind": {"kind": kind}, "scope": scope}


def aggregated(name: str, *resources: Object) -> Object:
    group = {"metadata": {"name": name}, "versions": [{"version": "v1", "resources": [*resources]}]}
    return {"kind": "APIGroupDiscoveryList", "items": [group]}


class Api:
    """Documents by their path; what is asked for is noted."""

    def __init__(self, **documents: Object) -> None:
        self.documents = {f"/{path}": item for path, item in documents.items()}
        self.asked: list[str] = []
        self.now = 0.0
        self.kinds = Discovery(self._ask, lambda: self.now, self._sleep)
        self.serve_at: float | None = None

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.serve_at is not None and self.now >= self.serve_at:
            resources = [{"kind": "CephBlockPool", "name": "cephblockpools", "namespaced": True}]
            self.documents[f"/apis/{POOLS}"] = {"resources": resources}

    def _ask(self, path: str, accept: str, words: str) -> Object:
        self.asked.append(path)
        if path not in self.documents:
            raise ClientError("list the kinds of", words, "not found", 404)
        return self.documents[path]

    def fail(self, path: str) -> Discovery:
        """Return the kinds of this API while it cannot answer for a path."""

        def ask(asked: str, _accept: str, words: str) -> Object:
            if asked == path:
                raise ClientError("list the kinds of", words, "it is starting", 503)
            return self.documents[asked]

        return Discovery(ask, lambda: self.now)


@pytest.fixture(name="api")
def _api() -> Api:
    only_subresources = {"resource": "bindings", "responseKind": None}
    core = aggregated("", resource("Pod", "pods"), only_subresources)
    classes = aggregated("storage.k8s.io", resource("StorageClass", "storageclasses", "Cluster"))
    return Api(api=core, apis=classes)


def test_two_requests_tell_all_kinds(api: Api) -> None:
    assert api.kinds.find("v1", "Pod") == ("pods", True)
    assert api.kinds.find("storage.k8s.io/v1", "StorageClass") == ("storageclasses", False)
    assert api.kinds.find("v1", "Nothing") is None
    assert api.kinds.find(POOLS, "CephBlockPool") is None
    assert api.asked == ["/api", "/apis"]


def test_what_is_missing_is_asked_for_again_when_it_matters_or_after_a_while(api: Api) -> None:
    assert api.kinds.find(POOLS, "CephBlockPool", sure=True) is None
    item = {"kind": "CephBlockPool", "name": "cephblockpools", "namespaced": True}
    status = {"kind": "CephBlockPool", "name": "cephblockpools/status", "namespaced": True}
    api.documents[f"/apis/{POOLS}"] = {"kind": "APIResourceList", "resources": [item, status]}
    assert api.kinds.find(POOLS, "CephBlockPool") is None
    api.now += MISSING_SECONDS + 0.1
    assert api.kinds.find(POOLS, "CephBlockPool") == ("cephblockpools", True)
    assert api.asked == ["/apis", f"/apis/{POOLS}", f"/apis/{POOLS}"]


def test_what_an_api_has_yet_to_learn_is_asked_for_at_once(api: Api) -> None:
    """After its start it may not know the resources of a group: that is not to have none."""
    pools = aggregated("ceph.rook.io")["items"][0]
    pools["versions"][0] |= {"freshness": "Stale"}
    api.documents["/apis"]["items"].append(pools)
    with pytest.raises(ClientError, match="starting"):
        api.fail(f"/apis/{POOLS}").find(POOLS, "CephBlockPool")
    item = {"kind": "CephBlockPool", "name": "cephblockpools", "namespaced": True}
    api.documents[f"/apis/{POOLS}"] = {"kind": "APIResourceList", "resources": [item]}
    assert api.kinds.find(POOLS, "CephBlockPool") == ("cephblockpools", True)
    assert api.kinds.find(POOLS, "CephNFS") is None
    assert api.asked == ["/apis", f"/apis/{POOLS}"]


def test_an_old_api_is_asked_for_each_group_and_version_once() -> None:
    pods = {"kind": "Pod", "name": "pods", "namespaced": True}
    api = Api(
        api={"kind": "APIVersions"},
        **{"api/v1": {"kind": "APIResourceList", "resources": [pods]}},
    )
    assert api.kinds.find("v1", "Pod") == ("pods", True)
    assert api.kinds.find("v1", "Nothing") is None
    assert api.asked == ["/api", "/api/v1"]


def test_other_answers_than_not_found_are_errors(api: Api) -> None:
    def refuse(_path: str, _accept: str, words: str) -> Object:
        raise ClientError("list the kinds of", words, "no rights", 403)

    with pytest.raises(ClientError, match="no rights"):
        Discovery(refuse).find("v1", "Pod")


def test_who_waited_while_the_api_did_not_answer_does_not_ask_it_again() -> None:
    asked: list[str] = []
    both, begun = threading.Barrier(2), threading.Semaphore(0)

    def clock() -> float:
        begun.release()
        return time.monotonic()

    def ask(path: str, _accept: str, words: str) -> Object:
        asked.append(path)
        # Both have begun by now, each with a look at the clock.
        assert begun.acquire(timeout=30) and begun.acquire(timeout=30)
        raise ClientError("list the kinds of", words, "nothing listens")

    kinds = Discovery(ask, clock)

    def find() -> None:
        both.wait(5)
        with pytest.raises(ClientError, match="nothing listens"):
            kinds.find(POOLS, "CephBlockPool")

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert [done.result() for done in [pool.submit(find), pool.submit(find)]] == [None, None]
    assert asked == ["/apis"]
    with pytest.raises(ClientError):
        kinds.find(POOLS, "CephBlockPool")
    assert asked == ["/apis", "/apis"]


@pytest.mark.parametrize(("after", "found"), [(9.0, True), (DEFINED_SECONDS + 9, False)])
def test_a_kind_that_is_defined_is_waited_for_until_it_is_served(
    api: Api, after: float, found: bool
) -> None:
    api.serve_at = after
    resource = api.kinds.soon(POOLS, "CephBlockPool", lambda _api, _kind: True)
    assert (resource == ("cephblockpools", True)) is found
    assert api.now <= DEFINED_SECONDS + 1


def test_a_kind_that_nobody_has_defined_is_not_waited_for(api: Api) -> None:
    assert api.kinds.soon(POOLS, "CephBlockPool", lambda _api, _kind: False) is None
    assert api.now == 0


def test_a_definition_counts_while_it_stays_and_has_the_version() -> None:
    spec = {
        "group": "ceph.rook.io", "names": {"kind": "CephBlockPool"},
        "versions": [{"name": "v1", "served": True}, {"name": "v2", "served": False}],
    }  # fmt: skip
    item: Object = {"metadata": {}, "spec": spec}
    assert definition_of(POOLS, "CephBlockPool")(item) == item
    for other in (POOLS, "CephNFS"), ("ceph.rook.io/v2", "CephBlockPool"), ("a/v1", "CephNFS"):
        assert definition_of(*other)(item) is None
    item["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert definition_of(POOLS, "CephBlockPool")(item) is None
