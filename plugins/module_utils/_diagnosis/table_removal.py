# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Signatures of what does not go away. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    Signature,
    sign,
)

_ROOK = r"^(Ceph\w+|Cluster|Pool|Filesystem|ObjectStore|ObjectBucketClaim)/"

REMOVAL = (
    Signature(
        "DELETION-BLOCKED",
        "Something depends on what is being deleted",
        "Rook keeps the object until everything that depends on it is gone; the message names it.",
        "Run teardown.yml, which removes dependents first and names who still uses the storage "
        "(rook_consumers).",
        "Rook: cleanup; pull 7885",
        some=(
            sign("condition", r"DeletionIsBlocked=True", 3),
            sign("operator event", r"will not be deleted until all dependents are removed", 3),
        ),
        since=(1, 7),
    ),
    Signature(
        "NAMESPACE-HELD",
        "A namespace does not go",
        "Objects in the namespace still have finalizers, and nobody who removes those runs any "
        "more.",
        "Let the operator run until its objects are gone: run teardown.yml, whose message names "
        "what is held and, at the end of all other ways, what rook_teardown_strip takes.",
        "Rook: cleanup, removing finalizers; rook issues 1595, 12218",
        some=(
            sign("condition", r"^NamespaceFinalizersRemaining=True", 3, "^Namespace/"),
            sign("condition", r"^NamespaceContentRemaining=True", 2, "^Namespace/"),
            sign("condition", r"^NamespaceDeletion(Discovery|Content)\w*=True", 2, "^Namespace/"),
        ),
        follows=("DELETION-BLOCKED", "DELETION-ORPHANED", "BUCKET-FULL"),
    ),
    Signature(
        "DELETION-ORPHANED",
        "Objects wait for an operator that is gone",
        "Objects of Rook are being deleted and wait for the operator, which was removed before "
        "them.",
        "Run site.yml with the stage operator only (rook_site, stages: [operator]), then "
        "teardown.yml.",
        "Rook: cleanup; rook issues 6002, 7745",
        every=(
            sign("deletion", r"finalizers: ", 2, _ROOK),
            sign("absent", r"no pod of the operator", 1),
        ),
    ),
    Signature(
        "DEFINITION-HELD",
        "A definition does not go",
        "A definition is being deleted while objects of it still have finalizers.",
        "Remove the objects first, with the operator running: run teardown.yml.",
        "Kubernetes: custom resources, finalizers",
        some=(
            sign(
                "condition",
                r"Terminating=True.*InstanceDeletion(Pending|InProgress)",
                3,
                "^CustomResourceDefinition/",
            ),
        ),
        follows=("DELETION-ORPHANED", "DELETION-BLOCKED"),
    ),
    Signature(
        "POOL-USED",
        "A pool still has images",
        "Rook and Ceph keep a pool that has images, snapshots or subvolumes.",
        "Delete the claims and snapshots that use it; what only Ceph knows goes with the "
        "annotation rook.io/force-deletion (pools from Rook 1.15 on), and its data is lost.",
        "Rook: block storage, deletion; rook issue 5222",
        some=(
            sign(
                "operator condition event status",
                r"pool \S+ (cannot be deleted because it is not empty|contains images)",
                3,
            ),
            sign(
                "operator condition event status",
                r"(rados ?namespace|subvolume ?group) \S+ (is not empty|contains|cannot be del)",
                3,
            ),
        ),
    ),
    Signature(
        "BUCKET-FULL",
        "A bucket or its user still has data",
        "Rook does not remove a bucket, a user or a store that has objects.",
        "Empty and delete the buckets (or their claims), then run teardown.yml again.",
        "Rook: object bucket claim; rook issue 4486",
        some=(
            sign("operator event condition", r"BucketNotEmpty|bucket \S+ is not empty", 3),
            sign("operator event condition", r"user \S+ (still )?(has|owns) buckets", 3),
        ),
        since=(0, 9),
    ),
    Signature(
        "CLEANUP-FAILED",
        "A host was not cleaned",
        "The job that cleans a host after the cluster failed or never ran.",
        "Run teardown.yml again: role rook_node wipes the devices itself and reads them back.",
        "Rook: cleanup policy; rook pull 18095",
        some=(
            sign("condition", r"^Failed=True", 3, "^Job/.*/cluster-cleanup-job"),
            sign("prepare", r"failed to (clean ?up|sanitize|remove).*(directory|disk|device)", 2),
        ),
        since=(1, 3),
    ),
    Signature(
        "UNMOUNT-STUCK",
        "A volume cannot be unmounted",
        "The file system or pool behind a mount was removed, or does not answer, so pods stay in "
        "Terminating.",
        "Bring Ceph back if it still exists. Otherwise end the client on the node (ceph-fuse, or a "
        "restart of the node), then delete the pods by force.",
        "Rook issues 1495, 2261",
        some=(
            # What the kubelet makes itself has no file system behind it.
            sign(
                "event kubelet",
                r"^(?!.*kubernetes\.io/(projected|secret|configmap|empty-dir|downward-api)/)"
                r".*(UnmountVolume|TearDown|UnmountDevice).*(failed|timed? ?out)",
                2,
            ),
            sign("kubelet", r"orphaned pod .* volume paths are still present", 2),
        ),
        follows=(
            "PG-IMPOSSIBLE",
            "PG-INACTIVE",
            "MON-QUORUM",
            "OSD-DOWN",
            "IO-STUCK",
            "CSI-UNREGISTERED",
        ),
    ),
    Signature(
        "VOLUME-UNDELETED",
        "A volume's data cannot be deleted",
        "Kubernetes has released the volume, and the driver cannot delete what is behind it: it "
        "has snapshots or clones, or its pool is gone.",
        "Delete the snapshots and clones first; if the pool is gone, delete the PersistentVolume.",
        "Rook: ceph-csi common issues",
        some=(
            sign("event", r"VolumeFailedDelete", 2),
            sign("csi", r"(DeleteVolume|delete).*(has snapshots|ret=-39|ret=-16)", 3),
        ),
        follows=("CSI-IN-USE", "CSI-POOL", "CSI-TIMEOUT", "MON-QUORUM"),
    ),
)
