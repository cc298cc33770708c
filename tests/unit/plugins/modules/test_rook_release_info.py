# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files make an operator, and their digests."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.module_utils._clients.download import digest_of
from ansible_collections.rookery.rook.plugins.modules import rook_release_info


@pytest.fixture(name="tell")
def _tell(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    def tell(**options: t.Any) -> dict[str, t.Any]:
        with patch_module_args(options), pytest.raises(SystemExit):
            rook_release_info.main()
        return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))

    return tell


Tell = t.Callable[..., dict[str, t.Any]]


@pytest.mark.parametrize(
    ("version", "config", "files"),
    [
        ("1.18.11", {}, ["crds.yaml", "common.yaml", "operator.yaml", "csi-operator.yaml"]),
        (
            "1.18",
            {"ROOK_USE_CSI_OPERATOR": "false"},
            ["crds.yaml", "common.yaml", "operator.yaml"],
        ),
        ("1.4", {}, ["common.yaml", "operator.yaml"]),
        ("0.9", {}, ["operator.yaml", "cluster.yaml"]),
        ("0.7", {}, ["rook-operator.yaml"]),
    ],
)
def test_each_release_has_its_files(
    version: str, config: dict[str, str], files: list[str], tell: Tell
) -> None:
    told = tell(version=version, config=config)
    assert (told["files"], told["digests"], told["changed"]) == (files, {}, False)


def test_the_digests_of_a_directory_are_told(tell: Tell, tmp_path: Path) -> None:
    (tmp_path / "common.yaml").write_text("a")
    (tmp_path / "operator.yaml").write_text("b")
    told = tell(version="1.4", manifests=str(tmp_path))
    assert told["digests"] == {"common.yaml": digest_of(b"a"), "operator.yaml": digest_of(b"b")}
    (tmp_path / "operator.yaml").unlink()
    assert "there is no operator.yaml" in tell(version="1.4", manifests=str(tmp_path))["msg"]


def test_the_digests_at_addresses_are_told(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def digests(urls: list[str]) -> list[str]:
        asked.extend(urls)
        return [digest_of(url.encode()) for url in urls]

    monkeypatch.setattr(rook_release_info, "digests", digests)
    told = tell(version="0.7", url="https://m.example/r/", charts=["https://m.example/c-1.tgz"])
    assert asked == ["https://m.example/r/rook-operator.yaml", "https://m.example/c-1.tgz"]
    assert sorted(told["digests"]) == ["c-1.tgz", "rook-operator.yaml"]


def test_a_release_that_is_not_known_is_refused(tell: Tell) -> None:
    assert "version" in tell(version="0.1")["msg"]
