# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What Rook makes of a host directory's path, and when that fails. Pure.

Releases that had directories made a Kubernetes volume name of each; the rules changed three times.
"""

from __future__ import annotations

import hashlib
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    error,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

_LONGEST = 63
_OWN_VOLUMES = frozenset({"rook-data", "devices", "rook-config-override"})


def volume_name(path: str, release: tuple[int, ...]) -> str:
    """Return the name of a directory's volume as a Rook release of old makes it."""
    if release >= (1, 0):
        name = re.sub(r"[^a-z0-9]", "-", path.lower()).removeprefix("-").removesuffix("-")
        if len(name) > _LONGEST:
            digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:8]
            name = f"{name[:25]}---{name[-25:]}-{digest}"
        return name
    name = path.replace("/", "-")
    name = name.replace("_", "-") if release >= (0, 9) else name
    return name.removeprefix("-").removesuffix("-")


def directory_findings(
    host: str, paths: Sequence[str], release: tuple[int, ...]
) -> Iterator[Finding]:
    """Yield directories whose volumes would be refused or be one and the same (NAME-01)."""
    seen: dict[str, str] = {}
    for place, path in enumerate(paths):
        name = volume_name(path, release)
        where = f"hosts.{host}.directories[{place}]"
        cure = "Choose a path of lower-case letters, digits and single hyphens, or a link to it."
        if len(name) > _LONGEST or not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name):
            reason = f"its volume would be named '{name}', which Kubernetes refuses"
            yield error("NAME-01", where, path, reason, cure)
        elif name in _OWN_VOLUMES:
            reason = f"its volume would be named '{name}', which Rook uses itself"
            yield error("NAME-01", where, path, reason, cure)
        elif seen.setdefault(name, path) != path:
            reason = f"its volume would be named '{name}', as that of {seen[name]}"
            yield error("NAME-01", where, path, reason, cure)


def volume_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield the directories of all hosts whose volumes Kubernetes would not take (NAME-01)."""
    for host in site.storage_hosts:
        yield from directory_findings(host.name, host.directories, site.release)
