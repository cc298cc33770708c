# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topic to which buckets tell their news: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_bucket_topic
from onsite import Onsite, quartet

OPTIONS = {"name": "news", "store": "objects", "http": {"uri": "http://listener"}}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_bucket_topic, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephBucketTopic/rook-ceph/news", confirm=False)


def test_an_address_with_a_password_is_not_shown(onsite: Onsite) -> None:
    amqp = {"uri": "amqp://me:TOP-SECRET-VALUE@broker", "exchange": "ceph"}
    made = onsite(http=None, amqp=amqp)
    assert made.get("failed") is None, made["msg"]
    (live,) = [item for item in onsite.kube.objects.values() if item["kind"] == "CephBucketTopic"]
    assert live["spec"]["endpoint"]["amqp"]["uri"] == amqp["uri"]
    assert "TOP-SECRET-VALUE" not in str(made)
    # What Ansible takes out goes as a whole, not only the password in it.
    assert "broker" not in str(made)


def test_it_tells_in_exactly_one_way(onsite: Onsite) -> None:
    refused = onsite(http=None)
    assert refused["failed"] and "Give exactly one of http, amqp, kafka" in refused["msg"]


@pytest.mark.parametrize("user", ["me", "other"])
def test_a_new_password_is_a_change_that_shows_neither_the_old_nor_the_new(
    onsite: Onsite, user: str
) -> None:
    amqp = {"uri": "amqp://me:OLD-SECRET@broker", "exchange": "ceph"}
    onsite(http=None, amqp=amqp)
    changed = onsite(http=None, amqp={**amqp, "uri": f"amqp://{user}:NEW-SECRET@broker"})
    step = changed["plan"][0]
    assert changed["changed"] and step["op"] == "update"
    assert [change["path"] for change in step["changes"]] == ["spec.endpoint.amqp.uri"]
    removed = onsite(state="absent", check=True)
    gone = removed["diff"]["before"]["CephBucketTopic/rook-ceph/news"]
    assert gone["spec"]["endpoint"]["amqp"]["uri"] == f"amqp://{user}:(hidden)@broker"
    assert "-SECRET" not in str((changed, removed))
