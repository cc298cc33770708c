#!/usr/bin/python
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rook_release_info
short_description: Tell the files of a Rook release and their digests
version_added: 0.1.0
author: The rookery.rook authors (@rookery)
description:
  - Tells which files make the operator of a release, and the SHA-256 of each at an address or in a
    directory, in the form of O(rookery.rook.rook_site#module:operator.digests).
  - The digests are those of what is there now. Compare them with those from another place or
    person before you pin them.
extends_documentation_fragment:
  - rookery.rook.attributes.info
options:
  version:
    description: Release of Rook, such as V(1.18) or V(1.18.11), in quotes.
    type: str
    required: true
  url:
    description: Address of a folder with the files of the release. Nothing of it is kept.
    type: str
  manifests:
    description: Directory with the files of the release.
    type: path
  charts:
    description: Addresses of charts, whose digests are told too.
    type: list
    elements: str
    default: []
  config:
    description:
      - Settings of the operator. Whether Rook uses the CSI operator, and so its file, may be one.
    type: dict
    default: {}
seealso:
  - module: rookery.rook.rook_site
"""

EXAMPLES = r"""
- name: Look up what to pin
  rookery.rook.rook_release_info:
    version: "1.18.11"
    url: https://mirror.example.com/rook/v1.18.11/deploy/examples
  register: release

- name: Show it
  ansible.builtin.debug:
    var: release.digests
"""

RETURN = r"""
files:
  description: Names of the files that make the operator, in the order in which they are read.
  returned: always
  type: list
  elements: str
  sample: [crds.yaml, common.yaml, operator.yaml, csi-operator.yaml]
digests:
  description: The SHA-256 of each file by its name; empty when no place was given.
  returned: always
  type: dict
  sample:
    crds.yaml: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
"""

from ansible_collections.rookery.rook.plugins.module_utils._clients.download import (
    digest_of,
    digests,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import files_in
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.parse_operator import file_of
from ansible_collections.rookery.rook.plugins.module_utils._module import CollectionModule
from ansible_collections.rookery.rook.plugins.module_utils._render.operator import upstream_files

SPEC = {
    "version": {"type": "str", "required": True},
    "url": {"type": "str"},
    "manifests": {"type": "path"},
    "charts": {"type": "list", "elements": "str", "default": []},
    "config": {"type": "dict", "default": {}},
}


def main() -> None:
    """Read the files, and tell."""
    with CollectionModule(SPEC, reads=True, mutually_exclusive=[("url", "manifests")]) as module:
        given = module.params
        operator = {"config": given["config"]}
        site = parse_site({"site": "any", "version": given["version"], "operator": operator})
        files = upstream_files(site)
        there = files_in(given["manifests"], files) if given["manifests"] else []
        urls = [f"{given['url'].rstrip('/')}/{name}" for name in files] if given["url"] else []
        urls += given["charts"]
        found = {file.name: digest_of(file.read_bytes()) for file in there}
        found |= dict(zip(map(file_of, urls), digests(urls), strict=True))
        module.note(files=list(files), digests=found)


if __name__ == "__main__":
    main()
