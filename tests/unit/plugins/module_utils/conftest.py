# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small models and manifests that the tests of the pure layers share."""

from __future__ import annotations

import copy
import typing as t
from collections.abc import Callable, Mapping

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import (
    _apply,
    _observe,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
from ansible_collections.rookery.rook.plugins.module_utils._render.common import merged
from sites.small import BARE, WHOLE, Params, upstream_of


@pytest.fixture
def make_site() -> Callable[..., Site]:
    """Return a maker of sites: three hosts with a device each, and what is given."""

    def make(**over: t.Any) -> Site:
        return parse_site({**BARE, **over})

    return make


@pytest.fixture
def whole_site() -> Site:
    """Return a site with one of everything."""
    return parse_site(WHOLE)


@pytest.fixture
def whole_params() -> Params:
    """Return the variables of a site with one of everything."""
    return copy.deepcopy(WHOLE)


@pytest.fixture
def bare_params() -> Params:
    """Return the variables of a site with three hosts and nothing else."""
    return copy.deepcopy(BARE)


@pytest.fixture
def upstream() -> list[Params]:
    """Return upstream's manifests in small."""
    return upstream_of()


@pytest.fixture
def make_upstream() -> Callable[..., list[Params]]:
    """Return a maker of upstream's manifests of another release or namespace."""
    return upstream_of


@pytest.fixture(scope="module")
def one_after_the_other() -> t.Iterator[None]:
    """Let independent requests run in one thread, so that a history is always the same."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (_apply, _observe):
            patch.setattr(module, "THREADS", 1)
        yield


@pytest.fixture
def overlaid() -> Callable[[Mapping[str, t.Any], Mapping[str, t.Any]], t.Any]:
    """Return the function that lays one object over another."""
    return merged
