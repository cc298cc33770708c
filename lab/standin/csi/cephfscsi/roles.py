# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two kinds of pod, from their start to their end."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import csi_pb2_grpc as csi_rpc
import grpc
import pluginregistration_pb2_grpc as registration_rpc

from cephfscsi import binaries, ceph
from cephfscsi.controller import Controller
from cephfscsi.driver import Driver
from cephfscsi.errors import CsiError
from cephfscsi.events import Events
from cephfscsi.fuse import Fuse
from cephfscsi.host import Host
from cephfscsi.identity import Identity
from cephfscsi.kube import ACCOUNT, Client, Json
from cephfscsi.loop import Loop
from cephfscsi.node import Node
from cephfscsi.provisioner import CLAIMS, VOLUMES, Provisioner
from cephfscsi.reclaim import Reclaim
from cephfscsi.registration import Registration
from cephfscsi.resizer import Resizer
from cephfscsi.server import Server
from cephfscsi.settings import Settings
from cephfscsi.stages import Stages
from cephfscsi.stop import Stop
from cephfscsi.volumes import Calls

LOG = logging.getLogger(__name__)
GRACE_SECONDS = 10


def run_node(settings: Settings, stop: Stop) -> None:
    """Serve kubelet until `stop`; leave nothing on the node that no volume needs."""
    host, stages = Host(), Stages(settings.home / "stages")
    fuse = Fuse(host, binaries.command(binaries.install(settings.home)))
    driver = Server(settings.socket)
    csi_rpc.add_IdentityServicer_to_server(Identity(settings.driver, controller=False), driver.grpc)
    csi_rpc.add_NodeServicer_to_server(
        Node(settings.node, settings.clusters, host, fuse, stages), driver.grpc
    )
    registration = Server(settings.registration)
    registration_rpc.add_RegistrationServicer_to_server(
        Registration(settings.driver, str(settings.socket), stop.fail), registration.grpc
    )
    # Kubelet calls the driver as soon as it sees the registration's socket.
    servers = (driver, registration)
    for server in servers:
        server.start()
    stop.wait()
    for server in reversed(servers):
        server.stop(GRACE_SECONDS)
    leave(settings, host, fuse, stages)


def leave(settings: Settings, host: Host, fuse: Fuse, stages: Stages) -> None:
    """Remove the driver's files from the node unless a volume is still mounted."""
    try:
        left = [stage.volume for stage in stages.all() if fuse.present(stage)]
        if left:
            LOG.info("the node keeps the driver's files: %s are mounted", ", ".join(left))
            return
        for path in settings.home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        # Kubelet's directory of the driver's stages, and, from the node, our own mount point.
        stages_of_kubelet = settings.kubelet / "plugins/kubernetes.io/csi" / settings.driver
        for directory in (str(stages_of_kubelet), str(settings.home)):
            if host.exists(directory):
                host.run("rmdir", "--ignore-fail-on-non-empty", directory)
        LOG.info("nothing of the driver is left on the node")
    except CsiError as error:
        LOG.warning("the driver's files stay on the node: %s", error)


def run_controller(settings: Settings, stop: Stop) -> None:
    """Make, grow and delete volumes until `stop`."""
    server = Server(settings.socket)
    csi_rpc.add_IdentityServicer_to_server(Identity(settings.driver, controller=True), server.grpc)
    csi_rpc.add_ControllerServicer_to_server(
        Controller(settings.driver, settings.clusters, ceph.connect), server.grpc
    )
    server.start()
    with grpc.insecure_channel(f"unix://{settings.socket}") as channel:
        loops = controller_loops(settings, Driver(channel))
        for loop in loops:
            loop.start(stop)
        stop.wait()
        for loop in loops:
            loop.close()
        server.stop(GRACE_SECONDS)


def controller_loops(settings: Settings, calls: Calls, account: Path = ACCOUNT) -> tuple[Loop, ...]:
    """Return what follows claims and volumes, as the service account in `account`."""
    kube = Client(settings.api, account)
    parts = (settings.driver, kube, calls, Events(kube, f"{settings.driver}_{settings.pod}"))
    provisioner, resizer = Provisioner(*parts), Resizer(*parts)

    def claim(item: Json) -> None:
        provisioner.handle(item)
        resizer.handle(item)

    return Loop(kube, CLAIMS, claim), Loop(kube, VOLUMES, Reclaim(*parts).handle)
