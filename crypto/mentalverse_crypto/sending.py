"""Signing and framing what this member says (§6, §15)."""

from dataclasses import dataclass, replace

from . import protection
from .ciphersuite import Rng
from .errors import NotActive, ProposalsPending
from .evidence import Evidence
from .framing import (
    AuthenticatedContent,
    Content,
    FramedContent,
    FramedContentAuthData,
    Sender,
    WireFormat,
    encode_message,
    member,
)
from .state import GroupState


def author(
    state: GroupState,
    content: Content,
    authenticated_data: bytes,
    wire_format: WireFormat,
    sender: Sender | None = None,
) -> AuthenticatedContent:
    """A content of ours with its signature (§6.1); a commit still lacks its tag.

    We send as a member unless `sender` says otherwise.
    """
    framed = FramedContent(
        state.group_id,
        state.epoch,
        sender or member(state.own_leaf),
        authenticated_data,
        content,
    )
    signature = protection.sign_content(
        state.signature_key, wire_format, framed, state.context
    )
    return AuthenticatedContent(wire_format, framed, FramedContentAuthData(signature))


def frame(
    state: GroupState, content: AuthenticatedContent, rng: Rng
) -> tuple[GroupState, bytes]:
    """An authenticated content as an MLSMessage, and the state after it."""
    if content.wire_format is WireFormat.PUBLIC_MESSAGE:
        public = protection.protect_public(
            content, state.secrets.membership_key, state.context
        )
        return state, encode_message(public)
    tree, private = protection.protect_private(
        state.suite, content, state.secret_tree, state.secrets.sender_data_secret, rng
    )
    return replace(state, secret_tree=tree), encode_message(private)


def protect(
    state: GroupState, plaintext: bytes, authenticated_data: bytes, rng: Rng
) -> tuple[GroupState, bytes]:
    """Application data as an `MLSMessage`.

    Raises:
        NotActive: this member was removed.
        ProposalsPending: commit the waiting proposals first (§12.4).
    """
    content = _author_application(state, plaintext, authenticated_data)
    return frame(state, content, rng)


@dataclass(frozen=True, slots=True)
class Protected:
    """Application data as it is sent, and what proves later who wrote it."""

    state: GroupState
    message: bytes
    """`MLSMessage`."""
    evidence: Evidence


def protect_with_evidence(
    state: GroupState, plaintext: bytes, authenticated_data: bytes, rng: Rng
) -> Protected:
    """As `protect`, with the evidence that receivers keep of the message.

    Raises:
        NotActive, ProposalsPending: as `protect`.
    """
    content = _author_application(state, plaintext, authenticated_data)
    leaf = state.tree.leaf(state.own_leaf)
    if leaf is None:
        raise NotActive("own leaf is blank")
    evidence = Evidence(
        epoch=state.epoch,
        leaf_index=state.own_leaf,
        authenticated_data=authenticated_data,
        signature=content.auth.signature,
        group_context=state.context,
        leaf_node=leaf.encode(),
    )
    after, message = frame(state, content, rng)
    return Protected(after, message, evidence)


def _author_application(
    state: GroupState, plaintext: bytes, authenticated_data: bytes
) -> AuthenticatedContent:
    state.require_active()
    if state.policy.commit_before_application and _others_wait(state):
        raise ProposalsPending("proposals wait to be committed")
    return author(state, plaintext, authenticated_data, WireFormat.PRIVATE_MESSAGE)


def _others_wait(state: GroupState) -> bool:
    """Whether proposals wait that this member could commit: changes of its own
    leaf are for others to commit (§12.2)."""
    return any(p.target != state.own_leaf for p in state.proposals.values())
