# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in the Job cluster-cleanup-job-<host>: leaves nothing of one cluster on a host."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from rookstandin import bluestore
from rookstandin.errors import StandinError

log = logging.getLogger("cleanup")

PROTECTED = {
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/opt",
    "/proc",
    "/root",
    "/run",
}
PROTECTED |= {"/srv", "/sys", "/tmp", "/usr", "/var", "/var/lib", "/var/lib/kubelet", "/var/log"}


def allowed(path: str) -> bool:
    """Tell whether a directory may be emptied: never one that the host itself lives on."""
    pure = PurePosixPath(path)
    return pure.is_absolute() and len(pure.parts) > 2 and str(pure) not in PROTECTED


def ours(mon_directory: Path, secret: str) -> bool:
    """Tell whether a mon's directory is this cluster's: by its key; an empty one is nobody's."""
    keyring = mon_directory / "data" / "keyring"
    return not keyring.exists() or secret in keyring.read_text()


def clean_directory(top: Path, namespace: str, secret: str) -> None:
    doomed = [path for path in top.glob("mon-*") if ours(path, secret)] + [top / namespace]
    for path in doomed:
        if path.is_dir():
            log.info("removing %s", path)
            shutil.rmtree(path)
    if left := sorted(path.name for path in top.iterdir()):
        log.warning("left in %s, not of this cluster: %s", top, ", ".join(left))


def clean_devices(fsid: str, method: str, source: str, times: int) -> None:
    for device in bluestore.block_devices():
        if fsid not in {label.fsid for label in bluestore.labels(device).values()}:
            continue
        log.info("zapping %s", device)
        if method == "complete":
            bluestore.overwrite(device, source, times)
        bluestore.zap(device)
        # Preparing gave the device node to Ceph's user.
        shutil.chown(device, "root", "disk")


def clean(environ: Mapping[str, str]) -> None:
    top = environ["ROOK_DATA_DIR_HOST_PATH"]
    if not allowed(top):
        raise StandinError(f"dataDirHostPath {top} is the host's own: nothing was removed")
    clean_devices(
        environ["ROOK_CLUSTER_FSID"], environ["ROOK_SANITIZE_METHOD"],
        environ["ROOK_SANITIZE_DATA_SOURCE"], int(environ["ROOK_SANITIZE_ITERATION"]),
    )  # fmt: skip
    clean_directory(Path(top), environ["ROOK_NAMESPACE_DIR"], environ["ROOK_MON_SECRET"])


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        clean(os.environ)
    except (StandinError, OSError) as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
