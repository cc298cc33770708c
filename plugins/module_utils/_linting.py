# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Find the definitions that a site's objects have to fit, and refuse what the server would."""

from __future__ import annotations

import typing as t

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

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

    Manifest = Mapping[str, t.Any]

_APIS = ("apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1")
_FORBIDDEN = 403


def refuse_what_the_server_would(client: Kube, site: Site, desired: Sequence[Desired]) -> None:
    """Raise ModelError with all that is wrong with any custom resource of a site."""
    linted = Definitions((), site.release)
    custom = [item for item in desired if linted.knows(str(item.manifest["apiVersion"]), item.kind)]
    if not custom:
        return
    definitions = Definitions(_definitions(client, site, desired), site.release)
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


def _definitions(client: Kube, site: Site, desired: Sequence[Desired]) -> Iterable[Manifest]:
    """Return the definitions that are about to be there: wanted, of the files, or living ones."""
    wanted = [item.manifest for item in desired if item.kind == DEFINITION]
    if wanted:
        return wanted
    if site.operator.source and not list(source_problems(site)):
        return read_upstream(site)
    return _living(client)


def _living(client: Kube) -> Iterable[Manifest]:
    """Return the definitions of the cluster, none where they may not be read."""
    api = next((api for api in _APIS if client.serves(api, DEFINITION)), "")
    if not api:
        return ()
    try:
        return client.list(api, DEFINITION).items
    except ClientError as problem:
        if problem.status != _FORBIDDEN:
            raise
        return ()
