# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that changes the release of Rook ends when the operator is through with every daemon."""

from __future__ import annotations

import concurrent.futures
import time

from acting import DEPLOYMENTS, Acting
from conftest import HOSTS, MODEL, Run
from raw import Raw

OLD, NEW = "v0.9.0", f"v{MODEL['version']}.9"
BEHIND = f"daemons are not of Rook {MODEL['version']} yet"
SERVERS = ("rook-ceph-mds", "rook-ceph-rgw")
# Long enough for a run that does not wait to end before the last daemon.
STEP_SECONDS = 0.4


def _renew(raw: Raw, release: str, pause: float = 0) -> float:
    """Note a release on one daemon after the other, servers last; return when that began."""
    found, begun = raw.items(DEPLOYMENTS), 0.0
    for item in sorted(found, key=lambda item: item["metadata"]["name"].startswith(SERVERS)):
        time.sleep(pause)
        name, labels = item["metadata"]["name"], {"rook-version": release}
        begun = time.monotonic()
        raw.merge(f"{DEPLOYMENTS}/{name}", {"metadata": {"labels": labels}})
    return begun


def test_a_run_ends_when_the_last_daemon_is_of_the_new_release(run: Run, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        assert run("rook_site", wait_timeout=60).get("failed") is None
    _renew(raw, OLD)
    info = run("rook_info")
    assert info["standing"]["summary"]["state"] == "not ready"
    assert info["versions"]["rook"] == [OLD]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        renewed = pool.submit(_renew, raw, NEW, STEP_SECONDS)
        done = run("rook_site", wait_timeout=60)
        ended = time.monotonic()
        assert ended >= renewed.result(60)
    assert (done.get("failed"), done["changed"]) == (None, False)
    reasons = {wait["id"].partition("/")[0]: " ".join(wait["reasons"]) for wait in done["waited"]}
    assert BEHIND in reasons["CephCluster"]
    assert run("rook_info")["standing"]["summary"]["state"] == "ready"


def test_daemons_that_stay_behind_are_named_when_the_run_gives_up(run: Run, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        assert run("rook_site", wait_timeout=60).get("failed") is None
    _renew(raw, NEW)
    left = {"metadata": {"labels": {"rook-version": OLD}}}
    raw.merge(f"{DEPLOYMENTS}/rook-ceph-osd-1", left)
    done = run("rook_site", stages=["cluster"], wait_timeout=2)
    assert done["failed"]
    assert f"{BEHIND}: rook-ceph-osd-1 is of {OLD}" in done["msg"]
