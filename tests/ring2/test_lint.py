# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The linter and a real API server agree on upstream's examples, and on thousands of changed ones.

The server judges by its strict dry run. Where the linter is stricter, or leaves a rule to the
server, there is a name for it here.
"""

from __future__ import annotations

import collections
import http.client
import itertools
import json
import re
import ssl
import time
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._lint import (
    Definitions,
    Finding,
    dotted,
    lint,
)
from controlplane import ControlPlane
from sites.definitions import Object, Tag, published, say_what_is_missing
from sites.examples import (
    Example,
    Path,
    examples,
    raw_definitions,
    required,
    signature,
    spoilt,
    varied,
)

# Every third of the releases whose definitions tell all fields.
TAGS = tuple(tag for tag in published() if tag.release >= (1, 6))[::3]
STRICT = "dryRun=All&fieldValidation=Strict"
SERVED_SECONDS = 120

# Where the linter is stricter: the server keeps what it does not know in some places, whose maps
# take any key besides; and a number for which Rook's own type has no room it takes as well.
STRICTER = {
    "a field that no release reads": "is not known",
    "a number of more than 32 bits": "is more than 2147483647",
}
# What is left to the server, by what it says.
LEFT = {
    "a rule in its own language": re.compile(
        r"no such key|must be |cannot be |must not |may not |can only |is immutable|at least one"
    ),
    "the number of a scale": re.compile(r"gateway\.instances"),
}


class Served:
    """A release's definitions in force on a control plane, asked over one connection."""

    def __init__(self, tag: Tag, plane: ControlPlane) -> None:
        self.tag = tag
        found = raw_definitions(tag)
        self.known = Definitions(found, tag.release)
        names = (item["spec"]["names"] for item in found)
        self._plurals = {each["kind"]: each["plural"] for each in names}
        context = ssl.create_default_context(cafile=str(plane.folder / "ca.crt"))
        context.load_cert_chain(plane.folder / "admin.crt", plane.folder / "admin.key")
        address = plane.server.removeprefix("https://")
        self._connection = http.client.HTTPSConnection(address, context=context, timeout=60)
        for item in found:
            self._post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", item)
        spaces = {each.manifest["metadata"].get("namespace") for each in examples(tag)}
        for name in spaces - {None, "default"}:
            self._post("/api/v1/namespaces", {"metadata": {"name": name}})

    def says(self, example: Example, manifest: Object) -> str:
        """Return why the server refuses an object, nothing when it would take it."""
        space = example.manifest["metadata"].get("namespace") or "default"
        api, plural = example.manifest["apiVersion"], self._plurals[example.manifest["kind"]]
        status, answer = self._post(f"/apis/{api}/namespaces/{space}/{plural}?{STRICT}", manifest)
        if status == 201:
            return ""
        assert status in (400, 422), answer
        return answer

    def _post(self, path: str, body: Object) -> tuple[int, str]:
        """Return the server's answer; while it does not store a new kind yet, ask again."""
        deadline = time.monotonic() + SERVED_SECONDS
        while True:
            head = {"Content-Type": "application/json"}
            self._connection.request("POST", path, json.dumps(body), head)
            answer = self._connection.getresponse()
            text = answer.read().decode()
            if answer.status not in (404, 429) or time.monotonic() > deadline:
                return answer.status, text
            time.sleep(0.2)


@pytest.fixture(scope="module", params=TAGS or [None], ids=lambda tag: tag and tag.name)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> t.Iterator[Served]:
    tag: Tag | None = request.param
    if tag is None:
        pytest.skip(say_what_is_missing())
    plane = ControlPlane(tmp_path_factory.mktemp(tag.name))
    try:
        plane.start()
        yield Served(tag, plane)
    finally:
        plane.stop()


def difference(findings: t.Sequence[Finding], answer: str) -> str:
    """Return the name of the difference between linter and server; nothing when they agree."""
    if bool(findings) == bool(answer):
        return ""
    if findings:
        reasons = {finding.reason for finding in findings}
        names = [
            next((name for name, start in STRICTER.items() if reason.startswith(start)), "")
            for reason in reasons
        ]
        return names[0] if all(names) else f"unexplained: the server takes {sorted(reasons)}"
    names = [name for name, words in LEFT.items() if words.search(answer)]
    return names[0] if names else f"unexplained: the server says {answer[-300:]}"


def tried(served: Served) -> t.Iterator[tuple[str, Example, Object]]:
    """Yield the examples, and each with one change, of which each sort is made at a path once."""
    seen: set[tuple[str, str, Path]] = set()
    for example in examples(served.tag):
        yield "example", example, example.manifest
        if lint(example.manifest, served.known):
            continue
        wanted = required(example.manifest, served.known)
        for change in itertools.chain(spoilt(example, wanted), varied(example)):
            place = (change.sort, example.manifest["kind"], signature(change.path))
            if place not in seen:
                seen.add(place)
                yield f"{change.sort} {dotted(change.path)}", example, change.manifest


def test_linter_and_server_refuse_the_same(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    both: collections.Counter[str] = collections.Counter()
    named: collections.Counter[str] = collections.Counter()
    unexplained = []
    for what, example, manifest in tried(served):
        findings, answer = lint(manifest, served.known), served.says(example, manifest)
        name = difference(findings, answer)
        if name.startswith("unexplained"):
            unexplained.append(f"{example.name}: {what}: {name}")
        elif name:
            named[name] += 1
        else:
            both["refused" if answer else "accepted"] += 1
    with capsys.disabled():
        print(
            f"\n{served.tag.name}: linter and server agree on {dict(both)}, differ on {dict(named)}"
        )
    assert unexplained == []
    assert min(both["refused"], both["accepted"]) > 500
