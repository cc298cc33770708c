# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in for the storage behind volumes: it has room, and keeps nothing."""

from __future__ import annotations

import os
import typing as t

from cinder.backup import driver as backups
from cinder.backup import manager
from cinder.tests import fake_driver
from cinder.volume import volume_utils

CAPACITY_GIB = 100_000


class Backend(fake_driver.FakeLoggingVolumeDriver):
    """Cinder's own driver without storage, with what it lacks."""

    def __init__(self, *words: t.Any, **more: t.Any) -> None:
        super().__init__(*words, **more)
        self.backend_name = self.configuration.safe_get("volume_backend_name")
        self.protocol = "iSCSI"

    def create_volume(self, volume: t.Any) -> None:
        pass

    def extend_volume(self, volume: t.Any, new_size: int) -> None:
        pass

    def revert_to_snapshot(self, context: t.Any, volume: t.Any, snapshot: t.Any) -> None:
        pass

    def clone_image(self, *_what: t.Any) -> tuple[dict[str, t.Any], bool]:
        """Say that the volume is a clone of the image, so that nobody copies one."""
        return {}, True

    def _update_volume_stats(self) -> None:
        pool = {
            "pool_name": self.backend_name,
            "total_capacity_gb": CAPACITY_GIB,
            "free_capacity_gb": CAPACITY_GIB,
            "provisioned_capacity_gb": 0,
            "reserved_percentage": 0,
            "max_over_subscription_ratio": 20.0,
            "thin_provisioning_support": True,
            "thick_provisioning_support": False,
            "multiattach": True,
            "QoS_support": False,
        }
        self._stats = {
            "volume_backend_name": self.backend_name,
            "vendor_name": "labcloud",
            "driver_version": "1",
            "storage_protocol": self.protocol,
            "pools": [pool],
        }


class Backups(backups.BackupDriver):
    """Backups that take no room."""

    def backup(self, backup: t.Any, volume_file: t.Any, backup_metadata: bool = False) -> None:
        pass

    def restore(
        self, backup: t.Any, volume_id: t.Any, volume_file: t.Any, volume_is_new: bool
    ) -> None:
        pass

    def delete_backup(self, backup: t.Any) -> None:
        pass


class BackupManager(manager.BackupManager):
    """Cinder's own, without the device that a volume would be to this machine."""

    def __init__(self, *words: t.Any, **more: t.Any) -> None:
        super().__init__(*words, **more)
        # It would ask the machine what storage it can reach, with the rights of root.
        volume_utils.brick_get_connector_properties = lambda *_words, **_more: {}

    def _attach_device(self, *_what: t.Any, **_more: t.Any) -> dict[str, t.Any]:
        return {"device": {"path": os.curdir}}

    def _detach_device(self, *_what: t.Any, **_more: t.Any) -> None:
        pass
