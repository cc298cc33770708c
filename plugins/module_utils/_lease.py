# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""One run at a time works on a site: a lease in the cluster says who, since when, and until when.

It is renewed while the run goes on, and removed at its end; that of a crashed run runs out. How
long one lasts yet is judged by the API server's clock alone, as hosts' clocks differ. A run that
stalled so long that somebody else may work on the site asks before its next write.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import threading
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    UnreachableError,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._clients.readonly import READS
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Feed, Topic
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ConflictError,
    LeaseHeld,
    LeaseLost,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import (
    MANAGER,
    MANAGER_LABEL,
    SITE_LABEL,
    at,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object

NAMESPACE = "kube-system"
DURATION_SECONDS = 60
_API = "coordination.k8s.io/v1"
_TRIES = 3
# Unlike the monotonic clock, this one goes on while a machine sleeps.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclasses.dataclass(frozen=True)
class Claim:
    """What a run works on, who it is, and for how many seconds it waits for its turn.

    A proof is no change of the site, and holds up only other proofs of it.
    """

    site: str
    holder: str
    patience: float = 0.0
    proof: bool = False

    @property
    def ref(self) -> Ref:
        """Where the lease is. A site's name has no dots, so the names cannot meet."""
        return Ref(_API, "Lease", NAMESPACE, f"rookery-{self.site}{'.proof' if self.proof else ''}")


@contextlib.contextmanager
def holding(client: Kube, claim: Claim, say: Callable[[str], None]) -> Iterator[Kube]:
    """Give a client that writes only as long as the lease is held, and release it in any case."""
    lease = Lease(client, claim, say)
    lease.take()
    try:
        yield t.cast("Kube", _Held(client, lease))
    finally:
        lease.release()


class Lease:
    """The lease of one run."""

    def __init__(self, client: Kube, claim: Claim, say: Callable[[str], None]) -> None:
        self._client = client
        self._claim = claim
        self._say = say
        self._since = _now()
        self._live: Object = {}
        self._renewed = 0.0
        self._lost: LeaseLost | None = None
        self._refusal: ConflictError | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def take(self) -> None:
        """Take the lease, or wait for it as long as the claim allows; raise LeaseHeld."""
        try:
            self._take()
        except ClientError as problem:
            if problem.status != 403:
                raise
            raise ClientError(
                problem.action, problem.target,
                f"{problem.detail}. A lease keeps two runs from working on site {self._claim.site} "
                "at once. It takes the rights to get, list, watch, create, patch and delete leases "
                f"(coordination.k8s.io) in namespace {NAMESPACE}", problem.status,
            ) from problem  # fmt: skip
        threading.Thread(target=self._run, daemon=True).start()

    def check(self) -> None:
        """Raise unless the lease is held, and for long enough to write something."""
        if self._lost is None and self._age() >= DURATION_SECONDS * 2 / 3:
            with self._lock:
                if self._lost is None and self._age() >= DURATION_SECONDS * 2 / 3:
                    self._renew()
        if self._lost is not None:
            raise self._lost

    def release(self) -> None:
        """Remove the lease; one that cannot be removed now runs out by itself."""
        self._stop.set()
        for _again in range(_TRIES):
            if self._lost is not None:
                return
            try:
                meta = self._live["metadata"]
                ref = self._claim.ref
                self._client.delete(ref, meta["uid"], version=meta["resourceVersion"])
                return
            except ConflictError:
                with contextlib.suppress(ClientError):
                    self._look(self._client.get(self._claim.ref))
            except ClientError as problem:
                self._say(f"The lease of site {self._claim.site} is still there: {problem}")
                return

    def _take(self) -> None:
        deadline, refused = _clock() + self._claim.patience, 0
        with contextlib.closing(Feed(self._client)) as feed:
            while (live := self._create()) is not None:
                lasts = self._lasts(live) if live else 0.0
                if live and lasts <= 0 and self._take_over(live):
                    return
                left = deadline - _clock()
                if left <= 0 and lasts > 0:
                    raise self._held(live)
                # Others may be quicker a few times; what is refused again and again is no race.
                refused = 0 if lasts > 0 else refused + 1
                if left <= 0 and refused > _TRIES and self._refusal is not None:
                    raise self._refusal
                feed.follow(_topic(self._claim))
                feed.wait(min(max(lasts, 0.1), max(left, 0.1)))

    def _create(self) -> Object | None:
        """Make the lease; return the one that is there, empty when it has just gone."""
        began = _clock()
        try:
            self._keep(self._client.create(self._manifest()), began)
        except (ConflictError, UnreachableError) as problem:
            live = self._client.get(self._claim.ref)
            if isinstance(problem, ConflictError):
                self._refusal = problem
            elif live is None:
                raise
            if live is None or not self._is_mine(live):
                return live or {}
            # It was made, and only the answer was lost.
            self._keep(live, began)
        return None

    def _take_over(self, live: Object) -> bool:
        """Take a lease that has run out; False when somebody was quicker."""
        began = _clock()
        version = {"resourceVersion": live["metadata"]["resourceVersion"]}
        try:
            taken = {"metadata": version, "spec": self._manifest()["spec"]}
            self._keep(self._client.patch(self._claim.ref, taken), began)
        except ConflictError as problem:
            self._refusal = problem
            return False
        self._say(f"Took over the lease of {at(live, 'spec.holderIdentity')}, which had run out")
        return True

    def _run(self) -> None:
        """Renew until the end of the run; what fails once may work the next time."""
        while self._lost is None and not self._stop.wait(DURATION_SECONDS / 3):
            try:
                with self._lock:
                    self._renew()
            except ClientError as problem:
                self._say(f"The lease of site {self._claim.site} was not renewed: {problem}")

    def _renew(self) -> None:
        """Renew, or find out that the lease is lost; raise when neither can be done."""
        for again in reversed(range(_TRIES)):
            began = _clock()
            version = {"resourceVersion": self._live["metadata"]["resourceVersion"]}
            try:
                patch = {"metadata": version, "spec": {"renewTime": _now()}}
                self._keep(self._client.patch(self._claim.ref, patch), began)
                return
            except ClientError as problem:
                if problem.status not in (404, 409) or not again:
                    raise
            if not self._look(self._client.get(self._claim.ref)):
                return

    def _look(self, live: Object | None) -> bool:
        """Take in what is there now; tell whether it is still our lease."""
        if live is not None and self._is_mine(live):
            self._live = live
            return True
        taker = at(live, "spec.holderIdentity") or ""
        self._lost = LeaseLost(self._claim.site, taker, DURATION_SECONDS)
        return False

    def _keep(self, live: Object, began: float) -> None:
        """Note that the lease is ours, from when the request was sent."""
        self._live, self._renewed = live, began

    def _age(self) -> float:
        return _clock() - self._renewed

    def _is_mine(self, live: Object) -> bool:
        spec = live.get("spec") or {}
        mine = (self._claim.holder, self._since)
        return (spec.get("holderIdentity"), spec.get("acquireTime")) == mine

    def _lasts(self, live: Object) -> float:
        """Return how many seconds somebody's lease lasts yet, by the server's clock."""
        told = self._client.create(self._manifest(".now"), dry_run=True)
        now = _time(told["metadata"]["creationTimestamp"])
        times = [item.get("time") for item in live["metadata"].get("managedFields") or ()]
        renewed = max(map(_time, filter(None, [*times, at(live, "metadata.creationTimestamp")])))
        # The server's times have whole seconds.
        seconds = int(at(live, "spec.leaseDurationSeconds") or 0) + 1
        return seconds - (now - renewed).total_seconds()

    def _held(self, live: Object) -> LeaseHeld:
        seconds = datetime.timedelta(seconds=int(at(live, "spec.leaseDurationSeconds") or 0))
        since, renewed = at(live, "spec.acquireTime"), at(live, "spec.renewTime")
        return LeaseHeld(
            self._claim.site, self._claim.proof, str(at(live, "spec.holderIdentity")),
            since=f"{_time(since):%Y-%m-%d %H:%M:%S} UTC" if since else "an unknown time",
            until=f"{_time(renewed) + seconds:%H:%M:%S} UTC" if renewed else "an unknown time",
        )  # fmt: skip

    def _manifest(self, suffix: str = "") -> Object:
        """Return the lease as this run wants it."""
        ref = self._claim.ref
        labels = {SITE_LABEL: self._claim.site, MANAGER_LABEL: MANAGER}
        return {
            "apiVersion": ref.api_version, "kind": ref.kind,
            "metadata": {"name": ref.name + suffix, "namespace": ref.namespace, "labels": labels},
            "spec": {
                "holderIdentity": self._claim.holder, "acquireTime": self._since,
                "renewTime": _now(), "leaseDurationSeconds": DURATION_SECONDS,
            },
        }  # fmt: skip


class _Held:
    """Passes reads on, and everything else only while the lease is held."""

    def __init__(self, client: Kube, lease: Lease) -> None:
        self._client = client
        self._lease = lease

    def __getattr__(self, name: str) -> t.Any:
        call = getattr(self._client, name)
        if name in READS:
            return call

        def checked(*args: t.Any, **more: t.Any) -> t.Any:
            self._lease.check()
            return call(*args, **more)

        return checked


def _topic(claim: Claim) -> Topic:
    return Topic(_API, "Lease", NAMESPACE, f"{SITE_LABEL}={claim.site}")


def _clock() -> float:
    return time.clock_gettime(_CLOCK)


def _now() -> str:
    """Return the time as a lease has it, with microseconds, by which one run knows its own."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
