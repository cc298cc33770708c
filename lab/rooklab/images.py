# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The images that nodes are served instead of a registry."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

from rooklab import binaries, oci, pieces, rook, roots, served
from rooklab.config import KUBERNETES_VERSION, Config
from rooklab.errors import LabError
from rooklab.files import link_file, remove_tree
from rooklab.locks import locked
from rooklab.procs import Job, run

_REFERENCE = re.compile(r"^\S+/([a-z-]+):\S+$", re.MULTILINE)


@dataclass(frozen=True)
class Recipe:
    """One image around one program: who needs it, where the program is, who starts it."""

    name: str
    group: str
    folder: str = "usr/local/bin"
    starts: bool = False
    tools: bool = False

    @property
    def path(self) -> str:
        """Where the image has its program."""
        return f"{self.folder}/{self.name}".lstrip("/")


# What kubeadm's manifests start by a path or from PATH, and what they leave to the image.
RECIPES = (
    Recipe("coredns", "all", folder="", starts=True),
    Recipe("etcd", "kube_control_plane"),
    Recipe("kube-apiserver", "kube_control_plane"),
    Recipe("kube-controller-manager", "kube_control_plane"),
    Recipe("kube-proxy", "all", tools=True),
    Recipe("kube-scheduler", "kube_control_plane"),
    Recipe("pause", "all", folder="", starts=True),
)


def build(config: Config) -> None:
    """Build every image that is missing, and serve the archives to the nodes by group."""
    programs = binaries.build(config)
    # Labs that come up at the same time share what follows, and each sets the links in it.
    with locked(config.locks / "images.lock"):
        folders = [
            _kubernetes(config, programs),
            *rook.build(config, programs["controller-gen"]),
        ]
        _serve(config, folders)
        for folder in folders:
            _forget_others(config, folder)


def _serve(config: Config, folders: t.Iterable[Path]) -> None:
    """Give the nodes the archives of these directories."""
    archives = collect(folders)

    def fill(into: Path) -> None:
        for name, archive in archives.items():
            (into / name).parent.mkdir(exist_ok=True)
            link_file(archive, into / name)

    # A directory that somebody else fills may change.
    states = [(name, file, file.stat()) for name, file in archives.items()]
    told = [f"{name} {file} {state.st_size} {state.st_mtime_ns}" for name, file, state in states]
    served.publish(config, "images", pieces.digest(*told), fill)


def collect(folders: t.Iterable[Path]) -> dict[str, Path]:
    """Return the archives of several directories by group and name."""
    found: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.glob("*/*.tar")):
            first = found.setdefault(str(file.relative_to(folder)), file)
            if first != file:
                raise LabError(f"{file} would take the place of {first}: give it another name")
    return found


def _forget_others(config: Config, keep: Path) -> None:
    """Remove the archives of earlier states: they are large, and the stand-in changes often."""
    if keep.parent != config.top:
        return
    name = keep.name.rpartition("-")[0]
    with locked(config.locks / f"{name}.lock"):
        for old in config.top.glob(f"{name}-{'?' * 12}"):
            if old != keep:
                remove_tree(old)


def names(listing: str) -> dict[str, str]:
    """Return the references in `kubeadm config images list` by the program that is in the image."""
    found = {match[1]: match[0] for match in _REFERENCE.finditer(listing)}
    missing = [recipe.name for recipe in RECIPES if recipe.name not in found]
    if missing:
        raise LabError(
            f"kubeadm {KUBERNETES_VERSION} names no image for {', '.join(missing)}: the recipes in "
            "lab/rooklab/images.py do not fit this version"
        )
    return found


def _kubernetes(config: Config, programs: t.Mapping[str, Path]) -> Path:
    root = roots.build(config, roots.TOOLS)
    listing = run(
        programs["kubeadm"], "config", "images", "list", "--kubernetes-version", KUBERNETES_VERSION
    ).stdout
    references = names(listing)
    used = [str(programs[recipe.name]) for recipe in RECIPES]
    code = [Path(oci.__file__).read_bytes(), Path(__file__).read_bytes()]
    key = pieces.digest(root.name, listing, *used, *code)

    def make(into: Path, job: Job) -> None:
        into.mkdir()
        tools = oci.tree_layer(into / "tools.layer", root)
        for recipe in RECIPES:
            _make(into, recipe, references[recipe.name], programs[recipe.name], tools)
        tools.path.unlink()

    return pieces.build(config, "images-kubernetes", key, make, expected=10)


def _make(into: Path, recipe: Recipe, reference: str, program: Path, tools: oci.Layer) -> None:
    folder = into / recipe.group
    folder.mkdir(exist_ok=True)
    layer = oci.files_layer(into / "program.layer", {recipe.path: program})
    layers = (tools, layer) if recipe.tools else (layer,)
    entrypoint = (f"/{recipe.path}",) if recipe.starts else ()
    oci.archive(
        folder / f"{recipe.name}.tar", [oci.Image((reference,), layers, entrypoint=entrypoint)]
    )
    layer.path.unlink()
