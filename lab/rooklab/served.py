# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artefact directory that every node sees: each entry is switched as a whole."""

from __future__ import annotations

import typing as t
from pathlib import Path

from rooklab.config import Config
from rooklab.files import link_file, link_whole, remove_tree
from rooklab.locks import locked


def publish(config: Config, entry: str, key: str, fill: t.Callable[[Path], None]) -> None:
    """Make `served/<entry>` hold what `fill` puts into the directory it is given.

    The nodes mount `served` itself, so that directory never changes its identity: an entry is a
    relative symbolic link to a hidden neighbour, and the link is replaced atomically.
    """
    config.served.mkdir(parents=True, exist_ok=True)
    link, target = config.served / entry, config.served / f".{entry}-{key}"
    if link.is_symlink() and link.readlink() == Path(target.name) and target.is_dir():
        return
    with locked(config.locks / "served.lock"):
        if not target.is_dir():
            unfinished = config.served / f".unfinished-{entry}"
            remove_tree(unfinished)
            unfinished.mkdir()
            fill(unfinished)
            unfinished.rename(target)
        link_whole(link, target.name)
        for old in config.served.glob(f".{entry}-*"):
            if old != target:
                remove_tree(old)


def link_tree(source: Path, target: Path) -> None:
    """Give every file of a directory a second name in another one."""
    for file in sorted(source.rglob("*")):
        new = target / file.relative_to(source)
        if file.is_dir():
            new.mkdir(parents=True, exist_ok=True)
        else:
            new.parent.mkdir(parents=True, exist_ok=True)
            link_file(file, new)
