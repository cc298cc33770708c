# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The form of facts, so that no rule has to doubt them. Pure.

Whatever is not of its form has not been understood, and is left out: its rules are not decided.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

_NUMBER = (int, float)
_TEXTS = [str]
_DISK = {
    "path": str, "links": _TEXTS, "type": str, "size": int, "signatures": _TEXTS, "mounts": _TEXTS,
    "partitions": _TEXTS, "holders": _TEXTS, "root": bool, "wwn": str, "rotational": bool,
    "read_only": bool, "ceph": {"fsid": str},
}  # fmt: skip
_SYSTEM = {
    "kernel": str, "arch": str, "programs": {"*": bool}, "udev": bool, "aio_max_nr": int,
    "swap_bytes": int, "cgroup": int, "memory_bytes": int, "cores": int, "vendor": str,
    "limit_nofile": {"*": (int, str)}, "selinux": str,
    "clock": {"synchronized": bool, "service": str},
    "places": {"*": {"exists": bool, "mount": str, "device": str, "free_bytes": int,
                     "size_bytes": int}},
}  # fmt: skip
_HOST = {
    "devices": [_DISK],
    "directories": {"*": {"entries": _TEXTS, "free_bytes": int, "size_bytes": int,
                          "ceph_fsid": str}},
    "kubelet": {"root_dir": str, "volume_plugin_dir": str, "writable": bool, "sees_host": bool},
    "modules": {"*": bool},
    "system": _SYSTEM,
    "peers": {"*": {"ports": {"*": str}, "large": bool, "mtu": int, "offset": _NUMBER,
                    "doubt": _NUMBER}},
    "images": {"*": {"state": str, "reason": str}},
    "runtime": str,
}  # fmt: skip
_NODE = {
    "hostname": str, "schedulable": bool, "labels": {"*": str}, "ready": bool, "reason": str,
    "arch": str, "pod_cidrs": _TEXTS,
}  # fmt: skip
_CLUSTER = {
    "name": str, "namespace": str, "data_dir_host_path": str, "use_all_devices": bool,
}  # fmt: skip
FORM: dict[str, t.Any] = {
    "kubernetes_version": str, "operator_release": str, "ceph_fsid": str, "openshift": bool,
    "api": bool,
    "adopted": bool, "imports": bool, "images": _TEXTS,
    "monitors": {"age": _NUMBER, "last": str},
    "nodes": {"*": _NODE}, "clusters": [_CLUSTER], "served": {"*": bool}, "classes": _TEXTS,
    "secrets": _TEXTS, "holders": _TEXTS, "metrics_classes": _TEXTS,
    "running": {"operator": str, "rook": str, "daemons": str, "ceph": str, "ceph_image": str,
                "health": str, "provider": str, "directories": _TEXTS, "flex_volumes": _TEXTS,
                "webhooks": _TEXTS, "csi_alpha": _TEXTS},
    "hosts": {"*": _HOST}, "unknown": {"*": str},
}  # fmt: skip
# A device without its path, or a cluster without its name, is none.
_KEYS = {id(_DISK): ("path",), id(_CLUSTER): ("name", "namespace")}
_NOTHING = object()


def cleaned(facts: t.Any) -> dict[str, t.Any]:
    """Return the facts that have their form; further keys are kept as they are."""
    found = _fit(facts, FORM)
    return found if isinstance(found, dict) else {}


def _fit(value: t.Any, form: t.Any) -> t.Any:
    """Return a value without the parts that are not of a form, or that it is nothing."""
    if isinstance(form, dict):
        return _fit_table(value, form)
    if isinstance(form, list):
        if not isinstance(value, (list, tuple)):
            return _NOTHING
        items = (_fit(item, form[0]) for item in value)
        return [item for item in items if item is not _NOTHING]
    plain = not (isinstance(value, bool) and form is not bool)
    return value if plain and isinstance(value, form) else _NOTHING


def _fit_table(value: t.Any, form: dict[str, t.Any]) -> t.Any:
    """Return a dictionary by its form."""
    if not isinstance(value, Mapping):
        return _NOTHING
    every = form.get("*")
    found = {}
    for key, item in value.items():
        inner = every if every is not None else form.get(key)
        fit = item if inner is None else _fit(item, inner)
        if fit is not _NOTHING:
            found[key] = fit
    lacking = [key for key in _KEYS.get(id(form), ()) if key not in found]
    return _NOTHING if lacking else found
