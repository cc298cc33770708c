# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image archives: the same bytes for the same input, and a strict reader finds all in them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import typing as t
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from rooklab import images, oci, rook, roots
from rooklab.config import Config
from rooklab.errors import LabError

LONG = "a" * 90 + "/" + "ü" * 90
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="owners and capabilities take root")


def make_tree(top: Path, *names: str) -> Path:
    """Make files in the order given; the order in which a directory lists them may follow it."""
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(name)
    return top


def members(layer: oci.Layer) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(layer.path) as tar:
        return {member.name: member for member in tar}


def read_strictly(path: Path) -> dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]]:
    """Return manifest and configuration by image name; every blob is checked and must be used."""
    with tarfile.open(path) as tar:
        assert tar.getnames()[:2] == ["index.json", "oci-layout"]
        assert len(tar.getnames()) == len(set(tar.getnames()))
        content = {m.name: t.cast("io.BufferedReader", tar.extractfile(m)).read() for m in tar}
    assert json.loads(content.pop("oci-layout")) == {"imageLayoutVersion": "1.0.0"}
    index = json.loads(content.pop("index.json"))
    used: set[str] = set()

    def blob(descriptor: dict[str, t.Any]) -> bytes:
        algorithm, digest = descriptor["digest"].split(":")
        data = content[f"blobs/{algorithm}/{digest}"]
        assert hashlib.sha256(data).hexdigest() == digest
        assert len(data) == descriptor["size"]
        used.add(f"blobs/{algorithm}/{digest}")
        return data

    found = {}
    for entry in index["manifests"]:
        assert entry["platform"] == {"architecture": "amd64", "os": "linux"}
        manifest = json.loads(blob(entry))
        config = json.loads(blob(manifest["config"]))
        layers = [hashlib.sha256(blob(layer)).hexdigest() for layer in manifest["layers"]]
        assert config["rootfs"]["diff_ids"] == [f"sha256:{layer}" for layer in layers]
        found[entry["annotations"]["io.containerd.image.name"]] = (manifest, config)
    assert used == set(content)
    return found


def test_the_same_tree_makes_the_same_bytes(tmp_path: Path) -> None:
    names = ["usr/bin/one", "usr/bin/two", "etc/three", LONG]
    first = make_tree(tmp_path / "first", *names)
    second = make_tree(tmp_path / "second", *reversed(names))
    os.utime(second / "etc/three", (1, 1))
    layers = [oci.tree_layer(tmp_path / f"{tree.name}.layer", tree) for tree in (first, second)]
    assert layers[0].sha256 == layers[1].sha256
    for layer in layers:
        image = oci.Image(("lab/one:1",), (layer,), environment=("B=2", "A=1"))
        oci.archive(layer.path.with_suffix(".tar"), [image])
    assert (tmp_path / "first.tar").read_bytes() == (tmp_path / "second.tar").read_bytes()


def test_a_changed_mode_makes_other_bytes(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "file")
    before = oci.tree_layer(tmp_path / "before", tree)
    (tree / "file").chmod(0o600)
    assert oci.tree_layer(tmp_path / "after", tree).sha256 != before.sha256


