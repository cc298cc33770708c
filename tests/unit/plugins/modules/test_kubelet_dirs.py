# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubelet's directories: found whatever rules them, set there, restored, and nothing else."""

from __future__ import annotations

import functools
import http.server
import socket
import threading
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import kubelet
from ansible_collections.rookery.rook.plugins.modules import kubelet_dirs
from barehost import BareHost
from diskhost import call

Run = t.Callable[..., dict[str, t.Any]]
CONFIG = "/var/lib/kubelet/config.yaml"
FLAGS = "/var/lib/kubelet/kubeadm-flags.env"
DEFAULT = "/usr/libexec/kubernetes/kubelet-plugins/volume/exec"
WANTED = "/var/lib/kubelet/volumeplugins"
OTHER = "/opt/plugins"


@pytest.fixture(name="port")
def _port() -> t.Iterator[int]:
    """Return the port of a kubelet that is well."""

    class Well(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_arguments: t.Any) -> None:
            """Keep the test's output clean."""

    with http.server.HTTPServer(("127.0.0.1", 0), Well) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> BareHost:
    host = BareHost(tmp_path)
    monkeypatch.setattr(kubelet_dirs, "System", lambda: host)
    host.put(CONFIG, f"apiVersion: kubelet.config.k8s.io/v1beta1\nhealthzPort: {port}\n")
    host.unit("kubelet", MainPID="77")
    host.process(77, "/usr/bin/kubelet", f"--config={CONFIG}")
    return host


@pytest.fixture(name="run")
def _run(host: BareHost, capsys: pytest.CaptureFixture[str]) -> Run:
    assert host
    return functools.partial(call, capsys, kubelet_dirs)


def flagged(host: BareHost, directory: str) -> None:
    """Give the kubelet its directory by a flag, as kubeadm's file of flags does."""
    host.units["kubelet"]["EnvironmentFiles"] = f"{FLAGS} (ignore_errors=yes)"
    host.put(FLAGS, f'KUBELET_KUBEADM_ARGS="--node-ip=192.0.2.1 --volume-plugin-dir={directory}"\n')
    words = ("--config", CONFIG, f"--volume-plugin-dir={directory}/")
    host.process(77, "/usr/bin/kubelet", *words)


def found(result: dict[str, t.Any]) -> tuple[str, str]:
    return result["kubelet"]["volume_plugin_dir"], result["kubelet"]["ruling"]


def test_without_a_wish_it_only_tells(run: Run, host: BareHost) -> None:
    result = run()
    assert (result["changed"], result["plan"]) == (False, [])
    assert found(result) == (DEFAULT, CONFIG)
    told = result["kubelet"]
    assert (told["found"], told["running"], told["root_dir"]) == (True, True, "/var/lib/kubelet")
    assert host.did == []


def test_a_host_without_a_kubelet_is_left_alone(run: Run, host: BareHost) -> None:
    host.path(CONFIG).unlink()
    host.path("/proc/77/cmdline").unlink()
    result = run(volume_plugin_dir=WANTED)
    told = result["kubelet"]
    assert (result["changed"], told["found"]) == (False, False)
    assert (told["root_dir"], told["volume_plugin_dir"]) == ("", "")


def test_a_flag_rules_over_a_drop_in_and_that_over_the_file(run: Run, host: BareHost) -> None:
    host.put(CONFIG, (host.text(CONFIG) or "") + 'volumePluginDir: "/a" # ours\n')
    assert found(run()) == ("/a", CONFIG)
    host.put("/etc/kubelet.d/10-x.conf", '{"volumePluginDir": "/b/"}')
    host.process(77, "kubelet", "--config", CONFIG, "--config-dir=/etc/kubelet.d")
    assert found(run()) == ("/b", "/etc/kubelet.d/10-x.conf")
    flagged(host, "/c")
    assert found(run()) == ("/c", FLAGS)


