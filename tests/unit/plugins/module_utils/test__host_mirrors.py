# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image is asked for where the host's runtime would fetch it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import mirrors
from ansible_collections.rookery.rook.plugins.module_utils._host.mirrors import Endpoint
from ansible_collections.rookery.rook.plugins.module_utils._host.references import parse
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

CERTS, CONFIG = "etc/containerd/certs.d", "etc/containerd/config.toml"
TOLD = """
version = 2
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "/etc/containerd/certs.d"
"""
QUAY = Endpoint("https://quay.io/v2", "ceph/ceph")
Files = dict[str, str]


def places(
    root: Path, files: Files, image: str = "quay.io/ceph/ceph:v19", runtime: str = ""
) -> list[Endpoint]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(mirrors.endpoints(System(str(root)), runtime, parse(image)))


def mirror(base: str, name: str = "ceph/ceph", **more: object) -> Endpoint:
    return Endpoint(base, name, "quay.io", **more)  # type: ignore[arg-type]


def test_without_settings_it_is_the_registry_of_the_name(tmp_path: Path) -> None:
    assert places(tmp_path, {}) == [QUAY]
    hub = Endpoint("https://registry-1.docker.io/v2", "library/busybox")
    assert places(tmp_path, {}, "busybox") == [hub]
    assert places(tmp_path, {}, "127.0.0.1:5000/a:1") == [
        Endpoint("https://127.0.0.1:5000/v2", "a", verify=False, plain=True),
    ]


HOSTS = """
server = "https://quay.io"
[host."https://me:hidden@m1.example.org/sub"]
  capabilities = ["pull", "resolve"]
  ca = ["ca.pem", "/etc/other.pem"]
[host."http://m2.example.org:5000/raw"]
  skip_verify = true
  override_path = true
[host."https://digests.example.org"]
  capabilities = ["pull"]
"""
M1 = mirror(
    "https://m1.example.org/sub/v2",
    authorities=("/etc/containerd/certs.d/quay.io/ca.pem", "/etc/other.pem"),
)
M2 = mirror("http://m2.example.org:5000/raw", verify=False)


def test_the_hosts_of_hosts_toml_come_first_in_their_order(tmp_path: Path) -> None:
    files = {CONFIG: TOLD, f"{CERTS}/quay.io/hosts.toml": HOSTS}
    assert places(tmp_path, files) == [M1, M2, QUAY]
    by_digest = places(tmp_path, {}, "quay.io/ceph/ceph@sha256:1")
    assert by_digest == [M1, M2, mirror("https://digests.example.org/v2"), QUAY]


def test_another_server_takes_the_place_of_the_registry(tmp_path: Path) -> None:
    text = 'server = "https://only.example.org"\n'
    files = {CONFIG: TOLD, f"{CERTS}/_default/hosts.toml": text}
    assert places(tmp_path, files) == [mirror("https://only.example.org/v2")]
    text = 'server = "https://quay.io"\nskip_verify = true\n'
    found = places(tmp_path, {f"{CERTS}/quay.io/hosts.toml": text})
    assert found == [Endpoint("https://quay.io/v2", "ceph/ceph", verify=False)]


def test_certificates_beside_no_hosts_toml_are_taken(tmp_path: Path) -> None:
    files = {CONFIG: TOLD, f"{CERTS}/r.example.org_5000_/ca.crt": ""}
    (found,) = places(tmp_path, files, "r.example.org:5000/a:1")
    assert found.authorities == ("/etc/containerd/certs.d/r.example.org_5000_/ca.crt",)


@pytest.mark.parametrize(
    ("config", "looks"),
    [(None, True), ("version = 3\n", True), ("version = 2\n", False), (TOLD, True)],
)
def test_only_where_containerd_looks_for_hosts_they_count(
    tmp_path: Path, config: str | None, looks: bool
) -> None:
    files = {f"{CERTS}/quay.io/hosts.toml": HOSTS, **({CONFIG: config} if config else {})}
    assert (len(places(tmp_path, files)) == 3) is looks


