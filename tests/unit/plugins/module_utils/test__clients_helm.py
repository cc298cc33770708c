# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A chart's files, and a program in the place of helm that tells how it was called."""

from __future__ import annotations

import io
import tarfile
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.helm import Helm, read_chart
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    RookeryError,
)
from ansible_collections.rookery.rook.plugins.module_utils._render.chart import known_values

FILES = {
    "Chart.yaml": "name: rook-ceph\ndependencies:\n- {name: csi, alias: drivers}\n- {name: gone}\n",
    "values.yaml": "image:\n  tag: x\n# agent:\n#   mounts: a\n",
    "values.schema.json": '{"properties": {"strict": {}}}',
    "templates/deployment.yaml": "{{ .Values.discover.priority }}",
    "README.md": "{{ .Values.prose }}",
}
INSIDE = {"Chart.yaml": "name: csi\n", "values.yaml": "replicas: 1\n"}
# Prints its arguments and what it is given as one object.
TELLING = """#!/bin/sh
echo 'apiVersion: v1'
echo 'kind: ConfigMap'
echo 'metadata: {name: told}'
echo "data: {words: '$*', given: '$(cat)'}"
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def pack(top: str, files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return content.getvalue()


def encoded(files: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


@pytest.fixture(name="charts")
def _charts(tmp_path: Path) -> list[Path]:
    """Return the same chart in all forms: directories, links, archives in archives."""
    plain = write(tmp_path / "plain", FILES)
    write(plain / "charts/csi", INSIDE)
    linked = write(tmp_path / "linked", FILES)
    (linked / "charts").mkdir()
    (linked / "charts/csi").symlink_to(plain / "charts/csi")
    inner = pack("csi", encoded(INSIDE))
    packed = tmp_path / "packed.tgz"
    packed.write_bytes(pack("rook-ceph", {**encoded(FILES), "charts/csi-1.0.tgz": inner}))
    mixed = write(tmp_path / "mixed", FILES)
    (mixed / "charts").mkdir()
    (mixed / "charts/csi-1.0.tgz").write_bytes(inner)
    return [plain, linked, packed, mixed]


def test_a_chart_is_the_same_in_every_form(charts: list[Path]) -> None:
    found = [read_chart(path) for path in charts]
    assert all(chart == found[0] for chart in found)
    assert known_values(found[0]) == {
        "image": {"tag": None},
        "agent": {"mounts": None},
        "discover": {"priority": None},
        "strict": None,
        "drivers": {"replicas": None, "global": None},
        "gone": None,
        "global": None,
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no archive", "Give the directory of a chart, or the .tgz"),
        (pack("a", {"values.yaml": b"a: 1"}), "it has no Chart.yaml"),
        (pack("a", {"Chart.yaml": b"name: a", "values.yaml": b"[1]"}), "it is no dictionary"),
        (pack("a", {"Chart.yaml": b"name: a", "values.yaml": b"a: ["}), "values.yaml of"),
    ],
)
def test_what_is_no_chart_is_told(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "chart.tgz"
    file.write_bytes(content)
    with pytest.raises(RookeryError) as caught:
        read_chart(file)
    assert words in str(caught.value) and str(file) in str(caught.value)


def program(tmp_path: Path, text: str) -> str:
    file = tmp_path / "helm"
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


def test_helm_renders_for_one_kubernetes_and_takes_values_by_pipe(tmp_path: Path) -> None:
    helm = Helm.found(program(tmp_path, TELLING), "storage", "1.34.0")
    (item,) = helm.render("rook-ceph", Path("/charts/a.tgz"), {"a": 1})
    assert item["data"] == {
        "words": "template rook-ceph /charts/a.tgz --namespace storage --include-crds "
        "--kube-version 1.34.0 --values -",
        "given": '{"a": 1}',
    }


def test_what_helm_complains_of_is_told(tmp_path: Path) -> None:
    failing = program(tmp_path, "#!/bin/sh\necho 'Error: values do not fit' >&2\nexit 1\n")
    with pytest.raises(ClientError) as caught:
        Helm.found(failing, "storage", "1.34.0").render("a", Path("/c"), {})
    assert str(caught.value) == "Failed to render the chart /c: values do not fit."


@pytest.mark.parametrize("given", [None, "/nonexistent/helm"])
def test_a_program_that_is_not_there_is_told_with_the_ways_on(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ClientError) as caught:
        Helm.found(given, "storage", "1.34.0")
    words: t.Final = f"there is no program {given or 'helm'} on this host"
    assert words in str(caught.value) and "operator.helm (rook_operator_helm)" in str(caught.value)
