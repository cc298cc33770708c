# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a preflight holds all that was found, asks for nothing, and lets nothing through."""

from __future__ import annotations

import copy
import functools
import itertools
import re
import typing as t
from collections import Counter
from xml.etree import ElementTree

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._placement.capacity import capacity
from ansible_collections.rookery.rook.plugins.module_utils._report_page import pools, topology
from ansible_collections.rookery.rook.plugins.module_utils._report_page.judgement import (
    Judgement,
    read_judgement,
)
from ansible_collections.rookery.rook.plugins.module_utils._report_page.junit import junit
from ansible_collections.rookery.rook.plugins.module_utils._report_page.page import page
from ansible_collections.rookery.rook.plugins.module_utils._report_page.style import STYLE
from ansible_collections.rookery.rook.plugins.module_utils._rules import REGISTRY
from placed import copies
from placed import hosts as tree_of
from sites.judged import NAMES, SITES, TIB

Params = dict[str, t.Any]
HOSTILE = "</title><script>alert(1)</script>\" onload='x' & \x00\u202e\udc80{{ 1 }}"


@functools.cache
def results(name: str) -> Params:
    """Return what rook_preflight says of an example."""
    return SITES[name]()


def read(result: Params, site: str = "store1", state: str = "present") -> Judgement:
    return read_judgement(
        site,
        "1.18.11",
        state,
        findings=result["findings"],
        rules=result["rules"],
        placement=result.get("placement"),
    )


def judged(name: str) -> Judgement:
    return read(results(name), NAMES[name])


def parsed(text: str) -> ElementTree.Element:
    """Return a page as the well-formed tree that it has to be."""
    kind, _newline, rest = text.partition("\n")
    assert kind == "<!DOCTYPE html>"
    return ElementTree.fromstring(rest)


@functools.cache
def tree(name: str) -> ElementTree.Element:
    """Return the page of an example."""
    return parsed(page(judged(name)))


