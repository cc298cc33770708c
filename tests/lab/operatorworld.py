# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in operator's world in memory: an API server, a Ceph, and no clock."""

from __future__ import annotations

import sys
import types
import typing as t
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "lab/standin/operator"))
# Only images have Ceph's own bindings.
for _name in ("rados", "rbd"):
    sys.modules.setdefault(_name, types.ModuleType(_name))

pytest.importorskip("kubernetes", reason="kubernetes is not installed")

from rookstandin import work  # noqa: E402 - after the path and the skips
from rookstandin.context import Context, Key  # noqa: E402
from rookstandin.errors import CephCommandError  # noqa: E402
from rookstandin.names import FINALIZER_OF_SECRETS  # noqa: E402
from rookstandin.settings import CONFIG_MAP  # noqa: E402

SPACE = "rook-ceph"
Manifest = dict[str, t.Any]


def _matches(labels: t.Mapping[str, str], selector: str) -> bool:
    if " in (" in selector:
        key, _, values = selector.partition(" in (")
        return labels.get(key) in values.rstrip(")").split(",")
    wanted = (part.partition("=") for part in selector.split(",") if part)
    return all(labels.get(key) == value for key, _, value in wanted)


def _laid_over(old: t.Any, new: t.Any) -> t.Any:
    """Merge as a merge patch does."""
    if not isinstance(new, dict):
        return new
    merged = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _laid_over(merged.get(key), value)
    return merged


