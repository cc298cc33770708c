# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about what hosts say of kernel, packages, limits, memory and places for data. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    count,
    dig,
    error,
    grouped,
    host_facts,
    is_on,
    listed,
    number,
    table,
    unasked,
    warn,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import uses_flex

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Host, Site

    System = Mapping[str, t.Any]

GIB = 1 << 30
_ARCHITECTURES = ("x86_64", "amd64", "aarch64", "arm64")
_AIO_PER_OSD = 65536
_PRIVILEGED = "ROOK_HOSTPATH_REQUIRES_PRIVILEGED"
# Memory of the daemons below which Rook itself warns.
_OSD, _OLD_OSD, _MDS, _MONITOR, _MANAGER = 2 * GIB, 4 * GIB, 4 * GIB, GIB, GIB // 2
_LEAST_FREE = 5 * GIB
_CGROUP_OLD, _CGROUP_GONE = (1, 31), (1, 35)


def _systems(site: Site, facts: Facts, *, storing: bool = False) -> Iterator[tuple[Host, System]]:
    """Yield the hosts that have said something, each with that."""
    for host in site.storage_hosts if storing else site.hosts:
        system = table(host_facts(facts, host.name).get("system"))
        if system:
            yield host, system


def system_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield what is wrong with hosts, alike ones as one (VER-06, NODE-03 to 08, 14, 16, 18)."""
    for find in (_machine, _kernel, _limits, _security):
        yield from grouped(
            finding
            for host, system in _systems(site, facts)
            for finding in find(site, host, system)
        )
    for find in (_packages, _daemons):
        yield from grouped(
            finding
            for host, system in _systems(site, facts, storing=True)
            for finding in find(site, host, system)
        )


def _machine(_site: Site, host: Host, system: System) -> Iterator[Finding]:
    """Yield what the machine itself is not."""
    path, arch = f"hosts.{host.name}", system.get("arch")
    if arch and arch not in _ARCHITECTURES:
        reason = "Rook has images for amd64 and arm64 only"
        yield error("VER-06", path, arch, reason, "Take the host out of its groups.")
    swap = number(system.get("swap_bytes"))
    if swap:
        reason = "it swaps, and a kubelet does not start then unless failSwapOn is false"
        value = f"{swap / GIB:.1f} GiB of swap"
        yield warn("NODE-18", path, value, reason, "Run swapoff -a, and take it out of fstab.")


def _needs(site: Site) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield which kernels a site's wishes need, in words."""
    if any(item.type == "cephfs" for item in site.storage_classes):
        yield (4, 17), "the sizes of volumes of CephFS are not enforced"
    if any(
        item.type == "rbd" and item.parameters.get("imageFeatures", "layering") != "layering"
        for item in site.storage_classes
    ):
        yield (5, 4), "images with more features than layering cannot be mapped"
    if any(
        item.parameters.get("csi.storage.k8s.io/fstype") == "xfs" for item in site.storage_classes
    ):
        yield (5, 6), "XFS on a block volume may hang on nodes with OSDs"
    network = dig(site.cluster.spec, "network.connections")
    if is_on(dig(network, "requireMsgr2")) or is_on(dig(network, "encryption.enabled")):
        yield (5, 11), "its clients do not speak the second protocol, which is required"
    if dig(site.cluster.spec, "security.cephx.csi.keyType") == "aes256k":
        yield (7, 0), "its clients do not know keys of type aes256k"


def _kernel(site: Site, host: Host, system: System) -> Iterator[Finding]:
    """Yield what the kernel is too old for (NODE-03, NODE-04, FS-07)."""
    release = str(system.get("kernel") or "")
    version = _eras.parse_version(release.partition("-")[0].partition("+")[0])
    path = f"hosts.{host.name}"
    if version is None:
        return
    for least, effect in _needs(site):
        if version < least:
            cure = f"Upgrade the kernel to {_eras.dotted(least)} or more."
            yield warn("NODE-03", path, release, effect, cure)
    if site.release < (0, 8) and version < (3, 15):
        reason = "it does not know the tunables with which pools are made"
        cure = "Upgrade it, or run `ceph osd crush tunables bobtail`."
        yield error("NODE-04", path, release, reason, cure)
    if uses_flex(site) and len(site.filesystems) > 1 and version < (4, 7):
        reason = f"it mounts the first of {len(site.filesystems)} file systems, whichever is asked"
        yield error("FS-07", path, release, reason, "Upgrade it, or make one file system only.")


