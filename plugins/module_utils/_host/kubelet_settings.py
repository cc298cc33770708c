# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Where a kubelet's settings come from: its flags, then drop-ins, then its file, then defaults.

Flags stand in unit files and files of variables, or as arguments in those of a distribution.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import typing as t
from pathlib import Path

from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._host import kubelet_layouts

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.kubelet_layouts import (
        Layout,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

FLAG = "volume-plugin-dir"
_KEY = "volumePluginDir"
_CONFIG = "/var/lib/kubelet/config.yaml"
_HEALTH_PORT = "10248"
_UNIT_FILES = "MainPID,FragmentPath,DropInPaths,EnvironmentFiles"
# These hold settings by name; flags stand in unit files and files of environment variables.
_SETTINGS = (".yaml", ".yml", ".json")
# The arguments of a kubelet in these are a list, and what is added to it a further one.
_RANCHER = "/etc/rancher/"
_RANCHER_LINES = 'kubelet-arg+:\n  - "{flag}={value}"\n'
# Of unit files, of files of variables and of YAML.
_COMMENT = re.compile(r"^[ \t]*[#;].*$", re.MULTILINE)
# One argument a line.
_ARGUMENTS = "/args/kubelet"


@dataclasses.dataclass(frozen=True)
class Kubelet:
    """What is known of a host's kubelet; empty strings when the host has none."""

    found: bool
    running: bool
    root_dir: str
    volume_plugin_dir: str
    ruling: str
    """The file in which the volume plugin directory is, or would be, written down."""
    writable: bool
    health_url: str
    distribution: str = ""
    unit: str = ""
    managed: str = ""
    """What to do instead, where the distribution would undo a change."""
    sees_host: bool | None = None
    """Whether it sees that directory as the host does; None when that cannot be told."""


NONE = Kubelet(False, False, "", "", "", False, "")


def find(system: System) -> Kubelet:
    """Look at the running process, and at the files that it reads."""
    text = system.ask("systemctl", "show", "kubelet", f"--property={_UNIT_FILES}").stdout
    process, words = _command_line(system, text)
    layout = kubelet_layouts.layout_of(system, words)
    config = flag_value(words, "config") or (
        _CONFIG if not words and system.path(_CONFIG).exists() else ""
    )
    if not words and not config:
        return NONE
    flagged = flag_value(words, FLAG)
    sources = _sources(system, config, flag_value(words, "config-dir"))
    directory, ruling = _plugin_dir(system, sources)
    if layout.settings:
        directory, ruling = _argument(system, layout, FLAG, layout.own)
        directory = flagged or directory
    elif flagged:
        directory = flagged
        ruling = "" if layout.managed else _file_with_flag(system, text, flagged)
    directory = (directory or layout.plugin_dir).rstrip("/")
    root = flag_value(words, "root-dir") or _argument(system, layout, "root-dir")[0]
    return Kubelet(
        found=True,
        running=bool(words),
        root_dir=(root or layout.root_dir).rstrip("/"),
        volume_plugin_dir=directory,
        ruling=ruling,
        writable=is_writable(system, directory),
        health_url=_health_url(system, sources, words),
        distribution=layout.name,
        unit=kubelet_layouts.unit_of(system, layout),
        managed=layout.managed,
        sees_host=_sees_host(system, process, directory),
    )


def _argument(system: System, layout: Layout, flag: str, own: str = "") -> tuple[str, str]:
    """Return an argument in a distribution's files and the file; without it the file to write."""
    for path in reversed(kubelet_layouts.files_of(system, layout)):
        value = _flag_in(system.text(path) or "", flag)
        if value is not None:
            return kubelet_layouts.plain(value), path
    return "", own


def _sees_host(system: System, process: Path | None, folder: str) -> bool | None:
    """Tell whether a process sees a directory as the host does, or None when nobody can tell."""
    if process is None:
        return None
    try:
        if (process / "ns/mnt").readlink() == system.path("/proc/1/ns/mnt").readlink():
            return True
        inside = (process / "root" / folder.lstrip("/")).stat()
        outside = system.path(folder).stat()
    except OSError:
        return None
    return (inside.st_dev, inside.st_ino) == (outside.st_dev, outside.st_ino)


def flag_value(words: Sequence[str], name: str) -> str:
    """Return the value of a flag, of the last one if it stands there twice, or an empty string."""
    found = ""
    for word, after in zip(words, [*words[1:], ""]):
        key, equals, value = word.lstrip("-").partition("=")
        if word.startswith("-") and key == name:
            found = value if equals else after
    return found


def value_of(text: str, path: str, key: str = _KEY) -> str | None:
    """Return what a file says of the directory: by its key, or in a flag."""
    if _is_json(text):
        value = _json(text, path).get(key)
        return None if value is None else str(value)
    if not _holds_settings(path):
        return _flag_in(text, FLAG)
    line = re.search(_line(key), text, re.MULTILINE)
    return str(line[1]).strip("\"'") if line else None


def with_value(text: str, path: str, value: str | None) -> str:
    """Return a file's text with another directory, or with none; nothing else of it changes."""
    if _is_json(text):
        data = {name: item for name, item in _json(text, path).items() if name != _KEY}
        return json.dumps({**data, **({_KEY: value} if value else {})}, indent=2) + "\n"
    if not _holds_settings(path):
        return _with_flag(text, path, value)
    line = f"{_KEY}: {value}\n" if value else ""
    if re.search(_line(_KEY), text, re.MULTILINE):
        return re.sub(_line(_KEY) + r"\n?", lambda _found: line, text, flags=re.MULTILINE)
    return (text if not text or text.endswith("\n") else text + "\n") + line


def _flag_in(text: str, flag: str) -> str | None:
    """Return the value of the last flag, or argument, of that name."""
    told = _COMMENT.sub("", text)
    flags: list[str] = re.findall(rf"(?<![-\w])(?:--)?{flag}[= ]+([^\s\"',]+)", told)
    return flags[-1] if flags else None


def _with_flag(text: str, path: str, value: str | None) -> str:
    """Return a text with another flag, or one more, or without it."""
    more = _RANCHER_LINES.format(flag=FLAG, value=value) if path.startswith(_RANCHER) else ""
    more = more or (f"--{FLAG}={value}\n" if path.endswith(_ARGUMENTS) else "")
    if value and _flag_in(text, FLAG) is None:
        return (text if not text or text.endswith("\n") else text + "\n") + more
    if not value and more:
        ours = re.escape(_RANCHER_LINES.format(flag=FLAG, value="@")).replace("@", '[^"]*')
        text = re.sub(ours, "", text)
        return re.sub(rf"^--{FLAG}[= ]\S+\n?", "", text, flags=re.MULTILINE)
    form = rf"(?<![-\w])(--)?{FLAG}[= ]+[^\s\"',]+"

    def put(found: re.Match[str]) -> str:
        return f"{found[1] or ''}{FLAG}={value}" if value else ""

    lines = text.splitlines(keepends=True)
    return "".join(line if _COMMENT.match(line) else re.sub(form, put, line) for line in lines)


def is_writable(system: System, folder: str) -> bool:
    """Tell whether a directory can be written to, or else made where its parents end."""
    path = system.path(folder)
    while not path.exists() and path != system.root:
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK)


