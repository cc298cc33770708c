# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that an earlier era of Rook has made is no new one to a later release."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._examine import Question, ask
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._rules import check
from fakekube import FakeKube
from sites.small import BARE

Object = dict[str, t.Any]


def deployment(name: str, namespace: str, image: str) -> Object:
    inner = {"template": {"spec": {"containers": [{"image": image}]}}}
    where = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": where, "spec": inner}


@pytest.mark.parametrize(
    ("kind", "operator", "namespace", "runs"),
    [
        ("rook.io/v1alpha1 Cluster", "rook-operator", "rook-system", "rook/rook:v0.7.1"),
        ("ceph.rook.io/v1beta1 Cluster", "rook-ceph-operator", "rook-ceph", "rook/ceph:v0.8.3"),
        ("ceph.rook.io/v1 CephCluster", "rook-ceph-operator", "rook-ceph-system",
         "rook/ceph:v0.9.3"),
    ],
)  # fmt: skip
def test_a_cluster_of_another_era_is_what_runs(
    kind: str, operator: str, namespace: str, runs: str
) -> None:
    api_version, name = kind.split()
    where = {"name": "rook-ceph", "namespace": "rook-ceph"}
    spec = {"storage": {"nodes": []}, "mon": {"count": 0}, "mgr": {"count": 0}}
    cluster = {"apiVersion": api_version, "kind": name, "metadata": where, "spec": spec}
    site, api = parse_site(BARE), FakeKube()
    for item in (cluster, deployment(operator, namespace, runs)):
        api.apply(item)
    facts = ask(api, Question(site, "present", "", adopt=False)).facts
    (finding,) = [each for each in check(site, facts) if each.rule == "UPG-02"]
    assert finding.reason.startswith(f"{runs.partition(':v')[2][:3]} runs, and")
