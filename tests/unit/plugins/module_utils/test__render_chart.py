# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chart knows, what it does not, and its hooks."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._render.chart import (
    Chart,
    contradictions,
    drivers_values,
    known_values,
    used_values,
    value_problems,
    without_hooks,
)

Params = dict[str, t.Any]
DATA = Path(__file__).resolve().parents[5] / "shared/data/rook"
FILES = sorted(DATA.glob("v*/charts/*/values.yaml*"))

TEXT = """
# A chart as Rook writes them: in sentences. Options: many
image:
  repository: docker.io/rook/ceph
csi:
  # -- Enable Ceph CSI CephFS driver
  enableCephfsDriver: true
  enableCephfsSnapshotter: true
  enableRbdDriver: true
  #rbdLivenessMetricsPort: 9080
  #cephcsi:
    #image: quay.io/cephcsi/cephcsi:v2.0.0
  # provisionerTolerations:
  #    - key: key
  #      operator: Exists
resources:
  limits:
    memory: 512Mi
nodeSelector: {}
#  disktype: ssd
## agent.flexVolumeDirPath: The path where the agent looks
# agent:
#   toleration: NoSchedule
#   tolerations:
#   - key: key
#     operator: Exists
#   mounts: mount1=/host/path
monitoring:
"""


def chart(text: str = TEXT, **more: t.Any) -> Chart:
    return Chart("rook-ceph", yaml.safe_load(text) or {}, text, **more)


def told(values: Params, of: Chart | None = None) -> list[str]:
    known = known_values(of or chart())
    return [str(item) for item in value_problems(values, known, "operator.values", "rook-ceph")]


@pytest.mark.parametrize(
    "values",
    [
        {"csi": {"enableCephfsDriver": False, "rbdLivenessMetricsPort": 1}},
        {"csi": {"cephcsi": {"image": "x"}, "provisionerTolerations": [{"key": "a"}]}},
        {"resources": {"requests": {"cpu": "1"}}, "nodeSelector": {"any": "thing"}},
        {"agent": {"toleration": "NoExecute", "tolerations": [], "mounts": "a=b"}},
        {"monitoring": {"enabled": True}, "global": {"any": "thing"}, "image": None},
    ],
)
def test_values_that_a_chart_has_in_any_form_are_known(values: Params) -> None:
    assert told(values) == []


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"csi": {"enableCephFS": True}},
            "operator.values.csi.enableCephFS: is no value of the chart rook-ceph; the nearest is "
            "enableCephfsDriver. Rename it.",
        ),
        (
            {"enableRbdDriver": True},
            "operator.values.enableRbdDriver: is no value of the chart rook-ceph; the nearest is "
            "csi.enableRbdDriver. Rename it.",
        ),
        (
            {"agent": {"flexVolume": 1}},
            "operator.values.agent.flexVolume: is no value of the chart rook-ceph. Leave it out. "
            "Known here are mounts, toleration, tolerations.",
        ),
        (
            {"image": "docker.io/rook/ceph:v1.18.11"},
            "operator.values.image: 'docker.io/rook/ceph:v1.18.11' is not a dictionary. Give a "
            "dictionary with some of repository.",
        ),
    ],
)
def test_a_value_that_no_chart_has_is_told_with_the_nearest(values: Params, line: str) -> None:
    assert told(values) == [line]


def test_what_a_template_reads_or_a_schema_describes_is_known() -> None:
    read = frozenset(used_values("{{ .Values.discover.priority }}{{ $.Values.csi.x.y | quote }}"))
    schema = {"properties": {"strict": {"properties": {"one": {"type": "string"}}}}}
    values = {"discover": {"priority": 1}, "csi": {"x": {"y": 1}}, "strict": {"one": "a"}}
    assert len(told(values)) == 3
    assert told(values, chart(used=read, schema=schema)) == []
    assert len(told({"strict": {"two": 2}}, chart(schema=schema))) == 1


def test_the_values_of_charts_inside_are_theirs() -> None:
    inner = Chart("csi", {"replicas": 1, "image": {"tag": "x"}})
    outer = chart(TEXT + "inner:\n  fromAbove: 1\n", inside={"inner": inner, "absent": None})
    assert told({"inner": {"replicas": 2, "fromAbove": 2}, "absent": {"any": 1}}, outer) == []
    assert "the nearest is replicas" in told({"inner": {"replica": 2}}, outer)[0]


