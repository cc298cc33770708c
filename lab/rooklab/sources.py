# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Source text that the lab takes out of Go modules: nothing of it is kept in this repository."""

from __future__ import annotations

import json
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

from rooklab.config import TOP
from rooklab.errors import LabError

# Go may neither fetch another Go nor take settings from the directory it is called in.
ENVIRONMENT = {"GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}
_TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Source:
    """One module: its path, its version, and the checksum of its content as go.sum has it."""

    path: str
    version: str
    checksum: str

    def __str__(self) -> str:
        return f"{self.path}@{self.version}"


ROOK_APIS = Source(
    "github.com/rook/rook/pkg/apis",
    "v0.0.0-20241216163035-3170ac6a0c58",
    "h1:z7TkRb4D+XvXIGg4ClSjZw8gAPQcZg9zUSFfZ0pUcTY=",
)
CSI = Source(
    "github.com/container-storage-interface/spec",
    "v1.11.0",
    "h1:H/YKTOeUZwHtyPOr9raR+HgFmGluGCklulxDYxSdVNM=",
)
KWOK = Source("sigs.k8s.io/kwok", "v0.8.0", "h1:OTIOTwgROqPMovcTwxICx2eYQ4AwLpSx5EpjbDKF4SQ=")
KUBELET = Source("k8s.io/kubelet", "v0.34.4", "h1:+8aLwtoZSUnE7HLxjrAYNtlJFzlwxQ4UBleyaW4JzA8=")


def fetch(source: Source, environment: t.Mapping[str, str]) -> Path:
    """Return the directory of a module in Go's cache, which checks it; read-only.

    The caller's environment is given by `environment`; the download is made outside of any module.
    """
    done = subprocess.run(
        [str(TOP / "tools" / "env"), "go", "mod", "download", "-json", str(source)],
        cwd="/",
        env={**environment, **ENVIRONMENT},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise LabError(
            f"downloading the Go module {source} failed: {done.stdout}{done.stderr}; see that Go "
            "reaches its module proxy and run the same command again"
        )
    answer = json.loads(done.stdout)
    if answer["Sum"] != source.checksum:
        raise LabError(
            f"the Go module {source} has checksum {answer['Sum']}, not {source.checksum}: what "
            "the module proxy serves is not what this lab was made for"
        )
    return Path(answer["Dir"])
