# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host is brought to what is wanted, recorded, and brought back to exactly what it was."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import packages, turns
from ansible_collections.rookery.rook.plugins.modules import host_state
from barehost import BareHost, archive
from diskhost import call

Run = t.Callable[..., dict[str, t.Any]]
WISH: dict[str, t.Any] = {
    "address": "192.0.2.11",
    "swap_refused": True,
    "modules": ["overlay", "br_netfilter"],
    "sysctls": {"net.ipv4.ip_forward": 1, "net.ipv4.none": 1},
    "directories": [{"path": "/srv/osd", "mode": "0750"}],
    "files": [
        {"path": "/etc/demo.conf", "content": "new\n"},
        {"path": "/etc/demo.d/own.conf", "content": "own\n"},
    ],
    "copies": [{"src": "/art/bin/kubelet", "dest": "/usr/local/bin/kubelet"}],
    "packages": ["containerd"],
    "units": [
        {"name": "containerd", "restart_on": ["/etc/demo.conf"]},
        {"name": "kubelet", "started_when": "/var/lib/kubelet/config.yaml"},
    ],
    "images": ["/art/images"],
}

DRIFTED = {"path": "/etc/demo.conf", "content": "x\n", "reason": "drift", "cure": "No."}


@pytest.fixture(name="host")
def _host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BareHost:
    host = BareHost(tmp_path, "base-files")
    monkeypatch.setattr(host_state, "System", lambda: host)
    host.available = {"containerd": ["runc"]}
    host.put("/proc/swaps", "Filename Type\n")
    host.put("/proc/sys/net/ipv4/ip_forward", "0\n")
    host.put("/etc/demo.conf", "old\n", 0o600)
    host.put("/art/bin/kubelet", "program")
    archive(host.path("/art/images/pause.tar"), pause="sha256:1")
    host.unit("kubelet.service")
    host.unit("containerd.service", ActiveState="active", UnitFileState="enabled")
    return host


@pytest.fixture(name="run")
def _run(host: BareHost, capsys: pytest.CaptureFixture[str]) -> Run:
    assert host
    return functools.partial(call, capsys, host_state, name="demo")


def ids(result: dict[str, t.Any]) -> list[str]:
    return [step["id"] for step in result["plan"]]


def everything(host: BareHost) -> dict[str, tuple[int, bytes]]:
    """Return every file of the host with its mode."""
    files = (path for path in host.root.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in files}


def test_check_mode_predicts_the_run_and_changes_nothing(run: Run, host: BareHost) -> None:
    before = everything(host)
    predicted = run(check=True, **WISH)
    assert (everything(host), host.did) == (before, [])
    done = run(**WISH)
    assert done.get("failed") is None, done["msg"]
    assert (done["plan"], done["diff"]) == (predicted["plan"], predicted["diff"])
    assert ids(done) == [
        "KernelModule/overlay", "Sysctl/net.ipv4.ip_forward", "Directory//srv/osd",
        "File//etc/demo.conf", "File//etc/demo.d/own.conf", "File//usr/local/bin/kubelet",
        "Package/containerd", "Unit/containerd", "Unit/kubelet", "Image/pause",
    ]  # fmt: skip


def test_what_this_kernel_lacks_is_noted_and_passed_over(run: Run) -> None:
    notes = run(**WISH)["host"]["notes"]
    assert [note.split(" is ")[0].split(" does ")[0] for note in notes] == [
        "Kernel module br_netfilter", "Kernel setting net.ipv4.none",
    ]  # fmt: skip


def test_a_module_that_is_built_in_is_no_news(run: Run, host: BareHost) -> None:
    host.put("/proc/sys/net/bridge/bridge-nf-call-iptables", "1\n")
    host.put("/proc/filesystems", "nodev\toverlay\n")
    result = run(modules=WISH["modules"])
    assert (result["changed"], result["host"]["notes"]) == (False, [])


def test_a_second_run_changes_nothing(run: Run, host: BareHost) -> None:
    run(**WISH)
    host.put("/proc/modules", "overlay 1 0\n")
    before = everything(host)
    again = run(**WISH)
    assert (ids(again), again["changed"], everything(host)) == ([], False, before)


def test_absent_brings_back_exactly_what_was_there(run: Run, host: BareHost) -> None:
    before, packages = everything(host), dict(host.packages)
    run(**WISH)
    predicted = run(check=True, state="absent")
    done = run(state="absent")
    assert ids(done) == ids(predicted) and ids(done)[-1] == "Record/demo"
    assert (everything(host), host.packages, host.images) == (before, packages, {})
    assert not host.path("/srv/osd").exists() and not host.path("/etc/rookery").exists()
    assert host.units["containerd.service"]["UnitFileState"] == "enabled"
    assert host.units["kubelet.service"]["UnitFileState"] == "disabled"
    assert run(state="absent")["changed"] is False


