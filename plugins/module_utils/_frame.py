# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What every module on the deploy host shares: parameters, the result, and how it ends."""

from __future__ import annotations

import signal
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._discreet import DiscreetModule
from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError

if t.TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType


class Frame:
    """A module as a context: leaving it ends the process, with a result or with a message."""

    def __init__(
        self, spec: Mapping[str, t.Any], *, reads: bool = False, **relations: t.Any
    ) -> None:
        self._ansible = DiscreetModule(dict(spec), supports_check_mode=True, **relations)
        self._reads = reads or self._ansible.check_mode
        self._result: dict[str, t.Any] = {"changed": False}
        self.params: dict[str, t.Any] = self._ansible.params
        self.check_mode: bool = self._ansible.check_mode
        self.name: str = self._ansible._name

    def __enter__(self) -> Frame:
        """Begin: what is held from now on is let go when the module is interrupted."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> t.Literal[False]:
        """End the module. An error without words of ours comes with its traceback."""
        if error is None:
            self._ansible.exit_json(**self._result)
        if isinstance(error, RookeryError):
            self._fail(str(error))
        if isinstance(error, Exception):
            words = f"{type(error).__name__}: {error}"
            self._fail(f"This is a fault of the collection, please report it. {words}")
        return False

    def _fail(self, words: str) -> None:
        """End the module with a message."""
        self._ansible.fail_json(**{**self._result, "msg": words})

    def note(self, **result: t.Any) -> None:
        """Keep what the result tells, also when the module fails later."""
        self._result |= result

    def warn(self, text: str) -> None:
        """Show a warning at the end of the task."""
        self._ansible.warn(text)

    def log(self, text: str) -> None:
        """Write progress to the system's log; it can be followed while the module runs."""
        self._ansible.log(text)