def test_the_older_tables_of_mirrors_and_the_files_of_k3s_are_known(tmp_path: Path) -> None:
    text = '[plugins.cri.registry.mirrors."quay.io"]\nendpoint = ["http://m1:5000", "https://m2/v2/"]\n'
    found = [mirror("http://m1:5000/v2"), mirror("https://m2/v2"), QUAY]
    assert places(tmp_path, {CONFIG: text}) == found
    k3s = {"var/lib/rancher/k3s/agent/etc/containerd/config.toml": text, CONFIG: ""}
    assert places(tmp_path, k3s, runtime="k3s") == found
    assert places(tmp_path, {}) == [QUAY]


PODMAN = """
[[registry]]
prefix = "quay.io/ceph"
location = "mirror.example.org/quay"
[[registry.mirror]]
location = "near.example.org:5000/x"
insecure = true
[[registry]]
location = "quay.io"
blocked = true
"""


def test_the_longest_prefix_of_registries_conf_rules(tmp_path: Path) -> None:
    files = {"etc/containers/registries.conf": PODMAN}
    assert places(tmp_path, files, runtime="crio") == [
        Endpoint("https://near.example.org:5000/v2", "x/ceph", verify=False, plain=True),
        Endpoint("https://mirror.example.org/v2", "quay/ceph"),
    ]
    assert places(tmp_path, {}, "quay.io/other/a:1", "crio") == []
    more = {"etc/containers/registries.conf.d/a.conf": '[[registry]]\nprefix = "*.example.org"\n'}
    (found,) = places(tmp_path, more, "r.example.org/a:1", "crio")
    assert found == Endpoint("https://r.example.org/v2", "a")


def test_mirrors_of_docker_are_those_of_docker_hub(tmp_path: Path) -> None:
    told = '{"registry-mirrors": ["https://m"], "insecure-registries": ["r:1"]}'
    files = {"etc/docker/daemon.json": told}
    assert [each.base for each in places(tmp_path, files, "a", "docker")] == [
        "https://m/v2", "https://registry-1.docker.io/v2",
    ]  # fmt: skip
    assert places(tmp_path, {}, runtime="docker") == [QUAY]
    (insecure,) = places(tmp_path, {}, "r:1/a:1", "docker")
    assert insecure == Endpoint("https://r:1/v2", "a", verify=False, plain=True)
    assert places(tmp_path, {"etc/docker/daemon.json": "{"}, runtime="docker") == [QUAY]


def test_proxies_are_those_of_the_runtime_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, ours = System(str(tmp_path)), {"HTTPS_PROXY": "http://ours", "PATH": "/bin"}
    answer = "MainPID=7\nEnvironment=HTTPS_PROXY=http://unit\n"

    def ask(_system: System, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 0, answer, "")

    monkeypatch.setattr(System, "ask", ask)
    (tmp_path / "proc/7").mkdir(parents=True)
    process = tmp_path / "proc/7/environ"
    process.write_text("HTTPS_PROXY=http://a:b@process\0no_proxy=.example.org\0X=1\0")
    found = {"https": "http://a:b@process", "no": ".example.org"}
    assert mirrors.proxies(system, "containerd", ours) == found
    # One that runs without a proxy asks without one.
    process.write_text("X=1\0")
    assert mirrors.proxies(system, "containerd", ours) == {}
    answer = 'MainPID=0\nEnvironment="HTTPS_PROXY=http://unit" X=1\n'
    assert mirrors.proxies(system, "containerd", ours) == {"https": "http://unit"}
    answer = ""
    assert mirrors.proxies(system, "", ours) == {"https": "http://ours"}


@pytest.mark.parametrize(
    ("host", "exceptions", "around"),
    [
        ("quay.io", "", False),
        ("127.0.0.1:5000", "", True),
        ("localhost", "", True),
        ("r.example.org:5000", ".example.org", True),
        ("r.example.org", "example.org, x", True),
        ("r.example.org", "*.example.org", True),
        ("r.example.org", "r.example.org:443", True),
        ("notexample.org", "example.org", False),
        ("192.0.2.7:5000", "198.51.100.0/24,192.0.2.0/24", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("quay.io", "*", True),
    ],
)
def test_whom_a_runtime_asks_without_its_proxy(host: str, exceptions: str, around: bool) -> None:
    assert mirrors.is_around(host, exceptions) is around
