# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the documentation of this collection only; it may change in any release.
"""Documentation of a list from that of one of its entries, so that both are written once."""

from __future__ import annotations

import re
import textwrap

# What almost every entry ends with.
SPEC = """\
  spec:
    description:
      - Anything else of the resource's C(spec), merged last. What has an option of its own is
        refused here.
    type: dict
"""
# How a pool is laid out.
LAYOUT = """\
  replicas:
    description:
      - Number of copies of each object. Exactly one of this and O(erasure) has to be given.
    type: int
  erasure:
    description: Erasure coding instead of copies. Cannot be changed once the pool exists.
    type: dict
    suboptions:
      data_chunks:
        description: Number of chunks that hold data.
        type: int
      coding_chunks:
        description: Number of chunks that may be lost.
        type: int
  failure_domain:
    description:
      - What must be different for each copy or chunk, such as V(host) or V(osd).
      - If it is not set, V(host), or what the object around it says.
    type: str
  device_class:
    description: Device class to which the pool is bound, such as V(ssd).
    type: str
"""

_OWN_OPTION = re.compile(r"\bO\((?=[\w.\[\]]+[)=])")
_HEAD = """\
  {name}:
    description: {description}
    type: list
    elements: dict
    suboptions:
"""


def within(path: str, options: str) -> str:
    """Return options as those inside of another option, of which O() then tells the path."""
    inner = options.removeprefix("\noptions:\n")
    return textwrap.indent(_OWN_OPTION.sub(f"O({path}.", inner), " " * 4)


def listed(name: str, description: str, entry: str) -> str:
    """Return the option of a list, from the options of one of its entries."""
    return _HEAD.format(name=name, description=description) + within(f"{name}[]", entry)
