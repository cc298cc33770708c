# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about the cluster's raw settings, decided from the variables alone. Pure."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._placement import DOMAIN_LABELS
from ansible_collections.rookery.rook.plugins.module_utils._rules_pools import pools_of
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    dig,
    error,
    is_on,
    listed,
    number,
    rows,
    table,
    warn,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Host, Site

_SPEC = "cluster.spec"
_LOST = "what a release does not know is dropped without a word"
# Features of the raw settings, and the first Ceph that has them.
_FLOORS = (
    ("mon.stretchCluster", (16, 2, 5), "a stretched cluster"),
    ("network.connections.compression.enabled", (17,), "compression of the network"),
    ("network.multiClusterService.enabled", (17, 2, 6), "services of several clusters"),
)
# Kinds, and the first Ceph whose daemons Rook can manage for them.
_KIND_FLOORS = {"CephNFS": (16, 2, 7)}
_ZONES, _COPIES = 3, 4
# How long the value of a label may be.
_LABEL = 63


def storage_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield raw settings of storage that the release ignores or cannot read (API-02 to API-10)."""
    spec, release = site.cluster.spec, site.release
    storage, path = spec.get("storage"), f"{_SPEC}.storage"
    if isinstance(storage, list):
        reason = "it is a list, and entries of nodes stand one level lower"
        yield error("API-06", path, "a list", reason, "Set rook_node_devices of each host.")
    directories = dig(storage, "directories")
    if directories and release < (0, 7):
        reason = "0.6 ignores them, and its data goes to dataDirHostPath"
        cure = "Set rook_node_directories of each host."
        yield error("API-02", f"{path}.directories", directories, reason, cure)
    elif directories and release >= (1, 3):
        reason = "from 1.3 on the operator refuses directories"
        yield error("API-03", f"{path}.directories", directories, reason, "Name devices.")
    for key, value in table(dig(storage, "config")).items():
        if not isinstance(value, str) and release >= (0, 8):
            reason = "the operator reads strings only there"
            yield error("API-08", f"{path}.config.{key}", value, reason, f'Write "{value}".')
    wrong = "storeConfig" if release >= (0, 8) else "config"
    if dig(storage, wrong):
        right = "config" if wrong == "storeConfig" else "storeConfig"
        cure = f"Move it to storage.{right}."
        yield error("API-09", f"{path}.{wrong}", dig(storage, wrong), _LOST, cure)
    if spec.get("versionTag") and release >= (0, 7):
        value = spec["versionTag"]
        yield warn("API-10", f"{_SPEC}.versionTag", value, _LOST, "Remove it.")
    if is_on(dig(storage, "useAllDevices")) and (1, 6) <= release < (1, 6, 8):
        reason = "these releases take what looks like an old partition table for disks"
        cure = "Name each device, and take 1.6.8 or later."
        yield warn("DISK-09", f"{path}.useAllDevices", True, reason, cure)


def name_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield names that a release of old does not cope with (API-11, NAME-04)."""
    name = site.cluster.name
    if site.release[:2] == (0, 7) and name != site.namespace:
        reason = f"0.7 makes owners by the name of the namespace, {site.namespace}"
        yield warn("API-11", "cluster.name", name, reason, f"Take {site.namespace}.")
    for host in site.storage_hosts:
        longest = len(f"rook-ceph-osd-{host.name}")
        if site.release < (0, 8) and longest > _LABEL:
            reason = f"its OSD's name would have {longest} characters, {_LABEL} are allowed"
            yield warn("NAME-04", f"hosts.{host.name}", host.name, reason, "Shorten its name.")


