# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rook's custom resource definitions, generated from the Go types of its API."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rooklab import pieces, sources
from rooklab.config import TOP, Config
from rooklab.procs import Job, work

# Of December 2024, on the way from 1.16 to 1.17.
SOURCE = sources.ROOK_APIS
_OPTIONS = "crd:allowDangerousTypes=true,generateEmbeddedObjectMeta=true"


def build(config: Config, generator: Path) -> Path:
    """Return the file that holds all definitions; `generator` is the program controller-gen."""
    key = pieces.digest(str(SOURCE), SOURCE.checksum, _OPTIONS, generator.parent.name)
    path = pieces.build(
        config, "crds", key, lambda into, job: _make(into, job, generator), expected=60
    )
    return path / "crds.yaml"


def _make(into: Path, job: Job, generator: Path) -> None:
    # The module's own go.mod and go.sum say what it is compiled against; as a dependency of
    # another module it would not resolve.
    source, each = into / "source", into / "each"
    shutil.copytree(sources.fetch(SOURCE, os.environ), source, copy_function=shutil.copyfile)
    command = (TOP / "tools" / "env", generator, _OPTIONS, "paths=./ceph.rook.io/v1")
    work(job, *command, f"output:crd:dir={each}", cwd=source, env=sources.ENVIRONMENT)
    text = "".join(file.read_text() for file in sorted(each.iterdir()))
    (into / "crds.yaml").write_text(text)
    shutil.rmtree(source)
    shutil.rmtree(each)
