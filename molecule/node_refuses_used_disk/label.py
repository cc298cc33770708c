# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a BlueStore label as Ceph does: label.py DEVICE OFFSET FSID. Runs on a node."""

import struct
import sys


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode()


device, offset, fsid = sys.argv[1:]
osd = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
fixed = b"\x02\x01" + bytes(4 + 16 + 8 + 8)
meta = struct.pack("<I", 1) + text("ceph_fsid") + text(fsid)
with open(device, "r+b") as disk:
    disk.seek(int(offset))
    disk.write(f"bluestore block device\n{osd}\n".encode() + fixed + text("main") + meta)
