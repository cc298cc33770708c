# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a CephFilesystem: metadata servers, pools, the file system, CSI's group of subvolumes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rookstandin import cluster, daemons, pools
from rookstandin.ceph import Ceph
from rookstandin.children import Controller, Dependents, Scene, Status
from rookstandin.errors import NotYet, StandinError
from rookstandin.names import letters
from rookstandin.resource import Resource

# What Ceph itself keeps beside the groups of users.
OWN_GROUPS = {"_nogroup", "_index", "_legacy", "_deleting"}
CSI_GROUP = "csi"
HOLDING = (
    "filesystem subvolume groups that contain subvolumes "
    "(could be from CephFilesystem PVCs or CephNFS exports)"
)


def pool_names(fs: Resource) -> tuple[str, list[str]]:
    """Return the name of the metadata pool and those of the data pools."""
    prefix = "" if fs.at("preservePoolNames") else f"{fs.name}-"
    metadata = fs.at("metadataPool.name")
    data = [
        f"{prefix}{pool['name']}" if pool.get("name") else f"{fs.name}-data{index}"
        for index, pool in enumerate(fs.at("dataPools", []))
    ]
    return f"{prefix}{metadata}" if metadata else f"{fs.name}-metadata", data


def servers(fs: Resource) -> list[str]:
    """Name the metadata servers: twice as many as are to be active, as Rook 1.16 does."""
    return [letters(index) for index in range(2 * int(fs.at("metadataServer.activeCount")))]


def check(scene: Scene) -> None:
    fs = scene.resource
    if (fs.at("metadataServer.activeCount") or 0) < 1:
        raise StandinError("MetadataServer.ActiveCount must be at least 1")
    if fs.at("mirroring.enabled"):
        raise StandinError("mirroring is beyond the lab's stand-in operator")
    given = [pool["name"] for pool in fs.at("dataPools", []) if pool.get("name")]
    if len(set(given)) < len(given):
        raise StandinError("duplicate pool names in the data pool spec")
    types = pools.bucket_types(scene.ceph)
    for spec in (fs.at("metadataPool", {}), *fs.at("dataPools", [])):
        pools.check(spec, types)


def make(scene: Scene) -> Status:
    check(scene)
    fs, ceph = scene.resource, scene.ceph
    keep_servers(scene)
    metadata, data = pool_names(fs)
    wanted = [(metadata, fs.at("metadataPool")), *zip(data, fs.at("dataPools", []), strict=True)]
    # Each change of a pool waits for the mons' next map: all together wait for one.
    with ThreadPoolExecutor(len(wanted)) as each:
        list(each.map(lambda pool: pools.make(ceph, pool[0], pool[1], "cephfs"), wanted))
    mdsmap = entry(ceph, fs.name)
    if mdsmap is None:
        ceph.mon("fs new", fs_name=fs.name, metadata=metadata, data=data[0], force=True)
    for name in _missing(ceph, fs, data):
        ceph.mon("fs add_data_pool", fs_name=fs.name, pool=name)
    settle(ceph, fs)
    return {}


def entry(ceph: Ceph, name: str) -> dict[str, object] | None:
    """Return the map of a file system's metadata servers; None when there is no such system."""
    for item in ceph.mon("fs dump")["filesystems"]:
        if item["mdsmap"]["fs_name"] == name:
            return dict(item["mdsmap"])
    return None


def _missing(ceph: Ceph, fs: Resource, data: list[str]) -> list[str]:
    listed = {item["name"]: item for item in ceph.mon("fs ls")}
    return [name for name in data if name not in listed[fs.name]["data_pools"]]


