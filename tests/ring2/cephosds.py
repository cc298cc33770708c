# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OSDs beside the monitor of a CephBox, with their data in memory unless told; any map and pools.

There is no manager: nothing scales pools or moves groups but what is asked for here.
"""

from __future__ import annotations

import json
import time
import typing as t

from cephbox import COMMAND_SECONDS, CephBox

BOOT_SECONDS = 120
NOWHERE = 0x7FFFFFFF
# Small, quick to recover, and never moved in the map by themselves.
_SETTINGS = {
    "mon_allow_pool_size_one": "true",
    "mon_allow_pool_delete": "true",
    "mon_max_pg_per_osd": "10000",
    "mon_osd_down_out_interval": "86400",
    "osd_pool_default_pg_autoscale_mode": "off",
    "osd_crush_update_on_start": "false",
    "osd_objectstore": "memstore",
    "memstore_device_bytes": str(256 << 20),
    "osd_op_queue": "wpq",
    "osd_recovery_sleep": "0",
    "osd_max_backfills": "64",
    "osd_recovery_max_active": "64",
    "osd_min_pg_log_entries": "10",
    "osd_max_pg_log_entries": "20",
    "osd_scrub_begin_hour": "3",
    "osd_scrub_end_hour": "4",
}
# Commands for the monitor, over one connection and in some threads: it then takes many of them in
# one step. Arguments are JSON, the answers too.
_ASK = """
import concurrent.futures, json, os, rados, sys
cluster = rados.Rados(conffile="/etc/ceph/ceph.conf", name="client.admin")
cluster.connect(timeout=60)
def ask(command):
    status, out, said = cluster.mon_command(json.dumps({"format": "json", **command}), b"", 90)
    if status:
        raise SystemExit(f"{command}: {said} ({status})")
    text = out.decode()
    return json.loads(text) if text[:1] in ("[", "{") else text
with concurrent.futures.ThreadPoolExecutor(int(sys.argv[1])) as threads:
    print(json.dumps(list(threads.map(ask, json.loads(sys.argv[2])))), flush=True)
