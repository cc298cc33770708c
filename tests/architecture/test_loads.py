# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module loads before it begins: every task pays for that again."""

from __future__ import annotations

import ast
import functools
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = frozenset(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
PREFIX = "ansible_collections.rookery.rook."
# Parts that take long to load, and the modules that never need them.
SPARED: dict[str, frozenset[str]] = {
    "_site": frozenset(
        {
            "kubernetes_manifests",
            "kubernetes_node_info",
            "rook_release_info",
            "terraform_state_info",
        }
    ),
    "_plan": frozenset({"kubernetes_manifests", "kubernetes_node_info", "rook_diagnose"}),
    "_guards": frozenset({"rook_diagnose", "rook_info", "rook_verify", "rook_wait"}),
    "_diagnosis": MODULES - {"rook_diagnose"},
    "_clients.charts": MODULES,
    "_clients.download": MODULES - {"rook_release_info"},
    "_takedown": MODULES - {"rook_teardown"},
    "_proof_gone": MODULES - {"rook_teardown"},
    "_verify.objects": MODULES - {"rook_verify"},
}


def loaded_names(body: list[ast.stmt]) -> t.Iterator[str]:
    """Yield the names that are imported as a file is loaded: not in functions, not for types."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from loaded_names([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from loaded_names([*node.body, *node.orelse, *node.finalbody])


@functools.cache
def files_loaded(path: Path) -> frozenset[Path]:
    """Return the files of the collection that a file's own imports name, with their packages."""
    found = set()
    for name in loaded_names(ast.parse(path.read_text()).body):
        parts = name.removeprefix(PREFIX).split(".") if name.startswith(PREFIX) else []
        for count in range(1, len(parts) + 1):
            place = ROOT.joinpath(*parts[:count])
            found |= {place / "__init__.py", place.with_suffix(".py")}
    return frozenset(filter(Path.is_file, found))


def load(module: str) -> frozenset[str]:
    """Return all parts of module_utils that a module loads, such as _clients.kube."""
    found: set[Path] = set()
    ahead = [ROOT / f"plugins/modules/{module}.py"]
    while ahead:
        path = ahead.pop()
        ahead += files_loaded(path) - found
        found |= files_loaded(path)
    base = ROOT / "plugins/module_utils"
    names = (path.relative_to(base).with_suffix("").parts for path in found)
    return frozenset(".".join(parts).removesuffix(".__init__") for parts in names)


@pytest.mark.parametrize("part", SPARED)
def test_modules_do_not_load_what_they_never_need(part: str) -> None:
    assert SPARED[part] <= MODULES
    assert [module for module in sorted(SPARED[part]) if part in load(module)] == []


@pytest.mark.parametrize("part", SPARED)
def test_what_is_spared_is_there(part: str) -> None:
    place = ROOT.joinpath("plugins/module_utils", *part.split("."))
    assert place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def test_the_test_itself_sees_what_is_loaded() -> None:
    assert {"_site", "_run", "_clients.kube", "_kinds", "_render.operator"} <= load("rook_site")
