# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write container images as OCI image-layout archives, without a daemon and without a registry.

The same input makes the same bytes: names are sorted, and every date is one. Layers are plain tar
files that are written and hashed in one pass; an archive holds each of them once, however many of
its images share it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import tarfile
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from rooklab.errors import LabError

# 2026-01-01T00:00:00Z, the date of everything.
DATE = 1767225600
_CREATED = "2026-01-01T00:00:00Z"
_PLATFORM = {"architecture": "amd64", "os": "linux"}
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BUFFER = 1 << 20
_OCI = "application/vnd.oci.image"
# A container gets its own; mount points must exist.
_EMPTY = ("dev", "proc", "run", "sys", "tmp")
# Attributes that a program's rights may hang on; others belong to the machine that made the tree.
_ATTRIBUTES = ("security.capability",)


@dataclass(frozen=True)
class Layer:
    """One layer: an uncompressed tar file and what its content is called."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Image:
    """One image of an archive: full references, layers from the lowest, what it runs."""

    names: tuple[str, ...]
    layers: tuple[Layer, ...]
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    user: str = ""
    directory: str = "/"
    labels: t.Mapping[str, str] = field(default_factory=dict)


class _Hashed(io.RawIOBase):
    """A file that knows the checksum of what was written to it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self.sha256 = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: t.Any) -> int:
        self.sha256.update(data)
        self.size += len(data)
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()
        super().close()


Fill = t.Callable[[tarfile.TarFile], None]


def write_layer(path: Path, fill: Fill) -> Layer:
    """Write a layer to a new file; `fill` adds its members."""
    with _Hashed(path) as out:
        with tarfile.open(
            fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=_BUFFER
        ) as tar:
            fill(tar)
        return Layer(path, out.sha256.hexdigest(), out.size)


def tree_layer(path: Path, tree: Path, skip: t.Collection[str] = _EMPTY) -> Layer:
    """Write a directory as a layer: owners, modes, links of both kinds, capabilities.

    Below the directories named in `skip` nothing is taken.
    """
    return write_layer(path, lambda tar: add_tree(tar, tree, skip=skip))


def files_layer(path: Path, files: t.Mapping[str, Path]) -> Layer:
    """Write programs as a layer that belongs to root, with the directories they need and /tmp."""

    def fill(tar: tarfile.TarFile) -> None:
        parents = {str(parent) for name in files for parent in Path(name).parents} - {"."}
        for name in sorted({*parents, *files, "tmp"}):
            member = _member(name, 0o1777 if name == "tmp" else 0o755)
            if name in files:
                _add_content(tar, member, files[name])
            else:
                member.type = tarfile.DIRTYPE
                tar.addfile(member)

    return write_layer(path, fill)


def add_tree(
    tar: tarfile.TarFile,
    tree: Path,
    at: str = "",
    skip: t.Collection[str] = (),
    ours: bool = False,
) -> None:
    """Add all that a directory holds, below the path `at`.

    A tree that is `ours` was made by this machine's user under this machine's umask: in the image
    it is root's, and everybody may read it.
    """
    seen: dict[tuple[int, int], str] = {}
    for relative in _walk(tree, skip):
        path = tree / relative
        state = path.lstat()
        if stat.S_ISSOCK(state.st_mode):
            continue
        member = _member(f"{at}/{relative}".lstrip("/"), stat.S_IMODE(state.st_mode))
        if ours:
            member.mode = 0o755 if member.mode & 0o100 else 0o644
        else:
            member.uid, member.gid = state.st_uid, state.st_gid
        _add(tar, member, path, state, seen)


def _walk(tree: Path, skip: t.Collection[str]) -> t.Iterator[str]:
    """Yield all paths below a directory, each after its parent, in one order everywhere."""
    pending = [""]
    while pending:
        current = pending.pop()
        if current:
            yield current
        path = tree / current
        if (current and path.is_symlink()) or not path.is_dir() or current in skip:
            continue
        names = sorted(os.listdir(path), reverse=True)
        pending += [f"{current}/{name}".lstrip("/") for name in names]


