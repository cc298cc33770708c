# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host below a directory, with the few commands that the node's modules give to it.

Packages, units and images are sets that the commands change, so that a second run meets what the
first one left. Every command that changes something is kept in `did`.
"""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

Answer = tuple[int, str]
IMAGE_NAME = "io.containerd.image.name"


class BareHost(System):
    """What the modules are shown in place of /."""

    def __init__(self, root: Path, *packages: str) -> None:
        super().__init__(str(root))
        self.packages = dict.fromkeys(packages, "1.0")
        self.available: dict[str, list[str]] = {}
        self.units: dict[str, dict[str, str]] = {}
        self.images: dict[str, str] = {}
        self.links: list[str] = []
        self.tables: list[str] = []
        self.rules = ""
        self.did: list[str] = []
        # Program -> for how long its last command was waited for.
        self.limits: dict[str, float | None] = {}
        self.answers: dict[str, t.Callable[[tuple[str, ...]], Answer]] = {}
        self.put("usr/bin/apt-get", "", 0o755)
        for name in ("proc/1/mountinfo", "proc/modules", "proc/filesystems", "run/.keep"):
            self.put(name, "")

    def put(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def ask(
        self,
        *command: str,
        stdin: str = "",
        environment: t.Mapping[str, str] | None = None,
        limit: float | None = None,
        heirs: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        program = Path(command[0]).name
        self.limits[program] = limit
        known = {
            "apt-get": self._apt, "dpkg-query": self._dpkg, "systemctl": self._systemctl,
            "ctr": self._ctr, "ip": self._ip, "nft": self._nft, "modprobe": self._modprobe,
            "iptables-save": lambda _words: (0, self.rules),
            "iptables-restore": lambda _words: self._restore(stdin),
            **self.answers,
        }  # fmt: skip
        code, text = known.get(program, lambda _words: (127, ""))(command)
        out, err = (text, "") if code == 0 else ("", text)
        return subprocess.CompletedProcess(command, code, out, err)

    def unit(self, name: str, **state: str) -> None:
        """Make a unit known to systemd."""
        given = {"LoadState": "loaded", "ActiveState": "inactive", "UnitFileState": "disabled"}
        self.units[name] = {**given, **state}

    def process(self, pid: int, *words: str) -> None:
        self.put(f"proc/{pid}/comm", f"{Path(words[0].split(' ')[0]).name[:15]}\n")
        self.put(f"proc/{pid}/cmdline", "\0".join(words) + "\0")

    def _apt(self, words: tuple[str, ...]) -> Answer:
        names = [word.split("=")[0] for word in words if word[:1] != "-" and "::" not in word]
        verb, *names = [name for name in names[1:] if not name.startswith("DPkg")]
        simulated = "--simulate" in words
        if verb == "update":
            return 0, ""
        if not simulated:
            self.did.append(f"{verb} {' '.join(names)}")
        if verb == "install":
            missing = [name for name in names if name not in self.available]
            if missing:
                return 100, f"E: Unable to locate package {missing[0]}"
            new = [*names, *(more for name in names for more in self.available[name])]
            if not simulated:
                self.packages |= dict.fromkeys(new, "1.0")
            return 0, "".join(f"Inst {name} (1.0)\n" for name in new)
        if not simulated:
            for name in names:
                del self.packages[name]
        return 0, "".join(f"Purg {name} [1.0]\n" for name in names)

    def _dpkg(self, _words: tuple[str, ...]) -> Answer:
        return 0, "".join(f"{name}\tii \t{version}\n" for name, version in self.packages.items())

    def _systemctl(self, words: tuple[str, ...]) -> Answer:
        verb, names = words[1], [word for word in words[2:] if not word.startswith("-")]
        if verb == "show":
            shown = [{"Id": name, **self.units.get(name, {})} for name in names]
            return 0, "\n\n".join(
                "\n".join(f"{key}={value}" for key, value in item.items()) for item in shown
            )
        if verb == "is-active":
            state = self.units.get(f"{names[0]}.service", {}).get("ActiveState")
            return (0 if state == "active" else 3), ""
        self.did.append(" ".join([verb, *names]))
        state = self.units.get(f"{names[0]}.service", {}) if names else {}
        state |= {
            "enable": {"UnitFileState": "enabled"}, "disable": {"UnitFileState": "disabled"},
            "start": {"ActiveState": "active"}, "restart": {"ActiveState": "active"},
            "stop": {"ActiveState": "inactive"},
        }.get(verb, {})  # fmt: skip
        return 0, ""

    def _ctr(self, words: tuple[str, ...]) -> Answer:
        verb, *names = words[4:]
        if verb == "list":
            rows = (f"{name} type {digest} 1 MiB" for name, digest in self.images.items())
            return 0, "\n".join(["REF TYPE DIGEST SIZE", *rows])
        self.did.append(f"{verb} {' '.join(names)}")
        if verb == "import":
            with tarfile.open(names[0]) as tar:
                index = json.load(t.cast("t.IO[bytes]", tar.extractfile("index.json")))
            for item in index["manifests"]:
                self.images[item["annotations"][IMAGE_NAME]] = item["digest"]
        else:
            self.images = {name: item for name, item in self.images.items() if name not in names}
        return 0, ""

    def _ip(self, words: tuple[str, ...]) -> Answer:
        if "delete" in words:
            self.links.remove(words[-1])
        if "address" in words:
            return 0, "1: eth0 inet 192.0.2.11/24 scope global eth0\n"
        return 0, json.dumps([{"ifname": name} for name in self.links])

    def _nft(self, words: tuple[str, ...]) -> Answer:
        if "tables" in words:
            return 0, "".join(f"table {name}\n" for name in self.tables)
        if "delete" in words:
            self.tables.remove(" ".join(words[-2:]))
        return 0, ""

    def _restore(self, text: str) -> Answer:
        self.rules = text
        return 0, ""

    def _modprobe(self, words: tuple[str, ...]) -> Answer:
        return (0 if words[-1] == "overlay" else 1), ""


def archive(path: Path, **images: str) -> None:
    """Write an image archive that names images, and holds nothing else."""
    manifests = [
        {"digest": digest, "annotations": {IMAGE_NAME: name}} for name, digest in images.items()
    ]
    text = json.dumps({"manifests": manifests}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("index.json")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
