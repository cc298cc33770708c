# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a chart knows: its values, given ones that it does not know, its hooks. Pure."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils import _kinds
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged
from ansible_collections.rookery.rook.plugins.module_utils._render.drivers import needs_nfs
from ansible_collections.rookery.rook.plugins.module_utils._render.storage import provisioner

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

# A chart's values by name. None is one whose inside is the user's own.
Known = Mapping[str, t.Any]

# What Kubernetes takes whole; a chart's default of it is no list of what is allowed.
_WHOLE = re.compile(
    r"(annotations|labels|resources?|selector|tolerations?|affinity|securitycontext)$",
    re.IGNORECASE,
)
# A key, written out or commented out; two signs of a comment are prose.
_LINE = re.compile(r"( *)(?:(#)( *))?(- +)?([A-Za-z][\w.-]*):(?:\s+(\S.*))?$")
_ITEM = re.compile(r"( *)(?:#( *))?- ")
_USE = re.compile(r"\.Values((?:\.[A-Za-z]\w*)+)")
_HOOK = "helm.sh/hook"
_TESTS = frozenset({"test", "test-success", "test-failure"})
# Helm 2's way to have definitions first; the plan has them first anyway.
_DEFINITIONS = frozenset({"crd-install"})
# Hooks of Rook's charts that are left out: it waits for definitions, as the plan does.
_LEFT_OUT = frozenset({("Job", "rook-operator-wait-resources")})


# Values that the model has options for; classes and rules are made from those.
_ELSEWHERE = {
    "operatorNamespace": "namespace",
    "obcProvisionerNamePrefix": "operator.config.ROOK_OBC_PROVISIONER_NAME_PREFIX",
    "csi.csiDriverNamePrefix": "operator.config.CSI_DRIVER_NAME_PREFIX",
    "csi.kubeletDirPath": "operator.config.ROOK_CSI_KUBELET_DIR_PATH",
}
_DRIVERS = ("rbd", "cephfs", "nfs", "nvmeof")


@dataclasses.dataclass(frozen=True)
class Chart:
    """A chart as its files say it.

    text is that of its values, used are the paths of those that its templates read, inside are the
    charts that it brings by the name that their values have; one that is not there is None.
    """

    name: str
    values: Mapping[str, t.Any]
    text: str = ""
    used: frozenset[tuple[str, ...]] = frozenset()
    schema: Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    inside: Mapping[str, Chart | None] = dataclasses.field(default_factory=dict)


def used_values(template: str) -> Iterator[tuple[str, ...]]:
    """Yield the path of every value that a template reads."""
    for match in _USE.finditer(template):
        yield tuple(match[1].removeprefix(".").split("."))


def known_values(chart: Chart) -> Known:
    """Return the values that a chart has.

    They are written out, commented out, read by a template, described in a schema, or those of a
    chart inside.
    """
    tree = _tree(chart.values)
    read = [path[:depth] for path in chart.used for depth in range(1, len(path) + 1)]
    more = dict.fromkeys((*_commented(chart.text), *sorted(read)))
    written = set(_paths(tree))
    unwritten = [path for path in more if path not in written]
    for path in unwritten:
        _add(tree, path, unwritten)
    tree = merged(_schema_tree(chart.schema), tree)
    for name, inner in chart.inside.items():
        tree[name] = merged(known_values(inner), tree.get(name) or {}) if inner else None
    return {**tree, "global": None}


def value_problems(
    values: Mapping[str, t.Any], known: Known, path: str, chart: str
) -> Iterator[Problem]:
    """Yield every value that a chart does not know, with the nearest that it does."""
    yield from _unknown(values, known, path, chart, known)


def contradictions(site: Site) -> Iterator[Problem]:
    """Yield values that say something else than the rest of the model does."""
    for path, option in _ELSEWHERE.items():
        value = _kinds.at(site.operator.values, path)
        if value:
            cure = f"Set {option} instead."
            yield Problem(f"operator.values.{path}", repr(value), "has its own option", cure)
    for name in _DRIVERS:
        path = f"drivers.{name}.name"
        value, ours = _kinds.at(site.operator.drivers_values, path), provisioner(site, name)
        if value and value != ours:
            reason = f"is not the name that storage classes have ({ours})"
            cure = "Leave it out; operator.config.CSI_DRIVER_NAME_PREFIX changes all of them."
            yield Problem(f"operator.drivers_values.{path}", repr(value), reason, cure)