def test_of_two_files_with_the_flag_that_one_is_written_which_the_kubelet_heeds(
    run: Run, host: BareHost
) -> None:
    flagged(host, OTHER)
    # systemd tells of the files of variables first, and their values rule over those of units.
    drop_in = host.put("/etc/systemd/system/kubelet.service.d/20-x.conf", "")
    drop_in.write_text("[Service]\nEnvironment=KUBELET_KUBEADM_ARGS=--volume-plugin-dir=/old\n")
    host.units["kubelet"]["DropInPaths"] = "/etc/systemd/system/kubelet.service.d/20-x.conf"
    assert found(run()) == (OTHER, FLAGS)
    run(volume_plugin_dir=WANTED)
    assert f"--volume-plugin-dir={WANTED}" in (host.text(FLAGS) or "")
    assert "--volume-plugin-dir=/old" in drop_in.read_text()


@pytest.mark.parametrize(
    ("flags", "url"),
    [
        (["--healthz-port=10249"], "http://127.0.0.1:10249/healthz"),
        (["--healthz-bind-address", "192.0.2.1", "--healthz-port=1"], "http://192.0.2.1:1/healthz"),
        (["--healthz-port=0"], ""),
    ],
)
def test_flags_rule_where_the_kubelet_tells_its_health(
    run: Run, host: BareHost, flags: list[str], url: str
) -> None:
    host.process(77, "/usr/bin/kubelet", f"--config={CONFIG}", *flags)
    assert run()["kubelet"]["health_url"] == url


def test_a_kubelet_that_no_unit_knows_is_found_by_its_process(run: Run, host: BareHost) -> None:
    host.units.clear()
    host.process(78, "/usr/bin/hyperkube", "kubelet", "--root-dir=/data/kubelet/")
    host.path("/proc/77/cmdline").unlink()
    assert run()["kubelet"]["root_dir"] == "/data/kubelet"


def test_processes_that_may_keep_whoever_asks_waiting_are_not_asked_for_their_words(
    run: Run, host: BareHost
) -> None:
    host.units.clear()
    host.process(50, "kubelet", "--root-dir=/hangs")
    host.put("/proc/50/comm", "java\n")
    assert run()["kubelet"]["root_dir"] == "/var/lib/kubelet"


@pytest.mark.parametrize("ruled_by", ["the file", "a flag"])
def test_a_directory_is_predicted_set_kept_and_restored(
    run: Run, host: BareHost, ruled_by: str
) -> None:
    if ruled_by == "a flag":
        flagged(host, OTHER)
    path = run()["kubelet"]["ruling"]
    before = host.text(path)
    predicted = run(check=True, volume_plugin_dir=WANTED)
    assert (host.text(path), host.did) == (before, [])
    done = run(volume_plugin_dir=f"{WANTED}/")
    assert (done["plan"], done["diff"]) == (predicted["plan"], predicted["diff"])
    assert [step["id"] for step in done["plan"]] == [f"File/{path}", "Unit/kubelet"]
    assert host.did == ["daemon-reload", "restart kubelet"]
    if ruled_by == "a flag":
        flagged(host, WANTED)
    assert found(done)[1] == path and WANTED in (host.text(path) or "")
    assert run(volume_plugin_dir=WANTED)["changed"] is False
    restored = run(state="absent")
    assert restored["changed"] is True and host.text(path) == before
    assert not host.path("/etc/rookery").exists() and not host.path(WANTED).exists()
    assert run(state="absent")["changed"] is False


def test_what_else_changed_in_the_file_stays_when_it_is_restored(run: Run, host: BareHost) -> None:
    run(volume_plugin_dir=WANTED)
    host.put(CONFIG, (host.text(CONFIG) or "") + "maxPods: 50\n")
    run(state="absent")
    assert "maxPods: 50" in (host.text(CONFIG) or "") and WANTED not in (host.text(CONFIG) or "")


def test_a_kubelet_that_has_not_read_its_file_is_restarted(run: Run, host: BareHost) -> None:
    host.put(CONFIG, (host.text(CONFIG) or "") + f"volumePluginDir: {WANTED}\n")
    assert run(volume_plugin_dir=WANTED, answered=f"{WANTED}/")["changed"] is False
    result = run(volume_plugin_dir=WANTED, answered=DEFAULT)
    assert [step["id"] for step in result["plan"]] == ["Unit/kubelet"]