class FakeKube:
    """Objects by kind, namespace and name; a finalizer keeps what is deleted."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Manifest] = {}
        self.events: list[tuple[str, str]] = []

    def put(self, kind: str, name: str, namespace: str = SPACE, **more: t.Any) -> Manifest:
        meta = {"name": name, "uid": f"uid-{name}", "generation": 1, **more.pop("metadata", {})}
        if namespace:
            meta["namespace"] = namespace
        found = {"apiVersion": "v1", "kind": kind, **more, "metadata": meta}
        self.objects[(kind, namespace, name)] = found
        return found

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        return self.objects.get((kind, namespace or "", name))

    def list(self, kind: str, namespace: str | None = None, labels: str = "") -> list[Manifest]:
        return [
            item
            for (has, space, _), item in self.objects.items()
            if has == kind
            and namespace in (None, space)
            and _matches(item["metadata"].get("labels") or {}, labels)
        ]

    def apply(self, manifest: Manifest) -> Manifest:
        meta = manifest["metadata"]
        key = (manifest["kind"], meta.get("namespace", ""), meta["name"])
        self.objects[key] = _laid_over(self.objects.get(key), manifest)
        return self.objects[key]

    def create(self, manifest: Manifest) -> None:
        meta = manifest["metadata"]
        key = (manifest["kind"], meta.get("namespace", ""), meta["name"])
        self.objects.setdefault(key, manifest)

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        found = self.objects.get((kind, namespace or "", name))
        if found and found["metadata"].get("finalizers"):
            found["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        elif found:
            del self.objects[(kind, namespace or "", name)]

    def merge(
        self, kind: str, name: str, namespace: str, patch: Manifest, subresource: str = ""
    ) -> Manifest | None:
        key = (kind, namespace, name)
        if key not in self.objects:
            return None
        self.objects[key] = found = _laid_over(self.objects[key], patch)
        meta = found["metadata"]
        if "deletionTimestamp" in meta and not meta.get("finalizers"):
            del self.objects[key]
        return found

    def event(self, obj: Manifest, kind: str, reason: str, message: str) -> None:
        self.events.append((reason, message))


class FakeCeph:
    """Answers commands from memory and remembers what it was asked to change."""

    def __init__(self) -> None:
        self.pools: dict[str, Manifest] = {}
        self.filesystems: dict[str, Manifest] = {}
        self.realms: list[str] = []
        self.users: dict[str, Manifest] = {}
        self.buckets: list[str] = []
        self.subvolumes: dict[str, list[str]] = {"csi": []}
        self.rbd_images: list[str] = []
        self.done: list[tuple[str, dict[str, t.Any]]] = []
        self.health = "HEALTH_OK"
        self.osds_up = 3

    def names(self) -> list[str]:
        return [name for name, _ in self.done]

    def mon(self, prefix: str, **words: t.Any) -> t.Any:
        method = getattr(self, "_" + prefix.replace(" ", "_").replace("-", "_"), None)
        if method is None:
            self.done.append((prefix, words))
            return ""
        return method(**words)

    mgr = mon

    def close(self) -> None:
        self.done.append(("close", {}))

    def key(self, entity: str, **caps: str) -> str:
        return f"key-of-{entity}"

    def forget(self, entity: str) -> None:
        self.done.append(("forget", {"entity": entity}))

    def init_rbd(self, pool: str) -> None:
        self.done.append(("init_rbd", {"pool": pool}))

    def images(self, pool: str) -> list[str]:
        return self.rbd_images

    def _osd_stat(self) -> Manifest:
        return {"num_up_osds": self.osds_up}

    def _osd_crush_dump(self) -> Manifest:
        return {"types": [{"name": "host"}, {"name": "rack"}]}

    def _osd_pool_ls(self, detail: str) -> list[Manifest]:
        return list(self.pools.values())

    def _osd_pool_create(self, pool: str, **words: t.Any) -> None:
        self.done.append(("osd pool create", {"pool": pool, **words}))
        number = len(self.pools) + 1
        size = words.get("size", 3)
        self.pools[pool] = {"pool_name": pool, "pool_id": number, "size": size}

    def _osd_pool_delete(self, pool: str, **words: t.Any) -> None:
        del self.pools[pool]

    def _osd_erasure_code_profile_get(self, name: str) -> Manifest:
        return {"plugin": "isa", "technique": "reed_sol_van"}

    def _config_dump(self) -> list[Manifest]:
        return []

    def _fs_dump(self) -> Manifest:
        return {"filesystems": [{"mdsmap": item} for item in self.filesystems.values()]}

    def _fs_ls(self) -> list[Manifest]:
        return [
            {"name": name, "data_pools": item["data"]} for name, item in self.filesystems.items()
        ]

    def _fs_new(self, fs_name: str, metadata: str, data: str, force: bool) -> None:
        self.filesystems[fs_name] = {
            "fs_name": fs_name, "max_mds": 1, "data": [data],
            "flags_state": {"allow_standby_replay": False},
            "info": {"gid_1": {"state": "up:active"}},
        }  # fmt: skip

    def _fs_rm(self, fs_name: str, **words: t.Any) -> None:
        del self.filesystems[fs_name]

    def _fs_subvolumegroup_ls(self, vol_name: str) -> list[Manifest]:
        return [{"name": name} for name in self.subvolumes]

    def _fs_subvolume_ls(self, vol_name: str, group_name: str = "") -> list[str]:
        return self.subvolumes.get(group_name, [])

    def _status(self) -> Manifest:
        usage = {"bytes_total": 30, "bytes_used": 1, "bytes_avail": 29}
        return {"health": {"status": self.health, "checks": {}}, "fsid": "f", "pgmap": usage}

    def _versions(self) -> Manifest:
        return {"overall": {"ceph version 20.2.4 (x) tentacle (stable)": 7}}

    def _osd_metadata(self) -> list[Manifest]:
        return [{"id": 0, "osd_objectstore": "bluestore"}, {"id": 1}]

    def _osd_crush_class_ls(self) -> list[str]:
        return ["hdd"]

    def _mgr_dump(self) -> Manifest:
        return {"active_name": "a", "available": True}

    def radosgw_admin(self, *words: str, missing_ok: bool = False) -> t.Any:
        what = " ".join(words[:2])
        uid = next((word.partition("=")[2] for word in words if word.startswith("--uid=")), "")
        if what == "user info":
            return self.users.get(uid)
        if what in ("zone get", "realm get", "zonegroup get"):
            return {} if self.realms else None
        if what == "realm list":
            return {"realms": self.realms}
        if what == "bucket list":
            return self.buckets
        self.done.append((what, {"words": words}))
        if what == "zone create":
            self.realms.append(words[3].partition("=")[2])
        if what == "user create":
            quota = {"enabled": False, "max_size": -1, "max_objects": -1}
            self.users[uid] = {
                "max_buckets": 1000, "caps": [], "user_quota": quota,
                "keys": [{"access_key": "AK", "secret_key": "SK"}],
            }  # fmt: skip
            return self.users[uid]
        if what == "user rm":
            if self.buckets:
                raise CephCommandError("radosgw-admin user", 17, "could not remove user")
            del self.users[uid]
        return None


class FakeQueue:
    """Keeps keys; a test takes them when it wants."""

    def __init__(self) -> None:
        self.keys: list[Key] = []

    def add(self, key: Key, after: float = 0.0) -> None:
        self.keys.append(key)


class World:
    """A namespace with an operator, and a CephCluster that is ready unless a test changes it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kube, self.ceph = FakeKube(), FakeCeph()
        self.context = Context(t.cast(t.Any, self.kube), SPACE)
        self.worker = work.Worker(self.context)
        self.queue = FakeQueue()
        self.context.queue = t.cast(t.Any, self.queue)
        monkeypatch.setattr(self.context, "ceph", lambda identity: self.ceph)
        monkeypatch.setenv("POD_NAME", "operator")
        monkeypatch.setenv("POD_NAMESPACE", SPACE)
        container = {"image": "rook:test"}
        self.kube.put("Pod", "operator", spec={"containers": [container]})
        self.kube.put("Deployment", "rook-ceph-operator")
        self.kube.put("ConfigMap", CONFIG_MAP, data={"ROOK_CSI_ENABLE_RBD": "false"})
        self.cluster()
        self.kube.put(
            "Secret", "rook-ceph-mon", metadata={"finalizers": [FINALIZER_OF_SECRETS]},
            data={"fsid": "Zg==", "mon-secret": "bQ==", "ceph-secret": "YQ=="},
        )  # fmt: skip
        self.kube.put(
            "ConfigMap", "rook-ceph-mon-endpoints",
            metadata={"finalizers": [FINALIZER_OF_SECRETS]},
            data={"data": "a=10.0.0.1:6789", "mapping": "{}"},
        )  # fmt: skip

    def cluster(self, **spec: t.Any) -> Manifest:
        status = {
            "phase": "Ready", "ceph": {"health": "HEALTH_OK"}, "observedGeneration": 1,
            "version": {"version": "20.2.4-0"},
        }  # fmt: skip
        wanted = {"dataDirHostPath": "/var/lib/rook", "cephVersion": {"image": "ceph:test"}, **spec}
        return self.kube.put(
            "CephCluster", "c", spec=wanted, status=status,
            metadata={"finalizers": ["cephcluster.ceph.rook.io"]},
        )  # fmt: skip

    def make(self, kind: str, name: str, spec: Manifest) -> Key:
        self.kube.put(kind, name, spec=spec)
        return Key(kind, SPACE, name)

    def of(self, key: Key) -> Manifest:
        found = self.kube.get(key.kind, key.name, key.namespace)
        assert found is not None, f"{key} is gone"
        return found

    def delete(self, key: Key) -> None:
        self.kube.delete(key.kind, key.name, key.namespace)

    def condition(self, key: Key, kind: str) -> Manifest:
        conditions = self.of(key)["status"].get("conditions") or ()
        return next((item for item in conditions if item["type"] == kind), {})


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)
