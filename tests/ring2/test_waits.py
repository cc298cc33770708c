# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait says on what, ends early when it can, outlives the API's absence, and has a timeline."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import ssl
import threading
import time
import typing as t
import urllib.request
from pathlib import Path

import pytest
from acting import Acting
from ansible_collections.rookery.rook.plugins.module_utils._clients import watching
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Feed, Topic
from ansible_collections.rookery.rook.plugins.module_utils._waiter import CAP_FACTOR, TICK_SECONDS
from ansible_collections.rookery.rook.plugins.modules import rook_wait
from conftest import HOSTS, MODEL, MODULES, Run, run_module
from controlplane import ControlPlane
from faults import Fault, Proxy
from raw import CEPH, Raw

KEY = "AQ" + "k" * 38 + "=="
LOG = f"""\
2026-01-01 00:00:00.000000 I | rookcmd: starting Rook
2026-01-01 00:00:01.000000 E | ceph-block-pool-controller: failed to create pool, key = {KEY}
2026-01-01 00:00:02.000000 I | op-k8sutil: waiting
"""
POOL = f"{CEPH}/cephblockpools/replicapool"
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
AWAY_SECONDS = 2
# The limit of a wait that is to be too long; within it, a busy API shows what there is.
LATE_SECONDS = 5
DRIVER = "rook-ceph.cephfs.csi.ceph.com"


@pytest.fixture(name="site")
def _site(run: Run, raw: Raw) -> Run:
    """A site whose operator has gone."""
    with Acting(raw, HOSTS):
        done = run("rook_site", wait_timeout=60)
    assert done.get("failed") is None, done["msg"]
    return run


class Kubelet(http.server.BaseHTTPRequestHandler):
    """Serves the log of every container."""

    def do_GET(self) -> None:
        content = LOG.encode() if self.path.startswith("/containerLogs/") else b""
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: t.Any) -> None:
        """Nobody asks for it."""


