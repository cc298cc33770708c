# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator is told by its Pod and by the ConfigMap rook-ceph-operator-config."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from rookstandin.errors import StandinError
from rookstandin.kube import Kube

CONFIG_MAP = "rook-ceph-operator-config"


def _true(value: str | None, default: bool) -> bool:
    return default if value is None else value.strip().lower() == "true"


@dataclass(frozen=True)
class Settings:
    """One reading of the settings; as in Rook the ConfigMap wins over the environment."""

    namespace: str
    image: str
    pull_policy: str
    loop_devices: bool
    csi_cephfs: bool
    csi_rbd: bool
    kubelet_dir: str
    csi_prefix: str

    @classmethod
    def read(cls, kube: Kube, environ: Mapping[str, str] = os.environ) -> Settings:
        namespace = environ["POD_NAMESPACE"]
        pod = kube.get("Pod", environ["POD_NAME"], namespace)
        if pod is None:
            raise StandinError(f"failed to find the operator's own Pod {environ['POD_NAME']}")
        container = pod["spec"]["containers"][0]
        found = kube.get("ConfigMap", CONFIG_MAP, namespace) or {}
        values = {**environ, **(found.get("data") or {})}
        return cls(
            namespace=namespace,
            image=container["image"],
            pull_policy=container.get("imagePullPolicy", "IfNotPresent"),
            loop_devices=_true(values.get("ROOK_CEPH_ALLOW_LOOP_DEVICES"), False),
            csi_cephfs=_true(values.get("ROOK_CSI_ENABLE_CEPHFS"), True),
            csi_rbd=_true(values.get("ROOK_CSI_ENABLE_RBD"), True),
            kubelet_dir=values.get("ROOK_CSI_KUBELET_DIR_PATH") or "/var/lib/kubelet",
            csi_prefix=values.get("CSI_DRIVER_NAME_PREFIX") or namespace,
        )
