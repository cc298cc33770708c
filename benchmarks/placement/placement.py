# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what judging the placement of large sites costs, and whether it grows with the OSDs.

Exit code 1 says that a target is missed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._model.parse import (
    parse_site,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.picture import (
    picture_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._placement.sites import (
    read_plant,
)
from ansible_collections.rookery.rook.plugins.module_utils._report_page.judgement import (
    read_judgement,
)
from ansible_collections.rookery.rook.plugins.module_utils._report_page.page import page

MOST_SECONDS, MOST_GROWTH, MOST_PAGE_SECONDS = 2.0, 2.0, 1.0
OSDS_ON_A_HOST, HOSTS_IN_A_RACK, POOLS, RUNS = 10, 50, 50, 3
RACK = "topology.rook.io/rack"
TIB = 1 << 40
# Disks as they come over the years; every host has two that are fast.
SIZES = (8, 12, 16, 18)


def site_of(hosts: int) -> tuple[t.Any, dict[str, t.Any]]:
    """Return a site with so many hosts and 50 pools of all kinds, and what its hosts said."""
    dice = random.Random(1)
    names = [f"n{number:04}" for number in range(hosts)]
    devices = [f"/dev/sd{chr(ord('b') + number)}" for number in range(OSDS_ON_A_HOST)]
    racks = max(4, hosts // HOSTS_IN_A_RACK)
    layouts: list[dict[str, t.Any]] = [
        {"replicas": 3}, {"replicas": 3, "failure_domain": "rack"},
        {"replicas": 2, "device_class": "ssd"}, {"replicas": 3, "device_class": "hdd"},
        {"replicas": 3, "failure_domain": "osd"},
        {"erasure": {"data_chunks": 4, "coding_chunks": 2}},
        {"erasure": {"data_chunks": 8, "coding_chunks": 3}, "device_class": "hdd"},
        {"erasure": {"data_chunks": 2, "coding_chunks": 2}, "failure_domain": "rack"},
        {"erasure": {"data_chunks": 6, "coding_chunks": 2}, "failure_domain": "osd"},
        {"replicas": 4, "failure_domain": "rack",
         "spec": {"replicated": {"replicasPerFailureDomain": 2}}},
    ]  # fmt: skip
    model = {
        "site": "large", "version": "1.18.11", "operator": {"manifests": "/srv/rook"},
        "hosts": {
            name: {"devices": devices, "labels": {RACK: f"r{number % racks:02}"}}
            for number, name in enumerate(names)
        },
        "block_pools": [
            {"name": f"pool{number:02}", **layouts[number % len(layouts)]}
            for number in range(POOLS - 1)
        ],
    }  # fmt: skip
    said = {
        name: {
            "devices": [
                {"path": path, "size": dice.choice(SIZES) * TIB, "rotational": place > 1}
                for place, path in enumerate(devices)
            ]
        }
        for name in names
    }
    return parse_site(model), {"hosts": said}


def measured(hosts: int, runs: int) -> dict[str, float]:
    """Return seconds of CPU for reading, for judging and for the page of it, medians."""
    site, facts = site_of(hosts)
    reading, judging, showing, pools = [], [], [], 0
    for _run in range(runs):
        start = time.process_time()
        plant = read_plant(site, facts)
        read = time.process_time()
        lies = picture_of(site, plant, facts)
        judged = time.process_time()
        page(read_judgement("large", "1.18", "present", findings=[], rules=[], placement=lies))
        pools = len(lies["pools"])
        reading.append(read - start)
        judging.append(judged - read)
        showing.append(time.process_time() - judged)
    return {
        "osds": hosts * OSDS_ON_A_HOST, "pools": pools,
        "reading": statistics.median(reading), "judging": statistics.median(judging),
        "showing": statistics.median(showing),
    }  # fmt: skip


def main() -> None:
    """Measure growing sites, print a table, and compare with the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    rows = [
        measured(options.hosts * share // 100, options.runs) for share in (10, 25, 50, 100, 200)
    ]
    print("| OSDs | pools | reading, s | judging, s | whole, s | ms for 1,000 OSDs | page, s |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for row in rows:
        whole = row["reading"] + row["judging"]
        print(
            f"| {row['osds']:,.0f} | {row['pools']:.0f} | {row['reading']:.2f} | "
            f"{row['judging']:.2f} | {whole:.2f} | {whole * 1e6 / row['osds']:.0f} | "
            f"{row['showing']:.2f} |"
        )
    whole = [row["reading"] + row["judging"] for row in rows]
    growth = (whole[4] / whole[2]) / (rows[4]["osds"] / rows[2]["osds"])
    print(f"\n{rows[3]['osds']:,.0f} OSDs: {whole[3]:.2f} s of CPU (at most {MOST_SECONDS})")
    print(f"four times as many cost {growth:.2f} times as much for each (at most {MOST_GROWTH})")
    shown = rows[3]["showing"]
    print(f"their page: {shown:.2f} s of CPU (at most {MOST_PAGE_SECONDS})")
    sys.exit(whole[3] > MOST_SECONDS or growth > MOST_GROWTH or shown > MOST_PAGE_SECONDS)


if __name__ == "__main__":
    main()
