# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Container images in containerd, from archives in OCI image layout."""

from __future__ import annotations

import dataclasses
import json
import tarfile
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import mounts
from ansible_collections.rookery.rook.plugins.module_utils._host.steps import HostStep
from ansible_collections.rookery.rook.plugins.module_utils._host.system import TOO_LONG

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ansible_collections.rookery.rook.plugins.module_utils._host.record import Record
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_CTR = ("ctr", "--namespace", "k8s.io", "images")
_NAME = "io.containerd.image.name"
_JOURNAL = "Look at `journalctl -u containerd` on this host, and restart it if it hangs"


@dataclasses.dataclass(frozen=True)
class Archive:
    """One archive and the images in it, full name -> digest."""

    path: str
    images: Mapping[str, str]


def index_images(text: str, path: str) -> dict[str, str]:
    """Return name -> digest from an archive's index.json."""
    found = {}
    for item in json.loads(text).get("manifests", []):
        name = (item.get("annotations") or {}).get(_NAME)
        if name:
            found[name] = item["digest"]
    if not found:
        raise ClientError(
            "read image archive", path,
            f"its index.json names no image by the annotation {_NAME}. Make it anew with an OCI "
            "tool that writes it",
        )  # fmt: skip
    return found


def listed_images(text: str) -> dict[str, str]:
    """Return name -> digest from the table that `ctr images list` prints."""
    rows = (line.split() for line in text.splitlines()[1:])
    return {row[0]: row[2] for row in rows if len(row) > 2}


def read_archive(path: Path) -> Archive:
    """Read which images an archive holds; index.json is its first member, so this is quick."""
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                if member.name.lstrip("./") == "index.json":
                    file = tar.extractfile(member)
                    text = file.read().decode() if file else ""
                    return Archive(str(path), index_images(text, str(path)))
    except (tarfile.TarError, ValueError) as problem:
        raise ClientError("read image archive", str(path), str(problem)) from problem
    raise ClientError(
        "read image archive", str(path),
        "it has no index.json, so it is no OCI image layout. Save the image in that form",
    )  # fmt: skip


def missing_archives(system: System, folders: Sequence[str]) -> list[Archive]:
    """Return the archives with an image that containerd does not have with that digest."""
    for folder in folders:
        mounts.must_answer(system, folder)
    paths = sorted(path for folder in folders for path in system.path(folder).glob("*.tar"))
    if not paths:
        return []
    listed = system.ask(*_CTR, "list")
    # One that is not there yet has none.
    if listed.returncode == TOO_LONG:
        raise ClientError("list the images of", "containerd", f"{listed.stderr}. {_JOURNAL}")
    present = listed_images(listed.stdout)
    archives = [read_archive(path) for path in paths]
    return [
        archive
        for archive in archives
        if any(present.get(name) != digest for name, digest in archive.images.items())
    ]


def plan_images(system: System, record: Record, folders: Sequence[str]) -> Iterator[HostStep]:
    """Yield a step for each archive that is to be imported."""
    for archive in missing_archives(system, folders):

        def load(archive: Archive = archive) -> None:
            record.note("images", dict.fromkeys(archive.images))
            cure = "Check that containerd runs and that its disk has space"
            system.run(
                "import image archive", archive.path, [*_CTR, "import", archive.path],
                cure=cure, limit=system.LONG,
            )  # fmt: skip

        names = ", ".join(archive.images)
        yield HostStep(f"Image/{names}", "create", "not in containerd", load, "", names)


def plan_image_removal(system: System, record: Record) -> Iterator[HostStep]:
    """Yield a step for the images that were imported here, while there is a containerd."""
    names = sorted(record.section("images"))
    if not names:
        return

    def remove() -> None:
        if system.ask("systemctl", "is-active", "--quiet", "containerd").returncode == 0:
            system.run("remove images", ", ".join(names), [*_CTR, "remove", *names])
        for name in names:
            record.forget("images", name)

    yield HostStep(
        f"Image/{','.join(names)}", "delete", "imported by this role", remove, "\n".join(names)
    )
