# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a host's container runtime has: its images, by whichever runtime there is."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import images, references

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# A runtime that hangs must not hold up everybody.
LIMIT = 20.0
_NO_PROGRAM, _SHOWN = 127, 200
_LIST = ("--namespace", "k8s.io", "images", "list", "--quiet")
_CONTAINERD, _K3S = "/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock"
_CRIO = "/run/crio/crio.sock"
_CRI = ("crictl", "--runtime-endpoint", f"unix://{_CRIO}", "images", "--output", "json")
_NAMES = "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}"
_DOCKER = ("docker", "images", "--digests", "--format", _NAMES)
# Unit, the socket at which a kubelet asks it, how it lists images. K3s and RKE2 share a socket.
RUNTIMES = (
    ("docker", "/run/cri-dockerd.sock", _DOCKER),
    ("docker", "/run/dockershim.sock", _DOCKER),
    ("crio", _CRIO, _CRI),
    ("k3s", _K3S, ("k3s", "ctr", *_LIST)),
    ("rke2-server", _K3S, ("/var/lib/rancher/rke2/bin/ctr", "--address", _K3S, *_LIST)),
    ("containerd", _CONTAINERD, ("ctr", *_LIST)),
)


@dataclasses.dataclass(frozen=True)
class Store:
    """The runtime of a host and its images; silent is why it could not be asked for them.

    Without a runtime nothing is stored, and nothing is unknown.
    """

    runtime: str = ""
    images: frozenset[str] = frozenset()
    silent: str = ""

    def has(self, image: str) -> bool:
        """Tell whether an image is there."""
        return bool(references.parse(image).stored & self.images)


def look(system: System) -> Store:
    """Return what the host's container runtime has."""
    there = [row for row in RUNTIMES if system.path(row[1]).exists()]
    said = ""
    for unit, _socket, command in there:
        done = system.ask(*command, limit=LIMIT)
        if not done.returncode:
            return Store(unit, _names(done.stdout))
        words = " ".join(done.stderr.split())[:_SHOWN] or "it said nothing"
        if not said or done.returncode != _NO_PROGRAM:
            said = f"{unit} could not be asked for its images: {words}"
    return Store(there[0][0] if there else "", silent=said)


def archived(system: System, folders: Sequence[str]) -> frozenset[str]:
    """Return the images in archives that are to be imported here.

    An archive that cannot be read brings none; whoever imports it says why.
    """
    found: set[str] = set()
    for folder in folders:
        for path in sorted(system.path(folder).glob("*.tar")):
            with contextlib.suppress(ClientError, OSError):
                found |= _whole(images.read_archive(path).images)
    return frozenset(found)


def _names(text: str) -> frozenset[str]:
    """Return the full names in what a runtime printed, one or more a line, or as JSON."""
    if text.lstrip().startswith("{"):
        rows = json.loads(text).get("images") or ()
        listed = [name for row in rows for key in ("repoTags", "repoDigests")
                  for name in row.get(key) or ()]  # fmt: skip
    else:
        listed = text.split()
    return _whole(listed)


def _whole(names: Iterable[str]) -> frozenset[str]:
    """Return names with registry and tag; those that only Docker knows have none."""
    known = [name for name in names if not re.search(r"<none>|^sha256:", name)]
    return frozenset(name for each in known for name in references.parse(each).stored)
