# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is documented of the modules of the deploy host is what they take, at any depth."""

from __future__ import annotations

import ast
import importlib
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import SECTIONS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.rookery.rook.plugins"
MODULES = sorted(
    path.stem
    for path in (ROOT / "plugins/modules").glob("*.py")
    if re.search(r"rookery\.rook\.(?:kubernetes|openstack)\n", path.read_text())
)


def constant(path: Path, name: str) -> str:
    """Return a string that a file assigns to a name, at any depth."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return t.cast("str", ast.literal_eval(node.value))
    raise AssertionError(f"{path} has no {name}")


def documented(module: str) -> dict[str, t.Any]:
    """Return the documented options of a module with those of its fragments."""
    doc = yaml.safe_load(constant(ROOT / f"plugins/modules/{module}.py", "DOCUMENTATION"))
    options = dict(doc.get("options") or {})
    for fragment in doc.get("extends_documentation_fragment", ()):
        _namespace, _collection, name, *part = fragment.split(".")
        fragments = importlib.import_module(f"{PACKAGE}.doc_fragments.{name}").ModuleDocFragment
        text = getattr(fragments, part[0].upper() if part else "DOCUMENTATION")
        options |= yaml.safe_load(text).get("options") or {}
    return options


def shape(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return of options what both sides tell."""
    return {
        name: {
            "type": option.get("type", "str"),
            "elements": option.get("elements"),
            "required": bool(option.get("required")),
            "default": option.get("default"),
            "choices": option.get("choices"),
            "inside": shape(option.get("suboptions") or option.get("options") or {}),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("module", MODULES)
def test_what_is_documented_is_what_is_taken(module: str) -> None:
    spec = importlib.import_module(f"{PACKAGE}.modules.{module}").SPEC
    assert shape(documented(module)) == shape(spec)


SINGLE = [
    name
    for name in MODULES
    if re.search(r"run_(one|single)\(", (ROOT / f"plugins/modules/{name}.py").read_text())
]


@pytest.mark.parametrize("module", SINGLE)
def test_a_module_of_one_object_tells_of_a_plan_what_that_of_a_site_does(module: str) -> None:
    told, whole = (
        yaml.safe_load(constant(ROOT / f"plugins/modules/{name}.py", "RETURN"))
        for name in (module, "rook_site")
    )
    assert set(told) == {"object", *whole}


def modules_of_sections() -> dict[str, str]:
    """Return the typed module of each section, by what it does what an entry does."""
    found = {}
    for path in (ROOT / "plugins/modules").glob("*.py"):
        words = path.read_text().partition("Does what one entry of the option C(")[2]
        found[words.partition(")")[0]] = path.stem
    return found


@pytest.mark.parametrize("section", SECTIONS.values(), ids=lambda row: row.name)
def test_a_section_has_a_module_with_its_options(section: t.Any) -> None:
    module = modules_of_sections()[section.name]
    spec = importlib.import_module(f"{PACKAGE}.modules.{module}").SPEC
    whole = importlib.import_module(f"{PACKAGE}.modules.rook_site").SPEC[section.name]["options"]
    assert {name: spec[name] for name in section.options} == {
        name: whole[name] for name in section.options
    }
    assert set(whole) == {"name", *section.options}
    assert (
        f'run_single(module, "{section.kind}"'
        in (ROOT / f"plugins/modules/{module}.py").read_text()
    )
