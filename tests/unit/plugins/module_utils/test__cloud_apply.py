# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No wait is forgotten."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _cloud_apply
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Standing,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.kinds import kind_of
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Found, Sight
from ansible_collections.rookery.rook.plugins.module_utils._cloud_apply import Doer
from ansible_collections.rookery.rook.plugins.module_utils._plan_types import Plan, Step

# A loop that goes round without end asks for the time more often than any that waits.
LOOKS = 5000


def doer(cloud: t.Any, clock: t.Callable[[], float] = time.monotonic) -> Doer:
    return Doer(cloud, {}, Found(), Sight(), 60, lambda _text: None, clock)


def test_a_wait_that_follows_on_another_is_looked_after(monkeypatch: pytest.MonkeyPatch) -> None:
    first, looks = threading.Event(), iter(range(LOOKS))

    def wait(kind: str) -> t.Iterator[t.Any]:
        yield Until(kind, kind, kind, lambda live: Standing("ready" if live else "waiting"))

    def action(_doer: Doer, steps: t.Sequence[Step]) -> t.Iterator[t.Any]:
        if kind_of(steps[0].target) == "volume":
            yield from wait("volume")
            first.set()
            return []
        yield from wait("server")
        yield from wait("volume")
        return []

    def refresh(_cloud: t.Any, kind: str) -> list[dict[str, str]]:
        # The look at servers comes back right after the other wait has ended.
        assert kind != "server" or first.wait(10)
        return [{"id": kind}]

    def clock() -> float:
        assert next(looks, None) is not None, "it goes round without end"
        return time.monotonic()

    monkeypatch.setattr(_cloud_apply, "FIRST", 0.01)
    monkeypatch.setattr(_cloud_apply, "refresh", refresh)
    monkeypatch.setattr(Doer, "_action", action)
    steps = [
        Step(f"create {each}", "create", each, "openstack") for each in ("server/a", "volume/b")
    ]
    done = doer(None, clock).run(Plan("s", "present", tuple(steps), ""))
    assert sorted(done.done) == ["create server/a", "create volume/b"]
