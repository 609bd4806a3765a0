"""Coming back into a group from outside (RFC 9420 §12.4.3.2).

For a device that cannot follow a conversation any further, or was never added to one
that its account is in. It makes an external commit over the GroupInfo that the server
keeps, which removes its old leaf, and every member sees it.

Which GroupInfo the server gives is its choice. Three things keep it from leading this
device into a group of its own making: the group must be the one that is known, its
epoch no earlier, and, where every member of it was in the group that is known, the
commit needs the resumption PSK of that epoch (§8.6), which a former member lacks.
Members who came since lack it too: with one of them in the group it is left out, the
GroupInfo has to be signed by somebody who was there before, and what changed is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mentalverse_crypto import declared, external, group, persist
from mentalverse_crypto.codec import decode
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.errors import InvalidWelcome
from mentalverse_crypto.extensions import ExtensionType, find_extension
from mentalverse_crypto.framing import decode_message
from mentalverse_crypto.group_info import GroupInfo
from mentalverse_crypto.leaf import basic_credential
from mentalverse_crypto.psk import PskStore, ResumptionPsk, ResumptionPSKUsage
from mentalverse_crypto.ratchet_tree import RatchetTree
from mentalverse_crypto.state import GroupState
from mentalverse_crypto.treemath import LeafIndex
from mentalverse_signaling.conversation import ConversationKind, Leaf
from mentalverse_signaling.events import CommitAccepted
from mentalverse_signaling.ids import ClientId, ConversationId, id_bytes, new_id

from ..account.device import Device
from ..account.kept import archived_elsewhere, resumption_secrets
from ..account.suites import capabilities
from ..account.trust import leaf_of
from ..groups.bundle import carried_from_outside
from ..groups.commit_rules import (
    CommitRefused,
    check_members,
    leaves_of,
    may_return_unproven,
)
from ..groups.founding import mv_group
from ..groups.opening import check_not_elsewhere, encrypt_anew
from ..groups.room import Room
from ..store.messages import Origin, describe_change, notice
from ..store.records import (
    ConversationRecord,
    Staged,
    Standing,
    replace_record,
    save,
    save_conversation,
    save_message,
)

_NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Target:
    """A conversation to come back into."""

    id: ConversationId
    group_id: bytes
    kind: ConversationKind
    room: Room | None
    """As far as this device has it."""


def stage(device: Device, target: Target, group_info: bytes) -> Staged:
    """Make the external commit and store it with where it leads.

    Raises:
        MlsError: the GroupInfo is not one to join by, or not of this group.
        CommitRefused: too many people are in the group, or the members would not
            take a device this young without proof.
    """
    leaves = _leaves_of_info(group_info, target)
    replaces = next((at for at, leaf in leaves.items() if leaf == device.leaf), None)
    psks = _psks(device, target, leaves)
    lists = device.profile.lists
    if not psks.resumption and not may_return_unproven(
        lists, device.leaf, device.now()
    ):
        raise CommitRefused("a device this young is added by another one")
    client_id = ClientId(new_id(device.rng))
    account, device_id = map(id_bytes, device.leaf)
    own = declared.DeclaredChange(account, device_id)
    check = device.check()
    made = external.join_external(
        group_info,
        device.profile.device_key,
        basic_credential(device.profile.identity.credential),
        check,
        device.now(),
        device.rng,
        replaces=replaces,
        psk_ids=[_psk_id(device, key) for key in psks.resumption],
        psks=psks,
        authenticated_data=declared.encode(
            id_bytes(client_id), [own], [] if replaces is None else [own]
        ),
        capabilities=capabilities(device.suites),
        client_of=client_of,
    )
    check_members(target.kind, made.state)
    if made.state.group_context.extensions != (mv_group(target.kind),):
        raise InvalidWelcome("the group is of another kind")
    check_not_elsewhere(device, target.id, made.state)
    bundle = carried_from_outside(device.rng, made.commit, made.group_info)
    staged = Staged(
        client_id=client_id,
        epoch=made.state.epoch - 1,
        commit=bundle.commit,
        welcome=None,
        group_info=bundle.group_info,
        next_state=persist.serialise(made.state),
        parts=bundle.parts,
        entering=target.kind,
    )
    with device.profile.vault.transaction() as write:
        save(write, "staged", staged, target.id)
        check.save(write)
    return staged


def enter(
    device: Device, target: Target, staged: Staged, accepted: CommitAccepted
) -> Room:
    """The conversation from the row that brought this device in, stored."""
    state = _with_past(device, target, persist.restore(staged.next_state))
    before = None if target.room is None else target.room.record
    record = ConversationRecord(
        id=target.id,
        group=state.group_id.hex(),
        kind=target.kind,
        standing=Standing.ACTIVE,
        cursor=accepted.seq,
        read=accepted.seq if before is None else before.read,
        keys_at_ms=device.now_ms(),
    )
    if before is not None:
        record = replace_record(record, seats=before.seats, leaving=before.leaving)
    vault = device.profile.vault
    with vault.transaction() as write:
        save_conversation(write, record, state)
        write.delete("staged", record.id)
        write.delete("fresh", record.id)
        encrypt_anew(vault, write, device.leaf, record)
        text = _what_happened(
            device.leaf,
            target,
            state,
            is_archived=target.id in archived_elsewhere(vault),
        )
        account = device.profile.identity.account
        at = datetime.fromtimestamp(accepted.at / 1000, UTC)
        origin = Origin(record.id, accepted.seq, at, account, mine=True)
        save_message(write, notice(text, origin))
    if target.room is None:
        return Room(device, record, state)
    target.room.enter(record, state)
    return target.room


def _with_past(device: Device, target: Target, state: GroupState) -> GroupState:
    """The state with what proves that this device was in earlier epochs.

    It decrypts nothing, and lets the device into a fresh group that continues one.
    """
    if target.room is None:
        held = resumption_secrets(device.profile.vault, target.group_id)
    else:
        held = dict(target.room.state.resumption_psks)
    return replace(state, resumption_psks={**held, **state.resumption_psks})


def _what_happened(
    own: Leaf, target: Target, state: GroupState, *, is_archived: bool
) -> str:
    if target.room is None:
        came = f"{{{own[0]}}} came in on this device"
        return came if is_archived else f"{came}; what was before is not here"
    back = f"{{{own[0]}}} came back on this device; messages in between are not here"
    others = describe_change(
        leaves_of(target.room.state) - {own}, leaves_of(state) - {own}
    )
    return f"{back}; {others}" if others else back


def _leaves_of_info(group_info: bytes, target: Target) -> dict[LeafIndex, Leaf]:
    """Who is in the group of a GroupInfo, if it is the one to come back into.

    Nothing is verified: `external.join_external` does.
    """
    info = decode_message(group_info)
    if not isinstance(info, GroupInfo):
        raise InvalidWelcome("message is not a GroupInfo")
    if info.group_context.group_id != target.group_id:
        raise InvalidWelcome("the GroupInfo is of another group")
    if target.room is not None and info.group_context.epoch < target.room.state.epoch:
        raise InvalidWelcome("the GroupInfo is older than what is known of the group")
    tree = find_extension(info.extensions, ExtensionType.RATCHET_TREE)
    if tree is None:
        raise InvalidWelcome("the GroupInfo comes without a tree")
    nodes = decode(RatchetTree.read, tree).leaves()
    leaves = {index: leaf_of(leaf.credential) for index, leaf in nodes}
    _check_signer(leaves, info.signer, target)
    return leaves


def _check_signer(
    leaves: dict[LeafIndex, Leaf], signer: LeafIndex, target: Target
) -> None:
    """Newcomers are taken from somebody who was there, never from one of themselves.

    Whoever has an account and a GroupInfo, as a server has, can write a group that
    they have entered. That the others agreed, one of them has to sign.
    """
    if target.room is None or signer not in leaves:
        return  # there is nobody to compare with; or it is refused with the tree
    were = {account for account, _ in leaves_of(target.room.state)}
    if leaves[signer][0] not in were:
        raise InvalidWelcome("only somebody new says who came into the group")


def _psks(device: Device, target: Target, leaves: dict[LeafIndex, Leaf]) -> PskStore:
    """The PSK to prove an earlier epoch with: one that every member has, or none."""
    if target.room is None:
        held = resumption_secrets(device.profile.vault, target.group_id)
    else:
        state = target.room.state
        were = {m.leaf_index: leaf_of(m.credential) for m in group.members(state)}
        others = {at: leaf for at, leaf in leaves.items() if leaf != device.leaf}
        everyone_was = all(were.get(at) == leaf for at, leaf in others.items())
        held = dict(state.resumption_psks) if everyone_was else {}
    newest = max(held, default=None)
    if newest is None:
        return PskStore()
    return PskStore(resumption={(target.group_id, newest): held[newest]})


def _psk_id(device: Device, key: tuple[bytes, int]) -> ResumptionPsk:
    usage, nonce = ResumptionPSKUsage.APPLICATION, device.rng(_NONCE_BYTES)
    return ResumptionPsk(usage, *key, nonce)
