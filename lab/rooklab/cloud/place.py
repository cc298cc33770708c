# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a cloud keeps things, who may use it, and what its services are called."""

from __future__ import annotations

import json
import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from rooklab.config import TOP, Config
from rooklab.errors import LabError
from rooklab.files import write_whole

SOURCES = TOP / "lab" / "openstack"
ADDRESS = "127.0.0.1"
REGION = "RegionOne"
# Everything listens on loopback and holds nothing: this is a name, no secret.
PASSWORD = "labcloud"
ADMIN, SERVICE = "admin", "service"
APPLICATION = "rook-application"
# User: project and roles. The clouds of clouds.yaml are those of CLOUDS.
USERS = {
    SERVICE: (SERVICE, ("admin", "service")),
    "rook": ("rook", ("member", "reader")),
    "other": ("other", ("member", "reader")),
}
CLOUDS = {"admin": (ADMIN, ADMIN), "member": ("rook", "rook"), "other": ("other", "other")}
# The cloud `application` is `member` by a credential of its own.
APPLICATIONS = ("member",)
TOKEN_SECONDS = 86400
BALANCERS = "octavia"
# In the order in which they are started: type in the catalogue, path.
SERVICES = {
    "keystone": ("identity", "/v3"),
    "placement": ("placement", ""),
    "glance": ("image", ""),
    "neutron": ("network", ""),
    "cinder": ("block-storage", "/v3"),
    "nova": ("compute", "/v2.1"),
    BALANCERS: ("load-balancer", ""),
}


@dataclass(frozen=True)
class Place:
    """The files of one cloud; `ports` are those of its services, `seconds` a token's life."""

    home: Path
    venv: Path
    ports: t.Mapping[str, int]
    seconds: int = TOKEN_SECONDS
    balancers: bool = False

    @property
    def services(self) -> tuple[str, ...]:
        """Those that run, in the order in which they are started."""
        return tuple(name for name in SERVICES if self.balancers or name != BALANCERS)

    @property
    def state(self) -> Path:
        """Databases, keys, images: all that a reset replaces."""
        return self.home / "state"

    @property
    def settings(self) -> Path:
        """What the services read."""
        return self.home / "etc"

    @property
    def logs(self) -> Path:
        """What the services write."""
        return self.home / "logs"

    @property
    def clouds(self) -> Path:
        """The file by which clients find the cloud."""
        return self.home / "clouds.yaml"

    @property
    def python(self) -> Path:
        """The interpreter that has OpenStack."""
        return self.venv / "bin" / "python"

    @property
    def auth_url(self) -> str:
        """Where a client begins."""
        return self.url("keystone")

    def url(self, service: str, path: str | None = None) -> str:
        """Return a service's address, by itself the one in the catalogue."""
        end = SERVICES[service][1] if path is None else path
        return f"http://{ADDRESS}:{self.ports[service]}{end}"

    def config(self, service: str) -> Path:
        """Return a service's file of settings."""
        name = "glance-api" if service == "glance" else service
        return self.settings / service / f"{name}.conf"

    def environment(self) -> dict[str, str]:
        """Return what the services' processes inherit: nothing of a user's own cloud."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("OS_", "PYTHON")) and not key.lower().endswith("_proxy")
        }
        more = {
            "HOME": str(self.home), "PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "ignore", "LC_ALL": "C.UTF-8",
            "OS_CLIENT_CONFIG_FILE": str(self.clouds), "VIRTUAL_ENV": str(self.venv),
        }  # fmt: skip
        return {**kept, **more}


def folder(config: Config) -> Path:
    """Return the directory that holds the cloud of this name."""
    return config.top / "clouds" / config.name


def save(place: Place) -> None:
    """Write a cloud down; it exists while this file does."""
    told = {
        "venv": str(place.venv), "ports": dict(place.ports), "seconds": place.seconds,
        "balancers": place.balancers,
    }  # fmt: skip
    write_whole(place.home / "cloud.json", json.dumps(told))


def load(config: Config) -> Place | None:
    """Return the cloud that exists under this name."""
    file = folder(config) / "cloud.json"
    if not file.exists():
        return None
    told = json.loads(file.read_text())
    # Clouds of before do not say it.
    balancers = told.get("balancers", False)
    return Place(folder(config), Path(told["venv"]), told["ports"], told["seconds"], balancers)


def need(config: Config) -> Place:
    """Return the cloud that exists under this name, or say that there is none."""
    place = load(config)
    if place is None:
        raise LabError(
            f"there is no cloud {config.name!r}: lab/lab cloud up --name {config.name} makes it"
        )
    return place


def clouds_text(place: Place) -> str:
    """Return clouds.yaml, which is JSON here."""
    common = {"region_name": REGION, "interface": "public", "identity_api_version": 3}
    clouds: dict[str, t.Any] = {}
    for name, (user, project) in CLOUDS.items():
        auth = {
            "auth_url": place.auth_url, "username": user, "password": PASSWORD,
            "project_name": project, "user_domain_name": "Default",
            "project_domain_name": "Default",
        }  # fmt: skip
        clouds[name] = {"auth": auth, **common}
        if name in APPLICATIONS:
            clouds["application"] = {
                "auth_type": "v3applicationcredential",
                "auth": {
                    "auth_url": place.auth_url, "username": user, "user_domain_name": "Default",
                    "application_credential_name": APPLICATION,
                    "application_credential_secret": PASSWORD,
                },
                **common,
            }  # fmt: skip
    return json.dumps({"clouds": clouds}, indent=1)


def access() -> dict[str, t.Any]:
    """Return what the program that fills a new cloud is told."""
    return {
        "users": USERS, "password": PASSWORD, "region": REGION, "application": APPLICATION,
        "applications": APPLICATIONS,
    }  # fmt: skip
