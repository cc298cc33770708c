# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a state file tells, without its secrets."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rookery.rook.plugins.modules import terraform_state_info
from sites.tfstates import SECRETS, version_3, version_4

GUIDE = Path(__file__).resolve().parents[4] / "docs/docsite/rst/openstack_guide.rst"
Tell = t.Callable[..., dict[str, t.Any]]


@pytest.fixture(name="tell")
def _tell(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Tell:
    def tell(text: str | bytes, **options: t.Any) -> dict[str, t.Any]:
        path = tmp_path / "terraform.tfstate"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with patch_module_args({"path": str(path), **options}), pytest.raises(SystemExit):
            terraform_state_info.main()
        return t.cast("dict[str, t.Any]", json.loads(capsys.readouterr().out))

    return tell


@pytest.mark.parametrize("text", [version_3(), version_4()], ids=["3", "4"])
def test_the_site_is_told_as_inventory_and_variables(text: str, tell: Tell) -> None:
    told = tell(text, user="ubuntu")
    assert (told["changed"], told["site"]) == (False, "kubeadm")
    assert sorted(told["inventory"]["all"]["hosts"]) == [
        "master",
        "storage0",
        "storage1",
        "worker0",
    ]
    assert told["variables"]["rook_site"] == "kubeadm"
    assert "server/master" in told["variables"]["rook_openstack_adopt"].values()
    assert len(told["variables"]["rook_openstack_servers"]) == 4
    assert [secret for secret in SECRETS if secret in json.dumps(told)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "is not JSON"), (b"\xff\xfe", "it is no text"), (version_4(resources=[]), "Set site")],
)
def test_what_is_no_state_of_a_site_fails_in_words(
    text: str | bytes, reason: str, tell: Tell
) -> None:
    told = tell(text)
    assert told["failed"] and reason in told["msg"]
    assert "fault of the collection" not in told["msg"]


def test_a_file_that_is_not_there_is_named(tell: Tell) -> None:
    told = tell("", path="nowhere/terraform.tfstate")
    assert "Failed to read nowhere/terraform.tfstate: No such file" in told["msg"]


def test_the_examples_keep_the_cloud_in_the_file_that_has_it_in_the_sample() -> None:
    copied = yaml.safe_load(terraform_state_info.EXAMPLES)[1]["ansible.builtin.copy"]
    assert copied["dest"].endswith("group_vars/all/openstack.yml")
    assert "'rook_openstack_cloud': 'mycloud'" in copied["content"]
    assert copied["content"] in GUIDE.read_text(encoding="utf-8")