@contextlib.contextmanager
def kubelet(plane: ControlPlane) -> t.Iterator[int]:
    """Serve as a kubelet, and give the port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Kubelet)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(*plane.authority.issue("kubelet", "kubelet"))
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def add_node(raw: Raw, name: str, port: int = 0) -> None:
    """Make a node that takes pods, and tell where its kubelet is."""
    raw("POST", "/api/v1/nodes", {"metadata": {"name": name}})
    raw.merge(f"/api/v1/nodes/{name}", {"spec": {"taints": []}})
    raw.merge(f"/api/v1/nodes/{name}/status", {"status": {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
    }})  # fmt: skip


class Following:
    """A wait for parts of the site, and what happens once it follows some kinds."""

    def __init__(
        self, plane: ControlPlane, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        self._plane, self._capsys = plane, capsys
        self._told: list[str] = []
        monkeypatch.setattr(
            rook_wait.CollectionModule, "log", lambda _module, text: self._told.append(text)
        )

    def __call__(
        self, objects: list[str], kinds: set[str], reason: str, act: t.Callable[[], t.Any]
    ) -> dict[str, t.Any]:
        """Wait, and act when that is the reason and the kinds are watched; return how it ended."""
        ended: list[BaseException | None] = []
        over = threading.Event()

        def later() -> None:
            try:
                _until(lambda: any(text.endswith(reason) for text in self._told))
                _until(lambda: kinds <= {each.kind for each in proxy.log if each.verb == "watch"})
                act()
                ended.append(None)
            except BaseException as problem:
                ended.append(problem)
            # What a thread has started, such as an API server, dies with it.
            over.wait(200)

        with Proxy(self._plane) as proxy:
            kubeconfig = proxy.kubeconfig(self._plane.folder / "admin.conf")
            thread = threading.Thread(target=later)
            thread.start()
            asked = {**MODEL, "objects": objects, "wait_timeout": 150}
            done = run_module(self._capsys, kubeconfig, MODULES["rook_wait"], False, **asked)
            over.set()
            thread.join()
        assert ended == [None]
        assert done.get("failed") is None, done["msg"]
        return done


@pytest.fixture(name="following")
def _following(
    plane: ControlPlane, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Following:
    return Following(plane, capsys, monkeypatch)


def test_a_time_out_tells_what_is_missing_and_what_others_said_last(
    site: Run, raw: Raw, plane: ControlPlane
) -> None:
    raw.merge(f"{POOL}/status", {"status": {"phase": "Progressing"}})
    details = {"OSD_DOWN": {"message": "1 osds down", "severity": "HEALTH_ERR"}}
    ceph = {"status": {"ceph": {"health": "HEALTH_ERR", "details": details}}}
    raw.merge(f"{CEPH}/cephclusters/rook-ceph/status", ceph)
    meta = raw("GET", POOL)["metadata"]
    raw("POST", "/api/v1/namespaces/rook-ceph/events", {
        "metadata": {"name": "event-1"}, "type": "Warning", "reason": "ReconcileFailed",
        "message": "no OSD takes the pool, token=TOP-SECRET",
        "involvedObject": {
            "kind": "CephBlockPool", "name": meta["name"], "namespace": "rook-ceph",
            "uid": meta["uid"],
        },
    })  # fmt: skip
    with kubelet(plane) as port:
        add_node(raw, "w1", port)
        raw("POST", "/api/v1/namespaces/rook-ceph/pods", {
            "metadata": {"name": "operator-1", "labels": {"app": "rook-ceph-operator"}},
            "spec": {
                "nodeName": "w1", "containers": [{"name": "rook-ceph-operator", "image": "none"}],
            },
        })  # fmt: skip
        ended = site("rook_wait", objects=["CephBlockPool/replicapool"], wait_timeout=LATE_SECONDS)
    target = "CephBlockPool/rook-ceph/replicapool"
    *told, down, none = ended["msg"].splitlines()[1:]
    assert down.startswith("Diagnosis OSD-DOWN") and none.startswith("Diagnosis OSD-NONE")
    assert ended["failed"] and told == [
        f"{target}: phase is Progressing",
        f"{target}: last event: ReconcileFailed: no OSD takes the pool, token=(hidden)",
        "The operator, Pod/rook-ceph/operator-1: last error in its log: 2026-01-01 00:00:01.000000 "
        "E | ceph-block-pool-controller: failed to create pool, key = (hidden)",
        "CephCluster/rook-ceph/rook-ceph: Ceph is in HEALTH_ERR: OSD_DOWN 1 osds down",
    ]
    (waited,) = ended["waited"]
    most = CAP_FACTOR * LATE_SECONDS + 2 * TICK_SECONDS
    assert waited["outcome"] == "timeout" and LATE_SECONDS <= waited["seconds"] < most
    assert KEY not in str(ended) and "TOP-SECRET" not in str(ended)


def test_a_site_that_times_out_keeps_its_timeline(site: Run, raw: Raw) -> None:
    raw.merge(f"{POOL}/status", {"status": {"phase": "Progressing"}})
    ended = site("rook_site", wait_timeout=LATE_SECONDS)
    assert ended["failed"] and "CephBlockPool/rook-ceph/replicapool: phase is" in ended["msg"]
    outcomes = {row["id"]: row["outcome"] for row in ended["waited"]}
    assert outcomes["CephBlockPool/rook-ceph/replicapool"] == "timeout"
    assert outcomes["CephCluster/rook-ceph/rook-ceph"] == "ready"


def test_a_timeline_tells_when_each_part_became_ready(run: Run, raw: Raw) -> None:
    with Acting(raw, HOSTS):
        done = run("rook_site", wait_timeout=60)
    assert done.get("failed") is None, done["msg"]
    rows = {row["id"]: row for row in done["waited"]}
    cluster = rows["CephCluster/rook-ceph/rook-ceph"]
    names = [part["id"] for part in cluster["parts"]]
    assert sorted(names) == sorted(
        f"Deployment/rook-ceph/rook-ceph-{sort}-{number}"
        for sort, count in (("mon", 3), ("mgr", 2), ("osd", 3))
        for number in range(count)
    )
    times = [part["seconds"] for part in cluster["parts"]]
    assert times == sorted(times) and times[0] >= 0 and times[-1] <= cluster["seconds"]
    # The file system is waited for after the cluster, on the same scale.
    files = rows["CephFilesystem/rook-ceph/myfs"]
    # Each of the three is rounded.
    later = files["began"] - (cluster["began"] + cluster["seconds"])
    assert cluster["began"] > 0 and round(later, 1) >= -0.1
    assert [part["id"] for part in files["parts"]] == ["Deployment/rook-ceph/rook-ceph-mds-myfs"]


def test_a_state_that_cannot_recover_ends_a_wait_at_once(site: Run, raw: Raw) -> None:
    words = "no osds available for the device class fast"
    status = {"phase": "Failure", "conditions": [{
        "type": "Ready", "status": "False", "message": words, "reason": "ReconcileFailed",
    }]}  # fmt: skip
    raw.merge(f"{POOL}/status", {"status": status})
    began = time.monotonic()
    ended = site("rook_wait", objects=["CephBlockPool/replicapool"], wait_timeout=60)
    assert ended["failed"] and time.monotonic() - began < 60
    assert ended["msg"].startswith("Waiting ended because it cannot succeed")
    assert words in ended["msg"] and ended["waited"][0]["outcome"] == "failed"


def test_a_class_waits_for_its_driver_on_every_node_that_takes_pods(
    site: Run, raw: Raw, following: Following
) -> None:
    raw("POST", "/apis/storage.k8s.io/v1/csidrivers", {"metadata": {"name": DRIVER}, "spec": {}})
    for name in HOSTS:
        add_node(raw, name)
    raw.merge("/api/v1/nodes/w3", {"spec": {"unschedulable": True}})

    def register(node: str) -> None:
        driver = {"name": DRIVER, "nodeID": node, "topologyKeys": []}
        spec = {"drivers": [driver]}
        body = {"metadata": {"name": node}, "spec": spec}
        raw("POST", "/apis/storage.k8s.io/v1/csinodes", body)

    register("w1")
    classes = ["StorageClass/rook-cephfs", "StorageClass/rook-ceph-block"]
    ended = site("rook_wait", objects=classes, wait_timeout=LATE_SECONDS)
    assert ended["failed"]
    told = f"driver {DRIVER} is not registered on 1 of 2 nodes that take pods (w2)"
    assert f"StorageClass//rook-cephfs: {told}" in ended["msg"]
    kinds = {"storageclasses", "csidrivers", "csinodes", "daemonsets", "nodes"}
    done = following(classes, kinds, told, lambda: register("w2"))
    rows = {row["id"]: row for row in done["waited"]}
    assert rows["StorageClass//rook-cephfs"]["reasons"][-1] == told
    parts = [part["id"] for part in rows["StorageClass//rook-cephfs"]["parts"]]
    assert parts == ["CSINode//w1", "CSINode//w2"]
    # Nobody has rolled out the other driver.
    assert rows["StorageClass//rook-ceph-block"]["parts"] == []


def test_a_wait_outlives_an_api_that_goes_and_comes_back(
    site: Run, raw: Raw, plane: ControlPlane, following: Following
) -> None:
    raw.merge(f"{POOL}/status", {"status": {"phase": "Progressing"}})

    def interrupt() -> None:
        _restart(plane)
        raw.merge(f"{POOL}/status", {"status": {"phase": "Ready"}})

    why = "phase is Progressing"
    done = following(["CephBlockPool/replicapool"], {"cephblockpools"}, why, interrupt)
    (row,) = done["waited"]
    assert row["outcome"] == "ready" and why in row["reasons"]
    assert row["seconds"] > AWAY_SECONDS


class Uncached(ControlPlane):
    """A control plane whose watches come from etcd itself, so that compaction reaches them."""

    def _api_words(self) -> tuple[str, ...]:
        return (*super()._api_words(), "--watch-cache=false")


def test_a_watch_goes_on_after_compaction_and_after_connections_that_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "WATCH_SECONDS", 1)
    plane = Uncached(tmp_path)
    try:
        plane.start()
        raw = Raw(plane)
        with Proxy(plane) as proxy:
            client = KubeClient.connect(str(proxy.kubeconfig(tmp_path / "admin.conf")))
            with contextlib.closing(Feed(client)) as feed:
                _follow(feed, raw, plane, proxy)
    finally:
        plane.stop()


def _follow(feed: Feed, raw: Raw, plane: ControlPlane, proxy: Proxy) -> None:
    topic = Topic("v1", "ConfigMap", "default", "followed=yes")

    def names() -> set[str]:
        return {name for _namespace, name in feed.objects(topic) or {}}

    def add(name: str, **labels: str) -> None:
        raw("POST", CONFIG_MAPS, {"metadata": {"name": name, "labels": labels}})

    def lists() -> int:
        return sum(request.verb == "list" for request in proxy.log)

    feed.follow(topic)
    _until(lambda: feed.objects(topic) == {})
    add("first", followed="yes")
    _until(lambda: names() == {"first"})
    # What nobody follows moves etcd on, and its past goes.
    before = lists()
    for number in range(5):
        add(f"other-{number}")
    _compact(plane)
    _until(lambda: lists() > before)
    add("second", followed="yes")
    _until(lambda: names() == {"first", "second"})
    # Every watch breaks after its first event; nothing is missed.
    proxy.arm(Fault("reset after", lambda request: request.verb == "watch"))
    _until(lambda: bool(proxy.met))
    for number in range(3):
        add(f"broken-{number}", followed="yes")
    raw("DELETE", f"{CONFIG_MAPS}/first")
    _until(lambda: names() == {"second", "broken-0", "broken-1", "broken-2"})
    assert {name for _request, name in proxy.met} == {"reset after"}


def _compact(plane: ControlPlane) -> None:
    """Have etcd forget everything before now."""
    context = ssl.create_default_context(cafile=str(plane.folder / "ca.crt"))
    context.load_cert_chain(plane.folder / "etcd.crt", plane.folder / "etcd.key")

    def ask(what: str, body: t.Any) -> t.Any:
        url = f"{plane.store}/v3/kv/{what}"
        request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, context=context, timeout=20) as answer:
            return json.load(answer)

    revision = ask("range", {"key": "AA=="})["header"]["revision"]
    ask("compaction", {"revision": revision, "physical": True})


def _restart(plane: ControlPlane) -> None:
    """End the API server as a crash does, and start it again after a while.

    Nobody else gets its port meanwhile, and who calls it is refused: nobody listens.
    """
    (place,) = [place for place, (name, _) in enumerate(plane._running) if name == "kube-apiserver"]
    _name, process = plane._running.pop(place)
    process.kill()
    process.wait(20)
    with socket.socket() as port:
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port.bind(("127.0.0.1", plane.port))
        time.sleep(AWAY_SECONDS)
        plane._launch("kube-apiserver", *plane._api_words())
        plane._wait_ready()


def _until(holds: t.Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
