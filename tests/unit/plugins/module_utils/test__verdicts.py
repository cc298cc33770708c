# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule of the registry speaks against a site, and calls another one right; none raises."""

from __future__ import annotations

import os
import random
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._preflight import read_site
from ansible_collections.rookery.rook.plugins.module_utils._rules import REGISTRY, Finding, check
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import STAGES
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import CONDITIONS
from ansible_collections.rookery.rook.plugins.module_utils._verdicts import (
    STATUSES,
    Verdict,
    mute_findings,
    muted,
    rule_of,
    verdicts,
)
from sites.small import BARE

Params = dict[str, t.Any]
HERE = Path(__file__).parent
UTILS = HERE.parents[3] / "plugins/module_utils"
CASES = yaml.safe_load((HERE / "cases/rules_registry.yml").read_text())
# What is found by the module itself, not by a function of rules: both ways are in the tests of
# rook_preflight, under these words.
BY_MODULE = {
    "MUTE": "test_a_mute_", "FILES": "test_manifests_that_are_missing",
    "API-FILE": "unless_one_is_adopted", "API-CERT": "test_an_expired_kubeconfig",
    "API-UID": "test_another_cluster_than", "API-REACH": "test_an_api_that_does_not_answer",
    "NODE-NAME": "test_two_hosts_at_one_address", "NODE-REACH": "test_an_unreachable_node",
    "NODE-ROOT": "test_an_unreachable_node", "CSI-03": "csi_operator_yaml",
    "TEAR-04": "test_a_teardown_asks_for_its_confirmation",
}  # fmt: skip


def judged(claim: str, side: str) -> Verdict:
    """Return what becomes of a case's rule."""
    case = CASES[claim][side]
    state = CASES[claim].get("state", "present")
    facts = case.get("facts", {})
    site, found = read_site({**BARE, **case.get("model", {})})
    if site is not None and state == "present":
        found = check(site, facts)
    if "found" in case:
        found = (Finding("TEARDOWN", "error", "Kind//name", "", case["found"], ""),)
    told = verdicts(site, facts, found, {}, state)
    return next(verdict for verdict in told if verdict.rule == claim.split()[0])


@pytest.mark.parametrize("claim", CASES)
def test_a_rule_speaks_against_what_it_is_for(claim: str) -> None:
    verdict = judged(claim, "refused")
    words = {"error": "error", "warned": "warn"}
    assert words.get(verdict.status, verdict.status) in verdict.severity, verdict
    assert verdict.reason and verdict.findings


@pytest.mark.parametrize("claim", CASES)
def test_a_rule_calls_right_what_is_right(claim: str) -> None:
    verdict = judged(claim, "passes")
    assert verdict.status == "passed", verdict


def test_every_rule_has_a_case_or_is_excused_by_name() -> None:
    tested = {claim.split()[0] for claim in CASES}
    assert tested | set(BY_MODULE) == set(REGISTRY)
    text = (HERE.parent / "modules/test_rook_preflight.py").read_text()
    assert [name for name, words in BY_MODULE.items() if words not in text] == []


def test_every_id_in_the_code_is_in_the_registry() -> None:
    ids = {
        name
        for path in (*UTILS.glob("_rules*.py"), UTILS / "_preflight.py", UTILS / "_examine.py")
        for name in re.findall(r"\"([A-Z]{2,6}-(?:\d\d|[A-Z]{3,5}))\"", path.read_text())
    }
    assert ids <= set(REGISTRY)


def test_every_row_says_all_that_people_want_to_know() -> None:
    for row in REGISTRY.values():
        assert all((row.title, row.why, row.cure.endswith("."), row.source)), row.id
        assert row.severity in ("error", "warn", "error or warn"), row.id
        assert row.stage in STAGES and row.state in ("present", "absent"), row.id
        assert not row.when or row.when in CONDITIONS, row.id
    assert len(REGISTRY) >= 127


def test_what_could_not_be_had_is_never_passed() -> None:
    site = parse_site(BARE)
    facts = {"unknown": {"w2": "unreachable", "api": "there is no cluster yet"}}
    found = {verdict.rule: verdict for verdict in verdicts(site, facts, check(site, facts), {})}
    assert found["DISK-02"].status == "not decided"
    assert found["NODE-12"].reason == "clusters: there is no cluster yet"
    assert "only when the cluster runs" in found["NET-03"].reason
    needy = [row.id for row in REGISTRY.values() if row.needs]
    assert {found[name].status for name in needy} <= {"not decided", "not applicable"}


