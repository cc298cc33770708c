# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How OpenStack is reached."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of every module that talks to a cloud, named as openstack.cloud does."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - Name of a cloud in C(clouds.yaml). Without that file O(auth) tells how to log in.
      - If it is not set, the environment variables C(OS_*) are used, then the only cloud of
        C(clouds.yaml). E(OS_CLIENT_CONFIG_FILE) names the file, as AWX's OpenStack credential does.
    type: str
  auth:
    description:
      - What the authentication plugin asks for, such as C(auth_url), C(application_credential_id)
        and C(application_credential_secret), or C(username), C(password) and C(project_name).
    type: dict
  auth_type:
    description: Name of the authentication plugin, such as V(v3applicationcredential).
    type: str
  region_name:
    description: Region to work in.
    type: str
  validate_certs:
    description: Whether the cloud's certificate is checked.
    type: bool
  ca_cert:
    description: File with certificates of authorities to trust.
    type: path
  client_cert:
    description: File with a certificate to show to the cloud.
    type: path
  client_key:
    description: File with the key of O(client_cert).
    type: path
  interface:
    description: Which endpoints are used.
    type: str
    choices: [admin, internal, public]
  api_timeout:
    description: Seconds after which a request without an answer has failed.
    type: int
requirements:
  - python >= 3.11
  - openstacksdk
"""
