# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images an archive holds is read from its index, or it is refused by name."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import images

NAME = "io.containerd.image.name"


def test_names_and_digests_come_from_the_index() -> None:
    text = f'{{"manifests": [{{"digest": "sha256:1", "annotations": {{"{NAME}": "a:1"}}}}, {{}}]}}'
    assert images.index_images(text, "a.tar") == {"a:1": "sha256:1"}


def test_an_index_without_names_is_refused() -> None:
    with pytest.raises(
        ClientError, match=r"Failed to read image archive a\.tar: .* names no image"
    ):
        images.index_images('{"manifests": [{"digest": "sha256:1"}]}', "a.tar")


def test_what_containerd_lists_is_read_by_its_columns() -> None:
    text = "REF TYPE DIGEST SIZE\na:1 application/x sha256:1 7 MiB linux/amd64 -\n\n"
    assert images.listed_images(text) == {"a:1": "sha256:1"}


@pytest.mark.parametrize("content", [b"", b"not a tar", None])
def test_a_file_that_is_no_image_archive_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.tar"
    if content is None:
        with tarfile.open(path, "w") as tar:
            tar.add(__file__, "manifest.json")
    else:
        path.write_bytes(content)
    with pytest.raises(ClientError, match=r"read image archive .*broken\.tar"):
        images.read_archive(path)
