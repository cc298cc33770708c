# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What a role changed on a host and how it was before, so that exactly that is undone.

One file for each role in /etc/rookery. An intention is written down before it is carried out: after
a crash the record names too much rather than too little, and undoing what was not done is harmless.
"""

from __future__ import annotations

import contextlib
import json
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError

if t.TYPE_CHECKING:
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

FOLDER = "/etc/rookery"


class Record:
    """The record of one role on one host."""

    def __init__(self, system: System, name: str) -> None:
        self._system = system
        self._path = f"{FOLDER}/{name}.json"
        text = system.text(self._path)
        self._data = {} if text is None else _parsed(text, self._path)

    def section(self, kind: str) -> dict[str, t.Any]:
        """Return what is recorded of a kind: object -> how it was before."""
        return dict(self._data.get(kind, {}))

    def note(self, kind: str, before: t.Mapping[str, t.Any]) -> None:
        """Record objects before they are changed; what is recorded already stays as it was."""
        known = self._data.setdefault(kind, {})
        new = {name: state for name, state in before.items() if name not in known}
        if new:
            known.update(new)
            self._save()

    def forget(self, kind: str, name: str) -> None:
        """Drop an object that is again as it was."""
        if name in self._data.get(kind, {}):
            del self._data[kind][name]
            self._save()

    def remove(self) -> None:
        """Remove the record, and its directory with the last one."""
        path = self._system.path(self._path)
        self._system.remove(self._path)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()

    def _save(self) -> None:
        self._system.path(FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(self._data, indent=1, sort_keys=True) + "\n"
        self._system.write(self._path, text, 0o600)


def _parsed(text: str, path: str) -> dict[str, dict[str, t.Any]]:
    """Return what a record says; raise when it is not one, as after a disk that was full."""
    with contextlib.suppress(ValueError):
        data = json.loads(text)
        if isinstance(data, dict):
            return data
    cure = "Put back a copy, or undo by hand what the role has done here and remove it"
    raise ClientError("read the record", path, f"it is not one, or not whole. {cure}")
