# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings in which runtimes are told of registries are read as a whole reader reads them."""

from __future__ import annotations

import tomllib

from ansible_collections.rookery.rook.plugins.module_utils._host.toml import tables

TEXT = r"""
# a comment with a [bracket] and a "quote
server = "https://docker.io"   # behind a value
version = 2
[host."https://mirror.example.org:5000/a#b"]
  capabilities = ["pull", 'resolve']
  skip_verify = true
  ca = [
    "one.pem",  # the first
    "two \"quoted\".pem",
  ]
[host."https://mirror.example.org:5000/a#b".header]
  x-custom = ["1"]
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."quay.io"]
endpoint = []
[[registry]]
prefix = '*.example.org'
[[registry.mirror]]
location = "here"
insecure = false
"""


def test_tables_are_those_that_a_whole_reader_finds() -> None:
    whole = tomllib.loads(TEXT)
    found = tables(TEXT)
    mirror = "https://mirror.example.org:5000/a#b"
    header = whole["host"][mirror].pop("header")
    row = whole["registry"][0]
    assert found == [
        ((), {"server": whole["server"], "version": "2"}),
        (("host", mirror), whole["host"][mirror]),
        (("host", mirror, "header"), header),
        (
            ("plugins", "io.containerd.grpc.v1.cri", "registry", "mirrors", "quay.io"),
            {"endpoint": []},
        ),
        (("registry",), {"prefix": row["prefix"]}),
        (("registry", "mirror"), row["mirror"][0]),
    ]


def test_what_is_no_toml_is_read_without_a_fault() -> None:
    for text in ("", "[", "= x", "a", '["', 'x = "', "[[[]", "a = [\n[b]\n"):
        assert isinstance(tables(text), list)
