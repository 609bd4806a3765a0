"""How a conversation begins on this device: made here, or entered by a Welcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from mentalverse_crypto import group
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.errors import InvalidWelcome
from mentalverse_crypto.psk import PskStore, ResumptionPsk, ResumptionPSKUsage
from mentalverse_crypto.public import read_welcome
from mentalverse_crypto.state import GroupState, Member
from mentalverse_crypto.welcome import Joined
from mentalverse_signaling.conversation import (
    ConversationKind,
    Leaf,
    seat_of_founder,
)
from mentalverse_signaling.events import GroupWelcomed
from mentalverse_signaling.ids import AccountId, ClientId, ConversationId, new_id

from ..account.device import Device
from ..account.keys import KeyPool
from ..account.trust import leaf_of
from ..store.messages import Message, Origin, notice
from ..store.records import (
    ConversationRecord,
    Outgoing,
    Standing,
    Task,
    append_outgoing,
    load_all,
    load_group,
    outbox,
    replace_record,
    save_conversation,
    save_message,
    save_outgoing,
)
from ..store.vault import Transaction, Vault
from .commit_rules import check_members, leaves_of
from .founding import found, mv_group
from .passed_over import settle_passed
from .room import Room


def _nothing(write: Transaction, conversation: ConversationId) -> None:
    """Nothing else is to become durable."""


def create(
    device: Device,
    kind: ConversationKind,
    add: Sequence[AccountId],
    staff: Sequence[AccountId] = (),
    beside: Callable[[Transaction, ConversationId], None] = _nothing,
) -> tuple[Room, int]:
    """A new conversation, and where in its outbox the adding of `add` waits.

    Group, creation, invitations and what `beside` writes become durable together:
    after a crash the outbox goes on from wherever it was.
    """
    identity = device.profile.identity
    conversation = ConversationId(new_id(device.rng))
    group_id = new_id(device.rng)
    state = found(device, bytes.fromhex(group_id), kind, device.suites[0])
    record = ConversationRecord(
        id=conversation,
        group=group_id,
        kind=kind,
        standing=Standing.OPENING,
        cursor=0,
        read=0,
        keys_at_ms=device.now_ms(),
        seats={identity.account: seat_of_founder(kind)},
        suite_open=True,
    )
    vault = device.profile.vault
    with vault.transaction() as write:
        save_conversation(write, record, state)
        append_outgoing(vault, write, conversation, _entry(device, Task.CREATE))
        position = append_outgoing(
            vault,
            write,
            conversation,
            _entry(device, Task.CHANGE, tuple(add), tuple(staff)),
        )
        beside(write, conversation)
    return Room(device, record, state), position


def join(
    device: Device,
    keys: KeyPool,
    welcomed: GroupWelcomed,
    before: Room | None = None,
) -> tuple[ConversationRecord, GroupState]:
    """The conversation that a Welcome leads into, stored.

    Args:
        device: Who joins.
        keys: Its KeyPackages.
        welcomed: The Welcome.
        before: The conversation as this device has it, if it does. Unless the device
            is out of it, another group must prove that it continues this one.

    Raises:
        MlsError: the Welcome cannot be used.
        CommitRefused: too many people are in the group.
    """
    vault = device.profile.vault
    held = keys.held(read_welcome(welcomed.payload).refs)
    check = device.check()
    joined = group.join_welcome(
        welcomed.payload,
        held,
        check,
        device.now(),
        psks=PskStore() if before is None else before.state.psk_store(PskStore()),
        client_of=client_of,
    )
    state = joined.state
    check_members(welcomed.kind, state)
    if state.group_context.extensions != (mv_group(welcomed.kind),):
        raise InvalidWelcome("the group is of another kind")
    check_not_elsewhere(device, welcomed.conversation, state)
    _check_not_earlier(device, welcomed.conversation, state)
    record = ConversationRecord(
        id=welcomed.conversation,
        group=state.group_id.hex(),
        kind=welcomed.kind,
        standing=Standing.ACTIVE,
        cursor=welcomed.joined_seq,
        read=welcomed.joined_seq,
        keys_at_ms=device.now_ms(),
    )
    entrance = _entrance(device, welcomed, joined.inviter)
    if before is not None and _is_fresh(before, state):
        check_continues(before, joined)
        record = replace_record(
            record, read=before.record.read, seats=before.record.seats
        )
        by, _ = leaf_of(joined.inviter.credential)
        entrance = fresh_entrance(before, state, by, entrance)
    used = [kept for kept in held if kept.ref == joined.key_package_ref]
    with vault.transaction() as write:
        save_conversation(write, record, state)
        write.delete("staged", record.id)
        write.delete("fresh", record.id)
        encrypt_anew(vault, write, device.leaf, record)
        save_message(write, entrance)
        keys.spend(write, used)
        check.save(write)
    return record, state


def encrypt_anew(
    vault: Vault, write: Transaction, own: Leaf, record: ConversationRecord
) -> None:
    """Let what waits be encrypted again, on a device that has another leaf than before.

    What the earlier leaf encrypted nobody can read. What the server took before that is
    sent, see `passed_over`.
    """
    conversation = record.id
    settle_passed(vault, write, own, record)
    for position, entry in outbox(vault, conversation):
        if not entry.accepted and entry.payload:
            anew = msgspec.structs.replace(entry, payload=b"", evidence=None)
            save_outgoing(write, conversation, position, anew)


def _entrance(device: Device, welcomed: GroupWelcomed, inviter: Member) -> Message:
    """The first line of what this device can read."""
    by, _ = leaf_of(inviter.credential)
    origin = Origin(
        conversation=welcomed.conversation,
        seq=welcomed.joined_seq,
        at=device.now(),
        account=by,
        mine=False,
    )
    return notice(f"{{{by}}} added {{{device.profile.identity.account}}}", origin)


def _entry(
    device: Device,
    task: Task,
    add: tuple[AccountId, ...] = (),
    staff: tuple[AccountId, ...] = (),
) -> Outgoing:
    return Outgoing(
        task=task,
        client_id=ClientId(new_id(device.rng)),
        written_at_ms=device.now_ms(),
        add=add,
        staff=staff,
    )


def check_not_elsewhere(
    device: Device, conversation: ConversationId, state: GroupState
) -> None:
    """One group under two conversations would ratchet one leaf from two states."""
    for other in load_all(device.profile.vault, ConversationRecord, "conversation"):
        if other.group == state.group_id.hex() and other.id != conversation:
            raise InvalidWelcome("the group belongs to another conversation")


def _check_not_earlier(
    device: Device, conversation: ConversationId, state: GroupState
) -> None:
    """An old Welcome to a last-resort KeyPackage leads back to spent keys."""
    held = load_group(device.profile.vault, conversation)
    if held is None or held.group_id != state.group_id:
        return
    if state.epoch <= held.epoch:
        raise InvalidWelcome("the Welcome is older than what is known of the group")


def _is_fresh(before: Room, state: GroupState) -> bool:
    is_out = before.record.standing is Standing.LEFT
    return not is_out and state.group_id != before.state.group_id


def check_continues(before: Room, joined: Joined) -> None:
    """Whether a group continues the one of a conversation whose commit did not apply.

    It is the first epoch, holds nobody who was not there, and takes the resumption PSK
    of an epoch of the group before: who was not in that one cannot have made it.

    Raises:
        InvalidWelcome: it does not.
    """
    state = joined.state
    proofs = [
        psk
        for psk in joined.psk_ids
        if isinstance(psk, ResumptionPsk)
        and psk.usage is ResumptionPSKUsage.APPLICATION
        and psk.psk_group_id == before.state.group_id
    ]
    if not proofs or state.epoch != 1:
        raise InvalidWelcome("the group does not continue the one before")
    if state.suite is not before.state.suite:
        raise InvalidWelcome("the group has another suite than the one before")
    if not {account for account, _ in leaves_of(state)} <= before.accounts:
        raise InvalidWelcome("somebody new is in the group")


def fresh_entrance(
    before: Room, state: GroupState, by: AccountId, entrance: Message
) -> Message:
    """The line that says that a conversation goes on in a fresh group, and for whom."""
    there = {account for account, _ in leaves_of(state)}
    gone = [
        f"{{{account}}} is not in it any more"
        for account in sorted(before.accounts - there)
    ]
    text = f"{{{by}}} set up the encryption anew, because a change could not be applied"
    return replace(entrance, text="; ".join((text, *gone)))
