# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The things of a site while it is being changed, by which references become ids. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._cloud import kinds
from ansible_collections.rookery.rook.plugins.module_utils._cloud.types import Ref
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Live
    from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Sight


class Known:
    """The things of the site as they are seen or made, by which references become ids."""

    def __init__(self, found: Found, sight: Sight) -> None:
        self._live: dict[str, Live] = dict(found.live)
        self._sight = sight

    def live(self, target: str) -> Live:
        """Return a thing as it was seen last."""
        return self._live[target]

    def all(self) -> Mapping[str, Live]:
        """Return all things by what a plan calls them."""
        return dict(self._live)

    def keep(self, target: str, live: Live) -> None:
        """Take in what was made."""
        self._live[target] = live

    def forget(self, target: str) -> None:
        """Take in that something is gone."""
        self._live.pop(target, None)

    def value(self, value: t.Any) -> t.Any:
        """Return a value with ids for references, at any depth."""
        if isinstance(value, Ref):
            return self._id(value)
        if isinstance(value, Mapping):
            # A member of a load balancer is an address, whatever its port is called.
            return {
                key: self._address(inner)
                if key == "address" and isinstance(inner, Ref)
                else self.value(inner)
                for key, inner in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        return value

    def _id(self, ref: Ref) -> str:
        """Return the id of what a reference means; a load balancer is reached by its port."""
        if ref.kind not in kinds.KINDS:
            return str(self._sight.catalog(ref.kind, ref.name)[0]["id"])
        live = self._live[str(ref)]
        key = "vip_port_id" if ref.kind == "load_balancer" else kinds.KINDS[ref.kind].uid
        return str(live[key])

    def _address(self, ref: Ref) -> str:
        """Return the address of a port."""
        fixed = self._live[str(ref)]["fixed_ips"]
        if not fixed:
            raise RookeryError(
                f"{ref} has no address, so a load balancer cannot reach its server. It was made "
                "before its network had a subnet: remove it, so that it is made again."
            )
        return str(fixed[0]["ip_address"])
