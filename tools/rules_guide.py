# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the guide to the rules from their registry: tools/env python tools/rules_guide.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

import eras_guide
from ansible_collections.rookery.rook.plugins.module_utils._rules import REGISTRY
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import STAGES
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import CONDITIONS

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.rookery.rook.plugins.module_utils._rules_types import Rule

GUIDE = Path(__file__).resolve().parents[1] / "docs/docsite/rst/rules_guide.rst"
_HEAD = """\
.. Copyright: (c) 2026, The rookery.rook authors
.. GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later
.. Written by tools/rules_guide.py from the registry in plugins/module_utils; a test compares them.

.. _ansible_collections.rookery.rook.docsite.rules_guide:

Rules
=====

Nothing that cannot work is applied: ``rook_preflight`` judges a site by {count} rules before the
first change. Each is decided as early as it can be: from the variables alone, then from what the
Kubernetes API says, from what the hosts say, and from what hosts find out about each other. What
was found comes in one message, each finding with its id, variable, value, reason and way out.

In the result every rule is one of these:

- *passed*: all that it needs was there, and it found nothing,
- *warned* or *error*: it found something; an error stops the play,
- *muted*: it found something, and ``rook_preflight_mute`` gives a reason why that may be so,
- *not decided*: a fact could not be had, and the reason says which and why. It has not passed,
- *not applicable*: it is about another release, or about something that the site does not want.

.. code-block:: yaml

   rook_preflight_mute:
     POOL-06: scratch data that can be made again

Rules marked with ``!`` guard data, or stand under all others: they cannot be muted, and neither can
a rule without a reason. ``rook_preflight_probes_enabled: false`` leaves the probes out; their rules
are then not decided. Preflight reads only. A node that is not reached is named, and the rest is
judged all the same.

Images
------

``RES-01`` asks on each node that takes pods for the images of the operator, of Ceph and of the CSI
drivers, as the model and the operator's files name them. It passes where the container runtime has
an image, where an archive brings it (``rook_kubernetes_source: artefacts``), or where a registry or
a mirror of the runtime says that it has it. Only manifests are asked for, by the runtime's mirrors,
certificates and proxies, and with the token that anybody gets. Where a login is wanted, the rule is
not decided: a pull secret, or the runtime's own, may do. An image that nobody gives is an error
where a container runtime is, as its pods would stay in ImagePullBackOff; before there is one, and
where images are still to be imported, it is a warning. Who brings images by a way of their own
later mutes the rule with that reason.

What only a running cluster tells
---------------------------------

``NET-03`` cannot be decided before there is a cluster. When it runs, preflight takes the time at
which the operator's pod last had an answer of the monitors, and ``rook_verify`` asks them from pods
on several nodes. Rules about other Ceph clusters and about changes of release need no API where no
host has a kubelet: there is no cluster yet. What others may still bring to a new cluster, such as
classes and secrets, is not decided before it is there.

"""
_TITLES = {
    "variables": "From the variables",
    "api": "From the Kubernetes API",
    "hosts": "From the hosts",
    "probes": "From probes between hosts",
    "running": "When the cluster runs",
}


def _row(row: Rule) -> tuple[str, ...]:
    """Return one rule as people read it."""
    releases = "" if row.since is None and row.until is None else (
        eras_guide.releases(row.since, row.until)
    )  # fmt: skip
    unless = f"unless {CONDITIONS[row.when][0]}" if row.when else ""
    about = "; ".join(filter(None, (releases, unless, "teardown" * (row.state == "absent"))))
    name = f"{row.id}!" if row.guard else row.id
    return name, row.severity, f"{row.title}: {row.why}", row.cure, about, row.source


def _rows(stage: str) -> Iterator[tuple[str, ...]]:
    """Yield the rules that are decided at a stage."""
    for row in REGISTRY.values():
        if row.stage == stage:
            yield _row(row)


def guide() -> str:
    """Return the whole page."""
    lines = [_HEAD.format(count=len(REGISTRY))]
    for stage in STAGES:
        title = _TITLES[stage]
        lines += [title, "-" * len(title), ""]
        columns = ("Rule", "Severity", "What has to hold, and why", "Way out", "About", "Source")
        lines += eras_guide.csv_table(columns, _rows(stage))
    return "\n".join(lines)


if __name__ == "__main__":
    GUIDE.write_text(guide(), encoding="utf-8")
    print(GUIDE)