def feature_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield features that the Ceph image does not have yet (VER-04)."""
    version, image = _eras.image_version(site.cluster.ceph_image), site.cluster.ceph_image
    if version is None:
        return
    wanted = [row for row in _FLOORS if dig(site.cluster.spec, row[0])]
    kinds = {item.kind for item in site.resources} & set(_KIND_FLOORS)
    wanted += [("", _KIND_FLOORS[kind], kind) for kind in sorted(kinds) if site.release >= (1, 9)]
    for _path, least, what in wanted:
        if version < least[: len(version)]:
            first = _eras.dotted(least)
            reason = f"it lacks what {what} needs: {first} is the first that has it"
            yield error(
                "VER-04", "cluster.ceph_image", image, reason, f"Take Ceph {first} or more."
            )


def network_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield settings of the network that contradict each other (NET-04, NET-06)."""
    network = dig(site.cluster.spec, "network")
    provider, path = dig(network, "provider"), f"{_SPEC}.network"
    if provider == "multus" and not table(dig(network, "selectors")):
        cure = "Name a NetworkAttachmentDefinition for public, cluster or both."
        yield error("NET-04", f"{path}.selectors", "", "Multus needs to know its networks", cure)
    ranges = table(dig(network, "addressRanges"))
    if ranges and provider not in ("host", "multus"):
        reason = "it goes with the providers host and multus only"
        yield error("NET-06", f"{path}.addressRanges", provider or "", reason, "Remove it.")
    for name, values in ranges.items():
        for value in values if isinstance(values, list) else [values]:
            if not _is_network(value):
                reason = "it is no range of addresses"
                cure = "Write it as 192.0.2.0/24."
                yield error("NET-06", f"{path}.addressRanges.{name}", value, reason, cure)


def _is_network(value: t.Any) -> bool:
    """Tell whether a value is a range of addresses."""
    try:
        return isinstance(value, str) and bool(ipaddress.ip_network(value, strict=False))
    except ValueError:
        return False


def stretch_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield what a stretched cluster lacks (MON-05)."""
    stretch, path = dig(site.cluster.spec, "mon.stretchCluster"), f"{_SPEC}.mon.stretchCluster"
    if not stretch:
        return
    zones = rows(dig(stretch, "zones"))
    arbiters = [zone for zone in zones if is_on(zone.get("arbiter"))]
    if len(zones) != _ZONES or len(arbiters) != 1:
        reason = f"it has {len(zones)} zones and {len(arbiters)} arbiters"
        yield error("MON-05", f"{path}.zones", len(zones), reason, "Name three, one an arbiter.")
    if site.cluster.mon_count not in (3, 5):
        reason = "two zones need one or two monitors each, and the arbiter one"
        yield error("MON-05", "cluster.mon_count", site.cluster.mon_count, reason, "Take 5.")
    for pool in pools_of(site):
        if pool.layout.erasure is not None or pool.layout.size != _COPIES:
            reason = "each of the two zones with data needs two copies of its own"
            cure = f"Set replicas of pool {pool.name} to 4."
            yield error("MON-05", path, pool.name, reason, cure)


def encryption_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield classes that do not mount over an encrypted network (SEC-03)."""
    if not is_on(dig(site.cluster.spec, "network.connections.encryption.enabled")):
        return
    for place, item in enumerate(site.storage_classes):
        options = item.parameters.get("kernelMountOptions", "")
        fuse = item.parameters.get("mounter") == "fuse"
        if item.type == "cephfs" and not fuse and "ms_mode=" not in options:
            reason = "the kernel's client speaks without encryption unless it is told otherwise"
            cure = "Set parameters.kernelMountOptions to ms_mode=secure."
            path = f"storage_classes[{place}].parameters"
            yield warn("SEC-03", path, options or item.name, reason, cure)


def topology_findings(site: Site, _facts: Facts) -> Iterator[Finding]:
    """Yield labels of places that make no tree (TOP-01)."""
    told = error if site.release >= (1, 18) else warn
    hosts = site.storage_hosts
    for domain, label in DOMAIN_LABELS.items():
        empty = [host.name for host in hosts if host.labels.get(label, "-") == ""]
        if empty:
            reason = f"label {label} has no value"
            path = f"hosts.{empty[0]}.labels"
            yield told("TOP-01", path, domain, reason, "Give it one, or remove it.")
    yield from _twice(hosts, told)


