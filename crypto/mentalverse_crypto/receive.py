"""Reading what others sent: proposals, commits, application data (§6, §12)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from . import proposal_list, protection
from .apply_commit import apply_commit
from .ciphersuite import CipherSuite
from .errors import (
    EpochTooNew,
    EpochTooOld,
    InvalidMessage,
    InvalidProposal,
    OwnMessage,
    WrongGroup,
)
from .evidence import Evidence
from .framing import (
    AuthenticatedContent,
    ContentType,
    PrivateMessage,
    PublicMessage,
    SenderType,
    decode_message,
)
from .group_info import ExternalSender, external_senders
from .leaf import LeafNode
from .policy import (
    Checks,
    ClientOf,
    Permit,
    ValidateCredential,
    permit_all,
    whole_credential,
)
from .proposal_list import Applied, SentProposal
from .proposals import Add, Commit, Proposal
from .psk import PreSharedKeyID, PskStore
from .ratchet_tree import RatchetTree
from .secret_tree import SecretTree
from .state import (
    GroupState,
    Member,
    PastEpoch,
    holds_expired,
    member_of,
    without_expired,
)


class ProcessedKind(Enum):
    """What a message turned out to be."""

    APPLICATION = "application"
    PROPOSAL = "proposal"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True)
class Processed:
    """A message read, and the state after it."""

    state: GroupState
    kind: ProcessedKind
    sender: Member | None
    """None for an external sender of a proposal. For a commit the member as it
    was when it sent; for an external commit as it joined."""
    epoch: int
    """Of the message: for a commit the one that it ended."""
    generation: int | None
    """Of the sender's ratchet; None for a PublicMessage."""
    authenticated_data: bytes
    signature: bytes
    """Over FramedContentTBS (§6.1)."""
    plaintext: bytes | None = field(default=None, repr=False)
    proposal: Proposal | None = None
    proposal_ref: bytes | None = None
    added: tuple[Member, ...] = ()
    removed: tuple[Member, ...] = ()
    updated: tuple[Member, ...] = ()
    """With new keys, the committer included, as they are afterwards."""
    external: bool = False
    """The commit came from outside: its sender joined by it (§12.4.3.2)."""
    psk_ids: tuple[PreSharedKeyID, ...] = ()
    """The pre-shared keys that the commit took: its sender held them."""
    self_removed: bool = False
    """The commit removed this member; `state` can only read late messages."""
    group_context: bytes = field(default=b"", repr=False)
    """Of the epoch of application data, encoded: its signature covers it."""
    sender_leaf_node: LeafNode | None = field(default=None, repr=False)
    """For application data only."""

    @property
    def sender_leaf(self) -> int | None:
        """Leaf index of the sender."""
        return None if self.sender is None else self.sender.leaf_index

    def evidence(self) -> Evidence | None:
        """What to keep of application data so as to report it; None for the rest."""
        if self.sender is None or self.sender_leaf_node is None:
            return None
        return Evidence(
            epoch=self.epoch,
            leaf_index=self.sender.leaf_index,
            authenticated_data=self.authenticated_data,
            signature=self.signature,
            group_context=self.group_context,
            leaf_node=self.sender_leaf_node.encode(),
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A message whose signature holds."""

    state: GroupState
    content: AuthenticatedContent
    sender: Member | None
    generation: int | None
    context: bytes
    leaf: LeafNode | None = None
    """The sender's, when it is a member."""


def process(
    state: GroupState,
    message: bytes,
    validate_credential: ValidateCredential,
    now: datetime,
    *,
    psks: PskStore | None = None,
    client_of: ClientOf = whole_credential,
    permit: Permit = permit_all,
) -> Processed:
    """What an `MLSMessage` says and the state after it.

    Raises:
        DecodeError, UnsupportedError: malformed, or not of our profile.
        WrongGroup, EpochTooOld, EpochTooNew: not for this state.
        OwnMessage: sent by this leaf.
        GenerationSpent, GenerationTooFarAhead: its key is gone or out of reach.
        DecryptError, SignatureError, InvalidMessage: forged or broken.
        CommitError and the errors of leaves and trees: not a valid handshake.
        UnknownPsk: a commit needs a PSK that is not in `psks`.
        NotActive: a handshake for a state that cannot follow it.
    """
    body = decode_message(message)
    checks = Checks(state.policy, validate_credential, client_of, now, permit)
    if holds_expired(state, now):
        state = without_expired(state, now)
    if isinstance(body, PrivateMessage):
        opened = _open_private(state, body)
    elif isinstance(body, PublicMessage):
        opened = _open_public(state, body)
    else:
        raise InvalidMessage("wire format is not that of a group message")
    match opened.content.content.content:
        case bytes() as plaintext:
            return _application(opened, plaintext)
        case Commit():
            return _commit(opened, checks, psks or PskStore())
        case proposal:
            return _proposal(opened, checks, proposal)


# --- opening ---


def _check_current(state: GroupState, group_id: bytes, epoch: int) -> None:
    if group_id != state.group_id:
        raise WrongGroup("message is of another group")
    if epoch > state.epoch:
        raise EpochTooNew("message is of a later epoch")
    if epoch < state.epoch:
        raise EpochTooOld("message is of an earlier epoch")


def _past_epoch(state: GroupState, message: PrivateMessage) -> PastEpoch | None:
    """The kept epoch that a late application message belongs to."""
    if message.content_type is not ContentType.APPLICATION:
        return None
    if message.group_id != state.group_id:
        return None
    return next((p for p in state.past if p.epoch == message.epoch), None)


def _open_private(state: GroupState, message: PrivateMessage) -> _Opened:
    past = _past_epoch(state, message)
    if past is not None:
        opened, tree = _open_with(
            state,
            message,
            past.tree,
            past.sender_data_secret,
            past.secret_tree,
            past.context,
        )
        kept = tuple(
            replace(p, secret_tree=tree) if p is past else p for p in state.past
        )
        return replace(opened, state=replace(state, past=kept))
    _check_current(state, message.group_id, message.epoch)
    if message.content_type is not ContentType.APPLICATION:
        state.require_active()
    opened, tree = _open_with(
        state,
        message,
        state.tree,
        state.secrets.sender_data_secret,
        state.secret_tree,
        state.context,
    )
    return replace(opened, state=replace(state, secret_tree=tree))


def _open_with(
    state: GroupState,
    message: PrivateMessage,
    tree: RatchetTree,
    sender_data_secret: bytes,
    secret_tree: SecretTree,
    context: bytes,
) -> tuple[_Opened, SecretTree]:
    """A PrivateMessage opened and verified with the keys of one epoch."""
    suite: CipherSuite = state.suite
    data = protection.open_sender_data(suite, message, sender_data_secret)
    if data.leaf_index == state.own_leaf:
        raise OwnMessage("message was sent by this leaf")
    leaf = tree.leaf(data.leaf_index)
    if leaf is None:
        raise InvalidMessage("sender's leaf is blank")
    secret_tree, content = protection.open_private(
        suite, message, data, secret_tree, state.policy.ratchet_limits
    )
    protection.verify_content(leaf.signature_key, content, context)
    sender = member_of(data.leaf_index, leaf)
    opened = _Opened(state, content, sender, data.generation, context, leaf)
    return opened, secret_tree


def _open_public(state: GroupState, message: PublicMessage) -> _Opened:
    content = message.content
    _check_current(state, content.group_id, content.epoch)
    state.require_active()
    kind = content.sender.sender_type
    if kind is SenderType.MEMBER and not state.policy.public_messages_from_members:
        raise InvalidMessage("members' messages must be encrypted here")
    opened = protection.open_public(
        message, state.secrets.membership_key, state.context
    )
    key, sender = _public_sender(state, message)
    protection.verify_content(key, opened, state.context)
    return _Opened(state, opened, sender, None, state.context)


def _public_sender(
    state: GroupState, message: PublicMessage
) -> tuple[bytes, Member | None]:
    """The signature key of a PublicMessage's sender (§6.1)."""
    content = message.content
    match content.sender.sender_type, content.content:
        case SenderType.MEMBER, _:
            leaf = state.tree.leaf(content.sender.index)
            if leaf is None:
                raise InvalidMessage("sender's leaf is blank")
            return leaf.signature_key, member_of(content.sender.index, leaf)
        case SenderType.EXTERNAL, body if not isinstance(body, Commit):
            return external_sender(state, content.sender.index).signature_key, None
        case SenderType.NEW_MEMBER_PROPOSAL, Add(key_package):
            return key_package.leaf_node.signature_key, None
        case SenderType.NEW_MEMBER_COMMIT, Commit(_, path) if path is not None:
            return path.leaf_node.signature_key, None
        case _:
            raise InvalidMessage("sender type does not fit the content")


def external_sender(state: GroupState, index: int) -> ExternalSender:
    """An entry of the group's `external_senders` (§12.1.8.1).

    Raises:
        InvalidMessage: there is no such entry.
    """
    senders = external_senders(state.group_context.extensions)
    if index >= len(senders):
        raise InvalidMessage("external sender is unknown")
    return senders[index]


# --- acting on it ---


def _processed(opened: _Opened, state: GroupState, kind: ProcessedKind) -> Processed:
    framed = opened.content.content
    return Processed(
        state=state,
        kind=kind,
        sender=opened.sender,
        epoch=framed.epoch,
        generation=opened.generation,
        authenticated_data=framed.authenticated_data,
        signature=opened.content.auth.signature,
    )


def _application(opened: _Opened, plaintext: bytes) -> Processed:
    done = _processed(opened, opened.state, ProcessedKind.APPLICATION)
    return replace(
        done,
        plaintext=plaintext,
        group_context=opened.context,
        sender_leaf_node=opened.leaf,
    )


def _proposal(opened: _Opened, checks: Checks, proposal: Proposal) -> Processed:
    state = opened.state
    if len(state.proposals) >= state.policy.max_pending_proposals:
        raise InvalidProposal("too many proposals wait in this epoch")
    sent = SentProposal(proposal, opened.content.content.sender)
    proposal_list.check_proposal_12_1(checks, state.group_context, state.tree, sent)
    ref = opened.content.proposal_ref()
    state = replace(state, proposals={**state.proposals, ref: sent})
    done = _processed(opened, state, ProcessedKind.PROPOSAL)
    return replace(done, proposal=proposal, proposal_ref=ref)


def _commit(opened: _Opened, checks: Checks, psks: PskStore) -> Processed:
    result = apply_commit(opened.state, checks, opened.content, psks)
    state, applied = result.state, result.applied
    sender_type = opened.content.content.sender.sender_type
    external = sender_type is SenderType.NEW_MEMBER_COMMIT
    joined = _member_at(state, result.committer) if external else ()
    done = _processed(opened, state, ProcessedKind.COMMIT)
    return replace(
        done,
        sender=joined[0] if joined else opened.sender,
        added=(*_added(applied), *joined),
        removed=tuple(member_of(i, leaf) for i, leaf in applied.removed),
        updated=() if result.self_removed else _updated(opened, state, applied),
        external=external,
        psk_ids=applied.psk_ids,
        self_removed=result.self_removed,
    )


def _added(applied: Applied) -> tuple[Member, ...]:
    return tuple(member_of(i, p.leaf_node) for i, p in applied.added)


def _updated(
    opened: _Opened, state: GroupState, applied: Applied
) -> tuple[Member, ...]:
    indices = list(applied.updated)
    content = opened.content.content.content
    if isinstance(content, Commit) and content.path and opened.sender:
        indices.append(opened.sender.leaf_index)
    return tuple(m for index in indices for m in _member_at(state, index))


def _member_at(state: GroupState, index: int) -> tuple[Member, ...]:
    leaf = state.tree.leaf(index)
    return () if leaf is None else (member_of(index, leaf),)
