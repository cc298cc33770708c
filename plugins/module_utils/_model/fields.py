# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Read variables field by field and collect every problem with its path. Pure.

The fields that are asked for are the fields that are known: close() reports all others.
"""

from __future__ import annotations

import difflib
import re
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.rookery.rook.plugins.module_utils._errors import Problem
from ansible_collections.rookery.rook.plugins.module_utils._urls import without_passwords

# Ansible's own words; the command line and surveys give strings.
_YES = frozenset({"yes", "on", "1", "true", "t", "y"})
_NO = frozenset({"no", "off", "0", "false", "f", "n"})
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SHOWN = 60


def shown(value: t.Any) -> str:
    """Return a value as an error message quotes it."""
    # Before it is cut off: then the end of a password would not be found.
    text: str = without_passwords(repr(value))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _kind_word(value: t.Any) -> str:
    """Return what a value is, in words."""
    words = {bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    if type(value) in words:
        return words[type(value)]
    return "a dictionary" if isinstance(value, Mapping) else "a list"


def dns_problem(value: str, limit: int = 63, *, dots: bool = False) -> str:
    """Return why a string is no DNS-1123 label (or subdomain, with dots), or nothing."""
    if len(value) > limit:
        return f"has {len(value)} characters, {limit} are allowed"
    if (_SUBDOMAIN if dots else _LABEL).fullmatch(value):
        return ""
    also = ", dots" if dots else ""
    return (
        f"is not a DNS-1123 name: lower-case letters, digits{also} and hyphens, "
        "beginning and ending with a letter or digit"
    )


def nearest(name: str, known: Sequence[str]) -> str:
    """Return what to take instead of a name that is not known."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"The nearest is {near[0]}." if near else f"Known are {', '.join(sorted(known))}."


class Fields:
    """One dictionary of the variables, at its path."""

    def __init__(self, value: t.Any, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._asked: list[str] = []
        if value is not None and not isinstance(value, Mapping):
            self.bad("", value, f"is {_kind_word(value)}, not a dictionary", "Give key: value.")
        self.data: Mapping[str, t.Any] = value if isinstance(value, Mapping) else {}

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def bad(self, key: str, value: t.Any, reason: str, cure: str) -> None:
        """Note a problem; a value of None is not quoted."""
        quoted = "" if value is None else shown(value)
        self.problems.append(Problem(self.at(key), quoted, reason, cure))

    def raw(self, key: str) -> t.Any:
        """Return what is given for a key, None when it is not."""
        self._asked.append(key)
        return self.data.get(key)

    def has(self, key: str) -> bool:
        """Tell whether a key is given; an empty string is what a variable without a value gives."""
        return self.data.get(key) not in (None, "")

    def text(self, key: str, default: str | None = None, choices: Sequence[str] = ()) -> str | None:
        """Return a string that is not empty, else the default."""
        value = self.raw(key)
        if value is None or value == "":
            return default
        if not isinstance(value, str):
            cure = f'Write it in quotes: "{value}".' if type(value) in (int, float) else ""
            self.bad(key, value, f"is {_kind_word(value)}, not a string", cure or "Give a string.")
            return default
        if choices and value not in choices:
            self.bad(key, value, f"is none of {', '.join(choices)}", "Give one of them.")
            return default
        return value

    def required(self, key: str, what: str) -> str:
        """Return a string that has to be there."""
        value = self.text(key)
        if value is None and not self.has(key):
            self.bad(key, None, "is missing", f"Give {what}.")
        return value or ""

    def name(self, key: str = "name", limit: int = 63, *, dots: bool = False) -> str:
        """Return a string that is a DNS-1123 name of limited length."""
        value = self.required(key, "a name")
        problem = dns_problem(value, limit, dots=dots) if value else ""
        if problem:
            self.bad(key, value, problem, "Choose another name.")
        return value

    def number(
        self, key: str, default: int | None = None, least: int = 0, most: int | None = None
    ) -> int | None:
        """Return a whole number within limits; digits in a string are taken as one."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            self.bad(key, value, f"is {_kind_word(value)}, not a whole number", "Give a number.")
            return default
        if value < least or (most is not None and value > most):
            wanted = f"{least} or more" if most is None else f"between {least} and {most}"
            self.bad(key, value, f"is not {wanted}", "Give a number of that range.")
            return default
        return value

    def whole(self, key: str, default: int, least: int = 0, most: int | None = None) -> int:
        """Return a whole number that always has a value."""
        value = self.number(key, default, least, most)
        return default if value is None else value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return a boolean; Ansible's words for it are taken as one."""
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        word = str(value).lower()
        if isinstance(value, (str, int)) and word in _YES | _NO:
            return word in _YES
        self.bad(key, value, f"is {_kind_word(value)}, not true or false", "Give true or false.")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, each once."""
        value = self._sequence(key)
        found: dict[str, None] = {}
        for place, item in enumerate(value):
            if not isinstance(item, str) or not item:
                self.bad(f"{key}[{place}]", item, "is not a string with content", "Give a string.")
            elif item in found:
                self.bad(f"{key}[{place}]", item, "is there twice", "Remove one of them.")
            else:
                found[item] = None
        return tuple(found)

    def table(self, key: str) -> Mapping[str, t.Any]:
        """Return a dictionary as it is given."""
        value = self.raw(key)
        if value is None or isinstance(value, Mapping):
            return value or {}
        self.bad(key, value, f"is {_kind_word(value)}, not a dictionary", "Give key: value.")
        return {}

    def strings(self, key: str) -> dict[str, str]:
        """Return a dictionary of strings; numbers and booleans are written out as such."""
        found: dict[str, str] = {}
        for name, value in self.table(key).items():
            if isinstance(value, bool):
                found[str(name)] = str(value).lower()
            elif isinstance(value, (str, int, float)):
                found[str(name)] = str(value)
            else:
                self.bad(f"{key}.{name}", value, "is not a single value", "Give a string.")
        return found

    def child(self, key: str) -> Fields:
        """Return the fields of a dictionary inside this one."""
        return Fields(self.raw(key), self.at(key), self.problems)

    def items(self, key: str) -> Iterator[Fields]:
        """Yield the fields of each dictionary of a list."""
        for place, item in enumerate(self._sequence(key)):
            yield Fields({} if item is None else item, f"{self.at(key)}[{place}]", self.problems)

    def entries(self, key: str) -> Iterator[tuple[str, Fields]]:
        """Yield name and fields of each dictionary inside a dictionary."""
        for name, item in self.table(key).items():
            yield str(name), Fields(item, f"{self.at(key)}.{name}", self.problems)

    def close(self) -> None:
        """Note every key that was not asked for, with the nearest that was."""
        for key in self.data:
            if key in self._asked:
                continue
            near = difflib.get_close_matches(str(key), self._asked, n=1, cutoff=0.6)
            reason = "is not known here"
            if near:
                self.bad(str(key), None, f"{reason}; the nearest is {near[0]}", "Rename it.")
            else:
                names = ", ".join(sorted(self._asked))
                self.bad(str(key), None, reason, f"Known are {names}.")

    def _sequence(self, key: str) -> Sequence[t.Any]:
        """Return a list as it is given."""
        value = self.raw(key)
        if value is None:
            return ()
        if isinstance(value, (list, tuple)):
            return value
        self.bad(key, value, f"is {_kind_word(value)}, not a list", "Give a list.")
        return ()
