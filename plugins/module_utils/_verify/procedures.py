# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What each sort of probe does at its bench."""

from __future__ import annotations

import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import ProbeError
from ansible_collections.rookery.rook.plugins.module_utils._verify import objects
from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import at_once, must
from ansible_collections.rookery.rook.plugins.module_utils._verify.objects import DATA_PATH

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Object
    from ansible_collections.rookery.rook.plugins.module_utils._verify.bench import Bench, Told
    from ansible_collections.rookery.rook.plugins.module_utils._verify.places import Place

MIB = "16"
LOCK_SECONDS = "120"
# A lock is let go when its holder's end has reached Ceph; each look takes a moment itself.
UNLOCK_LOOKS = 8
KEY = "object"


def prove_files(bench: Bench) -> None:
    """Prove a volume that pods on different nodes share."""
    first, second, third = _three(bench)
    a, b = _pod(bench, "a", first), _pod(bench, "b", second)
    bench.make(objects.claim(bench.world.site, bench.probe, "ReadWriteMany"), a, b)
    files = {"from-a": a, "from-b": b}
    wrote = _each(bench, files, "write", MIB)
    read = _each(bench, {"from-a": b, "from-b": a}, "read")
    _same(wrote, read, "the pod on the other node")
    _prove_lock(bench, a, b)
    moved = _pod(bench, "a", third)
    bench.move(a, moved)
    _same(wrote, _each(bench, dict.fromkeys(files, moved), "read"), "the pod that was moved")


def prove_bucket(bench: Bench) -> None:
    """Prove an object store by a bucket of its own."""
    bucket, pod = bench.probe.name, _pod(bench, "a", _best(bench)[0])
    bench.make(pod)
    bench.act(pod, "s3.py", "remove", bucket)
    bench.undo_by(pod, "s3.py", "remove", bucket)
    bench.act(pod, "s3.py", "create", bucket)
    put = bench.act(pod, "s3.py", "put", bucket, KEY, MIB)
    got = bench.act(pod, "s3.py", "get", bucket, KEY)
    must(put["sha256"] == got["sha256"], f"{bucket}/{KEY} was put and got with other hashes")
    keys = bench.act(pod, "s3.py", "list", bucket)["keys"]
    must(keys == [KEY], f"bucket {bucket} lists {keys} instead of [{KEY!r}]")
    removed = bench.act(pod, "s3.py", "remove", bucket)["removed"]
    must(removed, f"bucket {bucket} is still there after it was removed")


def prove_block(bench: Bench) -> None:
    """Prove block devices through librbd, and as a mounted claim where that is possible."""
    first, second, _third = _three(bench)
    keyring = [objects.keyring()]
    a, b = _pod(bench, "a", first, keyring), _pod(bench, "b", second, keyring)
    bench.make(a, b)
    device = (bench.probe.pool, bench.probe.name)
    bench.act(a, "block.py", "remove", *device)
    bench.undo_by(a, "block.py", "remove", *device)
    wrote = bench.act(a, "block.py", "write", *device, MIB, *filter(None, [bench.probe.data_pool]))
    read = bench.act(b, "block.py", "read", *device, MIB)
    _same({"the image": wrote}, {"the image": read}, "the pod on the other node")
    removed = bench.act(b, "block.py", "remove", *device)["removed"]
    must(removed, f"image {'/'.join(device)} is still there after it was removed")
    bench.undone()
    against = _against_mounting(bench, a)
    if against:
        bench.note("proven through librbd", f"not as a mounted claim, because {against}")
        return
    bench.close()
    _prove_mounted(bench)


def tidy(bench: Bench) -> None:
    """Remove the bucket or image that an interrupted probe may have left in Ceph."""
    if bench.probe.kind == "files":
        return
    extra = [objects.keyring()] if bench.probe.kind == "block" else []
    pod = _pod(bench, "a", _best(bench)[0], extra)
    bench.make(pod)
    if bench.probe.kind == "bucket":
        bench.act(pod, "s3.py", "remove", bench.probe.name)
    else:
        bench.act(pod, "block.py", "remove", bench.probe.pool, bench.probe.name)


PROCEDURES: Mapping[str, Callable[[Bench], None]] = {
    "files": prove_files,
    "bucket": prove_bucket,
    "block": prove_block,
}


