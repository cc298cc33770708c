# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Judge variables, how nodes answered, and what they said, before the first change. Pure.

An answer is the raw result of a task on one node: what its module returned, or that the node could
not be reached, or that the module failed there. Sentences name the variables of the roles.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ModelError,
    RookeryError,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import shown
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import parse_site
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import SECTIONS
from ansible_collections.rookery.rook.plugins.module_utils._options import VARIABLES
from ansible_collections.rookery.rook.plugins.module_utils._rules import Facts, Finding, check
from ansible_collections.rookery.rook.plugins.module_utils._rules_facts import cleaned
from ansible_collections.rookery.rook.plugins.module_utils._verdicts import mute_findings, muted

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site

Answers = t.Mapping[str, t.Mapping[str, t.Any]]
# A problem of the model's form has no rule of its own.
MODEL = "MODEL"
_REASON_LENGTH = 300


class PreflightError(RookeryError):
    """The site cannot be brought to its state; all reasons are told at once."""

    def __init__(self, errors: Iterable[Finding]) -> None:
        self.errors = tuple(errors)
        count = "1 error" if len(self.errors) == 1 else f"{len(self.errors)} errors"
        lines = [sentence(finding) for finding in self.errors]
        super().__init__("\n".join([f"Nothing was changed: preflight found {count}.", *lines]))


def read_site(model: Mapping[str, t.Any]) -> tuple[Site | None, tuple[Finding, ...]]:
    """Return the site of a model, or none and everything that is wrong with the model's form."""
    try:
        return parse_site(model), ()
    except ModelError as error:
        return None, tuple(
            Finding(MODEL, "error", problem.path, problem.value, problem.reason, problem.cure)
            for problem in error.problems
        )


def judge(params: Mapping[str, t.Any], site: Site | None, facts: Facts) -> tuple[Finding, ...]:
    """Return what speaks against a state: rules for building, the confirmation for taking down."""
    found = [*address_findings(params["addresses"]), *answers_findings(params)]
    found += mute_findings(params["mute"])
    if params["state"] == "absent":
        found += confirmation_findings(str(params["model"].get("site")), params["confirm"])
    elif site is not None:
        found += check(site, facts)
    return tuple(found)


def told(found: Iterable[Finding], mute: Mapping[str, t.Any]) -> tuple[Finding, ...]:
    """Return the findings that are not muted, in the order in which they are told."""
    return errors_first(finding for finding in found if not muted(finding, mute))


def errors_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order in which they are told."""
    return tuple(sorted(found, key=lambda finding: finding.severity != "error"))


def address_findings(addresses: Mapping[str, str]) -> Iterator[Finding]:
    """Yield an error for each pair of inventory hosts that are one machine or one node."""
    seen: dict[tuple[str, str], str] = {}
    for name, address in addresses.items():
        for kind, key in (("name", name.lower()), ("address", address)):
            first = seen.setdefault((kind, key), name)
            if key and first != name:
                yield Finding(
                    rule="NODE-NAME",
                    severity="error",
                    path=f"inventory host {name}",
                    value=name if kind == "name" else f"ansible_host {address}",
                    reason=f"it has the same {kind} as {first}, so both would be one node",
                    cure=f"Give each host {_ARTICLE[kind]} of its own, or list the host once.",
                )


def answers_findings(params: Mapping[str, t.Any]) -> Iterator[Finding]:
    """Yield one error for each node of which something could not be learnt."""
    told: set[str] = set()
    for option, key in (("disks", "disks"), ("kubelets", "kubelet"), ("systems", "system")):
        for finding in answer_findings(params[option], key):
            if finding.path not in told:
                told.add(finding.path)
                yield finding


def answer_findings(answers: Answers, key: str) -> Iterator[Finding]:
    """Yield an error for each node whose answer lacks the key that its module always returns."""
    for name, answer in answers.items():
        if not answer or answer.get("skipped") or key in answer:
            continue
        reason = _reason(answer)
        path = f"inventory host {name}"
        if answer.get("unreachable"):
            yield Finding("NODE-REACH", "error", path, "unreachable", reason, _REACH_CURE)
        elif answer.get("timedout"):
            yield Finding("NODE-REACH", "error", path, "silent", reason, _SILENT_CURE)
        else:
            reason = f"it could not be examined as root: {reason}"
            yield Finding("NODE-ROOT", "error", path, "reached", reason, _ROOT_CURE)


def _reason(answer: Mapping[str, t.Any]) -> str:
    """Return why a task has no result; what was said instead of one says more than that."""
    said = f"{answer.get('module_stderr') or ''} {answer.get('module_stdout') or ''}".strip()
    words = " ".join((said or str(answer.get("msg", "no message"))).split())
    return words[:_REASON_LENGTH].rstrip(".")


def confirmation_findings(site: str, confirm: str) -> Iterator[Finding]:
    """Yield that a teardown is not confirmed (TEAR-04)."""
    if confirm != site:
        yield Finding(
            rule="TEAR-04",
            severity="error",
            path="confirm",
            value=shown(confirm),
            reason="it is not the name of the site, and all data of the site would be destroyed",
            cure=f"Set it to {site}, if {site} is to go.",
        )


def hosts_facts(params: Mapping[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Return the facts of each node that answered."""
    facts: dict[str, dict[str, t.Any]] = {}
    for option, key, fact in _ASKED:
        for name, value in usable(params[option], key).items():
            facts.setdefault(name, {})[fact] = value
    return facts