def _command_line(system: System, unit: str) -> tuple[Path | None, list[str]]:
    """Return the running kubelet and its words: of its unit, else of a process of that name."""
    main = re.search(r"^MainPID=([1-9]\d*)$", unit, re.MULTILINE)
    places = [system.path(f"/proc/{main[1]}")] if main else []
    # Of one that waits for dead storage the kernel tells the name, and may keep whoever asks for
    # its words waiting, too, as ps does then.
    places += [place for place in sorted(system.path("/proc").glob("[0-9]*")) if _may_be(place)]
    for place in places:
        try:
            words = (place / "cmdline").read_text(errors="replace").rstrip("\0").split("\0")
        except OSError:
            # A process may end while one looks.
            continue
        # Some write their whole command into the first word.
        words = words[0].split(" ") if len(words) == 1 else words
        if kubelet_layouts.is_kubelet(words):
            return place, words
    return None, []


def _may_be(place: Path) -> bool:
    """Tell by its name alone whether a process may be a kubelet."""
    try:
        name = (place / "comm").read_text(errors="replace")
    except OSError:
        return False
    return any(part in name for part in kubelet_layouts.NAMES)


def _sources(system: System, config: str, folder: str) -> list[str]:
    """Return the files of settings, the one that rules last."""
    drop_ins = sorted(system.path(folder).glob("**/*.conf")) if folder else []
    return ([config] if config else []) + ["/" + str(p.relative_to(system.root)) for p in drop_ins]


def _plugin_dir(system: System, sources: Sequence[str]) -> tuple[str, str]:
    """Return the directory and the file that rules; without a directory the file to write it to."""
    for path in reversed(sources):
        value = value_of(system.text(path) or "", path)
        if value:
            return value, path
    return "", sources[0] if sources else ""


def _file_with_flag(system: System, unit: str, flagged: str) -> str:
    """Return the unit's file in which the flag stands; of several one from which it comes."""
    names: list[str] = re.findall(r"(/[^\s\"']+)", unit)
    values = {name: value_of(system.text(name) or "", name) for name in names}
    holding = [name for name, value in values.items() if value is not None]
    heeded = [name for name in holding if str(values[name]).rstrip("/") == flagged.rstrip("/")]
    if not holding:
        raise ClientError(
            "find the origin of", f"the kubelet's flag --{FLAG}",
            "no file of its unit holds it. Remove it from where the kubelet is started",
        )  # fmt: skip
    return (heeded or holding)[-1]


def _health_url(system: System, sources: Sequence[str], words: Sequence[str]) -> str:
    """Return where the kubelet tells its health; empty when that is turned off. Flags rule."""
    port = _said(system, sources, "healthzPort", _HEALTH_PORT)
    port = flag_value(words, "healthz-port") or port
    address = _said(system, sources, "healthzBindAddress", "127.0.0.1")
    address = flag_value(words, "healthz-bind-address") or address
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}/healthz" if port != "0" else ""


def _said(system: System, sources: Sequence[str], key: str, default: str) -> str:
    """Return a setting as the file that rules has it."""
    said = [value_of(system.text(path) or "", path, key) for path in sources]
    return next((item for item in reversed(said) if item), default)


def _holds_settings(path: str) -> bool:
    """Tell whether a file is the kubelet's own; its drop-ins end in .conf as those of units do."""
    if path.startswith(_RANCHER):
        return False
    return path.endswith(_SETTINGS) or (path.endswith(".conf") and "/systemd/" not in path)


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _json(text: str, path: str) -> dict[str, t.Any]:
    try:
        data: dict[str, t.Any] = json.loads(text)
    except ValueError as problem:
        raise ClientError(
            "read the kubelet's settings in", path,
            f"{problem}. Write them as JSON or as YAML with a line for each setting",
        ) from problem  # fmt: skip
    return data


def _line(key: str) -> str:
    return rf"^[\"']?{key}[\"']?:[ \t]*([^#\n]*?)[ \t\r]*(?:#.*)?$"
