# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What every module tells: its result, messages and warnings, without the passwords of URLs.

Live objects, files and options that are plain texts or dictionaries have passwords that Ansible
knows not. It shows them, and with -vvv the options of every call. Options may be whole files, which
have other secrets, too; a result has names that look like one, as those of disks, and is needed.
"""

from __future__ import annotations

import sys
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.rookery.rook.plugins.module_utils._redact import hidden
from ansible_collections.rookery.rook.plugins.module_utils._urls import (
    in_texts,
    without_passwords,
)


class DiscreetModule(AnsibleModule):  # type: ignore[misc]
    """Ansible's module, also where Ansible itself ends it because of wrong options."""

    def exit_json(self, **result: t.Any) -> None:
        """End the module with its result."""
        super().exit_json(**self._told(result))

    def fail_json(self, msg: str, **result: t.Any) -> None:
        """End the module with a message."""
        if sys.exc_info()[1] is not None:
            # Else Ansible takes the exception's own words for the traceback.
            result["exception"] = traceback.format_exc()
        super().fail_json(**self._told({**result, "msg": str(msg)}))

    def warn(self, warning: str, **more: t.Any) -> None:
        """Show a warning at the end of the task."""
        super().warn(without_passwords(warning), **more)

    def log(self, msg: str, log_args: t.Any = None) -> None:
        """Write to the system's log; Ansible writes there with which options it was called."""
        super().log(hidden(msg), in_texts(log_args, hidden))

    def _told(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return a result as people may read it."""
        # Ansible looks for its secrets in a result that no longer has the passwords of URLs.
        self.no_log_values |= {without_passwords(secret) for secret in self.no_log_values}
        told = {"invocation": {"module_args": in_texts(self.params, hidden)}, **result}
        return t.cast("dict[str, t.Any]", without_passwords(told))
