# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Options that several modules share, as plain data.

The model's options have types only: what is required, allowed or related is said by the parser,
which tells all problems at once.
"""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import STAGES
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import (
    SECTIONS,
    Field,
    Section,
)
from ansible_collections.rookery.rook.plugins.module_utils._steps import POLICIES

Spec = dict[str, dict[str, t.Any]]

_STR, _INT, _BOOL, _DICT = ({"type": kind} for kind in ("str", "int", "bool", "dict"))
_STRINGS = {"type": "list", "elements": "str"}


def _dict(**options: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"type": "dict", "options": options}


def _list(**options: dict[str, t.Any]) -> dict[str, t.Any]:
    return {"type": "list", "elements": "dict", "options": options}


ERASURE = _dict(data_chunks=_INT, coding_chunks=_INT)
LAYOUT: Spec = {
    "replicas": _INT, "erasure": ERASURE, "failure_domain": _STR, "device_class": _STR,
}  # fmt: skip
NAMED: Spec = {"name": {"type": "str", "required": True}}

OPERATOR: Spec = {
    "manifests": {"type": "path"}, "url": _STR, "digests": _DICT, "chart": _STR, "values": _DICT,
    "drivers_chart": _STR, "drivers_values": _DICT, "config": _DICT,
    "cache_dir": {"type": "path"}, "helm": {"type": "path"},
}  # fmt: skip
CLUSTER: Spec = {
    "ceph_image": _STR, "ceph_allow_unsupported": _BOOL, "ceph_config": _DICT,
    "data_dir_host_path": {"type": "path"}, "mon_count": _INT, "mgr_count": _INT,
    "mon_allow_multiple_per_node": _BOOL, "dashboard_enabled": _BOOL, "mute_health": _STRINGS,
    "wipe": _STR, "spec": _DICT,
}  # fmt: skip
BLOCK_POOL: Spec = {**LAYOUT, "pg_num": _INT, "spec": _DICT}
FILESYSTEM: Spec = {
    "metadata_replicas": _INT, "failure_domain": _STR, "active_mds": _INT, "active_standby": _BOOL,
    "data_pools": _list(**NAMED, **LAYOUT, spec=_DICT), "spec": _DICT,
}  # fmt: skip
OBJECT_STORE: Spec = {
    "metadata_replicas": _INT, "failure_domain": _STR, "data": _dict(**LAYOUT), "spec": _DICT,
    "gateway": _dict(port=_INT, secure_port=_INT, certificate_secret=_STR, instances=_INT),
    "zone": _STR,
}  # fmt: skip
OBJECT_STORE_USER: Spec = {
    "store": _STR, "display_name": _STR, "capabilities": _DICT, "quotas": _DICT, "account": _STR,
}  # fmt: skip
STORAGE_CLASS: Spec = {
    "type": _STR, "pool": _STR, "filesystem": _STR, "data_pool": _STR, "object_store": _STR,
    "nfs": _STR, "driver": _STR,
    "reclaim_policy": _STR, "allow_expansion": _BOOL, "default": _BOOL, "parameters": _DICT,
}  # fmt: skip


def _field(row: Field) -> dict[str, t.Any]:
    """Return the option of a field of a section."""
    option: dict[str, t.Any] = {"type": row.type}
    if row.type == "pool":
        option = _dict(**LAYOUT)
    elif row.type == "group":
        option = _dict(**{field.name: _field(field) for field in row.fields})
    elif row.type in ("list", "labels"):
        option = _STRINGS
    elif row.type in ("strings", "dict"):
        option = _DICT
    elif row.type in ("bool", "flag"):
        option = _BOOL
    return option if row.secret is None else {**option, "no_log": row.secret}


def section_spec(section: Section) -> Spec:
    """Return the options of an entry of a section, without its name."""
    fields = {row.name: _field(row) for row in section.fields}
    extra = {"claim_namespace": _STR, "spec": _DICT}
    return {name: fields.get(name) or extra[name] for name in section.options}


SECTION_SPECS: dict[str, Spec] = {name: section_spec(row) for name, row in SECTIONS.items()}

KUBERNETES: Spec = {
    "kubeconfig": {"type": "path", "default": "~/.kube/config"},
    "context": {"type": "str"},
    "cluster_uid": {"type": "str"},
    "namespace": {"type": "str", "default": "rook-ceph"},
}  # fmt: skip
# Options that the environment gives when the task does not.
ENVIRONMENT = {"kubeconfig": "K8S_AUTH_KUBECONFIG", "context": "K8S_AUTH_CONTEXT"}
WAIT: Spec = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 600},
    "lock_timeout": {"type": "int", "default": 0},
}
SITE: Spec = {"site": {"type": "str", "required": True}}
VERSION: Spec = {
    "version": {"type": "str", "required": True},
    "allow_newer": {"type": "bool", "default": False},
}
STAGED: Spec = {
    "stages": {
        "type": "list", "elements": "str", "choices": list(STAGES), "default": list(STAGES),
    },
}  # fmt: skip
MODEL: Spec = {
    **SITE,
    **VERSION,
    "hosts": {"type": "dict", "default": {}},
    "operator": _dict(**OPERATOR),
    "cluster": _dict(name=_STR, **CLUSTER),
    "block_pools": _list(**NAMED, **BLOCK_POOL),
    "filesystems": _list(**NAMED, **FILESYSTEM),
    "object_stores": _list(**NAMED, **OBJECT_STORE),
    "object_store_users": _list(**NAMED, **OBJECT_STORE_USER),
    "storage_classes": _list(**NAMED, **STORAGE_CLASS),
    **{name: _list(**NAMED, **spec) for name, spec in SECTION_SPECS.items()},
}
CONSUMERS: Spec = {
    "consumers": {"type": "str", "choices": list(POLICIES), "default": "refuse"},
    "evict_namespaces": {**_STRINGS, "default": []},
    "release_volumes": {**_STRINGS, "default": []},
}
CONFLICTS: Spec = {"force_conflicts": {"type": "bool", "default": False}}
SINGLE: Spec = {
    **NAMED,
    **SITE,
    **VERSION,
    **CONFLICTS,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "fingerprint": {"type": "str"},
}
