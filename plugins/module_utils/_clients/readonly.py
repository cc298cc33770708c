# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""A client that cannot write: what check mode, plans and information are given."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
        Kube,
        Object,
        Ref,
    )

READS = frozenset({"serves", "get", "list", "watch", "logs", "events"})


class ReadOnly:
    """Passes reads and dry runs on, and raises on everything that would change something."""

    def __init__(self, client: Kube) -> None:
        self._client = client

    def __getattr__(self, name: str) -> t.Any:
        if name in READS:
            return getattr(self._client, name)
        return _refusal(name)

    def apply(self, manifest: Object, dry_run: bool = False) -> Object:
        """Pass a dry run on."""
        return self._client.apply(manifest, True) if dry_run else _refusal("apply")(manifest)

    def create(self, manifest: Object, dry_run: bool = False) -> Object:
        """Pass a dry run on."""
        return self._client.create(manifest, True) if dry_run else _refusal("create")(manifest)

    def patch(self, ref: Ref, patch: Object, dry_run: bool = False) -> Object:
        """Pass a dry run on."""
        return self._client.patch(ref, patch, True) if dry_run else _refusal("patch")(ref)


def _refusal(name: str) -> t.Callable[..., t.NoReturn]:
    """Return a method that raises; reaching it is a fault of this collection."""

    def refuse(*args: t.Any, **_kwargs: t.Any) -> t.NoReturn:
        raise RookeryError(
            f"Refused to {name} {args[0] if args else 'something'!r}: this client only reads. "
            "This is a fault of the collection: check mode must not reach this. Please report it."
        )

    return refuse
