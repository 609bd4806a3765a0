"""A group state as bytes, and back, complete.

The format is our own, in the notation of §2.1: a version, then every field of
`GroupState` in order. Version 1 knew no ages and no ReInit: its epochs end when
they are next looked at. The bytes hold every secret of the member and belong in a
sealed store, never in a backup: a state restored to an earlier moment would use
message keys twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from .ciphersuite import SignatureKeyPair
from .codec import Reader, decode, opaque, optional, u8, u16, u32, u64, vector
from .errors import CorruptState, DecodeError, UnsupportedError
from .framing import Sender
from .group_info import GroupContext
from .key_schedule import EpochSecrets
from .policy import Policy, RatchetLimits
from .proposal_list import SentProposal
from .proposals import ProposalType, ReInit, encode_proposal, read_proposal
from .ratchet_tree import RatchetTree
from .secret_tree import (
    MessageKey,
    Ratchet,
    RatchetKind,
    SecretTree,
)
from .state import GroupState, GroupStatus, OwnUpdate, PastEpoch

FORMAT_VERSION = 2

K = TypeVar("K")
V = TypeVar("V")


def serialise(state: GroupState) -> bytes:
    """The state as bytes, with its policy."""
    return u16(FORMAT_VERSION) + _encode_state(state) + _encode_ages(state)


def restore(data: bytes) -> GroupState:
    """The state that `serialise` was given, equal in every field.

    Raises:
        CorruptState: damaged, or of a version that is not known here.
    """
    try:
        return decode(_read_versioned, data)
    except (DecodeError, UnsupportedError, ValueError) as error:
        raise CorruptState("stored group state cannot be read") from error


def _read_versioned(reader: Reader) -> GroupState:
    match reader.u16():
        case 2:
            return _read_ages(reader, _read_state(reader))
        case 1:
            return _read_state(reader)
        case _:
            raise DecodeError("unknown format version")


def _encode_map(
    values: Mapping[K, V], key: Callable[[K], bytes], value: Callable[[V], bytes]
) -> bytes:
    return vector(key(k) + value(v) for k, v in values.items())


def _read_map(
    reader: Reader, key: Callable[[Reader], K], value: Callable[[Reader], V]
) -> dict[K, V]:
    return dict(reader.vector(lambda r: (key(r), value(r))))


# --- parts ---


def _encode_policy(policy: Policy) -> bytes:
    return (
        u32(policy.max_leaves)
        + u8(policy.basic_credentials_only)
        + u8(policy.public_messages_from_members)
        + u8(policy.distinct_clients)
        + vector(map(u16, sorted(policy.external_proposals)))
        + u8(policy.new_member_proposals)
        + u16(policy.max_pending_proposals)
        + u64(policy.max_lifetime_seconds)
        + u16(policy.past_epochs)
        + u16(policy.resumption_epochs)
        + u8(policy.commit_before_application)
        + u32(policy.ratchet_limits.out_of_order_window)
        + u32(policy.ratchet_limits.forward_generations)
    )


def _read_policy(reader: Reader) -> Policy:
    return Policy(
        max_leaves=reader.u32(),
        basic_credentials_only=bool(reader.u8()),
        public_messages_from_members=bool(reader.u8()),
        distinct_clients=bool(reader.u8()),
        external_proposals=frozenset(reader.vector(lambda r: ProposalType(r.u16()))),
        new_member_proposals=bool(reader.u8()),
        max_pending_proposals=reader.u16(),
        max_lifetime_seconds=reader.u64(),
        past_epochs=reader.u16(),
        resumption_epochs=reader.u16(),
        commit_before_application=bool(reader.u8()),
        ratchet_limits=RatchetLimits(reader.u32(), reader.u32()),
    )


def _encode_key_pair(pair: SignatureKeyPair) -> bytes:
    return opaque(pair.private) + opaque(pair.public)


def _read_key_pair(reader: Reader) -> SignatureKeyPair:
    return SignatureKeyPair(reader.opaque(), reader.opaque())


def _encode_secrets(secrets: EpochSecrets) -> bytes:
    return b"".join(opaque(getattr(secrets, name)) for name in EpochSecrets.__slots__)


def _read_secrets(reader: Reader) -> EpochSecrets:
    return EpochSecrets(*(reader.opaque() for _ in EpochSecrets.__slots__))


def _encode_message_key(key: MessageKey) -> bytes:
    return u32(key.generation) + opaque(key.key) + opaque(key.nonce)


def _read_message_key(reader: Reader) -> MessageKey:
    return MessageKey(reader.u32(), reader.opaque(), reader.opaque())


def _encode_ratchet(ratchet: Ratchet) -> bytes:
    skipped = vector(map(_encode_message_key, ratchet.skipped.values()))
    return u64(ratchet.generation) + opaque(ratchet.secret) + skipped


def _read_ratchet(reader: Reader) -> Ratchet:
    generation, secret = reader.u64(), reader.opaque()
    skipped = reader.vector(_read_message_key)
    return Ratchet(generation, secret, {key.generation: key for key in skipped})


def _encode_ratchet_name(name: tuple[int, RatchetKind]) -> bytes:
    return u32(name[0]) + u8(name[1])


def _read_ratchet_name(reader: Reader) -> tuple[int, RatchetKind]:
    return reader.u32(), RatchetKind(reader.u8())


def _encode_secret_tree(tree: SecretTree) -> bytes:
    return (
        u32(tree.leaf_count)
        + _encode_map(tree.nodes, u32, opaque)
        + _encode_map(tree.ratchets, _encode_ratchet_name, _encode_ratchet)
    )


def _read_secret_tree(reader: Reader) -> SecretTree:
    return SecretTree(
        reader.u32(),
        _read_map(reader, Reader.u32, Reader.opaque),
        _read_map(reader, _read_ratchet_name, _read_ratchet),
    )


def _encode_sent(sent: SentProposal) -> bytes:
    return encode_proposal(sent.proposal) + sent.sender.encode()


def _read_sent(reader: Reader) -> SentProposal:
    return SentProposal(read_proposal(reader), Sender.read(reader))


def _encode_own_update(update: OwnUpdate) -> bytes:
    return opaque(update.encryption_private) + _encode_key_pair(update.signature_key)


def _read_own_update(reader: Reader) -> OwnUpdate:
    return OwnUpdate(reader.opaque(), _read_key_pair(reader))


def _encode_past(past: PastEpoch) -> bytes:
    return (
        u64(past.epoch)
        + opaque(past.context)
        + past.tree.encode()
        + opaque(past.sender_data_secret)
        + _encode_secret_tree(past.secret_tree)
    )


def _read_past(reader: Reader) -> PastEpoch:
    return PastEpoch(
        reader.u64(),
        reader.opaque(),
        RatchetTree.read(reader),
        reader.opaque(),
        _read_secret_tree(reader),
    )


# --- the whole ---


def _encode_state(state: GroupState) -> bytes:
    return b"".join(
        (
            _encode_policy(state.policy),
            opaque(state.context),
            state.tree.encode(),
            u32(state.own_leaf),
            _encode_key_pair(state.signature_key),
            _encode_map(state.private_keys, u32, opaque),
            _encode_secrets(state.secrets),
            _encode_secret_tree(state.secret_tree),
            opaque(state.interim_transcript_hash),
            opaque(state.confirmation_tag),
            _encode_map(state.proposals, opaque, _encode_sent),
            _encode_map(state.own_updates, opaque, _encode_own_update),
            vector(map(_encode_past, state.past)),
            _encode_map(state.resumption_psks, u64, opaque),
            u8(state.status),
        )
    )


def _read_state(reader: Reader) -> GroupState:
    policy, context = _read_policy(reader), reader.opaque()
    return GroupState(
        policy=policy,
        group_context=decode(GroupContext.read, context),
        context=context,
        tree=RatchetTree.read(reader),
        own_leaf=reader.u32(),
        signature_key=_read_key_pair(reader),
        private_keys=_read_map(reader, Reader.u32, Reader.opaque),
        secrets=_read_secrets(reader),
        secret_tree=_read_secret_tree(reader),
        interim_transcript_hash=reader.opaque(),
        confirmation_tag=reader.opaque(),
        proposals=_read_map(reader, Reader.opaque, _read_sent),
        own_updates=_read_map(reader, Reader.opaque, _read_own_update),
        past=reader.vector(_read_past),
        resumption_psks=_read_map(reader, Reader.u64, Reader.opaque),
        status=GroupStatus(reader.u8()),
    )


# --- what version 2 adds ---


def _encode_ages(state: GroupState) -> bytes:
    policy, reinit = state.policy, state.reinit
    return (
        u64(policy.past_seconds)
        + u64(policy.resumption_seconds)
        + u8(policy.suite_downgrades)
        + _encode_map(state.ended, u64, u64)
        + optional(None if reinit is None else encode_proposal(reinit))
    )


def _read_ages(reader: Reader, state: GroupState) -> GroupState:
    policy = replace(
        state.policy,
        past_seconds=reader.u64(),
        resumption_seconds=reader.u64(),
        suite_downgrades=bool(reader.u8()),
    )
    ended = _read_map(reader, Reader.u64, Reader.u64)
    reinit = reader.optional(read_proposal)
    if not (reinit is None or isinstance(reinit, ReInit)):
        raise DecodeError("not a ReInit")
    return replace(state, policy=policy, ended=ended, reinit=reinit)
