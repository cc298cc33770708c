# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad declarations of a cloud's part are refused before a request, and bad clouds in words.

Runs site.yml itself; at the address of its cloud nobody answers.
"""

from __future__ import annotations

import os
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inventories/openstack/group_vars/all"
SECRET = "Sesam-1"
CLOUDS = {
    "clouds": {
        "mycloud": {
            "auth_type": "v3applicationcredential",
            "auth": {
                "auth_url": "http://127.0.0.1:1/v3",
                "application_credential_id": "some",
                "application_credential_secret": SECRET,
            },
        }
    }
}
Variables = dict[str, t.Any]
Refused = t.Callable[[Variables], str]


@pytest.fixture(name="site")
def _site() -> Variables:
    """Return the variables of the sample, which are right."""
    files = [yaml.safe_load((SAMPLE / name).read_text()) for name in ("rook.yml", "openstack.yml")]
    keys = [{"name": "key", "public_key": "ssh-ed25519 AAAA somebody"}]
    return {"rook_site": "store1", **files[0], **files[1], "rook_openstack_keypairs": keys}


@pytest.fixture(name="refused")
def _refused(tmp_path: Path) -> Refused:
    """Run site.yml, and return what it said when it refused without a change."""

    def run(site: Variables) -> str:
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"vars": site}}))
        (tmp_path / "clouds.yaml").write_text(yaml.safe_dump(CLOUDS))
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "HOME": str(tmp_path),
            "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml"),
        }
        done = subprocess.run(
            ["ansible-playbook", "-i", str(tmp_path / "hosts.yml"), "rookery.rook.site", "-vv"],
            capture_output=True, text=True, check=False, timeout=300, env=environment,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode != 0, said
        assert not re.search(r"changed=[1-9]", said), said
        assert "Traceback" not in said and SECRET not in said
        return " ".join(said.split())

    return run


def test_a_misspelt_variable_and_a_wrong_type_are_told(refused: Refused, site: Variables) -> None:
    said = refused({**site, "rook_openstack_server": [], "rook_openstack_force": "perhaps"})
    assert "the nearest is rook_openstack_servers" in said
    assert "rook_openstack_force" in said and "'perhaps'" in said


def test_a_name_that_is_not_declared_is_refused_before_a_request(
    refused: Refused, site: Variables
) -> None:
    site["rook_openstack_routers"][0]["subnets"] = ["subnett"]
    site["rook_openstack_servers"][1]["keypair"] = "kee"
    said = refused(site)
    assert "'subnett'" in said or "subnett" in said
    assert "kee" in said
    assert "127.0.0.1" not in said, "all of it is known before anybody is asked"


def test_a_cloud_that_is_not_in_the_file_is_named(refused: Refused, site: Variables) -> None:
    assert "yourcloud" in refused({**site, "rook_openstack_cloud": "yourcloud"})


def test_a_cloud_that_does_not_answer_is_told(refused: Refused, site: Variables) -> None:
    said = refused(site)
    assert "The login failed" in said and "127.0.0.1" in said