def _member(name: str, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = mode, DATE
    return member


def _add(
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    path: Path,
    state: os.stat_result,
    seen: dict[tuple[int, int], str],
) -> None:
    first = seen.setdefault((state.st_dev, state.st_ino), member.name)
    if stat.S_ISREG(state.st_mode) and first != member.name:
        # Its reader sets the owner again, by which the file would lose its capabilities.
        _add_attributes(member, path)
        member.type, member.linkname = tarfile.LNKTYPE, first
        tar.addfile(member)
    elif stat.S_ISREG(state.st_mode):
        _add_content(tar, member, path)
    elif stat.S_ISLNK(state.st_mode):
        member.type, member.linkname = tarfile.SYMTYPE, os.readlink(path)
        tar.addfile(member)
    elif stat.S_ISDIR(state.st_mode):
        member.type = tarfile.DIRTYPE
        tar.addfile(member)
    else:
        raise LabError(f"{path} is a device or a pipe, which an image has no use for: remove it")


def _add_attributes(member: tarfile.TarInfo, path: Path) -> None:
    present = os.listxattr(path)
    for name in _ATTRIBUTES:
        if name in present:
            value = os.getxattr(path, name).decode("utf-8", "surrogateescape")
            member.pax_headers = {**member.pax_headers, f"SCHILY.xattr.{name}": value}


def _add_content(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    _add_attributes(member, path)
    with path.open("rb") as content:
        member.size = os.fstat(content.fileno()).st_size
        tar.addfile(member, content)


def _blob(data: t.Any) -> tuple[str, bytes]:
    text = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(text).hexdigest(), text


def _descriptor(kind: str, sha256: str, size: int) -> dict[str, t.Any]:
    return {"mediaType": f"{_OCI}.{kind}", "digest": f"sha256:{sha256}", "size": size}


def _config(image: Image) -> dict[str, t.Any]:
    run: dict[str, t.Any] = {"Env": [_PATH, *image.environment], "WorkingDir": image.directory}
    for key, value in (
        ("Entrypoint", list(image.entrypoint)),
        ("Cmd", list(image.command)),
        ("User", image.user),
        ("Labels", dict(image.labels)),
    ):
        if value:
            run[key] = value
    layers = [f"sha256:{layer.sha256}" for layer in image.layers]
    return {
        **_PLATFORM,
        "created": _CREATED,
        "config": run,
        "rootfs": {"type": "layers", "diff_ids": layers},
        "history": [{"created": _CREATED} for _ in layers],
    }


def archive(path: Path, images: t.Sequence[Image]) -> None:
    """Write an archive with all these images.

    The index comes first, so that a reader learns from the first bytes of a large file what is in
    it.
    """
    small: dict[str, bytes] = {}
    large: dict[str, Layer] = {}
    entries: list[dict[str, t.Any]] = []
    for image in images:
        large |= {layer.sha256: layer for layer in image.layers}
        config, text = _blob(_config(image))
        small[config] = text
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{_OCI}.manifest.v1+json",
            "config": _descriptor("config.v1+json", config, len(text)),
            "layers": [_descriptor("layer.v1.tar", x.sha256, x.size) for x in image.layers],
        }
        digest, text = _blob(manifest)
        small[digest] = text
        for name in image.names:
            entry = _descriptor("manifest.v1+json", digest, len(text))
            notes = {"io.containerd.image.name": name}
            entries.append({**entry, "platform": _PLATFORM, "annotations": notes})
    index = {
        "schemaVersion": 2,
        "mediaType": f"{_OCI}.index.v1+json",
        "manifests": entries,
    }
    _write_archive(path, _blob(index)[1], small, large)


def _write_archive(
    path: Path, index: bytes, small: t.Mapping[str, bytes], large: t.Mapping[str, Layer]
) -> None:
    with tarfile.open(path, "x", format=tarfile.PAX_FORMAT) as tar:

        def add(name: str, data: bytes) -> None:
            member = _member(name, 0o644)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))

        add("index.json", index)
        add("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        for digest in sorted(small):
            add(f"blobs/sha256/{digest}", small[digest])
        for digest in sorted(large):
            member = _member(f"blobs/sha256/{digest}", 0o644)
            member.size = large[digest].size
            with large[digest].path.open("rb") as content:
                tar.addfile(member, content)