def test_one_host_that_said_nothing_leaves_a_rule_undecided_with_the_reason() -> None:
    site = parse_site(BARE)
    disk = {"path": "/dev/sdb", "links": [f"/dev/disk/by-id/w{n}-a" for n in (1, 2, 3)]}
    facts = {
        "hosts": {"w1": {"devices": [disk]}, "w3": {"devices": [disk]}},
        "unknown": {"w2": "no route to host"},
    }
    told = {verdict.rule: verdict for verdict in verdicts(site, facts, check(site, facts), {})}
    assert (told["DISK-02"].status, told["DISK-02"].reason) == (
        "not decided", "devices of w2: no route to host",
    )  # fmt: skip


def test_what_a_host_does_not_tell_of_itself_is_never_passed() -> None:
    site, system = parse_site(BARE), {"clock": {"service": "chronyd"}, "swap_bytes": 0}
    facts = {"hosts": {name: {"system": system, "peers": {}} for name in ("w1", "w2", "w3")}}
    told = {verdict.rule: verdict for verdict in verdicts(site, facts, check(site, facts), {})}
    assert told["NODE-18"].status == "passed"
    assert (told["NODE-15"].status, told["NODE-15"].reason) == (
        "not decided", "system.clock.synchronized of w1, w2, w3: it asked, and got no answer",
    )  # fmt: skip
    needy = [row.id for row in REGISTRY.values() if ":system." in row.needs and row.id != "NODE-18"]
    assert {told[name].status for name in needy} <= {"not decided", "not applicable"}


@pytest.mark.parametrize(
    ("running", "rule", "became"),
    [
        ({"rook": "1.17.4", "ceph": "19.2.3"}, "UPG-01", "not decided"),
        ({"rook": "1.17.4", "health": "HEALTH_OK"}, "UPG-03", "not decided"),
        ({"ceph": "19.2.3", "health": "HEALTH_OK"}, "UPG-02", "not decided"),
        ({"rook": BARE["version"]}, "UPG-01", "not applicable"),
        ({}, "UPG-02", "not applicable"),
    ],
)
def test_what_a_cluster_that_runs_does_not_tell_of_itself_is_never_passed(
    running: Params, rule: str, became: str
) -> None:
    site, facts = parse_site(BARE), {"running": running}
    told = {verdict.rule: verdict for verdict in verdicts(site, facts, check(site, facts), {})}
    assert told[rule].status == became
    assert became != "not decided" or "tell" in told[rule].reason


def test_images_that_are_not_all_known_or_decided_are_never_passed() -> None:
    site = parse_site(BARE)
    served = {"state": "served", "reason": ""}
    whole: Params = {"images": ["q/a:1"], "hosts": {
        name: {"images": {"q/a:1": served}} for name in ("w1", "w2", "w3")}}  # fmt: skip
    login = {"images of w2": "q/b:1: q wants a login"}
    partly = {**whole["hosts"], "w2": {"images": {"q/a:1": served, "q/b:1": {"reason": "login"}}}}
    for facts, became in (
        (whole, ("passed", "")),
        ({**whole, "images": None, "unknown": {"images": "no files"}},
         ("not decided", "images: no files")),
        ({**whole, "hosts": partly, "unknown": login},
         ("not decided", "images of w2: q/b:1: q wants a login")),
    ):  # fmt: skip
        told = {verdict.rule: verdict for verdict in verdicts(site, facts, check(site, facts), {})}
        assert (told["RES-01"].status, told["RES-01"].reason) == became


def test_an_image_is_an_error_only_where_pods_run_and_nobody_else_brings_it() -> None:
    site = parse_site(BARE)
    away = {"state": "unreachable", "reason": "q is not reached"}

    def severity(runtime: str, *, imports: bool) -> str:
        hosts = {name: {"runtime": runtime, "images": {"q/a:1": away, "q/b:1": away}}
                 for name in ("w1", "w2")}  # fmt: skip
        (found,) = (item for item in check(site, {"imports": imports, "hosts": hosts})
                    if item.rule == "RES-01")  # fmt: skip
        assert (found.path, found.value) == ("hosts.w1, w2", "q/a:1, q/b:1")
        return found.severity

    assert severity("containerd", imports=False) == "error"
    assert severity("containerd", imports=True) == severity("", imports=False) == "warn"


