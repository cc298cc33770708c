# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules about another release of Rook or Ceph than the one that runs. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._eras import dotted
from ansible_collections.rookery.rook.plugins.module_utils._remains import OWN_DRIVERS
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    dig,
    error,
    listed,
    table,
    warn,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import (
    Change,
    change_of,
    is_external,
    uses_csi_operator,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

_IMAGE = "cluster.ceph_image"
_SWITCH = "Set ROOK_DISABLE_ADMISSION_CONTROLLER to true, with which Rook removes it,"
# What a release no longer has, what of it must be gone before, and how it goes.
_GONE = (
    ((1, 3), "directories", "OSDs on directories", "Migrate them"),
    ((1, 8), "flex_volumes", "volumes by FlexVolume", "Migrate them"),
    # The API would ask a service that nobody serves, and refuse each change of Rook's resources.
    ((1, 13), "webhooks", "admission webhook", _SWITCH),
)
# The same of the CSI operator's definitions, of which no release of Rook's files has two versions:
# Kubernetes refuses one without a version in which objects may be stored.
_ALPHA = (
    "csi_alpha",
    "v1alpha1 in definitions of csi.ceph.io",
    "Apply deploy/multifile/crd.yaml of ceph-csi-operator v0.4.1, which has v1 beside it, replace "
    "each of their objects by itself, and take v1alpha1 out of their status.storedVersions",
)
# The first release whose files turn holder pods off, and the last that has a switch for them.
_HOLDERS = ((1, 14), (1, 15))
# Up to this release, upstream's guides have the objects of the one before deleted by hand.
_BY_HAND = (0, 9)
# By so many releases Ceph goes on at once, and no monitor by more.
_LEAP = 2
# Ceph that changes what was written before it wrongly, from and until, where this is set.
_PACIFIC = ((16,), (16, 2, 7))
_FIX = "bluestore_fsck_quick_fix_on_mount"
# Where a step begins at a patch release, that one.
_FROM: t.Mapping[_eras.Version, _eras.Version] = {(1, 20): (1, 19, 5)}


def upgrade_findings(site: Site, facts: Facts) -> Iterator[Finding]:
    """Yield what speaks against another release on a cluster that runs (UPG-01 to UPG-09)."""
    change = change_of(site, facts)
    # An external cluster may be ahead of the image, by which Rook only asks it.
    if change.ceph and not is_external(site):
        yield from _ceph(site, change, change.ceph)
    if change.any:
        yield from _health(site, facts, change)
    if change.now and change.patch and change.now > change.to:
        now, to = dotted(change.now), dotted(change.to)
        reason = f"{now} runs, and going back is nothing that Rook tests, within a release either"
        cure = f"Keep {now}, unless it has a fault that {to} has not."
        yield warn("UPG-02", "version", to, reason, cure)
    if change.step:
        yield from _holders(site, facts, change)
        yield from _step(site, change)
        yield from _left(site, table(facts.get("running")), change)
        yield from _suits(site, facts, change)
        yield from _otherwise(site, change)


def _ceph(site: Site, change: Change, now: _eras.Version) -> Iterator[Finding]:
    """Yield an image by which Ceph would go back, too far at once, or wrongly (UPG-06, UPG-09).

    Within a release Rook goes back with a warning.
    """
    image = site.cluster.ceph_image
    wanted = _eras.image_version(image)
    if wanted is None:
        reason = f"Ceph {dotted(now)} runs, and whether this is a later one its tag does not tell"
        cure = "Give a tag with the release beside the digest."
        if change.image:
            yield warn("UPG-06", _IMAGE, image, reason, cure)
    elif wanted[0] < now[0]:
        reason = f"Ceph {dotted(now)} runs, and its data are not read by an earlier release"
        cure = f"Take an image of Ceph {now[0]} or more."
        yield error("UPG-06", _IMAGE, image, reason, cure)
    elif wanted[0] > now[0] + _LEAP:
        reason = f"Ceph {dotted(now)} runs, and monitors join none of more than two releases before"
        cure = f"Take an image of Ceph {now[0] + _LEAP} first."
        yield error("UPG-06", _IMAGE, image, reason, cure)
    elif now < _PACIFIC[0] <= wanted < _PACIFIC[1]:
        least = dotted(_PACIFIC[1])
        reason = f"one before {least} damages data of Ceph {now[0]} where {_FIX} is set"
        cure = f"Take {least} or later, or make sure that nothing sets this."
        yield warn("UPG-09", _IMAGE, image, reason, cure)


def _health(site: Site, facts: Facts, change: Change) -> Iterator[Finding]:
    """Yield that a change would begin while Ceph is not well (UPG-01)."""
    health = table(facts.get("running")).get("health")
    if not health or health == "HEALTH_OK":
        return
    reason = "a release is changed while the cluster is healthy"
    cure = "Heal it first: `ceph health detail`."
    if change.now and change.daemons and change.daemons < change.now:
        reason = (
            f"{reason}, and Rook {dotted(change.now)} still has daemons of "
            f"{dotted(change.daemons)} to replace"
        )
        cure = "Let it come to its end first, then heal what is left: `ceph health detail`."
    path = "version" if change.step or change.patch else _IMAGE
    yield error("UPG-01", path, health, reason, cure)


def _suits(site: Site, facts: Facts, change: Change) -> Iterator[Finding]:
    """Yield a Ceph or Kubernetes that is not for the next Rook (UPG-03, UPG-05, UPG-07)."""
    era, ceph = _eras.era(site.version), change.ceph
    known = ceph is None or (
        ceph[0] in (era.ceph_majors or (ceph[0],)) and ceph >= era.ceph_least[: len(ceph)]
    )
    if ceph and not known:
        reason = f"Ceph {dotted(ceph)} runs, which Rook {site.version} does not support"
        cure = "Change Ceph in a step of its own, by the Rook that runs, first."
        yield error("UPG-03", "version", site.version, reason, cure)
    elif ceph and change.image:
        image = table(facts.get("running")).get("ceph_image") or "the one of that release"
        reason = f"Ceph {dotted(ceph)} runs, and would be changed in the step of Rook's release"
        cure = f"Keep {image} for this step, and change it in a run of its own."
        yield warn("UPG-07", _IMAGE, site.cluster.ceph_image, reason, cure)
    text = facts.get("kubernetes_version")
    version = _eras.parse_version(str(text)) if text else None
    if version is not None and version[:2] < era.kubernetes.least:
        reason = f"Rook {site.version} is made for Kubernetes {era.kubernetes}"
        yield error("UPG-05", "kubernetes_version", text, reason, "Upgrade Kubernetes first.")


def _holders(site: Site, facts: Facts, change: Change) -> Iterator[Finding]:
    """Yield that the next release's files would turn holder pods off unasked (CSI-04)."""
    first, last = _HOLDERS
    told = "CSI_DISABLE_HOLDER_PODS" in site.operator.config
    told = told or dig(site.operator.values, "csi.disableHolderPods") is not None
    holders = sorted({str(name) for name in facts.get("holders") or ()} - OWN_DRIVERS)
    if holders and not told and (change.now or first) < first <= site.release[:2] <= last:
        reason = (
            f"its files turn off the pods by which mounted volumes reach Ceph: {listed(holders)}"
        )
        cure = (
            "Set CSI_DISABLE_HOLDER_PODS (of a chart: csi.disableHolderPods) to false for this "
            "step, then to true, and drain nodes one by one."
        )
        yield error("CSI-04", "version", site.version, reason, cure)


def _otherwise(site: Site, change: Change) -> Iterator[Finding]:
    """Yield what the next release takes from users of what is there (UPG-08)."""
    now = (change.now or ())[:2]

    def comes(release: _eras.Version) -> bool:
        return now < release <= site.release[:2]

    if comes((1, 15)):
        for place, store in enumerate(site.object_stores):
            hosting = dig(store.spec, "hosting")
            if hosting and dig(hosting, "advertiseEndpoint") is None:
                reason = "from 1.15 on, its users and buckets may be told of another endpoint"
                cure = "Set advertiseEndpoint there to the one that they know."
                yield warn(
                    "UPG-08", f"object_stores[{place}].spec.hosting", store.name, reason, cure
                )
    if comes((1, 17)):
        for place, user in enumerate(site.object_store_users):
            reason = "from 1.17 on, Rook removes every key of a user but one"
            cure = "Let its clients use the key in Rook's secret, or make users for further keys."
            yield warn("UPG-08", f"object_store_users[{place}]", user.name, reason, cure)
    if comes((1, 19)):
        for place, filesystem in enumerate(site.filesystems):
            if not filesystem.active_standby:
                reason = "from 1.19 on, Rook removes the servers that stand by without replaying"
                cure = "Set it to true to keep them."
                path = f"filesystems[{place}].active_standby"
                yield warn("UPG-08", path, filesystem.name, reason, cure)


def _step(site: Site, change: Change) -> Iterator[Finding]:
    """Yield a change of release that is no step forward (UPG-02)."""
    exact = change.now or ()
    now, to, order = exact[:2], site.release[:2], sorted(_eras.ERAS)
    places = [order.index(each) if each in order else len(order) for each in (now, to)]
    daemons, least = change.daemons, _FROM.get(to, ())
    reason = ""
    if places[1] - places[0] != 1:
        after = order[places[0] + 1] if places[0] + 1 < len(order) else now
        reason = f"{dotted(now)} runs, and Rook changes by one minor release a step, forward"
        cure = f"Take {dotted(after)} first." if to > now else f"Keep {dotted(now)}."
    elif to <= _BY_HAND:
        reason = f"what {dotted(now)} has made goes by hand in the step to {dotted(to)}"
        cure = (
            f"Follow the upgrade guide of Rook {dotted(to)} with {site.namespace} for all its "
            "namespaces, then run again."
        )
    elif daemons and daemons[:2] < now:
        reason = (
            f"the step to {dotted(now)} has not come to its end: daemons of {dotted(daemons)} run"
        )
        cure = f"Set it to {dotted(exact)}, and run again until that has ended."
    elif len(exact) > len(now) and exact < least:
        reason = f"{dotted(exact)} runs, and the step to {dotted(to)} begins at {dotted(least)}"
        cure = f"Take {dotted(least)} or a later patch release of {dotted(now)} first."
    if reason:
        yield error("UPG-02", "version", site.version, reason, cure)


def _left(site: Site, running: Facts, change: Change) -> Iterator[Finding]:
    """Yield what has to go before a step and is there (UPG-04)."""
    now, to = (change.now or ())[:2], site.release[:2]
    gone = list(_GONE)
    if uses_csi_operator(site):
        # Rook's charts of 1.18 and 1.19 have the CSI operator's own definitions, with both.
        gone.append(((1, 20) if site.operator.source == "chart" else (1, 18), *_ALPHA))
    for release, key, what, how in gone:
        left = sorted(map(str, running.get(key) or ()))
        if now < release <= to and left:
            reason = f"{dotted(release)} has no {what} any more, and there are: {listed(left)}"
            cure = f"{how} on {dotted(now)} first."
            yield error("UPG-04", "version", site.version, reason, cure)
