# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a page tells: a judgement with its findings under their rules. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._preflight import (
    in_roles_words,
    variable,
)
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import Finding
from ansible_collections.rookery.rook.plugins.module_utils._verdicts import (
    STATUSES,
    Verdict,
    rule_of,
)

Data = Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Row:
    """A rule, what became of it, and what it found."""

    verdict: Verdict
    found: tuple[Finding, ...] = ()


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What rook_preflight returned, without what looks like a secret."""

    site: str
    version: str
    state: str
    rows: tuple[Row, ...]
    placement: Data

    @property
    def summary(self) -> dict[str, int]:
        """Return how many rules became what, the gravest first."""
        found = [row.verdict.status for row in self.rows]
        return {status: found.count(status) for status in STATUSES}

    def of(self, status: str) -> tuple[Row, ...]:
        """Return the rules that became something."""
        return tuple(row for row in self.rows if row.verdict.status == status)

    @property
    def verdict(self) -> str:
        """Return what comes of it, in one word."""
        if self.of("error"):
            return "refused"
        return "passed with warnings" if self.of("warned") else "passed"

    @property
    def unreached(self) -> tuple[Finding, ...]:
        """Return the hosts that did not answer."""
        return tuple(
            finding
            for row in self.rows
            if row.verdict.rule == "NODE-REACH"
            for finding in row.found
        )

    def as_data(self) -> dict[str, t.Any]:
        """Return the same for programs."""
        return {
            "site": self.site,
            "version": self.version,
            "state": self.state,
            "verdict": self.verdict,
            "summary": self.summary,
            "rules": [dataclasses.asdict(row.verdict) for row in self.rows],
            "findings": [dataclasses.asdict(found) for row in self.rows for found in row.found],
            "placement": self.placement,
        }


def read_judgement(
    site: str,
    version: str,
    state: str,
    *,
    findings: Sequence[Data],
    rules: Sequence[Data],
    placement: Data | None = None,
) -> Judgement:
    """Return a judgement of the results of rook_preflight."""
    by_rule: dict[str, list[Finding]] = {}
    for item in findings:
        finding = Finding(**item)
        by_rule.setdefault(rule_of(finding), []).append(_told(finding))
    rows = [Row(_bare(Verdict(**rule)), tuple(by_rule.pop(rule["rule"], ()))) for rule in rules]
    # Nothing that was found is lost because its rule is not among the rules.
    rows += [Row(_of_its_own(name, found), tuple(found)) for name, found in by_rule.items()]
    return Judgement(site, version, state, tuple(rows), placement or {})


def _told(finding: Finding) -> Finding:
    """Return a finding in the words of the roles' variables, without secrets."""
    return dataclasses.replace(
        finding,
        path=variable(finding.path),
        value=hidden(finding.value),
        reason=hidden(finding.reason),
        cure=in_roles_words(finding.cure),
    )


def _bare(verdict: Verdict) -> Verdict:
    """Return a verdict without secrets."""
    return dataclasses.replace(verdict, reason=hidden(verdict.reason))


def _of_its_own(name: str, found: Sequence[Finding]) -> Verdict:
    """Return the verdict that findings make whose rule was not given."""
    grave = any(finding.severity == "error" for finding in found)
    status, severity = ("error", "error") if grave else ("warned", "warn")
    title = f"Found under {name}"
    return Verdict(
        name, status, severity, "running", title, found[0].reason, "this collection", len(found)
    )