def drivers_values(site: Site) -> dict[str, t.Any]:
    """Return the values without which the drivers' chart does not fit Rook, and those given."""
    started = ("rbd", "cephfs", *(["nfs"] if needs_nfs(site) else []))
    base = {
        "operatorConfig": {
            "namespace": site.namespace,
            "driverSpecDefaults": {"imageSet": {"name": "rook-csi-operator-image-set-configmap"}},
        },
        "drivers": {
            name: {"enabled": name in started, "name": provisioner(site, name)} for name in _DRIVERS
        },
    }
    return t.cast("dict[str, t.Any]", merged(base, site.operator.drivers_values))


def without_hooks(objects: Iterable[Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return a chart's objects without its tests; raises ModelError for hooks of other kinds.

    A hook is run by Helm at a moment of its own making. The plan has an order that follows from
    what needs what, so a hook that does more than Rook's would be left undone in silence.
    """
    kept, problems = [], []
    for item in objects:
        hooks = frozenset(
            str((_kinds.at(item, "metadata.annotations") or {}).get(_HOOK, "")).split(",")
        ) - {""}
        if not hooks or hooks <= _DEFINITIONS:
            kept.append(dict(item))
        elif not hooks <= _TESTS and (item["kind"], item["metadata"]["name"]) not in _LEFT_OUT:
            reason = f"is a hook of Helm ({', '.join(sorted(hooks))}), which no plan contains"
            cure = "Switch it off in operator.values, or give manifests instead of the chart."
            target = f"{item['kind']} {item['metadata']['name']}"
            problems.append(Problem("operator.chart", target, reason, cure))
    if problems:
        raise ModelError(problems)
    return kept


def _tree(values: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the names of values; what is empty, a list or Kubernetes' own is the user's."""
    return {
        str(key): _tree(value)
        if isinstance(value, Mapping) and value and not _WHOLE.search(str(key))
        else None
        for key, value in values.items()
    }


def _schema_tree(schema: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the names of values that a schema describes."""
    return {
        str(key): (_schema_tree(inner) or None) if isinstance(inner, Mapping) else None
        for key, inner in (schema.get("properties") or {}).items()
    }


def _commented(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the paths of keys that are commented out, by the columns they would stand in."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        item = None if match and not match[4] else _ITEM.match(line)
        if item:
            column = len(item[1]) + max(len(item[2] or "") - 1, 0)
            above = [entry for entry in above if entry[0] < column]
            above.append((column, ""))
        elif match:
            column = len(match[1]) + max(len(match[3] or "") - 1, 0)
            above = [entry for entry in above if entry[0] < column]
            path = (*(name for _column, name in above), match[5])
            # A sentence that ends its first word with a colon begins with a capital.
            if match[2] and "" not in path and match[5][0].islower():
                yield path
            above.append((column, match[5]))


def _add(tree: dict[str, t.Any], path: tuple[str, ...], unwritten: Collection[t.Any]) -> None:
    """Add a key that is not written out, unless what it is in is the user's own."""
    node = tree
    for depth, parent in enumerate(path[:-1], 1):
        if node.get(parent) is None:
            if path[:depth] not in unwritten or _WHOLE.search(parent):
                return
            node[parent] = {}
        node = node[parent]
    node.setdefault(path[-1], None)


def _unknown(
    values: Mapping[str, t.Any], known: Known, path: str, chart: str, whole: Known
) -> Iterator[Problem]:
    """Yield what is unknown at one place, and below it."""
    for key, value in values.items():
        here = f"{path}.{key}"
        if key not in known:
            near = _nearest(str(key), known, whole)
            reason = f"is no value of the chart {chart}"
            if near:
                yield Problem(here, "", f"{reason}; the nearest is {near}", "Rename it.")
            else:
                names = ", ".join(sorted(known))
                yield Problem(here, "", reason, f"Leave it out. Known here are {names}.")
        elif known[key] is not None and value is not None:
            if isinstance(value, Mapping):
                yield from _unknown(value, known[key], here, chart, whole)
            else:
                inner = ", ".join(sorted(known[key]))
                cure = f"Give a dictionary with some of {inner}."
                yield Problem(here, repr(value), "is not a dictionary", cure)


def _nearest(key: str, known: Known, whole: Known) -> str:
    """Return the nearest name here; one of these very letters elsewhere comes before it."""
    names = {name.lower(): name for name in known}
    paths = {path[-1].lower(): ".".join(path) for path in _paths(whole)}
    if key.lower() not in names and key.lower() in paths:
        return paths[key.lower()]
    found = difflib.get_close_matches(key.lower(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else ""


def _paths(known: Known, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every value."""
    for name, inner in known.items():
        yield (*above, name)
        if inner:
            yield from _paths(inner, (*above, name))
