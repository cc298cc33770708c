# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The users and keys in Rook's CSI secrets."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from cephfscsi.errors import CsiError

_USER = re.compile(r"[^\s\[\]]+")
_KEY = re.compile(r"[A-Za-z0-9+/]+=*")


@dataclasses.dataclass(frozen=True)
class Credentials:
    user: str
    key: str = dataclasses.field(repr=False)

    @property
    def keyring(self) -> str:
        return f"[client.{self.user}]\n\tkey = {self.key}\n"


def of_controller(data: t.Mapping[str, str]) -> Credentials:
    """Return who makes volumes."""
    return _pick(data, "admin", "user")


def of_node(data: t.Mapping[str, str]) -> Credentials:
    """Return who mounts volumes."""
    return _pick(data, "user", "admin")


def _pick(data: t.Mapping[str, str], *kinds: str) -> Credentials:
    for kind in kinds:
        user, key = data.get(f"{kind}ID", "").strip(), data.get(f"{kind}Key", "").strip()
        if not user or not key:
            continue
        if not _USER.fullmatch(user) or not _KEY.fullmatch(key):
            raise CsiError(
                "INVALID_ARGUMENT", f"the secret's {kind}ID or {kind}Key is not a Ceph user or key"
            )
        return Credentials(user, key)
    wanted = " or ".join(f"{kind}ID and {kind}Key" for kind in kinds)
    raise CsiError("INVALID_ARGUMENT", f"the secret has no {wanted}")
