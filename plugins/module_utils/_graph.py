# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What needs what: layers of independent nodes, their reverse, and cycles named. Pure."""

from __future__ import annotations

import dataclasses
import graphlib
import typing as t
from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError

if t.TYPE_CHECKING:
    from collections.abc import Iterable


class CycleError(RookeryError):
    """Some nodes need each other, so none of them can be first."""


@dataclasses.dataclass(frozen=True)
class Graph:
    """Nodes and the nodes that each of them needs; needs outside the graph are dropped."""

    needs: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, needs: Mapping[str, Iterable[str]]) -> Graph:
        """Return the graph of a mapping from node to needed nodes."""
        return cls({node: frozenset(needs.keys() & needed) for node, needed in needs.items()})

    def layers(self) -> tuple[frozenset[str], ...]:
        """Return sets of nodes that need only nodes of earlier sets; raises CycleError."""
        sorter = graphlib.TopologicalSorter(self.needs)
        try:
            sorter.prepare()
        except graphlib.CycleError as error:
            path = " -> ".join(reversed(error.args[1]))
            raise CycleError(f"These objects need each other: {path}.") from error
        found = []
        while sorter.is_active():
            ready = sorter.get_ready()
            found.append(frozenset(ready))
            sorter.done(*ready)
        return tuple(found)

    def reversed(self) -> Graph:
        """Return the same nodes with every edge turned round."""
        turned: dict[str, set[str]] = {node: set() for node in self.needs}
        for node, needed in self.needs.items():
            for other in needed:
                turned[other].add(node)
        return Graph({node: frozenset(others) for node, others in turned.items()})

    def closure(self, nodes: Iterable[str]) -> frozenset[str]:
        """Return the nodes together with everything that they need, at any distance."""
        found: set[str] = set()
        todo = [node for node in nodes if node in self.needs]
        while todo:
            node = todo.pop()
            if node not in found:
                found.add(node)
                todo.extend(self.needs[node])
        return frozenset(found)
