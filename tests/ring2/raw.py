# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the API that owe nothing to the code under test."""

from __future__ import annotations

import itertools
import json
import ssl
import time
import typing as t
import urllib.error
import urllib.request

if t.TYPE_CHECKING:
    from controlplane import ControlPlane

Object = dict[str, t.Any]
CEPH = "/apis/ceph.rook.io/v1/namespaces/rook-ceph"
MERGE = "application/merge-patch+json"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
INITIALIZING_SECONDS = 120
RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
HEEDED_SECONDS = 60


class Raw:
    """The API as an administrator sees it."""

    def __init__(self, plane: ControlPlane) -> None:
        self._server = plane.server
        self._context = ssl.create_default_context(cafile=str(plane.folder / "ca.crt"))
        self._context.load_cert_chain(plane.folder / "admin.crt", plane.folder / "admin.key")

    def __call__(
        self, method: str, path: str, body: Object | None = None, kind: str = "application/json"
    ) -> Object | None:
        """Return the answer; None when the object does not exist.

        A kind that has just been defined is not stored for a moment; that is waited for.
        """
        request = urllib.request.Request(
            self._server + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": kind, "Accept": "application/json"},
        )
        deadline = time.monotonic() + INITIALIZING_SECONDS
        while True:
            try:
                with urllib.request.urlopen(request, context=self._context, timeout=60) as answer:
                    return t.cast("Object", json.load(answer))
            except urllib.error.HTTPError as problem:
                if problem.code == 404:
                    return None
                if problem.code != 429 or time.monotonic() > deadline:
                    raise RuntimeError(f"{method} {path}: {problem.read()[:500]!r}") from problem
                time.sleep(0.2)

    def items(self, path: str) -> list[Object]:
        """Return the objects of a collection; none when the kind does not exist."""
        return (self("GET", path) or {"items": []})["items"]

    def merge(self, path: str, patch: Object) -> Object | None:
        """Merge a patch into an object."""
        return self("PATCH", path, patch, MERGE)

    def define(self, *definitions: Object) -> None:
        """Define kinds and wait until the API serves them all, which it does some time later."""
        for item in definitions:
            self("POST", DEFINITIONS, item)
        deadline = time.monotonic() + INITIALIZING_SECONDS
        for path in itertools.chain.from_iterable(map(_collections, definitions)):
            while self("GET", path) is None:
                assert time.monotonic() < deadline, f"{path} is not served"
                time.sleep(0.1)


def grant(raw: Raw, user: str, *rules: Object) -> None:
    """Give a user rights in the whole cluster, reading for one, and wait until they are heeded."""
    raw("POST", f"{RBAC}/clusterroles", {"metadata": {"name": user}, "rules": [*rules]})
    group = "rbac.authorization.k8s.io"
    raw("POST", f"{RBAC}/clusterrolebindings", {
        "metadata": {"name": user},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": user},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    })  # fmt: skip
    asked = {"spec": {"user": user, "resourceAttributes": {"verb": "list", "resource": "nodes"}}}
    deadline = time.monotonic() + HEEDED_SECONDS
    while not raw("POST", REVIEWS, asked)["status"]["allowed"]:
        assert time.monotonic() < deadline, f"the rights of {user} are not heeded"
        time.sleep(0.1)


def _collections(definition: Object) -> t.Iterator[str]:
    """Return the paths under which the objects of a definition are listed."""
    spec = definition["spec"]
    for version in spec["versions"]:
        if version["served"]:
            yield f"/apis/{spec['group']}/{version['name']}/{spec['names']['plural']}"
