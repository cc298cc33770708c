# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a row of the table of eras says. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

Version = tuple[int, ...]


def dotted(version: Version) -> str:
    """Return a version as it is written."""
    return ".".join(str(part) for part in version)


class Window(t.NamedTuple):
    """From which to which Kubernetes a release of Rook goes, both inclusive minor releases.

    Without most nobody has said where it ends. ends: beyond most an API that it needs is gone.
    """

    least: Version
    most: Version | None = None
    ends: bool = False

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{dotted(self.least)} to {dotted(self.most)}" if self.most else (
            f"{dotted(self.least)} or more"
        )  # fmt: skip


class Life(t.NamedTuple):
    """A variable of the model, or a setting of the operator, and the releases that have it.

    In the path [*] and * stand for any entry. since and until are inclusive minor releases. What is
    neutral is what a release does that has no such variable, written in lower case; {place} is the
    entry's place in its list. word is what the variable is in Rook.
    """

    path: str
    since: Version | None = None
    until: Version | None = None
    neutral: tuple[str, ...] = ()
    word: str = ""

    def lives_in(self, release: Version) -> bool:
        """Tell whether a release has it."""
        minor = release[:2]
        late = self.until is not None and minor > self.until
        return not late and (self.since is None or minor >= self.since)


class Era(t.NamedTuple):
    """What distinguishes one minor release of Rook from the others.

    files make the operator, in this order; those of rights hold the accounts of a cluster's daemons
    beside its resource. operator and config are the names of its Deployment and of the ConfigMap
    with its settings, without one it has them in its environment. defines is the definition without
    which nothing works, where the operator does not make it itself.

    namespaces are those of operator and cluster in upstream's files. Where Ceph is part of Rook's
    own image, ceph_image is empty. csi_operator is none, off or on by default, or required. volumes
    are the ways in which pods get volumes, the usual one first.
    """

    rook: Version
    api: str
    files: tuple[str, ...]
    rights: tuple[str, ...]
    operator: str
    config: str
    defines: str
    namespaces: tuple[str, str]
    charts: tuple[str, ...]
    volumes: tuple[str, ...]
    flex_provisioner: str
    kubernetes: Window
    ceph_least: Version
    ceph_majors: tuple[int, ...]
    ceph_image: str
    ceph_bad: Mapping[Version, str]
    csi_operator: str
    publish_secrets: bool
    usual_health: tuple[str, ...]
    csi_settings: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the release as users write it, such as 1.18."""
        return dotted(self.rook)

    @property
    def starts_csi(self) -> bool:
        """Tell whether Rook may start CSI drivers itself; else only the CSI operator does."""
        return self.csi_operator != "required"
