# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Can a pool be written to on so many hosts, and what does it survive. Pure arithmetic.

The formula was measured against Ceph 16.2, 18.2 and 20.2 in 48 cells (8 layouts on 1 to 6 hosts).
Before Nautilus, the Ceph of Rook 0.9, a pool of chunks wanted one more than its data even when that
was all of them; until 1.1 Rook told Ceph to write a single copy.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._eras import Version
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Layout


@dataclasses.dataclass(frozen=True)
class Placement:
    """How a layout lies on a number of failure domains.

    need is how many pieces hold the data, least how many Ceph wants before it writes.
    """

    size: int
    need: int
    least: int
    domains: int

    @property
    def placed(self) -> int:
        """Return how many pieces find a place, one in each failure domain."""
        return min(self.size, self.domains)

    @property
    def clean(self) -> bool:
        """Tell whether every piece has a place; otherwise the pool is undersized for ever."""
        return self.placed == self.size

    @property
    def writable(self) -> bool:
        """Tell whether Ceph accepts writes."""
        return self.placed >= self.least

    @property
    def survives_one(self) -> bool:
        """Tell whether writing goes on when one failure domain is lost."""
        return self.placed - 1 >= self.least

    @property
    def keeps_data(self) -> bool:
        """Tell whether the data can still be read together when one failure domain is lost."""
        return self.placed - 1 >= self.need

    @property
    def writable_after_out(self) -> bool:
        """Tell whether Ceph accepts writes when the lost domain has been marked out."""
        return min(self.size, self.domains - 1) >= self.least and self.keeps_data

    @property
    def heals(self) -> bool:
        """Tell whether every piece finds a place again after one failure domain is lost."""
        return self.domains > self.size


# The first releases of Rook with Nautilus, and without a rule of its own for single copies.
_NAUTILUS, _SAFE = (1, 0), (1, 2)


def placement(layout: Layout, domains: int, release: Version = ()) -> Placement:
    """Return how a layout lies on so many failure domains; without a release, in the newest."""
    if layout.erasure is None:
        copies = layout.size
        least = 1 if release and release < _SAFE else copies - copies // 2
        return Placement(copies, 1, least, domains)
    data, coding = layout.erasure.data_chunks, layout.erasure.coding_chunks
    more = min(1, coding if release and release < _NAUTILUS else coding - 1)
    return Placement(data + coding, data, data + more, domains)
