# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The API of a cluster that is not there yet: nothing exists, and nothing can be written."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Listing

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Object,
        Ref,
    )


class NoCluster:
    """Answers every read with nothing. It is given to read-only work alone."""

    def serves(self, _api_version: str, _kind: str, *, soon: bool = False) -> bool:
        """No kind is known."""
        return False

    def get(self, _ref: Ref) -> Object | None:
        """No object exists."""
        return None

    def list(self, *_where: t.Any) -> Listing:
        """No collection has objects."""
        return Listing((), "")

    def events(self, _namespace: str, _uid: str) -> tuple[Object, ...]:
        """Nothing has happened."""
        return ()