def test_a_repaired_file_restarts_the_unit_that_reads_it(run: Run, host: BareHost) -> None:
    run(**WISH)
    host.put("/proc/modules", "overlay 1 0\n")
    host.put("/etc/demo.conf", "by hand\n")
    host.did.clear()
    assert ids(run(**WISH)) == ["File//etc/demo.conf", "Unit/containerd"]
    assert host.did == ["daemon-reload", "restart containerd"]


def test_a_restart_that_a_run_owed_is_made_up_for_by_the_next(run: Run, host: BareHost) -> None:
    """Its files are right, and the packages between them and the unit could not be had."""
    offered, host.available = host.available, {}
    broken = run(**WISH)
    assert "Unable to locate" in broken["msg"] and broken["changed"] is True
    assert ids(broken)[-1] == broken["diff"][-1]["after_header"] == "File//usr/local/bin/kubelet"
    host.available = offered
    host.did.clear()
    predicted = run(check=True, **WISH)
    done = run(**WISH)
    assert done["plan"] == predicted["plan"] and "File//etc/demo.conf" not in ids(done)
    (reason,) = (step["reason"] for step in done["plan"] if step["id"] == "Unit/containerd")
    assert reason == "what it reads was changed by a run that broke off"
    assert "restart containerd" in host.did
    host.put("/proc/modules", "overlay 1 0\n")
    assert run(**WISH)["changed"] is False
    assert host.did.count("restart containerd") == 1
    run(state="absent")
    assert not host.path("/etc/rookery").exists()


def test_a_file_that_is_no_longer_wanted_becomes_as_it_was(run: Run, host: BareHost) -> None:
    run(files=WISH["files"])
    result = run(files=WISH["files"][1:])
    assert ids(result) == ["File//etc/demo.conf"]
    assert host.text("/etc/demo.conf") == "old\n"
    assert host.path("/etc/demo.conf").stat().st_mode & 0o777 == 0o600


def test_a_unit_starts_only_once_what_it_waits_for_is_there(run: Run, host: BareHost) -> None:
    run(units=WISH["units"][1:])
    assert host.units["kubelet.service"]["ActiveState"] == "inactive"
    host.put("/var/lib/kubelet/config.yaml", "")
    run(units=WISH["units"][1:])
    assert host.units["kubelet.service"]["ActiveState"] == "active"


def test_probes_digests_and_images_for_later_are_told(
    run: Run, host: BareHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.put("/etc/one", "1")
    both = ["/etc/one", "/etc/two"]
    probes = {"one": both[:1], "both": both}
    result = run(probes=probes, digests=both, images_later=["/art/images"])
    assert result["host"]["probes"] == {"one": True, "both": False}
    digests = result["host"]["digests"]
    assert digests["/etc/two"] == "" and digests["/etc/one"].startswith("6b86b273ff34fce1")
    assert result["host"]["images_later"] == [str(host.path("/art/images/pause.tar"))]
    # What somebody else does until it is one's turn is seen.
    taken, late = turns._taken, functools.partial(host.put, "/etc/two", "2")
    monkeypatch.setattr(turns, "_taken", lambda *where: (late(), taken(*where))[1])
    assert run(probes={"both": both})["host"]["probes"] == {"both": True}


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"address": "192.0.2.99"}, "Address/192.0.2.99: this host does not have it"),
        ({"swap_refused": True}, "Swap//dev/sda2: a kubelet does not start"),
        ({"expects": [DRIFTED]}, "File//etc/demo.conf: drift: -old; +x. No."),
        ({"copies": [{"src": "/art/none", "dest": "/x"}]}, "there is no file /art/none"),
        ({"directories": [{"path": "/etc/demo.conf"}]}, "there is a file of that name"),
        ({"state": "absent", "purge": [{"path": "/var/lib"}]}, "the host's own files are there"),
        ({"state": "absent", "purge": [{"path": "/a/../b"}]}, "not an absolute, plain path"),
        ({"state": "absent", "purge": [{"path": "//var/lib"}]}, "not an absolute, plain path"),
        ({"state": "absent", "purge": [{"path": f"/{'home'}/al/rook"}]}, "person's own files are"),
        ({"state": "absent", "purge": [{"path": f"/{'root'}/rook"}]}, "person's own files are"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_change(
    run: Run, host: BareHost, wish: dict[str, t.Any], words: str
) -> None:
    host.put("/proc/swaps", "Filename Type\n/dev/sda2 partition\n")
    before = everything(host)
    result = run(**{"files": WISH["files"], **wish})
    assert result["failed"] is True and words in result["msg"]
    assert everything(host) == before


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/var/lib/demo", "it is a link to another place"),
        ("/var/lib/demo/data", "/var/lib/demo is a link to another place"),
    ],
)
def test_nothing_is_removed_through_a_link(run: Run, host: BareHost, path: str, words: str) -> None:
    host.put("/srv/theirs/data/x", "precious")
    host.path("/var/lib").mkdir(parents=True, exist_ok=True)
    host.path("/var/lib/demo").symlink_to(host.path("/srv/theirs"))
    assert words in run(state="absent", purge=[{"path": path}])["msg"]
    assert host.path("/srv/theirs/data/x").exists()


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("dm-crypt", "/proc/modules", "dm_crypt 65536 0 - Live 0x0\n"),
        ("dm-crypt", "/sys/module/dm_crypt/refcnt", "0\n"),
        ("nbd", "/lib/modules/6.1.0/modules.builtin", "kernel/drivers/block/nbd.ko\n"),
        ("dm_crypt", "/lib/modules/6.1.0/modules.builtin", "kernel/drivers/md/dm-crypt.ko\n"),
    ],
)
def test_a_kernel_module_that_is_there_by_whatever_name_is_not_loaded_again(
    run: Run, host: BareHost, name: str, file: str, text: str
) -> None:
    host.put("/proc/sys/kernel/osrelease", "6.1.0\n")
    host.answers["modprobe"] = lambda _words: (0, "")
    host.put(file, text)
    assert run(modules=[name])["plan"] == []


