# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From variables to the model: all problems at once, each with path, value, reason, cure. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils import _eras
from ansible_collections.rookery.rook.plugins.module_utils._errors import ModelError, Problem
from ansible_collections.rookery.rook.plugins.module_utils._model import (
    parse_storage,
    references,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.fields import (
    Fields,
    dns_problem,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.lifetimes import (
    knows,
    life_problems,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.parse_operator import (
    read_operator,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.parse_sections import (
    names_of,
    read_sections,
    section_references,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.sections import (
    BUCKET_CLASSES,
    SECTIONS,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.types import (
    Cluster,
    Host,
    Site,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Item = t.TypeVar("Item", bound=references.Named)

# The options that make a model; the modules have more, for the connection and the run.
MODEL_KEYS = (
    "site", "version", "allow_newer", "namespace", "hosts", "operator", "cluster", "block_pools",
    "filesystems", "object_stores", "object_store_users", "storage_classes", *SECTIONS,
)  # fmt: skip

# Rook's containers use these paths themselves.
RESERVED_DIRECTORIES = ("/etc/ceph", "/rook", "/var/log/ceph")
# Deleting what is in these would take the machine with it.
_SYSTEM_DIRECTORIES = frozenset(
    {"/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/opt", "/proc", "/root", "/run",
     "/sbin", "/srv", "/sys", "/tmp", "/usr", "/var", "/var/lib", "/var/log"}
)  # fmt: skip
_CLUSTER_RESERVED = {
    "cephVersion.image": "cluster.ceph_image",
    "cephVersion.allowUnsupported": "cluster.ceph_allow_unsupported",
    "dataDirHostPath": "cluster.data_dir_host_path",
    "mon.count": "cluster.mon_count",
    "mon.allowMultiplePerNode": "cluster.mon_allow_multiple_per_node",
    "mgr.count": "cluster.mgr_count",
    "storage.nodes": "hosts",
}
WIPES = ("none", "quick", "complete")


def directory_problem(path: str) -> str:
    """Return why a host directory cannot be Rook's (NODE-09), or nothing."""
    if not path.startswith("/"):
        return "is not absolute"
    if re.search(r"\s", path) or "//" in path or {".", ".."} & set(path.split("/")):
        return "is not a plain path: no spaces, no //, no . or .. in it"
    plain = path.rstrip("/") or "/"
    for reserved in RESERVED_DIRECTORIES:
        if plain == reserved or plain.startswith(f"{reserved}/"):
            return f"is under {reserved}, which Rook's containers use themselves (NODE-09)"
    if plain in _SYSTEM_DIRECTORIES:
        return "is a directory of the system, which teardown could not empty"
    return ""


def _check_device(host: Fields, place: int, device: str, release: _eras.Version) -> None:
    """Note what cannot be the name of a device, and a link where a release takes none."""
    key = f"devices[{place}]"
    if not re.fullmatch(r"/dev/[^\s/]+(/[^\s/]+)*", device):
        cure = "Give the full path, such as /dev/disk/by-id/wwn-0x5000c500a1b2c3d4."
        host.bad(key, device, "is not the path of a device", cure)
    elif release and release < _eras.DEVICE_LINKS and device.count("/") > 2:
        here, first = _eras.dotted(release[:2]), _eras.dotted(_eras.DEVICE_LINKS)
        reason = f"is a link, and Rook {here} takes the kernel's own names only"
        cure = f"Give it as /dev/sdb, or set version to {first} or more, the first with links."
        host.bad(key, device, reason, cure)


def _hosts(fields: Fields, release: _eras.Version) -> tuple[Host, ...]:
    """Return the hosts in the order of their names."""
    hosts = []
    for name, host in fields.entries("hosts"):
        problem = dns_problem(name, limit=253, dots=True)
        if problem:
            cure = "Give the host the name that its node has in Kubernetes (NAME-02)."
            host.bad("", None, f"is a name that {problem}", cure)
        devices = host.texts("devices")
        for place, device in enumerate(devices):
            _check_device(host, place, device, release)
        directories = host.texts("directories")
        for place, directory in enumerate(directories):
            problem = directory_problem(directory)
            if problem:
                host.bad(f"directories[{place}]", directory, problem, "Choose another one.")
        hosts.append(Host(name, devices, directories, host.strings("labels")))
        host.close()
    return tuple(sorted(hosts, key=lambda host: host.name))


def _ceph_config(fields: Fields) -> dict[str, dict[str, str]]:
    """Return Ceph's settings by section; Rook takes strings only (API-08), so all become some."""
    sections = Fields(fields.table("ceph_config"), fields.at("ceph_config"), fields.problems)
    return {str(name): sections.strings(name) for name in sections.data}


def _cluster(fields: Fields, namespace: str, era: _eras.Era | None) -> Cluster:
    """Return the cluster; its image is the era's unless one is given."""
    image, usual = (era.ceph_image, era.usual_health) if era else ("none", ())
    release = era.rook if era else _eras.NEWEST.rook
    directory = fields.text("data_dir_host_path", "/var/lib/rook") or "/var/lib/rook"
    problem = directory_problem(directory)
    if problem:
        fields.bad("data_dir_host_path", directory, problem, "Take /var/lib/rook.")
    wipe = fields.text("wipe", "quick" if knows(release, "cluster.wipe") else "none", WIPES)
    managers = 2 if knows(release, "cluster.mgr_count") else 1
    dashboard = knows(release, "cluster.dashboard_enabled")
    named = fields.has("name")
    cluster = Cluster(
        name=fields.name() if named else (fields.text("name") or namespace),
        ceph_image=fields.text("ceph_image", image) or image,
        ceph_allow_unsupported=fields.flag("ceph_allow_unsupported", default=False),
        data_dir_host_path=directory.rstrip("/"),
        mon_count=fields.whole("mon_count", 3, least=1, most=9),
        mon_allow_multiple_per_node=fields.flag("mon_allow_multiple_per_node", default=False),
        mgr_count=fields.whole("mgr_count", managers, least=1, most=5),
        ceph_config=_ceph_config(fields),
        dashboard_enabled=fields.flag("dashboard_enabled", default=dashboard),
        mute_health=tuple(sorted({*fields.texts("mute_health"), *usual})),
        wipe=None if wipe == "none" else wipe,
        spec=parse_storage.read_spec(fields, _CLUSTER_RESERVED),
    )
    _check_health_codes(fields, cluster.mute_health)
    fields.close()
    return cluster


def _check_health_codes(fields: Fields, codes: tuple[str, ...]) -> None:
    """Note what is no Ceph health code; it would never mute anything."""
    for code in codes:
        if not re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)+", code):
            cure = "Take the code from `ceph health detail`, such as MON_CLOCK_SKEW."
            fields.bad("mute_health", code, "is not a Ceph health code", cure)


def _listed(fields: Fields, section: str, read: Callable[[Fields], Item]) -> list[Item]:
    """Return a section's entries in the given order, and note names that are there twice."""
    found = [read(item) for item in fields.items(section)]
    fields.problems.extend(references.twice(section, found))
    return found


def _version(fields: Fields) -> str:
    """Return the Rook release without a leading v, or nothing when it is not to be used."""
    newer = fields.flag("allow_newer", default=False)
    if isinstance(fields.data.get("version"), float):
        fields.bad(
            "version",
            fields.raw("version"),
            "is a number, which 1.2 and 1.20 both are",
            'Write it in quotes, such as "1.20".',
        )
        return ""
    given = fields.required("version", 'the Rook release in quotes, such as "1.18"')
    problem = _eras.era_problem(given, allow_newer=newer) if given else None
    if problem is not None:
        fields.problems.append(problem)
        return ""
    return given.removeprefix("v")


def parse_site(params: Mapping[str, t.Any], *, lone: bool = False) -> Site:
    """Return the model of a site; raises ModelError with every problem that was found.

    lone: there is one object in it, and what that refers to is not looked at.
    """
    problems: list[Problem] = []
    fields = Fields(params, "", problems)
    version = _version(fields)
    namespace = fields.name("namespace") if fields.has("namespace") else "rook-ceph"
    era = _eras.era(version) if version else None
    fields.raw("namespace")
    release = _eras.parse_version(version) or ()
    problems.extend(life_problems(params, release))
    pools = _listed(fields, "block_pools", parse_storage.read_block_pool)
    filesystems = _listed(fields, "filesystems", parse_storage.read_filesystem)
    stores = _listed(fields, "object_stores", parse_storage.read_object_store)
    users = _listed(fields, "object_store_users", parse_storage.read_user)
    classes = _listed(fields, "storage_classes", parse_storage.read_class)
    site = Site(
        name=fields.name("site"),
        version=version,
        namespace=namespace,
        hosts=_hosts(fields, release),
        operator=read_operator(fields.child("operator"), era),
        cluster=_cluster(fields.child("cluster"), namespace, era),
        block_pools=tuple(pools),
        filesystems=tuple(filesystems),
        object_stores=tuple(stores),
        object_store_users=tuple(users),
        storage_classes=tuple(classes),
        resources=read_sections(fields, release),
    )
    fields.close()
    problems.extend(references.class_defaults(classes))
    if not lone:
        problems.extend(_reference_problems(site))
    if problems:
        raise ModelError(problems)
    return site


def _reference_problems(site: Site) -> Iterator[Problem]:
    """Yield what one part of a site says of another that is not there."""
    stores, classes = site.object_stores, site.storage_classes
    yield from references.store_references(stores, names_of(site.resources, "object_zones"))
    accounts = names_of(site.resources, "object_store_accounts")
    yield from references.user_references(site.object_store_users, stores, accounts)
    servers = names_of(site.resources, "nfs")
    yield from references.class_references(
        classes, site.block_pools, site.filesystems, stores, servers
    )
    known = {
        "block_pools": [item.name for item in site.block_pools],
        "filesystems": [item.name for item in site.filesystems],
        "object_stores": [item.name for item in stores],
        BUCKET_CLASSES: [item.name for item in classes if item.type == "bucket"],
    }
    yield from section_references(site.resources, known)