def test_a_sentence_with_a_colon_is_no_value() -> None:
    assert told({"Options": 1}) != [] and told({"disktype": 1}) != []


def object_of(kind: str, name: str, hooks: str = "") -> Params:
    metadata: Params = {"name": name}
    if hooks:
        metadata["annotations"] = {"helm.sh/hook": hooks}
    return {"kind": kind, "metadata": metadata}


def test_tests_and_rooks_own_wait_are_left_out_and_definitions_stay() -> None:
    given = [
        object_of("Deployment", "a"),
        object_of("CustomResourceDefinition", "b", "crd-install"),
        object_of("Pod", "c", "test,test-success"),
        object_of("Job", "rook-operator-wait-resources", "post-install"),
    ]
    assert [item["metadata"]["name"] for item in without_hooks(given)] == ["a", "b"]


def test_another_hook_is_refused() -> None:
    with pytest.raises(ModelError) as caught:
        without_hooks([object_of("Job", "migrate", "pre-upgrade")])
    text = "operator.chart: Job migrate is a hook of Helm (pre-upgrade), which no plan contains."
    assert str(caught.value).startswith(text)


def test_drivers_have_the_names_that_classes_use(make_site: Callable[..., Site]) -> None:
    over = {"drivers": {"nfs": {"enabled": True}}, "operatorConfig": {"create": True}}
    site = make_site(
        version="1.20",
        namespace="storage",
        operator={"chart": "a", "drivers_chart": "b", "drivers_values": over},
    )
    values = drivers_values(site)
    assert values["drivers"]["rbd"] == {"enabled": True, "name": "storage.rbd.csi.ceph.com"}
    assert values["drivers"]["nfs"] == {"enabled": True, "name": "storage.nfs.csi.ceph.com"}
    assert values["operatorConfig"]["namespace"] == "storage" and "create" in str(values)


def test_values_that_contradict_the_model_are_told(make_site: Callable[..., Site]) -> None:
    drivers = {"rbd": {"name": "rook-ceph.rbd.csi.ceph.com"}, "nfs": {"name": "x.nfs.csi.ceph.com"}}
    operator = {
        "chart": "a",
        "drivers_chart": "b",
        "values": {"csi": {"csiDriverNamePrefix": "x", "kubeletDirPath": None}},
        "drivers_values": {"drivers": drivers},
    }
    site = make_site(version="1.20", operator=operator)
    assert [str(problem) for problem in contradictions(site)] == [
        "operator.values.csi.csiDriverNamePrefix: 'x' has its own option. Set "
        "operator.config.CSI_DRIVER_NAME_PREFIX instead.",
        "operator.drivers_values.drivers.nfs.name: 'x.nfs.csi.ceph.com' is not the name that "
        "storage classes have (rook-ceph.nfs.csi.ceph.com). Leave it out; "
        "operator.config.CSI_DRIVER_NAME_PREFIX changes all of them.",
    ]


def paths_of(known: t.Mapping[str, t.Any], above: tuple[str, ...] = ()) -> t.Iterator[t.Any]:
    for name, inner in known.items():
        yield (*above, name)
        yield from paths_of(inner or {}, (*above, name))


def test_the_charts_of_every_release(capsys: pytest.CaptureFixture[str]) -> None:
    """A chart's own values pass, and each of them misspelt is refused with the nearest."""
    refused = 0
    for file in FILES:
        # Values of the first releases are a template of their tag.
        text = file.read_text().replace("%%VERSION%%", "v0")
        of = chart(text)
        assert told(dict(of.values), of) == [], file
        known = known_values(of)
        for *above, name in paths_of(known):
            values: t.Any = {f"{name}x": 1}
            for part in reversed(above):
                values = {part: values}
            (problem,) = value_problems(values, known, "values", of.name)
            assert "the nearest is " in problem.reason, (file, problem)
            refused += 1
    with capsys.disabled():
        print(f"\n{len(FILES)} charts pass, {refused} misspelt values are refused", end="")
    if not FILES:
        pytest.skip(f"there are no charts in {DATA}")
