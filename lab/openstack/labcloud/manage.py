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


if __name__ == "__main__":
    if sys.argv[1] == "neutron-tables":
        make_neutron_tables(sys.argv[2])
    else:
        run(*sys.argv[1:])
