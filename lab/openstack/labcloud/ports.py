# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in for the agents of networks: ports, routers and floating IPs become active at once.

A callback inside a transaction goes on with that transaction's session: SQLite has one writer.
"""

from __future__ import annotations

import typing as t

from neutron.services.trunk.drivers import base as trunks
from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.callbacks import events, registry, resources
from neutron_lib.plugins import constants as plugins
from neutron_lib.plugins import directory
from neutron_lib.plugins.ml2 import api
from neutron_lib.services.trunk import constants as trunk_constants

NAME = "labcloud"


class Trunks(trunks.DriverBase):
    """Says that ports of this mechanism can be trunks; nobody has to do anything for them."""

    is_loaded = True

    @registry.receives(resources.TRUNK_PLUGIN, [events.AFTER_INIT])
    def register(
        self, resource: t.Any, event: t.Any, trigger: t.Any, payload: t.Any = None
    ) -> None:
        super().register(resource, event, trigger, payload=payload)


class Mechanism(api.MechanismDriver):
    """Binds every port."""

    def initialize(self) -> None:
        for event in (events.AFTER_CREATE, events.AFTER_UPDATE):
            registry.subscribe(_floating_ip_changed, resources.FLOATING_IP, event)
        registry.subscribe(_interface_made, resources.ROUTER_INTERFACE, events.AFTER_CREATE)
        interfaces, kinds = (portbindings.VIF_TYPE_OVS,), (trunk_constants.SEGMENTATION_TYPE_VLAN,)
        self._trunks = Trunks(NAME, interfaces, kinds, can_trunk_bound_port=True)

    def bind_port(self, context: t.Any) -> None:
        segment = context.segments_to_bind[0]
        details = {portbindings.CAP_PORT_FILTER: True}
        status = constants.PORT_STATUS_ACTIVE
        context.set_binding(segment[api.ID], portbindings.VIF_TYPE_OVS, details, status=status)


def _floating_ip_changed(
    _resource: t.Any, _event: t.Any, _trigger: t.Any, payload: t.Any = None
) -> None:
    bound = payload.latest_state.get("port_id")
    active, down = constants.FLOATINGIP_STATUS_ACTIVE, constants.FLOATINGIP_STATUS_DOWN
    directory.get_plugin(plugins.L3).update_floatingip_status(
        payload.context.elevated(), payload.resource_id, active if bound else down
    )


def _interface_made(
    _resource: t.Any, _event: t.Any, _trigger: t.Any, payload: t.Any = None
) -> None:
    port = (payload.metadata or {}).get("port")
    if port:
        status = constants.PORT_STATUS_ACTIVE
        directory.get_plugin().update_port_status(payload.context.elevated(), port["id"], status)
