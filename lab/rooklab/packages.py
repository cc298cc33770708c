# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python packages for the stand-in's image: wheels, and gRPC stubs made from published files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rooklab import pieces, roots, sources
from rooklab.config import TOP, Config
from rooklab.files import remove_tree
from rooklab.procs import Job, work

# Where Debian's Python looks for what its administrator installed; the version goes into it.
SITE = "usr/local/lib/python{}/dist-packages"
_ENV = TOP / "tools" / "env"
_WANTED = TOP / "lab" / "standin" / "requirements.txt"
_COMPILER = TOP / "lab" / "images" / "requirements.txt"
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
_PROTOS = {
    "csi.proto": (sources.CSI, "csi.proto"),
    "pluginregistration.proto": (
        sources.KUBELET,
        "pkg/apis/pluginregistration/v1/api.proto",
    ),
}
# Programs to call by hand, which name the Python that installed them; a second Kubernetes client,
# half of all the bytes.
_UNWANTED = ("bin", "kubernetes/aio")
# What the programs stand on; Ceph's own bindings are in the root.
_NEEDED = ("cephfs", "csi_pb2_grpc", "kopf", "kubernetes", "pluginregistration_pb2_grpc", "rados")
# The mount is this process's own and goes with it, however it ends.
_INSIDE = """
site=$1 root=$2 at=$3 needed=$4
shift 4
mount --bind "$site" "$root/$at"
chroot "$root" "$@" "/$at"
PYTHONDONTWRITEBYTECODE=1 exec chroot "$root" python3 -c "import $needed"
"""


def build(config: Config, python: str) -> Path:
    """Return the directory of all packages for a version of Python, not yet compiled."""
    checksums = [source.checksum for source, _ in _PROTOS.values()]
    inputs = [path.read_bytes() for path in (_WANTED, _COMPILER, Path(__file__))]
    key = pieces.digest(python, *checksums, *inputs)
    return pieces.build(
        config, "packages", key, lambda into, job: _make(into, job, python), expected=40
    )


def _make(into: Path, job: Job, python: str) -> None:
    tag = f"cp{python.replace('.', '')}"
    platforms = [f"--platform={name}" for name in _PLATFORMS]
    only = ("--only-binary=:all:", "--implementation=cp", f"--python-version={python}")
    _install(job, into, _WANTED, *only, f"--abi={tag}", *platforms)
    for name in _UNWANTED:
        remove_tree(into / name)
    _make_stubs(into, job)


def _install(job: Job, into: Path, wanted: Path, *options: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps")
    target = ("--target", into, "--requirement", wanted)
    work(job, _ENV, "python", "-m", "pip", "install", *quiet, *options, *target)


def _make_stubs(into: Path, job: Job) -> None:
    compiler, protos = into / ".compiler", into / ".protos"
    protos.mkdir()
    for name, (source, file) in _PROTOS.items():
        shutil.copyfile(sources.fetch(source, os.environ) / file, protos / name)
    _install(job, compiler, _COMPILER, "--only-binary=:all:")
    command: list[str | Path] = [
        _ENV,
        "python",
        "-m",
        "grpc_tools.protoc",
        f"--proto_path={protos}",
    ]
    command += [f"--python_out={into}", f"--grpc_python_out={into}", *_PROTOS]
    work(job, *command, env={"PYTHONPATH": str(compiler)})
    remove_tree(compiler)
    remove_tree(protos)


def settle(root: Path, site: Path, job: Job, *programs: str) -> None:
    """Compile packages in the image's own root, and prove that they and the programs load there."""
    at = SITE.format(roots.python(root))
    needed = ", ".join((*_NEEDED, *programs))
    script = ("unshare", "--mount", "sh", "-ec", _INSIDE, "sh")
    work(job, *script, site, root, at, needed, *roots.COMPILE)
