# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a host hold passwords in URLs; who manages them there shows them nowhere."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible_collections.rookery.rook.plugins.module_utils._host import probe, pulling
from ansible_collections.rookery.rook.plugins.modules import (
    host_probe,
    host_state,
    kubeadm_node,
    kubelet_dirs,
)
from barehost import BareHost
from onsite import run_module

OLD, NEW = "OLD-S3CRET", "NEW-S3CRET"
MIRRORS, DROP_IN = "/etc/containerd/certs.d/quay.io/hosts.toml", "/etc/systemd/system/k0s.conf"
SOURCE = f"https://me:{OLD}@mirror.example:8443/debian"
TOLD = "https://me:(hidden)@mirror.example:8443/debian"

Run = t.Callable[..., dict[str, t.Any]]


def toml(password: str, able: str = "pull") -> str:
    return f'[host."https://me:{password}@mirror.example/v2"]\n  capabilities = ["{able}"]\n'


FILES = [
    {"path": MIRRORS, "content": toml(NEW, "resolve")},
    {"path": DROP_IN, "content": f'Environment="HTTPS_PROXY=http://me:{NEW}@proxy:3128"\n'},
]


@pytest.fixture(name="logged")
def _logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what goes to the log of the host's system."""
    found: list[str] = []
    monkeypatch.setattr(basic, "has_journal", False)
    monkeypatch.setattr(
        basic.AnsibleModule, "_log_to_syslog", lambda _module, words: found.append(words)
    )
    return found


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BareHost:
    host = BareHost(tmp_path)
    for module in (host_state, kubelet_dirs, kubeadm_node):
        monkeypatch.setattr(module, "System", lambda: host)
    host.put(MIRRORS, toml(OLD))
    return host


