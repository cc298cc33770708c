# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is refused before the first change: variable, value, reason and way out.

Runs the playbooks themselves. Where no node has to answer, there is none; where one has to, it is
this machine, and then nothing but preflight may run. Each run takes seconds.
"""

from __future__ import annotations

import copy
import datetime
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inventories/baremetal"
MANIFESTS = ("crds.yaml", "common.yaml", "operator.yaml", "csi-operator.yaml")
# Takes its own options away and does the rest, as sudo does for root.
PERMITTING = 'while [ "$1" != /bin/sh ]; do shift; done; exec "$@"'
ONLY_PREFLIGHT = ("--tags", "preflight")
Params = dict[str, t.Any]
Run = t.Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> dict[str, t.Any]:
    """Return the variables of the sample, which are right."""
    site = yaml.safe_load((SAMPLE / "group_vars/all/rook.yml").read_text())
    folder = tmp_path / "manifests"
    folder.mkdir()
    for name in MANIFESTS:
        (folder / name).touch()
    return {**site, "rook_operator_manifests": str(folder)}


@pytest.fixture(name="hosts")
def _hosts() -> dict[str, t.Any]:
    hosts = yaml.safe_load((SAMPLE / "hosts.yml").read_text())
    for place, host in enumerate(hosts["all"]["hosts"].values(), start=1):
        # Refused at once; no packet leaves the machine.
        host.update(
            ansible_host=f"127.0.0.{place}",
            ansible_port=1,
            ansible_ssh_common_args="-o ConnectTimeout=2",
        )
    return hosts


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    def run(
        playbook: str, hosts: dict[str, t.Any], site: dict[str, t.Any], *options: str
    ) -> subprocess.CompletedProcess[str]:
        whole = copy.deepcopy(hosts)
        whole["all"]["vars"] = {"rook_kubeconfig": str(tmp_path / "none"), **site}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump(whole))
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "tools/ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            # Root, who runs this, would not ask sudo to become root.
            "ANSIBLE_BECOME_ALLOW_SAME_USER": "true",
            "HOME": str(tmp_path),
        }
        return subprocess.run(
            ["ansible-playbook", "-i", str(tmp_path / "hosts.yml"), playbook, *options],
            capture_output=True, text=True, check=False, timeout=300, env=environment,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    return run


def without_host(hosts: Params, name: str) -> Params:
    """Return the inventory without one of its hosts."""
    found = copy.deepcopy(hosts)
    del found["all"]["hosts"][name]
    for group in found["all"]["children"].values():
        group["hosts"].pop(name, None)
    return found


def on_this_machine(hosts: Params, sudo: Path, script: str) -> Params:
    """Return the inventory with this machine in the place of every host, and a sudo for it."""
    sudo.write_text(f"#!/bin/sh\n{script}\n")
    sudo.chmod(0o755)
    found = copy.deepcopy(hosts)
    for host in found["all"]["hosts"].values():
        host.update(
            ansible_connection="local",
            ansible_become_exe=str(sudo),
            ansible_python_interpreter=sys.executable,
        )
    return found


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """Return what a run said when it refused without a change."""
    assert result.returncode != 0, result.stdout
    assert not re.search(r"changed=[1-9]", result.stdout), result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    # What was found fills pages as data, in which nobody finds the sentences.
    assert not re.search(r"\b(?:findings|rules)\"?: ", result.stdout), result.stdout
    # Ansible folds long lines of a message.
    return " ".join((result.stdout + result.stderr).split())


def told(said: str, *sentences: str) -> None:
    """Claim that a run has said all of that."""
    assert [sentence for sentence in sentences if sentence not in said] == [], said


def page(folder: Path) -> str:
    """Return the page that preflight left below a home."""
    return (folder / ".local/share/rookery/store1/preflight.html").read_text()


def test_unknown_and_ill_typed_variables_are_told_all_at_once(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any]
) -> None:
    hosts["all"]["hosts"]["store1"] |= {"rook_node_devises": [], "rook_cluster_mgr_count": 2}
    site.pop("rook_cluster_mgr_count", None)
    site |= {"rook_storage_filesystem": [], "rook_cluster_mon_count": "three"}
    said = refused(run("rookery.rook.site", hosts, site))
    assert "rook_storage_filesystem (localhost, cp1, " in said
    assert "the nearest is rook_storage_filesystems" in said
    assert "rook_node_devises (store1): " in said and "the nearest is rook_node_devices" in said
    assert "rook_cluster_mgr_count (store1): only localhost reads it" in said
    assert "value 'three'" in said and "int" in said


def test_variables_are_judged_also_for_a_part_of_a_run(
    run: Run, hosts: Params, site: Params
) -> None:
    site |= {"rook_plan_fingerprint": '{"operator": "9a1b"}', "rook_cluster_mon_count": None}
    said = refused(run("rookery.rook.site", hosts, site, "--tags", "rook_operator"))
    assert "rook_plan_fingerprint (localhost, cp1, " in said and "it is no dict." in said
    assert "rook_cluster_mon_count (localhost, cp1, " in said and "value None: it is empty" in said


def test_a_missing_name_of_the_site_is_named(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any]
) -> None:
    del site["rook_site"]
    assert "missing required arguments: rook_site" in refused(run("rookery.rook.site", hosts, site))


def test_a_state_that_does_not_exist_is_refused(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any]
) -> None:
    said = refused(run("rookery.rook.site", hosts, {**site, "rook_state": "gone"}))
    assert "value of rook_state must be one of: present, absent, got: gone" in said


@pytest.mark.parametrize(
    ("playbook", "state", "way_out"),
    [
        ("site", "absent", "Run rookery.rook.teardown, which removes in order"),
        ("teardown", "present", "Leave the variable out, or run rookery.rook.site"),
    ],
)
def test_a_playbook_is_for_one_state(
    run: Run, hosts: Params, site: Params, playbook: str, state: str, way_out: str
) -> None:
    more = ("-e", f"rook_state={state}", "-e", f"rook_confirm={site['rook_site']}")
    said = refused(run(f"rookery.rook.{playbook}", hosts, site, *more))
    assert f"rook_state is {state}" in said and way_out in said


def test_the_internal_role_refuses_to_be_listed(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any], tmp_path: Path
) -> None:
    play = [{"hosts": "localhost", "gather_facts": False, "roles": ["rookery.rook.rook_common"]}]
    (tmp_path / "direct.yml").write_text(yaml.safe_dump(play))
    assert "rook_common is internal" in refused(run(str(tmp_path / "direct.yml"), hosts, site))


def test_the_release_that_kubernetes_gets_when_none_is_given_is_judged(
    run: Run, hosts: dict[str, t.Any], site: dict[str, t.Any]
) -> None:
    del site["rook_kubernetes_version"]
    said = refused(run("playbooks/plan.yml", hosts, {**site, "rook_version": "1.8"}))
    told(
        said,
        "rook_kubernetes_version (1.34.4): Rook 1.8 is made for 1.16 to 1.24, and an API that it "
        "needs is gone since (VER-01). Take a newer Rook.",
    )


def test_more_pieces_than_hosts_are_refused_with_the_arithmetic_and_the_cure(
    run: Run, hosts: Params, site: Params, tmp_path: Path
) -> None:
    site["rook_operator_manifests"] = "/nonexistent"
    site["rook_storage_block_pools"] = [
        {"name": "copies", "replicas": 3},
        {"name": "chunks", "erasure": {"data_chunks": 2, "coding_chunks": 1}},
    ]
    site["rook_storage_classes"] = []
    said = refused(run("rookery.rook.site", without_host(hosts, "store3"), site))
    places = (
        "on different hosts, the inventory has 2 OSD hosts (store1, store2): 2 of 3 find a place"
    )
    told(
        said,
        f"rook_storage_block_pools[0].replicas (3): pool 'copies' wants 3 copies {places}",
        "Add 1 host to rook_storage or set replicas to 2.",
        "rook_storage_block_pools[1].erasure (2+1): pool 'chunks' wants 2 data + 1 coding = 3 "
        f"chunks {places}",
        "Add 1 host to rook_storage or replace erasure by replicas: 2.",
        "rook_operator_manifests (/nonexistent): there is no crds.yaml",
    )
    told(said, f"What became of each rule: {tmp_path}/.local/share/rookery/store1/preflight.html")
    assert "Cannot be built yet" in page(tmp_path) and "Replace erasure by" in page(tmp_path)


def test_a_reserved_directory_and_hosts_that_are_one_node_are_refused(
    run: Run, hosts: Params, site: Params
) -> None:
    site["rook_node_data_dir_host_path"] = "/etc/ceph/rook"
    machines = hosts["all"]["hosts"]
    machines["store2"]["ansible_host"] = machines["store1"]["ansible_host"]
    machines["STORE1"] = {"ansible_host": "127.0.0.99"}
    hosts["all"]["children"]["kube_node"]["hosts"]["STORE1"] = None
    said = refused(run("rookery.rook.site", hosts, site))
    told(
        said,
        "rook_node_data_dir_host_path: '/etc/ceph/rook' is under /etc/ceph, which Rook's "
        "containers use themselves (NODE-09). Take /var/lib/rook.",
        f"inventory host store2 (ansible_host {machines['store1']['ansible_host']}): it has the "
        "same address as store1, so both would be one node",
        "inventory host store1 (store1): it has the same name as STORE1",
    )


def kubeconfig(path: Path, days: int) -> str:
    """Write the kubeconfig of an API that is not there; days is until its certificate ends."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "admin")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=400))
        .not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    traditional = serialization.PrivateFormat.TraditionalOpenSSL
    (path.parent / "admin.crt").write_bytes(certificate.public_bytes(pem))
    (path.parent / "admin.key").write_bytes(key.private_bytes(pem, traditional, plain))
    cluster = {"server": "https://127.0.0.1:1", "insecure-skip-tls-verify": True}
    user = {"client-certificate": "admin.crt", "client-key": "admin.key"}
    content = {
        "apiVersion": "v1", "kind": "Config", "current-context": "x",
        "clusters": [{"name": "x", "cluster": cluster}], "users": [{"name": "x", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    }  # fmt: skip
    path.write_text(yaml.safe_dump(content))
    return str(path)


def test_nodes_that_do_not_answer_and_an_expired_kubeconfig_are_all_named(
    run: Run, hosts: Params, site: Params, tmp_path: Path
) -> None:
    path = site["rook_kubeconfig"] = kubeconfig(tmp_path / "kubeconfig", days=-3)
    said = refused(run("rookery.rook.site", hosts, site))
    for name in hosts["all"]["hosts"]:
        assert f"inventory host {name} (unreachable): " in said
    assert "Connection refused" in said
    assert "Start the host, correct ansible_host, ansible_user or its key" in said
    assert f"rook_kubeconfig ({path}): its client certificate expired on 20" in said
    assert "Renew it on a control-plane node with 'kubeadm certs renew admin.conf'" in said
    assert f"{len(hosts['all']['hosts'])} hosts did not answer: " in page(tmp_path)


@pytest.mark.parametrize(
    ("playbook", "options"), [("rookery.rook.plan", ()), ("rookery.rook.site", ("--check",))]
)
def test_a_plan_leaves_the_page_and_a_check_leaves_nothing(
    run: Run, hosts: Params, site: Params, tmp_path: Path, playbook: str, options: tuple[str, ...]
) -> None:
    refused(run(playbook, hosts, {**site, "rook_cluster_mon_count": 4}, *options))
    assert (tmp_path / ".local").exists() is not bool(options)


def test_a_page_that_cannot_be_written_takes_nothing_from_what_was_found(
    run: Run, hosts: Params, site: Params, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    site |= {"rook_report_dir": f"{tmp_path}/file/below", "rook_cluster_mon_count": 99}
    said = refused(run("rookery.rook.site", hosts, site))
    assert "What became of each rule" not in said
    told(
        said,
        "preflight found 1 error.",
        f"Failed to write the page of site store1 into {tmp_path}/file/below: Not a directory. "
        "Set path (rook_preflight_report_dir) to a directory that this user may write.",
    )


def test_a_node_without_root_and_an_api_that_is_not_there_are_named(
    run: Run, hosts: Params, site: Params, tmp_path: Path
) -> None:
    local = on_this_machine(hosts, tmp_path / "sudo", "echo a password is required >&2; exit 1")
    path = site["rook_kubeconfig"] = kubeconfig(tmp_path / "kubeconfig", days=3)
    said = refused(run("rookery.rook.site", local, site, *ONLY_PREFLIGHT))
    told(
        said,
        "inventory host store1 (reached): it could not be examined as root: ",
        "a password is required",
        "Give ansible_user the right to become root",
        f"rook_kubeconfig ({path}): ",
        "nothing listens at https://127.0.0.1:1 (connection refused)",
    )


@pytest.fixture(name="formatted")
def _formatted(tmp_path: Path) -> t.Iterator[str]:
    """Return a block device with a file system on it, for as long as the test lasts."""
    if os.geteuid():
        pytest.skip("a block device with data can be made by root only")
    image = tmp_path / "disk"
    with image.open("wb") as file:
        file.truncate(8 << 30)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    attach = ["losetup", "--find", "--show", str(image)]
    device = subprocess.run(attach, check=True, capture_output=True, text=True).stdout.strip()
    yield device
    subprocess.run(["losetup", "--detach", device], check=True)


def test_a_disk_that_is_not_there_and_one_with_data_are_named_each_with_a_way_out(
    run: Run, hosts: Params, site: Params, formatted: str, tmp_path: Path
) -> None:
    hosts["all"]["hosts"]["store1"]["rook_node_devices"] = [formatted]
    site["rook_operator_config"] = {"ROOK_CEPH_ALLOW_LOOP_DEVICES": "true"}
    site["rook_kubernetes_adopt"] = True
    local = on_this_machine(hosts, tmp_path / "sudo", PERMITTING)
    said = refused(run("rookery.rook.site", local, site, *ONLY_PREFLIGHT))
    told(
        said,
        f"rook_node_devices[0] of store1 ({formatted}): it is not blank: it holds ext4",
        "Take a blank disk, or wipe it with rookery.rook.disk_wipe; its data is then lost",
        "rook_node_devices[0] of store2 (/dev/disk/by-id/nvme-EXAMPLE_SSD_SERIAL0003): there is no "
        "such device on this host (DISK-01). Blank disks there are: ",
        "there is no such file, and rook_kubernetes_adopt takes a cluster that exists",
    )


def test_a_teardown_without_the_sites_name_is_refused(
    run: Run, hosts: Params, site: Params
) -> None:
    said = refused(run("rookery.rook.teardown", hosts, {**site, "rook_confirm": "store2"}))
    assert "rook_confirm ('store2'): it is not the name of the site" in said
    assert "Set it to store1, if store1 is to go." in said


def test_the_samples_say_where_the_manifests_are_on_the_deploy_host() -> None:
    """Variables of an inventory's place are not defined for the deploy host, which is in none."""
    for path in (ROOT / "inventories").glob("*/group_vars/all/rook.yml"):
        for value in yaml.safe_load(path.read_text()).values():
            assert "inventory_dir" not in str(value) and "inventory_file" not in str(value), path
