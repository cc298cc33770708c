# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Who takes which finalizers away, and whether it is at work. Pure.

An object that is deleted stays until each of its finalizers was taken away. Those of Rook and of
the CSI operator nobody else takes away, so without the operator the object stays for good.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at, id_of
from ansible_collections.rookery.rook.plugins.module_utils._kinds.ceph import ROOK_VERSION

Manifest = Mapping[str, t.Any]
# An operator with this in its environment looks after its own namespace alone.
ALONE = "ROOK_CURRENT_NAMESPACE_ONLY"
# The CSI operator looks after its own namespace and those that are named here; empty means all.
WATCHED = "WATCH_NAMESPACE"


@dataclasses.dataclass(frozen=True)
class Operator:
    """An operator: the names of its Deployment, the ends of its finalizers, and its image.

    Rook's image tells nothing: the daemons have the same.
    """

    name: str
    deployments: tuple[str, ...]
    finalizers: tuple[str, ...]
    image: str = ""

    def runs_as(self, item: Manifest) -> bool:
        """Tell whether a Deployment is one of this operator."""
        named = item["metadata"]["name"] in self.deployments
        return named or bool(self.image and any(self.image in each for each in images(item)))

    def holds(self, finalizer: str) -> bool:
        """Tell whether this operator alone takes a finalizer away."""
        return finalizer.partition("/")[0].endswith(self.finalizers)


ROOK = Operator(
    "the Rook operator",
    # The second name ended with Rook 0.7.
    ("rook-ceph-operator", "rook-operator"),
    ("rook.io", "objectbucket.io"),
)
CSI = Operator(
    "the CSI operator", ("ceph-csi-controller-manager",), ("csi.ceph.com",), "/ceph-csi-operator"
)
OPERATORS = (ROOK, CSI)


@dataclasses.dataclass(frozen=True)
class Holders:
    """What was seen of the operators in all namespaces.

    pods are those of operators that are not at work; protected are objects of Rook's own in the
    namespace that have its finalizers; attachments are volumes that nodes hold. Those are looked
    for only when an operator is not at work. seen: somebody has looked.
    """

    namespace: str = ""
    deployments: tuple[Manifest, ...] = ()
    pods: tuple[Manifest, ...] = ()
    protected: tuple[Manifest, ...] = ()
    attachments: tuple[str, ...] = ()
    seen: bool = False

    def trouble(self, operator: Operator) -> str:
        """Return why an operator does not look after the namespace, or nothing."""
        serving = self.serving(operator)
        words = [self._state(item) for item in serving]
        if not words:
            return f"there is no Deployment of it that looks after namespace {self.namespace}"
        return "" if "" in words else words[0]

    def serving(self, operator: Operator) -> list[Manifest]:
        """Return the operator's Deployments that look after the namespace, its own first."""
        found = [
            item for item in self.deployments if operator.runs_as(item) and self._looks_after(item)
        ]
        return sorted(found, key=lambda item: (not self._is_inside(item), id_of(item)))

    def version(self) -> str:
        """Return the release of Rook that made the daemons, else that of the operator's image.

        While a change of release is under way, it is the one to which they come.
        """
        labels = [
            str(label)
            for item in self.deployments
            if self._is_inside(item)
            and (label := (at(item, "metadata.labels") or {}).get(ROOK_VERSION))
        ]
        if labels:
            return max(labels, key=lambda label: _eras.parse_version(label) or ()).lstrip("v")
        for item in self.serving(ROOK):
            for image in images(item):
                tag = image.partition("@")[0].rpartition(":")[2].lstrip("v")
                if tag[:1].isdigit() and "/" not in tag:
                    return tag
        return ""

    def _is_inside(self, item: Manifest) -> bool:
        return bool(item["metadata"].get("namespace") == self.namespace)

    def _looks_after(self, item: Manifest) -> bool:
        """Tell whether a Deployment's operator looks after the namespace, by where it looks."""
        told = environment_of(item)
        watched = str(told.get(WATCHED) or self.namespace).split(",")
        elsewhere = told.get(ALONE) != "true" and self.namespace in watched
        return self._is_inside(item) or elsewhere

    def _state(self, item: Manifest) -> str:
        """Return why a Deployment is not at work, or nothing."""
        replicas = at(item, "spec.replicas")
        wanted = 1 if replicas is None else int(replicas)
        if at(item, "metadata.deletionTimestamp"):
            return f"{id_of(item)} is being deleted"
        if not wanted:
            return f"{id_of(item)} is scaled to 0 replicas"
        if int(at(item, "status.availableReplicas") or 0):
            return ""
        words = [_pod_words(pod) for pod in self.pods if _is_of(pod, item)]
        return f"{id_of(item)} has 0 of {wanted} replicas available{''.join(words[:1])}"


def images(item: Manifest) -> Iterator[str]:
    """Yield the images of a Deployment's containers."""
    for container in at(item, "spec.template.spec.containers") or ():
        yield str(container.get("image") or "")


def environment_of(item: Manifest) -> dict[str, t.Any]:
    """Return the environment of a Deployment's containers, as far as it is written there."""
    return dict(variables_of(item))


def variables_of(item: Manifest) -> Iterator[tuple[str, t.Any]]:
    """Yield each variable of a Deployment's containers with its value, if it is written there."""
    for container in at(item, "spec.template.spec.containers") or ():
        for variable in container.get("env") or ():
            yield str(variable.get("name")), variable.get("value")


def kept(item: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """Return a Deployment that tells of an operator or of the release that made daemons."""
    labels = at(item, "metadata.labels") or {}
    told = ROOK_VERSION in labels or any(operator.runs_as(item) for operator in OPERATORS)
    return item if told else None


def held(item: Manifest) -> dict[str, Operator]:
    """Return the finalizers of an object that only an operator takes away, with which one."""
    return {
        finalizer: operator
        for finalizer in at(item, "metadata.finalizers") or ()
        for operator in OPERATORS
        if operator.holds(finalizer)
    }


def selector_of(item: Manifest) -> str:
    """Return the selector of a Deployment's pods."""
    labels = at(item, "spec.selector.matchLabels") or at(item, "spec.template.metadata.labels")
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items()))


def _is_of(pod: Manifest, item: Manifest) -> bool:
    """Tell whether a pod is one of a Deployment."""
    labels = at(pod, "metadata.labels") or {}
    wanted = (pair.partition("=") for pair in selector_of(item).split(",") if pair)
    same = pod["metadata"].get("namespace") == item["metadata"].get("namespace")
    return same and all(labels.get(key) == value for key, _equals, value in wanted)


def _pod_words(pod: Manifest) -> str:
    """Return what keeps a pod, such as that it ends again and again."""
    statuses: Iterable[Manifest] = at(pod, "status.containerStatuses") or ()
    for status in statuses:
        for state in ("waiting", "terminated"):
            reason = at(status, f"state.{state}.reason")
            if reason:
                tries = status.get("restartCount") or 0
                again = f", started again {tries} times" if tries else ""
                return f" ({id_of(pod)}: {reason}{again})"
    return f" ({id_of(pod)}: phase is {at(pod, 'status.phase') or 'not set'})"