@pytest.fixture(name="run")
def _run(
    host: BareHost,
    logged: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run a module of a host with everything shown, and see that it told no password."""
    assert host
    monkeypatch.setattr(basic._traceback, "_is_traceback_enabled", lambda _event: True)

    def run(module: t.Any, check: bool = False, **params: t.Any) -> dict[str, t.Any]:
        found = run_module(capsys, module, check, **params)
        assert not [text for text in (json.dumps(found), *logged) if "S3CRET" in text]
        return found

    return run


@pytest.mark.parametrize("check", [True, False])
def test_files_have_their_passwords_and_what_is_told_of_them_has_none(
    check: bool, run: Run, host: BareHost
) -> None:
    found = run(host_state, name="demo", files=FILES, check=check)
    mirrors, drop_in = found["diff"]
    assert mirrors["before"] == toml("(hidden)") and mirrors["after"] == toml("(hidden)", "resolve")
    assert drop_in["after"] == 'Environment="HTTPS_PROXY=http://me:(hidden)@proxy:3128"\n'
    args = found["invocation"]["module_args"]
    assert args["files"][0]["content"] == toml("(hidden)", "resolve")
    texts = (toml(OLD), None) if check else (item["content"] for item in FILES)
    assert tuple(map(host.text, (MIRRORS, DROP_IN))) == tuple(texts)


def test_what_undoes_a_file_puts_its_password_back_and_does_not_tell_it(
    run: Run, host: BareHost
) -> None:
    run(host_state, name="demo", files=FILES)
    found = run(host_state, name="demo", state="absent")
    assert found["diff"][1]["after"] == toml("(hidden)")
    assert host.text(MIRRORS) == toml(OLD) and host.text(DROP_IN) is None


def test_a_refusal_quotes_what_differs_without_the_password(run: Run) -> None:
    expected = {"path": MIRRORS, "content": toml(NEW), "reason": "it drifted", "cure": "No."}
    found = run(host_state, name="demo", expects=[expected])
    assert found["failed"] and '-[host."https://me:(hidden)@mirror.example/v2"]' in found["msg"]


LOGIN = """\
[plugins."io.containerd.grpc.v1.cri".registry.configs."quay.io".auth]
  username = "me"
  password = {0}
[host."https://mirror.example".header]
  Authorization = ["Basic {1}"]
"""


def login(password: str) -> str:
    return LOGIN.format(f'"{password}"', f"{password}AAAA")


def test_logins_of_registries_are_hidden_in_what_is_told_of_files(run: Run, host: BareHost) -> None:
    host.put(MIRRORS, login(OLD))
    wanted = {"path": MIRRORS, "content": login(NEW) + "[metrics]\n"}
    told = LOGIN.format("(hidden)", "(hidden)")
    refused = {**wanted, "reason": "it drifted", "cure": "No."}
    assert "-  password = (hidden)" in run(host_state, name="demo", expects=[refused])["msg"]
    found = run(host_state, name="demo", files=[wanted])
    assert (found["diff"][0]["before"], found["diff"][0]["after"]) == (told, f"{told}[metrics]\n")
    assert found["invocation"]["module_args"]["files"][0]["content"] == f"{told}[metrics]\n"
    assert host.text(MIRRORS) == wanted["content"]


def test_a_command_that_fails_may_repeat_its_source(run: Run, host: BareHost) -> None:
    host.answers["apt-get"] = lambda _words: (100, f"E: Failed to fetch {SOURCE}/InRelease  401")
    found = run(host_state, name="demo", packages=["lvm2"])
    assert found["failed"] and f"E: Failed to fetch {TOLD}/InRelease  401" in found["msg"]
    assert f"{TOLD}/InRelease" in found["exception"]


def test_a_warning_and_a_note_have_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = host_state.state.HostPlan([], [f"{SOURCE} is passed over."])
    monkeypatch.setattr(host_state.state, "plan_present", lambda *_given: plan)
    found = run(host_state, name="demo")
    assert found["host"]["notes"] == [f"{TOLD} is passed over."]
    assert f"{TOLD} is passed over." in json.dumps(found["warnings"])


def test_options_that_are_refused_are_not_quoted(run: Run) -> None:
    found = run(host_state, name="demo", file=FILES)
    assert found["failed"] and "Unsupported parameters" in found["msg"]
    found = run(host_state, name="demo", files=FILES, state=SOURCE)
    assert found["failed"] and TOLD in found["msg"]


def test_the_unit_of_a_kubelet_has_its_proxy_hidden(run: Run, host: BareHost) -> None:
    host.unit("kubelet", MainPID="77", EnvironmentFiles=f"{DROP_IN} (ignore_errors=no)")
    host.process(77, "/usr/bin/kubelet", "--volume-plugin-dir=/opt/plugins")
    proxy = "HTTPS_PROXY=http://me:{}@proxy:3128\nARGS=--volume-plugin-dir={}\n"
    host.put(DROP_IN, proxy.format(OLD, "/opt/plugins"))
    found = run(kubelet_dirs, volume_plugin_dir="/opt/others", check=True)
    assert found["diff"][0]["before"] == proxy.format("(hidden)", "/opt/plugins")
    assert found["diff"][0]["after"] == proxy.format("(hidden)", "/opt/others")


def test_kubeadm_may_repeat_its_arguments(run: Run, host: BareHost) -> None:
    host.put("/usr/bin/kubeadm", "", 0o755)
    host.answers["kubeadm"] = lambda _words: (1, f"unknown: --audit-webhook={SOURCE}")
    found = run(kubeadm_node, config=f"webhook: {SOURCE}\n")
    assert found["failed"] and f"--audit-webhook={TOLD}" in found["msg"]


def test_what_a_registry_names_is_told_without_a_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "ask_all", lambda *_given: {})
    reason = {"a": {"state": "", "reason": f"it sends everybody to {SOURCE}"}}
    monkeypatch.setattr(pulling, "find", lambda *_given: {"images": reason, "runtime": ""})
    found = run(host_probe, name="a", hosts={"a": ""}, images=["a"])
    assert found["images"]["a"]["reason"] == f"it sends everybody to {TOLD}"
