# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which the API can be out of reach is told in a sentence with a way out."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from conftest import MODEL, MODULES, manifests, run_module
from controlplane import ControlPlane, free_ports
from raw import Raw

Try = t.Callable[[Path], str]


@pytest.fixture(name="attempt")
def _attempt(capsys: pytest.CaptureFixture[str]) -> Try:
    """Try to make a site, and return why that failed before anything was changed."""

    def attempt(kubeconfig: Path) -> str:
        model = {**MODEL, "operator": {"manifests": str(manifests())}}
        result = run_module(capsys, kubeconfig, MODULES["rook_site"], False, **model)
        assert result["failed"] and result["changed"] is False
        assert "fault of the collection" not in result["msg"]
        return str(result["msg"])

    return attempt


def test_an_expired_certificate_is_told_with_its_date(plane: ControlPlane, attempt: Try) -> None:
    said = attempt(plane.kubeconfig("late", "system:masters", ends_in=-1))
    assert "its client certificate expired on 20" in said
    assert "kubeadm certs renew admin.conf" in said


def test_a_user_without_rights_is_named_with_what_is_missing(
    plane: ControlPlane, raw: Raw, attempt: Try
) -> None:
    said = attempt(plane.kubeconfig("nobody"))
    assert 'User "nobody" cannot' in said
    assert "Give" in said and "a ClusterRoleBinding, or use an administrator's kubeconfig" in said
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None


def test_an_api_that_is_not_there_is_named(plane: ControlPlane, attempt: Try) -> None:
    there = plane.kubeconfig("admin2", "system:masters")
    (port,) = free_ports(1)
    away = there.with_name("away.conf")
    away.write_text(there.read_text().replace(f":{plane.port}", f":{port}"))
    said = attempt(away)
    assert f"nothing listens at https://127.0.0.1:{port} (connection refused)" in said
    assert str(away) in said


def test_a_kubeconfig_that_is_not_there_is_named(tmp_path: Path, attempt: Try) -> None:
    said = attempt(tmp_path / "none.conf")
    assert f"{tmp_path}/none.conf: there is no such file" in said


def test_a_kubeconfig_that_is_none_is_named(tmp_path: Path, attempt: Try) -> None:
    (tmp_path / "broken.conf").write_text("not: [a kubeconfig")
    assert f"{tmp_path}/broken.conf" in attempt(tmp_path / "broken.conf")