def _limits(_site: Site, host: Host, system: System) -> Iterator[Finding]:
    """Yield limits that make daemons crawl (NODE-08)."""
    for unit, value in sorted(table(system.get("limit_nofile")).items()):
        if value == "infinity":
            reason = "daemons try to close a billion files when they start, and lose the quorum"
            cure = f"Set LimitNOFILE=1048576 in a drop-in of {unit}.service."
            yield warn("NODE-08", f"hosts.{host.name}", f"{unit}: infinity", reason, cure)


def _security(site: Site, host: Host, system: System) -> Iterator[Finding]:
    """Yield an SELinux that enforces, without privileged pods (NODE-14)."""
    told = is_on(site.operator.config.get(_PRIVILEGED))
    if system.get("selinux") == "enforcing" and not told and site.release >= (0, 8):
        reason = "SELinux keeps Rook's pods from host directories unless they are privileged"
        cure = f'Set operator.config {_PRIVILEGED} to "true".'
        yield error("NODE-14", f"hosts.{host.name}", "enforcing", reason, cure)


def _packages(site: Site, host: Host, system: System) -> Iterator[Finding]:
    """Yield what OSDs need and the host does not have (NODE-05, NODE-06)."""
    path, config = f"hosts.{host.name}", table(dig(site.cluster.spec, "storage.config"))
    several = number(config.get("osdsPerDevice")) or 1
    uses = is_on(config.get("encryptedDevice")) or config.get("metadataDevice") or several > 1
    lvm = table(system.get("programs")).get("lvm")
    if lvm is False and host.devices and site.release >= (1, 0):
        if uses:
            reason = "OSDs are made of logical volumes here, and do not come back without lvm2"
            yield error("NODE-05", path, "lvm2", reason, "Install lvm2.")
        elif site.release < (1, 20):
            reason = "OSDs that are made of logical volumes would not come back after a reboot"
            yield warn("NODE-05", path, "lvm2", reason, "Install lvm2.")
    if system.get("udev") is False and host.devices and site.release >= (1, 20):
        reason = "nothing is in /run/udev, from which Rook learns of disks"
        yield warn("NODE-06", path, "udev", reason, "Start systemd-udevd.")


def _daemons(site: Site, host: Host, system: System) -> Iterator[Finding]:
    """Yield what is too little for the daemons of a host (NODE-07, NODE-16)."""
    path, osds = f"hosts.{host.name}", len(host.stores)
    limit = number(system.get("aio_max_nr"))
    if limit is not None and limit < _AIO_PER_OSD * osds:
        reason = f"{count(osds, 'OSD')} may need more, and io_setup fails with EAGAIN then"
        cure = "Set fs.aio-max-nr to 1048576 with sysctl."
        yield warn("NODE-07", path, f"fs.aio-max-nr {limit}", reason, cure)
    memory, cores = number(system.get("memory_bytes")), number(system.get("cores"))
    each = _OSD if site.release >= (1, 1) else _OLD_OSD
    wanted = osds * each + _MONITOR + _MANAGER + (_MDS if site.filesystems else 0)
    if memory is not None and memory < wanted:
        reason = (
            f"{count(osds, 'OSD')}, a monitor, a manager"
            f"{' and a metadata server' if site.filesystems else ''} "
            f"want {wanted / GIB:.1f} GiB"
        )
        value = f"{memory / GIB:.1f} GiB of memory"
        yield warn("NODE-16", path, value, reason, "Add memory, or name fewer devices.")
    if cores is not None and cores < osds:
        reason = f"{count(osds, 'OSD')} want a core each"
        yield warn("NODE-16", path, count(cores, "core"), reason, "Name fewer devices.")


