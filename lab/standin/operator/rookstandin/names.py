# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rook's names and labels. Pure."""

from __future__ import annotations

import hashlib
import string
import typing as t

from rookstandin import VERSION

GROUP = "ceph.rook.io"
API_VERSION = f"{GROUP}/v1"
FINALIZER_OF_SECRETS = f"{GROUP}/disaster-protection"
DAEMON_APPS = tuple(f"rook-ceph-{kind}" for kind in ("mon", "mgr", "osd", "mds", "rgw"))


def finalizer(kind: str) -> str:
    return f"{kind.lower()}.{GROUP}"


def letters(index: int) -> str:
    """Name the index-th daemon: a, b, … z, aa, ab, …"""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = string.ascii_lowercase[rest] + name
    return name


def limited(template: str, node: str) -> str:
    """Fill a node's name into a job's name; as in Rook one too long for a label is hashed."""
    name = template.format(node.replace(".", "-"))
    if len(name) <= 63:
        return name
    return template.format(hashlib.sha256(node.encode()).hexdigest()[:16])


class Daemon(t.NamedTuple):
    """One Ceph daemon and the custom resource that it works for."""

    kind: str
    id: str
    namespace: str
    parent: str
    parent_plural: str
    extra: tuple[tuple[str, str], ...] = ()
    suffix: str = ""

    @property
    def app(self) -> str:
        return f"rook-ceph-{self.kind}"

    @property
    def name(self) -> str:
        return f"{self.app}-{self.id}{self.suffix}"

    def selector(self) -> dict[str, str]:
        """Labels that never change over a daemon's life."""
        return {
            "app": self.app,
            "rook_cluster": self.namespace,
            "ceph_daemon_id": self.id,
            self.kind: self.id,
            **dict(self.extra),
        }

    def labels(self) -> dict[str, str]:
        return {
            **self.selector(),
            "ceph_daemon_type": self.kind,
            "app.kubernetes.io/name": f"ceph-{self.kind}",
            "app.kubernetes.io/instance": self.id,
            "app.kubernetes.io/component": f"{self.parent_plural}.{GROUP}",
            "app.kubernetes.io/part-of": self.parent,
            "app.kubernetes.io/managed-by": "rook-ceph-operator",
            "app.kubernetes.io/created-by": "rook-ceph-operator",
            "rook.io/operator-namespace": self.namespace,
        }


def app_labels(app: str, namespace: str) -> dict[str, str]:
    return {"app": app, "rook_cluster": namespace}


def version_labels(ceph_version: str) -> dict[str, str]:
    """Label Deployments with versions; the label says openly that this is not Rook."""
    labels = {"rook-version": VERSION}
    return labels | ({"ceph-version": ceph_version} if ceph_version else {})


def user_secret(store: str, user: str) -> str:
    return f"rook-ceph-object-user-{store}-{user}"


def rgw_service(store: str) -> str:
    return f"rook-ceph-rgw-{store}"
