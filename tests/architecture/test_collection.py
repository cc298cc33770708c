# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive that users install: it builds, holds what it should, and works where it was put."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
TOPS = {
    "CONTRIBUTING.md", "COPYING", "FILES.json", "LICENSES", "MANIFEST.json", "README.md",
    "changelogs", "docs", "extensions", "inventories", "meta", "playbooks", "plugins",
    "requirements.yml", "roles",
}  # fmt: skip


def call(*command: str | Path, **environment: str) -> str:
    """Run one of Ansible's programs, to which the checkout is no collection."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the collection as it stands."""
    folder = tmp_path_factory.mktemp("archive")
    call(BIN / "ansible-galaxy", "collection", "build", "--output-path", folder)
    (found,) = folder.glob("*.tar.gz")
    return found


@pytest.fixture(scope="module")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into a directory of its own."""
    folder = tmp_path_factory.mktemp("installed")
    call(
        BIN / "ansible-galaxy", "collection", "install", archive, "--offline",
        "--collections-path", folder, ANSIBLE_COLLECTIONS_PATH=str(folder),
    )  # fmt: skip
    return folder


def test_the_archive_holds_what_users_need_and_nothing_else(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        tops = {name.split("/")[0] for name in tar.getnames()}
    assert sorted(tops) == sorted(TOPS)


def test_an_inventory_of_the_checkout_s_own_is_not_in_the_archive(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        found = {name.split("/")[1] for name in tar.getnames() if name.startswith("inventories/")}
    assert found == {"baremetal", "openstack"}


def test_installed_modules_are_documented(installed: Path) -> None:
    names = [f"rookery.rook.{name}" for name in MODULES]
    told = call(
        BIN / "ansible-doc", "--type", "module", "--json", *names,
        ANSIBLE_COLLECTIONS_PATH=str(installed),
    )  # fmt: skip
    assert sorted(json.loads(told)) == names


def test_every_installed_playbook_finds_its_roles(installed: Path) -> None:
    """With a sample that was installed too, as for those who have no checkout."""
    top = installed / "ansible_collections/rookery/rook"
    playbooks = [f"rookery.rook.{path.stem}" for path in sorted(ROOT.glob("playbooks/*.yml"))]
    told = call(
        BIN / "ansible-playbook", "--syntax-check", "-i", top / "inventories/baremetal",
        *playbooks, ANSIBLE_COLLECTIONS_PATH=str(installed),
    )  # fmt: skip
    assert re.findall(r"playbook: (.*)", told) == [
        f"{top}/playbooks/{name.split('.')[-1]}.yml" for name in playbooks
    ]


def test_the_archive_s_readme_is_the_one_of_galaxy_yml() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert (ROOT / galaxy["readme"]).is_file()
