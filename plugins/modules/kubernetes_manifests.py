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
options:
  kubeconfig:
    description: The kubeconfig on the host that runs the module.
    type: path
    required: true
  files:
    description: Files with one or more objects each.
    type: list
    elements: path
    required: true
attributes:
  check_mode:
    description: Asks the API for a dry run.
    support: full
  diff_mode:
    description: Shows which objects change, not their fields.
    support: partial
  idempotent:
    description: Changes only what differs.
    support: full
  platform:
    description: Target that the module works on.
    platforms: posix
    support: full
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
"""

import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, RookeryError

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Object

YAML_PROBLEM: str | None = None
try:
    import yaml
except ImportError as error:
    YAML_PROBLEM = str(error)


def read(path: str) -> list[Object]:
    """Return the objects of one file."""
    try:
        found = [item for item in yaml.safe_load_all(Path(path).read_text()) if item]
    except (OSError, yaml.YAMLError) as problem:
        raise ClientError("read the manifests in", path, str(problem)) from problem
    return [part for item in found for part in (item.get("items") or [item])]


def meaning(item: Object) -> Object:
    """Return an object without what the API writes by itself at every change."""
    meta = {
        key: value
        for key, value in item.get("metadata", {}).items()
        if key not in ("managedFields", "resourceVersion", "generation")
    }
    return {**item, "metadata": meta}


def bring(client: KubeClient, item: Object, check_mode: bool) -> dict[str, str] | None:
    """Apply one object when the API's dry run differs from what is there; return the step."""
    ref = Ref.of(item)
    live = client.get(ref)
    if live is not None and meaning(client.apply(item, dry_run=True)) == meaning(live):
        return None
    if not check_mode:
        client.apply(item)
    op, reason = ("create", "missing") if live is None else ("update", "fields differ")
    return {"id": ref.id, "op": op, "executor": "kubernetes", "reason": reason}


def main() -> None:
    """Apply all files."""
    module = AnsibleModule(
        argument_spec={
            "kubeconfig": {"type": "path", "required": True},
            "files": {"type": "list", "elements": "path", "required": True},
        },
        supports_check_mode=True,
    )
    if YAML_PROBLEM:
        module.fail_json(msg=f"{YAML_PROBLEM}. Install the Python package PyYAML.")
    try:
        client = KubeClient.connect(module.params["kubeconfig"])
        objects = [item for path in module.params["files"] for item in read(path)]
        steps = [bring(client, item, module.check_mode) for item in objects]
    except RookeryError as problem:
        module.fail_json(msg=str(problem))
    plan = [step for step in steps if step]
    after = "".join(f"{step['op']} {step['id']}\n" for step in plan)
    module.exit_json(changed=bool(plan), plan=plan, diff={"before": "", "after": after})


if __name__ == "__main__":
    main()
