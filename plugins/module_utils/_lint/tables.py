# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Fields of Rook's kinds before their definitions told them, in the compact notation. Pure.

Up to Rook 1.5 definitions say little or nothing; these tables are what that era reads. Fields that
upstream's own examples of the time carry, although no release reads them, are here as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.rookery.rook.plugins.module_utils._lint.core import (
    CLAIM,
    ENDPOINT,
    PLACEMENT,
    PROBE,
    RESOURCES,
)
from ansible_collections.rookery.rook.plugins.module_utils._lint.notation import MORE, Shape

_CHECK: Shape = {"disabled": "flag", "interval": "text", "timeout": "text"}
_LIVENESS: Shape = {"disabled": "flag", "probe": PROBE}
_DAEMON: Shape = {
    "placement": PLACEMENT,
    "annotations 1.0-": "texts",
    "labels 1.4-": "texts",
    "resources 0.7-": RESOURCES,
    "priorityClassName 1.2-": "text",
}
POOL: Shape = {
    "failureDomain": "text",
    "crushRoot 0.7-": "text",
    "deviceClass 1.1-": "text",
    "compressionMode 1.3-": "text",
    "enableRBDStats 1.4-": "flag",
    "parameters 1.3-": "texts",
    "replicated": {
        "size!": "whole",
        "targetSizeRatio 1.2-": "number",
        "requireSafeReplicaSize 1.3-": "flag",
        "replicasPerFailureDomain 1.5-": "whole",
        "subFailureDomain 1.5-": "text",
    },
    "erasureCoded": {"dataChunks!": "whole", "codingChunks!": "whole", "algorithm": "text"},
    "mirroring 1.5-": {
        "enabled": "flag",
        "mode": "text",
        "snapshotSchedules": [{"interval": "text", "startTime": "text"}],
    },
    "quotas 1.5-": {"maxBytes": "whole", "maxObjects": "whole", "maxSize": "text"},
    "statusCheck 1.5-": {"mirror": _CHECK},
}
_STORE_CONFIG: Shape = {
    "storeType": "text",
    "databaseSizeMB": "whole",
    "walSizeMB": "whole",
    "journalSizeMB": "whole",
}
_CONFIG: Shape = {
    "databaseSizeMB": "text",
    "walSizeMB": "text",
    "journalSizeMB": "text",
    "metadataDevice": "text",
    "storeType": "text",
    "encryptedDevice 0.9-": "text",
    "osdsPerDevice 0.9-": "text",
    "deviceClass 1.2-": "text",
    "crushRoot 1.4-": "text",
}
_DEVICES: Shape = [{"name!": "text", "fullpath 1.0-": "text", "config 0.8-": _CONFIG}]
_DIRECTORIES: Shape = [{"path!": "text", "config 0.8-": _CONFIG}]
_SELECTION: Shape = {
    "useAllDevices": "flag",
    "deviceFilter": "text",
    "devicePathFilter 1.2-": "text",
    "metadataDevice -0.7": "text",
    "storeConfig -0.7": _STORE_CONFIG,
    "location -1.1": "text",
    "config 0.8-": _CONFIG,
    "volumeClaimTemplates 0.9-": [CLAIM],
}
_PLACED: Shape = {"placement": PLACEMENT, "preparePlacement 1.4-": PLACEMENT}
_SET: Shape = {
    **_PLACED,
    "resources": RESOURCES,
    "config": _CONFIG,
    "portable": "flag",
    "encrypted 1.4-": "flag",
    "schedulerName 1.4-": "text",
    "tuneDeviceClass 1.2-": "flag",
    "tuneFastDeviceClass 1.4-": "flag",
}
_STORAGE: Shape = {
    **_SELECTION,
    "useAllNodes": "flag",
    "nodeCount 0.8-": "whole",
    "topologyAware 1.1-1.1": "flag",
    "directories 0.7-1.2": _DIRECTORIES,
    "devices 0.8-": _DEVICES,
    "nodes": [
        {
            **_SELECTION,
            "name!": "text",
            "devices": _DEVICES,
            "directories -1.2": _DIRECTORIES,
            "resources 0.7-": RESOURCES,
        }
    ],
    "storageClassDeviceSets 1.1-": [
        {"name!": "text", "count!": "whole", "volumeClaimTemplates!": [CLAIM], **_SET}
    ],
    "volumeSources 1.1-": [
        {
            "name!": "text",
            "persistentVolumeClaimSource 1.1-1.2": {"claimName!": "text", "readOnly": "flag"},
            "pvcSources 1.3-": {"*": {"claimName!": "text", "readOnly": "flag"}},
            "crushDeviceClass 1.3-": "text",
            "size 1.3-": "text",
            **_SET,
        }
    ],
}
_MON: Shape = {
    "count": "whole",
    "allowMultiplePerNode": "flag",
    "preferredCount 1.0-1.0": "whole",
    "volumeClaimTemplate 1.1-": CLAIM,
    "stretchCluster 1.5-": {
        "failureDomainLabel": "text",
        "subFailureDomain": "text",
        "zones!": [{"name!": "text", "arbiter": "flag", "volumeClaimTemplate": CLAIM}],
    },
}
_NETWORK: Shape = {
    "hostNetwork": "flag",
    "ports -1.0": [{"name": "text", "port": "whole"}],
    "provider 1.1-": "text",
    "selectors 1.1-": "texts",
    "ipFamily 1.4-": "text",
}
_DAEMONS = "all|mon|mgr|osd|mds|rgw|rbdmirror|cleanup|prepareosd|arbiter|crashcollector"
_EARLY: Shape = {
    "dataDirHostPath!": "text",
    "versionTag -0.6": "text",
    "paused -0.6": "flag",
    "backend 0.7-0.7": "text",
    "hostNetwork -0.7": "flag",
    "monCount -0.7": "whole",
    "placement": {"all|api|mds|mgr|mon|osd|rgw": PLACEMENT},
    "resources 0.7-": {"api|mgr|mon|osd": RESOURCES},
    "storage!": _STORAGE,
    "serviceAccount 0.8-0.8": "text",
    "network 0.8-": _NETWORK,
    "mon 0.8-": _MON,
    "dashboard 0.8-": {"enabled": "flag"},
}
_HEALTH: Shape = {
    "daemonHealth": {"mon": _CHECK, "osd": _CHECK, "status": _CHECK},
    "livenessProbe": {"mon|mgr|osd|mds|rgw": _LIVENESS},
}
_CLEANUP: Shape = {
    "confirmation": "text",
    "deleteDataDirOnHosts 1.3-1.3": "text",
    "allowUninstallWithVolumes 1.4-": "flag",
    "sanitizeDisks 1.4-": {"method": "text", "dataSource": "text", "iteration": "whole"},
}
_DISRUPTION: Shape = {
    "managePodBudgets": "flag",
    "osdMaintenanceTimeout": "whole",
    "pgHealthCheckTimeout 1.5-": "whole",
    "manageMachineDisruptionBudgets": "flag",
    "machineDisruptionBudgetNamespace": "text",
}
CLUSTER: Shape = {
    "dataDirHostPath": "text",
    "cephVersion -1.0": {"name 0.9-1.0": "text", "image!": "text", "allowUnsupported": "flag"},
    "cephVersion 1.1-": {"image": "text", "allowUnsupported": "flag"},
    "serviceAccount -0.9": "text",
    "storage": _STORAGE,
    "mon": _MON,
    "mgr 1.1-": {"modules": [{"name!": "text", "enabled": "flag"}]},
    "network": _NETWORK,
    "dashboard": {"enabled": "flag", "ssl": "flag", "port": "whole", "urlPrefix": "text"},
    "monitoring 1.1-": {
        "enabled": "flag",
        "rulesNamespace": "text",
        "externalMgrEndpoints 1.4-": [ENDPOINT],
        "externalMgrPrometheusPort 1.5-": "whole",
    },
    "placement": {_DAEMONS: PLACEMENT},
    "annotations 1.0-": {_DAEMONS: "texts"},
    "labels 1.4-": {_DAEMONS: "texts"},
    "resources": {f"{_DAEMONS}|logcollector": RESOURCES},
    "priorityClassNames 1.2-": {_DAEMONS: "text"},
    "rbdMirroring -1.3": {"workers": "whole"},
    "external 1.1-": {"enable": "flag"},
    "disruptionManagement 1.1-": _DISRUPTION,
    "skipUpgradeChecks 1.1-": "flag",
    "continueUpgradeAfterChecksEvenIfNotHealthy 1.2-": "flag",
    "waitTimeoutForHealthyOSDInMinutes 1.5-": "whole",
    "removeOSDsIfOutAndSafeToRemove 1.1-": "flag",
    "crashCollector 1.2-": {"disable": "flag"},
    "cleanupPolicy 1.3-": _CLEANUP,
    "driveGroups 1.4-": [{"name!": "text", "placement": PLACEMENT, "spec!": "any"}],
    "healthCheck 1.4-": _HEALTH,
    "logCollector 1.5-": {"enabled": "flag", "periodicity": "text"},
    "security 1.5-": {"kms": {"connectionDetails": "texts", "tokenSecretName": "text"}},
}
_FILESYSTEM: Shape = {
    "metadataPool!": POOL,
    "dataPools!": [POOL],
    "preservePoolsOnDelete 1.2-": "flag",
    "preserveFilesystemOnDelete 1.5-": "flag",
    "metadataServer!": {"activeCount!": "whole", "activeStandby": "flag", **_DAEMON},
}
_OBJECT_STORE: Shape = {
    "metadataPool! -1.3": POOL,
    "dataPool! -1.3": POOL,
    "metadataPool 1.4-": POOL,
    "dataPool 1.4-": POOL,
    "zone 1.4-": {"name!": "text"},
    "preservePoolsOnDelete 1.2-": "flag",
    "gateway!": {
        "type": "text",
        "port": "whole",
        "securePort": "whole",
        "instances": "whole",
        "allNodes -1.4": "flag",
        "sslCertificateRef": "text",
        "externalRgwEndpoints 1.4-": [ENDPOINT],
        **_DAEMON,
    },
    "healthCheck 1.4-": {"bucket": _CHECK, "livenessProbe": _LIVENESS},
}
OLD_TABLES: Mapping[str, Shape] = {
    "Cluster": _EARLY,
    "Pool": POOL,
    "Filesystem": _FILESYSTEM,
    "ObjectStore": _OBJECT_STORE,
    "CephCluster": CLUSTER,
    "CephBlockPool": POOL,
    "CephFilesystem": _FILESYSTEM,
    "CephObjectStore": _OBJECT_STORE,
    "CephObjectStoreUser": {"store!": "text", "displayName": "text"},
    "CephNFS": {
        "rados!": {"pool!": "text", "namespace": "text"},
        "server!": {"active!": "whole", "logLevel 1.5-": "text", **_DAEMON},
    },
    "CephClient": {"name": "text", "caps!": {"mon|mgr|osd|mds": "text"}},
    "CephRBDMirror": {"count!": "whole", "peers 1.5-": {"secretNames": ["text"]}, **_DAEMON},
    "CephObjectRealm": {"pull": {"endpoint!": "text"}},
    "CephObjectZoneGroup": {"realm!": "text"},
    "CephObjectZone": {"zoneGroup!": "text", "metadataPool!": POOL, "dataPool!": POOL},
    "ObjectBucketClaim": {
        "bucketName": "text",
        "generateBucketName": "text",
        "storageClassName!": "text",
        "additionalConfig": "any",
        "objectBucketName": "text",
    },
}

