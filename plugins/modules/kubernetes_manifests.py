#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: kubernetes_manifests
short_description: Apply manifests as they are
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Applies the objects of manifest files by server-side apply, in their order.
  - The API itself says what would change; an object that is as wanted is left alone.
  - An object that is being deleted, or that names no namespace and needs one, is refused before
    anything is written.
extends_documentation_fragment:
  - rookery.rook.attributes
  - rookery.rook.kubernetes
options:
  files:
    description: Files with one or more objects each, made in the namespaces that they name.
    type: list
    elements: path
    required: true
attributes:
  diff_mode:
    description: Shows which objects change, not their fields.
    support: partial
"""

EXAMPLES = r"""
- name: Apply a network plugin
  rookery.rook.kubernetes_manifests:
    kubeconfig: ~/.kube/store1.conf
    files: [manifests/network.yml]
"""

RETURN = r"""
plan:
  description: The steps that were done, or in check mode would be.
  returned: always
  type: list
  elements: dict
  sample:
    - {id: ConfigMap/kube-system/example, op: create, executor: kubernetes, reason: missing}
diff:
  description: What is done, a line for each step, for C(--diff).
  returned: always
  type: dict
  sample: {before: "", after: "create ConfigMap/kube-system/example\n"}
"""

import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._argspec import KUBERNETES
from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import read_objects
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object

SPEC: dict[str, t.Any] = {
    **KUBERNETES,
    "files": {"type": "list", "elements": "path", "required": True},
}


def meaning(item: Object) -> Object:
    """Return an object without its status and what the API writes by itself at every change."""
    meta = {
        key: value
        for key, value in item.get("metadata", {}).items()
        if key not in ("managedFields", "resourceVersion", "generation")
    }
    return {**item, "metadata": meta, "status": None}


def read(path: str) -> list[Object]:
    """Return the objects of a file."""
    objects = read_objects(Path(path))
    for item in objects:
        if not (item.get("metadata") or {}).get("name"):
            reason = "it has no metadata.name. Give it one, or take it out"
            raise ClientError("apply", f"a {item['kind']} of {path}", reason)
    return objects


def find(client: Kube, item: Object) -> Object | None:
    """Return what is there of an object; refuse one that goes, with all that is applied to it."""
    ref = Ref.of(item)
    live = client.get(ref)
    since = live["metadata"].get("deletionTimestamp") if live else None
    if since:
        way = "Wait until it is gone (its finalizers tell what holds it), then run again"
        raise ClientError("apply", ref.id, f"it is being deleted since {since}. {way}")
    return live


def bring(
    client: Kube, item: Object, live: Object | None, check_mode: bool
) -> dict[str, str] | None:
    """Apply one object when the API's dry run differs from what is there; return the step."""
    if live is not None and meaning(client.apply(item, dry_run=True)) == meaning(live):
        return None
    if not check_mode:
        client.apply(item)
    op, reason = ("create", "missing") if live is None else ("update", "fields differ")
    return {"id": Ref.of(item).id, "op": op, "executor": "kubernetes", "reason": reason}


def main() -> None:
    """Apply all files."""
    with CollectionModule(SPEC) as module:
        client = module.client()
        objects = [item for path in module.params["files"] for item in read(path)]
        lives = [find(client, item) for item in objects]
        steps = [
            bring(client, item, live, module.check_mode)
            for item, live in zip(objects, lives, strict=True)
        ]
        plan = [step for step in steps if step]
        after = "".join(f"{step['op']} {step['id']}\n" for step in plan)
        module.note(changed=bool(plan), plan=plan, diff={"before": "", "after": after})


if __name__ == "__main__":
    main()
