# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user reads: every module, filter and role is documented, and the examples are valid."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils import _eras, _rules, _rules_site

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
FILTERS = sorted(path.stem for path in (ROOT / "plugins/filter").glob("*.py"))
INVENTORIES = sorted(path.stem for path in (ROOT / "plugins/inventory").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
GUIDES = sorted((ROOT / "docs/docsite/rst").glob("*.rst"))
READMES = [
    ROOT / "CONTRIBUTING.md",
    *(path for folder in (".", "roles/*", "lab", "lab/*/*", "benchmarks/*")
      for path in sorted(ROOT.glob(f"{folder}/README.md"))),
]  # fmt: skip
PAGES = [*GUIDES, *READMES]


@functools.cache
def documented(kind: str) -> dict[str, t.Any]:
    """Return ansible-doc's own reading of all plugins of a kind, in one process."""
    names = {"module": MODULES, "filter": FILTERS, "inventory": INVENTORIES, "role": ROLES}[kind]
    command = [
        Path(sys.executable).parent / "ansible-doc",
        "--type",
        kind,
        "--json",
        *(f"rookery.rook.{name}" for name in names),
    ]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0"},
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def options(
    spec: t.Mapping[str, t.Any], path: str = ""
) -> t.Iterator[tuple[str, t.Mapping[str, t.Any]]]:
    for name, option in (spec or {}).items():
        yield f"{path}{name}", option
        inside = option.get("suboptions") or option.get("options") or option.get("contains")
        yield from options(inside or {}, f"{path}{name}.")


def unfinished(spec: t.Mapping[str, t.Any]) -> list[str]:
    """Return options whose description is missing or is not made of sentences."""
    return [
        name
        for name, option in options(spec)
        if not option.get("description")
        or not all(str(line).rstrip().endswith(".") for line in aslist(option["description"]))
    ]


def aslist(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_documented(name: str) -> None:
    entry = documented("module")[f"rookery.rook.{name}"]
    assert entry["doc"]["short_description"]
    assert "check_mode" in entry["doc"].get("attributes", {})
    assert unfinished(entry["doc"].get("options") or {}) == []
    assert entry["return"] or name == "rook_wait", "RETURN documents what is returned"


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_is_documented(name: str) -> None:
    entry = documented("filter")[f"rookery.rook.{name}"]
    assert entry["examples"] and entry["return"]
    assert unfinished(entry["doc"]["options"]) == []


@pytest.mark.parametrize("name", INVENTORIES)
def test_an_inventory_plugin_is_documented(name: str) -> None:
    entry = documented("inventory")[f"rookery.rook.{name}"]
    assert entry["examples"]
    assert unfinished(entry["doc"]["options"]) == []


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_documented(name: str) -> None:
    main = documented("role")[f"rookery.rook.{name}"]["entry_points"]["main"]
    assert main["short_description"] and main["description"]
    assert unfinished(main.get("options") or {}) == []


def said_of(kind: str, name: str, told: str) -> set[str]:
    """Return the names, at any depth, of what a plugin or role takes (O) or returns (RV)."""
    entry = documented(kind)[f"rookery.rook.{name}"]
    if told == "RV":
        found = list(options(entry.get("return") or {}))
    elif kind == "role":
        # Every role takes the variables of the whole site, too.
        roles = (entry, documented("role")["rookery.rook.rook_common"])
        found = [row for role in roles for row in options(role["entry_points"]["main"]["options"])]
    else:
        found = list(options(entry["doc"].get("options") or {}))
    return {path for path, _ in found} | {
        alias for _, option in found for alias in option.get("aliases", [])
    }


def unknown(kind: str, name: str) -> list[str]:
    """Return what a documentation refers to in our own plugins and roles, and is not there."""
    text = json.dumps(documented(kind)[f"rookery.rook.{name}"])
    wrong = [
        f"M({word})"
        for word in re.findall(r"\bM\(([^)]*)\)", text)
        if word.startswith("rookery.rook.") and word.split(".")[-1] not in MODULES
    ]
    for told, word in re.findall(r"\b(O|RV)\(([^)=]*)[^)]*\)", text):
        where, mark, option = word.rpartition(":")
        other, _, type_ = where.partition("#") if mark else (name, "", kind)
        known = said_of(type_.split(":")[0], other.removeprefix("rookery.rook."), told)
        if option.replace("[]", "") not in known:
            wrong.append(f"{told}({word})")
    return wrong


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, name)
        for kind, names in (
            ("module", MODULES), ("filter", FILTERS), ("inventory", INVENTORIES), ("role", ROLES),
        )
        for name in names
    ],
)  # fmt: skip
def test_what_a_documentation_refers_to_is_there(kind: str, name: str) -> None:
    assert unknown(kind, name) == []


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_tasks_of_this_module(name: str) -> None:
    tasks = yaml.safe_load(documented("module")[f"rookery.rook.{name}"]["examples"])
    assert tasks and all(task["name"] for task in tasks)
    used = [task for task in tasks if f"rookery.rook.{name}" in task]
    known = documented("module")[f"rookery.rook.{name}"]["doc"].get("options") or {}
    aliases = {alias for option in known.values() for alias in option.get("aliases", [])}
    assert used, "no example uses the module"
    for task in used:
        assert set(task[f"rookery.rook.{name}"] or {}) <= set(known) | aliases


