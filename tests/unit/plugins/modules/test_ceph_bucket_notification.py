# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What buckets tell to a topic: made, kept, guarded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import ceph_bucket_notification
from onsite import Onsite, quartet

OPTIONS = {"name": "puts", "topic": "news", "events": ["s3:ObjectCreated:Put"]}


@pytest.fixture(name="onsite")
def _onsite(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Onsite:
    return Onsite(ceph_bucket_notification, OPTIONS, capsys, monkeypatch, tmp_path)


def test_it_is_made_once_and_removed_once(onsite: Onsite) -> None:
    quartet(onsite, "CephBucketNotification/rook-ceph/puts", confirm=False)


def test_filters_are_compared_by_name_not_by_place(onsite: Onsite) -> None:
    first = {"name": "prefix", "value": "a"}
    second = {"name": "suffix", "value": ".png"}
    onsite(filter={"keyFilters": [first, second]})
    changed = onsite(filter={"keyFilters": [first, {**second, "value": ".jpg"}]})
    (update,) = [step for step in changed["plan"] if step["op"] == "update"]
    assert update["changes"] == [
        {"path": "spec.filter.keyFilters[suffix].value", "old": ".png", "new": ".jpg"}
    ]
