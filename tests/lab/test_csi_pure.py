# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CSI driver's pure parts: ids, quantities, mounts, capabilities, settings, memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab/standin/csi"))

from cephfscsi import (
    binaries,
    capabilities,
    clusters,
    credentials,
    errors,
    fuse,
    mountinfo,
    quantity,
    settings,
    stages,
    volume_id,
)
from cephfscsi.ceph import Ceph, Subvolume
from cephfscsi.errors import CsiError

UUID = "24a9a2f8-6b3f-5b43-9d3a-0a5ba5a5e0c1"
CEPH_CSI_ID = f"0001-0009-rook-ceph-0000000000000001-{UUID}"
KEY = "AgDKEYKEYKEYKEY=="


def test_volume_ids_are_ceph_csis() -> None:
    identity = volume_id.VolumeId("rook-ceph", 1, UUID)
    assert str(identity) == CEPH_CSI_ID
    assert volume_id.parse(CEPH_CSI_ID) == identity
    assert identity.subvolume == f"csi-vol-{UUID}"


@pytest.mark.parametrize("name", ["a", "0001-0009", "x" * volume_id.CLUSTER_LIMIT])
def test_volume_ids_survive_any_cluster_name_within_128_bytes(name: str) -> None:
    identity = volume_id.VolumeId(name, 2**64 - 1, UUID)
    assert volume_id.parse(str(identity)) == identity
    assert len(str(identity)) <= 128


@pytest.mark.parametrize(
    "text",
    [
        "",
        "myfs-static",
        CEPH_CSI_ID[:-1],
        CEPH_CSI_ID + "0",
        CEPH_CSI_ID.replace("0001-0009", "0002-0009"),
        CEPH_CSI_ID.replace("0009", "ffff"),
        CEPH_CSI_ID.replace("0009", "0008"),
        CEPH_CSI_ID.replace("24a9", "24AZ"),
    ],
)
def test_ids_that_no_driver_made_are_no_volumes(text: str) -> None:
    assert volume_id.parse(text) is None


def test_the_same_request_is_the_same_volume() -> None:
    assert volume_id.volume_of("d", "pvc-1") == volume_id.volume_of("d", "pvc-1")
    assert volume_id.volume_of("d", "pvc-1") != volume_id.volume_of("d", "pvc-2")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1), ("1Gi", 2**30), ("1.5Gi", 3 * 2**29), ("10G", 10**10), ("1e3", 1000),
        ("2E", 2 * 10**18), ("100m", 1), (".5Ki", 512), ("1Ti", 2**40), ("128974848", 128974848),
    ],
)  # fmt: skip
def test_quantities_are_kubernetes(text: str, size: int) -> None:
    assert quantity.to_bytes(text) == size


@pytest.mark.parametrize("text", ["", "Gi", "1gi", "1 Gi", "-1Gi", "1GiB", "nan"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quantity"):
        quantity.to_bytes(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0"), (1, "1"), (2**30, "1Gi"), (3 * 2**29, "1536Mi"), (10**9, "1953125Ki")],
)
def test_sizes_are_written_without_loss(size: int, text: str) -> None:
    assert quantity.to_text(size) == text.replace("1953125Ki", "1000000000")
    assert quantity.to_bytes(quantity.to_text(size)) == size


MOUNTINFO = r"""
22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw
90 22 0:77 / /var/lib/a\040b rw,nosuid shared:9 master:2 - fuse.ceph-fuse ceph-fuse rw,user_id=0
91 22 0:78 / /var/lib/a\040b ro - tmpfs tm\134pfs rw
not a mount
"""


def test_mounts_are_read_with_escapes_and_the_uppermost_wins() -> None:
    found = mountinfo.parse(MOUNTINFO)
    assert set(found) == {"/", "/var/lib/a b"}
    assert found["/var/lib/a b"] == mountinfo.Mount("/var/lib/a b", "tmpfs", "tm\\pfs", ("ro",))


def capability(*flags: str, block: bool = False, kind: str = "") -> SimpleNamespace:
    return SimpleNamespace(
        HasField=lambda name: block and name == "block",
        mount=SimpleNamespace(fs_type=kind, mount_flags=flags),
    )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([], "are required"),
        ([capability(block=True)], "block volumes are not supported"),
        ([capability(), capability(kind="ext4")], "'ext4' is not supported"),
        ([capability("noatime", "debug", "x")], "mount options debug, x are not supported"),
    ],
)
def test_capabilities_it_has_not_are_refused(given: list[SimpleNamespace], reason: str) -> None:
    with pytest.raises(CsiError, match=reason) as caught:
        capabilities.check(given)
    assert caught.value.code == "INVALID_ARGUMENT"


