# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lease is taken, kept, lost and released, also when answers are lost on the way."""

from __future__ import annotations

import copy
import datetime
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _lease
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Listing, Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ConflictError,
    LeaseHeld,
    LeaseLost,
)
from ansible_collections.rookery.rook.plugins.module_utils._lease import Claim, Lease, holding

Object = dict[str, t.Any]
MINE = Claim("store1", "ann@here, process 1: rook_site present")
THEIRS = Claim("store1", "bob@there, process 2: rook_site present")
BEGAN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Store:
    """As much of an API as a lease needs, with a clock that the test sets."""

    def __init__(self) -> None:
        self.live: Object | None = None
        self.seconds = 0.0
        self.version = 0
        self.failing: dict[str, list[Exception]] = {}
        self.lost: set[str] = set()
        self.written: list[str] = []

    def _do(self, act: str, live: Object | None) -> Object:
        """Store an object and return it; what is in lost is done, and its answer gets lost."""
        problems = self.failing.get(act, [])
        if problems and act not in self.lost:
            raise problems.pop(0)
        self.version += 1
        self.written.append(act)
        if live is not None:
            meta = {**live["metadata"], "resourceVersion": str(self.version)}
            managed = [{"manager": "rookery", "time": self.now()}]
            meta = {"uid": "uid-1", **meta, "managedFields": managed}
            live = {**live, "metadata": {**meta, "creationTimestamp": self.now()}}
        self.live = live
        if problems:
            raise problems.pop(0)
        return copy.deepcopy(live or {})

    def now(self) -> str:
        return f"{BEGAN + datetime.timedelta(seconds=self.seconds):%Y-%m-%dT%H:%M:%SZ}"

    def get(self, _ref: Ref) -> Object | None:
        return copy.deepcopy(self.live)

    def list(self, *_where: str) -> Listing:
        return Listing((), "")

    def create(self, manifest: Object, dry_run: bool = False) -> Object:
        if dry_run:
            return {"metadata": {"creationTimestamp": self.now()}}
        if self.live is not None:
            raise ConflictError("create", "it", "it exists", 409)
        return self._do("create", manifest)

    def patch(self, _ref: Ref, patch: Object, dry_run: bool = False) -> Object:
        if self.live is None:
            raise ClientError("change", "it", "not found", 404)
        if patch["metadata"]["resourceVersion"] != self.live["metadata"]["resourceVersion"]:
            raise ConflictError("change", "it", "the object has been modified", 409)
        return self._do("patch", {**self.live, "spec": {**self.live["spec"], **patch["spec"]}})

    def delete(self, _ref: Ref, uid: str, propagation: str = "", version: str = "") -> bool:
        if self.live is None:
            return False
        if version != self.live["metadata"]["resourceVersion"]:
            raise ConflictError("delete", "it", "the precondition failed", 409)
        self._do("delete", None)
        return True

    def apply(self, manifest: Object, dry_run: bool = False) -> Object:
        self.written.append(manifest["kind"])
        return manifest


@pytest.fixture(name="store")
def _store() -> Store:
    return Store()


@pytest.fixture(name="clock", autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    """The host's clock goes with the server's, and nothing is renewed behind the test's back."""
    monkeypatch.setattr(_lease, "_clock", lambda: store.seconds)
    monkeypatch.setattr(_lease.Lease, "_run", lambda _self: None)


def lease_of(store: Store, claim: Claim = MINE) -> Lease:
    return Lease(t.cast("t.Any", store), claim, lambda _text: None)


def test_a_lease_names_site_and_holder_and_is_gone_after_the_run(store: Store) -> None:
    with holding(t.cast("t.Any", store), MINE, print):
        assert store.live is not None
        meta, spec = store.live["metadata"], store.live["spec"]
        assert (meta["name"], meta["namespace"]) == ("rookery-store1", "kube-system")
        assert meta["labels"]["app.kubernetes.io/part-of"] == "store1"
        assert spec["holderIdentity"] == MINE.holder and spec["leaseDurationSeconds"] == 60
    assert store.live is None


def test_a_lease_is_released_when_the_run_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), holding(t.cast("t.Any", store), MINE, print):
        raise ZeroDivisionError
    assert store.live is None


