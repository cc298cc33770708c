# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Where a host's container runtime would fetch an image: mirrors, their certificates, proxies."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import re
import shlex
import typing as t
from urllib.parse import urlsplit

from ansible_collections.rookery.rook.plugins.module_utils._host.toml import tables

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._host.references import Reference
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

_API = {"docker.io": "registry-1.docker.io"}
# Where each of those that embed containerd tells it what is in config.toml elsewhere.
_CONTAINERD = {
    "k3s": "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
    "rke2-server": "/var/lib/rancher/rke2/agent/etc/containerd/config.toml",
}
_CONFIG, _HOSTS = "/etc/containerd/config.toml", "/etc/containerd/certs.d"
_PODMAN, _DAEMON = "/etc/containers/registries.conf", "/etc/docker/daemon.json"
_PROXIES = ("http_proxy", "https_proxy", "no_proxy")


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """One place that may have an image: base is the address of its API, name the repository there.

    For a mirror, mirrored is the registry that it stands for. authorities are further certificates.
    plain is one that is asked without encryption where it speaks none.
    """

    base: str
    name: str
    mirrored: str = ""
    authorities: tuple[str, ...] = ()
    verify: bool = True
    plain: bool = False


def endpoints(system: System, runtime: str, image: Reference) -> tuple[Endpoint, ...]:
    """Return where a runtime would ask for an image, in its order; containerd without any."""
    if runtime == "crio":
        return tuple(_podman(system, image))
    if runtime == "docker":
        return tuple(_docker(system, image))
    return tuple(_containerd(system, _CONTAINERD.get(runtime, _CONFIG), image))


def proxies(system: System, runtime: str, ours: Mapping[str, str]) -> dict[str, str]:
    """Return a runtime's proxies by scheme, and under no whom it asks without; else ours."""
    unit = runtime or "containerd"
    shown = system.ask("systemctl", "show", unit, "--property=MainPID,Environment").stdout
    process = re.search(r"^MainPID=([1-9]\d*)$", shown, re.MULTILINE)
    told = system.text(f"/proc/{process[1]}/environ") if process else None
    given = re.search(r"^Environment=(.*)$", shown, re.MULTILINE)
    words = told.split("\0") if told else shlex.split(given[1]) if given else []
    theirs = dict(word.partition("=")[::2] for word in words)
    found = _proxies(theirs)
    return found if process or found else _proxies(ours)


def is_around(host: str, exceptions: str) -> bool:
    """Tell whether a host is asked without a proxy, as runtimes read no_proxy."""
    name = urlsplit(f"//{host}").hostname or ""
    if _is_local(host):
        return True
    for each in filter(None, map(str.strip, exceptions.split(","))):
        bare = each.rpartition(":")[0] if each.count(":") == 1 else each
        bare = bare.lstrip("*").lstrip(".")
        if each == "*" or name == bare or name.endswith(f".{bare}") or _is_within(name, each):
            return True
    return False