def test_plain_file_systems_are_served() -> None:
    capabilities.check([capability(), capability("ro", "nosuid"), capability(kind="ceph")])


def test_secrets_of_old_and_new_rook_are_understood() -> None:
    old = {"adminID": "csi-cephfs-node", "adminKey": KEY}
    both = {**old, "userID": "csi-cephfs-node.1", "userKey": KEY}
    assert credentials.of_node(old).user == "csi-cephfs-node"
    assert credentials.of_node(both).user == "csi-cephfs-node.1"
    assert credentials.of_controller(both).user == "csi-cephfs-node"
    assert credentials.of_node(old).keyring == f"[client.csi-cephfs-node]\n\tkey = {KEY}\n"


def test_a_key_is_in_no_text_of_its_owner() -> None:
    assert KEY not in repr(credentials.Credentials("u", KEY))


@pytest.mark.parametrize(
    "data",
    [{}, {"userID": "u"}, {"userID": "u", "userKey": "a\nb"}, {"userID": "]", "userKey": KEY}],
)
def test_unusable_secrets_are_refused_without_showing_them(data: dict[str, str]) -> None:
    with pytest.raises(CsiError) as caught:
        credentials.of_node(data)
    assert KEY not in str(caught.value)


def config(folder: Path, *entries: object) -> Path:
    path = folder / "config.json"
    path.write_text(json.dumps(entries))
    return path


def test_a_clusters_monitors_are_rooks(tmp_path: Path) -> None:
    one = {"clusterID": "rook-ceph", "monitors": ["10.96.0.1:6789", "10.96.0.2:6789"]}
    path = config(tmp_path, {"clusterID": "other"}, {**one, "cephFS": {"subvolumeGroup": ""}})
    found = clusters.find(path, "rook-ceph")
    assert (found.mon_host, found.group) == ("10.96.0.1:6789,10.96.0.2:6789", "csi")
    path = config(tmp_path, {**one, "cephFS": {"subvolumeGroup": "mine"}})
    assert clusters.find(path, "rook-ceph").group == "mine"


def test_an_unknown_cluster_is_named_with_those_known(tmp_path: Path) -> None:
    path = config(tmp_path, {"clusterID": "one", "monitors": []})
    with pytest.raises(CsiError, match=r"cluster ID 'two'.* has one"):
        clusters.find(path, "two")
    with pytest.raises(CsiError, match="no monitors"):
        clusters.find(path, "one")
    with pytest.raises(CsiError, match="has none"):
        clusters.find(tmp_path / "absent.json", "two")


