# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""What modules on the deploy host share: parameters, the client, and how they end."""

from __future__ import annotations

import dataclasses
import getpass
import os
import socket
import typing as t

from ansible.module_utils.basic import env_fallback
from ansible_collections.rookery.rook.plugins.module_utils._argspec import ENVIRONMENT
from ansible_collections.rookery.rook.plugins.module_utils._clients.absent import NoCluster
from ansible_collections.rookery.rook.plugins.module_utils._clients.kube import KubeClient
from ansible_collections.rookery.rook.plugins.module_utils._clients.kubeconfig import is_missing
from ansible_collections.rookery.rook.plugins.module_utils._clients.readonly import ReadOnly
from ansible_collections.rookery.rook.plugins.module_utils._errors import LeftOver
from ansible_collections.rookery.rook.plugins.module_utils._feasible import refuse_impossible
from ansible_collections.rookery.rook.plugins.module_utils._frame import Frame
from ansible_collections.rookery.rook.plugins.module_utils._guards import guard
from ansible_collections.rookery.rook.plugins.module_utils._lease import Claim, holding
from ansible_collections.rookery.rook.plugins.module_utils._proof_gone import foreseen, proving
from ansible_collections.rookery.rook.plugins.module_utils._single import (
    live_object,
    replaced,
    single_wish,
)
from ansible_collections.rookery.rook.plugins.module_utils._site import (
    Prospect,
    Wish,
    await_users,
    check_cluster,
    check_fingerprint,
    execute,
    plan_again,
    prospect,
)
from ansible_collections.rookery.rook.plugins.module_utils._strip import with_strip
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._argspec import Spec
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube


class CollectionModule(Frame):
    """A module that talks to the Kubernetes API."""

    def __init__(self, spec: Spec, *, reads: bool = False, **relations: t.Any) -> None:
        fallbacks = {
            name: {**spec[name], "fallback": (env_fallback, [variable])}
            for name, variable in ENVIRONMENT.items()
            if name in spec
        }
        super().__init__({**spec, **fallbacks}, reads=reads, **relations)

    def __enter__(self) -> CollectionModule:
        return self

    def kubeconfig_missing(self) -> bool:
        """Tell whether the kubeconfig is not there, which says that the site is not there yet."""
        return is_missing(self.params["kubeconfig"])

    def client(self, *, absent_ok: bool = False) -> Kube:
        """Return the client; one that only reads in check mode and for reading modules."""
        if absent_ok and self.kubeconfig_missing():
            # Said of a site that is to be made, and of one that was taken down.
            self.warn(
                f"There is no {self.params['kubeconfig']}, so there is no cluster, and nothing "
                "of the site in one."
            )
            return t.cast("Kube", ReadOnly(t.cast("Kube", NoCluster())))
        client = KubeClient.connect(self.params["kubeconfig"], self.params.get("context"))
        check_cluster(client, self.params.get("cluster_uid") or "", self.params["kubeconfig"])
        return t.cast("Kube", ReadOnly(client)) if self._reads else client

    def claim(self, site: str, purpose: str, *, proof: bool = False) -> Claim:
        """Return what the run asks a lease for; others read in it who holds them up."""
        host, process = socket.gethostname(), os.getpid()
        holder = f"{_user()}@{host}, process {process}: {self.name} {purpose}"
        return Claim(site, holder, self.params["lock_timeout"], proof)

    def limits(self) -> Limits:
        """Return how long to wait, if only for that on which other things stand."""
        return Limits.of(self.params["wait_timeout"])


def run_wish(module: CollectionModule, wish: Wish) -> None:
    """Plan, and outside check mode do it: the whole of every module that has a state."""
    client = module.client(absent_ok=module.check_mode)
    _carry_out(module, client, prospect(client, wish), lambda found: found)


def run_teardown(module: CollectionModule, wish: Wish) -> None:
    """Take down what is there, and prove it; without a kubeconfig there is nothing."""
    client = module.client(absent_ok=True)

    with proving(client, wish, module.note, proven=not module.check_mode) as meant:

        def forced(found: Prospect) -> Prospect:
            plan, observed = with_strip(found.plan, found.observed, module.params["strip"])
            meant.update(step.target for step in plan.steps if step.op in ("update", "delete"))
            return dataclasses.replace(found, plan=plan, observed=observed)

        found = prospect(client, wish)
        _carry_out(module, client, found, forced)
        if module.check_mode and "operator" in wish.stages:
            _foresee(module, wish, foreseen(client, wish, forced(found)))


def _foresee(module: CollectionModule, wish: Wish, left: list[dict[str, t.Any]]) -> None:
    """Tell what would be left in the end, by which the teardown itself fails."""
    module.note(left=left)
    if left:
        module.warn(f"The teardown would fail at its end. {LeftOver(wish.site.name, left)}")


def run_single(
    module: CollectionModule, kind: str, options: Mapping[str, t.Any], *, recreate: bool = False
) -> None:
    """Bring one object to its state, and return it as it is then."""
    run_one(module, single_wish(kind, module.params, options), recreate=recreate)


def run_one(module: CollectionModule, wish: Wish, *, recreate: bool = False) -> None:
    """Bring the one object that is wished for to its state, and return it as it is then."""
    client = module.client(absent_ok=module.check_mode)
    found = prospect(client, wish)
    module.note(object=None)
    _carry_out(module, client, found, replaced if recreate else lambda found: found)
    module.note(object=live_object(client, wish))


def _carry_out(
    module: CollectionModule, client: Kube, found: Prospect, settle: Callable[[Prospect], Prospect]
) -> None:
    """Guard the plan, and do it unless it is only to be shown.

    What has to be written is planned again once nobody else can work on the site.
    """
    found = _guarded(module, settle(found))
    if module.check_mode:
        return
    found = _left(module, client, found, settle)
    if not found.plan.changed:
        _do(module, client, found)
        return
    wish = found.wish
    wanted = {item.id: item.manifest for item in found.desired}
    targets = {step.target for step in found.plan.steps}
    seen = {key: item for key in targets if (item := found.observed.find(key)) is not None}
    refuse_impossible(client, found.plan, {**seen, **wanted})
    claim = module.claim(wish.site.name, f"{wish.state}, stages {', '.join(wish.stages)}")
    with holding(client, claim, module.log) as holder:
        _do(module, holder, _guarded(module, settle(plan_again(client, found))))


def _left(
    module: CollectionModule,
    client: Kube,
    found: Prospect,
    settle: Callable[[Prospect], Prospect],
) -> Prospect:
    """Return the plan once those have left who are waited for; nobody is held up meanwhile."""
    after = await_users(client, found, module.limits(), module.log, module.note)
    return found if after is found else _guarded(module, settle(after))


def _guarded(module: CollectionModule, found: Prospect) -> Prospect:
    """Note what a plan would do, and refuse one that may not be done."""
    predicted = found.as_result()
    module.note(**{**predicted, "changed": module.check_mode and predicted["changed"]})
    check_fingerprint(found, module.params.get("fingerprint"))
    guard(
        found.plan,
        found.observed,
        module.params.get("confirm") or "",
        module.params.get("fingerprint") or "",
        force_conflicts=module.params.get("force_conflicts", False),
    )
    return found


def _do(module: CollectionModule, client: Kube, found: Prospect) -> None:
    """Do a plan, and wait as the module is asked to."""
    waits = module.params["wait"]
    execute(client, found, module.limits(), module.log, module.note, waits=waits)


def _user() -> str:
    """Return who runs the module; a container may know no name for its user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
