# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of URLs the passwords are hidden, wherever they are, and nothing else."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._urls import without_passwords

SECRET = "amqp://me:S3CRET@broker:5672/x"
TOLD = "amqp://me:(hidden)@broker:5672/x"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (SECRET, TOLD),
        (f"uri {SECRET!r}, and {SECRET}", f"uri {TOLD!r}, and {TOLD}"),
        ({"a": [{"b": SECRET}], SECRET: (SECRET, 1)}, {"a": [{"b": TOLD}], TOLD: [TOLD, 1]}),
    ],
)
def test_passwords_are_hidden_at_any_depth(value: t.Any, wanted: t.Any) -> None:
    assert without_passwords(value) == wanted
    assert without_passwords(wanted) == wanted


@pytest.mark.parametrize(
    "value",
    [
        "http://host:80/a",
        "oci://host:80/a@sha256:0",
        "amqp://me@broker",
        "quay.io:5000/a@sha256:0",
        7,
        None,
    ],
)
def test_everything_else_stays(value: t.Any) -> None:
    assert without_passwords(value) == value
