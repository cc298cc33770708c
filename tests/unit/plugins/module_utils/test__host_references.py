# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image's name means one place, in whatever form it is written."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host.references import Reference, parse


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("quay.io/ceph/ceph:v19", ("quay.io", "ceph/ceph", "v19", "")),
        ("rook/ceph:v1.9.13", ("docker.io", "rook/ceph", "v1.9.13", "")),
        ("index.docker.io/busybox", ("docker.io", "library/busybox", "latest", "")),
        ("busybox", ("docker.io", "library/busybox", "latest", "")),
        ("registry.example.org:5000/a/b/c:1", ("registry.example.org:5000", "a/b/c", "1", "")),
        ("localhost/a@sha256:12", ("localhost", "a", "", "sha256:12")),
        ("quay.io/a/b:1@sha256:12", ("quay.io", "a/b", "1", "sha256:12")),
    ],
)
def test_a_name_is_taken_apart(image: str, parts: tuple[str, str, str, str]) -> None:
    assert parse(image) == Reference(*parts)


def test_with_a_digest_the_tag_alone_is_not_the_image() -> None:
    wanted = parse("quay.io/a/b:1@sha256:12")
    assert wanted.version == "sha256:12"
    assert wanted.stored == {"quay.io/a/b@sha256:12", "quay.io/a/b:1@sha256:12"}
    assert parse("a:1").stored == {"docker.io/library/a:1"}
