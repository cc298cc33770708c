# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What doing a step asks of the outside: requests, and waits for a state. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Generator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

Live = Mapping[str, t.Any]


class Request(t.NamedTuple):
    """One request. accept are statuses that mean that it is done already.

    Of one that is not again nobody knows, when no answer comes, whether it was done.
    """

    method: str
    service: str
    path: str
    target: str
    body: t.Any = None
    accept: tuple[int, ...] = ()
    again: bool = True


class UnsureError(ClientError):
    """No answer came, so nobody knows whether it was done."""


class Standing(t.NamedTuple):
    """How something stands: done, or why not yet, or why never."""

    outcome: str
    reason: str = ""


class Until(t.NamedTuple):
    """A wait for one thing of a kind, judged by each look at the kind's list.

    end says that it waits for a thing to be gone, which a list without states tells as well. now
    says that what it waits for has happened, and only has to be looked at: that is done once for
    all, when nothing is to be gone any more.
    """

    kind: str
    uid: str
    target: str
    judge: Callable[[Live | None], Standing]
    end: bool = False
    now: bool = False


class Look(t.NamedTuple):
    """A fresh look at the list of a kind."""

    kind: str


# What a step is made of: it yields what it asks for, is sent the answer, and returns what is there.
Ask = Request | Until | Look
Action = Generator[Ask, t.Any, Sequence[Live]]