def place_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield directories for data without room, with old data, of one disk (DIR-01 to DIR-03)."""
    if site.release >= (1, 3):
        return
    for host in site.storage_hosts:
        places = table(table(host_facts(facts, host.name).get("system")).get("places"))
        kept = table(host_facts(facts, host.name).get("directories"))
        disks: dict[str, str] = {}
        for row, name in enumerate(host.directories):
            path = f"hosts.{host.name}.directories[{row}]"
            yield from _room(path, name, table(places.get(name)))
            yield from _left(facts, path, name, table(kept.get(name)))
            disk = table(places.get(name)).get("device")
            if disk and disks.setdefault(str(disk), name) != name:
                reason = f"{disks[str(disk)]} is on the same file system ({disk})"
                yield warn("DIR-03", path, name, reason, "Mount a disk of its own there.")


def _room(path: str, name: str, place: Mapping[str, t.Any]) -> Iterator[Finding]:
    """Yield a directory that is not there, too full, or on the system's disk (DIR-01)."""
    free = number(place.get("free_bytes"))
    if place.get("exists") is False:
        reason = "there is no such directory on this host"
        yield error("DIR-01", path, name, reason, "Make it, and mount a disk there.")
    elif free is not None and free < _LEAST_FREE:
        reason = f"{free / GIB:.1f} GiB are free there and an OSD needs 5 GiB"
        yield error("DIR-01", path, name, reason, "Make room, or mount a larger disk there.")
    elif place.get("mount") == "/":
        reason = "it is on the system's file system, which its data would fill"
        yield warn("DIR-01", path, name, reason, "Mount a disk there.")


def _left(facts: Facts, path: str, name: str, kept: Mapping[str, t.Any]) -> Iterator[Finding]:
    """Yield a directory with something of another cluster in it (DIR-02)."""
    entries = [str(entry) for entry in kept.get("entries") or () if entry != "lost+found"]
    own = kept.get("ceph_fsid") and kept.get("ceph_fsid") == facts.get("ceph_fsid")
    if entries and not own:
        reason = f"it is not empty ({listed(sorted(entries)[:3])}), and an old OSD does not join"
        cure = "Empty it if its data is not needed any more."
        if unasked(facts):
            reason = f"it is not empty, and the API cannot tell whose that is: {unasked(facts)}"
            cure = "Give the kubeconfig with which its API answers first."
        yield error("DIR-02", path, name, reason, cure)


def cgroup_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield hosts whose control groups the kubelet does not take any more (KUB-07)."""
    text = str(facts.get("kubernetes_version") or "")
    release = (_eras.parse_version(text) or ())[:2]
    found = []
    for host, system in _systems(site, facts):
        if system.get("cgroup") != 1 or release < _CGROUP_OLD:
            continue
        path, value = f"hosts.{host.name}", "cgroup v1"
        if release >= _CGROUP_GONE:
            reason = f"the kubelet of {text} does not start on it unless failCgroupV1 is false"
            cure = "Boot with systemd.unified_cgroup_hierarchy=1."
            found.append(warn("KUB-07", path, value, reason, cure))
        else:
            reason = f"Kubernetes {text} keeps it for maintenance only, and 1.35 refuses it"
            found.append(warn("KUB-07", path, value, reason, "Plan to boot with cgroup v2."))
    yield from grouped(found)


def flex_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield kubelets that would not find Rook's drivers (KUB-01 to KUB-04)."""
    if not uses_flex(site):
        return
    text = facts.get("kubernetes_version")
    release = (_eras.parse_version(str(text or "")) or ())[:2]
    if release and release < (1, 8):
        reason = "its kubelets look for drivers once, when they start, and the agents come later"
        yield error("KUB-04", "kubernetes_version", text, reason, "Upgrade to 1.8 or more.")
    setting, found = site.operator.config.get("FLEXVOLUME_DIR_PATH"), []
    for host in site.hosts:
        kubelet = table(host_facts(facts, host.name).get("kubelet"))
        place, path = str(kubelet.get("volume_plugin_dir") or ""), f"hosts.{host.name}.kubelet"
        if place and kubelet.get("writable") is False:
            reason = "it is on a file system that is read-only, so no driver can be put there"
            cure = "Set rook_kubelet_volume_plugin_dir to /var/lib/kubelet/volumeplugins."
            found.append(error("KUB-01", path, place, reason, cure))
        if place and setting and setting.rstrip("/") != place.rstrip("/"):
            reason = f"Rook is told {setting.rstrip('/')}"
            cure = f"Set operator.config FLEXVOLUME_DIR_PATH to {place}, or let it out."
            found.append(error("KUB-02", path, place, reason, cure))
        elif place and not setting and release == (1, 9):
            reason = "a kubelet of 1.9 does not tell it, and Rook is not told"
            cure = f"Set operator.config FLEXVOLUME_DIR_PATH to {place}."
            found.append(error("KUB-02", path, place, reason, cure))
        if kubelet.get("sees_host") is False:
            reason = "the kubelet runs in a container that does not see this directory"
            cure = "Bind it into the kubelet's container at the same path."
            found.append(error("KUB-03", path, place, reason, cure))
    yield from found
