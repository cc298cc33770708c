# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports point downwards, and only the files that may touch the world can."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins/module_utils"
PREFIX = "ansible_collections.rookery.rook.plugins.module_utils"

# From low to high. A file belongs to the first name that it, or its package, begins with.
PURE = (
    "_options",
    "_errors",
    "_steps",
    "_urls",
    "_eras_types",
    "_eras_table",
    "_eras",
    "_kinds",
    "_holders",
    "_remains",
    "_model",
    "_lint",
    "_placement",
    "_rules_types",
    "_rules_when",
    "_rules_pools",
    "_rules_",
    "_rules",
    "_verdicts",
    "_render",
    "_graph",
    "_diff",
    "_redact",
    "_redact_objects",
    "_managed",
    "_plan_types",
    "_evict",
    "_plan_absent",
    "_plan_kept",
    "_plan",
    "_consumers_crowd",
    "_consumers",
    "_blockers",
    "_guards_operator",
    "_guards_holders",
    "_guards_osds",
    "_strip",
    "_guards",
    "_applied",
    "_readiness_core",
    "_readiness_nodes",
    "_readiness_release",
    "_readiness_ceph",
    "_readiness_mirrors",
    "_readiness_csi",
    "_readiness_legacy",
    "_readiness",
    "_diagnosis",
    "_inventory",
    "_report",
    "_standing",
    "_preflight",
    "_page",
    "_report_page",
    "_cloud",
    "_cloud_hosts",
    "_cloud_tfstate",
    "_cloud_tfservers",
    "_cloud_tfrules",
    "_cloud_tfunclear",
    "_cloud_tfsite",
    "_cloud_keys",
)
WORLD = (
    "_files",
    "_clients",
    "_discreet",
    "_frame",
    "_cloud_",
    "_linting",
    "_find_holders",
    "_observe",
    "_feasible",
    "_evidence",
    "_diagnose",
    "_bundle",
    "_clues",
    "_waiter",
    "_lease",
    "_apply",
    "_verify",
    "_host",
    "_node_waiter",
    "_nodes",
    "_argspec",
    "_site",
    "_look",
    "_neighbours",
    "_examine",
    "_proof_gone",
    "_module",
    "_run",
    "_single",
    "_takedown",
)
LAYERS = (*PURE, *WORLD)

# What would let a pure file see a clock, a file, a network or another process.
IMPURE = frozenset(
    {
        "ansible", "asyncio", "concurrent", "datetime", "http", "io", "kubernetes",
        "multiprocessing", "openstack", "os", "pathlib", "random", "requests", "secrets",
        "selectors", "shutil", "signal", "socket", "ssl", "subprocess", "sys", "tempfile",
        "threading", "time", "urllib", "urllib3", "uuid", "yaml",
    }
)  # fmt: skip
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__"})


def layer(name: str) -> str:
    """Return the layer of a file by the name of its first part under module_utils."""
    exact = next((item for item in LAYERS if item == name), None)
    if exact is not None:
        return exact
    return next((item for item in LAYERS if item.endswith("_") and name.startswith(item)), "")


def imported(tree: ast.AST) -> t.Iterator[tuple[int, str]]:
    """Yield line and full name of every import, those for type checking included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def own(name: str) -> str | None:
    """Return the first part under module_utils of one of our own names."""
    return name.removeprefix(f"{PREFIX}.").split(".")[0] if name.startswith(f"{PREFIX}.") else None


FILES = sorted(UTILS.rglob("*.py"))
PURE_FILES = [
    path for path in FILES if layer(path.relative_to(UTILS).parts[0].removesuffix(".py")) in PURE
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(UTILS)))
def test_every_file_has_a_layer(path: Path) -> None:
    assert layer(path.relative_to(UTILS).parts[0].removesuffix(".py")) in LAYERS


def upward(path: Path, tree: ast.AST) -> list[str]:
    """Return imports of the same file's or a higher layer, unless both are in one package."""
    first = path.relative_to(UTILS).parts[0].removesuffix(".py")
    place = LAYERS.index(layer(first))
    return [
        f"line {line}: {name}"
        for line, name in imported(tree)
        if (target := own(name)) is not None
        and target != first
        and LAYERS.index(layer(target)) >= place
    ]


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: str(path.relative_to(UTILS)))
def test_imports_of_pure_files_point_downwards(path: Path) -> None:
    assert upward(path, ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: str(path.relative_to(UTILS)))
def test_pure_files_cannot_touch_the_world(path: Path) -> None:
    tree = ast.parse(path.read_text())
    libraries = {name.split(".")[0] for _line, name in imported(tree)}
    calls = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert libraries & IMPURE == set()
    assert calls & IMPURE_CALLS == set()


def test_the_test_itself_sees_an_upward_import_and_a_library() -> None:
    tree = ast.parse(f"import kubernetes\nfrom {PREFIX}._plan import Step\n")
    assert upward(UTILS / "_diff.py", tree) == [f"line 2: {PREFIX}._plan.Step"]
    assert {name.split(".")[0] for _line, name in imported(tree)} & IMPURE == {"kubernetes"}


def libraries_of(tops: tuple[str, ...], library: str) -> list[str]:
    """Return the files of some directories that import a library."""
    return [
        str(path.relative_to(ROOT))
        for top in tops
        for path in sorted((ROOT / top).rglob("*.py"))
        if any(
            name.split(".")[0] == library for _line, name in imported(ast.parse(path.read_text()))
        )
    ]


def test_only_clients_import_kubernetes() -> None:
    users = libraries_of(("plugins",), "kubernetes")
    assert [path for path in users if "/module_utils/_clients/" not in path] == []


def test_only_the_module_base_and_plugins_import_ansible() -> None:
    users = libraries_of(("plugins/module_utils",), "ansible")
    bases = {f"plugins/module_utils/{name}.py" for name in ("_discreet", "_module")}
    assert set(users) - bases == set()


def test_every_module_is_discreet() -> None:
    found = [
        f"{path.relative_to(ROOT)}, line {line}"
        for top in ("plugins/modules", "plugins/module_utils")
        for path in sorted((ROOT / top).rglob("*.py"))
        for line, name in imported(ast.parse(path.read_text()))
        if name.endswith(".AnsibleModule") and path.name != "_discreet.py"
    ]
    assert found == []
