# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The one way: model, desired objects, observation, plan, guard, apply, wait, result."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._applied import ApplyError
from ansible_collections.rookery.rook.plugins.module_utils._apply import Applier
from ansible_collections.rookery.rook.plugins.module_utils._blockers import find_blockers
from ansible_collections.rookery.rook.plugins.module_utils._clients.upstream import read_upstream
from ansible_collections.rookery.rook.plugins.module_utils._clients.watching import Feed
from ansible_collections.rookery.rook.plugins.module_utils._errors import StalePlan
from ansible_collections.rookery.rook.plugins.module_utils._linting import (
    refuse_what_the_server_would,
)
from ansible_collections.rookery.rook.plugins.module_utils._model.parse import (
    MODEL_KEYS,
    parse_site,
)
from ansible_collections.rookery.rook.plugins.module_utils._observe import Scope, observe
from ansible_collections.rookery.rook.plugins.module_utils._plan import (
    OWNER,
    REFUSE,
    Policy,
    make_plan,
)
from ansible_collections.rookery.rook.plugins.module_utils._plan_absent import as_if_done
from ansible_collections.rookery.rook.plugins.module_utils._plan_kept import as_made
from ansible_collections.rookery.rook.plugins.module_utils._readiness import Expect
from ansible_collections.rookery.rook.plugins.module_utils._render import render
from ansible_collections.rookery.rook.plugins.module_utils._report import as_result, summary
from ansible_collections.rookery.rook.plugins.module_utils._waiter import Limits, Waiter

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Kube, Object
    from ansible_collections.rookery.rook.plugins.module_utils._model.types import Site
    from ansible_collections.rookery.rook.plugins.module_utils._plan import Observed, Plan
    from ansible_collections.rookery.rook.plugins.module_utils._render.types import Desired

PREREQUISITES = ("CustomResourceDefinition/", "Namespace/")


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is asked for: a site, the part of it that is meant, and the state to bring it to.

    only narrows the wish to single objects; everything else stays out of plan and result. whole: to
    look at all kinds of objects, and at who uses them, also to build. policy says what becomes of
    those. removed are stages that count as taken down, for a prediction.
    """

    site: Site
    state: str
    stages: tuple[str, ...]
    only: frozenset[str] = frozenset()
    whole: bool = False
    policy: Policy = REFUSE
    removed: tuple[str, ...] = ()

    @classmethod
    def from_params(cls, params: Mapping[str, t.Any], state: str) -> Wish:
        """Return what a module's parameters ask for."""
        site = parse_site({key: params[key] for key in MODEL_KEYS if key in params})
        policy = Policy.from_params(params) if "consumers" in params else REFUSE
        return cls(site, state, tuple(params["stages"]), policy=policy)


@dataclasses.dataclass(frozen=True)
class Prospect:
    """A plan, and what it was made from."""

    wish: Wish
    desired: tuple[Desired, ...]
    observed: Observed
    plan: Plan

    def as_result(self) -> dict[str, t.Any]:
        """Return what a module's result tells before anything is done."""
        result = as_result(self.plan, self.desired, self.observed)
        trees = [dataclasses.asdict(tree) for tree in find_blockers(self.plan, self.observed)]
        told = {} if self.wish.only or self.wish.state == "present" else {"blockers": trees}
        return {**result, **told, "summary": summary(self.plan), "waited": []}


def prospect(client: Kube, wish: Wish) -> Prospect:
    """Render, observe and plan; only reads."""
    desired = tuple(
        item
        for item in render(wish.site, _upstream(wish))
        if item.stage in wish.stages and (not wish.only or item.id in wish.only)
    )
    return _planned(client, wish, desired, lints=wish.state == "present")


def plan_again(client: Kube, found: Prospect) -> Prospect:
    """Observe and plan again; what is wanted has not changed."""
    return _planned(client, found.wish, found.desired)


def _planned(
    client: Kube, wish: Wish, desired: tuple[Desired, ...], *, lints: bool = False
) -> Prospect:
    """Observe and plan; what lints refuses what the server would before that is asked."""
    site = wish.site
    leaving = wish.state == "absent"
    scope = Scope(
        site.name,
        site.namespace,
        site.release,
        leaving=leaving,
        whole=wish.whole,
        config=site.operator.config,
    )
    kept = functools.partial(as_made, site)

    def fit(wanted: Sequence[Desired], objects: Mapping[str, Object]) -> Sequence[Desired]:
        made = kept(wanted, objects)
        if lints:
            refuse_what_the_server_would(client, site, made, objects)
        return made

    observed = observe(client, scope, desired, fit)
    desired = kept(desired, observed.objects)
    if wish.removed:
        before = make_plan(site, (), observed, wish.state, wish.removed, wish.policy)
        observed = as_if_done(before, observed)
    narrowed = _narrowed(observed, wish.only)
    return Prospect(
        wish,
        desired,
        observed,
        make_plan(site, desired, narrowed, wish.state, wish.stages, wish.policy),
    )


