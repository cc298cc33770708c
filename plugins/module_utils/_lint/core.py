# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Kubernetes's own types inside Rook's kinds, in the compact notation. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._lint.notation import Shape
from ansible_collections.rookery.rook.plugins.module_utils._lint.structure import AMOUNTS

_EXPRESSION: Shape = {"key!": "text", "operator!": "text", "values": ["text"]}
_SELECTOR: Shape = {"matchLabels": "texts", "matchExpressions": [_EXPRESSION]}
_NODE_TERM: Shape = {"matchExpressions": [_EXPRESSION], "matchFields": [_EXPRESSION]}
_POD_TERM: Shape = {
    "labelSelector": _SELECTOR,
    "namespaceSelector": _SELECTOR,
    "namespaces": ["text"],
    "topologyKey!": "text",
}
_SCHEDULING = "DuringSchedulingIgnoredDuringExecution"
_POD_AFFINITY: Shape = {
    f"required{_SCHEDULING}": [_POD_TERM],
    f"preferred{_SCHEDULING}": [{"weight!": "whole", "podAffinityTerm!": _POD_TERM}],
}
PLACEMENT: Shape = {
    "nodeAffinity": {
        f"required{_SCHEDULING}": {"nodeSelectorTerms!": [_NODE_TERM]},
        f"preferred{_SCHEDULING}": [{"weight!": "whole", "preference!": _NODE_TERM}],
    },
    "podAffinity": _POD_AFFINITY,
    "podAntiAffinity": _POD_AFFINITY,
    "tolerations": [
        {
            "key": "text",
            "operator": "text",
            "value": "text",
            "effect": "text",
            "tolerationSeconds": "whole",
        }
    ],
    "topologySpreadConstraints 1.3-": [
        {
            "maxSkew!": "whole",
            "topologyKey!": "text",
            "whenUnsatisfiable!": "text",
            "labelSelector": _SELECTOR,
        }
    ],
}
_AMOUNTS: Shape = {"|".join(AMOUNTS): "quantity"}
RESOURCES: Shape = {"limits": _AMOUNTS, "requests": _AMOUNTS}
_METADATA: Shape = {
    "name": "text",
    "namespace": "text",
    "labels": "texts",
    "annotations": "texts",
    "finalizers": ["text"],
    "creationTimestamp": "text",
}
CLAIM: Shape = {
    "apiVersion": "text",
    "kind": "text",
    "metadata": _METADATA,
    "spec!": {
        "accessModes": ["text"],
        "resources!": RESOURCES,
        "selector": _SELECTOR,
        "storageClassName": "text",
        "volumeMode": "text",
        "volumeName": "text",
        "dataSource": {"apiGroup": "text", "kind!": "text", "name!": "text"},
    },
    "status": "any",
}
ENDPOINT: Shape = {
    "ip!": "text",
    "hostname": "text",
    "nodeName": "text",
    "targetRef": "any",
}
PROBE: Shape = {
    "exec": {"command": ["text"]},
    "httpGet": {
        "host": "text",
        "httpHeaders": [{"name!": "text", "value!": "text"}],
        "path": "text",
        "port!": "place",
        "scheme": "text",
    },
    "tcpSocket": {"host": "text", "port!": "place"},
    "initialDelaySeconds": "whole",
    "timeoutSeconds": "whole",
    "periodSeconds": "whole",
    "successThreshold": "whole",
    "failureThreshold": "whole",
}
