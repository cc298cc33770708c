# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong in a reconcile, and how soon it is worth another try."""

from __future__ import annotations


class StandinError(Exception):
    """A reconcile failed; the message says of which object, what happened and what to do."""


class NotYet(Exception):
    """What was asked for is still on its way: no failure, look again after some seconds."""

    def __init__(self, reason: str, after: float = 5.0) -> None:
        super().__init__(reason)
        self.after = after


class Blocked(StandinError):
    """A deletion waits for dependents; Rook looks again every ten seconds."""

    after = 10.0


class CephCommandError(StandinError):
    """Ceph refused a command."""

    def __init__(self, command: str, code: int, detail: str) -> None:
        super().__init__(
            f"failed to run 'ceph {command}': {detail.strip() or 'no message'} ({code})"
        )
        self.code = code
