# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The services' settings."""

from __future__ import annotations

import configparser
import typing as t

from rooklab.cloud.place import ADDRESS, PASSWORD, REGION, SERVICE, Place

Sections = dict[str, dict[str, str]]
# A host is dead that has not reported for ten years: what a cloud starts from was filled long ago,
# and its hosts report some seconds after their service answers.
DOWN_SECONDS = f"{10 * 365 * 86400}"


def write(place: Place) -> None:
    """Write a file for each service."""
    for service, make in _ALL.items():
        path = place.config(service)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = configparser.ConfigParser(interpolation=None, default_section="\0")
        file.optionxform = str  # type: ignore[assignment,method-assign]
        file.read_dict(make(place))
        with path.open("w") as out:
            file.write(out)
        path.chmod(0o600)


def database(name: str) -> dict[str, str]:
    """Return where a service keeps its tables: a file in the directory in which it runs."""
    return {"connection": f"sqlite:///{name}.sqlite?timeout=60", "sqlite_synchronous": "false"}


def _account(place: Place) -> dict[str, str]:
    return {
        "auth_type": "password", "auth_url": place.auth_url, "region_name": REGION,
        "username": SERVICE, "password": PASSWORD, "project_name": SERVICE,
        "user_domain_name": "Default", "project_domain_name": "Default",
    }  # fmt: skip


def _tokens(place: Place) -> dict[str, str]:
    return {
        **_account(place), "www_authenticate_uri": place.auth_url,
        "service_token_roles": "service", "service_token_roles_required": "true",
    }  # fmt: skip


def _common(place: Place, service: str) -> dict[str, str]:
    return {
        "use_stderr": "true", "transport_url": "fake:///", "rpc_response_timeout": "180",
        "state_path": str(place.state / service), "host": "host1", "my_ip": ADDRESS,
    }  # fmt: skip


def _sent(place: Place) -> dict[str, str]:
    """Return what makes cinder believe that it is nova who asks to detach."""
    return {"send_service_user_token": "true", **_account(place)}


def _locks(place: Place) -> dict[str, str]:
    return {"lock_path": str(place.state / "locks")}


def _keystone(place: Place) -> Sections:
    return {
        "DEFAULT": {"use_stderr": "true"},
        "database": database("keystone"),
        "token": {"provider": "fernet", "expiration": str(place.seconds)},
        "fernet_tokens": {"key_repository": str(place.state / "fernet")},
        "fernet_receipts": {"key_repository": str(place.state / "receipts")},
        "credential": {"key_repository": str(place.state / "credential")},
        # The cheapest hash: these passwords protect nothing.
        "identity": {"password_hash_rounds": "4"},
        "cache": {"enabled": "true", "backend": "oslo_cache.dict"},
    }


def _placement(place: Place) -> Sections:
    return {
        "DEFAULT": {"use_stderr": "true"},
        "placement_database": database("placement"),
        "api": {"auth_strategy": "keystone"},
        "keystone_authtoken": _tokens(place),
    }


def _glance(place: Place) -> Sections:
    folder = place.state / "glance"
    return {
        "DEFAULT": {
            "use_stderr": "true", "enabled_backends": "lab:file", "enabled_import_methods": "[]",
            "worker_self_reference_url": place.url("glance"),
            "node_staging_uri": f"file://{folder}/staging",
        },
        "database": database("glance"),
        "glance_store": {"default_backend": "lab"},
        "lab": {"filesystem_store_datadir": f"{folder}/images"},
        "os_glance_staging_store": {"filesystem_store_datadir": f"{folder}/staging"},
        "os_glance_tasks_store": {"filesystem_store_datadir": f"{folder}/tasks"},
        "paste_deploy": {
            "flavor": "keystone", "config_file": f"{place.venv}/etc/glance/glance-api-paste.ini",
        },
        "keystone_authtoken": _tokens(place),
        "oslo_concurrency": _locks(place),
    }  # fmt: skip