def settle(ceph: Ceph, fs: Resource) -> None:
    """Set how many servers are active, wait for the first, make the group that CSI uses."""
    mdsmap = entry(ceph, fs.name) or {}
    active = str(fs.at("metadataServer.activeCount"))
    if str(mdsmap.get("max_mds")) != active:
        ceph.mon("fs set", fs_name=fs.name, var="max_mds", val=active)
    replay = bool(fs.at("metadataServer.activeStandby", False))
    flags = mdsmap.get("flags_state")
    known = flags.get("allow_standby_replay") if isinstance(flags, dict) else None
    if known != replay:
        value = "true" if replay else "false"
        ceph.mon("fs set", fs_name=fs.name, var="allow_standby_replay", val=value)
    infos = mdsmap.get("info")
    states = [item["state"] for item in infos.values()] if isinstance(infos, dict) else []
    # The mgr would wait for a server within the command, and keep all others waiting.
    if "up:active" not in states:
        raise NotYet("no metadata server is active yet", 1.0)
    ceph.mgr("fs subvolumegroup create", vol_name=fs.name, group_name=CSI_GROUP)


def keep_servers(scene: Scene) -> None:
    fs, ceph, kube = scene.resource, scene.ceph, scene.context.kube
    wanted = {daemons.mds_daemon(fs, name).name: name for name in servers(fs)}
    joined = {
        item["section"] for item in ceph.mon("config dump") if item["name"] == "mds_join_fs"
    }  # fmt: skip
    for name in wanted.values():
        made = daemons.mds_daemon(fs, name)
        if f"mds.{made.id}" not in joined:
            ceph.mon("config set", who=f"mds.{made.id}", name="mds_join_fs", value=fs.name)
        secret = cluster.keyring_secret(ceph, made.name, f"mds.{made.id}", fs, daemons.MDS_CAPS)
        kube.apply(secret)
        kube.apply(daemons.mds(scene.frame, fs, name))
    selector = f"app=rook-ceph-mds,rook_file_system={fs.name}"
    for item in kube.list("Deployment", fs.namespace, selector):
        if item["metadata"]["name"] not in wanted:
            kube.delete("Deployment", item["metadata"]["name"], fs.namespace)


def dependents(scene: Scene) -> Dependents:
    fs, ceph = scene.resource, scene.ceph
    found: Dependents = {}
    if entry(ceph, fs.name) is not None:
        groups = [item["name"] for item in ceph.mgr("fs subvolumegroup ls", vol_name=fs.name)]
        holding = [
            group for group in groups
            if group not in OWN_GROUPS
            and ceph.mgr("fs subvolume ls", vol_name=fs.name, group_name=group)
        ]  # fmt: skip
        loose = ["<no group>"] if ceph.mgr("fs subvolume ls", vol_name=fs.name) else []
        found[HOLDING] = holding + loose
    listed = scene.context.kube.list("CephFilesystemSubVolumeGroup", fs.namespace)
    found["CephFilesystemSubVolumeGroups"] = [
        item["metadata"]["name"] for item in listed
        if item["spec"].get("filesystemName") == fs.name
    ]  # fmt: skip
    return found


def remove(scene: Scene) -> None:
    """Fail and remove the file system, its pools, keys and settings; Pods go with the owner."""
    fs, ceph = scene.resource, scene.ceph
    if entry(ceph, fs.name) is not None:
        ceph.mon("fs fail", fs_name=fs.name, yes_i_really_mean_it=True)
        if not fs.at("preserveFilesystemOnDelete") and not fs.at("preservePoolsOnDelete"):
            ceph.mon("fs rm", fs_name=fs.name, yes_i_really_mean_it=True)
    if entry(ceph, fs.name) is None:
        metadata, data = pool_names(fs)
        doomed = sorted({metadata, *data} & set(pools.existing(ceph)))
        with ThreadPoolExecutor(max(len(doomed), 1)) as each:
            list(each.map(lambda name: pools.remove(ceph, name), doomed))
    for name in servers(fs):
        daemon = f"mds.{daemons.mds_daemon(fs, name).id}"
        ceph.mon("config rm", who=daemon, name="mds_join_fs")
        ceph.forget(daemon)


CONTROLLER = Controller(make, dependents, remove)