def test_a_second_run_is_told_who_works_on_the_site_since_when_and_until_when(store: Store) -> None:
    lease_of(store, THEIRS).take()
    with pytest.raises(LeaseHeld) as held:
        lease_of(store).take()
    for words in (THEIRS.holder, "since 20", "ends at", "lock_timeout", "Nothing was changed"):
        assert words in str(held.value)
    assert store.written == ["create"]


def test_a_proof_and_a_run_do_not_hold_each_other_up(store: Store) -> None:
    assert Claim("a", "x").ref != Claim("a", "x", proof=True).ref
    assert Claim("a-proof", "x").ref != Claim("a", "x", proof=True).ref


@pytest.mark.parametrize(("seconds", "free"), [(59, False), (60, False), (61, True)])
def test_a_crashed_run_s_lease_is_taken_over_when_it_has_run_out(
    store: Store, seconds: int, free: bool
) -> None:
    crashed = lease_of(store, THEIRS)
    crashed.take()
    store.seconds = seconds
    if not free:
        with pytest.raises(LeaseHeld):
            lease_of(store).take()
        return
    lease_of(store).take()
    assert store.live is not None and store.live["spec"]["holderIdentity"] == MINE.holder
    with pytest.raises(LeaseLost, match=MINE.holder.replace("(", ".")):
        crashed.check()
    crashed.release()
    assert store.live is not None, "what somebody else has taken is not released"


def test_a_run_that_stalled_and_still_has_its_lease_goes_on(store: Store) -> None:
    lease = lease_of(store)
    lease.take()
    store.seconds = 300
    lease.check()
    assert store.written == ["create", "patch"]
    lease.check()
    assert store.written == ["create", "patch"], "a fresh lease is not asked for again"


def test_nothing_is_written_without_a_lease_and_reads_go_on(store: Store) -> None:
    with holding(t.cast("t.Any", store), MINE, print) as client:
        client.apply({"kind": "Before"})
        store.live, store.seconds = None, 300
        assert client.list("v1", "Pod").items == ()
        with pytest.raises(LeaseLost, match="the lease was removed"):
            client.apply({"kind": "After"})
    assert "Before" in store.written and "After" not in store.written


def test_a_lease_whose_answer_was_lost_is_ours(store: Store) -> None:
    store.failing, store.lost = {"create": [UnreachableError("create", "it", "reset")]}, {"create"}
    lease = lease_of(store)
    lease.take()
    lease.check()
    lease.release()
    assert store.live is None


def test_a_lease_that_never_came_is_an_error(store: Store) -> None:
    store.failing = {"create": [UnreachableError("create", "it", "reset")]}
    with pytest.raises(UnreachableError):
        lease_of(store).take()


def test_a_release_that_meets_a_renewal_is_tried_again(store: Store) -> None:
    lease = lease_of(store)
    lease.take()
    store.failing = {"delete": [ConflictError("delete", "it", "try again", 409)]}
    lease.release()
    assert store.live is None


def test_a_lease_that_cannot_be_released_runs_out_and_the_run_has_its_own_end(
    store: Store,
) -> None:
    store.failing = {"delete": [ClientError("delete", "it", "the API is away", 500)]}
    with holding(t.cast("t.Any", store), THEIRS, print):
        pass
    assert store.live is not None
    store.seconds = 61
    lease_of(store).take()


def test_missing_rights_are_named(store: Store) -> None:
    store.failing = {"create": [ClientError("create", "Lease", "leases is forbidden", 403)]}
    with pytest.raises(ClientError, match="two runs from working on site store1 at once") as error:
        lease_of(store).take()
    assert "get, list, watch, create, patch and delete leases" in str(error.value)
