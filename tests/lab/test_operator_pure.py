# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in operator's pure parts, its queue, and what it follows."""

from __future__ import annotations

import sys
import threading
import typing as t
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import operatorworld
from rookstandin import bluestore, cleanup, conditions, csidriver, identity, names, pools, watch
from rookstandin import mon as mons
from rookstandin.conditions import Condition
from rookstandin.context import Key
from rookstandin.errors import NotYet, StandinError
from rookstandin.identity import Identity, Mon
from rookstandin.podspec import Frame
from rookstandin.resource import Resource
from rookstandin.settings import Settings
from rookstandin.workqueue import WorkQueue

SPACE = operatorworld.SPACE
SETTINGS = Settings(SPACE, "rook:test", "IfNotPresent", True, True, False, "/var/lib/kubelet", "p")
IDENTITY = Identity(SPACE, "fsid", "mon-key", "admin-key", (Mon("a", "10.0.0.1", "w1"),))
OWNER = {"uid": "u"}


@pytest.mark.parametrize(("text", "value"), [("10", 10), ("2Gi", 2 * 1024**3), ("3k", 3000)])
def test_sizes_are_read_as_kubernetes_writes_them(text: str, value: int) -> None:
    assert pools.quantity(text) == value


@pytest.mark.parametrize("text", ["", "Gi", "1.5Gi", "2GiB", "-1"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(StandinError, match="whole number"):
        pools.quantity(text)


def test_daemons_are_named_in_order() -> None:
    assert [names.letters(index) for index in (0, 25, 26, 27, 702)] == ["a", "z", "aa", "ab", "aaa"]


def test_a_long_node_name_gives_a_job_a_name_within_the_limit() -> None:
    assert names.limited("job-{}", "w1.example") == "job-w1-example"
    assert len(names.limited("cluster-cleanup-job-{}", "n" * 60)) <= 63


def test_the_driver_is_what_its_readme_says() -> None:
    registered, node, controller = csidriver.objects(SETTINGS, OWNER)
    assert registered["spec"] == {
        "attachRequired": False, "podInfoOnMount": False, "fsGroupPolicy": "File",
    }  # fmt: skip
    pod = node["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert pod["hostPID"] and pod["hostNetwork"] and container["securityContext"]["privileged"]
    home = "/var/lib/kubelet/plugins/p.cephfs.csi.ceph.com"
    assert home in {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {"name": "ROLE", "value": "node"} in container["env"]
    assert controller["spec"]["strategy"] == {"type": "Recreate"}
    assert controller["metadata"]["ownerReferences"] == [OWNER]


def test_csis_list_has_a_cluster_once_and_keeps_the_others() -> None:
    one = identity.csi_config('[{"clusterID": "other"}]', IDENTITY, SPACE)
    assert identity.csi_config(one, IDENTITY, SPACE) == one
    assert '"clusterID": "other"' in identity.csi_config(one, None, SPACE)
    assert SPACE not in identity.csi_config(one, None, SPACE)


def test_a_false_condition_makes_the_state_an_error() -> None:
    failed = Condition("Progressing", False, "ClusterProgressing", "no")
    status = conditions.cluster_status({}, failed, "now")
    assert (status["phase"], status["state"], status["message"]) == ("Progressing", "Error", "no")


def test_a_cluster_that_is_being_deleted_stays_so() -> None:
    made = Condition("Ready", True, "ClusterCreated", "made")
    assert "phase" not in conditions.cluster_status({"phase": "Deleting"}, made, "now")


def node(name: str, ready: str = "True", **spec: t.Any) -> dict[str, t.Any]:
    return {
        "metadata": {"name": name, "labels": {mons.HOSTNAME: name}}, "spec": spec,
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }  # fmt: skip


def frame(**spec: t.Any) -> Frame:
    meta = {"name": "c", "namespace": SPACE, "uid": "u"}
    return Frame(Resource({"kind": "CephCluster", "metadata": meta, "spec": spec}), "fsid")


def test_mons_go_to_different_nodes_and_stay_there() -> None:
    taint = {"key": "k", "effect": "NoSchedule"}
    nodes = [node("w2"), node("w1"), node("w3"), node("w4", taints=[taint])]
    placed = mons.place(frame(), nodes, ())
    assert placed == [("a", "w1"), ("b", "w2"), ("c", "w3")]
    kept = tuple(Mon(name, "10.0.0.1", host) for name, host in placed[1:])
    assert mons.place(frame(), nodes, kept) == [*placed[1:], ("a", "w1")]


def test_too_few_nodes_for_the_mons_are_refused_in_rooks_words() -> None:
    with pytest.raises(StandinError, match=r"cannot start 3 mons on 2 node\(s\)"):
        mons.place(frame(), [node("w1"), node("w2"), node("w3", ready="False")], ())
    both = frame(mon={"count": 3, "allowMultiplePerNode": True})
    assert len(mons.place(both, [node("w1"), node("w2")], ())) == 3


def text(value: str) -> bytes:
    return len(value).to_bytes(4, "little") + value.encode()


def label(fsid: str) -> bytes:
    uuid = "00000000-0000-0000-0000-000000000001"
    pairs = {"ceph_fsid": fsid, "whoami": "7"}
    data = bluestore.MAGIC + uuid.encode() + b"\n" + bytes(38) + text("main")
    data += len(pairs).to_bytes(4, "little")
    for key, value in pairs.items():
        data += text(key) + text(value)
    return data.ljust(bluestore.BLOCK, b"\0")


def test_labels_are_found_wherever_the_device_has_room_for_one(tmp_path: Path) -> None:
    device = tmp_path / "device"
    with device.open("wb") as file:
        file.write(label("one"))
        file.seek(bluestore.GIB)
        file.write(label("two"))
        file.truncate(2 * bluestore.GIB)
    found = bluestore.labels(str(device))
    assert {offset: (item.fsid, item.osd_id) for offset, item in found.items()} == {
        0: ("one", 7), bluestore.GIB: ("two", 7),
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/var/lib", "/etc", "rook", "/var"])
def test_the_hosts_own_directories_are_never_cleaned(path: str) -> None:
    assert not cleanup.allowed(path)
    assert cleanup.allowed("/var/lib/rook")


def test_a_directory_is_cleaned_of_one_cluster_only(tmp_path: Path) -> None:
    for name, key in (("mon-a", "ours"), ("mon-b", "theirs")):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "data/keyring").write_text(f"key = {key}")
    (tmp_path / SPACE / "log").mkdir(parents=True)
    cleanup.clean_directory(tmp_path, SPACE, "ours")
    assert [path.name for path in tmp_path.iterdir()] == ["mon-b"]


def body(kind: str, **meta: t.Any) -> dict[str, t.Any]:
    return {"kind": kind, "metadata": {"name": "n", "namespace": SPACE, "uid": "u", **meta}}


def test_the_operators_own_writes_are_no_news() -> None:
    changes = watch.Changes()
    pool = body("CephBlockPool", generation=1)
    assert changes.resource(None, pool, "op") == [Key("CephBlockPool", SPACE, "n")]
    assert changes.resource("MODIFIED", {**pool, "status": {"phase": "Ready"}}, "op") == []
    assert changes.resource("MODIFIED", body("CephBlockPool", generation=2), "op") != []
    assert changes.resource("DELETED", pool, "op") == [Key("holders", SPACE)]
    assert changes.resource("ADDED", body("CephBlockPool", generation=2), "op") != []


def test_a_cluster_that_is_gone_ends_the_driver_and_starts_the_cleaning() -> None:
    gone = watch.Changes().resource("DELETED", body("CephCluster"), "op")
    assert gone == [Key("csi", "op"), Key("cleanup", SPACE)]


def test_a_deployment_that_somebody_deletes_is_made_again() -> None:
    owner = {"apiVersion": names.API_VERSION, "kind": "CephCluster", "name": "c"}
    deployment = body("Deployment", ownerReferences=[owner])
    assert watch.owned("MODIFIED", deployment) == []
    assert watch.owned("DELETED", deployment) == [Key("CephCluster", SPACE, "c")]


def test_jobs_are_news_when_they_end_or_have_not_begun() -> None:
    owner = {"apiVersion": names.API_VERSION, "kind": "CephCluster", "name": "c"}
    prepare = body("Job", labels={"app": "rook-ceph-osd-prepare"}, ownerReferences=[owner])
    assert watch.job("MODIFIED", {**prepare, "spec": {}}) == []
    ended = {"conditions": [{"type": "Complete"}]}
    assert watch.job("MODIFIED", {**prepare, "spec": {}, "status": ended}) == [
        Key("CephCluster", SPACE, "c")
    ]
    cleaning = body("Job", labels={"app": "rook-ceph-cleanup"})
    assert watch.job(None, {**cleaning, "spec": {"suspend": True}}) == [Key("cleanup", SPACE)]
    assert watch.job(None, {**cleaning, "spec": {}}) == []


def test_the_queue_runs_a_key_alone_and_again_when_asked() -> None:
    runs: list[str] = []
    together, done = [], threading.Event()
    inside = threading.Lock()

    def work(key: str) -> float | None:
        together.append(not inside.acquire(blocking=False))
        runs.append(key)
        queue.add(key) if len(runs) < 3 else done.set()
        inside.release()
        if len(runs) == 1:
            raise NotYet("later", 0.01)
        return None

    queue: WorkQueue[str] = WorkQueue(work, lambda key, error: None)
    queue.start()
    queue.add("a")
    assert done.wait(5)
    queue.stop()
    assert runs[:3] == ["a"] * 3
    assert not any(together)


def test_the_queue_keeps_a_key_although_telling_of_its_failure_fails() -> None:
    done = threading.Event()

    def failed(key: str, error: BaseException) -> float | None:
        done.set()
        return 0.01

    def work(key: str) -> float | None:
        raise ValueError("no")

    queue: WorkQueue[str] = WorkQueue(work, failed)
    queue.start()
    queue.add("a")
    assert done.wait(5)
    queue.stop()


def test_everything_that_has_a_controller_is_followed() -> None:
    kopf = pytest.importorskip("kopf", reason="kopf is not installed")
    from rookstandin import __main__ as program

    class Holder:
        namespace = SPACE

    registry = kopf.OperatorRegistry()
    program.configure(registry)
    program.follow(registry, t.cast(t.Any, Holder()))
    followed = {handler.selector.kind for handler in registry._watching.get_all_handlers()}
    assert set(program.WATCHED) <= followed