def _prove_lock(bench: Bench, a: Object, b: Object) -> None:
    """Hold a lock in one pod, see it in the other, let it go, and see that too."""
    path = f"{DATA_PATH}/lock"
    must(bench.act(a, "shared.py", "hold", path, LOCK_SECONDS)["held"], "the lock was not given")
    seen = bench.act(b, "shared.py", "try", path)["locked_by_other"]
    must(seen, f"{_name(b)} was given the lock that {_name(a)} holds")
    bench.act(a, "shared.py", "release", path)
    for _look in range(UNLOCK_LOOKS):
        if not bench.act(b, "shared.py", "try", path)["locked_by_other"]:
            return
    raise ProbeError(f"the lock is still held after {_name(a)} let it go")


def _prove_mounted(bench: Bench) -> None:
    """Write to a mounted claim, move its pod to another node, and read there."""
    first, second = bench.places.having(bench.probe.driver)[:2]
    volume = [objects.claimed(bench.probe)]
    here, there = _pod(bench, "m", first, volume), _pod(bench, "m", second, volume)
    bench.make(objects.claim(bench.world.site, bench.probe, "ReadWriteOnce"), here)
    wrote = _each(bench, {"mounted": here}, "write", MIB)
    bench.move(here, there)
    _same(wrote, _each(bench, {"mounted": there}, "read"), "the pod that was moved")
    bench.note("proven as a mounted claim", "and through librbd")


def _against_mounting(bench: Bench, pod: Object) -> str:
    """Return why a claim of the class cannot be mounted on two nodes, or nothing."""
    driver = bench.probe.driver
    having = bench.places.having(driver)
    if len(having) < 2:
        names = ", ".join(place.node for place in having) or "no node"
        return f"the driver {driver} runs on {names}"
    if not bench.act(pod, "block.py", "kernel")["rbd"]:
        return "the kernel of the nodes has no rbd module loaded"
    return ""


def _best(bench: Bench) -> tuple[Place, ...]:
    """Return the nodes for a probe's pods; at least one."""
    best = bench.places.best(bench.probe.driver)
    must(bool(best), f"no node takes pods: {_refused(bench)}")
    return best


def _three(bench: Bench) -> tuple[Place, Place, Place]:
    """Return two nodes and the one to move to, which is the second where there is no third."""
    best = _best(bench)
    must(
        len(best) > 1,
        f"it needs two nodes that take pods, and there is only {best[0].node}: {_refused(bench)}",
    )
    return best[0], best[1], best[min(2, len(best) - 1)]


def _refused(bench: Bench) -> str:
    """Return why the other nodes take no pods."""
    reasons = [f"{node}: {reason}" for node, reason in bench.places.refused.items()]
    return "; ".join(reasons) or "the cluster has no other nodes"


def _pod(bench: Bench, letter: str, place: Place, extra: list[Object] | None = None) -> Object:
    """Return a pod of the probe, with its claim unless it is told what to mount."""
    volumes = extra
    if volumes is None:
        volumes = [objects.claimed(bench.probe)] if bench.probe.kind == "files" else []
    return objects.pod(bench.world.site, bench.probe, letter, place, bench.world.image, volumes)


def _each(bench: Bench, pods: Mapping[str, Object], act: str, *words: str) -> dict[str, Told]:
    """Do an act with each file in its pod, at the same time, and return what each told."""

    def call(file: str, pod: Object) -> Callable[[], Told]:
        return lambda: bench.act(pod, "shared.py", act, f"{DATA_PATH}/{file}", *words)

    told = at_once(*(call(file, pod) for file, pod in pods.items()))
    return dict(zip(pods, told, strict=True))


def _same(wrote: Mapping[str, Told], read: Mapping[str, Told], reader: str) -> None:
    """Fail unless all was read as it was written."""
    for name, told in wrote.items():
        must(
            (told["sha256"], told["bytes"]) == (read[name]["sha256"], read[name]["bytes"]),
            f"{reader} read {name} with hash {read[name]['sha256'][:16]} "
            f"({read[name]['bytes']} bytes), written was {told['sha256'][:16]} "
            f"({told['bytes']} bytes)",
        )


def _name(pod: Object) -> str:
    return str(pod["metadata"]["name"])
