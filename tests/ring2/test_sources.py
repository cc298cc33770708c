# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator from an address and from a chart, in another namespace, and newer definitions."""

from __future__ import annotations

import functools
import hashlib
import http.server
import shutil
import threading
import typing as t
from pathlib import Path

import pytest
import yaml
from conftest import MODEL, Run, manifests
from controlplane import binary
from raw import DEFINITIONS, Raw

NAMES = ("crds.yaml", "common.yaml", "operator.yaml")
OPERATOR: dict[str, t.Any] = {"stages": ["operator"], "wait": False}
POOLS = "cephblockpools.ceph.rook.io"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
VALUES = """
# A chart of the same shape as Rook's, with nothing of it.
image:
  repository: docker.io/rook/ceph
  tag: TAG
csi:
  # -- Whether there is a driver
  enableCephfsDriver: true
#  kubeletDirPath: /var/lib/kubelet
logLevel: INFO
"""
TEMPLATES = {
    "rbac.yaml": """
apiVersion: v1
kind: ServiceAccount
metadata:
  name: rook-ceph-system
  namespace: {{ .Release.Namespace }}
  labels: {app.kubernetes.io/managed-by: {{ .Release.Service }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: rook-ceph-system}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: rook-ceph-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: rook-ceph-system}
subjects: [{kind: ServiceAccount, name: rook-ceph-system, namespace: {{ .Release.Namespace }}}]
""",
    "configmap.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: rook-ceph-operator-config}
data:
  ROOK_LOG_LEVEL: {{ .Values.logLevel }}
  ROOK_CSI_ENABLE_CEPHFS: {{ .Values.csi.enableCephfsDriver | quote }}
""",
    "deployment.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: rook-ceph-operator, namespace: {{ .Release.Namespace }}}
spec:
  selector: {matchLabels: {app: rook-ceph-operator}}
  template:
    metadata: {labels: {app: rook-ceph-operator}}
    spec:
      serviceAccountName: rook-ceph-system
      containers:
        - name: rook-ceph-operator
          image: {{ .Values.image.repository }}:{{ .Values.image.tag }}
""",
    "tests/test.yaml": """
apiVersion: v1
kind: Pod
metadata: {name: test, annotations: {helm.sh/hook: test}}
spec: {containers: [{name: test, image: none}]}
""",
}


class Mirror:
    """A server of files on loopback that notes what it is asked for."""

    def __init__(self, folder: Path) -> None:
        asked: list[str] = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_request(self, *_words: object) -> None:
                """Note the request."""
                asked.append(self.path)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        handler = functools.partial(Handler, directory=str(folder))
        self.asked = asked
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)


