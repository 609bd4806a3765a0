"""What a member holds of a group: frozen, complete, without secrets in repr."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum

from .ciphersuite import CipherSuite, SignatureKeyPair
from .errors import NotActive
from .group_info import GroupContext
from .key_schedule import EpochSecrets
from .leaf import Credential, LeafNode
from .policy import Policy
from .proposal_list import SentProposal
from .proposals import ReInit
from .psk import PskStore
from .ratchet_tree import RatchetTree
from .secret_tree import SecretTree
from .treekem import PrivateKeys
from .treemath import LeafIndex


class GroupStatus(IntEnum):
    """Whether a state can still act."""

    ACTIVE = 1
    REMOVED = 2
    """A commit removed this member: only late messages can be read."""
    REINITIALISED = 3
    """A ReInit was committed: the group continues under another id (§11.2)."""


@dataclass(frozen=True, slots=True)
class Member:
    """A leaf as an application sees it."""

    leaf_index: LeafIndex
    credential: Credential
    signature_key: bytes


def member_of(leaf_index: LeafIndex, leaf: LeafNode) -> Member:
    """The member at a leaf."""
    return Member(leaf_index, leaf.credential, leaf.signature_key)


@dataclass(frozen=True, slots=True)
class OwnUpdate:
    """Private keys of an Update of our own that waits for its commit."""

    encryption_private: bytes = field(repr=False)
    signature_key: SignatureKeyPair


@dataclass(frozen=True, slots=True)
class PastEpoch:
    """What late application messages of an earlier epoch need."""

    epoch: int
    context: bytes = field(repr=False)
    """Encoded GroupContext."""
    tree: RatchetTree = field(repr=False)
    sender_data_secret: bytes = field(repr=False)
    secret_tree: SecretTree = field(repr=False)


@dataclass(frozen=True, slots=True)
class GroupState:
    """A member's view of one epoch of a group, with what it keeps of earlier ones.

    Every operation takes a state and returns another. Whoever stores states
    writes the new one down before any bytes made with it leave the device:
    a state used twice would use a message key twice.
    """

    policy: Policy
    group_context: GroupContext
    context: bytes = field(repr=False)
    """`group_context` on the wire, kept because every signature covers it."""
    tree: RatchetTree = field(repr=False)
    own_leaf: LeafIndex
    signature_key: SignatureKeyPair
    private_keys: PrivateKeys = field(repr=False)
    secrets: EpochSecrets = field(repr=False)
    secret_tree: SecretTree = field(repr=False)
    interim_transcript_hash: bytes = field(repr=False)
    confirmation_tag: bytes = field(repr=False)
    proposals: Mapping[bytes, SentProposal] = field(default_factory=dict, repr=False)
    """Proposals of this epoch by `ProposalRef`, in order of arrival."""
    own_updates: Mapping[bytes, OwnUpdate] = field(default_factory=dict, repr=False)
    """By `ProposalRef`."""
    past: tuple[PastEpoch, ...] = field(default=(), repr=False)
    """Newest first."""
    resumption_psks: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    """By epoch, the current one included (§8.6)."""
    status: GroupStatus = GroupStatus.ACTIVE
    reinit: ReInit | None = None
    """With status `REINITIALISED`: what the group continues as."""
    ended: Mapping[int, int] = field(default_factory=dict)
    """When the earlier epochs in `past` and `resumption_psks` ended here, in Unix
    seconds."""

    @property
    def suite(self) -> CipherSuite:
        """The group's cipher suite."""
        return self.group_context.cipher_suite

    @property
    def group_id(self) -> bytes:
        """The group's identifier."""
        return self.group_context.group_id

    @property
    def epoch(self) -> int:
        """The current epoch."""
        return self.group_context.epoch

    def require_active(self) -> None:
        """Check that this member can act.

        Raises:
            NotActive: it was removed, or the group was reinitialised.
        """
        if self.status is not GroupStatus.ACTIVE:
            raise NotActive("this state is no longer active")

    def psk_store(self, held: PskStore) -> PskStore:
        """The keys held, with this group's own resumption keys."""
        own = {(self.group_id, e): psk for e, psk in self.resumption_psks.items()}
        return PskStore(held.external, {**held.resumption, **own})


def without_expired(state: GroupState, now: datetime) -> GroupState:
    """The state without the keys of earlier epochs that its policy drops by now.

    An epoch whose end is not known ends now. Call this from time to time for a
    group in which nothing happens: every message read does it too.
    """
    policy, seconds = state.policy, int(now.timestamp())
    earlier = {p.epoch for p in state.past} | set(state.resumption_psks)
    ended = {e: state.ended.get(e, seconds) for e in earlier - {state.epoch}}

    def is_kept(epoch: int, epochs: int, longest_seconds: int) -> bool:
        if epoch == state.epoch:
            return True
        age_seconds = seconds - ended[epoch]
        return epoch >= state.epoch - epochs and age_seconds <= longest_seconds

    past = tuple(
        p
        for p in state.past
        if is_kept(p.epoch, policy.past_epochs, policy.past_seconds)
    )
    psks = {
        epoch: psk
        for epoch, psk in state.resumption_psks.items()
        if is_kept(epoch, policy.resumption_epochs, policy.resumption_seconds)
    }
    kept = {p.epoch for p in past} | set(psks)
    ended = {epoch: at for epoch, at in ended.items() if epoch in kept}
    return replace(state, past=past, resumption_psks=psks, ended=ended)


def holds_expired(state: GroupState, now: datetime) -> bool:
    """Whether `without_expired` would drop a key; cheap, for every message."""
    seconds = int(now.timestamp())
    readable = seconds - state.policy.past_seconds
    kept = seconds - state.policy.resumption_seconds
    late = any(state.ended.get(p.epoch, kept - 1) < readable for p in state.past)
    return late or min(state.ended.values(), default=seconds) < kept
