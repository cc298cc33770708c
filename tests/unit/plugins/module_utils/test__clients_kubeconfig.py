# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ordinary kubeconfig is read without the kubernetes package, any other one by it."""

from __future__ import annotations

import base64
import datetime
import ssl
import typing as t
import warnings
from pathlib import Path

import kubernetes.client
import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._clients import kubeconfig
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sites.registries import Registry, running
from sites.strict import be_strict

Object = dict[str, t.Any]
ENDS = datetime.datetime(2030, 1, 2, tzinfo=datetime.UTC)


def test_a_file_that_may_not_be_looked_at_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To take it for missing would say that there is no cluster, and go on."""
    there = tmp_path / "there"
    there.touch()
    assert kubeconfig.is_missing(str(tmp_path / "none"))
    assert kubeconfig.is_missing(str(there / "below"))
    assert not kubeconfig.is_missing(str(there))

    def refuse(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert not kubeconfig.is_missing("/nowhere/config")
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(ClientError, match="Permission denied"):
        kubeconfig.read_connection("/nowhere/config", None)


def test_several_files_are_missing_only_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one name, they would say that there is no cluster, and a teardown that all is gone."""
    there, none = tmp_path / "there", tmp_path / "none"
    there.write_text("{}")
    assert not kubeconfig.is_missing(f"{none}:{there}")
    assert kubeconfig.is_missing(f"{none}:{tmp_path / 'neither'}")
    odd = tmp_path / "a:b"
    odd.touch()
    assert not kubeconfig.is_missing(str(odd))
    asked: list[Path] = []
    monkeypatch.setattr(kubeconfig, "_any", lambda path, _package: asked.append(path))
    kubeconfig.read_connection(f"{none}:{there}", None)
    assert asked == [Path(f"{none}:{there}")]


@pytest.fixture(name="pair", scope="module")
def _pair() -> tuple[bytes, bytes]:
    """Certificate and key; the certificate is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1).not_valid_after(ENDS)
    signed = builder.not_valid_before(ENDS - datetime.timedelta(9)).sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return signed.public_bytes(pem), key.private_bytes(pem, form, plain)


@pytest.fixture(name="write")
def _write(tmp_path: Path, pair: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch) -> t.Any:
    """Write a kubeconfig, and see which ones the package is asked for."""
    asked: list[Path] = []
    monkeypatch.setattr(kubeconfig, "_any", lambda path, _package: asked.append(path))
    monkeypatch.setattr(kubeconfig, "getproxies_environment", dict)

    def write(user: Object, **cluster: t.Any) -> t.Any:
        authority = {"certificate-authority-data": base64.b64encode(pair[0]).decode()}
        content = {
            "clusters": [
                {"name": "c", "cluster": {"server": "https://a:1/", **authority} | cluster}
            ],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        path = tmp_path / "config"
        path.write_text(yaml.safe_dump(content))
        return kubeconfig.read_connection(str(path), None), asked

    return write


def test_certificates_inside_and_in_files_are_read(
    write: t.Any, pair: tuple[bytes, bytes], tmp_path: Path
) -> None:
    (tmp_path / "own.crt").write_bytes(pair[0])
    key = base64.b64encode(pair[1]).decode()
    found, asked = write({"client-certificate": "own.crt", "client-key-data": key})
    assert found.access.server == "https://a:1" and found.access.expiry == ENDS
    assert found.headers() == {} and asked == []


def test_authorities_without_key_identifiers_are_taken_as_kubectl_does(
    write: t.Any, pair: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers = kubeconfig.urllib3.util.ssl_
    be_strict(monkeypatch, makers, "create_urllib3_context")
    found, _asked = write({"token": "abc"})
    # What reads other files is replaced until here.
    monkeypatch.undo()
    be_strict(monkeypatch, makers, "create_urllib3_context")
    (tmp_path / "ca.crt").write_bytes(pair[0])
    settings = kubernetes.client.Configuration(host="https://a:1")
    settings.ssl_ca_cert = str(tmp_path / "ca.crt")
    client = kubernetes.client.ApiClient(settings)
    other = kubeconfig._any(tmp_path / "config", lambda: client)
    for pool in (found.pool, other.pool):
        context = pool.connection_pool_kw["ssl_context"]
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert not context.verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("trusts", ["the file", "the system", "all", ""])
def test_a_file_for_the_package_trusts_its_authority_else_those_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusts: str
) -> None:
    be_strict(monkeypatch, kubeconfig.urllib3.util.ssl_, "create_urllib3_context")
    server = Registry()
    authority = str(server.encrypt(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", authority if trusts == "the system" else "/nonexistent")
    settings = kubernetes.client.Configuration(host=f"https://{server.host}")
    settings.ssl_ca_cert = authority if trusts == "the file" else None
    settings.verify_ssl = trusts != "all"
    client = kubernetes.client.ApiClient(settings)
    pool = kubeconfig._any(tmp_path / "config", lambda: client).pool
    with running(server), warnings.catch_warnings():
        warnings.simplefilter("ignore", kubeconfig.urllib3.exceptions.InsecureRequestWarning)
        if trusts:
            assert pool.request("GET", f"{settings.host}/v2/x/manifests/y").status == 404
        else:
            with pytest.raises(kubeconfig.urllib3.exceptions.MaxRetryError, match="CERTIFICATE"):
                pool.request("GET", settings.host, retries=0)


def test_a_token_goes_with_every_call(write: t.Any) -> None:
    found, asked = write({"token": "abc"})
    assert found.headers() == {"authorization": "Bearer abc"} and asked == []


@pytest.mark.parametrize(
    ("user", "cluster"),
    [
        ({"exec": {"command": "login"}}, {}),
        ({"token": "abc"}, {"proxy-url": "http://proxy:3128"}),
        ({"token": "abc"}, {"insecure-skip-tls-verify": True}),
        ({"token": "abc"}, {"server": "http://a:1"}),
    ],
)
def test_what_is_not_ordinary_is_left_to_the_package(
    write: t.Any, tmp_path: Path, user: Object, cluster: Object
) -> None:
    assert write(user, **cluster)[1] == [tmp_path / "config"]


def test_a_program_that_waits_for_somebody_to_log_in_is_left_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubeconfig, "LOGIN_SECONDS", 0.2)
    login = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["3"]}
    content = {
        "clusters": [{"name": "c", "cluster": {"server": "https://a:1"}}],
        "users": [{"name": "u", "user": {"exec": login}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    (tmp_path / "config").write_text(yaml.safe_dump(content))
    with pytest.raises(ClientError, match=r"gave none within 0\.2 s\. Log in by hand"):
        kubeconfig.read_connection(str(tmp_path / "config"), None)


def test_a_proxy_of_the_environment_is_left_to_the_package(
    write: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubeconfig, "getproxies_environment", lambda: {"https": "http://proxy"})
    assert write({"token": "abc"})[1] != []


def test_data_that_is_none_is_an_error_with_the_file(write: t.Any, tmp_path: Path) -> None:
    with pytest.raises(ClientError, match=f"read the kubeconfig {tmp_path}/config"):
        write({"token": "abc"}, **{"certificate-authority-data": "%%%"})


@pytest.mark.parametrize("text", ["$ANSIBLE_VAULT;1.1;AES256\n3031\n", "- a\n", "7\n"])
def test_text_that_is_no_kubeconfig_is_an_error_with_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").write_text(text)
    with pytest.raises(ClientError, match=f"read the kubeconfig {tmp_path}/config.*no kubeconfig"):
        kubeconfig.read_connection(str(tmp_path / "config"), None)
