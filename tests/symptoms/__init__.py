# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence with the diagnoses that it shows, and evidence that shows none."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.lines import line, log_lines
from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import Line

FOLDER = Path(__file__).resolve().parent
LOGS = frozenset({"operator", "prepare", "csi", "agent", "daemon", "kubelet", "kernel"})
_HEAD = re.compile(r"^== ?(?P<shows>[A-Z0-9 -]*)(?:@(?P<release>[\d.]+))? *(?:# ?(?P<title>.*))?$")


@dataclasses.dataclass(frozen=True)
class Case:
    """One block of a file."""

    name: str
    shows: frozenset[str]
    release: tuple[int, ...] | None
    evidence: tuple[Line, ...]


def cases(path: Path) -> list[Case]:
    """Return the cases of a file."""
    found: list[Case] = []
    for block in re.split(r"\n(?===)", path.read_text(encoding="utf-8"))[1:]:
        first, *rest = block.strip().splitlines()
        head = _HEAD.match(first)
        assert head is not None, f"{path.name}: {first}"
        release = tuple(map(int, head["release"].split("."))) if head["release"] else None
        shows = frozenset(head["shows"].split())
        name = f"{path.stem}-{len(found) + 1}-{head['title'] or ' '.join(sorted(shows))}"
        evidence = tuple(each for text in rest if text for each in _evidence(text))
        assert evidence, f"{path.name}: {first}: no evidence"
        found.append(Case(name, shows, release, evidence))
    return found


def _evidence(text: str) -> list[Line]:
    """Return what a line of a file stands for; logs are read as logs are."""
    where, _, said = text.partition(" | ")
    source, about = where.split()
    about = "" if about == "-" else about
    return list(log_lines(source, about, said)) if source in LOGS else [line(source, about, said)]


ALL = [case for path in sorted(FOLDER.glob("*.txt")) for case in cases(path)]
