# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image archives in a real containerd, on a node of a small lab of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from rooklab import config, oci

LAB = config.TOP / "lab" / "lab"
NAME = "imagetest"
REFERENCE = "lab.example/proof:1"
LONG = "a" * 90 + "/" + "ü" * 90
# Version 2, cap_net_bind_service permitted and effective; a byte that is no UTF-8 at the end.
CAPABILITY = bytes.fromhex("01000002000400000000000000000000000000ff")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a node to run containerd on takes root")


def lab(*words: str, data: bytes = b"", check: bool = True) -> str:
    """Run one lab command to its end; return what it prints."""
    command = [str(LAB), words[0], "--name", NAME, *words[1:]]
    done = subprocess.run(command, input=data, capture_output=True, timeout=600, check=False)
    assert not check or done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def node() -> t.Iterator[t.Callable[..., str]]:
    """Return how to run a command on a node that has containerd."""
    lab("down")
    lab("up", "--nodes-only", "--control-planes", "1", "--workers", "0")

    def run(command: str, data: bytes = b"") -> str:
        return lab("shell", "cp1", command, data=data)

    run("apt-get update -q && apt-get install -y -q containerd && systemctl start containerd")
    yield run
    lab("down")


def write_archive(top: Path) -> Path:
    tree = top / "tree"
    for name in ("bin/program", LONG):
        (tree / name).parent.mkdir(parents=True)
        (tree / name).write_text(name)
    os.chown(tree / "bin/program", 167, 64045)
    (tree / "bin/program").chmod(0o4755)
    os.setxattr(tree / "bin/program", "security.capability", CAPABILITY)
    os.link(tree / "bin/program", tree / "hard")
    (tree / "soft").symlink_to("bin/program")
    base = oci.tree_layer(top / "base", tree)
    upper = oci.files_layer(top / "upper", {"run": tree / "bin/program"})
    images = [
        oci.Image((REFERENCE,), (base,), command=("sh",)),
        oci.Image(("lab.example/upper:1",), (base, upper)),
    ]
    oci.archive(top / "both.tar", images)
    return top / "both.tar"


def test_containerd_unpacks_what_was_written(node: t.Callable[..., str], tmp_path: Path) -> None:
    node("cat > /tmp/both.tar", write_archive(tmp_path).read_bytes())
    node("ctr -n k8s.io images import /tmp/both.tar")
    names = node("ctr -n k8s.io images ls -q").split()
    assert [name for name in names if "@" not in name and "/" in name] == [
        REFERENCE,
        "lab.example/upper:1",
    ]
    checked = node("ctr -n k8s.io images check").splitlines()[1:]
    assert all(" complete " in line for line in checked), checked
    node(f"mkdir -p /tmp/image && ctr -n k8s.io images mount {REFERENCE} /tmp/image")
    told = node("cd /tmp/image && stat -c '%n %u:%g %a %h %Y' bin/program hard && readlink soft")
    assert told.splitlines() == [
        f"bin/program 167:64045 4755 2 {oci.DATE}",
        f"hard 167:64045 4755 2 {oci.DATE}",
        "bin/program",
    ]
    assert node(f"cat '/tmp/image/{LONG}'") == LONG
    read = "import os, sys; print(os.getxattr(sys.argv[1], 'security.capability').hex())"
    got = node(f'python3 -c "{read}" /tmp/image/bin/program')
    assert got.strip() == CAPABILITY.hex()
