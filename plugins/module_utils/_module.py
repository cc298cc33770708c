# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What modules on the deploy host share: parameters, the client, and how they end."""

from __future__ import annotations

import getpass
import os
import socket
import typing as t

from ansible.module_utils.basic import env_fallback
from ansible_collections.rookery.rook.plugins.module_utils._argspec import ENVIRONMENT
from ansible_collections.rookery.rook.plugins.module_utils._clients.absent import NoCluster
from ansible_collections.rookery.rook.plugins.module_utils._clients.identity import check_cluster
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._clients.kubeconfig import is_missing
from ansible_collections.rookery.rook.plugins.module_utils._clients.readonly import ReadOnly
from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._argspec import Spec
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube


class CollectionModule(Frame):
    """A module that talks to the Kubernetes API."""

    def __init__(self, spec: Spec, *, reads: bool = False, **relations: t.Any) -> None:
        fallbacks = {
            name: {**spec[name], "fallback": (env_fallback, [variable])}
            for name, variable in ENVIRONMENT.items()
            if name in spec
        }
        super().__init__({**spec, **fallbacks}, reads=reads, **relations)

    def __enter__(self) -> CollectionModule:
        return self

    def kubeconfig_missing(self) -> bool:
        """Tell whether the kubeconfig is not there, which says that the site is not there yet."""
        return is_missing(self.params["kubeconfig"])

    def client(self, *, absent_ok: bool = False) -> Kube:
        """Return the client; one that only reads in check mode and for reading modules."""
        if absent_ok and self.kubeconfig_missing():
            # Said of a site that is to be made, and of one that was taken down.
            self.warn(
                f"There is no {self.params['kubeconfig']}, so there is no cluster, and nothing "
                "of the site in one."
            )
            return t.cast("Kube", ReadOnly(t.cast("Kube", NoCluster())))
        client = KubeClient.connect(self.params["kubeconfig"], self.params.get("context"))
        check_cluster(client, self.params.get("cluster_uid") or "", self.params["kubeconfig"])
        return t.cast("Kube", ReadOnly(client)) if self._reads else client

    def holder(self, purpose: str) -> str:
        """Return who this run is and what for, as those read it whom its lease holds up."""
        host, process = socket.gethostname(), os.getpid()
        return f"{_user()}@{host}, process {process}: {self.name} {purpose}"


def _user() -> str:
    """Return who runs the module; a container may know no name for its user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
