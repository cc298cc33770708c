# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the Kubernetes API is reached."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of every module that talks to the API."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Kubeconfig file on the host that runs the module, or several with colons between them.
      - If it is not set, the environment variable E(K8S_AUTH_KUBECONFIG) is used.
    type: path
    default: ~/.kube/config
  context:
    description:
      - Context of the kubeconfig. If it is not set, the environment variable E(K8S_AUTH_CONTEXT) is
        used, then the file's own current context.
    type: str
  cluster_uid:
    description:
      - UID of the namespace C(kube-system), which tells a cluster from every other one.
        M(rookery.rook.rook_info) returns it.
      - When it is set and another cluster answers, the module fails before it looks at anything
        else. If it is not set, any cluster is taken.
    type: str
  namespace:
    description: Namespace of the operator and of everything that Rook makes.
    type: str
    default: rook-ceph
requirements:
  - python >= 3.11
  - kubernetes (Python package)
  - PyYAML
"""
