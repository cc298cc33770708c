# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Rules of security groups, however Terraform's provider has them, in one form. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfservers import Known
    from ansible_collections.rookery.rook.plugins.module_utils._cloud_tfstate import Resource

# What has types and codes where others have ports.
_ICMP = frozenset({"icmp", "icmpv6", "ipv6-icmp", "1", "58"})


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule with the id of the group from which it lets in; what is not said is None."""

    address: str
    direction: str | None
    ethertype: str | None
    protocol: str | None
    low: int | None
    high: int | None
    cidr: str | None
    group: str | None
    addresses: str | None

    @property
    def beyond(self) -> str:
        """What of it cannot be declared; without that it would let in more. Empty for nothing."""
        if self.addresses:
            return f"is for the address group {self.addresses}. Declare it for each address"
        unset = self.low in (None, -1) or (self.low, self.high) == (0, 0)
        if self.protocol in _ICMP and not unset:
            return f"is for type {self.low} of {self.protocol}. Declare it for all types"
        return ""

    @property
    def ports(self) -> str | None:
        """The range as the declaration has it; -1 and 0 are how Nova and Terraform say any."""
        low, high = self.low, self.high
        if low in (None, -1) or high in (None, -1) or (low, high) == (0, 0):
            return None
        return str(low) if low == high else f"{low}-{high}"


def rules_of(group: Resource, known: Known) -> Iterator[Rule]:
    """Yield the rules inside a group, and those that are resources of their own."""
    for has in group.attributes.get("rule") or ():
        yield _rule(group.address, group.id, has, has.get("from_port"), has.get("to_port"))
    for each in known.typed("networking_secgroup_rule_v2"):
        has = each.attributes
        if has.get("security_group_id") == group.id:
            ends = has.get("port_range_min"), has.get("port_range_max")
            yield _rule(each.address, group.id, has, *ends)


def _rule(
    address: str, group: str, has: Mapping[str, t.Any], low: int | None, high: int | None
) -> Rule:
    protocol = has.get("protocol") or has.get("ip_protocol")
    return Rule(
        address,
        has.get("direction"),
        has.get("ethertype"),
        None if protocol in ("any", "-1") else protocol,
        low,
        high,
        has.get("remote_ip_prefix") or has.get("cidr"),
        group if has.get("self") else has.get("remote_group_id") or has.get("from_group_id"),
        has.get("remote_address_group_id"),
    )
