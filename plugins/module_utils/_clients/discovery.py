# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Which kinds an API has, and how it calls their collections.

Asked once in a run: one request for the kinds of Kubernetes' core and one for all others. An API
that is too old for that (before Kubernetes 1.26) is asked for each group and version, and any API
for those that it does not know itself at that moment. Definitions may arrive during the run, so
what is missing is asked for again, but not at once.
"""

from __future__ import annotations

import threading
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Keep, Object

    # Plural, and whether its objects are in namespaces; by kind.
    Resource = tuple[str, bool]
    Kinds = Mapping[str, Resource]

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
ALL = ",".join([_AGGREGATED.format("v2"), _AGGREGATED.format("v2beta1"), "application/json"])
PLAIN = "application/json"
# How long a kind that is missing is held to be missing.
MISSING_SECONDS = 1.0
# A kind that is defined is served a moment later, on a busy control plane after some seconds.
DEFINED_SECONDS, DEFINED_PAUSE = 30.0, 0.2
DEFINITIONS = "apiextensions.k8s.io/v1"
_NEVER = float("-inf")


class Discovery:
    """The kinds of one API; threads may share it.

    ask takes path, Accept header and what is asked for, in words.
    """

    def __init__(
        self,
        ask: Callable[[str, str, str], Object],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ask = ask
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._known: dict[str, Kinds] = {}
        self._asked: dict[str, float] = {}
        self._stale: set[str] = set()
        self._problem: tuple[float, ClientError] | None = None

    def find(self, api_version: str, kind: str, *, sure: bool = False) -> Resource | None:
        """Return a kind's resource; to be sure that it is missing, the API is asked again."""
        began = self._clock()
        with self._lock:
            # Who waited while the API did not answer need not find that out anew.
            if self._problem is not None and self._problem[0] >= began:
                raise self._problem[1]
            try:
                return self._find(api_version, kind, sure)
            except ClientError as problem:
                self._problem = (self._clock(), problem)
                raise

    def soon(
        self, api_version: str, kind: str, defines: Callable[[str, str], bool],
    ) -> Resource | None:  # fmt: skip
        """Return a kind's resource; a kind that is defined is waited for until it is served."""
        end = self._clock() + DEFINED_SECONDS
        found = self.find(api_version, kind, sure=True)
        if found is None and defines(api_version, kind):
            while found is None and self._clock() < end:
                self._sleep(DEFINED_PAUSE)
                found = self.find(api_version, kind, sure=True)
        return found

    def _find(self, api_version: str, kind: str, sure: bool) -> Resource | None:
        """Return a kind's resource, by what is known or is asked for now."""
        root = "/apis" if "/" in api_version else "/api"
        if root not in self._asked:
            self._take_all(root)
        missing = kind not in self._known.get(api_version, {})
        sure = sure or api_version in self._stale
        if missing and (sure or self._clock() - self._age(root, api_version) > MISSING_SECONDS):
            self._asked[api_version] = self._clock()
            self._known[api_version] = self._of(f"{root}/{api_version}", api_version)
            self._stale.discard(api_version)
        return self._known.get(api_version, {}).get(kind)

    def _age(self, root: str, api_version: str) -> float:
        """Return when it was last asked which kinds a group's version has."""
        return max(self._asked[root], self._asked.get(api_version, _NEVER))

    def _take_all(self, root: str) -> None:
        """Learn all kinds at a root at once, where the API can tell them so."""
        answer = self._ask(root, ALL, f"{root.strip('/')}, all of them")
        told = answer["kind"] == "APIGroupDiscoveryList"
        self._asked[root] = self._clock() if told else _NEVER
        for group in answer["items"] if told else ():
            name = group["metadata"].get("name", "")
            for version in group["versions"]:
                api_version = f"{name}/{version['version']}" if name else version["version"]
                self._known[api_version] = dict(_aggregated(version.get("resources") or ()))
                if version.get("freshness") == "Stale":
                    self._stale.add(api_version)

    def _of(self, path: str, api_version: str) -> Kinds:
        """Return the kinds of one group's version, none when the API does not have it."""
        try:
            answer = self._ask(path, PLAIN, api_version)
        except ClientError as problem:
            if problem.status != 404:
                raise
            return {}
        return {
            item["kind"]: (item["name"], bool(item["namespaced"]))
            for item in answer["resources"]
            if "/" not in item["name"]
        }


def definition_of(api_version: str, kind: str) -> Keep:
    """Return what keeps of definitions the one that lets a kind be served, while it stays."""
    group, _, version = api_version.rpartition("/")

    def keep(item: Object) -> Object | None:
        spec = item["spec"]
        served = [each["name"] for each in spec["versions"] if each["served"]]
        meant = (spec["group"], spec["names"]["kind"]) == (group, kind) and version in served
        return item if meant and "deletionTimestamp" not in item["metadata"] else None

    return keep


def _aggregated(resources: t.Iterable[Object]) -> Iterator[tuple[str, Resource]]:
    """Yield kind and resource; what has only subresources has no kind of its own."""
    for item in resources:
        kind = (item.get("responseKind") or {}).get("kind")
        if kind:
            yield kind, (item["resource"], item.get("scope") == "Namespaced")
