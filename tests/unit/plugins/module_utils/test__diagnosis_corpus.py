# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole corpus is judged by all signatures; precision and recall are printed, and are 1."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis import SIGNATURES, diagnose
from symptoms import ALL, Case


def found_in(case: Case) -> frozenset[str]:
    return frozenset(each.signature.id for each in diagnose(case.evidence, case.release))


@pytest.mark.parametrize("case", ALL, ids=[case.name for case in ALL])
def test_evidence_shows_what_it_shows_and_nothing_else(case: Case) -> None:
    assert sorted(found_in(case)) == sorted(case.shows)


def test_every_signature_has_evidence_of_its_own() -> None:
    shown = {name for case in ALL for name in case.shows}
    assert {row.id for row in SIGNATURES} - shown == set(), "signatures without a case"
    assert shown - {row.id for row in SIGNATURES} == set(), "cases of no signature"


def test_precision_and_recall_over_the_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    right = wrong = missed = 0
    for case in ALL:
        found = found_in(case)
        right += len(found & case.shows)
        wrong += len(found - case.shows)
        missed += len(case.shows - found)
    precision, recall = right / (right + wrong), right / (right + missed)
    healthy = sum(not case.shows for case in ALL)
    with capsys.disabled():
        print(
            f"\n{len(SIGNATURES)} signatures, {len(ALL)} cases ({healthy} that show nothing), "
            f"{right + missed} diagnoses: precision {precision:.3f}, recall {recall:.3f}"
        )
    assert (precision, recall) == (1.0, 1.0)
