# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in for a hypervisor: nova's own, which outlives a restart and shows a boot log."""

from __future__ import annotations

import base64
import hashlib
import typing as t
import uuid
from pathlib import Path

import nova.conf
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from nova import context, objects
from nova.compute import power_state
from nova.virt import fake

HOSTS = ("host1", "host2", "host3", "host4")
_FORGOTTEN = ("building", "deleted", "error")
_LOG = """[    0.000000] Linux version 6.12.48+deb13-cloud-amd64
cloud-init[412]: Cloud-init finished at Thu, 26 Nov 2026 00:00:00 +0000. Up 9.21 seconds
<14>Nov 26 00:00:00 cloud-init: #############################################################
<14>Nov 26 00:00:00 cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----
<14>Nov 26 00:00:00 cloud-init: 256 {fingerprint} root@{name} (ED25519)
<14>Nov 26 00:00:00 cloud-init: -----END SSH HOST KEY FINGERPRINTS-----
<14>Nov 26 00:00:00 cloud-init: #############################################################
-----BEGIN SSH HOST KEY KEYS-----
{key} root@{name}
-----END SSH HOST KEY KEYS-----

Debian GNU/Linux 13 {name} ttyS0

{name} login: """


class Hypervisor(fake.FakeDriver):
    """Room for a hundred servers, and yet an end to it."""

    vcpus = 512
    memory_mb = 2 << 20
    local_gb = 100_000

    def init_host(self, host: str) -> None:
        super().init_host(host)
        # Nova wants to find the same node again; the driver would invent a new one.
        setattr(fake.uuids, f"node_{host}", str(uuid.uuid5(uuid.NAMESPACE_DNS, host)))
        for server in objects.InstanceList.get_by_host(
            context.get_admin_context(), host, expected_attrs=["flavor"]
        ):
            if server.vm_state not in _FORGOTTEN:
                self._remember(server)

    def _remember(self, server: t.Any) -> None:
        flavor = server.flavor
        self.resources.claim(flavor.vcpus, flavor.memory_mb, flavor.root_gb)
        state = server.power_state or power_state.RUNNING
        self.instances[server.uuid] = fake.FakeInstance(server.name, state, server.uuid)

    def default_root_device_name(self, *_what: t.Any) -> str:
        """Name the first disk as KVM does, so that volumes become /dev/vdb and so on."""
        return "/dev/vda"

    def get_host_uptime(self) -> str:
        return " 12:00:00 up 1 day,  0 users,  load average: 0, 0, 0"

    def get_console_output(self, _context: t.Any, instance: t.Any) -> str:
        """Return what a test has put there for a server of that name, else a log with host keys."""
        given = Path(nova.conf.CONF.state_path).parent / "consoles" / instance.hostname
        if given.is_file():
            return given.read_text()
        key = _host_key(instance.uuid)
        digest = hashlib.sha256(base64.b64decode(key.split()[1])).digest()
        fingerprint = "SHA256:" + base64.b64encode(digest).decode().rstrip("=")
        return _LOG.format(name=instance.hostname, key=key, fingerprint=fingerprint)


def _host_key(server: str) -> str:
    """Return the public key of a server, the same one each time."""
    seed = hashlib.sha256(server.encode()).digest()
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key()
    kind = serialization.PublicFormat.OpenSSH
    return public.public_bytes(serialization.Encoding.OpenSSH, kind).decode()