def test_a_package_that_does_not_exist_is_named_with_a_way_out(run: Run) -> None:
    message = run(packages=["nosuch"])["msg"]
    assert "Failed to install nosuch" in message and "Unable to locate" in message
    assert "package sources" in message


INTERRUPTED = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct"
LOCKED = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 71 (apt-get)"


def busy(host: BareHost, times: int, said: str, verb: str) -> list[str]:
    """Let apt refuse a verb some times; return what is asked of apt and of dpkg."""
    asked: list[str] = []
    apt = host._apt

    def refuse(words: tuple[str, ...]) -> tuple[int, str]:
        mine = verb in words and "--simulate" not in words
        asked.append(f"apt {verb}" if mine else "apt")
        return (100, said) if mine and asked.count(f"apt {verb}") <= times else apt(words)

    def configure(words: tuple[str, ...]) -> tuple[int, str]:
        asked.append(" ".join(words))
        return 0, ""

    host.answers["apt-get"] = refuse
    host.answers["dpkg"] = configure
    return asked


@pytest.mark.parametrize(("state", "verb"), [("present", "install"), ("absent", "purge")])
def test_what_an_interrupted_dpkg_has_left_is_finished_first(
    run: Run, host: BareHost, state: str, verb: str
) -> None:
    wish = {"packages": ["containerd"]} if state == "present" else {}
    if state == "absent":
        run(packages=["containerd"])
    asked = busy(host, 1, INTERRUPTED, verb)
    assert run(state=state, **wish).get("failed") is None
    mended = asked.index("dpkg --force-confold --configure -a")
    assert asked[mended - 1] == asked[mended + 1] == f"apt {verb}"
    assert ("containerd" in host.packages) is (state == "present")


def test_a_dpkg_that_stays_interrupted_is_told(run: Run, host: BareHost) -> None:
    asked = busy(host, 9, INTERRUPTED, "install")
    assert "dpkg was interrupted" in run(packages=["containerd"])["msg"]
    assert asked.count("apt install") == 2


