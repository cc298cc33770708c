# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about what the nodes say of their disks, directories and kubelets. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._eras import DEVICE_LINKS
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    count,
    error,
    grouped,
    host_facts,
    listed,
    unasked,
    warn,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import uses_csi

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

    Device = Mapping[str, t.Any]

GIB = 1 << 30
LEAST_DEVICE = 5 * GIB
LEAST_FREE = 5 * GIB
_BLUESTORE = "ceph_bluestore"
_ASK = "Give the kubeconfig with which its API answers first: what is there may be in use."
_SYSTEM_MOUNTS = frozenset({"/", "/boot", "/boot/efi", "/usr", "/var", "[SWAP]"})


def device_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with each named device (DISK-01 to DISK-08)."""
    for host in site.storage_hosts:
        known = host_facts(facts, host.name)
        seen: dict[str, str] = {}
        for place, name in enumerate(host.devices):
            path = f"hosts.{host.name}.devices[{place}]"
            stable = name.startswith(("/dev/disk/by-", "/dev/mapper/"))
            if not stable and site.release >= DEVICE_LINKS:
                reason = "such a name may mean another disk after a reboot"
                yield warn("DISK-06", path, name, reason, "Take its link under /dev/disk/by-id.")
            if "devices" not in known:
                continue
            device = _find(known["devices"], name)
            if device is None:
                yield _missing(path, name, known["devices"])
                continue
            first = seen.setdefault(device["path"], name)
            if first != name:
                reason = f"it is the same disk as {first} ({device['path']})"
                yield error("DISK-07", path, name, reason, "Name each disk once.")
            yield from _device_findings(site, facts, path, name, device)
    yield from _shared_disks(site, facts)


def _find(devices: t.Iterable[Device], name: str) -> Device | None:
    """Return the device that a name or link means."""
    return next(
        (item for item in devices if name == item["path"] or name in (item.get("links") or ())),
        None,
    )


def _missing(path: str, name: str, devices: t.Iterable[Device]) -> Finding:
    """Return that a device is not there, and which blank ones are."""
    blank = [
        next((link for link in item.get("links") or () if "/by-id/" in link), item["path"])
        for item in devices
        if not _uses(item) and not item.get("read_only") and item.get("type", "disk") == "disk"
    ]
    reason = "there is no such device on this host"
    return error("DISK-01", path, name, reason, f"Blank disks there are: {listed(sorted(blank))}.")


def _uses(device: Device) -> list[str]:
    """Return what speaks against taking a device, in words."""
    found = []
    if device.get("mounts"):
        found.append(f"it is mounted at {listed(device['mounts'])}")
    if device.get("partitions"):
        found.append(f"it has partitions: {listed(device['partitions'])}")
    if device.get("holders"):
        found.append(f"it is held by {listed(device['holders'])}")
    if device.get("signatures"):
        found.append(f"it holds {listed(device['signatures'])}")
    return found


def _device_findings(
    site: Site, facts: Facts, path: str, name: str, device: Device
) -> Iterator[Finding]:
    """Yield what is wrong with one device that is there."""
    allowed = site.operator.config.get("ROOK_CEPH_ALLOW_LOOP_DEVICES", "").lower() == "true"
    kind = device.get("type", "disk")
    if kind == "loop" and not allowed:
        cure = "Take a disk, or set ROOK_CEPH_ALLOW_LOOP_DEVICES to true for a test."
        yield error("DISK-01", path, name, "Rook does not take loop devices", cure)
    elif kind not in ("disk", "part", "lvm", "mpath", "crypt", "loop"):
        reason = f"Rook does not take a device of type {kind}"
        yield error("DISK-01", path, name, reason, "Take a whole disk.")
    size = device.get("size")
    if size is not None and size < LEAST_DEVICE:
        reason = f"it has {size / GIB:.1f} GiB and Rook skips what is smaller than 5 GiB"
        yield error("DISK-03", path, name, reason, "Take a larger disk.")
    if device.get("read_only"):
        cure = "Make it writable (its switch, or `blockdev --setrw`), or take another disk."
        yield error("DISK-02", path, name, "it is read-only", cure)
    yield from _content_findings(facts, path, name, device)


def _content_findings(facts: Facts, path: str, name: str, device: Device) -> Iterator[Finding]:
    """Yield what is on a device and is not this site's own."""
    mounts = set(device.get("mounts") or ())
    if device.get("root") or mounts & _SYSTEM_MOUNTS:
        where = f" (mounted at {listed(sorted(mounts))})" if mounts else ""
        reason = f"the system runs from it{where}"
        yield error("DISK-05", path, name, reason, "Take a disk that is not the system's.")
        return
    fsid = (device.get("ceph") or {}).get("fsid")
    if _own(facts, fsid):
        return
    uses, why = _uses(device), unasked(facts)
    if _BLUESTORE in (device.get("signatures") or ()) and why:
        reason = (
            f"it holds an OSD (fsid {fsid or 'not known'}), and the API cannot tell whose: {why}"
        )
        yield error("DISK-08", path, name, reason, _ASK)
    elif _BLUESTORE in (device.get("signatures") or ()):
        reason = f"it holds an OSD of another Ceph cluster (fsid {fsid or 'not known'})"
        cure = "Wipe it with rookery.rook.disk_wipe if that cluster is gone, or take another disk."
        yield error("DISK-08", path, name, reason, cure)
    elif uses:
        cure = "Take a blank disk, or wipe it with rookery.rook.disk_wipe; its data is then lost."
        yield error("DISK-02", path, name, f"it is not blank: {'; '.join(uses)}", cure)


