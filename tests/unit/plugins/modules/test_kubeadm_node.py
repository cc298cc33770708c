# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host becomes a node once, a broken run is resumed, and nothing foreign is ever touched."""

from __future__ import annotations

import errno
import functools
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.modules import kubeadm_node
from barehost import Answer, BareHost
from diskhost import call

Run = t.Callable[..., dict[str, t.Any]]
ADMIN, KUBELET = "/etc/kubernetes/admin.conf", "/var/lib/kubelet/config.yaml"
RULES = """\
*filter
:INPUT ACCEPT [0:0]
:KUBE-FIREWALL - [0:0]
-A INPUT -j KUBE-FIREWALL
-A INPUT -p tcp -j ACCEPT
COMMIT
"""


class KubeadmHost(BareHost):
    """A host with a kubeadm that does what the real one leaves behind."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.put("/usr/bin/kubeadm", "", 0o755)
        self.configs: list[str] = []
        self.broken = False
        self.answers["kubeadm"] = self._kubeadm

    def _kubeadm(self, words: tuple[str, ...]) -> Answer:
        self.did.append(" ".join(word for word in words[1:] if not word.startswith("--config")))
        if words[1] == "reset":
            self.path(ADMIN).unlink(missing_ok=True)
            self.path(KUBELET).unlink(missing_ok=True)
            return 0, ""
        name = next(word for word in words if word.startswith("--config=")).partition("=")[2]
        assert Path(name).stat().st_mode & 0o777 == 0o600
        self.configs.append(Path(name).read_text())
        self.put(ADMIN, "")
        if self.broken:
            return 1, "[preflight] some error"
        self.put(KUBELET, "")
        self.put("/usr/libexec/kubernetes/x", "")
        self.links, self.tables, self.rules = ["eth0", "cni0"], ["ip kube-proxy", "ip own"], RULES
        return 0, ""


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KubeadmHost:
    host = KubeadmHost(tmp_path)
    monkeypatch.setattr(kubeadm_node, "System", lambda: host)
    return host


@pytest.fixture(name="run")
def _run(host: KubeadmHost, capsys: pytest.CaptureFixture[str]) -> Run:
    assert host
    return functools.partial(call, capsys, kubeadm_node)


def ids(result: dict[str, t.Any]) -> list[str]:
    assert result.get("failed") is None, result["msg"]
    return [step["id"] for step in result["plan"]]


def test_check_mode_predicts_the_beginning_and_does_nothing(run: Run, host: KubeadmHost) -> None:
    result = run(check=True, first=True, config="kind: x\n")
    assert (result["changed"], ids(result), host.did) == (True, ["Kubeadm/init"], [])


def test_a_cluster_begins_once_and_its_configuration_leaves_no_trace(
    run: Run, host: KubeadmHost
) -> None:
    assert ids(run(first=True, config="kind: x\n")) == ["Kubeadm/init"]
    assert (host.did, host.configs) == (["init --skip-token-print"], ["kind: x\n"])
    assert [path.name for path in host.path("/run").iterdir()] == [".keep"]
    assert run(first=True, config="kind: y\n")["changed"] is False


@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_configuration_that_a_killed_run_left_goes(
    run: Run, host: KubeadmHost, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    class Killed(BaseException):
        """Nothing after it is run."""

    def killed(_words: tuple[str, ...]) -> Answer:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setitem(host.answers, "kubeadm", killed)
        patch.setattr(Path, "unlink", lambda _self, missing_ok=False: None)
        patch.setattr(os, "unlink", lambda _name: None)
        with pytest.raises(Killed):
            run(config="token: abcdef\n")
    left = [path for path in host.path("/run").iterdir() if path.suffix == ".yml"]
    assert [path.read_text() for path in left] == ["token: abcdef\n"]
    run(state=state, **({"config": "token: other\n"} if state == "present" else {}))
    assert not any(path.exists() for path in left)


def test_a_node_joins(run: Run, host: KubeadmHost) -> None:
    assert ids(run(config="kind: x\n")) == ["Kubeadm/join"]
    assert host.did == ["join"]


def test_a_try_that_broke_off_is_reset_and_made_again(run: Run, host: KubeadmHost) -> None:
    host.broken = True
    message = run(config="kind: x\n")["msg"]
    assert "[preflight] some error" in message and "what is left of this try" in message
    host.broken = False
    assert ids(run(config="kind: x\n")) == ["Kubeadm/reset", "Kubeadm/join"]
    assert run(config="kind: x\n")["changed"] is False


def test_a_node_that_was_finished_and_lost_a_file_is_not_reset(run: Run, host: KubeadmHost) -> None:
    run(first=True, config="kind: x\n")
    host.path(KUBELET).unlink()
    message = run(first=True, config="kind: x\n")["msg"]
    assert f"File/{KUBELET}: it is gone from a node that was finished" in message
    assert "Put it back" in message and host.did == ["init --skip-token-print"]


def test_a_removal_that_broke_off_is_no_finished_node(run: Run, host: KubeadmHost) -> None:
    run(config="kind: x\n")
    host.answers["kubeadm"] = lambda _words: (1, "broken")
    broken = run(state="absent")
    assert "broken" in broken["msg"]
    assert (broken["changed"], broken["plan"], broken["diff"]) == (False, [], [])
    host.path(KUBELET).unlink()
    assert ids(run(check=True, config="kind: x\n")) == ["Kubeadm/reset", "Kubeadm/join"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_kubernetes_of_somebody_else_is_never_touched(
    run: Run, host: KubeadmHost, state: str
) -> None:
    host.put(ADMIN, "theirs")
    message = run(state=state, config="kind: x\n")["msg"]
    assert f"File/{ADMIN}: it belongs to a Kubernetes that this role did not make" in message
    assert (host.text(ADMIN), host.did) == ("theirs", [])


def test_absent_takes_everything_of_kubernetes_and_nothing_else(
    run: Run, host: KubeadmHost
) -> None:
    run(first=True, config="kind: x\n")
    predicted = run(check=True, state="absent", whole_cluster=True)
    assert host.path(ADMIN).exists()
    assert host.limits["kubeadm"] == host.LONG
    done = run(state="absent", whole_cluster=True)
    assert host.limits["kubeadm"] == 900
    assert ids(done) == ids(predicted)
    assert "reset --force" in host.did[1] and "--skip-phases=remove-etcd-member" in host.did[1]
    assert (host.links, host.tables) == (["eth0"], ["ip own"])
    assert "KUBE" not in host.rules and "-A INPUT -p tcp -j ACCEPT" in host.rules
    for name in ("/etc/kubernetes", "/var/lib/kubelet", "/usr/libexec/kubernetes", "/etc/rookery"):
        assert not host.path(name).exists()
    assert run(state="absent")["changed"] is False


def test_the_etcd_member_leaves_in_order_when_the_cluster_stays(
    run: Run, host: KubeadmHost
) -> None:
    run(config="kind: x\n")
    run(state="absent")
    assert "remove-etcd-member" not in host.did[1]


def test_a_bare_host_is_absent_already(run: Run) -> None:
    assert run(state="absent")["changed"] is False


def test_a_volume_that_a_pod_still_uses_is_refused(run: Run, host: KubeadmHost) -> None:
    run(config="kind: x\n")
    mount = "/var/lib/kubelet/pods/1/mount rw - ceph 192.0.2.1:/ rw"
    host.put("/proc/1/mountinfo", f"1 1 0:9 / {mount}\n")
    message = run(state="absent")["msg"]
    assert "Mount//var/lib/kubelet/pods/1/mount (ceph from 192.0.2.1:/)" in message
    assert host.did == ["join"]


def test_what_is_mounted_below_outlives_the_removal(run: Run, host: KubeadmHost) -> None:
    run(config="kind: x\n")
    host.path(ADMIN).unlink()
    host.path(KUBELET).unlink()
    theirs = host.put("/var/lib/kubelet/pods/1/data/theirs", "precious")
    mount = "/var/lib/kubelet/pods/1/data rw - nfs4 192.0.2.1:/data rw"
    host.put("/proc/1/mountinfo", f"1 1 0:9 / {mount}\n")
    message = run(state="absent")["msg"]
    assert "mounted there: /var/lib/kubelet/pods/1/data" in message
    assert theirs.read_text() == "precious"


@pytest.mark.parametrize("gone", [True, False])
def test_what_containerd_unmounts_at_the_same_time_is_no_fault(
    gone: bool, run: Run, host: KubeadmHost
) -> None:
    run(config="kind: x\n")
    point = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/1/rootfs"
    host.put("/proc/1/mountinfo", f"1 1 0:9 / {point} rw - overlay overlay rw\n")

    def umount(_words: tuple[str, ...]) -> Answer:
        if gone:
            host.put("/proc/1/mountinfo", "")
        return 32, "umount: no mount point specified." if gone else "umount: target is busy."

    host.answers["umount"] = umount
    done = run(state="absent")
    assert ("target is busy" in done.get("msg", "")) is not gone
    assert ("umount --lazy` if its storage is gone" in done.get("msg", "")) is not gone
    assert host.path("/etc/kubernetes").exists() is not gone


def test_disks_of_their_own_at_kubernetes_directories_stay_mounted(
    run: Run, host: KubeadmHost
) -> None:
    run(first=True, config="kind: x\n")
    host.put("/var/lib/etcd/member/snap", "")
    rows = (
        "8:17 / /var/lib/kubelet rw - ext4 /dev/sdb1",
        "8:33 / /var/lib/etcd rw - xfs /dev/sdc1",
    )
    host.put("/proc/1/mountinfo", "".join(f"1 1 {row} rw\n" for row in rows))
    host.answers["umount"] = lambda words: pytest.fail(f"unmounts {words[1]}")
    assert run(state="absent").get("failed") is None
    for name in ("/var/lib/kubelet", "/var/lib/etcd"):
        assert host.path(name).is_dir() and not any(host.path(name).iterdir())
    assert run(state="absent")["changed"] is False


def test_a_control_group_that_systemd_removes_at_the_same_time_is_no_fault(
    run: Run, host: KubeadmHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(config="kind: x\n")
    group = host.path("/sys/fs/cgroup/pids/kubepods.slice")
    (group / "pod1").mkdir(parents=True)
    rmdir = os.rmdir

    def late(folder: t.Any, **how: t.Any) -> None:
        rmdir(folder, **how)
        if "cgroup" in str(folder):
            rmdir(folder, **how)

    monkeypatch.setattr(os, "rmdir", late)
    run(state="absent")
    assert not group.exists() and not host.path("/etc/rookery").exists()


def test_pods_that_outlived_a_reset_are_ended_and_named_when_they_do_not(
    run: Run, host: KubeadmHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(config="kind: x\n")
    host.path(ADMIN).unlink()
    host.path(KUBELET).unlink()
    group = host.path("/sys/fs/cgroup/kubepods.slice")
    host.put("/sys/fs/cgroup/kubepods.slice/cgroup.procs", "77\n")
    rmdir = os.rmdir

    def held(folder: t.Any, **how: t.Any) -> None:
        if Path(str(folder)) == group:
            raise OSError(errno.EBUSY, "Device or resource busy", str(folder))
        rmdir(folder, **how)

    monkeypatch.setattr(os, "rmdir", held)
    assert "still there: process 77" in run(state="absent")["msg"]
    assert "stop kubepods.slice" in host.did
    host.path("/sys/fs/cgroup/kubepods.slice/cgroup.procs").write_text("")
    assert run(state="absent").get("failed") is None


def test_a_network_that_is_still_mounted_is_unmounted_before_it_is_removed(
    run: Run, host: KubeadmHost
) -> None:
    run(config="kind: x\n")
    host.put("/run/netns/cni-1", "")
    host.put("/proc/1/mountinfo", "1 1 0:4 net:[4026532] /run/netns/cni-1 rw - nsfs nsfs rw\n")

    def umount(words: tuple[str, ...]) -> Answer:
        host.put("/proc/1/mountinfo", "")
        host.did.append(" ".join(words))
        return 0, ""

    host.answers["umount"] = umount
    assert run(state="absent").get("failed") is None
    assert "umount /run/netns/cni-1" in host.did and not host.path("/run/netns/cni-1").exists()


def test_a_directory_that_was_moved_elsewhere_is_named_with_a_way_out(
    run: Run, host: KubeadmHost
) -> None:
    run(config="kind: x\n")
    host.path("/var/lib/kubelet").rename(host.path("/srv"))
    host.path("/var/lib/kubelet").symlink_to(host.path("/srv"))
    message = run(state="absent")["msg"]
    assert "directory /var/lib/kubelet: it is a link to another place" in message
    assert "Remove" in message and host.path("/srv").is_dir()


def test_what_is_left_in_spite_of_all_is_named(run: Run, host: KubeadmHost) -> None:
    run(config="kind: x\n")
    host.answers["iptables-restore"] = lambda _words: (0, "")
    message = run(state="absent")["msg"]
    assert "still there: chains in iptables-save" in message
    assert host.path("/etc/rookery/kubeadm.json").exists()


def test_a_configuration_is_needed_to_make_a_node(run: Run) -> None:
    assert "config" in run()["msg"]
