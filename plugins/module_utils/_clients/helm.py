# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Charts: what is in their files, and what helm renders from them. Helm reads files alone here."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import (
    documents_of,
    objects_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._render.chart import Chart, used_values

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RENDER_SECONDS = 120
_READ = re.compile(r"(charts/[^/]+/)*(Chart\.yaml|values\.(yaml|schema\.json)|templates/.+)")
_INSIDE = re.compile(r"charts/([^/]+)/(.+)")


@dataclasses.dataclass(frozen=True)
class Helm:
    """The program, and what every chart of a site is rendered for."""

    program: str
    namespace: str
    kubernetes: str

    @classmethod
    def found(cls, program: str | None, namespace: str, kubernetes: str) -> Helm:
        """Return the program by name or path; raises ClientError when there is none."""
        path = shutil.which(str(Path(program).expanduser()) if program else "helm")
        if path is None:
            raise ClientError(
                "render",
                "the operator's chart",
                f"there is no program {program or 'helm'} on this host. Install Helm 3 or later, "
                "set operator.helm (rook_operator_helm) to its path, or give the operator as "
                "manifests or url, which need no program",
            )
        return cls(path, namespace, kubernetes)

    def render(
        self, release: str, chart: Path, values: Mapping[str, t.Any]
    ) -> list[dict[str, t.Any]]:
        """Return a chart's objects, definitions and hooks included."""
        command = [
            self.program, "template", release, str(chart), "--namespace", self.namespace,
            "--include-crds", "--kube-version", self.kubernetes, "--values", "-",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, input=json.dumps(dict(values)), capture_output=True, text=True,
                timeout=RENDER_SECONDS, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise ClientError("render", f"the chart {chart}", str(problem)) from problem
        if done.returncode:
            words = " ".join(done.stderr.split()).removeprefix("Error: ")
            raise ClientError("render", f"the chart {chart}", words or "helm gave no reason")
        return objects_of(done.stdout, f"what helm makes of {chart}")


def read_chart(path: Path) -> Chart:
    """Return what the files of a chart say, of a directory or an archive."""
    try:
        files = dict(_in_folder(path)) if path.is_dir() else dict(_in_archive(path.read_bytes()))
    except (OSError, tarfile.TarError, EOFError) as problem:
        raise ClientError("read", f"the chart {path}", _reason(problem)) from problem
    if "Chart.yaml" not in files:
        raise ClientError("read", f"the chart {path}", "it has no Chart.yaml")
    return _chart(files, str(path))


def _reason(problem: Exception) -> str:
    """Return what was wrong with a chart's files, and what to give instead."""
    words = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
    return f"{words}. Give the directory of a chart, or the .tgz that helm package or pull makes"


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of what is of interest in a directory."""
    # Rook's own chart links to the one that it shares.
    for place, _folders, names in os.walk(folder, followlinks=True):
        for file in (Path(place) / name for name in sorted(names)):
            yield from _files(str(file.relative_to(folder)), file.read_bytes())


def _in_archive(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of what is of interest in an archive, without its top directory."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            yield from _files(member.name.partition("/")[2], file.read() if file else None)


def _files(name: str, content: bytes | None) -> Iterator[tuple[str, bytes]]:
    """Yield a file if it is of interest; an archive inside becomes a directory."""
    if content is None:
        return
    if _READ.fullmatch(name):
        yield name, content
    elif re.fullmatch(r"charts/[^/]+\.tgz", name):
        for inner, more in _in_archive(content):
            yield f"{name.removesuffix('.tgz')}/{inner}", more


def _chart(files: Mapping[str, bytes], source: str) -> Chart:
    """Return a chart by its files; charts inside are known by the name that values give them."""
    about = _mapping(files, "Chart.yaml", source)
    insides: dict[str, dict[str, bytes]] = {}
    for name, content in files.items():
        match = _INSIDE.fullmatch(name)
        if match:
            insides.setdefault(match[1], {})[match[2]] = content
    charts = [_chart(inner, source) for inner in insides.values() if "Chart.yaml" in inner]
    aliases = {
        item["name"]: item.get("alias") or item["name"] for item in about.get("dependencies") or ()
    }
    by_name = {chart.name: chart for chart in charts}
    text = files.get("values.yaml", b"").decode()
    templates = (text.decode() for name, text in files.items() if name.startswith("templates/"))
    return Chart(
        name=about.get("name", ""),
        values=_mapping(files, "values.yaml", source),
        text=text,
        used=frozenset(path for template in templates for path in used_values(template)),
        schema=_mapping(files, "values.schema.json", source),
        inside={alias: by_name.get(name) for name, alias in aliases.items()},
    )


def _mapping(files: Mapping[str, bytes], name: str, source: str) -> dict[str, t.Any]:
    """Return a file's one document."""
    text = files.get(name, b"").decode()
    found: t.Any = next(iter(documents_of(text, f"{name} of {source}")), {})
    if not isinstance(found, dict):
        raise ClientError("read", f"{name} of {source}", "it is no dictionary")
    return found
