# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQLite below services of many threads.

A transaction that reads before it writes fails at once with "database is locked" when another one
was committed in between; waiting does not apply to that. So one that is meant to write takes the
lock when it begins, and waits for it there.

Connections are kept: oslo.db opens one for each transaction, and SQLite then reads again how all
tables are made.
"""

from __future__ import annotations

import typing as t

import sqlalchemy
from oslo_db.sqlalchemy import enginefacade, engines

_WRITES = "labcloud_writes"


def prepare() -> None:
    """Let every writing transaction of oslo.db in this process begin with the lock; keep files."""
    engines._init_connection_args.dispatch_for("sqlite")(_keep)
    sqlalchemy.event.listen(sqlalchemy.pool.QueuePool, "checkin", _rest)
    factory = enginefacade._TransactionFactory
    make_session, make_connection = factory._create_session, factory._create_connection

    def session(self: t.Any, mode: t.Any, bind: t.Any = None) -> t.Any:
        made = make_session(self, mode, bind=bind)
        if mode is enginefacade._WRITER and bind is None:
            made.bind = made.bind.execution_options(**{_WRITES: True})
        return made

    def connection(self: t.Any, mode: t.Any) -> t.Any:
        made = make_connection(self, mode)
        writes = mode is enginefacade._WRITER
        return made.execution_options(**{_WRITES: True}) if writes else made

    factory._create_session, factory._create_connection = session, connection
    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", _begin, retval=True)


def prepare_maker(maker: t.Any) -> None:
    """Do the same for sessions that a service makes by itself."""
    maker.configure(bind=maker.kw["bind"].execution_options(**{_WRITES: True}))


def _begin(
    conn: t.Any, _cursor: t.Any, statement: str, parameters: t.Any, *_more: t.Any
) -> tuple[str, t.Any]:
    if statement == "BEGIN" and conn.get_execution_options().get(_WRITES):
        return "BEGIN IMMEDIATE", parameters
    return statement, parameters


def _keep(_url: t.Any, engine_args: dict[str, t.Any], _more: t.Any) -> None:
    engine_args.update(poolclass=sqlalchemy.pool.QueuePool, pool_size=32, max_overflow=-1)


def _rest(_connection: t.Any, record: t.Any) -> None:
    # What oslo.db notes of a connection holds for one transaction.
    record.info.pop("in_transaction", None)
