# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the operator: kopf watches, the queue works. Ends at SIGTERM, and at what is unforeseen."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import traceback
import typing as t

import kopf

from rookstandin import VERSION, names, settings, watch
from rookstandin.context import Context, Key
from rookstandin.kube import Kube
from rookstandin.work import CONTROLLERS, Worker

log = logging.getLogger("rookstandin")

LIVENESS = "http://0.0.0.0:8081/healthz"
# A watch whose connection has died unnoticed is made anew after this.
WATCH_SECONDS = 120
WATCHED = ("CephCluster", *CONTROLLERS)


def follow(registry: kopf.OperatorRegistry, context: Context) -> None:
    """Let kopf tell of what happens; nothing is done in its threads."""
    changes = watch.Changes()
    space = context.namespace

    def add(keys: list[Key]) -> None:
        for key in keys:
            context.queue.add(key)

    async def resource(type: str | None, body: kopf.Body, **_: t.Any) -> None:  # noqa: A002
        add(changes.resource(type, body, space))

    async def deployment(type: str | None, body: kopf.Body, **_: t.Any) -> None:  # noqa: A002
        add(watch.owned(type, body))

    async def job(type: str | None, body: kopf.Body, **_: t.Any) -> None:  # noqa: A002
        add(watch.job(type, body))

    async def config(type: str | None, **_: t.Any) -> None:  # noqa: A002
        if type != "DELETED":
            add([Key("settings", space)])

    def own(name: str | None, namespace: str | None, **_: t.Any) -> bool:
        return (namespace, name) == (space, settings.CONFIG_MAP)

    ours = {"rook_cluster": kopf.PRESENT}
    for kind in WATCHED:
        kopf.on.event(group=names.GROUP, version="v1", kind=kind, registry=registry)(resource)
    kopf.on.event("apps", "v1", "deployments", labels=ours, registry=registry)(deployment)
    kopf.on.event("batch", "v1", "jobs", labels=ours, registry=registry)(job)
    kopf.on.event("", "v1", "configmaps", when=own, registry=registry)(config)


def configure(registry: kopf.OperatorRegistry) -> None:
    def login(settings: kopf.OperatorSettings, **_: t.Any) -> kopf.ConnectionInfo | None:
        return kopf.login_with_service_account(settings=settings)

    def startup(settings: kopf.OperatorSettings, **_: t.Any) -> None:
        settings.posting.enabled = False
        settings.watching.server_timeout = WATCH_SECONDS
        settings.watching.client_timeout = WATCH_SECONDS + 30

    kopf.on.login(registry=registry)(login)
    kopf.on.startup(registry=registry)(startup)


async def serve(context: Context, failures: list[str]) -> None:
    """Follow what happens until a signal comes or a thread fails."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def thread_failed(what: threading.ExceptHookArgs) -> None:
        failures.append("".join(traceback.format_exception(what.exc_value)))
        loop.call_soon_threadsafe(stop.set)

    threading.excepthook = thread_failed
    registry = kopf.OperatorRegistry()
    configure(registry)
    follow(registry, context)
    context.queue.start()
    await kopf.operator(
        registry=registry,
        standalone=True,
        clusterwide=True,
        liveness_endpoint=LIVENESS,
        stop_flag=stop,
    )


def main() -> int:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stdout
    )
    for name in ("kopf", "aiohttp"):
        logging.getLogger(name).setLevel(logging.WARNING)
    log.info("%s: not Rook, but the lab's stand-in for its operator", VERSION)
    context = Context(Kube(), os.environ["POD_NAMESPACE"])
    Worker(context)
    failures: list[str] = []
    asyncio.run(serve(context, failures))
    context.queue.stop()
    for failure in failures:
        log.error("a thread failed:\n%s", failure)
    log.info("the operator ends")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
