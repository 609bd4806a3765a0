"""From a planned change of members to the proposals of its commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from mentalverse_crypto import group
from mentalverse_crypto.declared import DeclaredChange
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.proposals import Add, Proposal, Remove
from mentalverse_crypto.state import GroupState, Member
from mentalverse_signaling.ids import AccountId

from .trust import leaf_of, read_credential


def proposals_for(
    state: GroupState,
    add: Collection[AccountId],
    remove: Collection[AccountId],
    packages: Sequence[KeyPackage],
) -> list[Proposal]:
    """Remove every device of `remove`; add the devices of `add` by their packages."""
    gone: list[Proposal] = [
        Remove(member.leaf_index)
        for member in group.members(state)
        if leaf_of(member.credential)[0] in remove
    ]
    return gone + [
        Add(package)
        for package in packages
        if leaf_of(package.leaf_node.credential)[0] in add
    ]


def declare(members: Iterable[Member]) -> list[DeclaredChange]:
    """How `authenticated_data` names the members that a commit adds or removes."""
    devices = (read_credential(member.credential) for member in members)
    return [DeclaredChange(device.account_id, device.device_id) for device in devices]
