# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Eras: which Rook, Kubernetes and Ceph releases are known, and how versions are read."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError


@pytest.mark.parametrize("version", ["0.6.2", "0.9", "1.0", "1.2.7", "1.16.0", "1.18.11", "1.20.6"])
def test_every_release_of_a_known_minor_has_its_era(version: str) -> None:
    assert version.startswith(_eras.era(version).name)


@pytest.mark.parametrize("version", ["0.5", "0.10", "1", "", "1.18.1.2", "1.18x"])
def test_other_releases_are_refused(version: str) -> None:
    with pytest.raises(ModelError, match=r"^version: "):
        _eras.era(version)
    assert _eras.era_problem(version, allow_newer=True) is not None


@pytest.mark.parametrize("version", ["1.21", "2.0.1"])
def test_a_newer_release_is_as_the_newest_at_ones_own_risk(version: str) -> None:
    problem = _eras.era_problem(version)
    assert problem is not None
    assert "allow_newer" in problem.cure
    assert _eras.era_problem(version, allow_newer=True) is None
    assert _eras.era(version) is _eras.NEWEST


def test_no_release_between_the_oldest_and_the_newest_is_missing() -> None:
    assert [row.name for row in _eras.ERAS.values()] == [
        *(f"0.{minor}" for minor in range(6, 10)),
        *(f"1.{minor}" for minor in range(21)),
    ]


def test_life_times_begin_and_end_within_the_table() -> None:
    for life in (*_eras.VARIABLES, *_eras.SETTINGS):
        assert life.since or life.until, life.path
        assert {life.since, life.until} - {None} <= set(_eras.ERAS), life.path
        assert not life.lives_in((life.until and (*life.until[:1], life.until[1] + 1)) or (0, 6))


def test_a_window_is_written_as_people_write_it() -> None:
    assert str(_eras.era("1.18").kubernetes) == "1.29 to 1.34"
    assert str(_eras.era("1.9").kubernetes) == "1.17 or more"


def test_1_20_is_not_1_2() -> None:
    assert _eras.era("1.20").rook == (1, 20)


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("quay.io/ceph/ceph:v19.2.3", (19, 2, 3)),
        ("quay.io/ceph/ceph:v19.2.3-20250717", (19, 2, 3)),
        ("registry.example:5000/ceph:v20.2.4", (20, 2, 4)),
        ("quay.io/ceph/ceph:v19.2.3@sha256:00ff", (19, 2, 3)),
        ("registry.example:5000/ceph", None),
        ("quay.io/ceph/ceph:latest", None),
        ("quay.io/ceph/ceph:v20", (20,)),
    ],
)
def test_the_release_of_an_image_is_read_from_its_tag(
    image: str, version: tuple[int, ...] | None
) -> None:
    assert _eras.image_version(image) == version


def test_each_eras_example_image_is_one_that_it_supports() -> None:
    for row in _eras.ERAS.values():
        if not row.ceph_image:
            assert row.rook < (0, 9)
            continue
        version = _eras.image_version(row.ceph_image)
        assert version is not None
        assert version >= row.ceph_least
        assert version[0] in row.ceph_majors
        assert version not in row.ceph_bad
