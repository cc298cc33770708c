# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools as Rook makes them: a CRUSH rule or an erasure code profile each, and an application."""

from __future__ import annotations

import logging
import typing as t

from rookstandin.ceph import Ceph
from rookstandin.errors import CephCommandError, StandinError

log = logging.getLogger(__name__)

Spec = dict[str, t.Any]

_UNITS = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_UNITS |= {f"{unit}i": 1024**power for power, unit in enumerate("KMGTP", 1)}


def size_of(spec: Spec) -> int:
    return (spec.get("replicated") or {}).get("size") or 0


def chunks(spec: Spec) -> tuple[int, int]:
    coded = spec.get("erasureCoded") or {}
    return coded.get("dataChunks") or 0, coded.get("codingChunks") or 0


def failure_domain(spec: Spec) -> str:
    return spec.get("failureDomain") or "host"


def quantity(text: str) -> int:
    """Read a size as Kubernetes writes it."""
    number = text.rstrip("kKMGTPi")
    unit = text[len(number) :]
    if not number.isdigit() or (unit and unit not in _UNITS):
        raise StandinError(f"maxSize {text!r} is not a whole number with a unit such as Gi or G")
    return int(number) * _UNITS.get(unit, 1)


def check(spec: Spec, types: set[str]) -> None:
    """Refuse what Rook refuses, and in words what the stand-in leaves out."""
    replicated, coded = spec.get("replicated") or {}, sum(chunks(spec))
    if size_of(spec) and coded:
        raise StandinError("both replication and erasure code settings cannot be specified")
    if not size_of(spec) and not coded:
        raise StandinError("pool type is not defined as replicated or erasure coded")
    if failure_domain(spec) not in types:
        raise StandinError(f"unrecognized failure domain {spec['failureDomain']}")
    if size_of(spec) == 1 and replicated.get("requireSafeReplicaSize"):
        raise StandinError(
            "error pool size is 1 and requireSafeReplicaSize is true, must be false"
        )  # fmt: skip
    if (spec.get("mirroring") or {}).get("enabled"):
        raise StandinError("mirroring is beyond the lab's stand-in operator")
    if replicated.get("hybridStorage") or (replicated.get("replicasPerFailureDomain") or 0) > 1:
        raise StandinError("hybrid and two-step CRUSH rules are beyond the lab's stand-in operator")


def bucket_types(ceph: Ceph) -> set[str]:
    return {item["name"] for item in ceph.mon("osd crush dump")["types"]}


def existing(ceph: Ceph) -> dict[str, Spec]:
    """Return the pools that Ceph has, with their properties, by name."""
    return {item["pool_name"]: item for item in ceph.mon("osd pool ls", detail="detail")}


def make(ceph: Ceph, name: str, spec: Spec, application: str, pg_num: int = 0) -> None:
    """Bring a pool to its specification."""
    have = existing(ceph).get(name)
    if size_of(spec):
        _replicated(ceph, name, spec, pg_num, have)
    elif have is None:
        _erasure_coded(ceph, name, spec, pg_num)
    if application not in ((have or {}).get("application_metadata") or {}):
        ceph.mon(
            "osd pool application enable", pool=name, app=application, yes_i_really_mean_it=True
        )  # fmt: skip
    for field, value in _quotas(spec).items():
        ceph.mon("osd pool set-quota", pool=name, field=field, val=str(value))
    for property_, value in _properties(spec).items():
        try:
            ceph.mon("osd pool set", pool=name, var=property_, val=value)
        except CephCommandError as error:  # only logged, as Rook does
            log.warning("pool %s: %s=%s: %s", name, property_, value, error)


def _replicated(ceph: Ceph, name: str, spec: Spec, pg_num: int, have: Spec | None) -> None:
    size = size_of(spec)
    if have is None:
        device_class = {"class_": spec["deviceClass"]} if spec.get("deviceClass") else {}
        ceph.mon(
            "osd crush rule create-replicated", name=name, root=spec.get("crushRoot") or "default",
            type=failure_domain(spec), **device_class,
        )  # fmt: skip
        ceph.mon(
            "osd pool create", pool=name, pg_num=pg_num, pool_type="replicated", rule=name,
            size=size, yes_i_really_mean_it=True,
        )  # fmt: skip
    elif have["size"] != size:
        ceph.mon(
            "osd pool set", pool=name, var="size", val=str(size), yes_i_really_mean_it=True
        )  # fmt: skip


def profile(name: str) -> str:
    return f"{name}_ecprofile"


def _erasure_coded(ceph: Ceph, name: str, spec: Spec, pg_num: int) -> None:
    default = ceph.mon("osd erasure-code-profile get", name="default")
    data, coding = chunks(spec)
    words = [
        f"k={data}", f"m={coding}", f"crush-failure-domain={failure_domain(spec)}",
        f"plugin={spec['erasureCoded'].get('algorithm') or default['plugin']}",
        f"technique={default['technique']}",
    ]  # fmt: skip
    words += [f"crush-root={spec['crushRoot']}"] if spec.get("crushRoot") else []
    words += [f"crush-device-class={spec['deviceClass']}"] if spec.get("deviceClass") else []
    ceph.mon("osd erasure-code-profile set", name=profile(name), profile=words)
    ceph.mon(
        "osd pool create", pool=name, pg_num=pg_num, pool_type="erasure",
        erasure_code_profile=profile(name), yes_i_really_mean_it=True,
    )  # fmt: skip
    ceph.mon("osd pool set", pool=name, var="allow_ec_overwrites", val="true")


def _properties(spec: Spec) -> dict[str, str]:
    found = {key: str(value) for key, value in (spec.get("parameters") or {}).items()}
    ratio = (spec.get("replicated") or {}).get("targetSizeRatio")
    if ratio:
        found["target_size_ratio"] = f"{ratio:g}"
    if spec.get("compressionMode"):
        found["compression_mode"] = spec["compressionMode"]
    return found


def _quotas(spec: Spec) -> dict[str, int]:
    quotas = spec.get("quotas") or {}
    found: dict[str, int] = {}
    if quotas.get("maxSize") is not None:
        found["max_bytes"] = quantity(quotas["maxSize"])
    elif quotas.get("maxBytes") is not None:
        found["max_bytes"] = quotas["maxBytes"]
    if quotas.get("maxObjects") is not None:
        found["max_objects"] = quotas["maxObjects"]
    return found


def remove(ceph: Ceph, name: str) -> None:
    """Delete a pool with its rule or profile; one that is gone is no error."""
    ceph.mon("osd pool delete", pool=name, pool2=name, yes_i_really_really_mean_it=True)
    for command in ("osd crush rule rm", "osd erasure-code-profile rm"):
        # An erasure coded pool's rule has the pool's name too.
        word = profile(name) if "profile" in command else name
        try:
            ceph.mon(command, name=word)
        except CephCommandError as error:  # still used by another pool
            log.warning("pool %s is gone: %s", name, error)
