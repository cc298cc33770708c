# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""teardown.yml gets kill -9 at one point after the other; whatever it left, the next run goes on.

At first two pods hold the file system, which somebody has deleted all the same: refused, waited for
in vain, and then evicted. An object store was deleted before its user. The last run ends well, one
more changes nothing, and what is left of it is looked at afterwards.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import typing as t

import pytest
from conftest import INVENTORY, ROOT, kill
from failures.record import record

if t.TYPE_CHECKING:
    from conftest import Eventually

# The task at which a run is killed, and how many seconds later, in the order of the teardown.
POINTS = (
    ("Remove what an interrupted proof left", 0.3),
    ("Take classes, users, object stores, file systems and pools down", 2.5),
    ("Note on the hosts which Ceph cluster", 0.2),
    ("Take the Ceph cluster down", 2.5),
    ("Take the operator down", 2.5),
    ("Make the devices blank", 0.4),
    ("Remove Rook's data", 0.6),
    ("Restore the directory that was there before", 0.2),
    ("Take each host out of Kubernetes", 1.0),
    ("Take each host out of Kubernetes", 4.0),
    ("Undo network, images, packages, programs", 0.5),
)
LEAST = 10
# How long what hangs is given, and how long what an operator or a kubelet does by itself.
HANGS, WITHIN = 15, "--timeout=120s"
PLAYBOOK = "ansible-playbook -i inventory rookery.rook.teardown -e rook_confirm=lab"
SECONDS = 600
# So many points come while the pods are evicted; so often is planned what is left of that.
EVICTING, PLANS = 2, 6
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "uploads", "namespace": "shop"},
    "spec": {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "rook-cephfs",
        "resources": {"requests": {"storage": "64Mi"}},
    },
}
POLICY = {"rook_consumers": "evict", "rook_evict_namespaces": ["shop"]}
STALE = "Plan again, and apply that plan"
Options = t.Mapping[str, t.Any]
Tell = t.Callable[..., str]
# A killed run cannot give its lease back; the next one waits until that has run out.
COMMAND = (
    "ansible-playbook", "-i", str(INVENTORY), str(ROOT / "playbooks/teardown.yml"),
    "--extra-vars", "rook_confirm=lab rook_lock_timeout=120",
)  # fmt: skip


def start(options: Options, *words: str) -> subprocess.Popen[str]:
    """Start teardown.yml; what it says has no log of its own."""
    environment = {key: value for key, value in os.environ.items() if key != "ANSIBLE_LOG_PATH"}
    return subprocess.Popen(
        (*COMMAND, "--extra-vars", json.dumps(options), *words),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env={**environment, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


def killed_at(task: str, seconds: float, options: Options) -> bool:
    """Run teardown.yml and kill it; tell whether it came to that point before its end."""
    with start(options) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("TASK [") and task in line:
                time.sleep(seconds)
                break
        if process.poll() is None and said[-1].startswith("TASK ["):
            kill(process)
            return True
        process.wait(SECONDS)
        assert process.returncode == 0, "".join(said[-60:])
        return False


def ended(options: Options, *words: str) -> tuple[int, str]:
    """Run teardown.yml to its end, and return how that was and what it said."""
    with start(options, *words) as process:
        said, _nothing = process.communicate(timeout=SECONDS)
    return process.returncode, said


def finish() -> str:
    """Run teardown.yml to its good end and return what it says."""
    status, said = ended({})
    assert status == 0, said[-4000:]
    return said


def web(image: str) -> dict[str, t.Any]:
    """Return a Deployment of two pods that do nothing but mount the volume."""
    mounts = [{"name": "data", "mountPath": "/data"}]
    container = {"name": "web", "image": image, "command": ["sleep", "infinity"]}
    pod = {
        "terminationGracePeriodSeconds": 1,
        "containers": [{**container, "volumeMounts": mounts}],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "uploads"}}],
    }
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    }


