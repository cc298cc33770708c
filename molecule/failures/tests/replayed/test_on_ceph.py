# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The old way on real Ceph: what Rook let through, until it hangs. In the order of the article.

One cluster serves all of them: two hosts with a BlueStore OSD each, a third one that is added as a
cure, and one in a root of its own whose OSD is not BlueStore.
"""

from __future__ import annotations

import sys
import time
import typing as t
from pathlib import Path

import pytest
from failures.record import record

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "tests/ring2"))

from cephbox import CephBox, ceph
from cephfiles import BLUESTORE, Files, wait
from cephosds import Osds

__all__ = ["ceph"]

MOUNT, OTHER, FIRST = "/mnt/myfs", "/mnt/second", "/mnt/unnamed"
# How long what cannot end is given, and how long a write that can.
HANGS, WRITES = 8, 60
# The command that hangs, as it is run and as the list of processes shows it.
WRITE = f"echo hello > {MOUNT}/testing.html"


def place(osd: int, host: str, root: str = "root=default") -> list[dict[str, t.Any]]:
    """Return what puts an OSD onto a host of its own."""
    return [
        {"prefix": "osd crush add-bucket", "name": host, "type": "host"},
        {"prefix": "osd crush move", "name": host, "args": [root]},
        {"prefix": "osd crush set", "id": osd, "weight": 1.0, "args": [f"host={host}"]},
    ]


def pool(name: str, **more: t.Any) -> dict[str, t.Any]:
    """Return what makes a pool."""
    return {"prefix": "osd pool create", "pool": name, "pg_num": 8, **more}


def setting(name: str, key: str, value: str) -> dict[str, t.Any]:
    """Return what sets something of a pool."""
    return {"prefix": "osd pool set", "pool": name, "var": key, "val": value}


def number(osds: Osds, name: str) -> int:
    """Return the number of a pool."""
    (found,) = osds.ask({"prefix": "osd pool ls", "detail": "detail"})
    (row,) = (row for row in found if row["pool_name"] == name)
    return t.cast("int", row["pool_id"])


def settled(word: str, states: set[str]) -> bool:
    """Tell whether all groups are in that one of two states: those that are active take writes."""
    (other,) = {"active", "peered"} - {word}
    return all(word in each and other not in each for each in states)


@pytest.fixture(name="osds", scope="module")
def _osds(ceph: CephBox) -> Osds:
    """OSDs on two hosts, and two more that are of no use yet."""
    osds = Osds(ceph, **BLUESTORE)
    osds.ask(
        {"prefix": "config set", "who": "osd.3", "name": "osd_objectstore", "value": "memstore"}
    )
    osds.start(4)
    profile = {"prefix": "osd erasure-code-profile set", "name": "chunks"}
    osds.ask(
        *place(0, "h1"),
        *place(1, "h2"),
        {"prefix": "osd crush add-bucket", "name": "old", "type": "root"},
        *place(3, "h4", "root=old"),
        {**profile, "profile": ["k=2", "m=1", "crush-failure-domain=host"]},
        {**profile, "name": "old", "profile": ["k=2", "m=1", "crush-root=old"]},
    )
    return osds


@pytest.fixture(name="files", scope="module")
def _files(ceph: CephBox, osds: Osds) -> Files:
    """The file system of the article, on two hosts, mounted."""
    files = Files(ceph, osds)
    files.start(["a", "b"])
    osds.ask(
        pool("myfs-metadata"),
        pool("myfs-data0", pool_type="erasure", erasure_code_profile="chunks"),
        setting("myfs-data0", "allow_ec_overwrites", "true"),
        setting("myfs-data0", "min_size", "3"),
    )
    files.make("myfs", "myfs-metadata", "myfs-data0")
    files.mount(MOUNT, "--client_fs", "myfs")
    return files


def test_more_copies_than_hosts(ceph: CephBox, osds: Osds, files: Files) -> None:
    """Three copies on two hosts are never whole, and nothing is written when one is away."""
    osds.ask(pool("copies"), pool("two"), setting("two", "size", "2"))
    wait(lambda: files.states("copies") == {"active+undersized"}, "3 copies are not undersized")
    osds.kill(1)
    try:
        peered = {"undersized+peered"}
        wait(lambda: files.states("copies") == peered, "3 copies go on with one of them")
        groups = f"ceph pg dump pgs_brief | grep '^{number(osds, 'copies')}[.]'"
        listed = ceph.run("sh", "-c", groups)
        put = f"timeout {HANGS} rados --pool copies put letter /etc/ceph/ceph.conf; echo $?"
        said = ceph.run("sh", "-c", put)
        assert said.split()[-1] == "124", said
        record(
            "more_copies_than_hosts", "old",
            (f"{groups}    # 3 copies, 2 hosts, one of them away", listed),
            (put, said),
        )  # fmt: skip
        two = put.replace("copies", "two").replace(f"timeout {HANGS}", f"timeout {WRITES}")
        said = ceph.run("sh", "-c", two)
        assert said.split()[-1] == "0", said
        record("more_copies_than_hosts", "cured", (two + "    # 2 copies", said))
    finally:
        ceph.run("ceph-osd", "-i", "1", "--pid-file", "/run/ceph/osd.1.pid")
    wait(lambda: files.states("copies") == {"active+undersized"}, "the host is not back")


def test_chunks_on_filestore(ceph: CephBox, osds: Osds, files: Files) -> None:
    """Chunks that cannot be overwritten are refused by Ceph, twice, and late."""
    osds.ask(pool("d", pool_type="erasure", erasure_code_profile="old"))
    wait(lambda: files.states("d") != {"unknown"}, "the pool's groups are not known")
    steps = []
    for words, refusal in (
        (("osd", "pool", "set", "d", "allow_ec_overwrites", "true"),
         "Error EINVAL: pool must only be stored on bluestore for scrubbing to work: osd.3 uses"),
        (("fs", "new", "oldfs", "two", "d", "--force"),
         "(id '{id}') is an erasure-coded pool, with no overwrite support"),
    ):  # fmt: skip
        done = ceph.ask("ceph", *words)
        refused = refusal.format(id=number(osds, "d"))
        assert done.returncode == 22 and refused in done.stderr, done.stderr
        steps.append((f"ceph {' '.join(words)}", done.stderr))
    record("chunks_on_filestore", "old", *steps)


def test_chunks_on_two_hosts(ceph: CephBox, osds: Osds, files: Files) -> None:
    """The file is there and empty, the writer hangs and survives KILL; a third host ends it."""
    files.begin("write", WRITE)
    wait(lambda: "testing.html" in ceph.run("timeout", str(WRITES), "ls", MOUNT), "no file is made")
    time.sleep(HANGS)
    assert files.ended("write") is None
    listed = ceph.run("timeout", str(WRITES), "ls", "-l", MOUNT)
    assert "root 0 " in listed and "testing.html" in listed
    left = files.kill("write")
    assert [line for line in left if WRITE in line], left
    wait(lambda: settled("peered", files.states("myfs-data0")), "chunks are written on 2 hosts")
    wait(lambda: settled("active", files.states("myfs-metadata")), "metadata are not written")
    record(
        "chunks_on_two_hosts", "old",
        (f"{WRITE}    # no answer, and KILL does nothing", ""),
        ("ps -eo stat,wchan,args", "\n".join(left)),
        (f"ls -l {MOUNT}", listed),
        ("ceph pg stat", ceph.run("ceph", "pg", "stat")),
    )  # fmt: skip
    osds.ask(*place(2, "h3"))
    wait(lambda: files.states("myfs-data0") == {"active+clean"}, "3 hosts do not suffice")
    sync = f"dd if=/dev/zero of={MOUNT}/written bs=1M count=4 conv=fsync 2>&1 | tail -1"
    files.begin("sync", sync)
    wait(lambda: files.ended("sync") == 0, "nothing is written on 3 hosts")
    record(
        "chunks_on_two_hosts", "cured",
        ("ceph pg stat    # with a third host", ceph.run("ceph", "pg", "stat")),
        (sync, files.said("sync")),
        (f"ls -l {MOUNT}", ceph.run("timeout", str(WRITES), "ls", "-l", MOUNT)),
    )  # fmt: skip


def test_old_kernel(ceph: CephBox, osds: Osds, files: Files) -> None:
    """Of two file systems, a client that names none gets the first."""
    osds.ask(pool("second-metadata"), pool("second-data0"))
    files.make("second", "second-metadata", "second-data0")
    files.mount(OTHER, "--client_fs", "second")
    files.mount(FIRST)
    steps = []
    for words in (f"touch {OTHER}/of-second", f"ls {OTHER}", f"ls {FIRST}"):
        steps.append((words, ceph.run("timeout", str(WRITES), "sh", "-c", words)))
    assert steps[1][1].split() == ["of-second"]
    assert "testing.html" in steps[2][1] and "of-second" not in steps[2][1]
    mounts = f"ceph-fuse {FIRST}    # names no file system, as a kernel before 4.7"
    record("old_kernel", "old", (mounts, ""), *steps)


def test_removed_under_pods(ceph: CephBox, osds: Osds, files: Files) -> None:
    """Under a mount, a file system can be removed; who touches it hangs, and it cannot be left."""
    assert ceph.run("ls", OTHER).split() == ["of-second"]
    remove = "ceph fs fail second && ceph fs rm second --yes-i-really-mean-it"
    ceph.run("sh", "-c", remove)
    files.begin("list", f"ls -l {OTHER}")
    time.sleep(HANGS)
    files.begin("leave", f"umount {OTHER}")
    time.sleep(HANGS)
    assert files.ended("list") is None and files.ended("leave") != 0
    said, left = files.said("leave"), files.kill("list")
    assert [line for line in left if OTHER in line], left
    record(
        "removed_under_pods", "old",
        (remove, ""),
        (f"ls -l {OTHER}    # no answer, and KILL does nothing", ""),
        ("ps -eo stat,wchan,args", "\n".join(left)),
        (f"umount {OTHER}", said or "# no answer"),
    )  # fmt: skip