def test_the_action_group_is_exactly_the_modules_that_talk_to_the_api() -> None:
    api = {
        name
        for name in MODULES
        if "kubeconfig"
        in (documented("module")[f"rookery.rook.{name}"]["doc"].get("options") or {})
    }
    groups = yaml.safe_load((ROOT / "meta/runtime.yml").read_text()).get("action_groups", {})
    assert sorted(groups.get("rook", [])) == sorted(api)


def test_the_guides_are_listed() -> None:
    contents = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text())
    listed = [name for section in contents["sections"] for name in section["toctree"]]
    assert sorted(listed) == [guide.stem for guide in GUIDES]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_sets_no_words_between_single_backquotes(guide: Path) -> None:
    """They would be shown as the title of a book."""
    rest = re.sub(r"``[^`]+``|:\w+:`[^`]+`|`[^`]+`_", "", guide.read_text())
    assert [line for line in rest.splitlines() if "`" in line] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_only_what_exists(page: Path) -> None:
    """Words that look like ours, in examples too, must be something of today."""
    variables = {
        name
        for role in documented("role").values()
        for name in role["entry_points"]["main"].get("options") or {}
    }
    playbooks = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    ours = {*MODULES, *FILTERS, *INVENTORIES, *ROLES, *playbooks}
    text = page.read_text()
    named = set(re.findall(r"\brookery\.rook\.([a-z]\w*)", text)) - {"docsite"}
    words = set(re.findall(r"(?<![\w./*])rook_\w+", text))
    assert sorted(named - ours) + sorted(words - ours - variables) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_only_rules_that_exist(page: Path) -> None:
    named = set(re.findall(r"\b[A-Z]{2,8}-\d\d\b", page.read_text()))
    assert sorted(named - set(_rules.REGISTRY)) == []


def paths_of(page: Path) -> set[Path]:
    """Return the files and folders of the repository that a page names."""
    text = page.read_text()
    tops = "roles|plugins|playbooks|inventories|docs|extensions|tests|tools|benchmarks|molecule"
    mark = "``" if page.suffix == ".rst" else "`"
    words = set(re.sub(r"(?s)```.*?```", "", text).replace("\n", " ").split(mark)[1::2])
    named = {word.split(" ")[0] for word in words if re.match(rf"({tops}|lab)/[^*]+$", word)}
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", text) if page.suffix == ".md" else ()
    return {ROOT / name for name in named} | {page.parent / link for link in links}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_leads_to_files_that_exist(page: Path) -> None:
    assert sorted(str(path) for path in paths_of(page) if not path.exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_tells_of_commands_that_exist(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"(?m)^([a-z0-9 -]+):", (ROOT / "Makefile").read_text()))
    made = {target for line in targets for target in line.split()}
    assert set(re.findall(r"(?m)(?:^|`)make ([a-z0-9-]+)", text)) <= made
    scenarios = {path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml")}
    assert set(re.findall(r"molecule test -s (\w+)", text)) <= scenarios


@pytest.mark.parametrize("sample", ["baremetal", "openstack"])
def test_the_first_commands_fetch_what_the_samples_name(sample: str) -> None:
    variables = ROOT / f"inventories/{sample}/group_vars/all/rook.yml"
    given = yaml.safe_load(variables.read_text())
    tag = f"v{given['rook_version']}"
    assert given["rook_operator_manifests"] == f"~/rook-{tag}/deploy/examples"
    for page in (ROOT / "README.md", ROOT / "docs/docsite/rst/quickstart_guide.rst"):
        command = f"git clone --depth 1 --branch {tag} https://github.com/rook/rook ~/rook-{tag}\n"
        assert command in page.read_text()


def test_the_readme_names_all_there_is() -> None:
    text = (ROOT / "README.md").read_text()
    # rook_common is nobody's to use.
    roles = {f"[{name}](roles/{name}/README.md)" for name in ROLES if name != "rook_common"}
    playbooks = {f"| `{path.stem}` |" for path in (ROOT / "playbooks").glob("*.yml")}
    wanted = roles | playbooks | {f"`{name}`" for name in MODULES}
    assert sorted(name for name in wanted if name not in text) == []


def test_the_readme_says_of_releases_what_their_sources_do() -> None:
    said = {
        row[0]: row[1:]
        for line in (ROOT / "README.md")
        .read_text()
        .partition("## What is supported")[2]
        .split("\n")
        if len(row := [cell.strip() for cell in line.strip("|").split("|")]) == 3
    }
    first, *_, last = (_eras.dotted(rook) for rook in sorted(_eras.ERAS))
    assert said["Rook"][0].startswith(f"{first} to {last},")
    ceph = {release for era in _eras.ERAS.values() for release in era.ceph_majors}
    assert said["Ceph"][0].startswith(f"{min(ceph)} to {max(ceph)},")
    made = re.search(
        r"rook_kubernetes_version is version\('([\d.]+)', '>='\)",
        (ROOT / "roles/rook_kubernetes/tasks/variables.yml").read_text(),
    )
    adopted = _eras.dotted(_rules_site._APPLY)
    assert made and said["Kubernetes"][0].startswith(
        f"made from {made[1]} on, adopted from {adopted} on,"
    )
    pins = re.findall(r"ansible-core==([\d.]+)", (ROOT / "meta/ee-requirements.txt").read_text())
    least = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["requires_ansible"]
    assert pins and said["ansible-core"] == [
        f"{least.removeprefix('>=').removesuffix('.0')} or newer", " and ".join(pins),
    ]  # fmt: skip
