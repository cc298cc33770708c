# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in the Job rook-ceph-osd-prepare-<node>: turns blank devices into OSDs, never used ones.

Its report is the container's termination message: {"osds": [...], "skipped": [...]}.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from rookstandin import bluestore
from rookstandin.errors import StandinError

log = logging.getLogger("prepare")

MINIMUM = 5 * 1000**3
KEYRING = Path("/etc/rook/keyring-store/keyring")
OVERRIDE = Path("/etc/rook/ceph.conf")
BOOTSTRAP = Path("/var/lib/ceph/bootstrap-osd/ceph.keyring")
REPORT = Path("/dev/termination-log")


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        detail = (done.stderr or done.stdout).strip()[-1500:]
        raise StandinError(f"failed to run {' '.join(command[:4])}: {detail} ({done.returncode})")
    return done.stdout


def configure(fsid: str) -> None:
    """Write the configuration and the bootstrap key that ceph-volume wants."""
    lines = [
        OVERRIDE.read_text() if OVERRIDE.exists() else "", "[global]", f"fsid = {fsid}",
        f"mon_host = {os.environ['ROOK_CEPH_MON_HOST']}",
    ]  # fmt: skip
    Path("/etc/ceph").mkdir(exist_ok=True)
    Path("/etc/ceph/ceph.conf").write_text("\n".join(lines) + "\n")
    key = run(
        "ceph", "--name", "client.admin", "--keyring", str(KEYRING), "--connect-timeout", "15",
        "auth", "get-or-create", "client.bootstrap-osd", "mon", "allow profile bootstrap-osd",
    )  # fmt: skip
    BOOTSTRAP.parent.mkdir(parents=True, exist_ok=True)
    BOOTSTRAP.write_text(key)


def refusal(device: str, loop_devices: bool) -> str:
    """Say why a device cannot become an OSD; empty when it can. Reads only."""
    real = os.path.realpath(device)
    if not Path(real).is_block_device():
        return "is not a block device of this node"
    if Path(real).name.startswith("loop") and not loop_devices:
        return "is a loop device and ROOK_CEPH_ALLOW_LOOP_DEVICES is not true"
    if bluestore.size(real) < MINIMUM:
        return "Insufficient space (<5GB)"
    if kind := bluestore.signature(real):
        return f'contains a filesystem "{kind}"'
    try:
        # The kernel refuses this while the device is mounted or part of another device.
        os.close(os.open(real, os.O_RDONLY | os.O_EXCL))
    except OSError as error:
        return f"is in use: {error.strerror}"
    return ""


def device_class(real: str, configured: str) -> str:
    rotational = Path(f"/sys/class/block/{Path(real).name}/queue/rotational")
    if configured:
        return configured
    return "hdd" if rotational.exists() and rotational.read_text().strip() == "1" else "ssd"


def found(device: str, kind: str) -> dict[str, t.Any]:
    label = next(iter(bluestore.labels(os.path.realpath(device)).values()), None)
    if label is None:
        raise StandinError(f"failed to prepare {device}: there is no OSD on it afterwards")
    return {"id": label.osd_id, "uuid": label.osd_uuid, "device": device, "device_class": kind}


def prepare(device: str, request: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return an OSD, made or found, or {"device", "reason"} for one that is left alone."""
    real = os.path.realpath(device)
    kind = device_class(real, request["config"].get("deviceClass", ""))
    labels = bluestore.labels(real) if Path(real).is_block_device() else {}
    owners = {label.fsid for label in labels.values()}
    if owners == {request["fsid"]}:
        log.info("%s already is an OSD of this cluster", device)
        return found(device, kind)
    if owners:
        reason = f'detected an existing OSD of another ceph cluster "{", ".join(sorted(owners))}"'
        return {"device": device, "reason": reason}
    if reason := refusal(device, request["loop_devices"]):
        return {"device": device, "reason": reason}
    command = ["ceph-volume", "raw", "prepare", "--bluestore", "--data", real]
    if configured := request["config"].get("deviceClass"):
        command += ["--crush-device-class", configured]
    log.info("preparing %s", device)
    run(*command)
    return found(device, kind)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    request = json.loads(os.environ["REQUEST"])
    if request["loop_devices"]:
        os.environ["CEPH_VOLUME_ALLOW_LOOP_DEVICES"] = "true"
    devices = request["devices"]
    if request["all_devices"]:
        devices = [name for name in bluestore.block_devices() if not name.startswith("/dev/dm-")]
    try:
        configure(request["fsid"])
        results = [prepare(device, request) for device in devices]
    except (StandinError, OSError) as error:
        log.error("%s", error)
        REPORT.write_text(str(error)[-4000:])
        return 1
    skipped = [result for result in results if "reason" in result]
    for item in skipped:
        log.warning("skipping device %r because it %s", item["device"], item["reason"])
    osds = [result for result in results if "id" in result]
    if not osds:
        log.warning("skipping OSD configuration as no devices matched the storage settings")
    REPORT.write_text(json.dumps({"osds": osds, "skipped": skipped}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