os._exit(0)
"""
# Arguments come in threes, and all OSDs are made at the same time: number, identity, keyring.
_MAKE = """
set -e
make() {
    folder=/var/lib/ceph/osd/ceph-$1
    mkdir -p "$folder"
    printf '%s\\n' "$3" > "$folder/keyring"
    ceph-osd --mkfs -i "$1" --osd-uuid "$2"
    ceph-osd -i "$1" --pid-file "/run/ceph/osd.$1.pid"
}
while [ $# -gt 0 ]; do
    make "$1" "$2" "$3" &
    shift 3
done
wait
"""
# Every pool gets objects at once; a write counts when each OSD that has to has stored it. When what
# was expected is done, a while is given to what was not. Hanging writes end with the process.
_WRITE = """
import json, os, rados, sys, time
tag, objects, longest, quiet = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
expected = json.loads(sys.argv[5])
cluster = rados.Rados(conffile="/etc/ceph/ceph.conf", name="client.admin")
# Without it, so many hanging writes keep the others from being sent.
cluster.conf_set("objecter_inflight_ops", "0")
cluster.connect(timeout=60)
pending = []
for pool in expected:
    context = cluster.open_ioctx(pool)
    for number in range(objects):
        name = f"{tag}-{number}"
        pending.append((pool, context.aio_write_full(name, name.encode() * 64)))
done = {pool: 0 for pool in expected}
end, moved = time.monotonic() + longest, time.monotonic()
while pending and time.monotonic() < end:
    time.sleep(0.1)
    left = []
    for pool, write in pending:
        if not write.is_complete():
            left.append((pool, write))
        elif write.get_return_value() == 0:
            done[pool] += 1
    if len(left) != len(pending):
        pending, moved = left, time.monotonic()
    waited = time.monotonic() - moved
    if waited > quiet and all(done[pool] >= least for pool, least in expected.items()):
        break
print(json.dumps(done), flush=True)
os._exit(0)
"""


class Osds:
    """The OSDs of a box."""

    def __init__(self, box: CephBox, **settings: str) -> None:
        self._box = box
        self._settings = {**_SETTINGS, **settings}

    def ask(self, *commands: dict[str, t.Any], at_once: int = 1) -> list[t.Any]:
        """Give the monitor some commands, so many at once, and return its answers in order."""
        told = self._box.run("python3", "-c", _ASK, str(at_once), json.dumps(commands))
        return t.cast("list[t.Any]", json.loads(told))

    def start(self, number: int) -> None:
        """Make so many OSDs and wait until all are up."""
        self.ask(
            *({"prefix": "config set", "who": "global", "name": name, "value": value}
              for name, value in self._settings.items()),
            at_once=len(self._settings),
        )  # fmt: skip
        caps = ["mon", "allow profile osd", "osd", "allow *"]
        uuids = [f"00000000-0000-4000-8000-{place:012}" for place in range(number)]
        answers = self.ask(
            *({"prefix": "osd new", "uuid": uuid} for uuid in uuids),
            *({"prefix": "auth get-or-create", "entity": f"osd.{place}", "caps": caps}
              for place in range(number)),
        )  # fmt: skip
        words = []
        for place, uuid in enumerate(uuids):
            (secret,) = answers[number + place]
            words += [str(place), uuid, f"[osd.{place}]\nkey = {secret['key']}"]
        self._box.run("sh", "-c", _MAKE, "sh", *words)
        self._wait(lambda: sum(osd["up"] for osd in self.dump()["osds"]) == number)

    def dump(self) -> dict[str, t.Any]:
        """Return the map of OSDs."""
        (found,) = self.ask({"prefix": "osd dump"})
        return t.cast("dict[str, t.Any]", found)

    def doubled(self) -> set[str]:
        """Return the pools with groups that go on with two pieces on one OSD."""
        found = self.dump()
        names = {str(pool["pool"]): pool["pool_name"] for pool in found["pools"]}
        acting = [(row["pgid"].split(".")[0], row["osds"]) for row in found["pg_temp"]]
        real = [(number, [osd for osd in osds if 0 <= osd < NOWHERE]) for number, osds in acting]
        return {names[number] for number, osds in real if len(set(osds)) < len(osds)}

    def set_map(self, text: str) -> None:
        """Replace the CRUSH map."""
        script = (
            'printf %s "$1" > /tmp/map.txt && crushtool -c /tmp/map.txt -o /tmp/map && '
            "ceph osd setcrushmap -i /tmp/map"
        )
        self._box.run("sh", "-c", script, "sh", text)

    def kill(self, *numbers: int) -> None:
        """End OSDs at once, and tell the monitor, which would see it by itself later."""
        for number in numbers:
            self._box.run("sh", "-c", f"kill -9 $(cat /run/ceph/osd.{number}.pid)")
        self.ask({"prefix": "osd down", "ids": [str(number) for number in numbers]})

    def out(self, *numbers: int) -> None:
        """Take OSDs out, so that their pieces are made again elsewhere."""
        self.ask({"prefix": "osd out", "ids": [str(number) for number in numbers]})

    def write(
        self, tag: str, expected: dict[str, int], *, objects: int, longest: float, quiet: float
    ) -> dict[str, int]:
        """Write into all pools in a process of its own; return how many objects are safe."""
        words = (tag, str(objects), str(longest), str(quiet), json.dumps(expected))
        # It ends by itself, and tells what is safe by then.
        seconds = longest + COMMAND_SECONDS
        told = self._box.run("python3", "-c", _WRITE, *words, seconds=seconds)
        return t.cast("dict[str, int]", json.loads(told))

    def _wait(self, ready: t.Callable[[], bool]) -> None:
        """Wait until something is true."""
        end = time.monotonic() + BOOT_SECONDS
        while not ready():
            assert time.monotonic() < end, f"the OSDs are not up after {BOOT_SECONDS} s"
            time.sleep(0.5)
