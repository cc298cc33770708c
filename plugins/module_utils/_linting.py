# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Find the definitions that a site's objects have to fit, and refuse what the server would."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Ref
from ansible_collections.rookery.rook.plugins.module_utils._clients.upstream import (
    read_upstream,
    source_problems,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, ModelError
from ansible_collections.rookery.rook.plugins.module_utils._kinds import KINDS
from ansible_collections.rookery.rook.plugins.module_utils._lint import (
    DEFINITION,
    Definitions,
    lint,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.origins import (
    origins_of,
    problem_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._managed import is_settled

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

    Manifest = Mapping[str, t.Any]

_APIS = ("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1")
_FORBIDDEN = 403


def refuse_what_the_server_would(
    client: Kube, site: Site, desired: Sequence[Desired], objects: Mapping[str, Manifest]
) -> None:
    """Raise ModelError with all that is wrong with any custom resource of a site.

    What is stored as it is wanted has been taken, unless its definition is about to change: most
    runs change nothing, and of definitions there are megabytes.
    """
    linted = Definitions((), site.release)
    wanted = [item.manifest for item in desired if item.kind == DEFINITION]
    custom = [
        item
        for item in desired
        if linted.knows(str(item.manifest["apiVersion"]), item.kind)
        and (wanted or item.id not in objects or not is_settled(objects[item.id], item.manifest))
    ]
    if not custom:
        return
    found = wanted or _definitions(client, site, custom)
    definitions = Definitions(found, site.release)
    origins = origins_of(site)
    problems = [
        problem_of(finding, item.id, origins.get(_key(item), ()))
        for item in custom
        for finding in lint(item.manifest, definitions)
    ]
    if problems:
        raise ModelError(problems)


def _key(item: Desired) -> tuple[str, str]:
    """Return by what the variables of an object are found: its kind of today, and its name."""
    row = KINDS.get(item.kind)
    return (row.became if row else "") or item.kind, item.manifest["metadata"]["name"]


def _definitions(client: Kube, site: Site, custom: Sequence[Desired]) -> Iterable[Manifest]:
    """Return the definitions that are about to be there: those of the files, or living ones."""
    if site.operator.source and not list(source_problems(site)):
        return read_upstream(site)
    return _living(client, custom)


def _living(client: Kube, custom: Sequence[Desired]) -> Iterable[Manifest]:
    """Return the definitions of the cluster, none where they may not be read.

    They are asked for by name. Where one is missing, the rest tells whether all are; and a chart
    may make what no row names.
    """
    api = next((api for api in _APIS if client.serves(api, DEFINITION)), "")
    if not api:
        return ()
    rows = [KINDS.get(item.kind) for item in custom]
    names = sorted({row.definition for row in rows if row})
    try:
        found = [client.get(Ref(api, DEFINITION, "", name)) for name in names]
        known = [item for item in found if item]
        told = all(rows) and len(known) == len(names)
        return known if told else client.list(api, DEFINITION).items
    except ClientError as problem:
        if problem.status != _FORBIDDEN:
            raise
        return ()
