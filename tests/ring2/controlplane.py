# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real etcd, kube-apiserver and controller-manager on loopback, with throw-away certificates.

The controllers that run are those that deletion needs: namespaces and garbage collection. There is
no scheduler and no kubelet: pods are objects, nothing runs.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import os
import socket
import ssl
import subprocess
import time
import typing as t
import urllib.error
import urllib.request
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CACHE = Path(
    os.environ.get("ROOKERY_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rookery"
)
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, STARTS = 180, 3
# It is alone and is asked nothing, so it listens nowhere: a port could be another's by then.
MANAGER = ("--leader-elect=false", "--secure-port=0")


def build() -> None:
    """Build what the tests stand on; on a new machine this takes about twenty minutes."""
    subprocess.run([ROOT / "lab/lab", "build"], check=True, stdin=subprocess.DEVNULL)


def binary(name: str) -> Path:
    """Return the newest built program of that name; without any, build them."""
    pattern = f"lab/gomod-*/{name}"
    if not any(CACHE.glob(pattern)):
        build()
    return max(CACHE.glob(pattern), key=lambda path: path.stat().st_mtime)


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on."""
    sockets = [socket.socket() for _index in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Authority:
    """A certificate authority that lives as long as the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ring2")])
        basic = x509.BasicConstraints(ca=True, path_length=None)
        certificate = self._builder(self._name, self._key).add_extension(basic, critical=True)
        # From 3.13 on, Python takes no certificate of an authority without these.
        own = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        certificate = certificate.add_extension(own, critical=False)
        signs = dict.fromkeys(
            (
                "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                "key_agreement", "encipher_only", "decipher_only",
            ),
            False,
        )  # fmt: skip
        signs |= {"key_cert_sign": True, "crl_sign": True}
        certificate = certificate.add_extension(x509.KeyUsage(**signs), critical=True)
        self._write("ca", certificate.sign(self._key, hashes.SHA256()), self._key)

    def issue(
        self, file: str, name: str, organisation: str = "", ends_in: float = 1.0
    ) -> tuple[Path, Path]:
        """Write certificate and key; ends_in is in days and may lie in the past."""
        key = ec.generate_private_key(ec.SECP256R1())
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
        if organisation:
            parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
        names: list[x509.GeneralName] = [
            x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]  # fmt: skip
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = self._builder(x509.Name(parts), key, ends_in)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(by, critical=False)
        return self._write(file, builder.sign(self._key, hashes.SHA256()), key)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends_in: float = 1.0
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=30))
            .not_valid_after(now + datetime.timedelta(days=ends_in))
        )

    def _write(
        self, file: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
    ) -> tuple[Path, Path]:
        paths = self.folder / f"{file}.crt", self.folder / f"{file}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        return paths


class PortTaken(RuntimeError):
    """Somebody else has a port that was free when it was chosen."""


class ControlPlane:
    """The three programs, started and ended by this process; they die with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        self._etcd, self._peer, self.port = free_ports(3)
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    @property
    def server(self) -> str:
        """The API's address."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def store(self) -> str:
        """The address of what the API stores in."""
        return f"https://127.0.0.1:{self._etcd}"

    def start(self) -> None:
        """Start everything and wait until the API is ready."""
        for file in ("etcd", "apiserver", "sa"):
            self.authority.issue(file, file)
        for left in reversed(range(STARTS)):
            try:
                self._serve()
                break
            except PortTaken:
                self.stop()
                if not left:
                    raise
                self._etcd, self._peer, self.port = free_ports(3)
        self._launch(
            "kube-controller-manager", *MANAGER, f"--kubeconfig={self.folder}/admin.conf",
            "--controllers=namespace-controller,garbage-collector-controller",
        )  # fmt: skip

    def _serve(self) -> None:
        self._launch("etcd", *self._etcd_words())
        self._launch("kube-apiserver", *self._api_words())
        self.kubeconfig("admin", "system:masters")
        self._wait_ready()

    def stop(self) -> None:
        """End the programs, the last first; they have nothing to save."""
        for _name, process in reversed(self._running):
            process.kill()
            process.wait(20)
        self._running.clear()

    def kubeconfig(self, user: str, organisation: str = "", ends_in: float = 1.0) -> Path:
        """Write a kubeconfig for a user with a certificate of its own."""
        certificate, key = self.authority.issue(user, user, organisation, ends_in)

        def embedded(path: Path) -> str:
            return base64.b64encode(path.read_bytes()).decode()

        cluster = {
            "server": self.server,
            "certificate-authority-data": embedded(self.folder / "ca.crt"),
        }
        credentials = {
            "client-certificate-data": embedded(certificate),
            "client-key-data": embedded(key),
        }
        content = {
            "apiVersion": "v1", "kind": "Config", "current-context": "ring2",
            "clusters": [{"name": "ring2", "cluster": cluster}],
            "users": [{"name": user, "user": credentials}],
            "contexts": [{"name": "ring2", "context": {"cluster": "ring2", "user": user}}],
        }  # fmt: skip
        path = self.folder / f"{user}.conf"
        path.write_text(yaml.safe_dump(content))
        return path

    def _etcd_words(self) -> tuple[str, ...]:
        url, peer = f"https://127.0.0.1:{self._etcd}", f"http://127.0.0.1:{self._peer}"
        return (
            f"--data-dir={self.folder}/etcd", f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}", f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}",
            f"--cert-file={self.folder}/etcd.crt", f"--key-file={self.folder}/etcd.key",
            f"--trusted-ca-file={self.folder}/ca.crt", "--client-cert-auth", "--unsafe-no-fsync",
        )  # fmt: skip

    def _api_words(self) -> tuple[str, ...]:
        return (
            f"--etcd-servers=https://127.0.0.1:{self._etcd}", f"--etcd-cafile={self.folder}/ca.crt",
            f"--etcd-certfile={self.folder}/etcd.crt", f"--etcd-keyfile={self.folder}/etcd.key",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}",
            "--advertise-address=10.255.255.1", "--endpoint-reconciler-type=none",
            f"--tls-cert-file={self.folder}/apiserver.crt",
            f"--tls-private-key-file={self.folder}/apiserver.key",
            f"--client-ca-file={self.folder}/ca.crt", "--authorization-mode=RBAC",
            f"--service-account-key-file={self.folder}/sa.crt",
            f"--service-account-signing-key-file={self.folder}/sa.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true",
            # No controller makes service accounts here, so pods must be admitted without one.
            "--disable-admission-plugins=ServiceAccount",
        )  # fmt: skip

    def _launch(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                # setpriv: the kernel ends it when the test process dies, even by kill -9.
                ["setpriv", "--pdeathsig", "TERM", binary(name), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._running.append((name, process))

    def _wait_ready(self) -> None:
        context = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        context.load_cert_chain(self.folder / "admin.crt", self.folder / "admin.key")
        deadline = time.monotonic() + START_SECONDS
        problem: t.Any = "no answer"
        while time.monotonic() < deadline:
            for name, process in self._running:
                if process.poll() is not None:
                    tail = (self.folder / f"{name}.log").read_text()[-800:]
                    kind = PortTaken if "address already in use" in tail else RuntimeError
                    raise kind(f"{name} ended with {process.returncode}:\n{tail}")
            try:
                urllib.request.urlopen(f"{self.server}/readyz", context=context, timeout=2)
                return
            except (urllib.error.URLError, OSError) as error:
                problem = error
                time.sleep(0.1)
        raise RuntimeError(f"The API at {self.server} is not ready: {problem}")
