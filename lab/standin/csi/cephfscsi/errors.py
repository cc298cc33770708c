# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, in words; each carries the gRPC status that the caller gets."""

from __future__ import annotations


class CsiError(Exception):
    """A refusal or failure of a call; `code` is the name of a gRPC status."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CommandError(CsiError):
    """A command of the node failed."""

    def __init__(self, command: str, status: int, output: str) -> None:
        super().__init__(
            "INTERNAL", f"{command} ended with status {status}: {output or 'no output'}"
        )
        self.status = status


class KubeError(Exception):
    """A request to the Kubernetes API failed; `status` is None if there was no answer."""

    def __init__(self, action: str, status: int | None, detail: str) -> None:
        super().__init__(f"Failed to {action}: {detail}" + (f" ({status})" if status else ""))
        self.status = status


def go_name(code: str) -> str:
    """Return a gRPC status as Go spells it, hence as the sidecars' events do."""
    return "Canceled" if code == "CANCELLED" else code.title().replace("_", "")
