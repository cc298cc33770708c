# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model is a plain dictionary, of which Ansible does not know what is secret."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.modules import rook_preflight
from onsite import run_module
from wholesite import MODEL


@pytest.mark.parametrize("length", [1, 8])
def test_a_password_in_an_address_of_the_wrong_form_is_not_quoted(
    capsys: pytest.CaptureFixture[str], length: int
) -> None:
    kafka = {"uri": [f"kafka://me:{'TOP-SECRET' * length}@broker"]}
    topics = [{"name": "a", "store": "objects", "kafka": kafka}]
    model = {"site": "store1", **MODEL, "bucket_topics": topics}
    found = run_module(capsys, rook_preflight, False, model=model)
    assert found["failed"] and "kafka.uri: ['kafka://me:(hidden)@broker'] is a list" in found["msg"]
    assert "TOP-SECRET" not in str(found)


def test_a_call_that_ansible_itself_refuses_does_not_show_the_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    topics = [{"name": "a", "store": "objects", "amqp": {"uri": "amqp://me:TOP-SECRET@broker"}}]
    model = {"site": "store1", **MODEL, "bucket_topics": topics}
    found = run_module(capsys, rook_preflight, False, model=model, modle=model)
    assert found["failed"] and "Unsupported parameters" in found["msg"]
    assert "TOP-SECRET" not in str(found)