# From Rook 1.6 on definitions tell the fields, but maps by daemon or setting take any key.
_RUNNING = (
    "all|mon|mgr|osd|mds|rgw|arbiter|dashboard|prepareosd|keyrotation|cleanup|monitoring|"
    "crashcollector|clusterMetadata|exporter|cmdreporter|rbdmirror|fsmirror|nfs"
)
_LIMITED = (
    "mon|mgr|mgr-sidecar|osd|osd-*|prepareosd|cmd-reporter|mds|crashcollector|logcollector|"
    "rbdmirror|fsmirror|cleanup|exporter|floating-mon-shutdown"
)
_SETTINGS: Shape = {
    "crushRoot|databaseSizeMB|deviceClass|encryptedDevice|initialWeight|journalSizeMB|"
    "metadataDevice|osdsPerDevice|osdID|primaryAffinity|storeType|walSizeMB": "any"
}
_DISKS: Shape = {"config": _SETTINGS, **MORE}
_WITH_DISKS: Shape = {"config": _SETTINGS, "devices": [_DISKS], **MORE}
_PROBED: Shape = {"mon|mgr|osd|mds|rgw": "any"}
NEW_TABLES: Mapping[str, Shape] = {
    "CephCluster": {
        "placement": {_RUNNING: "any"},
        "annotations": {_RUNNING: "any"},
        "labels": {_RUNNING: "any"},
        "priorityClassNames": {_RUNNING: "any"},
        "resources": {_LIMITED: "any"},
        "healthCheck": {"livenessProbe": _PROBED, "startupProbe": _PROBED, **MORE},
        "network": {"selectors": {"public|cluster": "any"}, **MORE},
        "storage": {
            "nodes": [_WITH_DISKS],
            "storageClassDeviceSets": [_DISKS],
            **_WITH_DISKS,
        },
        **MORE,
    },
    "CephClient": {"caps": {"mon|mgr|osd|mds": "any"}, **MORE},
}