def _is_within(name: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _proxies(environment: Mapping[str, str]) -> dict[str, str]:
    lower = {key.lower(): value for key, value in environment.items() if value}
    return {key.removesuffix("_proxy"): lower[key] for key in _PROXIES if key in lower}


def _is_local(host: str) -> bool:
    """Tell whether a registry is this host itself, which runtimes ask without certificates."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _own(
    image: Reference, authorities: Sequence[str] = (), *, insecure: bool = False
) -> Iterator[Endpoint]:
    """Yield the registry that the image names."""
    host = _API.get(image.host, image.host)
    plain = insecure or _is_local(host)
    yield Endpoint(f"https://{host}/v2", image.name, "", tuple(authorities), not plain, plain)


def _containerd(system: System, config: str, image: Reference) -> Iterator[Endpoint]:
    """Yield what hosts.toml, or the older tables of mirrors, make of an image."""
    text = system.text(config)
    found = tables(text or "")
    folder = _folder(system, text, found, image.host)
    if folder is not None:
        yield from _hosts(system, folder, image)
        return
    for path, values in found:
        if path[-3:-1] == ("registry", "mirrors") and path[-1] in (image.host, "*"):
            for base in values.get("endpoint") or ():
                yield Endpoint(_based(base), image.name, image.host)
    yield from _own(image)


def _folder(system: System, text: str | None, found: t.Any, host: str) -> str | None:
    """Return the directory in which containerd is told of a registry, or None."""
    given = [str(values["config_path"]) for _path, values in found if "config_path" in values]
    version = next((values.get("version") for path, values in found if not path), None)
    # Before version 3 of its settings it looked there only when it was told to.
    usual = [_HOSTS] if text is None or version == "3" else []
    names = dict.fromkeys((re.sub(r":(\d+)$", r"_\1_", host), host, "_default"))
    for root in ":".join(filter(None, given)).split(":") if any(given) else usual:
        for name in names:
            if system.path(f"{root}/{name}").is_dir():
                return f"{root}/{name}"
    return None


def _hosts(system: System, folder: str, image: Reference) -> Iterator[Endpoint]:
    """Yield the hosts of a hosts.toml in their order, its server at the end."""
    text = system.text(f"{folder}/hosts.toml")
    if not text:
        yield from _own(image, _certificates(system, folder))
        return
    found = tables(text)
    need = "pull" if image.digest else "resolve"
    for path, values in found:
        able = values.get("capabilities")
        if len(path) == 2 and path[0] == "host" and (able is None or need in able):
            yield _host(path[1], values, folder, image)
    root, usual = found[0][1], _API.get(image.host, image.host)
    server = str(root.get("server") or usual)
    plain = not root.keys() & {"ca", "skip_verify", "override_path"}
    if plain and urlsplit(_based(server)).netloc in (image.host, usual):
        yield from _own(image)
    else:
        yield _host(server, root, folder, image)


def _host(base: str, values: Mapping[str, t.Any], folder: str, image: Reference) -> Endpoint:
    """Return a host of hosts.toml."""
    given = values.get("ca") or ()
    files = [given] if isinstance(given, str) else list(given)
    authorities = tuple(name if name.startswith("/") else f"{folder}/{name}" for name in files)
    whole = _based(base, override=values.get("override_path") is True)
    mirrored = "" if urlsplit(whole).netloc == _API.get(image.host, image.host) else image.host
    verify = values.get("skip_verify") is not True
    return Endpoint(whole, image.name, mirrored, authorities, verify)


def _based(base: str, *, override: bool = False) -> str:
    """Return the address of a registry's API, without a login that may stand in it."""
    whole = re.sub(r"//[^/]*@", "//", base if "://" in base else f"https://{base}").rstrip("/")
    return whole if override or whole.endswith("/v2") else f"{whole}/v2"


def _certificates(system: System, folder: str) -> list[str]:
    """Return the authorities that stand in a directory of certificates."""
    return [f"{folder}/{path.name}" for path in sorted(system.path(folder).glob("*.crt"))]


def _podman(system: System, image: Reference) -> Iterator[Endpoint]:
    """Yield what registries.conf makes of an image; the longest prefix rules."""
    folder = system.path(f"{_PODMAN}.d")
    names = [_PODMAN, *(f"{_PODMAN}.d/{path.name}" for path in sorted(folder.glob("*.conf")))]
    rows = [row for name in names for row in tables(system.text(name) or "")]
    whole = f"{image.host}/{image.name}"
    best: tuple[str, dict[str, t.Any], list[dict[str, t.Any]]] = ("", {}, [])
    mirrors: list[dict[str, t.Any]] = []
    for path, values in rows:
        if path == ("registry",):
            mirrors = []
            prefix = str(values.get("prefix") or values.get("location") or "")
            if _begins(whole, prefix) and len(prefix) >= len(best[0]):
                best = (prefix, values, mirrors)
        elif path == ("registry", "mirror"):
            mirrors.append(values)
    prefix, own, chosen = best
    for values in (*chosen, *(() if own.get("blocked") is True else (own,))):
        pattern = not prefix or prefix.startswith("*")
        place = str(values.get("location") or (image.host if pattern else prefix))
        rest = f"/{image.name}" if pattern else whole[len(prefix) :]
        host, _slash, name = f"{place}{rest}".partition("/")
        moved = dataclasses.replace(image, host=host, name=name)
        authorities = _certificates(system, f"/etc/containers/certs.d/{host}")
        yield from _own(moved, authorities, insecure=values.get("insecure") is True)


def _begins(name: str, prefix: str) -> bool:
    """Tell whether a prefix of registries.conf is about an image."""
    if prefix.startswith("*."):
        return name.partition("/")[0].endswith(prefix[1:])
    return bool(prefix) and (name == prefix or name.startswith(f"{prefix}/"))


def _docker(system: System, image: Reference) -> Iterator[Endpoint]:
    """Yield what Docker's daemon.json makes of an image; its mirrors are those of Docker Hub."""
    try:
        told = json.loads(system.text(_DAEMON) or "{}")
    except ValueError:
        told = {}
    if image.host in _API:
        for base in told.get("registry-mirrors") or ():
            yield Endpoint(_based(base), image.name)
    insecure = image.host in (told.get("insecure-registries") or ())
    authorities = _certificates(system, f"/etc/docker/certs.d/{image.host}")
    yield from _own(image, authorities, insecure=insecure)
