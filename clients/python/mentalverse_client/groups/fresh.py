"""A fresh group for a conversation whose members could not apply a commit.

The server says which conversation is frozen, who begins, and with which devices
(`signaling.freezing`). What it says can leave somebody out; it can let nobody in:
the devices are of the group as this device knows it, and the resumption PSK of the
last epoch all agreed on is part of the fresh group's keys.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from mentalverse_crypto import declared, group, persist
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.proposals import Add, PreSharedKey, Proposal
from mentalverse_crypto.psk import PskStore, ResumptionPsk, ResumptionPSKUsage
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.events import CommitAccepted, ConversationView
from mentalverse_signaling.freeze_events import FrozenView
from mentalverse_signaling.freezing import staying
from mentalverse_signaling.ids import ClientId, id_bytes, new_id

from ..account.device import Device
from ..account.trust import leaf_of, read_credential
from ..store.messages import Origin, notice
from ..store.records import (
    Staged,
    Standing,
    load,
    replace_record,
    save,
    save_conversation,
    save_message,
)
from .bundle import carried
from .commit_rules import check_members
from .founding import found
from .opening import encrypt_anew, fresh_entrance
from .room import Room

_NONCE_BYTES = 32


def heed(room: Room, view: ConversationView) -> bool:
    """Take over what the server says of a freeze; whether something is different."""
    before = (room.record, room.freeze)
    room.freeze = view.frozen
    standing, is_out = room.record.standing, view.left_seq is not None
    is_over = view.group != room.record.group
    if standing in (Standing.OPENING, Standing.LEFT):
        pass
    elif standing is Standing.BROKEN and room.record.frozen and is_over and is_out:
        room.update_record(
            standing=Standing.LEFT,
            frozen=False,
            rejects=None,
            cause="the others could not apply a change and went on without you",
        )
    elif room.record.frozen is not (view.frozen is not None or is_over):
        room.update_record(frozen=not room.record.frozen)
    return before != (room.record, room.freeze)


def is_stuck(room: Room) -> bool:
    """Whether a conversation is frozen for good, as far as its members go."""
    return room.freeze is not None and not room.freeze.makers


def reason(room: Room) -> str:
    """Why nothing is sent before there is a fresh group, for the person; else ""."""
    if not room.record.frozen:
        return ""
    if is_stuck(room):
        return (
            "The encryption had to be set up anew too often. The people who run this "
            "server are told. You can begin a new conversation."
        )
    return "A change could not be applied, so the encryption is being set up anew."


def wanted(room: Room, own: Leaf, freeze: FrozenView) -> frozenset[Leaf]:
    """The devices to add: those named that are known to be in the group."""
    there = {leaf for leaf in room.leaves if leaf[1] in freeze.devices}
    accounts = staying({account for account, _ in there | {own}}, freeze.committer)
    return frozenset(leaf for leaf in there - {own} if leaf[0] in accounts)


def stage(
    device: Device, room: Room, freeze: FrozenView, packages: Sequence[KeyPackage]
) -> Staged:
    """Make the first commit of the fresh group, and store it with where it leads.

    Raises:
        MlsError: a package or its credential is not acceptable.
        CommitRefused: too many people would be in the group.
    """
    state, check = room.state, device.check()
    group_id = bytes.fromhex(new_id(device.rng))
    alone = found(device, group_id, room.record.kind, state.suite)
    usage = ResumptionPSKUsage.APPLICATION
    nonce = device.rng(_NONCE_BYTES)
    psk = ResumptionPsk(usage, state.group_id, freeze.epoch, nonce)
    proposals: list[Proposal] = [*map(Add, packages), PreSharedKey(psk)]
    client_id = ClientId(new_id(device.rng))
    added = [read_credential(each.leaf_node.credential) for each in packages]
    made = group.stage_commit(
        alone,
        proposals,
        declared.encode(
            id_bytes(client_id),
            [declared.DeclaredChange(d.account_id, d.device_id) for d in added],
        ),
        validate_credential=check,
        now=device.now(),
        rng=device.rng,
        psks=state.psk_store(PskStore()),
        client_of=client_of,
    )
    check_members(room.record.kind, made.state)
    bundle = carried(device.rng, made.commit, made.welcome, made.group_info)
    staged = Staged(
        client_id=client_id,
        epoch=0,
        commit=bundle.commit,
        welcome=bundle.welcome,
        group_info=bundle.group_info,
        next_state=persist.serialise(made.state),
        parts=bundle.parts,
    )
    with device.profile.vault.transaction() as write:
        save(write, "fresh", staged, room.id)
        check.save(write)
    return staged


def staged(device: Device, room: Room) -> Staged | None:
    """The first commit that was made, and whose answer is not known."""
    return load(device.profile.vault, Staged, "fresh", room.id)


def unstage(device: Device, room: Room) -> None:
    """Drop a first commit: somebody else begins."""
    with device.profile.vault.transaction() as write:
        write.delete("fresh", room.id)


def enter(device: Device, room: Room, made: Staged, accepted: CommitAccepted) -> None:
    """Go on in the fresh group that the server has taken, stored."""
    state = persist.restore(made.next_state)
    own = device.profile.identity.account
    record = replace_record(
        room.record,
        group=state.group_id.hex(),
        standing=Standing.ACTIVE,
        cursor=accepted.seq,
        cause="",
        rejects=None,
        frozen=False,
        keys_at_ms=device.now_ms(),
    )
    at = datetime.fromtimestamp(accepted.at / 1000, UTC)
    line = notice("", Origin(room.id, accepted.seq, at, own, mine=True))
    vault = device.profile.vault
    with vault.transaction() as write:
        save_conversation(write, record, state)
        write.delete("staged", room.id)
        write.delete("fresh", room.id)
        encrypt_anew(vault, write, device.leaf, record)
        save_message(write, fresh_entrance(room, state, own, line))
    room.enter(record, state)


def for_leaves(
    packages: Sequence[KeyPackage], leaves: Collection[Leaf]
) -> list[KeyPackage]:
    """The packages that are of one of these devices."""
    return [p for p in packages if leaf_of(p.leaf_node.credential) in leaves]