def words(element: ElementTree.Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def ids(root: ElementTree.Element) -> Counter[str]:
    """Return how often each rule has an entry."""
    heads = [*root.iterfind(".//article/h3"), *root.iterfind(".//ul[@class='rules']/li")]
    heads += [head for head in root.iterfind(".//tbody/tr/th") if head.find("code") is not None]
    found = (head.find("code") for head in heads)
    return Counter(words(code) for code in found if code is not None and words(code) in REGISTRY)


@pytest.mark.parametrize("name", SITES)
def test_every_rule_has_its_entry_once(name: str) -> None:
    root = tree(name)
    assert ids(root) == Counter(dict.fromkeys(REGISTRY, 1))


@pytest.mark.parametrize("name", SITES)
def test_a_page_asks_for_nothing_and_runs_nothing(name: str) -> None:
    root = tree(name)
    tags = {element.tag for element in root.iter()}
    assert tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"} == set()
    given = [item for element in root.iter() for item in element.attrib.items()]
    assert [key for key, _value in given if key in ("src", "srcset", "style")] == []
    assert [value for key, value in given if key == "href" and value[0] != "#"] == []
    assert "url(" not in STYLE and "@import" not in STYLE and "</" not in STYLE
    policy = root.find("head/meta[@http-equiv='Content-Security-Policy']")
    assert policy is not None and policy.get("content", "").startswith("default-src 'none'")


@pytest.mark.parametrize("name", SITES)
def test_a_page_can_be_read_aloud(name: str) -> None:
    root = tree(name)
    levels = [int(item.tag[1]) for item in root.iter() if re.fullmatch("h[1-6]", item.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert [pair for pair in itertools.pairwise(levels) if pair[1] > pair[0] + 1] == []
    for picture in root.iter("svg"):
        assert picture.get("role") == "img" and words(picture.find("title"))
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert {head.get("scope") for head in table.iter("th")} == {"col", "row"}
    anchors = {item.get("id") for item in root.iter() if item.get("id")}
    assert {link.get("href", "")[1:] for link in root.iter("a")} <= anchors
    assert root.get("lang") == "en"


def test_what_users_named_stays_text() -> None:
    result = copy.deepcopy(results("bad"))
    lies = result["placement"]
    for host in lies["hosts"]:
        host |= {"name": HOSTILE, "places": {"rack": HOSTILE}}
        host["devices"][0] |= {"name": HOSTILE, "device_class": HOSTILE, "size": None}
    lies["levels"] = ["host", "rack"]
    for pool in lies["pools"]:
        pool |= {"name": HOSTILE, "reasons": [HOSTILE], "cures": [HOSTILE]}
    lies["daemons"][0]["name"] = HOSTILE
    for finding in result["findings"]:
        finding |= {"path": HOSTILE, "value": HOSTILE, "reason": HOSTILE, "cure": HOSTILE}
    for rule in result["rules"]:
        rule["reason"] = HOSTILE
    tame, wild = (parsed(page(read(item, site))) for item, site in
                  ((results("bad"), "store1"), (result, HOSTILE)))  # fmt: skip
    assert {item.tag for item in wild.iter()} <= {item.tag for item in tame.iter()} | {
        "figure",
        "figcaption",
    }
    assert [key for item in wild.iter() for key in item.attrib if key.startswith("on")] == []
    assert "<script>alert(1)</script>" in words(wild)
    suite = ElementTree.fromstring(junit(read(result, HOSTILE)).encode())
    assert "<script>" in suite.get("name", "")


def test_no_secret_is_written_down() -> None:
    result = copy.deepcopy(results("bad"))
    result["findings"][0] |= {"value": "password=hunter2", "reason": "token: hunter2", "cure": ""}
    result["rules"][0] |= {"status": "not decided", "reason": "key=hunter2"}
    whole = read(result)
    texts = page(whole), junit(whole), str(whole.as_data())
    assert [text for text in texts if "hunter2" in text or "(hidden)" not in text] == []


def test_the_same_judgement_is_the_same_page() -> None:
    assert page(judged("bad")) == page(judged("bad"))
    assert page(judged("bad")) != page(read(results("bad"), "store2"))


def test_findings_say_where_what_and_the_way_out_and_alike_ones_are_one() -> None:
    result = copy.deepcopy(results("bad"))
    last = next(item for item in result["findings"] if item["rule"] == "POOL-06")
    result["findings"] += [
        {**last, "path": f"block_pools[{number}].replicas"} for number in range(9)
    ]
    root = parsed(page(read(result)))
    (card,) = (item for item in root.iter("article") if words(item.find("h3/code")) == "POOL-06")
    (finding,) = card.iterfind("div[@class='finding']")
    assert len(list(finding.iter("li"))) == 10
    assert words(finding.find("div/details/summary")) == "4 more places"
    assert "rook_storage_filesystems[0].data_pools[0].replicas is 2" in words(finding)
    assert words(finding.find("div[@class='cure']/p")) == "Take 3 in production."


def test_hosts_that_did_not_answer_are_named_beside_the_verdict() -> None:
    root = tree("bad")
    silent = root.find(".//p[@class='silent']")
    assert words(silent) == "1 host did not answer: cp1. The rest was judged."
    said = words(root.find(".//section[@id='not-decided']"))
    assert said.count("Connection timed out") == 1 and "(peers of cp1, store2)" in said


def test_a_mute_is_shown_with_its_reason() -> None:
    root = tree("good")
    muted = root.find(".//section[@id='muted']")
    assert "POOL-06" in words(muted) and "made again in an hour" in words(muted)


def test_a_finding_whose_rule_is_not_among_the_rules_is_told_all_the_same() -> None:
    result = {"findings": results("bad")["findings"][:2], "rules": []}
    whole = read(result)
    assert whole.verdict == "refused" and len(whole.of("error")) == 2
    assert junit(whole).count("<failure") == 2


@pytest.mark.parametrize(
    ("name", "state", "said", "verdict"),
    [
        ("bad", "present", "Cannot be built yet: 4 rules find errors", "refused"),
        ("good", "present", "Can be built, with 1 warning", "passed with warnings"),
        ("bad", "absent", "Cannot be taken down yet: 4 rules find errors", "refused"),
    ],
)
def test_the_verdict_is_the_first_thing_that_is_said(
    name: str, state: str, said: str, verdict: str
) -> None:
    whole = read(results(name), state=state)
    root = parsed(page(whole))
    assert words(root.find("body/main/section/div/h2")) == said
    assert whole.verdict == verdict
    tiles = root.find(".//ul[@class='tiles']")
    assert tiles is not None
    told = [int(words(item)) for item in tiles.iter("b")]
    assert sorted(told) == sorted(whole.summary.values()) and told[0] == whole.summary["error"]


def test_without_placement_there_is_no_picture() -> None:
    root = parsed(page(read({**results("bad"), "placement": {}})))
    assert root.find(".//section[@id='placement']") is None
    assert [item.get("class") for item in root.iter("svg")] == ["shares"]


def drawn(markup: str) -> tuple[int, int]:
    """Return how many hosts and devices a picture has."""
    root = ElementTree.fromstring(f"<all>{markup}</all>")
    kinds = [(item, item.get("class", "").split()) for item in root.iter()]
    hosts = [item for item, classes in kinds if "host" in classes]
    tiled = sum(int(item.get("data-devices", 0)) for item in hosts)
    return len(hosts), sum("device" in classes for _item, classes in kinds) + tiled


@pytest.mark.parametrize(
    ("hosts", "devices", "kind"), [(3, 4, "host"), (24, 24, "host"), (25, 4, "rack"),
                                   (6, 36, "rack"), (120, 8, "rack"), (1000, 10, "field")],
)  # fmt: skip
def test_a_picture_has_every_host_and_every_device(hosts: int, devices: int, kind: str) -> None:
    disks = [
        {"name": f"/dev/sd{n}", "size": TIB, "device_class": ("hdd", "ssd", "")[n % 3]}
        for n in range(devices)
    ]
    given = [
        {"name": f"n{n}", "places": {"rack": f"r{n % 20}"} if n % 7 else {}, "devices": disks}
        for n in range(hosts)
    ]
    markup = topology.topology(["host", "rack", "zone"], given)
    assert drawn(markup) == (hosts, hosts * devices)
    assert f'<svg class="{kind}"' in markup
    assert markup.count("<figure") == len({host["places"].get("rack") for host in given})
    assert "<figure" not in topology.topology(["host"], given)


@pytest.mark.parametrize("name", SITES)
def test_every_pool_is_named_with_its_verdict_and_what_it_survives(name: str) -> None:
    rows = results(name)["placement"]["pools"]
    root = ElementTree.fromstring(pools.pools(rows))
    lines = list(root.iterfind("table/tbody/tr"))
    named = [item.text for line in lines for item in line.iterfind("th/b")]
    assert sorted(named, key=str) == sorted(row["name"] for row in rows)
    heads = [words(head) for head in root.iterfind("table/thead/tr/th")]
    for line in lines:
        (row, *_others) = (item for item in rows if item["name"] == line.findtext("th/b"))
        cells = dict(zip(heads, map(words, line), strict=True))
        assert cells["now"].endswith(row["verdict"])
        for loss in row["survives"]:
            said = cells[f"{loss['lost']} lost"]
            lost = {"all": "", "some": "some data lost", "none": "✕data lost"}[loss["data"]]
            write = {"all": "writable", "some": "some writes", "none": "no writes"}[loss["writes"]]
            assert (lost or write) in said
            assert ("heals whole" in said) == (loss["data"] == "all" and loss["whole_again"])


def test_each_pool_that_is_not_redundant_has_its_reasons_and_cures() -> None:
    rows = results("bad")["placement"]["pools"]
    said = words(ElementTree.fromstring(f"<all>{pools.cures(rows)}</all>"))
    for row in rows:
        for text in (*row["reasons"], *row["cures"]) if row["verdict"] != "redundant" else ():
            assert text[1:] in said
    assert "shared-files" not in said and said.count("never writable") == 1


def test_the_trap_of_the_full_ratio_is_marked() -> None:
    room = capacity(tree_of(8, 8, 4, 0.4), copies(3))
    assert room is not None
    row = {"name": "p", "capacity": {name: getattr(room, name) for name in room.__annotations__}}
    root = ElementTree.fromstring(pools.capacity([row]))
    assert root.find(".//span[@class='mark bad']") is not None
    assert "a trap: full at 599 GiB when h0 is lost" in words(root)


# What the schema of Jenkins lets stand where.
INSIDE = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase", "system-out", "system-err"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
}
ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
    "testsuite": {
        "name", "tests", "failures", "errors", "time", "disabled", "skipped", "timestamp",
        "hostname", "id", "package",
    },
    "testcase": {"name", "assertions", "time", "classname", "status"},
    "failure": {"type", "message"}, "skipped": {"type", "message"}, "system-out": set(),
}  # fmt: skip


@pytest.mark.parametrize("name", SITES)
def test_junit_counts_what_the_summary_counts(name: str) -> None:
    whole = judged(name)
    root = ElementTree.fromstring(junit(whole).encode())
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= INSIDE.get(element.tag, set())
    (suite,) = root
    counts, cases = whole.summary, [item.get("name", "").split()[0] for item in suite]
    assert cases == list(REGISTRY)
    assert suite.get("tests") == root.get("tests") == str(len(REGISTRY))
    assert len(list(suite.iter("failure"))) == int(suite.get("failures", "")) == counts["error"]
    skipped = counts["not decided"] + counts["not applicable"] + counts["muted"]
    assert len(list(suite.iter("skipped"))) == int(suite.get("skipped", "")) == skipped
    assert len(list(suite.iter("system-out"))) == counts["warned"]
    assert [item for item in suite.iter("skipped") if len(item.get("message", "")) < 10] == []
    assert [
        item for item in suite.iter("failure") if not re.search("rook_|host", item.text or "")
    ] == []


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG."""
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_in_light_and_in_dark() -> None:
    light, dark = (
        dict(re.findall(r"--([\w-]+):#(\w+)", block))
        for block in re.findall(r":root\{(.*?)\}", STYLE, re.DOTALL)[:2]
    )
    pairs = [("ink", "page"), ("ink", "paper"), ("soft", "page"), ("soft", "paper")]
    for status in ("bad", "fair", "good", "open", "quiet"):
        pairs += [
            (status, f"{status}-bg"),
            (status, "paper"),
            (status, "page"),
            ("ink", f"{status}-bg"),
        ]
    weak = [
        (one, other)
        for colours in (light, {**light, **dark})
        for one, other in pairs
        if contrast(colours[one], colours[other]) < 4.5
    ]
    chips = [light[kind] for kind in ("hdd", "ssd", "nvme", "other")]
    assert weak == [] and min(contrast("ffffff", chip) for chip in chips) >= 4.5