@pytest.fixture(scope="module", name="tell")
def _tell(lab: dict[str, t.Any]) -> Tell:
    """Tell the cluster something, and return what it answers as text."""

    def run(*words: str, text: str = "") -> str:
        kubeconfig = f"--kubeconfig={lab['lab_directory']}/kubeconfig"
        done = subprocess.run(
            [lab["lab_kubectl"], kubeconfig, *words],
            input=text, capture_output=True, text=True, timeout=150, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module", name="pods")
def _pods(tell: Tell, lab: dict[str, t.Any]) -> list[str]:
    """Return the names of two pods that hold the site's file system."""
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    items = [space, CLAIM, web(lab["rook_cluster_ceph_image"])]
    tell("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))
    tell("rollout", "status", "-n", "shop", "deployment/web", WITHIN)
    names = tell("get", "pods", "-n", "shop", "-o", "name").split()
    return [name.removeprefix("pod/") for name in names]


def mounts() -> list[str]:
    """Return the mounts of the shop's volume on all nodes, as the nodes tell them."""
    words = ("-m", "ansible.builtin.command", "-a", "cat /proc/self/mounts")
    done = subprocess.run(
        ["ansible", "kube_node", "-i", str(INVENTORY), *words],
        capture_output=True, text=True, timeout=120, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return [line for line in done.stdout.splitlines() if "ceph-fuse" in line or "~csi/" in line]


def plan() -> str:
    """Return what plan.yml says of a teardown that evicts the pods."""
    variables = json.dumps({**POLICY, "rook_state": "absent", "rook_confirm": "lab"})
    done = subprocess.run(
        ["ansible-playbook", "-i", str(INVENTORY), str(ROOT / "playbooks/plan.yml"),
         "--tags", "preflight", "--extra-vars", variables],
        capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL,
        env={key: value for key, value in os.environ.items() if key != "ANSIBLE_LOG_PATH"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def order(said: str) -> str:
    """Return in which order a plan takes down what somebody has made."""
    kind = r"(?:Ceph\w+|StorageClass|PersistentVolumeClaim|Deployment|Namespace)/"
    step = rf"(?:DESTROYS DATA: )?\b(?:delete|wait|update) [^\n\"']*{kind}[^\n\"']*"
    return "\n".join(re.findall(step, said))


def approved(said: str) -> dict[str, t.Any]:
    """Return what evicts the pods by a plan that was looked at, which shows its fingerprint."""
    shown = re.search(r"rook_plan_fingerprint.*?storage\W+([0-9a-f]{64})", said)
    assert shown, said[-4000:]
    return {**POLICY, "rook_plan_fingerprint": {"storage": shown[1]}}


def evict_the_rest() -> None:
    """Take the storage down; what a killed run has left may still change after it was planned."""
    for _again in range(PLANS):
        status, said = ended(approved(plan()), "--tags", "rook_storage")
        if status == 0:
            return
        assert STALE in said, said[-4000:]
    raise AssertionError(said[-4000:])


def delete(tell: Tell, kind: str, name: str) -> list[tuple[str, str]]:
    """Delete something by hand, in vain, and return what was run and said."""
    words = ("delete", kind, "-n", "rook-ceph", name, f"--timeout={HANGS}s")
    with pytest.raises(AssertionError, match="timed out waiting for the condition") as refused:
        tell(*words)
    (plain,) = str(refused.value).splitlines()[:1]
    blocked = "jsonpath={.status.conditions[?(@.type=='DeletionIsBlocked')]"
    # Not as a condition: for that kubectl wants a status of this generation, which nobody writes.
    tell("wait", f"--for={blocked}.status}}=True", "-n", "rook-ceph", f"{kind}/{name}", WITHIN)
    path = f"{blocked}.message}}"
    asked = ("get", kind, "-n", "rook-ceph", name, "-o", path)
    steps = [(words, plain.removeprefix("AssertionError: ")), (asked, tell(*asked))]
    return [(" ".join(("kubectl", *each)), text) for each, text in steps]


def test_removed_under_pods(pods: list[str], tell: Tell) -> None:
    """While two pods hold the file system its removal hangs; teardown.yml names both, and stops."""
    steps = delete(tell, "cephfilesystem", "myfs")
    assert "will not be deleted until all dependents are removed" in steps[-1][1]
    record("removed_under_pods", "live", *steps)
    status, said = ended({})
    assert len(pods) == 2 and status != 0
    for name in pods:
        assert f"shop/{name}" in said, said[-4000:]
    assert "changed=0" in said and "changed: [" not in said
    assert mounts() != []
    refusal = re.search(r"Nothing was changed: .*(?:\n(?!Origin:).*)*", said)
    assert refusal, said[-4000:]
    record("removed_under_pods", "told", (PLAYBOOK, refusal[0]))


def test_wrong_order(tell: Tell) -> None:
    """A store that is deleted before its user waits for ever; the plan goes on from there."""
    steps = delete(tell, "cephobjectstore", "store")
    assert "CephObjectStoreUsers: [app]" in steps[-1][1]
    record("wrong_order", "live", *steps)


def test_waited_for_in_vain_it_ends_within_its_limit_and_says_for_whom(
    pods: list[str], tell: Tell
) -> None:
    status, said = ended({"rook_consumers": "wait", "rook_storage_wait_timeout": 5})
    assert status != 0
    for words in ("Waiting reached its limit", "PersistentVolumeClaim/shop/uploads", *pods):
        assert words in said, said[-4000:]
    assert "CephFilesystem" in tell("get", "cephfilesystems", "-n", "rook-ceph", "-o", "yaml")


def test_a_run_after_kills_at_many_points_ends_it_and_one_more_changes_nothing(
    pods: list[str], tell: Tell, eventually: Eventually
) -> None:
    said = plan()
    record("wrong_order", "told", (PLAYBOOK.replace("teardown", "plan"), order(said)))
    options = approved(said)
    kills = [point for point in POINTS[:EVICTING] if killed_at(*point, options)]
    evict_the_rest()
    assert tell("get", "pods,persistentvolumeclaims", "-n", "shop", "-o", "name") == ""
    assert tell("get", "deployments", "-n", "shop", "-o", "name") == "deployment.apps/web\n"
    # The kubelet unmounts for a pod first, and what its node had of the volume after that.
    eventually(mounts, 300)
    kills += [point for point in POINTS[EVICTING:] if killed_at(*point, {})]
    print(f"\nkilled {len(kills)} times: {kills}")
    assert len(kills) >= LEAST, kills
    last, again = finish(), finish()
    recap = re.findall(r"^\w+ +: ok=.*", last, re.MULTILINE)
    record("wrong_order", "cured", (PLAYBOOK, "\n".join(recap)))
    assert "changed: [" not in again, (last[-2000:], again[-4000:])
