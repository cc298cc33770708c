# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which the API can be out of reach, or refuse, is told in a sentence with a way out.

Nothing is written then: the proxy in front of the real API has noted every request.
"""

from __future__ import annotations

import base64
import http.server
import json
import socket
import threading
import time
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.modules import kubernetes_manifests
from conftest import MODEL, MODULES, Run, manifests, run_module
from controlplane import ControlPlane
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from faults import Proxy
from raw import CEPH, Object, Raw, grant

NAMESPACE = "/api/v1/namespaces/rook-ceph"
READING = {"verbs": ["get", "list", "watch"], "apiGroups": ["*"], "resources": ["*"]}


class Try(t.Protocol):
    """Try to make a site, and return why that failed before anything was written."""

    def __call__(self, kubeconfig: Path, user: str | None = None, **more: t.Any) -> str:
        """user is the file of the certificate with which the proxy goes on; None: no proxy."""


@pytest.fixture(name="attempt")
def _attempt(plane: ControlPlane, capsys: pytest.CaptureFixture[str]) -> Try:
    def call(kubeconfig: Path, **more: t.Any) -> str:
        model = {**MODEL, "operator": {"manifests": str(manifests())}, "wait": False, **more}
        result = run_module(capsys, kubeconfig, MODULES["rook_site"], False, **model)
        assert result["failed"] and result["changed"] is False
        assert "fault of the collection" not in result["msg"]
        return str(result["msg"])

    def attempt(kubeconfig: Path, user: str | None = None, **more: t.Any) -> str:
        if user is None:
            return call(kubeconfig, **more)
        with Proxy(plane, user) as proxy:
            said = call(proxy.kubeconfig(kubeconfig), **more)
            assert proxy.log and proxy.writes() == []
            return said

    return attempt


def with_token(plane: ControlPlane, token: str) -> Path:
    """Write a kubeconfig with a token in place of a certificate."""
    path = plane.kubeconfig("bearer")
    content = yaml.safe_load(path.read_text())
    content["users"][0]["user"] = {"token": token}
    path.write_text(yaml.safe_dump(content))
    return path


def service_token(plane: ControlPlane, ends: int) -> str:
    """Return a token of a service account as the API itself would have signed it."""
    key = serialization.load_pem_private_key((plane.folder / "sa.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    claims = {
        "iss": "https://kubernetes.default.svc", "aud": ["https://kubernetes.default.svc"],
        "sub": "system:serviceaccount:default:ci", "iat": ends - 3600, "exp": ends,
    }  # fmt: skip
    parts = [_coded(json.dumps(part).encode()) for part in ({"alg": "ES256"}, claims)]
    signature = key.sign(".".join(parts).encode(), ec.ECDSA(hashes.SHA256()))
    numbers = utils.decode_dss_signature(signature)
    raw = b"".join(number.to_bytes(32, "big") for number in numbers)
    return ".".join([*parts, _coded(raw)])


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_an_expired_certificate_is_told_with_its_date(plane: ControlPlane, attempt: Try) -> None:
    said = attempt(plane.kubeconfig("late", "system:masters", ends_in=-1), "late")
    assert "its client certificate expired on 20" in said
    assert "kubeadm certs renew admin.conf" in said


def test_an_expired_token_is_told_with_its_date(plane: ControlPlane, attempt: Try) -> None:
    said = attempt(with_token(plane, service_token(plane, int(time.time()) - 60)), "")
    assert "its token expired on 20" in said and "new token" in said


def test_a_token_of_nobody_is_told_with_its_file(plane: ControlPlane, attempt: Try) -> None:
    said = attempt(with_token(plane, "unknown"), "")
    assert "does not accept the credentials of" in said and "proxied-bearer.conf" in said
    way = "Set kubeconfig (rook_kubeconfig) to a file with valid credentials"
    assert way in said and "(401)" in said


def test_a_user_without_rights_is_named_with_what_is_missing(
    plane: ControlPlane, attempt: Try
) -> None:
    said = attempt(plane.kubeconfig("nobody"), "nobody")
    assert 'User "nobody" cannot list resource "' in said and "at the cluster scope" in said
    assert "Give" in said and "a ClusterRoleBinding, or use an administrator's kubeconfig" in said


def test_all_rights_that_are_missing_are_named_before_the_first_write(
    plane: ControlPlane, raw: Raw, attempt: Try
) -> None:
    grant(raw, "reader", READING)
    said = attempt(plane.kubeconfig("reader"), "reader")
    for right in (
        "namespaces at the cluster scope",
        "customresourcedefinitions.apiextensions.k8s.io at the cluster scope",
        "deployments.apps in namespace rook-ceph",
        "cephblockpools.ceph.rook.io in namespace rook-ceph",
    ):
        assert f"may not create and patch {right}" in said
    assert "CephBlockPool/rook-ceph/replicapool" in said and "Give the right by" in said


def test_one_right_that_is_missing_is_enough(plane: ControlPlane, raw: Raw, attempt: Try) -> None:
    groups = ["", "apiextensions.k8s.io", "apps", "ceph.rook.io", "coordination.k8s.io"]
    some = {"verbs": ["*"], "apiGroups": [*groups, "rbac.authorization.k8s.io"]}
    grant(raw, "most", READING, {**some, "resources": ["*"]})
    said = attempt(plane.kubeconfig("most"), "most")
    assert said.count("may not") == 1
    assert "may not create and patch storageclasses.storage.k8s.io at the cluster scope" in said
    assert "StorageClass//rook-ceph-block" in said


def test_kinds_that_nobody_has_defined_are_named_together(
    plane: ControlPlane, attempt: Try
) -> None:
    said = attempt(plane.folder / "admin.conf", "admin", stages=["cluster", "storage"])
    for kind, name in (("CephCluster", "rook-ceph"), ("CephBlockPool", "replicapool")):
        assert f"{kind}/rook-ceph/{name}: the API does not know kind {kind}" in said
    assert "stage operator" in said


def test_nothing_is_made_in_a_namespace_that_is_being_deleted(
    plane: ControlPlane, raw: Raw, run: Run, attempt: Try
) -> None:
    run("rook_site", wait=False, stages=["operator"])
    meta = {"name": "held", "finalizers": ["example.org/held"]}
    raw("POST", f"{NAMESPACE}/configmaps", {"metadata": meta})
    raw("DELETE", NAMESPACE)
    said = attempt(plane.folder / "admin.conf", "admin", stages=["cluster", "storage"])
    assert "Namespace//rook-ceph: is being deleted since 20" in said
    assert "run again" in said
    raw.merge(f"{NAMESPACE}/configmaps/held", {"metadata": {"finalizers": None}})
    made = run("rook_site", wait=False)
    assert made.get("failed") is None, made["msg"]
    assert raw("GET", f"{NAMESPACE}/configmaps/rook-ceph-operator-config") is not None
    assert run("rook_site", wait=False)["changed"] is False


def test_an_api_that_is_not_there_is_named(plane: ControlPlane, attempt: Try) -> None:
    there = plane.kubeconfig("admin2", "system:masters")
    away = there.with_name("away.conf")
    # As long as it is bound it is nobody else's, and nothing listens at it.
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        away.write_text(there.read_text().replace(f":{plane.port}", f":{port}"))
        said = attempt(away)
    assert f"nothing listens at https://127.0.0.1:{port} (connection refused)" in said
    assert str(away) in said


class LoginPage(http.server.BaseHTTPRequestHandler):
    """What a proxy shows to somebody whom it does not know."""

    def do_GET(self) -> None:
        page = b"<html>\n<body>Sign in</body>\n</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_words: t.Any) -> None:
        """Nobody reads it."""


def test_a_page_in_the_place_of_the_api_is_told(tmp_path: Path, attempt: Try) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), LoginPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        entries = {
            "cluster": {"server": address},
            "user": {},
            "context": {"cluster": "a", "user": "a"},
        }
        named = {f"{key}s": [{"name": "a", key: value}] for key, value in entries.items()}
        conf = tmp_path / "page.conf"
        conf.write_text(yaml.safe_dump({**named, "current-context": "a"}))
        said = attempt(conf)
        server.shutdown()
    assert f"what answers at {address} (from {conf}) is no Kubernetes API" in said
    assert "begins with '<html>'" in said


def test_a_kubeconfig_that_is_not_there_is_named(tmp_path: Path, attempt: Try) -> None:
    said = attempt(tmp_path / "none.conf")
    assert f"{tmp_path}/none.conf: there is no such file" in said


def test_a_kubeconfig_that_is_none_is_named(tmp_path: Path, attempt: Try) -> None:
    (tmp_path / "broken.conf").write_text("not: [a kubeconfig")
    assert f"{tmp_path}/broken.conf" in attempt(tmp_path / "broken.conf")


def test_what_the_api_does_not_take_is_told_with_field_or_limit(
    plane: ControlPlane, run: Run, raw: Raw
) -> None:
    run("rook_site", wait=False, stages=["operator"])
    client = KubeClient.connect(str(plane.folder / "admin.conf"))
    where = {"name": "x", "namespace": "rook-ceph"}
    pool: Object = {
        "apiVersion": "ceph.rook.io/v1", "kind": "CephBlockPool", "metadata": where,
        "spec": {"replicated": {"size": -1}},
    }  # fmt: skip
    with pytest.raises(ClientError, match=r"CephBlockPool rook-ceph/x: .*spec\.replicated\.size"):
        client.apply(pool)
    with pytest.raises(ClientError, match=r"field not declared in schema|unknown field"):
        client.apply({**pool, "spec": {"replicas": 3}})
    big: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": where}
    too_large = r"ConfigMap rook-ceph/x: .*[Tt]oo (large|long)"
    for size in (1_100_000, 2_000_000, 4_000_000):
        with pytest.raises(ClientError, match=too_large) as caught:
            client.create({**big, "data": {"a": "x" * size}})
        assert caught.value.status in (413, 422, 500)
    assert raw("GET", f"{CEPH}/cephblockpools/x") is None
    assert raw("GET", f"{NAMESPACE}/configmaps/x") is None


def test_what_names_no_namespace_and_needs_one_is_told_before_the_first_write(
    plane: ControlPlane, capsys: pytest.CaptureFixture[str], raw: Raw, tmp_path: Path
) -> None:
    first = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "net"}}
    homeless = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}}
    (tmp_path / "network.yml").write_text(yaml.safe_dump_all([first, homeless]))
    files = [str(tmp_path / "network.yml")]
    kubeconfig = plane.folder / "admin.conf"
    result = run_module(capsys, kubeconfig, kubernetes_manifests, False, files=files)
    assert "ConfigMap one: it names no namespace" in result["msg"]
    assert raw("GET", "/api/v1/namespaces/net") is None