def _neutron(place: Place) -> Sections:
    return {
        "DEFAULT": {
            **_common(place, "neutron"), "core_plugin": "ml2", "service_plugins": "router,trunk",
            "auth_strategy": "keystone", "dhcp_agent_notification": "false",
            "api_paste_config": f"{place.venv}/etc/neutron/api-paste.ini",
            # By this nova hears of floating IPs, and shows them as a server's addresses.
            "notify_nova_on_port_status_changes": "true",
            "notify_nova_on_port_data_changes": "true", "send_events_interval": "1",
        },
        "nova": _account(place),
        "database": database("neutron"),
        "ml2": {
            "type_drivers": "flat,vlan,vxlan,local", "tenant_network_types": "vxlan",
            "mechanism_drivers": "labcloud", "extension_drivers": "port_security",
        },
        "ml2_type_flat": {"flat_networks": "*"},
        "ml2_type_vxlan": {"vni_ranges": "1:4000"},
        "securitygroup": {"enable_security_group": "true"},
        "quotas": {"quota_driver": "neutron.db.quota.driver_nolock.DbQuotaNoLockDriver"},
        "keystone_authtoken": _tokens(place),
        "oslo_concurrency": _locks(place),
    }  # fmt: skip


def _cinder(place: Place) -> Sections:
    return {
        "DEFAULT": {
            **_common(place, "cinder"), "auth_strategy": "keystone",
            "api_paste_config": f"{place.venv}/etc/cinder/api-paste.ini",
            "resource_query_filters_file": f"{place.venv}/etc/cinder/resource_filters.json",
            "osapi_volume_listen": ADDRESS, "osapi_volume_workers": "1",
            "enabled_backends": "lab", "default_volume_type": "__DEFAULT__",
            "backup_driver": "labcloud.volumes.Backups",
            "backup_manager": "labcloud.volumes.BackupManager",
            "glance_api_servers": place.url("glance"), "service_down_time": DOWN_SECONDS,
        },
        "lab": {"volume_driver": "labcloud.volumes.Backend", "volume_backend_name": "lab"},
        "database": database("cinder"),
        "coordination": {"backend_url": f"file://{place.state}/cinder"},
        "keystone_authtoken": _tokens(place),
        "service_user": _sent(place),
        "nova": {**_account(place), "interface": "public"},
        "oslo_concurrency": _locks(place),
    }  # fmt: skip


def _nova(place: Place) -> Sections:
    return {
        "DEFAULT": {
            **_common(place, "nova"), "compute_driver": "labcloud.Hypervisor",
            "log_options": "false", "vif_plugging_is_fatal": "false", "vif_plugging_timeout": "0",
            "service_down_time": DOWN_SECONDS,
        },
        "api_database": database("nova_api"),
        "database": database("nova"),
        "glance": {"api_servers": place.url("glance")},
        "placement": _account(place),
        "neutron": _account(place),
        "cinder": {**_account(place), "catalog_info": "block-storage:cinder:publicURL"},
        "service_user": _sent(place),
        "scheduler": {"workers": "1"},
        "conductor": {"workers": "1"},
        "keystone_authtoken": _tokens(place),
        "oslo_concurrency": _locks(place),
    }  # fmt: skip


def _octavia(place: Place) -> Sections:
    return {
        "DEFAULT": {"use_stderr": "true", "transport_url": "fake:///"},
        "database": database("octavia"),
        "api_settings": {
            "enabled_provider_drivers": "labcloud:The lab's", "default_provider_driver": "labcloud",
        },
        "controller_worker": {
            "network_driver": "allowed_address_pairs_driver",
            "compute_driver": "compute_noop_driver",
        },
        "service_auth": _account(place),
        "keystone_authtoken": _tokens(place),
        "oslo_concurrency": _locks(place),
    }  # fmt: skip


_ALL: dict[str, t.Callable[[Place], Sections]] = {
    "keystone": _keystone,
    "placement": _placement,
    "glance": _glance,
    "neutron": _neutron,
    "cinder": _cinder,
    "nova": _nova,
    "octavia": _octavia,
}
