# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The images of a site, by the model and the files of its operator."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._clients.manifests import (
    objects_of,
    read_text,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.upstream import (
    local_files,
    read_upstream,
    source_problems,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError, ModelError
from ansible_collections.rookery.rook.plugins.module_utils._render.images import (
    Images,
    site_images,
)

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

# Definitions and accounts have no pods, and to read them takes a while.
_BARE = frozenset({"crds.yaml", "common.yaml"})


def read_images(site: Site) -> Images:
    """Return the images that the site's pods are made of; what is not known is told with why."""
    if any(source_problems(site)):
        return Images((), "the operator's files are not there")
    try:
        if site.operator.source == "chart":
            return _told(site_images(site, read_upstream(site), ""))
        return _told(_of_files(site))
    except (ClientError, ModelError) as problem:
        return Images(site_images(site, (), "").names, str(problem))


def _of_files(site: Site) -> Images:
    """Return the images in upstream's own files; those of rights hold a cluster of upstream's."""
    wanted = _eras.era(site.version)
    leave = _BARE | set(wanted.rights)
    files = [(name, path) for name, path in local_files(site) if name not in leave]
    texts = {name: read_text(path) for name, path in files}
    objects = [item for name, text in texts.items() for item in objects_of(text, name)]
    return site_images(site, objects, "\n".join(texts.values()))


def _told(found: Images) -> Images:
    words = f"the operator's files do not tell all of them: {found.lacking}"
    return Images(found.names, words) if found.lacking else found
