# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of steps is told in a message that people can read, however many there are."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._applied import Applied, ApplyError
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError, WaitTimeout


def message(failed: int, blocked: int) -> list[str]:
    applied = Applied(
        failed={f"f{number}": RookeryError("no") for number in range(failed)},
        blocked=[f"b{number}" for number in range(blocked)],
    )
    return str(ApplyError(applied, changed=False)).splitlines()


def test_a_few_steps_are_all_told() -> None:
    assert message(2, 2) == [
        "f0: no", "f1: no", "Not done, because it needs the above: b0, b1.", "Nothing was changed.",
    ]  # fmt: skip
    assert not any("more" in line for line in message(ApplyError.SHOWN, ApplyError.SHOWN))


def test_of_many_the_first_are_told_and_how_many_more_there_are() -> None:
    lines = message(1000, 21)
    assert lines[19:21] == ["f19: no", "and 980 more steps failed"]
    assert lines[21].endswith("b18, b19, and 1 more.") and len(lines) == 23


def test_what_waited_to_its_limit_names_the_limit_once() -> None:
    ended = {name: WaitTimeout({name: "it is not there yet"}, 600) for name in ("a", "b")}
    lines = str(ApplyError(Applied(failed={**ended}), changed=True)).splitlines()
    assert lines[-2:] == [
        "If it only takes longer, raise wait_timeout (in a role its own variable, such as "
        "rook_cluster_wait_timeout).",
        "What was done before stays; run again to go on from there.",
    ]
    assert str(lines).count("wait_timeout (") == 1
    assert not any("wait_timeout" in line for line in message(1, 1))