def _twice(hosts: Iterable[Host], told: t.Callable[..., Finding]) -> Iterator[Finding]:
    """Yield values that stand on two levels, or under two parents."""
    level: dict[str, str] = {}
    parent: dict[tuple[str, str], tuple[str, str]] = {}
    for host in hosts:
        # A region holds zones, a zone the rest down to the chassis; a pdu is beside them.
        order = [name for name in _ORDER if host.labels.get(DOMAIN_LABELS[name])]
        above = ("", "")
        for name in order:
            value = host.labels[DOMAIN_LABELS[name]]
            path = f"hosts.{host.name}.labels"
            if level.setdefault(value, name) != name:
                reason = f"it is a {level[value]} and a {name}"
                yield told("TOP-01", path, value, reason, "Give each level names of its own.")
            first = parent.setdefault((name, value), above)
            if first != above and first[1] and above[1]:
                reason = f"{name} {value} is under {first[1]} and under {above[1]}"
                yield told("TOP-01", path, value, reason, "Give it one parent.")
            above = (name, value)


_ORDER = ("region", "zone", "datacenter", "room", "row", "rack", "chassis")


def kms_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield key management without its secret, devices it does not encrypt (SEC-01, SEC-02)."""
    spec, path = site.cluster.spec, f"{_SPEC}.security.kms"
    if dig(spec, "security.kms.connectionDetails"):
        name, secrets = dig(spec, "security.kms.tokenSecretName"), facts.get("secrets")
        method = str(dig(spec, "security.kms.connectionDetails.VAULT_AUTH_METHOD") or "token")
        if not name and method == "token":
            reason = "nothing says how to log in"
            cure = "Name a secret with the token, or set VAULT_AUTH_METHOD to kubernetes."
            yield error("SEC-02", f"{path}.tokenSecretName", "", reason, cure)
        elif name and secrets is not None and name not in secrets:
            reason = f"namespace {site.namespace} has no such secret: {listed(secrets)}"
            yield error("SEC-02", f"{path}.tokenSecretName", name, reason, "Make it first.")
    if not is_on(dig(spec, "storage.config.encryptedDevice")):
        return
    for host in site.storage_hosts:
        known = rows(table(table(facts.get("hosts")).get(host.name)).get("devices"))
        kinds = {link: row.get("type") for row in known for link in (row.get("links") or ())}
        for place, name in enumerate(host.devices):
            part = kinds.get(name) in ("part", "lvm") or "-part" in name
            if part or name.startswith("/dev/mapper/"):
                reason = "Rook encrypts whole disks only"
                where = f"hosts.{host.name}.devices[{place}]"
                yield error("SEC-01", where, name, reason, "Take a whole disk.")


def old_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield small devices whose database would not fit (DISK-04)."""
    if site.release >= (1, 3):
        return
    config = {**table(dig(site.cluster.spec, "storage.storeConfig"))}
    config |= table(dig(site.cluster.spec, "storage.config"))
    limit = number(config.get("databaseSizeMB"))
    for host in site.storage_hosts:
        for row in rows(table(table(facts.get("hosts")).get(host.name)).get("devices")):
            size = number(row.get("size"))
            named = {str(row.get("path")), *(row.get("links") or ())} & set(host.devices)
            if named and limit is None and size is not None and size < 100 * 10**9:
                reason = f"it has {size // 10**9} GB, and its database would take 20 of them"
                cure = 'Set cluster.spec.storage.config.databaseSizeMB to "1024".'
                place = host.devices.index(min(named & set(host.devices)))
                path = f"hosts.{host.name}.devices[{place}]"
                yield warn("DISK-04", path, min(named), reason, cure)
