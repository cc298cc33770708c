# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Names of container images: which registry, which repository, which tag or digest."""

from __future__ import annotations

import dataclasses

_HUB = "docker.io"
_HUBS = (_HUB, "index.docker.io")


@dataclasses.dataclass(frozen=True)
class Reference:
    """An image as everybody who stores or serves it knows it."""

    host: str
    name: str
    tag: str
    digest: str

    @property
    def version(self) -> str:
        """Return what registries are asked for: the digest, or the tag where there is none."""
        return self.digest or self.tag

    @property
    def stored(self) -> frozenset[str]:
        """Return the names under which a container runtime may have it."""
        place = f"{self.host}/{self.name}"
        tagged = f"{place}:{self.tag}"
        if not self.digest:
            return frozenset({tagged})
        return frozenset({f"{place}@{self.digest}", f"{tagged}@{self.digest}"})


def parse(image: str) -> Reference:
    """Return what an image's name means; short names are those of Docker Hub."""
    rest, _at, digest = image.partition("@")
    first, slash, tail = rest.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    host, path = (first, tail) if named else (_HUB, rest)
    name, _colon, tag = path.partition(":")
    if host in _HUBS:
        host, name = _HUB, name if "/" in name else f"library/{name}"
    return Reference(host, name, tag or ("" if digest else "latest"), digest)
