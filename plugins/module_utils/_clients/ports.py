# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What the layers above need of a Kubernetes API; tests put another one in its place."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Object = dict[str, t.Any]
# What is kept of an object while others are still read; None for nothing.
Keep = t.Callable[[Object], "Object | None"]


class Ref(t.NamedTuple):
    """Where one object is: its API, kind, namespace (empty for the cluster's own) and name."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, manifest: Mapping[str, t.Any]) -> Ref:
        """Return where a manifest's object is."""
        meta = manifest["metadata"]
        return cls(
            manifest["apiVersion"], manifest["kind"], meta.get("namespace") or "", meta["name"]
        )

    @property
    def id(self) -> str:
        """The name that plans, reports and people use."""
        return f"{self.kind}/{self.namespace}/{self.name}"


class Listing(t.NamedTuple):
    """Objects of one kind, and the version of the collection from which a watch goes on."""

    items: tuple[Object, ...]
    version: str


class Event(t.NamedTuple):
    """One change that a watch reports: ADDED, MODIFIED or DELETED, and the object."""

    type: str
    object: Object


class Outcome(t.NamedTuple):
    """How a command in a pod ended. A code of None: it was still running at the limit."""

    code: int | None
    out: str
    err: str


class Kube(t.Protocol):
    """A Kubernetes API. What does not exist is None or empty; all else raises ClientError."""

    def serves(self, api_version: str, kind: str, *, soon: bool = False) -> bool:
        """Tell whether the API knows the kind; soon waits for one that is only just defined."""

    def get(self, ref: Ref) -> Object | None:
        """Return one object."""

    def list(
        self,
        api_version: str,
        kind: str,
        namespace: str = "",
        labels: str = "",
        keep: Keep | None = None,
    ) -> Listing:
        """Return the objects of a kind in a namespace, or in all of them; of each, what is kept."""

    def watch(
        self, api_version: str, kind: str, namespace: str, labels: str, version: str, seconds: int
    ) -> Iterator[Event]:
        """Yield changes since a version for some seconds; ExpiredError when it is too old."""

    def apply(self, manifest: Object, dry_run: bool = False) -> Object:
        """Make the fields of the manifest so (server-side apply) and return the whole object."""

    def create(self, manifest: Object, dry_run: bool = False) -> Object:
        """Make an object that must not exist yet."""

    def patch(self, ref: Ref, patch: Object, dry_run: bool = False) -> Object:
        """Merge a JSON merge patch into an object that must exist."""

    def delete(
        self, ref: Ref, uid: str, propagation: str = "Background", version: str = ""
    ) -> bool:
        """Delete the object with this uid, at this version; False when it was gone already."""

    def logs(self, namespace: str, pod: str, container: str = "", tail: int = 50) -> str:
        """Return the last lines of a container's log."""

    def run(
        self, namespace: str, pod: str, container: str, command: Sequence[str], limit: float
    ) -> Outcome:
        """Run a command in a container and end the connection at the limit in any case."""

    def events(self, namespace: str, uid: str) -> tuple[Object, ...]:
        """Return the Kubernetes events about an object, the oldest first."""
