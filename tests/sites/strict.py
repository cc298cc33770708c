# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption as Python 3.13 and newer have it, whatever Python runs the tests."""

from __future__ import annotations

import ssl
import typing as t

import pytest


def be_strict(monkeypatch: pytest.MonkeyPatch, module: t.Any, maker: str) -> None:
    """Let a function that makes contexts make those that want key identifiers."""
    make = getattr(module, maker)

    def create(**how: t.Any) -> ssl.SSLContext:
        context: ssl.SSLContext = make(**how)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(module, maker, create)
