"""From a planned change of members to the proposals of its commit."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mentalverse_crypto import group
from mentalverse_crypto.declared import DeclaredChange
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.leaf import Credential
from mentalverse_crypto.proposals import Add, Proposal, Remove
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.ids import AccountId

from .trust import client_of, leaf_of, read_credential


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


def declared_effect(
    state: GroupState, proposals: Sequence[Proposal]
) -> tuple[list[DeclaredChange], list[DeclaredChange]]:
    """Whom the commit of `proposals`, and of those pending, adds and removes."""
    pending = group.committable(state, proposals, client_of)
    everything = [*proposals, *(state.proposals[ref].proposal for ref in pending)]
    members = {member.leaf_index: member.credential for member in group.members(state)}
    adds = [
        _declare(proposal.key_package.leaf_node.credential)
        for proposal in everything
        if isinstance(proposal, Add)
    ]
    removes = [
        _declare(members[proposal.removed])
        for proposal in everything
        if isinstance(proposal, Remove)
    ]
    return adds, removes


def _declare(credential: Credential) -> DeclaredChange:
    device = read_credential(credential)
    return DeclaredChange(device.account_id, device.device_id)