def _own(facts: Facts, fsid: t.Any) -> bool:
    """Tell whether what a device or directory holds comes from this site's own cluster."""
    return bool(fsid) and fsid == facts.get("ceph_fsid")


def _shared_disks(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield a disk that several hosts name, by its worldwide name (DISK-07)."""
    seen: dict[str, str] = {}
    for host in site.storage_hosts:
        for place, name in enumerate(host.devices):
            device = _find(host_facts(facts, host.name).get("devices") or (), name)
            wwn = (device or {}).get("wwn") or ""
            # Disks of virtual machines are numbered by each anew, and a port of SATA is of one.
            if not wwn or wwn.startswith("t10.ATA"):
                continue
            first = seen.setdefault(wwn, host.name)
            if first != host.name:
                reason = f"host {first} names the same disk ({wwn}); two OSDs would destroy it"
                path = f"hosts.{host.name}.devices[{place}]"
                yield error("DISK-07", path, name, reason, "Leave it to one of the hosts.")


def directory_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with Rook's directory on each host (NODE-10 to NODE-12)."""
    wanted = site.cluster.data_dir_host_path
    for cluster in facts.get("clusters") or ():
        own = (cluster["namespace"], cluster["name"]) == (site.namespace, site.cluster.name)
        if not own and cluster.get("data_dir_host_path", "").rstrip("/") == wanted:
            reason = (
                f"CephCluster {cluster['namespace']}/{cluster['name']} uses it on the same nodes"
            )
            cure = "Give this cluster a directory of its own."
            yield error("NODE-12", "cluster.data_dir_host_path", wanted, reason, cure)
    found: list[Finding] = []
    for host in site.hosts:
        directory = (host_facts(facts, host.name).get("directories") or {}).get(wanted)
        if directory is not None:
            found += _directory_findings(site, facts, host.name, directory)
    yield from grouped(found)


def _directory_findings(
    site: Site, facts: Facts, host: str, directory: Mapping[str, t.Any]
) -> Iterator[Finding]:
    """Yield what is wrong with Rook's directory on one host."""
    path, wanted = f"hosts.{host}", site.cluster.data_dir_host_path
    free, size = directory.get("free_bytes"), directory.get("size_bytes")
    if free is not None and free < LEAST_FREE:
        reason = f"{free / GIB:.1f} GiB are free there and monitors need 5 GiB"
        yield error("NODE-10", path, wanted, reason, "Make room, or mount a larger disk there.")
    elif free is not None and size and free * 10 < size * 3:
        reason = f"{free * 100 // size} % are free there and Ceph warns below 30 %"
        yield warn("NODE-10", path, wanted, reason, "Make room, or mount a larger disk there.")
    entries = [entry for entry in directory.get("entries") or () if entry != "lost+found"]
    fsid = directory.get("ceph_fsid")
    # Where only a monitor has written, nothing tells whose it is: then it is that of a cluster that
    # lives, if there is one.
    own = _own(facts, fsid) or (not fsid and facts.get("ceph_fsid"))
    some, why = listed(sorted(entries)[:3]), unasked(facts)
    if entries and not own and why:
        reason = f"a cluster has left its keys there ({some}), and the API cannot tell whose: {why}"
        yield error("NODE-11", path, wanted, reason, _ASK)
    elif entries and not own:
        reason = f"an older cluster has left its keys there ({some}), which a new one does not take"
        cure = f"Empty {wanted} on {host} if that cluster is gone."
        yield error("NODE-11", path, wanted, reason, cure)


def kubelet_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield kubelets with directories unlike others, or unlike Rook is told (KUB-01, KUB-05)."""
    plugin: dict[str, list[str]] = {}
    wanted = site.operator.config.get("ROOK_CSI_KUBELET_DIR_PATH", "/var/lib/kubelet")
    wanted = wanted.rstrip("/")
    for host in site.hosts:
        kubelet = host_facts(facts, host.name).get("kubelet") or {}
        if kubelet.get("volume_plugin_dir"):
            plugin.setdefault(kubelet["volume_plugin_dir"].rstrip("/"), []).append(host.name)
        root = (kubelet.get("root_dir") or wanted).rstrip("/")
        if root != wanted and uses_csi(site):
            reason = f"the kubelet keeps its volumes in {root}, Rook is told {wanted}"
            cure = f"Set ROOK_CSI_KUBELET_DIR_PATH to {root}; it has to be the same on all nodes."
            yield error("KUB-05", f"hosts.{host.name}.kubelet.root_dir", root, reason, cure)
    if len(plugin) > 1:
        most = max(sorted(plugin), key=lambda name: len(plugin[name]))
        for name in sorted(set(plugin) - {most}):
            reason = f"{count(len(plugin[most]), 'other node')} have {most}"
            cure = "rook_kubelet makes them agree."
            for host_name in plugin[name]:
                path = f"hosts.{host_name}.kubelet.volume_plugin_dir"
                yield warn("KUB-01", path, name, reason, cure)


def module_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield kernels without the modules that the storage classes need to be mounted (NODE-02)."""
    needed = {"rbd": "rbd", "cephfs": "ceph"}
    types, found = {item.type for item in site.storage_classes}, []
    for host in site.hosts:
        modules = host_facts(facts, host.name).get("modules") or {}
        for class_type, module in needed.items():
            if class_type in types and modules.get(module) is False:
                reason = (
                    f"its kernel has no module {module}, so pods there cannot mount {class_type}"
                )
                cure = "Install the kernel's extra modules, or keep such pods away from this node."
                found.append(warn("NODE-02", f"hosts.{host.name}", module, reason, cure))
    yield from grouped(found)
