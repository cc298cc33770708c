# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes quantities of bytes."""

from __future__ import annotations

import decimal
import re

_FACTORS: dict[str, int | decimal.Decimal] = {
    "": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18,
    "m": decimal.Decimal("0.001"), "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
    "Pi": 2**50, "Ei": 2**60,
}  # fmt: skip
_FORM = re.compile(r"(\+?\d+(?:\.\d*)?|\+?\.\d+)(?:([eE][+-]?\d+)|([a-zA-Z]*))")


def to_bytes(text: str) -> int:
    """Return a quantity in bytes, rounded up; raises ValueError."""
    form = _FORM.fullmatch(text)
    if form is None or (form[3] or "") not in _FACTORS:
        raise ValueError(f"{text!r} is not a quantity of bytes such as 10Gi or 500M")
    number = decimal.Decimal(form[1] + (form[2] or ""))
    return int((number * _FACTORS[form[3] or ""]).to_integral_value(decimal.ROUND_CEILING))


def to_text(size: int) -> str:
    """Return a number of bytes in the largest binary unit that loses nothing."""
    for suffix in ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki"):
        factor = int(_FACTORS[suffix])
        if size and size % factor == 0:
            return f"{size // factor}{suffix}"
    return str(size)