def test_settings_come_from_the_pod() -> None:
    env = {"ROLE": "node", "NODE_ID": "w1", "KUBELET_DIR": "/data/kubelet", "DRIVER_NAME": "d"}
    found = settings.read(env)
    assert str(found.socket) == "/data/kubelet/plugins/d/csi.sock"
    assert str(found.registration) == "/data/kubelet/plugins_registry/d-reg.sock"
    api = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    assert settings.read({"ROLE": "controller", **api}).api == "https://[fd00::1]:443"


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({}, "ROLE is ''"),
        ({"ROLE": "node"}, "NODE_ID is empty"),
        ({"ROLE": "controller"}, "KUBERNETES_SERVICE_HOST"),
        ({"ROLE": "node", "NODE_ID": "n", "KUBELET_DIR": "/" + "x" * 99}, "longer than 107 bytes"),
    ],
)
def test_bad_settings_are_refused(env: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        settings.read(env)


STAGE = stages.Stage("/stage", CEPH_CSI_ID, "rook-ceph", "myfs", "/volumes/csi/a/b", "node")


def test_stages_are_remembered_for_root_alone(tmp_path: Path) -> None:
    memory = stages.Stages(tmp_path / "stages")
    assert memory.all() == []
    for _ in range(2):
        memory.keep(STAGE, credentials.Credentials("node", KEY))
    assert stages.Stages(tmp_path / "stages").find("/stage") == STAGE
    files = list((tmp_path / "stages").iterdir())
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    assert [file.suffix for file in files if KEY in file.read_text()] == [".keyring"]
    memory.forget(STAGE)
    assert list((tmp_path / "stages").iterdir()) == []


def test_a_key_is_on_no_command_line(tmp_path: Path) -> None:
    words = fuse.arguments(STAGE, "10.96.0.1:6789", tmp_path / "keyring")
    assert f"--keyring={tmp_path}/keyring" in words
    assert not [word for word in words if word.startswith(("--key=", "--keyfile", "--secret"))]
    assert words[-1] == "/stage"


LDD = """
\tlinux-vdso.so.1 (0x00007ffd)
\tlibfuse3.so.4 => /lib/x86_64-linux-gnu/libfuse3.so.4 (0x00007f)
\tlibceph-common.so.2 => /usr/lib/ceph/libceph-common.so.2 (0x00007f)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f)
"""


def test_a_program_is_copied_with_its_libraries_and_loader(tmp_path: Path) -> None:
    assert [path.name for path in binaries.linked(LDD)] == [
        "libfuse3.so.4",
        "libceph-common.so.2",
        "ld-linux-x86-64.so.2",
    ]
    (tmp_path / "bin-old").mkdir()
    (tmp_path / "bin-new").mkdir()
    copy = binaries.install(tmp_path, Path("/bin/true"))
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]
    assert binaries.install(tmp_path, Path("/bin/true")) == copy
    command = binaries.command(copy, "true")
    assert Path(command[0]).name.startswith("ld-")
    assert binaries.subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "name"),
    [("NOT_FOUND", "NotFound"), ("INTERNAL", "Internal"), ("CANCELLED", "Canceled")],
)
def test_statuses_are_spelled_as_in_events(code: str, name: str) -> None:
    assert errors.go_name(code) == name


class Answers:
    """A connection that gives one answer to everything."""

    def __init__(self, *answer: object) -> None:
        self.answer = answer
        self.asked: list[dict[str, object]] = []

    def mgr_command(self, command: str, data: bytes) -> tuple[object, ...]:
        self.asked.append(json.loads(command))
        return self.answer

    mon_command = mgr_command


PLACE = Subvolume("myfs", "csi", "csi-vol-1")


def test_file_systems_are_read_with_their_numbers() -> None:
    dump = {"filesystems": [{"id": 3, "mdsmap": {"fs_name": "myfs"}}]}
    assert Ceph(Answers(0, json.dumps(dump).encode(), "")).filesystems() == {"myfs": 3}


def test_a_subvolume_without_quota_is_infinite() -> None:
    answers = Answers(0, b'{"path": "/volumes/x", "bytes_quota": "infinite"}', "")
    found = Ceph(answers).info(PLACE)
    assert found is not None
    assert (found.path, found.quota) == ("/volumes/x", None)


def test_what_is_gone_is_none_and_removed() -> None:
    ceph = Ceph(Answers(-2, b"", "no such subvolume"))
    assert ceph.info(PLACE) is None
    ceph.remove(PLACE)


@pytest.mark.parametrize(
    ("status", "code"),
    [(-39, "FAILED_PRECONDITION"), (-110, "DEADLINE_EXCEEDED"), (-5, "INTERNAL")],
)
def test_cephs_refusals_keep_their_words(status: int, code: str) -> None:
    ceph = Ceph(Answers(status, b"", "the reason"))
    with pytest.raises(
        CsiError, match="refused 'fs subvolume rm' for csi-vol-1: the rea"
    ) as caught:
        ceph.remove(PLACE)
    assert caught.value.code == code
