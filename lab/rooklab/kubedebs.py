# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes as Debian packages, named and laid out as its own project names and lays them out.

A source beside that of debs.py, which a node uses only when somebody tells it to.
"""

from __future__ import annotations

import re
import shutil
import typing as t
from dataclasses import dataclass
from pathlib import Path

from rooklab import debs, pieces, served
from rooklab.binaries import CNI_PLUGINS
from rooklab.config import GOMOD, KUBERNETES_VERSION, TOP, Config
from rooklab.errors import LabError
from rooklab.files import link_file, remove_tree
from rooklab.procs import Job, run, work

# What a package has beside its programs, by its name: units, settings, maintainer scripts.
_FILES = TOP / "lab" / "kubedebs"
_REVISION = "1.1"
_CNI_VERSION = re.compile(r"containernetworking/plugins v(\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """One package: its programs and where they go, and the empty files that keep directories."""

    name: str
    programs: tuple[str, ...]
    folder: str = "usr/bin"
    depends: str = ""
    keeps: tuple[str, ...] = ()

    def control(self, version: str, architecture: str) -> str:
        """Return what dpkg is told of the package."""
        fields = {
            "Package": self.name,
            "Version": f"{version}-{_REVISION}",
            "Architecture": architecture,
            "Maintainer": "The rookery.rook authors <rookery@rookery.example>",
            "Depends": self.depends,
            "Section": "admin",
            "Priority": "optional",
            "Description": f"{self.name} of the lab, laid out as upstream's package",
        }
        return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


PACKAGES = (
    Package("kubeadm", ("kubeadm",)),
    Package("kubectl", ("kubectl",)),
    Package(
        "kubelet",
        ("kubelet",),
        depends="kubernetes-cni (>= 1.2.0), mount, util-linux",
        keeps=("etc/kubernetes/manifests/.kubelet-keep", "var/lib/kubelet/.kubelet-keep"),
    ),
    Package(
        "kubernetes-cni",
        CNI_PLUGINS,
        folder="opt/cni/bin",
        keeps=("etc/cni/net.d/.kubernetes-cni-keep",),
    ),
)


def build(config: Config, programs: t.Mapping[str, Path]) -> None:
    """Make the packages of these programs, and serve them to the nodes."""
    used = [name for package in PACKAGES for name in package.programs]
    made_of = sorted({programs[name].parent.name for name in used})
    key = pieces.digest(*made_of, pieces.digest_tree(_FILES), Path(__file__).read_bytes())
    path = pieces.build(
        config, "kubedebs", key, lambda into, job: _make(into, job, programs), expected=15
    )
    served.publish(config, "kubedebs", key, lambda into: served.link_tree(path, into))


def _make(into: Path, job: Job, programs: t.Mapping[str, Path]) -> None:
    into.mkdir()
    architecture = run("dpkg", "--print-architecture").stdout.strip()
    for package in PACKAGES:
        tree = into / package.name
        _fill(tree, package, programs)
        control = tree / "DEBIAN" / "control"
        control.write_text(package.control(_version(package), architecture))
        work(job, "dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", tree, into)
        remove_tree(tree)
    debs.index(into)


def _fill(tree: Path, package: Package, programs: t.Mapping[str, Path]) -> None:
    """Lay out what a package installs, and say which of it are settings."""
    if (_FILES / package.name).is_dir():
        shutil.copytree(_FILES / package.name, tree)
    settings = [file.relative_to(tree) for file in sorted(tree.glob("etc/**/*")) if file.is_file()]
    for folder in ("DEBIAN", package.folder):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    for name in package.programs:
        link_file(programs[name], tree / package.folder / name)
    for name in package.keeps:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).touch()
    (tree / "DEBIAN" / "conffiles").write_text("".join(f"/{name}\n" for name in settings))


def _version(package: Package) -> str:
    """Return the version of a package's programs, which the CNI plugins do not share."""
    if package.programs != CNI_PLUGINS:
        return KUBERNETES_VERSION.removeprefix("v")
    match = _CNI_VERSION.search((GOMOD / "cni" / "go.mod").read_text())
    if not match:
        raise LabError("lab/gomod/cni/go.mod names no version of containernetworking/plugins")
    return match[1]
