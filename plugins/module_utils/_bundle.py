# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Write a support bundle: one archive that only its owner may read, without secrets."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import typing as t
from collections import defaultdict
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._files import replace_file
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden
from ansible_collections.rookery.rook.plugins.module_utils._redact_objects import redacted

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._evidence import Gathered

_FOLDER = "support-bundle"


class BundleError(RookeryError):
    """The bundle cannot be written."""

    def __init__(self, path: Path, problem: OSError) -> None:
        super().__init__(
            f"bundle: {str(path)!r} cannot be written: {problem.strerror}. Set it "
            "(rook_diagnose_bundle) to a file in a directory that this user may write to."
        )


def bundle_of(gathered: Gathered, result: Mapping[str, t.Any]) -> bytes:
    """Return the archive; the same evidence makes the same bytes."""
    kinds: dict[str, list[t.Any]] = defaultdict(list)
    for item in gathered.objects:
        kinds[item["kind"]].append(redacted(item))
    files = {f"objects/{kind}.json": _json(items) for kind, items in kinds.items()}
    files |= {f"logs/{name.replace('/', '_')}.log": hidden(log) + "\n"
              for name, log in gathered.logs.items()}  # fmt: skip
    files |= {
        "diagnosis.json": _json(result),
        "evidence.txt": "".join(
            f"{each.source} {each.object} | {each.text}\n" for each in gathered.lines
        ),
    }
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, text in sorted(files.items()):
            entry = tarfile.TarInfo(f"{_FOLDER}/{name}")
            content = text.encode()
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def write_bundle(path: Path, content: bytes, *, check: bool) -> bool:
    """Write a file in one step for its owner alone; tell whether it differs from what is there."""
    try:
        same = path.is_file() and path.read_bytes() == content
        if same or check:
            return not same
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as problem:
        raise BundleError(path, problem) from problem
    return True


def _json(value: t.Any) -> str:
    """Return a value as people read it."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"
