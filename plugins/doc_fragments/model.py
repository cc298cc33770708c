# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired state of a whole site."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.plugin_utils.sections import SPEC, within


class ModuleDocFragment:
    """Options of modules that take the whole model."""

    CLUSTER = (
        r"""
options:
  name:
    description: Name of the CephCluster. If it is not set, the namespace.
    type: str
  ceph_image:
    description:
      - Image of every Ceph daemon. If it is not set, the image that the Rook release was made with.
    type: str
  ceph_allow_unsupported:
    description: Whether to accept a Ceph release that the Rook release does not list.
    type: bool
  ceph_config:
    description: Ceph's own settings by section. Values become strings.
    type: dict
  data_dir_host_path:
    description:
      - Directory on every host for monitors and keys. Teardown empties it. If it is not set,
        V(/var/lib/rook).
    type: path
  mon_count:
    description: Number of monitors, odd. If it is not set, V(3).
    type: int
  mon_allow_multiple_per_node:
    description: Whether two monitors may be on one node. Losing that node then loses the quorum.
    type: bool
  mgr_count:
    description: Number of managers, one of them active. If it is not set, V(2).
    type: int
  dashboard_enabled:
    description: Whether Ceph's dashboard is served. If it is not set, it is.
    type: bool
  mute_health:
    description:
      - Ceph health codes that do not hold up waiting for health.
      - From Rook 1.19 on the warnings about keys of the older type, which Rook allows for kernels
        before Linux 7.0, do not in any case.
    type: list
    elements: str
  wipe:
    description:
      - What teardown does to the disks. V(none) leaves their data, V(quick) makes them blank to
        Ceph, V(complete) overwrites them.
      - If it is not set, V(quick).
    type: str
"""
        + SPEC
    )

    DOCUMENTATION = r"""
options:
  site:
    description:
      - Name of the site, a DNS-1123 label. Every object carries it; what carries another one is
        never touched.
    type: str
    required: true
  version:
    description: Release of Rook, such as V(1.18) or V(1.18.11), in quotes.
    type: str
    required: true
  allow_newer:
    description:
      - Go on with a release that is newer than the newest known one, as if it were that, at your
        own risk. Without it such a release is refused.
    type: bool
    default: false
  hosts:
    description:
      - Nodes by name. Each may have C(devices), C(directories) and C(labels); a node without
        devices holds no data.
      - C(devices) are full paths by stable id. Their data is destroyed when the cluster is built
        and when it is taken down.
    type: dict
    default: {}
  operator:
    description:
      - The operator. Its objects are upstream's own, from one of O(operator.manifests),
        O(operator.url) and O(operator.chart). They are moved to the site's namespace. Nothing of
        them is in this collection.
    type: dict
    suboptions:
      manifests:
        description:
          - Directory with the files of the release. From Rook 1.5 on these are C(crds.yaml),
            C(common.yaml), C(operator.yaml) and, where the release uses the CSI operator,
            C(csi-operator.yaml).
        type: path
      url:
        description:
          - Address of a folder with the same files, such as a mirror. Each of them needs a digest.
          - Proxies and further certificates are taken from the environment (C(https_proxy),
            C(no_proxy), C(SSL_CERT_FILE)).
        type: str
      digests:
        description:
          - SHA-256 of each file that comes by an address, by its name. A file with another one is
            refused before it is read. M(rookery.rook.rook_release_info) prints those of a release.
        type: dict
      chart:
        description:
          - Rook's chart C(rook-ceph), as a directory, a C(.tgz), or the address of a C(.tgz) that
            has its digest in O(operator.digests). Helm renders it, and does nothing else. The
            objects are the site's, there is no release of Helm.
        type: str
      values:
        description:
          - Values of the chart. One that the chart does not know is an error that names the nearest
            one that it does.
        type: dict
      drivers_chart:
        description:
          - The chart C(ceph-csi-drivers), which makes the CSI drivers from Rook 1.20 on, in the
            same forms as O(operator.chart).
        type: str
      drivers_values:
        description:
          - Values of that chart, merged over those that make it fit Rook. Names of drivers,
            namespace and images need not be given.
        type: dict
      config:
        description:
          - Settings of the ConfigMap C(rook-ceph-operator-config), merged over upstream's. Before
            Rook 1.2 they are the operator's environment.
        type: dict
      cache_dir:
        description:
          - Directory on the host that runs this, for files that came by an address. They are kept
            by digest and never asked for again.
          - If it is not set, C(rookery.rook) in the user's cache directory.
        type: path
      helm:
        description: The program for charts. If it is not set, C(helm) of the search path.
        type: path
  cluster:
    description: The Ceph cluster.
    type: dict
    suboptions:
""" + within("cluster", CLUSTER)
