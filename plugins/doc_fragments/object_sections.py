# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a site about object stores: several sites, accounts, news and buckets."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.plugin_utils.sections import (
    LAYOUT,
    SPEC,
    listed,
    within,
)


class ModuleDocFragment:
    """Options of modules that take the whole model, and of those for one entry."""

    OBJECT_REALMS = (
        r"""
options:
  name:
    description: Name of the realm.
    type: str
    required: true
  pull_endpoint:
    description:
      - Address of the master zone from which the realm is taken. If it is not set, the realm begins
        here.
    type: str
  default:
    description: Whether stores without a realm belong to it. Since Rook 1.17.
    type: bool
"""
        + SPEC
    )

    OBJECT_ZONE_GROUPS = (
        r"""
options:
  name:
    description: Name of the zone group.
    type: str
    required: true
  realm:
    description: Name of the realm, an entry of C(object_realms).
    type: str
"""
        + SPEC
    )

    OBJECT_ZONES = (
        r"""
options:
  name:
    description: Name of the zone.
    type: str
    required: true
  zone_group:
    description: Name of the zone group, an entry of C(object_zone_groups).
    type: str
  metadata:
    description:
      - How the pools for metadata are laid out. Exactly one of this and O(shared_pools) has to be
        given.
    type: dict
    suboptions:
"""
        + within("metadata", LAYOUT)
        + r"""  data:
    description:
      - How the pool for data is laid out. Exactly one of this and O(shared_pools) has to be given.
    type: dict
    suboptions:
"""
        + within("data", LAYOUT)
        + r"""  shared_pools:
    description: Pools that the zone shares with others, as the resource has them. Since Rook 1.14.
    type: dict
  custom_endpoints:
    description: Addresses by which other zones reach this one. Since Rook 1.10.
    type: list
    elements: str
"""
        + SPEC
    )

    OBJECT_STORE_ACCOUNTS = (
        r"""
options:
  name:
    description: Name of the account.
    type: str
    required: true
  store:
    description: Object store, an entry of C(object_stores).
    type: str
  name_in_ceph:
    description: Name in Ceph. If it is not set, the name of the object.
    type: str
  account_id:
    description: Identifier of the account. If it is not set, the store makes one up.
    type: str
  root_user:
    description: The user who owns the account.
    type: dict
    suboptions:
      display_name:
        description: Name that people see.
        type: str
      skip_create:
        description: Whether to make no such user.
        type: bool
"""
        + SPEC
    )

    BUCKET_TOPICS = (
        r"""
options:
  name:
    description: Name of the topic.
    type: str
    required: true
  store:
    description: Object store, an entry of C(object_stores).
    type: str
  http:
    description: A web server that is told.
    type: dict
    suboptions:
      uri:
        description: Its address.
        type: str
      cloud_events:
        description: Whether to tell in CloudEvents. Since Rook 1.9.
        type: bool
      disable_verify_ssl:
        description: Whether to accept any certificate.
        type: bool
  amqp:
    description: An AMQP exchange that is told.
    type: dict
    suboptions:
      uri:
        description: Its address, which may hold user and password.
        type: str
      exchange:
        description: Name of the exchange.
        type: str
      ack_level:
        description: What counts as told, V(none), V(broker) or V(routable).
        type: str
      disable_verify_ssl:
        description: Whether to accept any certificate.
        type: bool
  kafka:
    description: A Kafka broker that is told.
    type: dict
    suboptions:
      uri:
        description: Its address, which may hold user and password.
        type: str
      use_ssl:
        description: Whether to use TLS.
        type: bool
      ack_level:
        description: What counts as told, V(none) or V(broker).
        type: str
      mechanism:
        description: How to log in, such as V(SCRAM-SHA-512). Since Rook 1.17.
        type: str
      user_secret:
        description: Where the name of the user is. Since Rook 1.17.
        type: dict
        suboptions:
          name:
            description: Name of the secret.
            type: str
          key:
            description: Key in the secret.
            type: str
      password_secret:
        description: Where the password is. Since Rook 1.17.
        type: dict
        suboptions:
          name:
            description: Name of the secret.
            type: str
          key:
            description: Key in the secret.
            type: str
      disable_verify_ssl:
        description: Whether to accept any certificate.
        type: bool
  opaque_data:
    description: What is sent along with everything.
    type: str
  persistent:
    description: Whether news are kept until they have been told.
    type: bool
"""
        + SPEC
    )

    BUCKET_NOTIFICATIONS = (
        r"""
options:
  name:
    description: Name of the notification.
    type: str
    required: true
  topic:
    description: Topic, an entry of C(bucket_topics).
    type: str
  events:
    description: Events that are told, such as V(s3:ObjectCreated:Put). If there are none, all are.
    type: list
    elements: str
  filter:
    description: Of which objects, as the resource has it.
    type: dict
"""
        + SPEC
    )

    COSI_DRIVERS = (
        r"""
options:
  name:
    description: Name of the driver.
    type: str
    required: true
  deployment:
    description:
      - V(Auto) runs it when there is an object store, V(Always) in any case, V(Never) not at all.
        If it is not set, V(Auto).
    type: str
  image:
    description: Image of the driver.
    type: str
  provisioner_image:
    description: Image of its sidecar.
    type: str
"""
        + SPEC
    )

    BUCKET_CLAIMS = (
        r"""
options:
  name:
    description: Name of the claim.
    type: str
    required: true
  storage_class:
    description:
      - Storage class of an object store, an entry of C(storage_classes) with C(object_store).
    type: str
  bucket_name:
    description: Name of the bucket.
    type: str
  generate_bucket_name:
    description: What the name of the bucket begins with.
    type: str
  additional_config:
    description: Further settings of the bucket, such as C(maxObjects).
    type: dict
  notifications:
    description: What the bucket tells, entries of C(bucket_notifications). Since Rook 1.8.
    type: list
    elements: str
  claim_namespace:
    description: Namespace of the claim. If it is not set, that of the cluster.
    type: str
"""
        + SPEC
    )

    DOCUMENTATION = "options:\n" + "".join(
        (
            listed("object_realms", "Realms of object stores at several sites.", OBJECT_REALMS),
            listed("object_zone_groups", "Zone groups of realms.", OBJECT_ZONE_GROUPS),
            listed(
                "object_zones",
                "Zones of zone groups, each with pools for the object stores in it.",
                OBJECT_ZONES,
            ),
            listed(
                "object_store_accounts",
                "Accounts of object stores. Since Rook 1.20.",
                OBJECT_STORE_ACCOUNTS,
            ),
            listed(
                "bucket_topics",
                "Topics to which buckets tell their news. Exactly one of C(http), C(amqp) and "
                "C(kafka) has to be given. Since Rook 1.8.",
                BUCKET_TOPICS,
            ),
            listed(
                "bucket_notifications",
                "What buckets tell to topics. Since Rook 1.8.",
                BUCKET_NOTIFICATIONS,
            ),
            listed(
                "cosi_drivers",
                "Drivers of Kubernetes' container object storage interface. Since Rook 1.12.",
                COSI_DRIVERS,
            ),
            listed(
                "bucket_claims",
                "Buckets, each with a user of its own. Keys and address are in a secret and a "
                "config map of the same name. Exactly one of C(bucket_name) and "
                "C(generate_bucket_name) has to be given. Since Rook 1.1.",
                BUCKET_CLAIMS,
            ),
        )
    )