def test_a_layer_knows_its_own_checksum_and_size(tmp_path: Path) -> None:
    layer = oci.tree_layer(tmp_path / "layer", make_tree(tmp_path / "tree", "file"))
    data = layer.path.read_bytes()
    assert (layer.sha256, layer.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_links_and_modes_are_kept_and_dates_are_one(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "a/program", LONG)
    (tree / "a/program").chmod(0o4755)
    os.link(tree / "a/program", tree / "b")
    (tree / "c").symlink_to("/nowhere")
    (tree / "d").symlink_to("a")
    found = members(oci.tree_layer(tmp_path / "layer", tree))
    assert list(found) == ["a", "a/program", LONG.partition("/")[0], LONG, "b", "c", "d"]
    assert found["a/program"].mode == 0o4755
    assert found["b"].islnk()
    assert found["b"].linkname == "a/program"
    assert found["c"].issym()
    assert found["c"].linkname == "/nowhere"
    assert found["d"].issym()
    assert {member.mtime for member in found.values()} == {oci.DATE}


@ROOT
def test_owners_and_capabilities_are_kept(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "file")
    # Version 2, cap_net_bind_service permitted and effective.
    value = bytes.fromhex("0100000200040000000000000000000000000000")
    os.chown(tree / "file", 167, 64045)
    os.setxattr(tree / "file", "security.capability", value)
    os.setxattr(tree / "file", "user.machine", b"not for the image")
    member = members(oci.tree_layer(tmp_path / "layer", tree))["file"]
    assert (member.uid, member.gid) == (167, 64045)
    assert (member.uname, member.gname) == ("", "")
    kept = {key: text for key, text in member.pax_headers.items() if "xattr" in key}
    assert {key: text.encode("utf-8", "surrogateescape") for key, text in kept.items()} == {
        "SCHILY.xattr.security.capability": value
    }


def test_what_a_container_gets_anyway_is_left_out(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "proc/1", "dev/null", "tmp/x", "var/tmp/kept")
    assert list(members(oci.tree_layer(tmp_path / "layer", tree))) == [
        *("dev", "proc", "tmp", "var", "var/tmp", "var/tmp/kept")
    ]


def test_our_own_files_are_readable_by_all_whatever_the_umask(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "package/module.py")
    (tree / "package/module.py").chmod(0o600)
    (tree / "package").chmod(0o700)
    layer = oci.write_layer(
        tmp_path / "layer", lambda tar: oci.add_tree(tar, tree, at="usr/lib", ours=True)
    )
    found = members(layer)
    assert found["usr/lib/package"].mode == 0o755
    assert found["usr/lib/package/module.py"].mode == 0o644
    assert {(member.uid, member.gid) for member in found.values()} == {(0, 0)}


def test_a_pipe_is_refused_by_name(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "file")
    os.mkfifo(tree / "pipe")
    with pytest.raises(LabError, match=r"tree/pipe is a device or a pipe"):
        oci.tree_layer(tmp_path / "layer", tree)


def test_single_files_get_their_directories(tmp_path: Path) -> None:
    program = make_tree(tmp_path, "program") / "program"
    layer = oci.files_layer(tmp_path / "layer", {"usr/local/bin/program": program})
    found = members(layer)
    assert list(found) == ["tmp", "usr", "usr/local", "usr/local/bin", "usr/local/bin/program"]
    assert found["tmp"].mode == 0o1777
    assert found["usr/local/bin/program"].mode == 0o755


def write_shared(tmp_path: Path) -> Path:
    base = oci.tree_layer(tmp_path / "base", make_tree(tmp_path / "tree", "etc/file"))
    program = make_tree(tmp_path, "run").joinpath("run")
    upper = oci.files_layer(tmp_path / "upper", {"run": program})
    oci.archive(
        tmp_path / "both.tar",
        [
            oci.Image(("lab.example/base:1", "lab.example/base:2"), (base,), command=("sh",)),
            oci.Image(("lab.example/upper:1",), (base, upper), entrypoint=("/run",), user="167"),
        ],
    )
    return tmp_path / "both.tar"


def test_images_of_one_archive_share_layers(tmp_path: Path) -> None:
    found = read_strictly(write_shared(tmp_path))
    assert list(found) == ["lab.example/base:1", "lab.example/base:2", "lab.example/upper:1"]
    base, upper = found["lab.example/base:1"], found["lab.example/upper:1"]
    assert base == found["lab.example/base:2"]
    assert upper[0]["layers"][:1] == base[0]["layers"]
    assert base[1]["config"]["Cmd"] == ["sh"]
    assert upper[1]["config"]["Entrypoint"] == ["/run"]
    assert upper[1]["config"]["User"] == "167"


def test_an_archive_is_never_written_over(tmp_path: Path) -> None:
    path = write_shared(tmp_path)
    with pytest.raises(FileExistsError):
        oci.archive(path, [])


def test_references_are_those_of_kubeadm() -> None:
    listing = "".join(
        f"registry.example/{'x/' if recipe.name == 'coredns' else ''}{recipe.name}:v1\n"
        for recipe in images.RECIPES
    )
    assert images.names(listing)["coredns"] == "registry.example/x/coredns:v1"
    with pytest.raises(LabError, match="names no image for pause"):
        images.names(listing.replace("registry.example/pause:v1\n", ""))


def test_every_group_of_the_control_plane_is_served() -> None:
    assert {recipe.group for recipe in images.RECIPES} == {"all", "kube_control_plane"}
    paths = {recipe.name: recipe.path for recipe in images.RECIPES}
    assert paths["pause"] == "pause"
    assert paths["kube-proxy"] == "usr/local/bin/kube-proxy"


def test_archives_of_one_name_are_refused(tmp_path: Path) -> None:
    first = make_tree(tmp_path / "first", "all/a.tar", "all/b.tar")
    second = make_tree(tmp_path / "second", "rook_storage/a.tar")
    assert list(images.collect([first, second])) == ["all/a.tar", "all/b.tar", "rook_storage/a.tar"]
    make_tree(second, "all/b.tar")
    with pytest.raises(LabError, match=r"second/all/b.tar would take the place of .*first/all/b"):
        images.collect([first, second])


def test_a_directory_without_manifests_is_no_source_of_rook(tmp_path: Path) -> None:
    config = Config(image_source=str(tmp_path), cache=tmp_path)
    with pytest.raises(LabError, match=r"manifests/crds.yaml .* have to be there; .*LAB_ROOK"):
        rook.build(config, tmp_path / "controller-gen")


def test_the_stand_in_s_tag_tells_that_it_is_one() -> None:
    assert rook.operator_image().endswith("-standin")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["-o", "nonempty", "/mnt"], ["/mnt"]),
        (["/mnt", "-o", "rw,nonempty,big", "-x"], ["/mnt", "-o", "rw,big", "-x"]),
        (["-o", "nonempty,rw", "-o", "a b"], ["-o", "rw", "-o", "a b"]),
        (["/mnt", "-o"], ["/mnt", "-o"]),
        ([], []),
    ],
)
def test_ceph_fuse_is_called_without_nonempty(
    tmp_path: Path, given: list[str], wanted: list[str]
) -> None:
    program = tmp_path / "ceph-fuse"
    program.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done\n')
    program.chmod(0o755)
    shim = (roots.FILES / "ceph/usr/local/bin/ceph-fuse").read_text()
    (tmp_path / "shim").write_text(shim.replace("/usr/bin/ceph-fuse", str(program)))
    done = subprocess.run(
        ["sh", tmp_path / "shim", *given], text=True, capture_output=True, check=True
    )
    assert done.stdout.splitlines() == wanted
