# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell Rook where the kubelets keep things, in the setting that its release has for it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: with_kubelet_dirs
short_description: Add the kubelets' directories to settings of Rook's operator
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Adds C(FLEXVOLUME_DIR_PATH) for releases that have FlexVolume, and C(ROOK_CSI_KUBELET_DIR_PATH)
    for those that have CSI.
  - What the settings say already stays. An empty directory adds nothing.
options:
  _input:
    description: Settings of the operator.
    type: dict
    required: true
  version:
    description: The release of Rook.
    type: str
    required: true
  root_dir:
    description: The kubelets' root directory.
    type: str
    default: ''
  volume_plugin_dir:
    description: Where kubelets look for FlexVolume drivers.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: Show the settings of a release with CSI
  ansible.builtin.debug:
    msg: "{{ {} | rookery.rook.with_kubelet_dirs('1.18', root_dir='/srv/kubelet') }}"
"""

RETURN = r"""
_value:
  description: The settings with those that were added.
  type: dict
"""

import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _eras

if t.TYPE_CHECKING:
    from collections.abc import Callable


def with_kubelet_dirs(
    config: t.Any, version: t.Any, root_dir: str = "", volume_plugin_dir: str = ""
) -> t.Any:
    """Return settings with the directories; what is no settings, or of no release, as it is."""
    known = isinstance(version, str) and not _eras.era_problem(version, allow_newer=True)
    if not isinstance(config, Mapping) or not known:
        return config
    ways = _eras.era(version).volumes
    wanted = {
        "FLEXVOLUME_DIR_PATH": volume_plugin_dir if "flex" in ways else "",
        "ROOK_CSI_KUBELET_DIR_PATH": root_dir if "csi" in ways else "",
    }
    return {**{name: path for name, path in wanted.items() if path}, **config}


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"with_kubelet_dirs": with_kubelet_dirs}