@pytest.fixture(name="mirror")
def _mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Mirror]:
    """Serve a copy of the manifests, which a test may change."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    shutil.copytree(manifests(), tmp_path / "mirror")
    mirror = Mirror(tmp_path / "mirror")
    mirror.thread.start()
    yield mirror
    mirror.server.shutdown()
    mirror.thread.join(10)
    mirror.server.server_close()


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(name="pinned")
def _pinned(mirror: Mirror, tmp_path: Path) -> dict[str, t.Any]:
    digests = {name: digest(tmp_path / "mirror" / name) for name in NAMES}
    return {"url": mirror.url, "digests": digests, "cache_dir": str(tmp_path / "cache")}


@pytest.fixture(name="chart")
def _chart(tmp_path: Path) -> dict[str, t.Any]:
    """Return the source: a chart as a directory, and the program."""
    folder = tmp_path / "chart"
    (folder / "templates/tests").mkdir(parents=True)
    (folder / "crds").mkdir()
    shutil.copy(manifests() / "crds.yaml", folder / "crds")
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: rook-ceph\nversion: 0.0.1\n")
    (folder / "values.yaml").write_text(VALUES.replace("TAG", f"v{MODEL['version']}.9"))
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text)
    return {"chart": str(folder), "helm": str(binary("helm"))}


def targets(result: dict[str, t.Any]) -> list[str]:
    assert result.get("failed") is None, result["msg"]
    return [step["target"] for step in result["plan"] if step["op"] == "create"]


def test_an_address_gives_the_plan_of_the_files_and_is_asked_once(
    run: Run, raw: Raw, mirror: Mirror, pinned: dict[str, t.Any]
) -> None:
    by_files = run("rook_site", check=True, **OPERATOR)
    predicted = run("rook_site", check=True, **OPERATOR, operator=pinned)
    assert predicted["plan"] == by_files["plan"] and predicted["diff"] == by_files["diff"]
    done = run("rook_site", **OPERATOR, operator=pinned)
    assert targets(done) == targets(predicted)
    again = run("rook_site", **OPERATOR, operator=pinned)
    assert again["changed"] is False
    assert sorted(mirror.asked) == sorted(f"/{name}" for name in NAMES)
    assert raw("GET", f"{DEFINITIONS}/{POOLS}") is not None


def test_what_an_address_does_not_give_is_refused_before_anything_is_written(
    run: Run, raw: Raw, mirror: Mirror, pinned: dict[str, t.Any], tmp_path: Path
) -> None:
    (tmp_path / "mirror/common.yaml").write_text("kind: List\nitems: []\n")
    (tmp_path / "mirror/operator.yaml").unlink()
    result = run("rook_site", **OPERATOR, operator=pinned)
    assert result["failed"] and result["changed"] is False
    wanted = pinned["digests"]["common.yaml"]
    assert f"{mirror.url}/common.yaml: its SHA-256 is " in result["msg"]
    assert f", not {wanted}: it is another file" in result["msg"]
    assert f"{mirror.url}/operator.yaml: the server answered 404" in result["msg"]
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None


def test_files_without_a_digest_are_named_and_nothing_is_asked(
    run: Run, mirror: Mirror, pinned: dict[str, t.Any]
) -> None:
    few = {name: text for name, text in pinned["digests"].items() if name == "crds.yaml"}
    result = run("rook_site", **OPERATOR, operator={**pinned, "digests": few})
    lines = result["msg"].splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "operator.digests.common.yaml",
        "operator.digests.operator.yaml",
    ]
    assert f"Rook {MODEL['version']} takes crds.yaml, common.yaml, operator.yaml" in lines[0]
    assert mirror.asked == []


def test_a_chart_is_rendered_into_the_same_kind_of_plan(
    run: Run, raw: Raw, chart: dict[str, t.Any]
) -> None:
    source = {**chart, "values": {"logLevel": "DEBUG"}, "config": {"MORE": "true"}}
    predicted = run("rook_site", check=True, **OPERATOR, operator=source)
    done = run("rook_site", **OPERATOR, operator=source)
    assert done.get("failed") is None, done["msg"]
    assert done["plan"] == predicted["plan"] and done["diff"] == predicted["diff"]
    steps = [step["id"] for step in done["plan"]]
    first = steps.index("wait ready CustomResourceDefinition//cephclusters.ceph.rook.io")
    assert first < steps.index("create Deployment/rook-ceph/rook-ceph-operator")
    assert not [step for step in steps if "Pod/" in step]
    config = raw("GET", "/api/v1/namespaces/rook-ceph/configmaps/rook-ceph-operator-config")
    assert config["data"] == {
        "ROOK_LOG_LEVEL": "DEBUG", "ROOK_CSI_ENABLE_CEPHFS": "true", "MORE": "true",
    }  # fmt: skip
    account = raw("GET", "/api/v1/namespaces/rook-ceph/serviceaccounts/rook-ceph-system")
    assert account["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "rookery"
    assert raw.items("/api/v1/namespaces/rook-ceph/secrets") == []
    assert run("rook_site", **OPERATOR, operator=source)["changed"] is False


def test_values_that_a_chart_does_not_have_are_all_refused(
    run: Run, raw: Raw, chart: dict[str, t.Any]
) -> None:
    values = {"csi": {"enableCephFS": True}, "loglevel": "DEBUG", "image": {"tag": "x"}}
    result = run("rook_site", **OPERATOR, operator={**chart, "values": values})
    assert result["failed"]
    assert result["msg"].splitlines() == [
        "operator.values.csi.enableCephFS: is no value of the chart rook-ceph; the nearest is "
        "enableCephfsDriver. Rename it.",
        "operator.values.loglevel: is no value of the chart rook-ceph; the nearest is logLevel. "
        "Rename it.",
    ]
    assert raw("GET", "/api/v1/namespaces/rook-ceph") is None


def test_two_sites_of_one_cluster_share_the_definitions_alone(
    run: Run, raw: Raw, chart: dict[str, t.Any]
) -> None:
    run("rook_site", **OPERATOR)
    second = {"site": "store2", "namespace": "storage", **OPERATOR}
    for source in ({"manifests": str(manifests())}, chart):
        done = run("rook_site", **second, operator=source)
        assert done.get("failed") is None, done["msg"]
    binding = raw("GET", f"{RBAC}/clusterrolebindings/rook-ceph-system-storage")
    assert binding["roleRef"]["name"] == "rook-ceph-system-storage"
    assert binding["subjects"][0]["namespace"] == "storage"
    assert raw("GET", "/apis/apps/v1/namespaces/storage/deployments/rook-ceph-operator")
    kept = [step for step in done["plan"] if step["op"] == "keep" and "not ours" in step["reason"]]
    assert {step["target"].partition("/")[0] for step in kept} == {"CustomResourceDefinition"}
    first = run("rook_site", **OPERATOR)
    assert first["changed"] is False


def test_definitions_stay_while_another_site_has_objects_of_them(run: Run, raw: Raw) -> None:
    run("rook_site", **OPERATOR)
    run("rook_site", site="store2", namespace="storage", wait=False)
    gone = run("rook_teardown", **OPERATOR, confirm="store1")
    assert gone["failed"] and gone["changed"] is False
    assert "is still needed by CephCluster/storage/storage, which is not ours" in gone["msg"]
    assert raw("GET", f"{DEFINITIONS}/{POOLS}") is not None


def changed_definitions(folder: Path, change: t.Callable[[dict[str, t.Any]], None]) -> Path:
    """Return a copy of the manifests with every definition changed."""
    shutil.copytree(manifests(), folder)
    found = list(yaml.safe_load_all((folder / "crds.yaml").read_text()))
    for item in found:
        change(item)
    (folder / "crds.yaml").write_text(yaml.safe_dump_all(found))
    return folder


def test_newer_definitions_replace_older_ones_in_place(run: Run, raw: Raw, tmp_path: Path) -> None:
    def older(item: dict[str, t.Any]) -> None:
        item["metadata"]["annotations"] = {"controller-gen.kubebuilder.io/version": "v0.1.0"}

    folder = changed_definitions(tmp_path / "old", older)
    run("rook_site", **OPERATOR, operator={"manifests": str(folder)})
    before = raw("GET", f"{DEFINITIONS}/{POOLS}")["metadata"]["uid"]
    predicted = run("rook_site", check=True, **OPERATOR)
    done = run("rook_site", **OPERATOR)
    assert done.get("failed") is None, done["msg"]
    assert done["plan"] == predicted["plan"]
    updated = {step["target"] for step in done["plan"] if step["op"] == "update"}
    assert f"CustomResourceDefinition//{POOLS}" in updated
    assert {target.partition("/")[0] for target in updated} == {"CustomResourceDefinition"}
    assert raw("GET", f"{DEFINITIONS}/{POOLS}")["metadata"]["uid"] == before
    assert run("rook_site", **OPERATOR)["changed"] is False


def test_a_version_in_which_objects_are_stored_is_not_dropped(
    run: Run, raw: Raw, tmp_path: Path
) -> None:
    def renamed(item: dict[str, t.Any]) -> None:
        for version in item["spec"]["versions"]:
            version["name"] = "v2"

    run("rook_site", **OPERATOR)
    folder = changed_definitions(tmp_path / "new", renamed)
    result = run("rook_site", **OPERATOR, operator={"manifests": str(folder)})
    assert result["failed"] and result["changed"] is False
    assert f"CustomResourceDefinition//{POOLS}" in result["msg"]
    assert "would lose v1, in which the cluster may have objects stored" in result["msg"]
    assert raw("GET", f"{DEFINITIONS}/{POOLS}")["spec"]["versions"][0]["name"] == "v1"


def test_an_operator_of_helm_is_not_taken_over(run: Run, raw: Raw, chart: dict[str, t.Any]) -> None:
    run("rook_site", **OPERATOR, operator=chart)
    path = "/apis/apps/v1/namespaces/rook-ceph/deployments/rook-ceph-operator"
    raw.merge(path, {"metadata": {
        "labels": {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/part-of": None},
        "annotations": {
            "meta.helm.sh/release-name": "rook", "meta.helm.sh/release-namespace": "rook-ceph",
        },
    }})  # fmt: skip
    result = run("rook_site", **OPERATOR, operator=chart)
    assert result["failed"] and result["changed"] is False
    assert "belongs to the release rook in rook-ceph of Helm" in result["msg"]
