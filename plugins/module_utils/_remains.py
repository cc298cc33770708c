# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What operators make for a site without an owner, and never remove. Pure.

Nothing tells these objects from others but what they are called or point to, which is the namespace
of the cluster. A ClientProfile holds its definition and its namespace until the CSI operator has
taken its finalizer away.
"""

from __future__ import annotations

import fnmatch
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._kinds import at

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_MADE = {
    "CSIDriver": ("metadata.name", "{namespace}.*.csi.ceph.com"),
    "CephConnection": ("metadata.name", "{namespace}"),
    "ClientProfile": ("spec.cephConnectionRef.name", "{namespace}"),
}
KINDS = frozenset(_MADE)


def remains(manifest: Mapping[str, t.Any], namespace: str) -> bool:
    """Tell whether an object was made for the cluster in a namespace, and outlives it."""
    if manifest["kind"] not in KINDS:
        return False
    path, pattern = _MADE[manifest["kind"]]
    inside = at(manifest, "metadata.namespace") in (None, namespace)
    wanted = pattern.replace("{namespace}", namespace)
    return inside and fnmatch.fnmatchcase(str(at(manifest, path)), wanted)