def test_another_apt_that_reads_the_lists_is_waited_for_and_named_at_the_limit(
    run: Run, host: BareHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_PAUSE", 0.0)
    asked = busy(host, 3, LOCKED, "update")
    assert run(packages=["containerd"]).get("failed") is None
    assert asked.count("apt update") == 4
    monkeypatch.setattr(packages, "_LISTS_SECONDS", 0.0)
    busy(host, 9, LOCKED, "update")
    assert "held by process 71 (apt-get)" in run(packages=["containerd", "runc", "x"])["msg"]


def test_a_containerd_that_hangs_is_named_and_not_taken_for_empty(run: Run, host: BareHost) -> None:
    host.answers["ctr"] = lambda _words: (124, "no end after 300 s")
    message = run(images=["/art/images"])["msg"]
    assert "Failed to list the images of containerd: no end after 300 s" in message
    assert "journalctl -u containerd" in message
    # To size each image, ctr reads the store, which an import keeps busy.
    assert host.limits["ctr"] is None


@pytest.mark.parametrize(("wish", "folder"), [("images", "/art/images"), ("copies", "/art/bin")])
def test_a_directory_whose_server_is_gone_keeps_nobody_waiting(
    run: Run, host: BareHost, wish: str, folder: str
) -> None:
    host.answers["find"] = lambda words: (124 if words[1] == str(host.path(folder)) else 0, "")
    message = run(**{wish: WISH[wish]})["msg"]
    assert f"Failed to look into directory {folder}: it does not answer within 45 s" in message


def test_only_what_fetches_or_unpacks_is_waited_for_as_long_as_that_may_take(
    run: Run, host: BareHost
) -> None:
    run(**WISH)
    assert (host.limits["apt-get"], host.limits["ctr"]) == (host.LONG, host.LONG)
    assert host.limits["systemctl"] is None and host.LIMIT <= 300
    run(state="absent")
    assert (host.limits["apt-get"], host.limits["ctr"]) == (host.LONG, None)


def test_packages_that_others_need_stay_and_this_is_told(run: Run, host: BareHost) -> None:
    run(packages=["containerd"])
    removal = host.answers.setdefault
    removal("apt-get", lambda _words: (0, "Purg containerd [1]\nPurg runc [1]\nRemv docker [1]\n"))
    result = run(state="absent")
    assert "docker, installed by somebody else" in result["host"]["notes"][0]
    assert "containerd" in host.packages and host.path("/etc/rookery/demo.json").exists()


def test_what_containerd_held_goes_only_with_a_containerd_of_ours(run: Run, host: BareHost) -> None:
    host.put("/var/lib/containerd/db", "x")
    purge = [{"path": "/var/lib/containerd", "package": "containerd"}]
    assert run(state="absent", purge=purge)["changed"] is False
    run(packages=["containerd"])
    run(state="absent", purge=purge)
    assert not host.path("/var/lib/containerd").exists()


def test_a_removal_that_broke_off_after_the_packages_still_takes_what_they_held(
    run: Run, host: BareHost
) -> None:
    run(packages=["containerd"])
    host.put("/var/lib/containerd/db", "x")
    purge = [{"path": "/var/lib/containerd", "package": "containerd"}]
    host.put("/proc/1/mountinfo", "1 1 8:1 / /var/lib/containerd/m rw - ext4 /dev/sda1 rw\n")
    assert "mounted there" in run(state="absent", purge=purge)["msg"]
    assert "containerd" not in host.packages
    host.put("/proc/1/mountinfo", "")
    run(state="absent", purge=purge)
    assert not host.path("/var/lib/containerd").exists()
    assert not host.path("/etc/rookery").exists()


DISK = "1 1 8:17 / /var/lib/demo rw - xfs /dev/sdb1 rw\n"


def test_a_disk_of_its_own_at_a_directory_is_emptied_and_stays(run: Run, host: BareHost) -> None:
    run(directories=[{"path": "/var/lib/demo"}])
    host.put("/var/lib/demo/mon-a/keyring", "")
    host.put("/var/lib/demo/lost+found/x", "")
    host.path("/var/lib/demo/link").symlink_to(host.path("/etc"))
    host.put("/proc/1/mountinfo", DISK)
    wish = {"state": "absent", "purge": [{"path": "/var/lib/demo"}]}
    assert run(check=True, **wish)["changed"] and host.path("/var/lib/demo/mon-a").exists()
    assert run(**wish).get("failed") is None
    assert [item.name for item in host.path("/var/lib/demo").iterdir()] == ["lost+found"]
    assert host.path("/etc").is_dir() and run(**wish)["changed"] is False


@pytest.mark.parametrize(
    "mounted", [DISK.replace("/dev/sdb1", "nas:/rook"), DISK.replace("8:17 /", "8:17 /theirs")]
)
def test_what_is_mounted_from_elsewhere_is_not_emptied(
    run: Run, host: BareHost, mounted: str
) -> None:
    host.put("/var/lib/demo/x", "")
    host.put("/proc/1/mountinfo", mounted)
    result = run(state="absent", purge=[{"path": "/var/lib/demo"}])
    assert "mounted there: /var/lib/demo" in result["msg"]
    assert host.path("/var/lib/demo/x").exists()


def test_nothing_is_removed_below_which_something_is_mounted(run: Run, host: BareHost) -> None:
    host.put("/var/lib/demo/x", "")
    host.put("/proc/1/mountinfo", "1 1 8:1 / /var/lib/demo/m rw - ext4 /dev/sda1 rw\n")
    result = run(state="absent", purge=[{"path": "/var/lib/demo"}])
    assert "mounted there: /var/lib/demo/m" in result["msg"]
    assert host.path("/var/lib/demo/x").exists()
