# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pod's environment says."""

from __future__ import annotations

import dataclasses
import socket
import typing as t
from pathlib import Path

DRIVER = "rook-ceph.cephfs.csi.ceph.com"
ROLES = ("node", "controller")
# sockaddr_un.sun_path holds 108 bytes, the last of them NUL.
SOCKET_PATH_LIMIT = 107


@dataclasses.dataclass(frozen=True)
class Settings:
    role: str
    driver: str
    node: str
    pod: str
    kubelet: Path
    clusters: Path
    api: str

    @property
    def home(self) -> Path:
        """The driver's own directory; the same path on the node and in the container."""
        return self.kubelet / "plugins" / self.driver

    @property
    def socket(self) -> Path:
        return self.home / "csi.sock" if self.role == "node" else Path("/tmp/csi.sock")

    @property
    def registration(self) -> Path:
        return self.kubelet / "plugins_registry" / f"{self.driver}-reg.sock"


def read(env: t.Mapping[str, str]) -> Settings:
    """Return the settings; raises ValueError with what is wrong."""
    settings = Settings(
        role=env.get("ROLE", ""),
        driver=env.get("DRIVER_NAME") or DRIVER,
        node=env.get("NODE_ID", ""),
        pod=env.get("POD_NAME") or socket.gethostname(),
        kubelet=Path(env.get("KUBELET_DIR") or "/var/lib/kubelet"),
        clusters=Path(env.get("CLUSTERS_FILE") or "/etc/ceph-csi-config/config.json"),
        api=_api(env.get("KUBERNETES_SERVICE_HOST", ""), env.get("KUBERNETES_SERVICE_PORT", "")),
    )
    if settings.role not in ROLES:
        raise ValueError(f"ROLE is {settings.role!r}; it must be one of {', '.join(ROLES)}")
    if settings.role == "node" and not settings.node:
        raise ValueError("NODE_ID is empty; the node role needs the node's name")
    if settings.role == "controller" and not settings.api:
        raise ValueError("KUBERNETES_SERVICE_HOST or _PORT is empty; the controller runs in a pod")
    for path in (settings.socket, settings.registration):
        if len(str(path).encode()) > SOCKET_PATH_LIMIT:
            raise ValueError(
                f"the socket path {path} is longer than {SOCKET_PATH_LIMIT} bytes: "
                "shorten KUBELET_DIR or DRIVER_NAME"
            )
    return settings


def _api(host: str, port: str) -> str:
    """Return the API server's address; IPv6 is written in brackets."""
    if not host or not port:
        return ""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
