# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in for amphorae: load balancers become active, or are gone, a moment after a request.

All that the API checks before, and what becomes of quotas and ports, is octavia's own work.
"""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

from octavia.api.drivers.driver_agent.driver_updater import DriverUpdater
from octavia.common import constants
from octavia.db import api, models, repositories
from octavia_lib.api.drivers.provider_base import ProviderDriver
from oslo_log import log as logging

from labcloud import sqlite

LOG = logging.getLogger(__name__)
MOMENT_SECONDS = 0.3
# A file of a load balancer's name has the state that it comes to when it would become active. As
# long as that is a pending one, nothing is done for it, also when it is to go.
GIVEN = Path("balancers")
_PENDING = "PENDING_"


class Provider(ProviderDriver):
    """Takes every wish; the API has written it down, and `finish` looks there."""


def _take(_self: Provider, *_what: t.Any, **_more: t.Any) -> None:
    """Say that it will be done."""


for _kind in ("loadbalancer", "listener", "pool", "member", "health_monitor", "l7policy", "l7rule"):
    for _verb in ("create", "update", "delete"):
        setattr(Provider, f"{_kind}_{_verb}", _take)
for _name in ("member_batch_update", "loadbalancer_failover"):
    setattr(Provider, _name, _take)


def prepare() -> None:
    """Let octavia live with the one writer of SQLite."""
    sqlite.prepare_maker(api.session())
    known: set[str] = set()
    ensure = repositories.QuotasRepository.ensure_project_exists

    def ensure_once(self: t.Any, project: str) -> None:
        # It does so in a transaction of its own, also in the middle of one that has written.
        if project not in known:
            ensure(self, project)
            known.add(project)

    repositories.QuotasRepository.ensure_project_exists = ensure_once


def finish() -> None:
    """Bring what is pending to its end, as long as the process lives."""
    updater = DriverUpdater()
    while True:
        time.sleep(MOMENT_SECONDS)
        session = api.get_session()
        with session.begin():
            query = session.query(models.LoadBalancer)
            pending = query.filter(models.LoadBalancer.provisioning_status.startswith(_PENDING))
            ends = [_end(balancer) for balancer in pending]
        for end in ends:
            told = updater.update_loadbalancer_status(end)
            if told["status_code"] != 200:
                LOG.error("A load balancer stays pending: %s", told)


def _end(balancer: t.Any) -> dict[str, t.Any]:
    """Return what a load balancer and all that is behind it comes to, in octavia's own form."""
    file = GIVEN / balancer.name
    given = file.read_text().strip() if file.exists() else constants.ACTIVE
    if given.startswith(_PENDING):
        return {}
    gone = balancer.provisioning_status == constants.PENDING_DELETE
    policies = [policy for listener in balancer.listeners for policy in listener.l7policies]
    parts = {
        "members": [member for pool in balancer.pools for member in pool.members],
        "healthmonitors": [pool.health_monitor for pool in balancer.pools if pool.health_monitor],
        "pools": balancer.pools,
        "l7rules": [rule for policy in policies for rule in policy.l7rules],
        "l7policies": policies,
        "listeners": balancer.listeners,
    }
    told = {
        name: [_told(part, gone, constants.ACTIVE) for part in some] for name, some in parts.items()
    }
    return {**told, "loadbalancers": [_told(balancer, gone, given)]}


def _told(part: t.Any, gone: bool, state: str) -> dict[str, str]:
    if gone or part.provisioning_status == constants.PENDING_DELETE:
        return {"id": part.id, "provisioning_status": constants.DELETED}
    online = constants.ONLINE if state == constants.ACTIVE else constants.ERROR
    return {"id": part.id, "provisioning_status": state, "operating_status": online}
