# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Every Rook era that can be expressed, as data. Pure.

A later era is a further row. Ranges are those that the releases document; the Kubernetes floor and
ceiling are inclusive minor releases, Ceph is given by least version and major releases.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem

Version = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Era:
    """What distinguishes one minor release of Rook from the others."""

    rook: Version
    kubernetes: tuple[Version, Version]
    ceph_least: Version
    ceph_majors: tuple[int, ...]
    ceph_image: str
    ceph_bad: Mapping[Version, str]
    csi_operator: str
    publish_secrets: bool
    usual_health: tuple[str, ...]
    csi_settings: Mapping[str, str]
    api: str = "ceph.rook.io/v1"

    @property
    def name(self) -> str:
        """Return the release as users write it, such as 1.18."""
        return dotted(self.rook)


_READ_AFFINITY = "it corrupts data that is read with CSI read affinity"
# With a Ceph that knows AES256K keys, Rook allows the older type beside it, because kernels before
# Linux 7.0 need it; Ceph then warns of that on every cluster.
_OLD_KEYS = (
    "AUTH_INSECURE_CLIENT_KEY_TYPE",
    "AUTH_INSECURE_KEYS_ALLOWED",
    "AUTH_INSECURE_KEYS_CREATABLE",
    "AUTH_INSECURE_ROTATING_SERVICE_KEY_TYPE",
)
# Settings of the operator's ConfigMap that 1.20 reads from the OperatorConfig instead.
_MOVED = {"ROOK_CSI_KUBELET_DIR_PATH": "spec.driverSpecDefaults.nodePlugin.kubeletDirPath"}
_QUAY = "quay.io/ceph/ceph:"


def _row(
    rook: Version,
    kubernetes: tuple[int, int],
    ceph: tuple[Version, tuple[int, ...], str],
    csi_operator: str,
    bad: str = "",
) -> Era:
    """Return one row; csi_operator is off or on by default, or required."""
    least, majors, image = ceph
    return Era(
        rook=rook,
        kubernetes=((1, kubernetes[0]), (1, kubernetes[1])),
        ceph_least=least,
        ceph_majors=majors,
        ceph_image=_QUAY + image,
        ceph_bad={(20, 2, 0): bad} if bad else {},
        csi_operator=csi_operator,
        publish_secrets=csi_operator != "off",
        usual_health=_OLD_KEYS if rook >= (1, 19) else (),
        csi_settings=_MOVED if csi_operator == "required" else {},
    )


_ERAS = (
    _row((1, 16), (27, 32), ((18, 2, 0), (18, 19), "v19.2.2"), "off"),
    _row((1, 17), (28, 33), ((18, 2, 0), (18, 19), "v19.2.3"), "off"),
    _row((1, 18), (29, 34), ((18, 2, 0), (18, 19, 20), "v19.2.3"), "on", "warn"),
    _row((1, 19), (30, 35), ((19, 2, 0), (19, 20), "v19.2.6"), "on", "error"),
    _row((1, 20), (31, 36), ((19, 2, 0), (19, 20), "v20.2.4"), "required", "error"),
)
ERAS: Mapping[Version, Era] = {row.rook: row for row in _ERAS}
BAD_CEPH_REASON = _READ_AFFINITY


def dotted(version: Version) -> str:
    """Return a version as it is written."""
    return ".".join(str(part) for part in version)


def parse_version(text: str) -> Version | None:
    """Return the numbers of 1.34.4, v1.34.4 or 1.34.4-rc.1, or None when it is no version."""
    match = re.match(r"v?(\d+(?:\.\d+){0,3})(?![\w.])", text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def image_version(image: str) -> Version | None:
    """Return the release of an image by its tag, or None when the tag does not tell."""
    name = image.partition("@")[0].rpartition("/")[2]
    return parse_version(name.partition(":")[2])


def era_problem(version: str) -> Problem | None:
    """Return why a Rook release cannot be expressed, or None."""
    numbers = parse_version(version)
    known = f"{_ERAS[0].name} to {_ERAS[-1].name}"
    if numbers is None or len(numbers) < 2 or len(numbers) > 3:
        reason, cure = "is not a Rook release", 'Give it as "1.18" or "1.18.11", in quotes.'
    elif numbers[:2] in ERAS:
        return None
    elif numbers[:2] > _ERAS[-1].rook:
        reason = f"is newer than any release that this collection knows ({known})"
        cure = f"Set version to {_ERAS[-1].name} or less, or update the collection."
    else:
        reason = f"is older than any release that this collection knows ({known})"
        cure = f"Set version to {_ERAS[0].name} or more."
    return Problem("version", repr(version), reason, cure)


def era(version: str) -> Era:
    """Return the era of a Rook release; raises ModelError when it cannot be expressed."""
    problem = era_problem(version)
    if problem is not None:
        raise ModelError([problem])
    return ERAS[t.cast("Version", parse_version(version))[:2]]
