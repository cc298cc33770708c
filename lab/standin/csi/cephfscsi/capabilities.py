# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which accesses a CephFS volume can serve."""

from __future__ import annotations

import typing as t

from cephfscsi.errors import CsiError

# Kubernetes' access mode -> CSI's. The driver has no SINGLE_NODE_MULTI_WRITER, so the sidecars
# would send SINGLE_NODE_WRITER for both.
ACCESS_MODES = {
    "ReadWriteMany": "MULTI_NODE_MULTI_WRITER",
    "ReadOnlyMany": "MULTI_NODE_READER_ONLY",
    "ReadWriteOnce": "SINGLE_NODE_WRITER",
    "ReadWriteOncePod": "SINGLE_NODE_WRITER",
}
# The flags a bind mount can carry; ceph-fuse has no mount options of its own worth passing.
MOUNT_FLAGS = frozenset(
    {"ro", "rw", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"}
)


def problem(capabilities: t.Iterable[t.Any]) -> str | None:
    """Return why the driver cannot serve these (CSI's VolumeCapability), or None."""
    given = list(capabilities)
    if not given:
        return "volume capabilities are required"
    for capability in given:
        if capability.HasField("block"):
            return "block volumes are not supported: CephFS is a file system"
        if capability.mount.fs_type not in ("", "ceph"):
            return f"file system type {capability.mount.fs_type!r} is not supported"
        strange = sorted(set(capability.mount.mount_flags) - MOUNT_FLAGS)
        if strange:
            return f"mount options {', '.join(strange)} are not supported"
    return None


def check(capabilities: t.Iterable[t.Any]) -> None:
    reason = problem(capabilities)
    if reason:
        raise CsiError("INVALID_ARGUMENT", reason)
