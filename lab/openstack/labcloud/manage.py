# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a service's program of administration: python -m labcloud.manage SERVICE CONFIG WORD..."""

from __future__ import annotations

import importlib
import sys

import sqlalchemy

_PROGRAMS = {
    "keystone": "keystone.cmd.manage",
    "placement": "placement.cmd.manage",
    "glance": "glance.cmd.manage",
    "neutron": "neutron.db.migration.cli",
    "cinder": "cinder.cmd.manage",
    "nova": "nova.cmd.manage",
}


def run(service: str, config: str, *words: str) -> None:
    """Run the service's own program of administration, and return if it says that all is well."""
    sys.argv = [f"{service}-manage", "--config-file", config, *words]
    status = importlib.import_module(_PROGRAMS[service]).main()
    if status:
        raise SystemExit(status)


def make_neutron_tables(database: str) -> None:
    """Make the tables of the models: the migrations alter what SQLite cannot alter."""
    from neutron.db.migration.models import head

    head.get_metadata().create_all(sqlalchemy.create_engine(database))


# Models of octavia: the constant that names all the words that the table has.
_WORDS = {
    "Algorithm": "SUPPORTED_LB_ALGORITHMS",
    "AmphoraRoles": "SUPPORTED_AMPHORA_ROLES",
    "ClientAuthenticationMode": "SUPPORTED_CLIENT_AUTH_MODES",
    "HealthMonitorType": "SUPPORTED_HEALTH_MONITOR_TYPES",
    "L7PolicyAction": "SUPPORTED_L7POLICY_ACTIONS",
    "L7RuleCompareType": "SUPPORTED_L7RULE_COMPARE_TYPES",
    "L7RuleType": "SUPPORTED_L7RULE_TYPES",
    "LBTopology": "SUPPORTED_LB_TOPOLOGIES",
    "OperatingStatus": "SUPPORTED_OPERATING_STATUSES",
    "Protocol": "SUPPORTED_PROTOCOLS",
    "ProvisioningStatus": "SUPPORTED_PROVISIONING_STATUSES",
    "SessionPersistenceType": "SUPPORTED_SP_TYPES",
    "VRRPAuthMethod": "SUPPORTED_VRRP_AUTH",
}


def make_octavia_tables(database: str) -> None:
    """Make the tables of the models, for the same reason, and fill those that are of words."""
    from octavia.common import constants
    from octavia.db import base_models, models

    engine = sqlalchemy.create_engine(database)
    base_models.BASE.metadata.create_all(engine)
    with engine.begin() as connection:
        for model, words in _WORDS.items():
            table, names = getattr(models, model).__table__, getattr(constants, words)
            rows = [{"name": name} for name in sorted(names)]
            connection.execute(table.insert(), rows)


_TABLES = {"neutron-tables": make_neutron_tables, "octavia-tables": make_octavia_tables}


if __name__ == "__main__":
    if sys.argv[1] in _TABLES:
        _TABLES[sys.argv[1]](sys.argv[2])
    else:
        run(*sys.argv[1:])
