# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes that no server has, or that Nova and Cinder do not agree on, go, or are told."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._cloud import marks
from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import (
    Action,
    Ask,
    Request,
    Until,
)
from ansible_collections.rookery.rook.plugins.module_utils._cloud.removal import remove
from ansible_collections.rookery.rook.plugins.module_utils._cloud.sight import Sight
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

Thing = dict[str, t.Any]
HELD: Thing = {
    "id": "v", "name": "v", "status": "in-use", "size": 1,
    "metadata": marks.metadata_mark("store1", "volume/v"),
    "attachments": [{"server_id": "dead", "attachment_id": "a"}],
}  # fmt: skip


def refused(status: int) -> ClientError:
    return ClientError("delete", "volume/v", "refused", status)


def taking(target: str) -> tuple[Action, Ask]:
    """Return a removal that has just asked to take our volume from a server."""
    action = remove("store1", target, HELD, Sight({"volume": [HELD]}))
    ask = action.send(None)
    if target == "volume/v":
        assert isinstance(action.throw(refused(400)), Until)
        ask = action.send(HELD)
    return action, ask


@pytest.mark.parametrize("target", ["volume/v", "attachment/dead"])
def test_a_volume_is_taken_from_a_server_that_is_gone_and_of_which_cinder_was_not_told(
    target: str,
) -> None:
    action, ask = taking(target)
    assert isinstance(ask, Request) and ask.path == "/servers/dead/os-volume_attachments/v"
    ask = action.throw(refused(404))
    assert isinstance(ask, Request) and 404 in ask.accept
    assert (ask.method, ask.service, ask.path) == ("DELETE", "block-storage", "/attachments/a")


@pytest.mark.parametrize("target", ["volume/v", "attachment/dead"])
def test_from_a_server_whose_cell_does_not_answer_no_volume_is_taken(target: str) -> None:
    action, _ask = taking(target)
    with pytest.raises(ClientError, match="refused"):
        action.throw(refused(500))


def test_what_is_offered_to_another_project_is_not_waited_for() -> None:
    action = remove("store1", "volume/v", HELD, Sight())
    action.send(None)
    wait = action.throw(refused(400))
    assert isinstance(wait, Until)
    standing = wait.judge({**HELD, "status": "awaiting-transfer", "attachments": []})
    assert standing.outcome == "failed" and "have that taken back" in standing.reason


BOOT: Thing = {**HELD, "id": "b", "metadata": marks.along_mark("store1", "server/s")}
SERVER: Thing = {
    "id": "dead", "name": "s", "status": "ACTIVE",
    "os-extended-volumes:volumes_attached": [{"id": "b", "delete_on_termination": True}],
}  # fmt: skip


def ended(volume: Thing, known: bool) -> list[str]:
    """Return what is asked for after the end of a server with a volume that is still there."""
    found: list[str] = []
    action = remove("store1", "server/s", SERVER, Sight({"volume": [volume]}))
    ask: Ask = action.send(None)
    while not (isinstance(ask, Until) and ask.kind == "volume"):
        is_question = isinstance(ask, Request) and ask.method == "GET"
        ask = action.send({"metadata": {}} if is_question and known else None)
    answer: t.Any = volume
    while True:
        try:
            ask = action.send(answer)
        except StopIteration:
            return found
        kept = known and isinstance(ask, Request) and ask.method == "GET"
        answer = {"metadata": {}} if kept else None
        found.append(f"{ask.method} {ask.path}" if isinstance(ask, Request) else "wait")


def test_a_volume_goes_after_its_server_that_nova_knows_no_more() -> None:
    question = "GET /servers/dead/metadata"
    assert ended(BOOT, known=False) == [question, "DELETE /volumes/b", "wait"]
    assert ended({**BOOT, "status": "available", "attachments": []}, known=False) == [
        "DELETE /volumes/b", "wait",
    ]  # fmt: skip


def test_a_volume_stays_with_a_server_that_the_cloud_keeps_for_a_while() -> None:
    assert ended(BOOT, known=True) == ["GET /servers/dead/metadata"]


def test_a_volume_that_has_a_step_of_its_own_is_left_to_that() -> None:
    assert ended({**BOOT, "metadata": HELD["metadata"]}, known=False) == []
