# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Whether a host has images, or who would give them to it."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._host import (
    mirrors,
    references,
    registry,
    stores,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

# A registry is asked, then who gives its tokens, then the registry again.
_TURNS = 3


def find(
    system: System, images: Sequence[str], archives: Sequence[str], patience: float
) -> dict[str, t.Any]:
    """Return the host's container runtime and what is known of each image, as rules take it."""
    store, coming = stores.look(system), stores.archived(system, archives)
    found: dict[str, registry.Told] = {}
    for image in images:
        if store.has(image):
            found[image] = registry.Told(registry.PRESENT)
        elif references.parse(image).stored & coming:
            found[image] = registry.Told(registry.ARCHIVED)
    rest = [image for image in images if image not in found]
    if rest:
        found |= registry.ask_all(rest, _asker(system, store, patience), _TURNS * patience)
    return {"runtime": store.runtime, "images": {name: _shown(found[name]) for name in images}}


def _asker(system: System, store: stores.Store, patience: float) -> Callable[[str], registry.Told]:
    """Return what asks for an image where the runtime would."""
    proxies = mirrors.proxies(system, store.runtime, os.environ)
    asker = registry.Asker(system, proxies, patience)

    def ask(image: str) -> registry.Told:
        wanted = references.parse(image)
        told = asker.ask(wanted, mirrors.endpoints(system, store.runtime, wanted))
        if store.silent and told.state in (registry.MISSING, registry.UNREACHABLE):
            return registry.Told(registry.UNKNOWN, f"{store.silent}; {told.reason}")
        return told

    return ask


def _shown(told: registry.Told) -> dict[str, str]:
    """Return what was found in the form of facts; what was not decided has no state."""
    state = {"state": told.state} if told.state else {}
    return {**state, "reason": told.reason}
