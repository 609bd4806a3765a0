"""Joining from outside by an external commit (§12.4.3.2).

A device that lost its state comes back this way: it removes its old leaf and
adds a fresh one in one commit, which every member sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from . import hpke, key_schedule, proposal_list, validation
from .ciphersuite import HASH_BYTES, CipherSuite, Rng, SignatureKeyPair
from .commit import begin_epoch, make_update_path, next_state, with_tag
from .errors import InvalidWelcome
from .extensions import external_pub
from .framing import (
    PublicMessage,
    Sender,
    SenderType,
    WireFormat,
    decode_message,
    encode_message,
)
from .group import group_info
from .group_info import GroupContext, GroupInfo
from .key_schedule import from_epoch_secret
from .leaf import Capabilities, Credential, LeafNode, LeafNodeSource
from .policy import Checks, ClientOf, Policy, ValidateCredential, whole_credential
from .proposal_list import Applied, SentProposal
from .proposals import Commit, ExternalInit, PreSharedKey, Proposal, Remove
from .psk import PreSharedKeyID, PskStore
from .ratchet_tree import RatchetTree
from .sending import author
from .state import GroupState, Member, member_of
from .treemath import LeafIndex
from .welcome import checked_tree, first_state

_OUTSIDER = Sender(SenderType.NEW_MEMBER_COMMIT)


@dataclass(frozen=True, slots=True)
class ExternalCommit:
    """A commit from outside that the Delivery Service has not accepted so far."""

    state: GroupState
    """Accepted: go on with this. Refused: begin again from a newer GroupInfo."""
    commit: bytes
    """`MLSMessage`, a PublicMessage."""
    group_info: bytes
    """`MLSMessage` of the epoch begun."""
    removed: tuple[Member, ...]
    """Our old leaf, if it was replaced."""


def join_external(
    message: bytes,
    signature_key: SignatureKeyPair,
    credential: Credential,
    validate_credential: ValidateCredential,
    now: datetime,
    rng: Rng,
    *,
    replaces: LeafIndex | None = None,
    psk_ids: Sequence[PreSharedKeyID] = (),
    psks: PskStore | None = None,
    authenticated_data: bytes = b"",
    ratchet_tree: bytes | None = None,
    capabilities: Capabilities | None = None,
    client_of: ClientOf = whole_credential,
    policy: Policy | None = None,
) -> ExternalCommit:
    """An external commit into the group of a GroupInfo.

    `replaces` is our old leaf, removed by the same commit.

    Raises:
        InvalidWelcome: not a GroupInfo, or one that nobody can join by.
        InvalidTree, InvalidLeafNode, CredentialRejected, SignatureError: its
            tree breaks a rule, or our own leaf would.
        InvalidProposal: `replaces` is not a leaf of ours, or a PSK is named twice.
        UnknownPsk: a PSK is not in `psks`.
    """
    checks = Checks(policy or Policy(), validate_credential, client_of, now)
    info, public = _readable(message)
    tree, _ = checked_tree(checks, info, ratchet_tree)
    suite = info.group_context.cipher_suite
    kem_output, init_secret = key_schedule.external_init_send(suite, public, rng)
    proposals: list[Proposal] = [ExternalInit(kem_output)]
    if replaces is not None:
        proposals.append(Remove(replaces))
    proposals += map(PreSharedKey, psk_ids)
    applied = _checked(checks, info.group_context, tree, proposals)
    leaf = _first_leaf(suite, signature_key, credential, capabilities, rng)
    for _, old in applied.removed:
        proposal_list.check_successor_12_1_2(checks, old, leaf)
    outside, applied = _outsider(checks, info, applied, leaf, signature_key)
    path, _, provisional = make_update_path(outside, checks, applied, None, rng)
    validation.check_members_12_2(
        checks.policy, client_of, applied.extensions, provisional.tree
    )

    made = Commit(tuple(proposals), path)
    wire_format = WireFormat.PUBLIC_MESSAGE
    signed = author(outside, made, authenticated_data, wire_format, _OUTSIDER)
    psk_secret = (psks or PskStore()).secret(applied.psk_ids)
    begun = begin_epoch(outside, provisional, signed, init_secret, psk_secret)
    commit = with_tag(signed, begun)
    after = next_state(outside, provisional, begun, signature_key, applied, now)
    state = _without_past(after)
    return ExternalCommit(
        state=state,
        commit=encode_message(PublicMessage(commit.content, commit.auth)),
        group_info=group_info(state),
        removed=tuple(member_of(i, old) for i, old in applied.removed),
    )


def _readable(message: bytes) -> tuple[GroupInfo, bytes]:
    """A GroupInfo, not yet verified, and the key it offers to outsiders."""
    info = decode_message(message)
    if not isinstance(info, GroupInfo):
        raise InvalidWelcome("message is not a GroupInfo")
    public = external_pub(info.extensions)
    if public is None:
        raise InvalidWelcome("GroupInfo offers no external key")
    return info, public


def _checked(
    checks: Checks,
    context: GroupContext,
    tree: RatchetTree,
    proposals: Sequence[Proposal],
) -> Applied:
    """What our proposals make of the group, once every rule for them holds."""
    sent = [SentProposal(proposal, _OUTSIDER) for proposal in proposals]
    for proposal in sent:
        proposal_list.check_proposal_12_1(checks, context, tree, proposal)
    proposal_list.check_external_list_12_2(sent)
    return proposal_list.apply_proposals(context, tree, sent)


def _first_leaf(
    suite: CipherSuite,
    signature_key: SignatureKeyPair,
    credential: Credential,
    capabilities: Capabilities | None,
    rng: Rng,
) -> LeafNode:
    """Our leaf before it has its place; the path gives it key and signature."""
    return LeafNode(
        encryption_key=hpke.generate_key_pair(suite, rng).public,
        signature_key=signature_key.public,
        credential=credential,
        capabilities=capabilities or Capabilities(),
        leaf_node_source=LeafNodeSource.COMMIT,
        lifetime=None,
        parent_hash=b"",
        extensions=(),
    )


def _outsider(
    checks: Checks,
    info: GroupInfo,
    applied: Applied,
    leaf: LeafNode,
    signature_key: SignatureKeyPair,
) -> tuple[GroupState, Applied]:
    """The epoch to be left, as far as an outsider knows it: no secret is real."""
    tree, own_leaf = applied.tree.add_leaf(leaf)
    state = first_state(
        checks.policy,
        info.group_context,
        tree,
        own_leaf,
        signature_key,
        {},
        from_epoch_secret(bytes(HASH_BYTES)),
        info.confirmation_tag,
    )
    return state, replace(applied, tree=tree)


def _without_past(state: GroupState) -> GroupState:
    """The state without the epoch that we were not part of."""
    own = {state.epoch: state.resumption_psks[state.epoch]}
    return replace(state, past=(), resumption_psks=own, ended={})
