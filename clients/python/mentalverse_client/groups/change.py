"""From a planned change of members to the proposals of its commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mentalverse_crypto import group
from mentalverse_crypto.declared import DeclaredChange
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.proposals import Add, Proposal, Remove
from mentalverse_crypto.state import GroupState, Member
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.ids import AccountId

from ..account.trust import leaf_of, read_credential
from ..store.records import Outgoing


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What of a plan is not done so far; false if all is."""

    accounts: frozenset[AccountId] = frozenset()
    """To be added, with every device that has a KeyPackage."""
    devices: frozenset[Leaf] = frozenset()
    """To be added by themselves."""
    removed: frozenset[Leaf] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.devices or self.removed)


def outstanding(entry: Outgoing, leaves: Collection[Leaf]) -> Outstanding:
    """What a plan still asks for in a group with these leaves."""
    there = {account for account, _ in leaves}
    gone = (leaf for leaf in leaves if leaf[0] in entry.remove)
    devices = (leaf for leaf in entry.remove_devices if leaf in leaves)
    return Outstanding(
        accounts=frozenset(entry.add) - there,
        devices=frozenset(leaf for leaf in entry.add_devices if leaf not in leaves),
        removed=frozenset((*gone, *devices)),
    )


def proposals_for(
    state: GroupState, change: Outstanding, packages: Sequence[KeyPackage]
) -> list[Proposal]:
    """Removes of the leaves that go, Adds of the devices that come."""
    gone: list[Proposal] = [
        Remove(member.leaf_index)
        for member in group.members(state)
        if leaf_of(member.credential) in change.removed
    ]
    return gone + [Add(package) for package in packages if _is_for(package, change)]


def _is_for(package: KeyPackage, change: Outstanding) -> bool:
    leaf = leaf_of(package.leaf_node.credential)
    return leaf in change.devices or leaf[0] in change.accounts


def declare(members: Iterable[Member]) -> list[DeclaredChange]:
    """How `authenticated_data` names the members that a commit adds or removes."""
    devices = (read_credential(member.credential) for member in members)
    return [DeclaredChange(device.account_id, device.device_id) for device in devices]
