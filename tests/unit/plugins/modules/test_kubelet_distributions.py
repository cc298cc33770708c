# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kubelet of each distribution is found, set where that one reads it, and restored."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._host import (
    controller_manager,
    kubelet,
    kubelet_layouts,
)
from ansible_collections.rookery.rook.plugins.modules import kubelet_dirs
from barehost import BareHost
from diskhost import call

CASES: dict[str, dict[str, t.Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "module_utils/cases/kubelets.yml").read_text()
)
WRITABLE = [name for name, case in CASES.items() if "written" in case]
WANTED = "/opt/flex"
MANIFEST = """\
spec:
  containers:
  - command:
    - kube-controller-manager
    - --leader-elect=true
{flag}    volumeMounts:
    - mountPath: {place}
      name: flexvolume-dir
  volumes:
  - hostPath:
      path: {place}
      type: DirectoryOrCreate
    name: flexvolume-dir
"""
Run = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BareHost:
    host = BareHost(tmp_path)
    monkeypatch.setattr(kubelet_dirs, "System", lambda: host)
    monkeypatch.setattr(kubelet, "wait_until_healthy", lambda *_where: None)
    return host


@pytest.fixture(name="run")
def _run(host: BareHost, capsys: pytest.CaptureFixture[str]) -> Run:
    assert host
    return functools.partial(call, capsys, kubelet_dirs)


def lay_out(host: BareHost, name: str) -> dict[str, t.Any]:
    """Make the host one of a distribution."""
    case = CASES[name]
    for path, text in case["files"].items():
        host.put(path, text)
    host.process(77, *case["process"])
    if "active" in case:
        host.unit(f"{case['active']}.service", ActiveState="active")
    if case["unit"] == "kubelet":
        host.unit(
            "kubelet",
            MainPID="77",
            FragmentPath="/etc/systemd/system/kubelet.service",
            EnvironmentFiles=f"{case.get('environment', '')} (ignore_errors=yes)",
        )
    return case


def texts(host: BareHost, case: dict[str, t.Any]) -> dict[str, str | None]:
    paths = {*case["files"], *case.get("written", {})}
    return {path: host.text(path) for path in paths}


def test_there_are_fixtures_of_eight_distributions() -> None:
    assert {name.split()[0] for name in CASES} == set(kubelet_layouts.LAYOUTS)
    assert len(kubelet_layouts.LAYOUTS) == 8


@pytest.mark.parametrize("name", CASES)
def test_the_directories_of_a_distribution_are_found(run: Run, host: BareHost, name: str) -> None:
    case = lay_out(host, name)
    told = run()["kubelet"]
    assert {key: told[key] for key in case["found"]} == case["found"]
    assert (told["distribution"], told["unit"]) == (name.split()[0], case["unit"])
    assert (told["found"], told["running"], host.did) == (True, True, [])


@pytest.mark.parametrize("name", WRITABLE)
def test_another_directory_is_written_where_the_distribution_reads_it_and_restored(
    run: Run, host: BareHost, name: str
) -> None:
    case = lay_out(host, name)
    before = texts(host, case)
    predicted = run(check=True, volume_plugin_dir=WANTED)
    assert (texts(host, case), host.did) == (before, [])
    done = run(volume_plugin_dir=WANTED)
    assert done["plan"] == predicted["plan"]
    assert {path: host.text(path) for path in case["written"]} == case["written"]
    assert host.did == ["daemon-reload", f"restart {case['unit']}"]
    words = [word for word in case["process"] if "volume-plugin-dir" not in word]
    had_flag = words != case["process"]
    host.process(77, *words, *([f"--volume-plugin-dir={WANTED}"] if had_flag else []))
    assert run(volume_plugin_dir=WANTED)["changed"] is False
    assert run(state="absent")["changed"] is True
    assert {path: text for path, text in texts(host, case).items() if text is not None} == {
        path: text if text is None or text.endswith("\n") else f"{text}\n"
        for path, text in before.items()
        if text is not None
    }
    assert not host.path("/etc/rookery").exists()


@pytest.mark.parametrize("name", [name for name in CASES if name not in WRITABLE])
def test_what_a_distribution_would_undo_is_refused_with_the_way_to_do_it(
    run: Run, host: BareHost, name: str
) -> None:
    case = lay_out(host, name)
    result = run(volume_plugin_dir=WANTED)
    assert result["failed"] is True and case["refused"] in result["msg"]
    assert host.did == []


def test_a_kubelet_in_a_container_is_told_apart(run: Run, host: BareHost) -> None:
    case = lay_out(host, "kubespray")
    place = case["found"]["volume_plugin_dir"]
    for pid, namespace in ((1, "mnt:[1]"), (77, "mnt:[2]")):
        host.path(f"/proc/{pid}/ns").mkdir(parents=True)
        host.path(f"/proc/{pid}/ns/mnt").symlink_to(namespace)
    host.path(place).mkdir(parents=True)
    host.path(f"/proc/77/root{place}").mkdir(parents=True)
    assert run()["kubelet"]["sees_host"] is False
    host.path(f"/proc/77/root{place}").rmdir()
    host.path(f"/proc/77/root{place}").symlink_to(host.path(place))
    assert run()["kubelet"]["sees_host"] is True
    host.path("/proc/77/ns/mnt").unlink()
    assert run()["kubelet"]["sees_host"] is None


@pytest.mark.parametrize("flag", ["", "/srv/flex"])
def test_the_controller_manager_follows_and_is_restored(
    run: Run, host: BareHost, flag: str
) -> None:
    lay_out(host, "kubeadm")
    place = flag or kubelet_layouts.PLUGIN_DIR
    line = f"    - --flex-volume-plugin-dir={flag}\n" if flag else ""
    text = MANIFEST.format(flag=line, place=place)
    host.put(controller_manager.MANIFEST, text, 0o600)
    done = run(volume_plugin_dir=WANTED)
    assert f"File/{controller_manager.MANIFEST}" in [step["id"] for step in done["plan"]]
    after = host.text(controller_manager.MANIFEST) or ""
    assert controller_manager.value_of(after) == WANTED
    assert (after.count(WANTED), after.count(place)) == (3, 0)
    assert yaml.safe_load(after)["spec"]["containers"][0]["command"][0] == "kube-controller-manager"
    assert run(volume_plugin_dir=WANTED)["changed"] is False
    run(state="absent")
    assert host.text(controller_manager.MANIFEST) == text


def test_a_controller_manager_alone_restarts_no_kubelet(run: Run, host: BareHost) -> None:
    lay_out(host, "kubeadm")
    default = kubelet_layouts.PLUGIN_DIR
    text = MANIFEST.format(flag="    - --flex-volume-plugin-dir=/srv/flex\n", place="/srv/flex")
    host.put(controller_manager.MANIFEST, text, 0o600)
    done = run(volume_plugin_dir=default)
    assert [step["id"] for step in done["plan"]] == [f"File/{controller_manager.MANIFEST}"]
    assert host.did == []
    run(state="absent")
    assert host.did == [] and host.text(controller_manager.MANIFEST) == text


def test_a_controller_manager_that_looks_there_by_default_is_left_alone(
    run: Run, host: BareHost
) -> None:
    lay_out(host, "kubeadm")
    default = kubelet_layouts.PLUGIN_DIR
    host.put(controller_manager.MANIFEST, MANIFEST.format(flag="", place=default), 0o600)
    assert run(volume_plugin_dir=default)["changed"] is False
