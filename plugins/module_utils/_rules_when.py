# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Which sites a rule is about at all: conditions by name, and what is said where not. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    dig,
    host_facts,
    is_on,
    table,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

    Condition = Callable[[Site, Facts], bool]


def uses_flex(site: Site) -> bool:
    """Tell whether pods get volumes by FlexVolume."""
    ways = _eras.era(site.version).volumes
    return ways[0] == "flex" or any(item.driver == "flex" for item in site.storage_classes)


def uses_csi(site: Site) -> bool:
    """Tell whether pods get volumes by CSI."""
    return "csi" in _eras.era(site.version).volumes


def uses_csi_operator(site: Site) -> bool:
    """Tell whether Rook leaves the CSI drivers to the CSI operator on this site."""
    default = _eras.era(site.version).csi_operator
    given = site.operator.config.get("ROOK_USE_CSI_OPERATOR", "").lower()
    return default == "required" or given == "true" or (default == "on" and given != "false")


def encrypts_devices(site: Site) -> bool:
    """Tell whether the disks are to be encrypted."""
    return is_on(dig(site.cluster.spec, "storage.config.encryptedDevice"))


def is_external(site: Site) -> bool:
    """Tell whether the Ceph cluster is somebody else's."""
    return is_on(dig(site.cluster.spec, "external.enable"))


def on_openstack(facts: Facts) -> bool:
    """Tell whether a host is a server of OpenStack, or might be as none has said what it is."""
    vendors = [
        str(table(host_facts(facts, name)["system"]).get("vendor"))
        for name in table(facts.get("hosts"))
        if "system" in host_facts(facts, name)
    ]
    return not vendors or any("openstack" in vendor.lower() for vendor in vendors)


@dataclasses.dataclass(frozen=True)
class Change:
    """What a run would change of a cluster that runs.

    now and daemons are the releases of Rook of which its operator and its oldest daemon are, to is
    the wanted one, ceph is Ceph's. step: to another minor release of Rook. patch: within one.
    image: Ceph's is another.
    """

    now: _eras.Version | None
    to: _eras.Version
    daemons: _eras.Version | None
    ceph: _eras.Version | None
    step: bool
    patch: bool
    image: bool

    @property
    def any(self) -> bool:
        """Tell whether daemons are to be replaced at all."""
        return self.step or self.patch or self.image


def change_of(site: Site, facts: Facts) -> Change:
    """Return what would be changed.

    What has been asked for already is no change, so that a run that was broken off can be ended
    while Ceph warns of daemons that are just being replaced.
    """
    running = table(facts.get("running"))
    now, daemons, ceph = (
        _eras.parse_version(str(running.get(key))) for key in ("rook", "daemons", "ceph")
    )
    files = _eras.parse_version(str(facts.get("operator_release")))
    wanted = site.release if len(site.release) > len(_eras.NEWEST.rook) else files or site.release
    step = now is not None and now[:2] != site.release[:2]
    both = zip(now or (), wanted, strict=False)
    return Change(
        now, wanted, daemons, ceph,
        step=step,
        patch=not step and any(one != other for one, other in both),
        image=_other_image(site, running, ceph),
    )  # fmt: skip


def may_change(site: Site, facts: Facts) -> bool:
    """Tell whether another release comes to a cluster that runs, or nobody knows whether one does.

    An operator whose release cannot be told may be of any.
    """
    running, change = facts.get("running"), change_of(site, facts)
    return running is None or change.any or (bool(running) and change.now is None)


def _other_image(site: Site, running: Facts, ceph: _eras.Version | None) -> bool:
    """Tell whether Ceph is to have another image; of one release there may be several."""
    wanted, there = site.cluster.ceph_image, running.get("ceph_image")
    if wanted and there:
        return bool(wanted != there)
    version = _eras.image_version(wanted)
    return bool(ceph and version and ceph[: len(version)] != version[: len(ceph)])


def _spec(path: str) -> Condition:
    """Return the condition that a raw setting of the cluster is there."""
    return lambda site, _facts: bool(dig(site.cluster.spec, path))


CONDITIONS: Mapping[str, tuple[str, Condition]] = {
    "flex": ("no volume comes by FlexVolume", lambda site, _: uses_flex(site)),
    "csi": ("no volume comes by CSI", lambda site, _: uses_csi(site)),
    "directories": (
        "no host keeps data in directories",
        lambda site, _: any(host.directories for host in site.hosts),
    ),
    "devices": (
        "no host keeps data on devices",
        lambda site, _: any(host.devices for host in site.hosts),
    ),
    "block_pools": ("there are no block pools", lambda site, _: bool(site.block_pools)),
    "pools": (
        "there are no pools",
        lambda site, _: bool(site.block_pools or site.filesystems or site.object_stores),
    ),
    "filesystems": ("there are no file systems", lambda site, _: bool(site.filesystems)),
    "stores": ("there are no object stores", lambda site, _: bool(site.object_stores)),
    "classes": ("there are no storage classes", lambda site, _: bool(site.storage_classes)),
    "snapshots": (
        "there are no snapshot classes",
        lambda site, _: any(item.kind == "VolumeSnapshotClass" for item in site.resources),
    ),
    "monitoring": ("monitoring is off", _spec("monitoring.enabled")),
    "multus": (
        "the network is not Multus",
        lambda site, _: dig(site.cluster.spec, "network.provider") == "multus",
    ),
    "ranges": ("no addresses are given", _spec("network.addressRanges")),
    "stretch": ("the cluster is not stretched", _spec("mon.stretchCluster")),
    "mon_claims": ("monitors keep their data in directories", _spec("mon.volumeClaimTemplate")),
    "encrypted": ("no device is encrypted", lambda site, _: encrypts_devices(site)),
    "wire": ("the network is not encrypted", _spec("network.connections.encryption.enabled")),
    "kms": ("no key management is used", _spec("security.kms.connectionDetails")),
    "external": ("the Ceph cluster is the site's own", lambda site, _: is_external(site)),
    "openshift": ("this is not OpenShift", lambda _, facts: facts.get("openshift") is not False),
    "openstack": ("no host is a server of OpenStack", lambda _, facts: on_openstack(facts)),
    "upgrade": ("no cluster runs by another release", may_change),
}


def why_not(when: str, site: Site, facts: Facts) -> str:
    """Return why a rule is not about a site, or nothing."""
    if not when:
        return ""
    words, condition = CONDITIONS[when]
    return "" if condition(site, facts) else words
