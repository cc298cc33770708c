# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one of OpenStack's services as one process: python -m labcloud.serve SERVICE FOLDER PORT.

RPC stays inside the process (oslo.messaging's fake transport), so everything of nova, and
everything of cinder, is in one. Between services OpenStack speaks HTTP alone.
"""

from __future__ import annotations

import os
import shlex
import sys
import threading
import traceback
import typing as t

from labcloud import sqlite

ADDRESS = "127.0.0.1"
# More is asked at once, and waits: eight threads fight so much for the one lock of Python that the
# network service needs half as much processor time again for the same work.
_THREADS = 4
_BACKUPS_AT_ONCE = 4


def _listen(application: t.Any, port: int) -> None:
    import waitress

    waitress.serve(application, host=ADDRESS, port=port, threads=_THREADS, channel_timeout=300)


def keystone(folder: str, port: int) -> None:
    os.environ["OS_KEYSTONE_CONFIG_FILES"] = f"{folder}/keystone.conf"
    sqlite.prepare()
    from keystone.wsgi.api import application

    _listen(application, port)


def placement(folder: str, port: int) -> None:
    os.environ["OS_PLACEMENT_CONFIG_DIR"] = folder
    sqlite.prepare()
    from placement.wsgi.api import application

    _listen(application, port)


def glance(folder: str, port: int) -> None:
    os.environ["OS_GLANCE_CONFIG_DIR"] = folder
    sqlite.prepare()
    from glance.wsgi.api import application

    _listen(application, port)


def neutron(folder: str, port: int) -> None:
    os.environ.update(OS_NEUTRON_CONFIG_DIR=folder, OS_NEUTRON_CONFIG_FILES="neutron.conf")
    from oslo_service import backend

    backend.init_backend(backend.BackendType.THREADING)
    sqlite.prepare()
    from neutron.wsgi.api import application

    _listen(application, port)


def nova(folder: str, port: int) -> None:
    # One blocked call of SQLite would stop all green threads, also the one that holds the lock.
    os.environ["OS_NOVA_DISABLE_EVENTLET_PATCHING"] = "1"
    files = f"{sys.prefix}/etc/nova/api-paste.ini;nova.conf"
    os.environ.update(OS_NOVA_CONFIG_DIR=folder, OS_NOVA_CONFIG_FILES=files)
    from nova import monkey_patch

    monkey_patch.patch(backend="threading")
    sqlite.prepare()
    from nova.wsgi.osapi_compute import application

    _start_nova()
    _listen(application, port)


def _start_nova() -> None:
    """Start what the API sends its work to."""
    import nova.conf
    import os_brick
    import os_vif
    from nova import context, objects, service, utils
    from nova.compute import rpcapi as compute
    from nova.conductor import rpcapi as conductor
    from nova.objects import host_mapping
    from nova.scheduler import rpcapi as scheduler
    from oslo_privsep import priv_context

    from labcloud import hypervisor

    # Nova takes hypervisors from below this name alone.
    sys.modules["nova.virt.labcloud"] = hypervisor
    priv_context.init(root_helper=shlex.split(utils.get_root_helper()))
    os_brick.setup(nova.conf.CONF)
    os_vif.initialize()
    objects.Service.enable_min_version_cache()
    wanted: list[tuple[str, t.Any, str | None]] = [
        ("nova-conductor", conductor, None),
        ("nova-scheduler", scheduler, None),
        *(("nova-compute", compute, host) for host in hypervisor.HOSTS),
    ]
    for binary, api, host in wanted:
        alternative = getattr(api, "RPC_TOPIC_ALT", None)
        more = {"topic_alt": alternative} if alternative else {}
        service.Service.create(host=host, binary=binary, topic=api.RPC_TOPIC, **more).start()
    host_mapping.discover_hosts(context.get_admin_context())


def cinder(folder: str, port: int) -> None:
    # Cinder knows green threads alone; none of them yields inside a transaction.
    import eventlet

    eventlet.monkey_patch()
    import threading

    import __original_module_threading as original

    original.current_thread.__globals__["_active"] = threading._active
    sqlite.prepare()
    from cinder import i18n

    i18n.enable_lazy()
    from cinder import objects, version

    # It has options of the command line, which must be known before that is read.
    from cinder.cmd import volume
    from cinder.common import config
    from oslo_config import cfg
    from oslo_log import log

    objects.register_all()
    arguments = ["--config-file", f"{folder}/cinder.conf"]
    cfg.CONF(arguments, project="cinder", version=version.version_string())
    config.set_middleware_defaults()
    log.setup(cfg.CONF, "cinder")
    cfg.CONF.set_override("osapi_volume_listen_port", port)
    _run_cinder(cfg.CONF, volume.host_opt)


def _run_cinder(conf: t.Any, host_option: t.Any) -> None:
    """Run API, scheduler, volumes and backups until the process ends."""
    import os_brick
    from cinder import coordination, rpc, service, utils
    from oslo_privsep import priv_context
    from oslo_service import service as oslo_service

    priv_context.init(root_helper=shlex.split(utils.get_root_helper()))
    os_brick.setup(conf)
    coordination.COORDINATOR.start()
    rpc.init(conf)
    launcher = oslo_service.ServiceLauncher(conf)
    launcher.launch_service(service.Service.create(binary="cinder-scheduler"))
    backend = conf.enabled_backends[0]
    conf.register_opt(host_option, group=backend)
    host, more = f"{conf.host}@{backend}", {"service_name": backend, "coordination": True}
    launcher.launch_service(service.Service.create(host=host, binary="cinder-volume", **more))
    more = {"service_name": "backup", "coordination": True, "process_number": 1}
    semaphore = utils.semaphore_factory(_BACKUPS_AT_ONCE, 1)
    launcher.launch_service(
        service.Service.create(binary="cinder-backup", semaphore=semaphore, **more)
    )
    launcher.launch_service(service.WSGIService("osapi_volume"))
    launcher.wait()


def octavia(folder: str, port: int) -> None:
    sqlite.prepare()
    from octavia.api import app

    application = app.setup_app(argv=["octavia", "--config-file", f"{folder}/octavia.conf"])

    from labcloud import balancers

    balancers.prepare()
    threading.Thread(target=balancers.finish, daemon=True).start()
    _listen(application, port)


_SERVICES = {
    each.__name__: each for each in (keystone, placement, glance, neutron, cinder, nova, octavia)
}


def main() -> None:
    """Run a service; if it ends, the process does, whatever its other threads do."""
    service, folder, port = sys.argv[1:]
    sys.argv = [service]
    try:
        _SERVICES[service](folder, int(port))
    finally:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
