# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The sections of a site beyond pools, file systems, stores, users and classes, as data. Pure.

Options of modules, reading, references and rendering all come from here; to add a variable is to
add a row. A section lives as long as its kind does, see the table of kinds.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

Version = tuple[int, ...]
BUCKET_CLASSES = "the storage_classes with an object_store"
FIRST: Version = (0, 6)


@dataclasses.dataclass(frozen=True)
class Field:
    """One variable of a section's entries, and the place that it has in the object.

    The type is str, int, bool, flag (a boolean that Rook drops when it is false), list (of
    strings), strings (a dictionary of strings), dict (anything), labels (names, each for a label of
    its own), pool (a layout), or group (with fields inside). refers is the section in which the
    value has to be a name. secret is what the option's no_log is. since, until and required_until
    are minor releases of Rook.
    """

    name: str
    path: str = ""
    type: str = "str"
    required: bool = False
    required_until: Version | None = None
    default: t.Any = None
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    refers: str = ""
    fields: tuple[Field, ...] = ()
    secret: bool | None = None
    since: Version = FIRST
    until: Version | None = None


@dataclasses.dataclass(frozen=True)
class Section:
    """One list of a site's variables, and the kind of object that each of its entries becomes.

    Of each tuple in one_of exactly one field has to be given. fixed holds values that are not the
    user's. spec: an entry may have a raw one; bare: the object needs none when it has no fields.
    elsewhere: an entry may name a namespace other than the cluster's.
    """

    name: str
    kind: str
    fields: tuple[Field, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    fixed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    spec: bool = True
    bare: bool = False
    elsewhere: bool = False
    dots: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """Return the names of everything that an entry may have beside its name."""
        where = ("claim_namespace",) if self.elsewhere else ()
        raw = ("spec",) if self.spec else ()
        return (*(field.name for field in self.fields), *where, *raw)

    def reserved(self) -> dict[str, str]:
        """Return what the raw spec may not set, by path, with the variable that does."""
        return dict(_reserved(self.fields, ""))


def _reserved(fields: tuple[Field, ...], prefix: str) -> t.Iterator[tuple[str, str]]:
    """Yield path below spec and variable of every field."""
    for field in fields:
        if field.type == "group":
            yield from _reserved(field.fields, f"{prefix}{field.name}.")
        elif field.path.startswith("spec."):
            yield field.path.removeprefix("spec."), f"{prefix}{field.name}"


_NAME_IN_CEPH = "spec.name"
_PART = (
    Field("cluster_id", "spec.clusterID", since=(1, 18)),
    Field("name_in_ceph", _NAME_IN_CEPH, since=(1, 13)),
)
_SKIP_VERIFICATION = "disable_verify_ssl"


def _endpoint(kind: str, *fields: Field) -> Field:
    """Return one way by which a topic tells its news."""
    path = f"spec.endpoint.{kind}"
    verify = Field(_SKIP_VERIFICATION, f"{path}.disableVerifySSL", "flag")
    return Field(kind, path, "group", fields=(*fields, verify))


def _key_of_secret(name: str, path: str) -> Field:
    """Return a reference to one key of a secret."""
    fields = (
        Field("name", f"{path}.name", required=True),
        Field("key", f"{path}.key", required=True, secret=False),
    )
    return Field(name, path, "group", fields=fields, secret=False, since=(1, 17))


_TOPICS = Section(
    "bucket_topics",
    "CephBucketTopic",
    (
        Field("store", "spec.objectStoreName", required=True, refers="object_stores"),
        _endpoint(
            "http",
            Field("uri", "spec.endpoint.http.uri", required=True),
            Field("cloud_events", "spec.endpoint.http.sendCloudEvents", "flag", since=(1, 9)),
        ),
        _endpoint(
            "amqp",
            # It may hold a password.
            Field("uri", "spec.endpoint.amqp.uri", required=True, secret=True),
            Field("exchange", "spec.endpoint.amqp.exchange", required=True),
            Field(
                "ack_level", "spec.endpoint.amqp.ackLevel", choices=("none", "broker", "routable")
            ),
        ),
        _endpoint(
            "kafka",
            Field("uri", "spec.endpoint.kafka.uri", required=True, secret=True),
            Field("use_ssl", "spec.endpoint.kafka.useSSL", "flag"),
            Field("ack_level", "spec.endpoint.kafka.ackLevel", choices=("none", "broker")),
            Field("mechanism", "spec.endpoint.kafka.mechanism", since=(1, 17)),
            _key_of_secret("user_secret", "spec.endpoint.kafka.userSecretRef"),
            _key_of_secret("password_secret", "spec.endpoint.kafka.passwordSecretRef"),
        ),
        Field("opaque_data", "spec.opaqueData"),
        Field("persistent", "spec.persistent", "flag"),
    ),
    one_of=(("http", "amqp", "kafka"),),
    fixed={"spec.objectStoreNamespace": "{namespace}"},
)

_PORTS = tuple(
    Field(f"{name}_port", f"spec.ports.{name}Port", "int", least=1, most=65535)
    for name in ("io", "gateway", "monitor", "discovery")
)

_ROOT_USER = (
    Field("display_name", "spec.rootUser.displayName"),
    Field("skip_create", "spec.rootUser.skipCreate", "flag"),
)

_ROWS = (
    Section(
        "object_realms",
        "CephObjectRealm",
        (
            Field("pull_endpoint", "spec.pull.endpoint"),
            Field("default", "spec.defaultRealm", "flag", since=(1, 17)),
        ),
        bare=True,
    ),
    Section(
        "object_zone_groups",
        "CephObjectZoneGroup",
        (Field("realm", "spec.realm", required=True, refers="object_realms"),),
    ),
    Section(
        "object_zones",
        "CephObjectZone",
        (
            Field("zone_group", "spec.zoneGroup", required=True, refers="object_zone_groups"),
            Field("metadata", "spec.metadataPool", "pool"),
            Field("data", "spec.dataPool", "pool"),
            Field("shared_pools", "spec.sharedPools", "dict", since=(1, 14)),
            Field("custom_endpoints", "spec.customEndpoints", "list", since=(1, 10)),
        ),
        one_of=(("metadata", "shared_pools"), ("data", "shared_pools")),
    ),
    Section(
        "rados_namespaces",
        "CephBlockPoolRadosNamespace",
        (
            Field("pool", "spec.blockPoolName", required=True, refers="block_pools"),
            *_PART,
            Field("mirroring_mode", "spec.mirroring.mode", choices=("pool", "image"),
                  since=(1, 16)),
            Field("mirroring_remote", "spec.mirroring.remoteNamespace", since=(1, 16)),
        ),
    ),
    Section(
        "subvolume_groups",
        "CephFilesystemSubVolumeGroup",
        (
            Field("filesystem", "spec.filesystemName", required=True, refers="filesystems"),
            *_PART,
            Field("data_pool", "spec.dataPoolName", since=(1, 14)),
            Field("quota", "spec.quota", since=(1, 14)),
            Field("pinning", "spec.pinning", "dict", since=(1, 13)),
        ),
    ),
    Section(
        "object_store_accounts",
        "CephObjectStoreAccount",
        (
            Field("store", "spec.store", required=True, refers="object_stores"),
            Field("name_in_ceph", _NAME_IN_CEPH),
            Field("account_id", "spec.accountID"),
            Field("root_user", "spec.rootUser", "group", fields=_ROOT_USER),
        ),
    ),
    _TOPICS,
    Section(
        "bucket_notifications",
        "CephBucketNotification",
        (
            Field("topic", "spec.topic", required=True, refers="bucket_topics"),
            Field("events", "spec.events", "list"),
            Field("filter", "spec.filter", "dict"),
        ),
    ),
    Section(
        "cosi_drivers",
        "CephCOSIDriver",
        (
            Field("deployment", "spec.deploymentStrategy", default="Auto",
                  choices=("Auto", "Always", "Never")),
            Field("image", "spec.image"),
            Field("provisioner_image", "spec.objectProvisionerImage"),
        ),
    ),
    Section(
        "nfs",
        "CephNFS",
        (
            Field("active", "spec.server.active", "int", default=1, least=1),
            # From 1.9 on Rook keeps exports in a pool of its own.
            Field("pool", "spec.rados.pool", required_until=(1, 6), until=(1, 8)),
            Field("rados_namespace", "spec.rados.namespace", required_until=(1, 7), until=(1, 8)),
            Field("log_level", "spec.server.logLevel", since=(1, 5)),
            Field("host_network", "spec.server.hostNetwork", "bool", since=(1, 11)),
            Field("port", "spec.server.port", "int", least=1, most=65535, since=(1, 20)),
        ),
    ),
    Section(
        "nvmeof_gateways",
        "CephNVMeOFGateway",
        (
            Field("pool", "spec.pool", required=True, refers="block_pools"),
            Field("group", "spec.group", required=True),
            Field("instances", "spec.instances", "int", default=1, least=1),
            Field("image", "spec.image"),
            Field("host_network", "spec.hostNetwork", "bool"),
            Field("ports", "spec.ports", "group", fields=_PORTS),
        ),
    ),
    Section(
        "rbd_mirrors",
        "CephRBDMirror",
        (
            Field("count", "spec.count", "int", default=1, least=1),
            Field("peers", "spec.peers.secretNames", "list", since=(1, 5)),
        ),
    ),
    Section("filesystem_mirrors", "CephFilesystemMirror", ()),
    Section(
        "clients",
        "CephClient",
        (
            Field("caps", "spec.caps", "strings", required=True),
            Field("name_in_ceph", _NAME_IN_CEPH),
            # A name, not what is in it.
            Field("secret_name", "spec.secretName", secret=False, since=(1, 17)),
        ),
    ),
    Section(
        "snapshot_classes",
        "VolumeSnapshotClass",
        (
            Field("type", required=True, choices=("rbd", "cephfs", "nfs")),
            Field("deletion_policy", "deletionPolicy", default="Delete",
                  choices=("Delete", "Retain")),
            Field("default", "", "flag"),
            Field("parameters", "", "strings"),
        ),
        spec=False,
        dots=True,
    ),
    Section(
        "bucket_claims",
        "ObjectBucketClaim",
        (
            Field("storage_class", "spec.storageClassName", required=True, refers=BUCKET_CLASSES),
            Field("bucket_name", "spec.bucketName"),
            Field("generate_bucket_name", "spec.generateBucketName"),
            Field("additional_config", "spec.additionalConfig", "strings"),
            Field("notifications", "bucket-notification-{}", "labels",
                  refers="bucket_notifications", since=(1, 8)),
        ),
        one_of=(("bucket_name", "generate_bucket_name"),),
        elsewhere=True,
    ),
)  # fmt: skip
SECTIONS: Mapping[str, Section] = {row.name: row for row in _ROWS}
SECTION_OF: Mapping[str, Section] = {row.kind: row for row in _ROWS}
