# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster is known by: fsid, keys and mons. Kept in Rook's Secrets and ConfigMap. Pure."""

from __future__ import annotations

import base64
import json
import typing as t
from dataclasses import dataclass, replace

from rookstandin import names

SECRET = "rook-ceph-mon"
ENDPOINTS = "rook-ceph-mon-endpoints"
CONFIG = "rook-ceph-config"
OVERRIDE = "rook-config-override"
MON_KEYRING = "rook-ceph-mons-keyring"
ADMIN_KEYRING = "rook-ceph-admin-keyring"
CSI_CONFIG = "rook-ceph-csi-config"
SECRET_TYPE = "kubernetes.io/rook"


class Mon(t.NamedTuple):
    """A mon, the address that clients know and the node that it stays on."""

    name: str
    address: str
    node: str

    @property
    def vector(self) -> str:
        return f"[v2:{self.address}:3300,v1:{self.address}:6789]"


@dataclass(frozen=True)
class Identity:
    """All that a client with full rights needs to know."""

    namespace: str
    fsid: str
    mon_key: str
    admin_key: str
    mons: tuple[Mon, ...] = ()

    def with_mons(self, mons: tuple[Mon, ...]) -> Identity:
        return replace(self, mons=mons)

    @property
    def mon_host(self) -> str:
        return ",".join(mon.vector for mon in self.mons)

    @property
    def members(self) -> str:
        return ",".join(mon.name for mon in self.mons)

    def conf(self, keyring: str) -> str:
        lines = [
            "[global]", f"fsid = {self.fsid}", f"mon_host = {self.mon_host}",
            f"keyring = {keyring}", "log_to_file = false", "log_to_stderr = false",
            "admin_socket =",
        ]  # fmt: skip
        return "\n".join(lines) + "\n"

    def admin_keyring(self) -> str:
        return keyring("client.admin", self.admin_key, **ADMIN_CAPS)

    def mon_keyring(self) -> str:
        return keyring("mon.", self.mon_key, mon="allow *") + self.admin_keyring()


ADMIN_CAPS = {"mds": "allow *", "mgr": "allow *", "mon": "allow *", "osd": "allow *"}


def keyring(entity: str, key: str, **caps: str) -> str:
    lines = [f"[{entity}]", f"\tkey = {key}"]
    lines += [f'\tcaps {daemon} = "{cap}"' for daemon, cap in caps.items()]
    return "\n".join(lines) + "\n"


def encoded(values: dict[str, str]) -> dict[str, str]:
    return {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}


def decoded(secret: dict[str, t.Any]) -> dict[str, str]:
    data = secret.get("data") or {}
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def read(namespace: str, secret: dict[str, t.Any], endpoints: dict[str, t.Any] | None) -> Identity:
    """Read an identity from the Secret rook-ceph-mon and the ConfigMap of the mons' endpoints."""
    values = decoded(secret)
    data = (endpoints or {}).get("data") or {}
    nodes = json.loads(data.get("mapping") or "{}").get("node") or {}
    mons = [
        Mon(name, address.rpartition(":")[0], nodes.get(name, {}).get("Hostname", ""))
        for name, _, address in (
            part.partition("=") for part in (data.get("data") or "").split(",") if part
        )
    ]
    admin_key = values.get("ceph-secret") or values["admin-secret"]
    return Identity(namespace, values["fsid"], values["mon-secret"], admin_key, tuple(mons))


def secret(name: str, namespace: str, owner: dict[str, t.Any], **values: str) -> dict[str, t.Any]:
    return {
        "apiVersion": "v1", "kind": "Secret", "type": SECRET_TYPE,
        "metadata": {"name": name, "namespace": namespace, "ownerReferences": [owner]},
        "data": encoded({key.replace("_", "-"): value for key, value in values.items()}),
    }  # fmt: skip


def access_secret(identity: Identity, owner: dict[str, t.Any]) -> dict[str, t.Any]:
    manifest = secret(
        SECRET, identity.namespace, owner, fsid=identity.fsid, mon_secret=identity.mon_key,
        ceph_username="client.admin", ceph_secret=identity.admin_key,
    )  # fmt: skip
    manifest["metadata"]["finalizers"] = [names.FINALIZER_OF_SECRETS]
    return manifest


def keyring_secrets(identity: Identity, owner: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    space = identity.namespace
    return [
        secret(MON_KEYRING, space, owner, keyring=identity.mon_keyring()),
        secret(ADMIN_KEYRING, space, owner, keyring=identity.admin_keyring()),
    ]


def config_map(
    name: str, namespace: str, owner: dict[str, t.Any] | None, **data: str
) -> dict[str, t.Any]:
    meta: dict[str, t.Any] = {"name": name, "namespace": namespace}
    if owner:
        meta["ownerReferences"] = [owner]
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def endpoint_objects(identity: Identity, owner: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Make what tells daemons, CSI and users where the mons are."""
    space, mons = identity.namespace, identity.mons
    addresses = [f"{mon.address}:6789" for mon in mons]
    csi = [{"clusterID": space, "monitors": addresses, "namespace": space}]
    nodes = {
        mon.name: {"Name": mon.node, "Hostname": mon.node, "Address": mon.address} for mon in mons
    }
    endpoints = config_map(
        ENDPOINTS, space, owner,
        data=",".join(f"{mon.name}={at}" for mon, at in zip(mons, addresses, strict=True)),
        mapping=json.dumps({"node": nodes}), maxMonId=str(len(mons) - 1), outOfQuorum="",
        **{"csi-cluster-config-json": json.dumps(csi)},
    )  # fmt: skip
    endpoints["metadata"]["finalizers"] = [names.FINALIZER_OF_SECRETS]
    config = secret(CONFIG, space, owner)
    config["data"] = encoded(
        {"mon_host": identity.mon_host, "mon_initial_members": identity.members}
    )
    return [endpoints, config]


def csi_config(current: str | None, identity: Identity | None, namespace: str) -> str:
    """Put this cluster into CSI's list of clusters, or take it out; others stay."""
    entries = [
        entry for entry in json.loads(current or "[]") if entry.get("clusterID") != namespace
    ]
    if identity is not None:
        monitors = [f"{mon.address}:6789" for mon in identity.mons]
        entries.append({"clusterID": namespace, "monitors": monitors, "namespace": namespace})
    return json.dumps(entries)