def execute(
    client: Kube,
    found: Prospect,
    limits: Limits,
    say: Callable[[str], None],
    note: Callable[..., None],
    *,
    waits: bool = True,
) -> None:
    """Do a guarded plan and wait; note the result, and how each wait went in any case.

    What was done before something failed is noted too. Without waits only that is waited for on
    which other things stand.
    """
    plan = found.plan if waits else _without_waits(found.plan)
    with _waiting(client, limits, say) as (feed, waiter):
        wanted = {item.id: item for item in found.desired}
        site = found.wish.site
        expect = Expect(frozenset(site.cluster.mute_health), release=site.release)
        try:
            Applier(client, feed, waiter, found.observed, wanted, expect).run(plan)
            note(changed=found.plan.changed)
        except ApplyError as error:
            note(changed=error.changed, done=error.applied.done)
            raise
        finally:
            note(waited=[wait.as_result() for wait in waiter.history])


def await_users(
    client: Kube,
    found: Prospect,
    limits: Limits,
    say: Callable[[str], None],
    note: Callable[..., None],
) -> Prospect:
    """Wait until those have left who are waited for, and plan again.

    Who came meanwhile is not waited for: the plan is then one that refuses.
    """
    awaited = tuple(step for step in found.plan.steps if step.executor == OWNER)
    if not awaited:
        return found
    waiting = dataclasses.replace(found, plan=dataclasses.replace(found.plan, steps=awaited))
    execute(client, waiting, limits, say, note)
    wish = dataclasses.replace(found.wish, policy=REFUSE)
    return plan_again(client, dataclasses.replace(found, wish=wish))


def check_fingerprint(found: Prospect, fingerprint: str | None) -> None:
    """Refuse a plan other than the one that was approved."""
    if fingerprint and fingerprint != found.plan.fingerprint:
        raise StalePlan(found.plan.site, fingerprint, found.plan.fingerprint)


def fingerprints(found: Prospect) -> dict[str, str]:
    """Return for each stage the fingerprint that a plan of this stage alone has."""
    wish, observed = found.wish, found.observed
    return {
        stage: make_plan(
            wish.site, found.desired, observed, wish.state, (stage,), wish.policy
        ).fingerprint
        for stage in wish.stages
    }


@contextlib.contextmanager
def _waiting(
    client: Kube, limits: Limits, say: Callable[[str], None]
) -> Iterator[tuple[Feed, Waiter]]:
    """Give a feed and a waiter, and let the feed end."""
    feed = Feed(client)
    try:
        yield feed, Waiter(client, feed, limits, say)
    finally:
        feed.close()


def _upstream(wish: Wish) -> tuple[dict[str, t.Any], ...]:
    """Return upstream's objects when they are wanted; what is to go is observed instead."""
    if wish.state == "absent" or "operator" not in wish.stages or wish.only:
        return ()
    return read_upstream(wish.site)


def _narrowed(observed: Observed, only: frozenset[str]) -> Observed:
    """Return an observation as if there were only some of the objects."""
    if not only:
        return observed
    objects = {key: item for key, item in observed.objects.items() if key in only}
    return dataclasses.replace(observed, objects=objects, owned=observed.owned & only)


def _without_waits(plan: Plan) -> Plan:
    """Return the plan without waiting for Ceph and its operator.

    Definitions and namespaces are still waited for: without them the next step cannot be done. Of
    what goes, all is that others wait for: an operator that goes before lets nothing go any more.
    """
    needed = {need for step in plan.steps for need in step.needs if plan.state == "absent"}
    dropped = {
        step.id: step
        for step in plan.steps
        if step.op == "wait" and step.id not in needed and not step.target.startswith(PREREQUISITES)
    }

    def through(needs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                other
                for need in needs
                for other in (through(dropped[need].needs) if need in dropped else (need,))
            )
        )

    steps = tuple(
        dataclasses.replace(step, needs=through(step.needs))
        for step in plan.steps
        if step.id not in dropped
    )
    return dataclasses.replace(plan, steps=steps)
