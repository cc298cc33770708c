# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures are matched as they say: all, any, none, how often, in which releases and order."""

from __future__ import annotations

import re

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis import (
    SIGNATURES,
    diagnose,
    looked_at,
    sentence,
)
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    SOURCES,
    Line,
    Sign,
    Signature,
    sign,
)
from hypothesis import given
from hypothesis import strategies as st
from sites.strategies import quick, seed_words

LINES = (Line("event", "Pod/a/x", "it is red"), Line("health", "CephCluster/a/x", "RED: very"))


def row(name: str, **more: object) -> Signature:
    return Signature(name, "t", "c.", "f.", "r", **more)  # type: ignore[arg-type]


def ids(*signatures: Signature, release: tuple[int, ...] | None = None) -> list[str]:
    return [found.signature.id for found in diagnose(LINES, release, signatures)]


def test_all_any_and_none_are_asked_for() -> None:
    red, blue = sign("event", "red"), sign("event", "blue")
    assert ids(row("some", some=(blue, red))) == ["some"]
    assert ids(row("every", every=(blue, red))) == []
    assert ids(row("every", every=(red,), some=(blue,))) == []
    assert ids(row("none", some=(red,), none=(sign("health", "^RED"),))) == []
    assert ids(row("none", some=(red,), none=(blue,))) == ["none"]


def test_source_and_object_have_to_fit() -> None:
    assert ids(row("a", some=(sign("pod", "red"),))) == []
    assert ids(row("a", some=(sign("event", "red", of="^Node/"),))) == []
    assert ids(row("a", some=(sign("event health", "red", of="^(Pod|Ceph)"),))) == ["a"]


def test_it_is_counted_how_many_say_it() -> None:
    assert ids(row("a", some=(sign("event health", "red", least=2),))) == ["a"]
    assert ids(row("a", some=(sign("event health", "red", least=3),))) == []


@pytest.mark.parametrize(
    ("release", "found"),
    [((1, 2, 9), []), ((1, 3), ["a"]), ((1, 7, 11), ["a"]), ((1, 8), []), (None, ["a"])],
)
def test_a_release_has_what_it_has(release: tuple[int, ...] | None, found: list[str]) -> None:
    signature = row("a", some=(sign("event", "red"),), since=(1, 3), until=(1, 7))
    assert ids(signature, release=release) == found


def test_causes_come_before_consequences_and_the_sure_before_the_possible() -> None:
    weak, strong = sign("event", "red", 1), sign("event", "red", 3)
    found = diagnose(
        LINES, None,
        (row("effect", some=(strong,), follows=("cause", "other")), row("guess", some=(weak,)),
         row("cause", some=(strong,))),
    )  # fmt: skip
    assert [each.signature.id for each in found] == ["cause", "guess", "effect"]
    assert [each.confidence for each in found] == ["sure", "possible", "sure"]
    assert found[2].follows == ("cause",)


def test_two_signs_that_are_asked_for_make_each_other_surer() -> None:
    (found,) = diagnose(
        LINES, None, (row("a", every=(sign("event", "red", 1), sign("health", "RED", 2))),)
    )
    assert found.confidence == "sure" and found.evidence == (LINES[1], LINES[0])


def test_a_diagnosis_in_a_sentence_has_cause_cure_and_evidence() -> None:
    (found,) = diagnose(LINES, None, (row("a", some=(sign("event", "red"),)),))
    assert sentence(found) == "Diagnosis a (likely): c. f. Seen: Pod/a/x: it is red"


def test_without_a_fitting_signature_nothing_is_guessed() -> None:
    assert diagnose([Line("operator", "Pod/a/x", "E | the flux is out of alignment")]) == ()
    assert diagnose([]) == ()
    assert looked_at(LINES) == {"event": 1, "health": 1}


@quick(200)
@given(
    st.lists(st.builds(Line, st.sampled_from([*SOURCES]), st.text(), st.text()), max_size=20),
    st.none() | st.tuples(st.integers(0, 2), st.integers(0, 30)),
)
def test_whatever_is_read_is_judged(lines: list[Line], release: tuple[int, ...] | None) -> None:
    for found in diagnose(lines, release):
        assert found.evidence and set(found.evidence) <= set(lines), seed_words()


def signs(signature: Signature) -> tuple[Sign, ...]:
    return (*signature.some, *signature.every, *signature.none)


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda each: each.id)
def test_a_signature_is_whole(signature: Signature) -> None:
    assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", signature.id)
    assert signature.some or signature.every
    assert not signature.title.endswith(".") and signature.reference
    assert signature.cause.endswith(".") and signature.fix.endswith(".")
    assert {source for each in signs(signature) for source in each.sources} <= set(SOURCES)
    assert all(each.weight in (1, 2, 3) and each.least > 0 for each in signs(signature))
    assert set(signature.follows) <= {each.id for each in SIGNATURES} - {signature.id}


def test_no_two_signatures_share_a_name_and_there_are_enough() -> None:
    assert len({each.id for each in SIGNATURES}) == len(SIGNATURES) >= 60


def test_no_diagnosis_is_its_own_cause() -> None:
    causes = {each.id: set(each.follows) for each in SIGNATURES}

    def above(name: str, seen: frozenset[str]) -> None:
        assert name not in seen, f"{name} follows from itself"
        for cause in causes[name]:
            above(cause, seen | {name})

    for name in causes:
        above(name, frozenset())
