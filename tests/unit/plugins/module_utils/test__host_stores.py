# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a runtime has is learnt from whichever runtime a kubelet asks there."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import images, stores
from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

Done = subprocess.CompletedProcess[str]
CTR = "quay.io/ceph/ceph:v19\nquay.io/a@sha256:1\nsha256:2\ndocker.io/rook/ceph:v1\n"
CRI = (
    '{"images": [{"repoTags": ["quay.io/ceph/ceph:v19"], "repoDigests": ["quay.io/a@sha256:1"]},'
    ' {"repoTags": ["docker.io/rook/ceph:v1"]}]}'
)
DOCKER = (
    "rook/ceph:v1 rook/ceph@<none>\nquay.io/ceph/ceph:v19 quay.io/a@sha256:1\n<none>:<none> x\n"
)


class Host(System):
    """A host with sockets of runtimes, whose programs answer as they are told to."""

    def __init__(self, root: Path, *sockets: str, **answers: Done) -> None:
        super().__init__(str(root))
        self.answers = answers
        for socket in sockets:
            self.path(socket).parent.mkdir(parents=True, exist_ok=True)
            self.path(socket).touch()

    def ask(self, *command: str, limit: float | None = None, **_how: object) -> Done:
        assert limit == stores.LIMIT, "a runtime that hangs is waited for as for packages"
        program = command[0].rpartition("/")[2]
        return self.answers.get(program) or Done(command, 127, "", f"{program}: not found")


@pytest.mark.parametrize(
    ("unit", "socket", "program", "text"),
    [
        ("containerd", "/run/containerd/containerd.sock", "ctr", CTR),
        ("k3s", "/run/k3s/containerd/containerd.sock", "k3s", CTR),
        ("rke2-server", "/run/k3s/containerd/containerd.sock", "ctr", CTR),
        ("crio", "/run/crio/crio.sock", "crictl", CRI),
        ("docker", "/run/cri-dockerd.sock", "docker", DOCKER),
    ],
)
def test_each_runtime_tells_what_it_has(
    tmp_path: Path, unit: str, socket: str, program: str, text: str
) -> None:
    found = stores.look(Host(tmp_path, socket, **{program: Done((), 0, text, "")}))
    assert (found.runtime, found.silent) == (unit, "")
    assert all(map(found.has, ("rook/ceph:v1", "quay.io/ceph/ceph:v19", "quay.io/a@sha256:1")))
    assert not found.has("quay.io/ceph/ceph:v18")


def test_without_a_runtime_there_is_nothing_and_one_that_fails_says_so(tmp_path: Path) -> None:
    assert stores.look(Host(tmp_path)) == stores.Store()
    socket = "/run/containerd/containerd.sock"
    told = stores.look(Host(tmp_path, socket, ctr=Done((), 1, "", "connection\nrefused")))
    assert told.silent == "containerd could not be asked for its images: connection refused"
    assert told.runtime == "containerd" and not told.has("a:1")
    mute = stores.look(Host(tmp_path, socket, ctr=Done((), 1, "", "")))
    assert mute.silent.endswith("it said nothing")


def test_a_runtime_that_hangs_and_heeds_no_signal_is_left_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ctr").write_text("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n")
    (tmp_path / "ctr").chmod(0o755)
    (tmp_path / "socket").touch()
    row = ("containerd", "/socket", (str(tmp_path / "ctr"),))
    monkeypatch.setattr(stores, "RUNTIMES", (row,))
    monkeypatch.setattr(stores, "LIMIT", 0.2)
    told = stores.look(System(str(tmp_path)))
    assert "containerd could not be asked for its images: no end after 0.2 s" in told.silent


def test_archives_bring_their_images_and_broken_ones_bring_none(tmp_path: Path) -> None:
    index = tmp_path / "index.json"
    name = images._NAME
    index.write_text(
        f'{{"manifests": [{{"digest": "x", "annotations": {{"{name}": "q.io/a:1"}}}}]}}'
    )
    (tmp_path / "in").mkdir()
    with tarfile.open(tmp_path / "in/a.tar", "w") as tar:
        tar.add(index, "index.json")
    (tmp_path / "in/b.tar").write_text("no archive")
    assert stores.archived(System(str(tmp_path)), ["/in", "/none"]) == {"q.io/a:1"}