def test_a_rule_of_other_releases_or_wishes_is_not_applicable() -> None:
    site = parse_site({**BARE, "version": "0.7.1", "hosts": {"w1": {"directories": ["/vol"]}}})
    told = {verdict.rule: verdict for verdict in verdicts(site, {}, check(site), {})}
    assert told["API-03"].reason == "it is not about Rook 0.7.1"
    assert told["FS-02"].reason == "there are no file systems"
    assert told["TEAR-01"].reason == "nothing is taken down"
    assert {told[name].status for name in ("API-03", "FS-02", "TEAR-01")} == {"not applicable"}


def test_a_muted_rule_says_why_it_is() -> None:
    site = parse_site({**BARE, "block_pools": [{"name": "p", "replicas": 2}]})
    mutes = {"POOL-06": " a scratch pool "}
    told = {verdict.rule: verdict for verdict in verdicts(site, {}, check(site), mutes)}
    assert (told["POOL-06"].status, told["POOL-06"].reason) == ("muted", "a scratch pool")
    assert all(muted(found, mutes) for found in check(site) if found.rule == "POOL-06")


@pytest.mark.parametrize(
    ("mutes", "words"),
    [
        ({"POOL-99": "x"}, "there is no such rule"),
        ({"DISK-02": "x"}, "it guards data"),
        ({"POOL-06": " "}, "needs a reason"),
        ({"POOL-06": True}, "needs a reason"),
    ],
)
def test_a_mute_that_hides_too_much_is_refused(mutes: Params, words: str) -> None:
    (finding,) = mute_findings(mutes)
    assert (finding.rule, words in finding.reason) == ("MUTE", True)
    guard = Finding("DISK-02", "error", "x", "x", "x", "x")
    assert not muted(guard, mutes)


def test_a_muted_rule_that_finds_nothing_has_passed() -> None:
    site = parse_site(BARE)
    told = {verdict.rule: verdict for verdict in verdicts(site, {}, (), {"MON-01": "known"})}
    assert told["MON-01"].status == "passed"


def scraps(chance: random.Random, depth: int = 0) -> t.Any:
    """Return something that YAML might hold."""
    plain = (None, True, False, 0, 1, 3, -1, 10**12, 2.5, "", "true", "x", "1.9", "infinity")
    if depth > 2 or chance.random() < 0.5:
        return chance.choice(plain)
    if chance.random() < 0.5:
        return [scraps(chance, depth + 1) for _ in range(chance.randrange(3))]
    return {chance.choice(NAMES): scraps(chance, depth + 1) for _ in range(chance.randrange(4))}


def disturbed(chance: random.Random, value: t.Any) -> t.Any:
    """Return facts or settings with parts that are missing or something else."""
    if chance.random() < 0.08:
        return scraps(chance)
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if chance.random() > 0.08}
        return {key: disturbed(chance, item) for key, item in kept.items()}
    if isinstance(value, list):
        return [disturbed(chance, item) for item in value if chance.random() > 0.08]
    return value


def words_of(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from words_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)


NAMES = sorted(set(words_of(CASES)))


def test_no_rule_raises_whatever_the_facts_and_raw_settings_are() -> None:
    seed = int(os.environ.get("ROOKERY_TEST_SEED", random.randrange(1 << 32)))
    print(f"ROOKERY_TEST_SEED={seed}")
    chance, sites = random.Random(seed), 0
    sides = [case[side] for case in CASES.values() for side in ("refused", "passes")]
    for _ in range(600):
        model = chance.choice(sides).get("model", {})
        cluster = model.get("cluster", {})
        spec = disturbed(chance, cluster.get("spec", {}))
        extra = {"cluster": {**cluster, "spec": spec if isinstance(spec, dict) else {}}}
        site, found = read_site({**BARE, **model, **extra})
        facts = disturbed(chance, chance.choice(sides).get("facts", {}))
        facts = facts if isinstance(facts, dict) else {}
        if site is not None:
            sites += 1
            found = check(site, facts)
        told = verdicts(site, facts, found, {}, chance.choice(("present", "absent")))
        assert {verdict.status for verdict in told} <= set(STATUSES)
        assert {rule_of(finding) for finding in found} <= set(REGISTRY)
    assert sites > 200
