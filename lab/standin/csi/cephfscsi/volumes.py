# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes as claims ask for them and as the driver makes them."""

from __future__ import annotations

import dataclasses
import typing as t

# Parameters of a class that are meant for the provisioner, not for the driver.
RESERVED = "csi.storage.k8s.io/"


@dataclasses.dataclass(frozen=True)
class Wish:
    """What a claim asks for."""

    name: str
    size: int
    access_modes: tuple[str, ...]
    mount_flags: tuple[str, ...]
    parameters: t.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Volume:
    handle: str
    size: int
    attributes: t.Mapping[str, str]


class CallError(Exception):
    """A call of the driver failed; the text is what a sidecar would write."""


class Calls(t.Protocol):
    """The driver's Controller service, as the loops use it."""

    def create(self, wish: Wish, secrets: t.Mapping[str, str]) -> Volume: ...

    def delete(self, handle: str, secrets: t.Mapping[str, str]) -> None: ...

    def expand(self, handle: str, size: int, secrets: t.Mapping[str, str]) -> int: ...
