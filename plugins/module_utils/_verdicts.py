# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What became of each rule of the registry: passed, warned, error, not decided, and so on. Pure.

A rule whose facts could not be had has not passed: it is not decided, and says why.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _rules_facts
from ansible_collections.rookery.rook.plugins.module_utils._rules import REGISTRY
from ansible_collections.rookery.rook.plugins.module_utils._rules_types import (
    Facts,
    Finding,
    Rule,
    dig,
    host_facts,
    listed,
    stage_of,
    table,
)
from ansible_collections.rookery.rook.plugins.module_utils._rules_when import why_not

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

    Mutes = Mapping[str, t.Any]

STATUSES = ("error", "warned", "muted", "not decided", "passed", "not applicable")
_UNASKED = "it was not asked"
_SILENT = {
    "operator_release": "the files of the operator do not tell it here",
    "monitors": "it can be told only when the cluster runs; rook_verify asks from several nodes",
    "running.rook": "neither the image of its operator nor a label of its daemons tells it",
    "running.ceph": "neither its status, nor a label of its daemons, nor its image's tag tells it",
    "running.health": "its status does not tell it; ask with `ceph status`",
}
_UNANSWERED = "it asked, and got no answer"
_SHOWN = 3
# Facts that are tables of others: who was asked, and for what.
_EACH = frozenset({"peers", "images"})
_GENERAL = frozenset({"MODEL", "FILES", "TEARDOWN"})
# Findings without an id of the registry of their own: what they are by their path or reason. What
# names an id in its words, such as (POOL-01), is that.
_NAMED = re.compile(r"\(([A-Z]+-\d\d)\)")
_ALIASES = (
    ("API-03", r"hosts\..*\.directories", "knows"),
    ("KUB-06", r"operator\.config\.ROOK_ENABLE_FLEX_DRIVER|storage_classes.*\.driver", "knows"),
    ("API-01", "", "is nothing that Rook"),
    ("NODE-13", r"cluster\.spec\.dataDirHostPath", ""),
    ("NODE-09", r"cluster\.data_dir_host_path|hosts\..*\.directories", ""),
    ("MON-04", r"cluster\.mon_count", ""),
    ("FS-03", r"filesystems.*\.metadataPool\.erasureCoded", ""),
    ("FS-04", r"filesystems.*\.(active_mds|data_pools)$", ""),
    ("FS-08", r"subvolume_groups.*\.filesystem", ""),
    ("OBJ-04", r"object_stores.*\.zone", ""),
    ("POOL-15", "", "is already the name of|is there twice"),
    ("NAME-03", r"object_stores.*\.name", "38 are allowed"),
    ("NAME-02", "", "DNS-1123|characters, "),
    ("CSI-03", "", r"csi-operator\.yaml"),
    ("CSI-02", r"operator\.drivers_chart", ""),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of one rule; reason says why, findings how often it found something."""

    rule: str
    status: str
    severity: str
    stage: str
    title: str
    reason: str
    source: str
    findings: int = 0


def rule_of(finding: Finding) -> str:
    """Return the id in the registry under which a finding counts."""
    if finding.rule not in _GENERAL:
        return finding.rule
    for name in _NAMED.findall(f"{finding.reason} {finding.cure}"):
        if name in REGISTRY:
            return str(name)
    for name, path, reason in _ALIASES if finding.rule != "TEARDOWN" else ():
        if re.search(path, finding.path) and re.search(reason, finding.reason):
            return name
    return finding.rule


def mute_findings(mutes: Mutes) -> Iterator[Finding]:
    """Yield mutes that are refused (MUTE)."""
    for name, reason in mutes.items():
        row, path = REGISTRY.get(name), f"mute.{name}"
        if row is None:
            cure = "Take the id that stands behind the finding, such as POOL-06."
            yield Finding("MUTE", "error", path, str(name), "there is no such rule", cure)
        elif row.guard:
            words = "it guards data, or what every other rule stands on, and cannot be muted"
            yield Finding("MUTE", "error", path, str(name), words, f"Remove it. {row.cure}")
        elif not isinstance(reason, str) or not reason.strip():
            words = "a mute needs a reason that the report can show"
            yield Finding("MUTE", "error", path, str(name), words, "Write why it may be so.")


def muted(finding: Finding, mutes: Mutes) -> bool:
    """Tell whether a finding is muted; that of a guard never is."""
    name = rule_of(finding)
    reason = mutes.get(name)
    row = REGISTRY.get(name)
    allowed = row is not None and not row.guard
    return allowed and isinstance(reason, str) and bool(reason.strip())


def verdicts(
    site: Site | None, facts: Facts, found: Iterable[Finding], mutes: Mutes, state: str = "present"
) -> tuple[Verdict, ...]:
    """Return what became of every rule, in the order of the registry."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        by_rule.setdefault(rule_of(finding), []).append(finding)
    known = _rules_facts.cleaned(facts)
    return tuple(
        _verdict(row, site, known, by_rule.get(row.id, []), mutes, state)
        for row in REGISTRY.values()
    )


def summary(rules: Iterable[Verdict]) -> dict[str, int]:
    """Return how many rules became what, the gravest first."""
    found = [rule.status for rule in rules]
    return {status: found.count(status) for status in STATUSES}


def _verdict(
    row: Rule, site: Site | None, facts: Facts, found: list[Finding], mutes: Mutes, state: str
) -> Verdict:
    """Return what became of one rule."""
    if found and muted(found[0], mutes):
        status, reason = "muted", mutes[row.id].strip()
    elif found:
        grave = any(finding.severity == "error" for finding in found)
        status, reason = "error" if grave else "warned", found[0].reason
    else:
        status, reason = _silent(row, site, facts, state)
    return Verdict(
        row.id, status, row.severity, row.stage, row.title, reason, row.source, len(found)
    )


def _silent(row: Rule, site: Site | None, facts: Facts, state: str) -> tuple[str, str]:
    """Return what became of a rule that found nothing, and why."""
    if row.state != state and row.id not in _ALWAYS:
        doing = "nothing is built" if state == "absent" else "nothing is taken down"
        return "not applicable", doing
    if site is None:
        return "not decided", "the variables do not make a site"
    other = _other_release(row, site) or why_not(row.when, site, facts)
    if other:
        return "not applicable", other
    missing = _missing(row, site, facts)
    return ("not decided", missing) if missing else ("passed", "")


# What is told in both states.
_ALWAYS = frozenset(
    {"MODEL", "MUTE", "API-CERT", "API-UID", "API-REACH", "NODE-NAME", "NODE-REACH", "NODE-ROOT"}
)


def _other_release(row: Rule, site: Site) -> str:
    """Return that a rule is about other releases, or nothing."""
    minor = site.release[:2]
    early = row.since is not None and minor < row.since
    late = row.until is not None and minor > row.until
    return f"it is not about Rook {site.version}" if early or late else ""


def _missing(row: Rule, site: Site, facts: Facts) -> str:
    """Return which facts a rule lacks and why, or nothing."""
    why = table(facts.get("unknown"))
    for need in row.facts:
        where, colon, key = need.partition(":")
        if not colon:
            if dig(facts, need) is None:
                fact = need.partition(".")[0]
                asked = why.get("api") if stage_of(need) == "api" else None
                silent = _SILENT.get(need if facts.get(fact) is not None else fact)
                return f"{need}: {why.get(fact) or asked or silent or _UNASKED}"
            continue
        hosts = site.storage_hosts if where == "storage" else site.hosts
        key, _dot, part = key.partition(".")
        lacking = [host.name for host in hosts if not _has(host_facts(facts, host.name), key, part)]
        if lacking:
            asked = host_facts(facts, lacking[0]).get(key) is not None
            reason = why.get(f"{key} of {lacking[0]}") or why.get(lacking[0])
            reason = reason or (_UNANSWERED if asked else _UNASKED)
            names = listed(lacking[:_SHOWN])
            more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
            what = key if not asked or key in _EACH else f"{key}.{part}".rstrip(".")
            return f"{what} of {names}{more}: {reason}"
    return ""


def _has(known: Mapping[str, t.Any], key: str, part: str) -> bool:
    """Tell whether a fact of a host is there with a part of it, which may be one of each entry."""
    value = known.get(key)
    if key in _EACH and part:
        return value is not None and all(part in table(entry) for entry in table(value).values())
    return (dig(value, part) if part else value) is not None
