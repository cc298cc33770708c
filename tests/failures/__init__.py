# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ten failures that this collection was begun for, and what a replay of each has shown.

Each is a test, by its name, in one of molecule's scenarios: first the old way until it fails, then
the collection on the same input. What was run and read is beside this file, one file a failure.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
# The parts of a transcript, with what each shows.
PARTS = {
    "old": "The old way",
    "live": "The same on a whole site of today",
    "told": "What the collection says",
    "cured": "After the cure",
}
HEAD = """\
# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Recorded by molecule's scenarios, taken over by tools/failures_guide.py.
"""


@dataclasses.dataclass(frozen=True)
class Failure:
    """One failure: what users saw, why, where the collection meets it, and the scenario."""

    name: str
    title: str
    saw: str
    why: str
    met: str
    cure: str
    scenario: str
    real: str


FAILURES = (
    Failure(
        "plugin_dir_unset",
        "Kubelets without a volume plugin directory",
        "Pods stay in ContainerCreating; the kubelet says *no volume plugin matched*.",
        "Rook's agent asked one kubelet where plugins belong, and put its driver there on every "
        "node. A kubelet that looks elsewhere never sees it.",
        "The role ``rook_kubelet`` asks every kubelet, and makes all of them agree.",
        "Run ``playbooks/site.yml`` with ``rook_kubelet_volume_plugin_dir``; one kubelet is "
        "restarted, the waiting pod starts by itself.",
        "kubelet_plugin_dir",
        "kubelets of today on three nodes, and a FlexVolume driver that mounts a small file system",
    ),
    Failure(
        "directory_name",
        "A host directory named /vol_b",
        "No OSD, and after five minutes *giving up creating cluster*.",
        "Until 0.8 Rook made the name of a volume of the path as it was, and Kubernetes takes only "
        "small letters, digits and hyphens there.",
        "Rule NAME-01, from the variables alone.",
        "Choose another path.",
        "failures",
        "an API server, and the ReplicaSet that Rook 0.7 made",
    ),
    Failure(
        "more_copies_than_hosts",
        "More copies than hosts with OSDs",
        "Placement groups stay undersized; when a host is away, writes hang.",
        "Each copy takes a host of its own. Rook and Ceph accept any number.",
        "Rule POOL-02, from the variables alone.",
        "Add hosts, or lower the number of copies.",
        "failures",
        "Ceph's monitor, manager and OSDs",
    ),
    Failure(
        "chunks_on_filestore",
        "Erasure coding on filestore",
        "The file system is never made: *pool must only be stored on bluestore*.",
        "CephFS overwrites its data in place, and chunks can be overwritten on BlueStore only.",
        "Rule FS-01, from the variables alone.",
        "Take devices with BlueStore, or copies.",
        "failures",
        "Ceph's monitor and OSDs. Ceph of today has no filestore any more, so the OSD that is not "
        "BlueStore is memstore; the refusals are the same",
    ),
    Failure(
        "nodes_left_out",
        "Cluster files without nodes:",
        "The file cannot be read; or, in another form, it is accepted, and nothing comes of it.",
        "Hosts stood directly under ``storage:``, one level too high.",
        "Rule API-06, from the variables alone. Hosts come from the inventory; nobody has to write "
        "that list.",
        "Set ``rook_node_devices`` or ``rook_node_directories`` of each host.",
        "failures",
        "kubectl, and an API server with the definitions that Rook 0.7 made, which have no schema",
    ),
    Failure(
        "chunks_on_two_hosts",
        "Erasure coding 2+1 on two hosts",
        "Files are made and stay empty; whoever writes hangs, and cannot be killed.",
        "Three chunks take three hosts, and Ceph 12 wrote with all three only (min_size k+1). Ceph "
        "of today writes with two, and loses everything with either of them.",
        "Rule POOL-03, from the variables alone.",
        "Add a host, or take copies.",
        "failures",
        "Ceph's daemons and a mount by FUSE, with the min_size that Ceph 12 set",
    ),
    Failure(
        "old_kernel",
        "A kernel before 4.7 with two file systems",
        "A pod finds the files of the other file system.",
        "The kernel's client did not know the option that names a file system (mds_namespace); "
        "Ceph gives whoever names none the first one.",
        "Rule FS-07, from what hosts say.",
        "Upgrade the kernel, or make one file system only.",
        "failures",
        "two file systems and a client that names none, as such a kernel does. The node's kernel "
        "only says that it is old: the test lays a file over the one that tells its release",
    ),
    Failure(
        "cluster_name_missing",
        "A volume without clusterName",
        "The pod stays in ContainerCreating: *cluster namespace is not provided*.",
        "An inline FlexVolume has to name the cluster, and nothing checks that before the mount.",
        "The collection's own classes name it always. A pod's volume is the user's: "
        "``rook_diagnose`` names the option that is missing.",
        "Add ``clusterName`` (until 0.7) or ``clusterNamespace`` (from 0.8) to the volume.",
        "kubelet_plugin_dir",
        "kubelets of today, and a FlexVolume driver that refuses as the agent of 0.7 did",
    ),
    Failure(
        "removed_under_pods",
        "A file system removed under its pods",
        "Pods stay Terminating; every process that touches the mount hangs, and cannot be killed.",
        "The client waits for a metadata server that never comes back. Nobody stopped the removal.",
        "Rule TEAR-01: the teardown names whoever uses the storage, and changes nothing.",
        "Remove the pods first; or let the teardown wait for them, or evict them "
        "(``rook_consumers``).",
        "teardown_killed",
        "a site on four nodes with two pods on its file system; the hang itself on Ceph's daemons "
        "and a mount, in the scenario ``failures``",
    ),
    Failure(
        "wrong_order",
        "The order of destroying",
        "The cluster, its namespace or the whole destroy never end.",
        "A cluster goes after all that stands on it, and who takes finalizers away has to run "
        "until the last one is gone.",
        "The teardown knows the order, and goes on with what others have begun.",
        "Run ``playbooks/teardown.yml``.",
        "teardown_killed",
        "a site on four nodes, whose object store was deleted before its user; and an API server "
        "without an operator, in the scenario ``failures``",
    ),
)
NAMES = {row.name: row for row in FAILURES}


def transcript(name: str) -> dict[str, str]:
    """Return what was recorded of a failure, by part."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").removeprefix(HEAD)
    blocks = re.split(r"^== (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(blocks[1::2], (each.rstrip() for each in blocks[2::2]), strict=True))
