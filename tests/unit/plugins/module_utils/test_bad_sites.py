# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every bad site is refused by reading it alone, with path, reason and cure of each problem."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._clients.absent import NoCluster
from ansible_collections.rookery.rook.plugins.module_utils._clients.readonly import ReadOnly
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError
from ansible_collections.rookery.rook.plugins.module_utils._site import Wish, prospect
from sites.bad import ANYWHERE, Bad, bad_sites, whole

BAD = bad_sites()
LEAST = 200


def plan(params: dict[str, object]) -> None:
    """Plan a site from nothing, with a client that cannot write."""
    wish = Wish.from_params({**params, "stages": ("cluster", "storage")}, "present")
    prospect(ReadOnly(NoCluster()), wish)


def test_the_site_that_the_bad_ones_are_made_from_is_good() -> None:
    plan(whole())


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_site_is_refused(bad: Bad) -> None:
    with pytest.raises(ModelError) as caught:
        plan(bad.params)
    problems = caught.value.problems
    paths = [problem.path for problem in problems]
    assert bad.told == ANYWHERE or bad.told in paths, str(caught.value)
    for problem in problems:
        assert problem.path and problem.reason and problem.cure, str(problem)


def test_there_are_many_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    different = {repr(bad.params) for bad in BAD}
    with capsys.disabled():
        print(f"\nbad sites refused: {len(different)}")
    assert len(different) == len(BAD) >= LEAST