def unknown(params: Mapping[str, t.Any]) -> dict[str, str]:
    """Return why the facts of a node, or one of them, could not be had."""
    reasons: dict[str, str] = {}
    for option, key, fact in _ASKED:
        for name, answer in params[option].items():
            if not answer or answer.get("skipped") or key in answer:
                continue
            where = name if answer.get("unreachable") else f"{fact} of {name}"
            reasons.setdefault(where, _reason(answer))
    for name, images in usable(params["probes"], "images").items():
        for image, told in images.items():
            if "state" not in told:
                reasons.setdefault(f"images of {name}", f"{image}: {told.get('reason')}")
    return reasons


def nothing_yet(site: Site, kubelets: Answers) -> Facts:
    """Return the facts of a cluster that does not exist, as no host of the site has a kubelet.

    Nothing is told of what others may still bring before Rook comes: classes, secrets, their kinds.
    """
    answers = usable(kubelets, "kubelet")
    bare = all(
        isinstance(answer := answers.get(host.name), dict) and answer.get("found") is False
        for host in site.hosts
    )
    return dict(_NOTHING) if bare else {}


def devices_facts(disks: Answers) -> Facts:
    """Return the facts that the answers about disks alone make, without what is not of its form."""
    return cleaned(
        {"hosts": {name: {"devices": rows} for name, rows in usable(disks, "disks").items()}}
    )


def usable(answers: Answers, key: str) -> dict[str, t.Any]:
    """Return what the nodes said under the key, without those that said nothing."""
    return {name: answer[key] for name, answer in answers.items() if answer and key in answer}


def sentence(finding: Finding) -> str:
    """Return a finding in one sentence: variable, value, reason, way out."""
    where, cure = variable(finding.path), in_roles_words(finding.cure)
    if finding.rule == MODEL:
        value = f" {finding.value}" if finding.value else ""
        return f"{where}:{value} {finding.reason}. {cure}".rstrip()
    value = f" ({finding.value})" if finding.value else ""
    return f"{where}{value}: {finding.reason} ({finding.rule}). {cure}"


def variable(path: str) -> str:
    """Return the role's variable, or the host and its variable, that a path of the model means."""
    of_host = re.fullmatch(r"hosts\.(.+)\.((?:devices|directories|labels)(?:[\[.].*)?)", path)
    if of_host:
        return f"rook_node_{of_host[2]} of {of_host[1]}"
    of_node = re.fullmatch(r"hosts\.(.+?)(?:\.((?:kubelet|modules)\b.*))?", path)
    if of_node:
        return f"{of_node[2]} of {of_node[1]}" if of_node[2] else f"inventory host {of_node[1]}"
    for prefix, name in _VARIABLES.items():
        if path.startswith(prefix):
            return name + path[len(prefix) :]
    return path


def in_roles_words(text: str) -> str:
    """Return a text with the model's options, but no file names, as the variables of the roles."""
    option = r"\b(?:cluster|operator|storage_classes)\.(?!yaml\b)\w+"
    return re.sub(option, lambda m: variable(m[0]), text)


# Options with answers of nodes: what stands in each under a key is a fact of that name.
_ASKED = (
    ("disks", "disks", "devices"),
    ("disks", "directories", "directories"),
    ("disks", "modules", "modules"),
    ("kubelets", "kubelet", "kubelet"),
    ("systems", "system", "system"),
    ("probes", "peers", "peers"),
    ("probes", "images", "images"),
    ("probes", "runtime", "runtime"),
)
_NOTHING: Facts = {
    "ceph_fsid": "",
    "clusters": [],
    "running": {},
    "holders": [],
    "metrics_classes": [],
    "openshift": False,
}
_ARTICLE = {"name": "a name", "address": "an address"}
_VARIABLES = {
    "cluster.data_dir_host_path": "rook_node_data_dir_host_path",
    "cluster.": "rook_cluster_",
    "operator.": "rook_operator_",
    "storage_classes": "rook_storage_classes",
    "block_pools": "rook_storage_block_pools",
    "filesystems": "rook_storage_filesystems",
    "object_store": "rook_storage_object_store",
    **{section: f"rook_storage_{section}" for section in SECTIONS},
    "hosts": "group rook_storage",
    "kubernetes_version": "rook_kubernetes_version",
    **VARIABLES,
    "mute": "rook_preflight_mute",
    "namespace": "rook_namespace",
    "version": "rook_version",
    "allow_newer": "rook_allow_newer",
    "site": "rook_site",
}
_REACH_CURE = (
    "Start the host, correct ansible_host, ansible_user or its key, or take it out of its groups."
)
_SILENT_CURE = (
    "Look on its console whether a disk does not answer, boot it anew, or take it out of its "
    "groups."
)
_ROOT_CURE = (
    "Give ansible_user the right to become root (ansible_become_password, or sudo without one), "
    "and the host Python 3.9 or newer, unless that tells of something else."
)
