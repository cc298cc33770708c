# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Which images a site's pods are made of, as far as model and upstream's files tell. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._kinds import at
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import is_external, uses_csi

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Manifest

# What Rook has beside every CSI driver that it starts. Upstream's files name the usual images in
# comments, from which its list of images is made, too.
_CSI = ("CEPH", "REGISTRAR", "PROVISIONER", "SNAPSHOTTER", "ATTACHER", "RESIZER")
_NAMED = re.compile(
    r"\b(ROOK_CSI_[A-Z]+_IMAGE)\b[\"']?\s*(?:#\s*value)?:?\s*[\"']?([\w.:/@-]+/[\w.:/@-]+)"
)
_OPERATOR = re.compile(r"\brook/(?:ceph|rook):v?(\d+\.\d+\.\d+)(?:@|$)")
# From 1.20 on, and whose addons start only where they are asked for.
_SET, _ADDONS = "image-set", "addons"


@dataclasses.dataclass(frozen=True)
class Images:
    """The images that are known, each once, and why not all are; nothing when all are."""

    names: tuple[str, ...]
    lacking: str = ""

    @property
    def release(self) -> str | None:
        """Return the release of the operator, as far as the name of its image tells it."""
        found = (_OPERATOR.search(name) for name in self.names)
        return next((match[1] for match in found if match), None)


def site_images(site: Site, upstream: Iterable[Manifest], text: str) -> Images:
    """Return the images of operator, Ceph and CSI; text is that of the files, with its comments."""
    objects = list(upstream)
    own = [image for item in objects for image in _containers(item)]
    csi = [*_csi(site, objects, text)] if uses_csi(site) else []
    ceph = site.cluster.ceph_image or _eras.era(site.version).ceph_image
    names = [*own, *([] if is_external(site) or not ceph else [ceph]), *csi]
    lacking = "they name no image of an operator" if not own else ""
    if uses_csi(site) and not csi:
        lacking = lacking or "they name no image of a CSI driver"
    return Images(tuple(dict.fromkeys(names)), lacking)


def _containers(item: Manifest) -> Iterator[str]:
    """Yield the images of the pods that an object makes."""
    pod = at(item, "spec.template.spec") or {}
    for container in (*(pod.get("initContainers") or ()), *(pod.get("containers") or ())):
        if container.get("image"):
            yield str(container["image"])


def _csi(site: Site, objects: list[Manifest], text: str) -> Iterator[str]:
    """Yield the images of the CSI drivers: those that are set, or else the usual ones."""
    for item in objects:
        if item.get("kind") == "ConfigMap" and _SET in str(at(item, "metadata.name")):
            yield from (str(image) for role, image in (item.get("data") or {}).items()
                        if role != _ADDONS)  # fmt: skip
    told: dict[str, t.Any] = dict(reversed(_NAMED.findall(text)))
    for item in objects:
        if item.get("kind") == "ConfigMap":
            told |= item.get("data") or {}
    told |= site.operator.config
    for part in _CSI:
        if told.get(f"ROOK_CSI_{part}_IMAGE"):
            yield str(told[f"ROOK_CSI_{part}_IMAGE"])
