# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of URLs the passwords are hidden, wherever they are, and nothing else."""

from __future__ import annotations

import time
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
    ("value", "wanted"),
    [
        # A registry's token is longer than what people think of.
        (f"https://AWS:{'S3CRET' * 400}@ecr/v2", "https://AWS:(hidden)@ecr/v2"),
        (
            "https://me@corp.example:S3CRET@proxy:3128",
            "https://me@corp.example:(hidden)@proxy:3128",
        ),
        # Go's programs, as containerd, take a proxy without a scheme for one of HTTP.
        ('"HTTPS_PROXY=me:S3CRET@proxy:3128"', '"HTTPS_PROXY=me:(hidden)@proxy:3128"'),
        ("http_proxy='me:S3CRET@proxy'", "http_proxy='me:(hidden)@proxy'"),
        ("http_proxy=http://me:S3CRET@proxy", "http_proxy=http://me:(hidden)@proxy"),
        ("https://me:1234,S3CRET@host", "https://me:(hidden)@host"),
        ("https://me:1234'S3CRET@host", "https://me:(hidden)@host"),
        ('https://me:S3@CR"ET@host', "https://me:(hidden)@host"),
    ],
)
def test_passwords_and_users_of_unusual_forms_are_known(value: str, wanted: str) -> None:
    assert without_passwords(value) == wanted
    assert without_passwords(wanted) == wanted


@pytest.mark.parametrize("text", ['"a":"oci://registry:tag",', "oci://registry:tag,", "://a"])
def test_a_long_line_takes_no_time(text: str) -> None:
    began, line = time.monotonic(), text * 5_000
    assert without_passwords(line) == line
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "value",
    [
        "http://host:80/a",
        "kafka://b1:9092,b2:9092/a@b",
        "http://me@host:80/a@b",
        "['http://host:80','a@b']",
        "https_proxy=http://proxy:3128/ a@b",
        "no_proxy=.example,10.0.0.1",
        "oci://host:80/a@sha256:0",
        "amqp://me@broker",
        "quay.io:5000/a@sha256:0",
        7,
        None,
    ],
)
def test_everything_else_stays(value: t.Any) -> None:
    assert without_passwords(value) == value
