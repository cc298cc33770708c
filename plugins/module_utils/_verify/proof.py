# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The whole proof: remove what an interrupted one left, probe at the same time, remove it all."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ProofFailed,
    RookeryError,
)
from ansible_collections.rookery.rook.plugins.module_utils._kinds import id_of
from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import Bench
from ansible_collections.rookery.rook.plugins.module_utils._verify.clearing import (
    clear,
    pool_of,
    probe_of,
    untold,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.leftovers import leftovers
from ansible_collections.rookery.rook.plugins.module_utils._verify.objects import programs
from ansible_collections.rookery.rook.plugins.module_utils._verify.places import find_places
from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import in_ceph
from ansible_collections.rookery.rook.plugins.module_utils._verify.procedures import (
    PROCEDURES,
    tidy,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Object
    from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import Told, World
    from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import Probe


_UNTOLD = (
    "Ceph may still hold {0}, which an interrupted proof made, and the given model has no storage "
    "class, or object store with a user, to remove it by. What tells of it stays: {1}. Run this "
    "again with the model that was proven; where what held it or Ceph is no more, delete these pods"
)
_WAY_ON = "Run this again when the reason is gone: it begins by removing them."


@dataclasses.dataclass(frozen=True)
class Finding:
    """What became of one probe. Without a problem it is proven."""

    probe: Probe
    seconds: float
    evidence: tuple[Told, ...]
    problem: str = ""


@dataclasses.dataclass(frozen=True)
class Proof:
    """Findings, what an earlier proof had left, and why something of this one is still there."""

    removed: tuple[Object, ...]
    findings: tuple[Finding, ...] = ()
    left: str = ""
    warnings: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise when a probe failed, or when objects of the proof are not gone."""
        problems = {item.probe.target: item.problem for item in self.findings if item.problem}
        if self.left:
            problems["objects of the proof"] = f"{self.left}\n{_WAY_ON}"
        if problems:
            raise ProofFailed(problems)


def prove(world: World, probes: Sequence[Probe], known: Collection[Probe]) -> Proof:
    """Do all probes at the same time. Their objects are gone afterwards, however they ended.

    known are all probes of the model. What an interrupted proof left is removed first, save what a
    probe removes itself when it begins.
    """
    cleared = remove(world, known, probes)
    if not probes:
        return cleared
    names = {probe.name for probe in known}
    proof = _with_programs(
        world, cleared.removed, probes, lambda bench: PROCEDURES[bench.probe.kind](bench), names
    )
    made = _made(cleared.removed, known)
    doubts = _doubts(item for item in proof.findings if item.probe in made)
    return dataclasses.replace(proof, warnings=(*cleared.warnings, *doubts))


def remove(world: World, probes: Collection[Probe], proven: Collection[Probe] = ()) -> Proof:
    """Remove what an interrupted proof left, in Kubernetes and then in Ceph.

    Only a probe whose own objects were left can have left something in Ceph; of one that is not
    given these stay. Those that are to be proven remove it themselves. Ceph may be gone or broken
    already, so that what cannot be removed from it is a warning.
    """
    names = {probe.name for probe in probes}
    removed = clear(world, names)
    warnings = untold_words(leftovers(world.client, world.site), names)
    left = [probe for probe in _made(removed, probes) if probe not in proven]
    if not left:
        return Proof(removed, warnings=warnings)
    tidied = _with_programs(world, removed, left, tidy, names)
    return Proof(removed, left=tidied.left, warnings=(*warnings, *_doubts(tidied.findings)))


def untold_words(found: Iterable[Object], names: Collection[str]) -> tuple[str, ...]:
    """Return a warning for each bucket or image, not of the named probes, of which pods stay."""
    pods: dict[str, list[str]] = {}
    for item in untold(found, names):
        pods.setdefault(in_ceph(probe_of(item), pool_of(item)), []).append(id_of(item))
    return tuple(_UNTOLD.format(made, ", ".join(pods[made])) for made in sorted(pods))


def _made(removed: Iterable[Object], probes: Iterable[Probe]) -> list[Probe]:
    """Return the probes of which removed pods tell that they made something, with its pool."""
    known = {probe.name: probe for probe in probes}
    pods = [(known[probe_of(pod)], pool_of(pod)) for pod in untold(removed, ())]
    made = (dataclasses.replace(probe, pool=pool or probe.pool) for probe, pool in pods)
    return list(dict.fromkeys(made))


def _doubts(findings: Iterable[Finding]) -> list[str]:
    """Return a warning for each probe that was to remove what an earlier one made, and did not."""
    return [
        f"{item.probe.target} may still hold {in_ceph(item.probe.name, item.probe.pool)}, which a "
        f"proof made: {item.problem}"
        for item in findings
        if item.problem and not any(row["answer"].get("removed") for row in item.evidence)
    ]


def _with_programs(
    world: World,
    removed: tuple[Object, ...],
    probes: Sequence[Probe],
    procedure: Callable[[Bench], None],
    names: Collection[str],
) -> Proof:
    """Do a procedure for each probe in a thread of its own, and clear the named in any case."""
    nodes = world.client.list("v1", "Node").items
    csi_nodes = world.client.list("storage.k8s.io/v1", "CSINode").items
    places = find_places(nodes, csi_nodes, [host.name for host in world.site.hosts])
    world.client.create(programs(world.site))
    left = ""
    try:
        with concurrent.futures.ThreadPoolExecutor(len(probes)) as pool:
            benches = [Bench(world, probe, places) for probe in probes]
            findings = tuple(pool.map(lambda bench: _one(bench, procedure), benches))
    finally:
        left = _why_left(world, names)
    return Proof(removed, findings, left)


def _why_left(world: World, names: Collection[str]) -> str:
    """Remove what is of the named probes; return why something of it is still there."""
    try:
        clear(world, names)
    except RookeryError as problem:
        return str(problem)
    return ""


def _one(bench: Bench, procedure: Callable[[Bench], None]) -> Finding:
    """Do one procedure; its failure is a finding, so that the others go on."""
    problem = ""
    try:
        procedure(bench)
    except RookeryError as error:
        problem = "; ".join(filter(None, (str(error), bench.undo())))
    finally:
        bench.close()
    return Finding(bench.probe, bench.seconds(), tuple(bench.evidence), problem)
