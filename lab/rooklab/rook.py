# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for Rook: its image, its manifests, and the choice between it and the real one."""

from __future__ import annotations

import re
import shutil
import typing as t
from pathlib import Path

from rooklab import crds, oci, packages, pieces, roots, served
from rooklab.config import TOP, Config
from rooklab.errors import LabError
from rooklab.files import link_whole, remove_tree
from rooklab.procs import Job

_STANDIN = TOP / "lab" / "standin"
_TEMPLATES = _STANDIN / "manifests"
_PROGRAMS = (_STANDIN / "operator" / "rookstandin", _STANDIN / "csi" / "cephfscsi")
MANIFESTS = ("crds.yaml", "common.yaml", "operator.yaml")
_VERSION = re.compile(r'^VERSION = "(v[\w.-]+)"$', re.MULTILINE)
_COMPILED = "__pycache__"
_GROUP = "rook_storage"


def build(config: Config, generator: Path) -> list[Path]:
    """Make what the lab's image source needs; return the directories of archives by group.

    `generator` is the program controller-gen.
    """
    home = config.top / "rook"
    if config.image_source != "standin":
        chosen = _given(config, home)
        link_whole(home / "current", chosen)
        return [_archive(config, with_operator=False), chosen / "images"]
    archives = _archive(config, with_operator=True)
    manifests = write_manifests(config, crds.build(config, generator))
    link_whole(home / "standin" / "manifests", manifests)
    link_whole(home / "standin" / "images", archives)
    link_whole(home / "current", home / "standin")
    return [archives]


def ceph_image(root: Path) -> str:
    """Return the reference of the Ceph image made of a root."""
    return f"rookery.lab/ceph:v{roots.version(root, 'ceph-common')}"


def operator_image() -> str:
    """Return the reference of the stand-in's image; its tag says which Rook it stands for."""
    source = (_PROGRAMS[0] / "__init__.py").read_text()
    match = _VERSION.search(source)
    if not match:
        raise LabError(f'{_PROGRAMS[0]}/__init__.py has no line VERSION = "v...": add it')
    return f"rookery.lab/rook:{match[1]}"


def _given(config: Config, home: Path) -> Path:
    """Return the directory that somebody else filled with a real Rook."""
    source = config.image_source
    path = home / source if source == "upstream" else Path(source)
    missing = [name for name in MANIFESTS if not (path / "manifests" / name).is_file()]
    if missing or not any((path / "images").glob("*/*.tar")):
        raise LabError(
            f"{path} is not a source of Rook: manifests/{' manifests/'.join(MANIFESTS)} and "
            f"images/{_GROUP}/*.tar (image archives) have to be there; put them there, or leave "
            "LAB_ROOK and --image-source out to use the stand-in"
        )
    return path


def write_manifests(config: Config, definitions: Path) -> Path:
    """Return the directory of the stand-in's manifests, with these definitions of Rook's kinds."""
    image = operator_image()
    key = pieces.digest(definitions.parent.name, image, pieces.digest_tree(_TEMPLATES))

    def make(into: Path, job: Job) -> None:
        into.mkdir()
        shutil.copyfile(definitions, into / "crds.yaml")
        for template in sorted(_TEMPLATES.iterdir()):
            text = template.read_text().replace("@IMAGE@", image)
            (into / template.name).write_text(text)

    return pieces.build(config, "manifests", key, make, expected=1)


def _archive(config: Config, *, with_operator: bool) -> Path:
    """Return the directory of the archive with Ceph's image, and the stand-in's on top of it."""
    root = roots.build(config, roots.CEPH)
    installed = packages.build(config, roots.python(root)) if with_operator else None
    key = pieces.digest(root.name, Path(oci.__file__).read_bytes(), Path(__file__).read_bytes())
    if installed:
        programs = [part for program in _PROGRAMS for part in _contents(program)]
        key = pieces.digest(key, operator_image(), installed.name, *programs)
    name = "images-rook" if installed else "images-ceph"

    def make(into: Path, job: Job) -> None:
        folder = into / _GROUP
        folder.mkdir(parents=True)
        ceph = oci.tree_layer(into / "ceph.layer", root)
        images = [oci.Image((ceph_image(root),), (ceph,), command=("bash",))]
        if installed:
            images.append(_operator(into, job, root, installed, ceph))
        oci.archive(folder / ("rook.tar" if installed else "lab-ceph.tar"), images)
        for layer in into.glob("*.layer"):
            layer.unlink()

    return pieces.build(config, name, key, make, expected=20, gib=2.5)


def _contents(program: Path) -> t.Iterator[str | bytes]:
    """Yield names and contents of a program's files; what Python compiled beside them is none."""
    for file in sorted(program.rglob("*")):
        if file.is_file() and _COMPILED not in file.parts:
            yield from (str(file.relative_to(program)), file.read_bytes())


def _operator(into: Path, job: Job, root: Path, installed: Path, ceph: oci.Layer) -> oci.Image:
    site = into / "site"
    served.link_tree(installed, site)
    for program in _PROGRAMS:
        ignored = shutil.ignore_patterns(_COMPILED)
        shutil.copytree(program, site / program.name, ignore=ignored)
    packages.settle(root, site, job, *(program.name for program in _PROGRAMS))
    at = packages.SITE.format(roots.python(root))
    layer = oci.write_layer(
        into / "site.layer", lambda tar: oci.add_tree(tar, site, at=at, ours=True)
    )
    remove_tree(site)
    command = ("python3", "-m", _PROGRAMS[0].name)
    return oci.Image((operator_image(),), (ceph, layer), command=command)
