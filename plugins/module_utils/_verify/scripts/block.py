# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Write and read an image of a block pool through librbd. Runs inside a pod.

usage: block.py write POOL IMAGE MIB [DATA_POOL] | read POOL IMAGE MIB | remove POOL IMAGE | kernel
The monitors are in the environment as ROOK_MONS; the keyring is a mounted file.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
import time
import typing as t

CHUNK = 1 << 20
KEYRING = "/etc/rookery-keyring/keyring"
SECONDS = "30"


def mon_host(endpoints: str) -> str:
    """Return Ceph's mon_host from Rook's a=1.2.3.4:6789,b=..."""
    return ",".join(part.partition("=")[2] for part in endpoints.split(",") if "=" in part)


def connect() -> t.Any:
    """Return what connects on entering; every answer of Ceph is waited for only so long."""
    conf = {
        "mon_host": mon_host(os.environ["ROOK_MONS"]),
        "keyring": KEYRING,
        "rados_osd_op_timeout": SECONDS,
        "rados_mon_op_timeout": SECONDS,
        "client_mount_timeout": SECONDS,
    }
    return importlib.import_module("rados").Rados(name="client.admin", conf=conf)


def write(pool: str, image: str, mib: str, data_pool: str | None = None) -> dict[str, object]:
    """Make an image, fill it with random data and flush it; its data may be in another pool."""
    rbd = importlib.import_module("rbd")
    digest, size = hashlib.sha256(), int(mib) * CHUNK
    with connect() as cluster, cluster.open_ioctx(pool) as io:
        rbd.RBD().create(io, image, size, old_format=False, data_pool=data_pool)
        with rbd.Image(io, image) as device:
            for offset in range(0, size, CHUNK):
                block = os.urandom(CHUNK)
                digest.update(block)
                device.write(block, offset)
            device.flush()
    return {"sha256": digest.hexdigest(), "bytes": size}


def read(pool: str, image: str, mib: str) -> dict[str, object]:
    """Read an image to its end."""
    rbd = importlib.import_module("rbd")
    digest, size = hashlib.sha256(), int(mib) * CHUNK
    with (
        connect() as cluster,
        cluster.open_ioctx(pool) as io,
        rbd.Image(io, image, read_only=True) as device,
    ):
        for offset in range(0, size, CHUNK):
            digest.update(device.read(offset, CHUNK))
    return {"sha256": digest.hexdigest(), "bytes": size}


def remove(pool: str, image: str) -> dict[str, object]:
    """Remove an image; one that is not there is removed already."""
    rbd = importlib.import_module("rbd")
    with connect() as cluster, cluster.open_ioctx(pool) as io:
        if image in rbd.RBD().list(io):
            rbd.RBD().remove(io, image)
        return {"removed": image not in rbd.RBD().list(io)}


def kernel() -> dict[str, object]:
    """Tell whether the kernel of this node can map images."""
    return {"rbd": os.path.isdir("/sys/bus/rbd")}


if __name__ == "__main__":
    ACTS: dict[str, t.Callable[..., dict[str, object]]] = {
        "write": write,
        "read": read,
        "remove": remove,
        "kernel": kernel,
    }
    began = time.monotonic()
    result = ACTS[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({**result, "seconds": round(time.monotonic() - began, 3)}))
