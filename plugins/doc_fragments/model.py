# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired state of a whole site."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of modules that take the whole model."""

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
      name:
        description: Name of the CephCluster. If it is not set, the namespace.
        type: str
      ceph_image:
        description:
          - Image of every Ceph daemon. If it is not set, the image that the Rook release was made
            with.
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
        description:
          - Whether two monitors may be on one node. Losing that node then loses the quorum.
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
          - From Rook 1.19 on the warnings about keys of the older type, which Rook allows for
            kernels before Linux 7.0, do not in any case.
        type: list
        elements: str
      wipe:
        description:
          - What teardown does to the disks. V(none) leaves their data, V(quick) makes them blank to
            Ceph, V(complete) overwrites them.
          - If it is not set, V(quick).
        type: str
      spec:
        description:
          - Anything else of the resource's C(spec), merged last. What has an option of its own is
            refused here.
        type: dict
  block_pools:
    description: Pools for block devices.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the pool.
        type: str
        required: true
      replicas:
        description:
          - Number of copies of each object. Exactly one of this and O(block_pools[].erasure) has to
            be given.
        type: int
      erasure:
        description: Erasure coding instead of copies. Cannot be changed once the pool exists.
        type: dict
        suboptions:
          data_chunks:
            description: Number of chunks that hold data.
            type: int
          coding_chunks:
            description: Number of chunks that may be lost.
            type: int
      failure_domain:
        description:
          - What must be different for each copy or chunk, such as V(host) or V(osd).
          - If it is not set, V(host), or what the object around it says.
        type: str
      device_class:
        description: Device class to which the pool is bound, such as V(ssd).
        type: str
      pg_num:
        description: Number of placement groups to begin with. If it is not set, Ceph decides.
        type: int
      spec:
        description:
          - Anything else of the resource's C(spec), merged last. What has an option of its own is
            refused here.
        type: dict
  filesystems:
    description: Shared file systems.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the file system.
        type: str
        required: true
      metadata_replicas:
        description: Number of copies of the metadata. If it is not set, V(3).
        type: int
      failure_domain:
        description:
          - What must be different for each copy of the metadata. If it is not set, V(host).
        type: str
      data_pools:
        description: Data pools. The first one is the default and should be replicated.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the pool within the file system.
            type: str
            required: true
          replicas:
            description:
              - Number of copies of each object. Exactly one of this and
                O(filesystems[].data_pools[].erasure) has to be given.
            type: int
          erasure:
            description: Erasure coding instead of copies. Cannot be changed once the pool exists.
            type: dict
            suboptions:
              data_chunks:
                description: Number of chunks that hold data.
                type: int
              coding_chunks:
                description: Number of chunks that may be lost.
                type: int
          failure_domain:
            description:
              - What must be different for each copy or chunk, such as V(host) or V(osd).
              - If it is not set, V(host), or what the object around it says.
            type: str
          device_class:
            description: Device class to which the pool is bound, such as V(ssd).
            type: str
          spec:
            description:
              - Anything else of the pool's C(spec), merged last. What has an option of its own is
                refused here.
            type: dict
      active_mds:
        description: Number of active metadata servers. If it is not set, V(1).
        type: int
      active_standby:
        description:
          - Whether each active metadata server has a hot standby. If it is not set, it has.
        type: bool
      spec:
        description:
          - Anything else of the resource's C(spec), merged last. What has an option of its own is
            refused here.
        type: dict
  object_stores:
    description: Object stores with their gateways.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the object store.
        type: str
        required: true
      metadata_replicas:
        description: Number of copies of the metadata. If it is not set, V(3).
        type: int
      failure_domain:
        description:
          - What must be different for each copy of the metadata. If it is not set, V(host).
        type: str
      data:
        description: How the data pool is laid out.
        type: dict
        suboptions:
          replicas:
            description:
              - Number of copies of each object. Exactly one of this and
                O(object_stores[].data.erasure) has to be given.
            type: int
          erasure:
            description: Erasure coding instead of copies. Cannot be changed once the pool exists.
            type: dict
            suboptions:
              data_chunks:
                description: Number of chunks that hold data.
                type: int
              coding_chunks:
                description: Number of chunks that may be lost.
                type: int
          failure_domain:
            description:
              - What must be different for each copy or chunk, such as V(host) or V(osd).
              - If it is not set, V(host), or what the object around it says.
            type: str
          device_class:
            description: Device class to which the pool is bound, such as V(ssd).
            type: str
      zone:
        description: Zone of the store, an entry of O(object_zones), with its pools. Since Rook 1.4.
        type: str
      gateway:
        description: How the store is served.
        type: dict
        suboptions:
          port:
            description: Port without TLS. If neither port is set, V(80).
            type: int
          secure_port:
            description: Port with TLS. Needs O(object_stores[].gateway.certificate_secret).
            type: int
          certificate_secret:
            description: Secret with the gateway's certificate and key.
            type: str
          instances:
            description: Number of gateways. If it is not set, V(1).
            type: int
      spec:
        description:
          - Anything else of the resource's C(spec), merged last. What has an option of its own is
            refused here.
        type: dict
  object_store_users:
    description: Users of object stores.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the user.
        type: str
        required: true
      store:
        description: Object store that the user belongs to. Cannot be changed.
        type: str
      display_name:
        description: Name for people. If it is not set, the user's name.
        type: str
      capabilities:
        description: Rights of administration by area, for example C(bucket=*).
        type: dict
      quotas:
        description: Limits C(maxBuckets), C(maxObjects) and C(maxSize).
        type: dict
      account:
        description: Account of the user, an entry of O(object_store_accounts). Since Rook 1.20.
        type: str
  storage_classes:
    description: Storage classes.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the class.
        type: str
        required: true
      type:
        description:
          - V(rbd), V(cephfs), V(nfs) or V(bucket). It follows from the options that name the
            storage.
        type: str
      pool:
        description:
          - Block pool of the volumes. Exactly one of this, O(storage_classes[].filesystem) and
            O(storage_classes[].object_store) has to be given.
        type: str
      filesystem:
        description: File system of the volumes.
        type: str
      data_pool:
        description:
          - Data pool of the file system, or erasure-coded pool for the data of block volumes.
        type: str
      object_store:
        description: Object store of the buckets.
        type: str
      nfs:
        description: Entry of O(nfs) that serves O(storage_classes[].filesystem). Since Rook 1.9.
        type: str
      driver:
        description:
          - Who makes the block volumes, V(csi) from Rook 1.1 on, or V(flex) up to Rook 1.7. If it
            is not set, V(csi) where there is a choice.
        type: str
      reclaim_policy:
        description:
          - V(Delete) destroys the data with the claim, V(Retain) keeps it. If it is not set,
            V(Delete).
        type: str
      allow_expansion:
        description: Whether claims may grow. If it is not set, volumes may.
        type: bool
      default:
        description: Whether the class is taken by claims that name none.
        type: bool
      parameters:
        description: Further parameters of the provisioner, over those that are made here.
        type: dict
"""