def test_a_run_that_broke_off_before_the_restart_is_finished(run: Run, host: BareHost) -> None:
    host.answers["systemctl"] = lambda words: (1, "boom") if "restart" in words else (0, "")
    broken = run(volume_plugin_dir=WANTED)
    assert "journalctl -u kubelet" in broken["msg"] and broken["changed"] is True
    assert [step["id"] for step in broken["plan"]] == [f"File/{CONFIG}"]
    del host.answers["systemctl"]
    result = run(volume_plugin_dir=WANTED)
    assert [step["id"] for step in result["plan"]] == ["Unit/kubelet"]
    assert run(volume_plugin_dir=WANTED)["changed"] is False


def test_a_kubelet_that_does_not_come_back_is_named_with_its_answer() -> None:
    now = iter(range(100))
    with pytest.raises(kubelet.WaitTimeout, match=r"after 3 s:\nUnit/k3s: http://127") as told:
        kubelet.wait_until_healthy(
            "k3s", "http://127.0.0.1:1/", 3, lambda: next(now), lambda _s: None
        )
    assert "`journalctl -u k3s` on this host" in str(told.value)


def test_what_speaks_no_http_in_the_kubelet_s_place_is_told() -> None:
    def speak() -> None:
        with server.accept()[0] as caller:
            caller.recv(4096)
            caller.sendall(b"SSH-2.0-x\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = threading.Thread(target=speak)
        answer.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/healthz"
        with pytest.raises(kubelet.WaitTimeout, match=r"answers: .*SSH-2.0"):
            kubelet.wait_until_healthy("kubelet", url, 0)
        answer.join(30)


@pytest.mark.parametrize(
    ("said", "host_part"),
    [
        ("192.0.2.7", "192.0.2.7"), ("0.0.0.0", "127.0.0.1"), ("'::'", "[::1]"),
        ("'2001:db8::7'", "[2001:db8::7]"),
    ],
)  # fmt: skip
def test_a_kubelet_is_asked_where_it_listens(
    run: Run, host: BareHost, said: str, host_part: str
) -> None:
    host.put(CONFIG, f"healthzBindAddress: {said}\n")
    assert run()["kubelet"]["health_url"] == f"http://{host_part}:10248/healthz"


def test_a_kubelet_is_asked_past_the_hosts_proxy(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    # It keeps the proxies of its first use.
    monkeypatch.setattr("urllib.request._opener", None)
    kubelet.wait_until_healthy("kubelet", f"http://127.0.0.1:{port}/healthz", 0)


def test_another_root_directory_is_refused_before_the_first_change(
    run: Run, host: BareHost
) -> None:
    result = run(volume_plugin_dir=WANTED, root_dir="/data/kubelet")
    assert result["failed"] is True
    assert "root directory is not /data/kubelet" in result["msg"] and host.did == []


def test_a_directory_that_nobody_can_write_to_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_arguments: False)
    assert run()["kubelet"]["writable"] is False
    assert "read-only" in run(volume_plugin_dir=WANTED)["msg"]


def test_a_kubelet_with_nothing_to_write_to_is_refused(run: Run, host: BareHost) -> None:
    host.process(77, "kubelet")
    assert "neither --config nor --volume-plugin-dir" in run(volume_plugin_dir=WANTED)["msg"]


def test_a_flag_that_is_nowhere_written_is_named(run: Run, host: BareHost) -> None:
    host.process(77, "kubelet", f"--volume-plugin-dir={OTHER}")
    assert "no file of its unit holds it" in run()["msg"]


def test_settings_as_json_stay_json(run: Run, host: BareHost, port: int) -> None:
    host.put(CONFIG, f'{{"healthzPort": {port}}}')
    run(volume_plugin_dir=WANTED)
    assert host.text(CONFIG) == (
        f'{{\n  "healthzPort": {port},\n  "volumePluginDir": "{WANTED}"\n}}\n'
    )
    host.put(CONFIG, "{healthzPort: 1}")
    assert "Write them as JSON or as YAML" in run()["msg"]
