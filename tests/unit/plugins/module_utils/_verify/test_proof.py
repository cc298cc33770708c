# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof as a whole, on a cluster in memory whose pods really write, read and lock."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Outcome
from ansible_collections.rookery.rook.plugins.module_utils._errors import ProofFailed
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._verify import (
    clearing,
    objects,
    procedures,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import World
from ansible_collections.rookery.rook.plugins.module_utils._verify.leftovers import leftovers
from ansible_collections.rookery.rook.plugins.module_utils._verify.places import Place
from ansible_collections.rookery.rook.plugins.module_utils._verify.probes import Probe, probes_of
from ansible_collections.rookery.rook.plugins.module_utils._verify.proof import (
    Proof,
    prove,
    remove,
)
from ansible_collections.rookery.rook.plugins.module_utils._verify.result import outcome
from ansible_collections.rookery.rook.plugins.modules import rook_verify
from proofworld import ProofWorld, csi_node

FILES, BLOCK = "StorageClass//files", "StorageClass//block"
BUCKET = "CephObjectStore/rook-ceph/objects"


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProofWorld:
    monkeypatch.setattr(procedures, "MIB", "1")
    monkeypatch.setattr(clearing, "LEAST_SECONDS", 1)
    return ProofWorld(tmp_path)


def world(cluster: ProofWorld, site: Site, timeout: float = 30) -> World:
    return World(cluster, site, "registry.example/ceph:v1", timeout, lambda _text: None)


def proven(
    cluster: ProofWorld, site: Site, classes: t.Sequence[str] = (), timeout: float = 30
) -> Proof:
    known = probes_of(site, ())[0]
    return prove(world(cluster, site, timeout), probes_of(site, classes)[0], known)


def only(site: Site, kind: str) -> tuple[Probe, ...]:
    return tuple(probe for probe in probes_of(site, ())[0] if probe.kind == kind)


def rows(proof: Proof, target: str) -> list[dict[str, t.Any]]:
    return [row for row in outcome(proof, 1.0)["evidence"] if row["target"] == target]


def nothing_left(cluster: ProofWorld, site: Site) -> bool:
    return not leftovers(cluster, site) and not cluster.names("ConfigMap")


def test_everything_is_proven_with_evidence_and_nothing_is_left(
    cluster: ProofWorld, whole_site: Site
) -> None:
    proof = proven(cluster, whole_site)
    proof.check()
    result = outcome(proof, 1.0)
    assert {row["target"]: row["outcome"] for row in result["probes"]} == {
        FILES: "proven", BLOCK: "proven", BUCKET: "proven",
    }  # fmt: skip
    assert result["changed"] is False and result["summary"] == "3 of 3 proven in 1.0 s"
    assert nothing_left(cluster, whole_site)
    assert cluster.names("PersistentVolume") == cluster.names("PersistentVolumeClaim") == []


def test_files_are_written_and_read_across_nodes_and_found_after_a_move(
    cluster: ProofWorld, whole_site: Site
) -> None:
    found = rows(proven(cluster, whole_site, ["files"]), FILES)
    hashes = {(row["what"].split()[0], row["sha256"]) for row in found if row.get("sha256")}
    assert len(hashes) == 2, "two files, each with one hash wherever it was read"
    where = [(row["act"], row["what"].split()[0], row["node"]) for row in found]
    assert {("write", "/proof/from-a", "w1"), ("read", "/proof/from-a", "w2")} <= set(where)
    assert {("write", "/proof/from-b", "w2"), ("read", "/proof/from-b", "w1")} <= set(where)
    assert {("read", "/proof/from-a", "w3"), ("read", "/proof/from-b", "w3")} <= set(where)
    looks = [row["answer"]["locked_by_other"] for row in found if row["act"] == "try"]
    assert looks[0] is True and looks[-1] is False
    assert {row["bytes"] for row in found} == {None, 1 << 20}


def test_block_says_why_it_was_proven_through_librbd(cluster: ProofWorld, whole_site: Site) -> None:
    note = rows(proven(cluster, whole_site, ["block"]), BLOCK)[-1]
    assert note["act"] == "proven through librbd"
    assert "rook-ceph.rbd.csi.ceph.com runs on no node" in note["what"]
    for name in ("w1", "w2"):
        cluster.store(csi_node(name, "cephfs", "rbd"))
    note = rows(proven(cluster, whole_site, ["block"]), BLOCK)[-1]
    assert "no rbd module" in note["what"]


def test_all_evidence_has_the_shape_that_is_documented(
    cluster: ProofWorld, whole_site: Site
) -> None:
    evidence = outcome(proven(cluster, whole_site), 1.0)["evidence"]
    documented = yaml.safe_load(rook_verify.RETURN)["evidence"]["contains"]
    assert {tuple(sorted(row)) for row in evidence} == {tuple(sorted(documented))}
    (note,) = (row for row in evidence if not row["pod"])
    assert note["node"] == "" and note["sha256"] is note["bytes"] is None
    assert note["seconds"] == 0 and note["answer"] == {}


def test_block_is_proven_as_a_mounted_claim_where_the_kernel_allows_it(
    cluster: ProofWorld, whole_site: Site
) -> None:
    for name in ("w2", "w3"):
        cluster.store(csi_node(name, "cephfs", "rbd"))
    cluster.answers["block.py", "kernel"] = {"rbd": True}
    found = rows(proven(cluster, whole_site, ["block"]), BLOCK)
    mounted = [row for row in found if row["what"].startswith("/proof/mounted")]
    assert [(row["act"], row["node"]) for row in mounted] == [("write", "w2"), ("read", "w3")]
    assert mounted[0]["sha256"] == mounted[1]["sha256"]
    assert found[-1]["act"] == "proven as a mounted claim"
    assert nothing_left(cluster, whole_site)


def test_an_image_that_was_removed_is_not_told_to_be_left_when_the_mounted_claim_fails(
    cluster: ProofWorld, whole_site: Site
) -> None:
    for name in ("w2", "w3"):
        cluster.store(csi_node(name, "cephfs", "rbd"))
    cluster.answers["block.py", "kernel"] = {"rbd": True}
    cluster.answers["shared.py", "read"] = {"sha256": "00", "bytes": 1}
    (found,) = (
        item for item in proven(cluster, whole_site, ["block"]).findings
        if item.probe.target == BLOCK
    )  # fmt: skip
    assert found.problem.startswith("the pod that was moved read mounted with hash 00")
    assert "not removed" not in found.problem and nothing_left(cluster, whole_site)


@pytest.mark.parametrize(
    ("call", "answer", "words"),
    [
        (("shared.py", "read"), {"sha256": "00", "bytes": 1}, "read from-a with hash 00"),
        (("shared.py", "try"), {"locked_by_other": False}, "was given the lock"),
        (("shared.py", "write"), Outcome(1, "", "a\nOSError: no space"), "OSError: no space"),
        (("shared.py", "write"), Outcome(None, "", ""), "still running after"),
        (("shared.py", "write"), Outcome(0, "Hello", ""), "gave no answer: Hello"),
        (("s3.py", "get"), {"sha256": "00", "bytes": 1}, "with other hashes"),
        (("s3.py", "list"), {"keys": []}, "lists [] instead of ['object']"),
        (("s3.py", "remove"), {"removed": False}, "still there after it was removed"),
        (("block.py", "read"), {"sha256": "00", "bytes": 1}, "read the image with hash 00"),
        (("block.py", "remove"), {"removed": False}, "still there after it was removed"),
    ],
)
def test_one_failed_probe_is_named_and_leaves_nothing_and_the_others_go_on(
    cluster: ProofWorld, whole_site: Site, call: tuple[str, str], answer: t.Any, words: str
) -> None:
    cluster.answers[call] = answer
    proof = proven(cluster, whole_site)
    with pytest.raises(ProofFailed) as caught:
        proof.check()
    assert words in str(caught.value)
    assert len(caught.value.problems) == 1
    assert nothing_left(cluster, whole_site)


def test_a_pod_that_does_not_start_is_named_with_its_last_event(
    cluster: ProofWorld, whole_site: Site
) -> None:
    name = "rookery-proof-files-files-b"
    waiting = {"reason": "ContainerCreating"}
    cluster.stuck_pods[name] = {
        "phase": "Pending",
        "containerStatuses": [{"name": "proof", "state": {"waiting": waiting}}],
    }
    cluster.told = [{"reason": "FailedMount", "message": "no such file system"}]
    proof = proven(cluster, whole_site, ["files"], timeout=5.0)
    problem = proof.findings[0].problem
    assert f"Pod/rook-ceph/{name}" in problem and "ContainerCreating" in problem
    assert "last event: FailedMount: no such file system" in problem
    assert nothing_left(cluster, whole_site)


def test_two_nodes_are_needed_and_the_others_are_told_with_their_reasons(
    tmp_path: Path, whole_site: Site
) -> None:
    cluster = ProofWorld(tmp_path, ["w1"])
    problem = proven(cluster, whole_site, ["files"]).findings[0].problem
    assert "there is only w1" in problem and "cp1: the model does not name it" in problem


def test_what_an_interrupted_proof_left_is_removed_first_and_told(
    cluster: ProofWorld, whole_site: Site
) -> None:
    interrupt(cluster, whole_site)
    proof = proven(cluster, whole_site)
    proof.check()
    result = outcome(proof, 1.0)
    assert result["changed"] is True and "5 leftovers" in result["summary"]
    assert "Pod/rook-ceph/rookery-proof-bucket-objects-a" in result["removed"]
    assert nothing_left(cluster, whole_site)


def interrupt(cluster: ProofWorld, site: Site) -> None:
    """Leave what a proof that was killed leaves."""
    cluster.create(objects.programs(site))
    for kind in ("files", "bucket"):
        (probe,) = only(site, kind)
        place = Place("w1", "w1.local")
        cluster.create(objects.pod(site, probe, "a", place, "registry.example/ceph:v1"))
    (files,) = only(site, "files")
    cluster.create(objects.claim(site, files, "ReadWriteMany"))


def test_removing_only_also_takes_the_bucket_that_was_left(
    cluster: ProofWorld, whole_site: Site
) -> None:
    interrupt(cluster, whole_site)
    proof = remove(world(cluster, whole_site), probes_of(whole_site, ())[0])
    proof.check()
    assert len(proof.removed) == 5 and proof.findings == ()
    assert {(script, act) for _pod, script, act in cluster.ran} == {("s3.py", "remove")}
    assert nothing_left(cluster, whole_site)


def test_what_the_model_does_not_tell_how_to_remove_stays_until_it_does(
    cluster: ProofWorld, whole_site: Site
) -> None:
    interrupt(cluster, whole_site)
    pod = "rookery-proof-bucket-objects-a"
    for removed in (4, 0):
        proof = remove(world(cluster, whole_site), only(whole_site, "files"))
        proof.check()
        assert len(proof.removed) == removed and cluster.names("Pod") == [pod]
        (words,) = proof.warnings
        assert "rookery-proof-bucket-objects" in words and f"Pod/rook-ceph/{pod}" in words
    assert cluster.ran == [] and cluster.names("ConfigMap") == []
    proof = remove(world(cluster, whole_site), probes_of(whole_site, ())[0])
    assert len(proof.removed) == 1 and proof.warnings == ()
    assert cluster.ran == [(pod, "s3.py", "remove")] and nothing_left(cluster, whole_site)


def test_a_proof_keeps_what_tells_of_a_bucket_or_an_image_that_the_model_does_not(
    cluster: ProofWorld, whole_site: Site
) -> None:
    interrupt(cluster, whole_site)
    interrupted_block(cluster, whole_site)
    pods = ["rookery-proof-block-block-a", "rookery-proof-bucket-objects-a"]
    files = only(whole_site, "files")
    for probes, removed in ((files, 4), (files, 0), ((), 0)):
        proof = prove(world(cluster, whole_site), probes, files)
        proof.check()
        assert len(proof.removed) == removed and cluster.names("Pod") == pods
        bucket, image = proof.warnings
        assert "hold bucket rookery-proof-bucket-objects," in bucket and pods[1] in bucket
        assert "hold image replicapool/rookery-proof-block-block," in image and pods[0] in image
    assert {script for _pod, script, _act in cluster.ran} == {"shared.py"}
    proof = proven(cluster, whole_site)
    assert len(proof.removed) == 2 and proof.warnings == () and nothing_left(cluster, whole_site)


def interrupted_block(cluster: ProofWorld, site: Site, pool: str = "replicapool") -> None:
    """Leave the image of a class, as it is on a pool, and the pod that tells of it."""
    (probe,) = (dataclasses.replace(probe, pool=pool) for probe in only(site, "block"))
    place = Place("w1", "w1.local")
    cluster.create(objects.pod(site, probe, "a", place, "registry.example/ceph:v1"))
    cluster.sizes[f"{pool}/{probe.name}"] = {"sha256": "00", "bytes": 1}


@pytest.mark.parametrize("pool", ["replicapool", "its-earlier-pool"])
@pytest.mark.parametrize("classes", [[], ["files"]])
def test_an_image_is_removed_where_it_was_made_whatever_is_proven_now(
    cluster: ProofWorld, whole_site: Site, pool: str, classes: list[str]
) -> None:
    interrupted_block(cluster, whole_site, pool)
    proof = proven(cluster, whole_site, classes)
    proof.check()
    assert len(proof.removed) == 1 and proof.warnings == ()
    assert f"{pool}/rookery-proof-block-block" not in cluster.sizes
    assert nothing_left(cluster, whole_site)


@pytest.mark.parametrize("classes", [[], ["files"]])
def test_an_image_that_a_proof_could_not_remove_is_a_warning(
    cluster: ProofWorld, whole_site: Site, classes: list[str]
) -> None:
    interrupted_block(cluster, whole_site)
    cluster.answers["block.py", "remove"] = Outcome(1, "", "no monitors")
    (words,) = proven(cluster, whole_site, classes).warnings
    assert "replicapool/rookery-proof-block-block, which a proof made" in words
    assert "no monitors" in words and nothing_left(cluster, whole_site)


def test_an_image_that_a_failing_proof_did_remove_is_none(
    cluster: ProofWorld, whole_site: Site
) -> None:
    interrupted_block(cluster, whole_site)
    cluster.answers["block.py", "read"] = Outcome(1, "", "no answer")
    proof = proven(cluster, whole_site)
    assert proof.warnings == () and any(item.problem for item in proof.findings)


def test_a_pod_with_a_claim_tells_of_no_image_and_does_not_stay(
    cluster: ProofWorld, whole_site: Site
) -> None:
    (probe,) = only(whole_site, "block")
    place, extra = Place("w1", "w1.local"), [objects.claimed(probe)]
    cluster.create(objects.pod(whole_site, probe, "m", place, "registry.example/ceph:v1", extra))
    proof = remove(world(cluster, whole_site), ())
    assert len(proof.removed) == 1 and proof.warnings == ()


def test_a_bucket_that_cannot_be_removed_is_a_warning(
    cluster: ProofWorld, whole_site: Site
) -> None:
    interrupt(cluster, whole_site)
    cluster.answers["s3.py", "remove"] = Outcome(1, "", "no gateway")
    proof = remove(world(cluster, whole_site), probes_of(whole_site, ())[0])
    proof.check()
    assert "rookery-proof-bucket-objects" in proof.warnings[0] and "no gateway" in proof.warnings[0]


def test_removing_from_a_clean_site_asks_for_no_node_and_writes_nothing(
    cluster: ProofWorld, whole_site: Site
) -> None:
    assert remove(world(cluster, whole_site), probes_of(whole_site, ())[0]) == Proof(())
    assert cluster.writes == []


def test_a_volume_of_a_class_that_keeps_volumes_goes_too(
    cluster: ProofWorld, whole_site: Site
) -> None:
    cluster.reclaim = "Retain"
    proven(cluster, whole_site, ["files"]).check()
    assert cluster.names("PersistentVolume") == []


def test_an_object_that_does_not_go_is_told_with_what_holds_it_and_the_way_on(
    cluster: ProofWorld, whole_site: Site
) -> None:
    cluster.kept.add("rookery-proof-files-files-b")
    proof = proven(cluster, whole_site, ["files"], timeout=4.0)
    with pytest.raises(ProofFailed, match=r"finalizers hold it: keep[\s\S]*Run this again"):
        proof.check()


def test_the_objects_of_others_are_not_touched(cluster: ProofWorld, whole_site: Site) -> None:
    foreign = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "rookery-proof-mine", "namespace": "rook-ceph"},
    }
    cluster.store(foreign)
    proven(cluster, whole_site).check()
    assert cluster.names("Pod") == ["rookery-proof-mine"]
