"""Applying a commit that somebody else made (§12.4.2).

The steps shared with making one are in `commit`; the checks that only a
receiver makes are here, one function each, named after their section.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import key_schedule, proposal_list, treekem, validation
from .ciphersuite import CipherSuite, SignatureKeyPair, verify_mac
from .commit import (
    Provisional,
    begin_epoch,
    check_path_leaf_12_4_2,
    kept_keys,
    next_state,
    provisional_context,
    without_path,
)
from .errors import InvalidCommit, UnknownProposal
from .framing import AuthenticatedContent, SenderType
from .kem import is_usable_public
from .leaf import LeafNode
from .policy import Checks
from .proposal_list import Applied, SentProposal
from .proposals import Commit, Proposal, ProposalRef
from .psk import PskStore
from .ratchet_tree import RatchetTree
from .state import GroupState, GroupStatus
from .treekem import PrivateKeys
from .treemath import LeafIndex, node_of_leaf
from .update_path import UpdatePath


@dataclass(frozen=True, slots=True)
class AppliedCommit:
    """A commit of somebody else, applied."""

    state: GroupState
    applied: Applied
    committer: LeafIndex
    """In the epoch begun."""
    self_removed: bool


def apply_commit(
    state: GroupState, checks: Checks, content: AuthenticatedContent, psks: PskStore
) -> AppliedCommit:
    """The epoch that a received commit begins (§12.4.2).

    The framing and its signature are already checked. A commit that removes
    this member gives the old epoch, marked as removed: its path holds nothing
    for us, so neither new secrets nor the confirmation tag can be computed.

    Raises:
        UnknownProposal: it refers to a proposal that is not here.
        InvalidProposal: its proposals are not valid together.
        InvalidCommit, InvalidLeafNode, CredentialRejected, DecryptError: its
            path is not valid.
        SignatureError: the confirmation tag does not match.
    """
    framed = content.content
    commit = framed.content
    if not isinstance(commit, Commit):
        raise InvalidCommit("content is not a commit")
    external = framed.sender.sender_type is SenderType.NEW_MEMBER_COMMIT
    sent = _resolve(state, content, commit)
    _check_proposals(state, checks, commit, sent, external, framed.sender.index)
    applied = proposal_list.apply_proposals(state.group_context, state.tree, sent)

    committer = framed.sender.index
    tree = applied.tree
    if external and commit.path:
        check_external_leaf_12_4_3_2(checks, applied, commit.path.leaf_node)
        tree, committer = tree.add_leaf(commit.path.leaf_node)
    if commit.path:
        check_path_leaf_12_4_2(state, checks, applied, committer, commit.path.leaf_node)

    if any(index == state.own_leaf for index, _ in applied.removed):
        removed = replace(state, status=GroupStatus.REMOVED)
        return AppliedCommit(removed, applied, framed.sender.index, True)

    keys, signature_key = _own_keys(state, commit)
    if commit.path is None:
        provisional = without_path(state, applied, keys)
    else:
        provisional = _receive_path(
            state, replace(applied, tree=tree), keys, committer, commit.path
        )
    validation.check_members_12_2(
        state.policy, checks.client_of, applied.extensions, provisional.tree
    )

    begun = begin_epoch(
        state,
        provisional,
        content,
        _init_secret(state, applied),
        state.psk_store(psks).secret(applied.psk_ids),
    )
    verify_mac(
        begun.secrets.confirmation_key,
        begun.group_context.confirmed_transcript_hash,
        content.auth.confirmation_tag or b"",
    )
    after = next_state(state, provisional, begun, signature_key, applied, checks.now)
    return AppliedCommit(after, applied, committer, False)


def _resolve(
    state: GroupState, content: AuthenticatedContent, commit: Commit
) -> list[SentProposal]:
    """The proposals of a commit, those by reference looked up."""
    resolved = []
    for item in commit.proposals:
        if isinstance(item, ProposalRef):
            known = state.proposals.get(item.ref)
            if known is None:
                raise UnknownProposal("commit refers to an unknown proposal")
            resolved.append(known)
        else:
            resolved.append(SentProposal(item, content.content.sender))
    return resolved


def _check_proposals(
    state: GroupState,
    checks: Checks,
    commit: Commit,
    sent: Sequence[SentProposal],
    external: bool,
    committer: LeafIndex,
) -> None:
    """Every rule for a commit that needs no new keys."""
    by_value = [p for p in commit.proposals if not isinstance(p, ProposalRef)]
    context = proposal_list.context_with(state.group_context, sent)
    for item, proposal in zip(commit.proposals, sent, strict=True):
        if not isinstance(item, ProposalRef):
            proposal_list.check_proposal_12_1(checks, context, state.tree, proposal)
    if external:
        check_external_by_value_12_4_3_2(commit, by_value)
        proposal_list.check_external_list_12_2(sent)
    else:
        proposal_list.check_member_list_12_2(
            state.policy, checks.client_of, sent, committer
        )
    check_path_present_12_4(commit, [p.proposal for p in sent])


def check_path_present_12_4(commit: Commit, proposals: Sequence[Proposal]) -> None:
    """There is a path unless every proposal can do without."""
    if commit.path is None and proposal_list.path_is_required(proposals):
        raise InvalidCommit("commit lacks its path")


def check_external_by_value_12_4_3_2(
    commit: Commit, by_value: Sequence[Proposal]
) -> None:
    """An outsider cannot refer to proposals of an epoch it has not seen."""
    if len(by_value) != len(commit.proposals):
        raise InvalidCommit("external commit refers to a proposal")


def check_external_leaf_12_4_3_2(
    checks: Checks, applied: Applied, leaf: LeafNode
) -> None:
    """A leaf that an outsider removes is its own of before."""
    for _, old in applied.removed:
        proposal_list.check_successor_12_1_2(checks, old, leaf)


def check_path_keys_12_4_2(
    suite: CipherSuite, tree: RatchetTree, path: UpdatePath
) -> None:
    """The keys of the path can be used, and none is in the tree already."""
    keys = {node.encryption_key for node in path.nodes}
    if not all(is_usable_public(suite, key) for key in keys):
        raise InvalidCommit("a path key cannot be used")
    if keys & tree.encryption_keys():
        raise InvalidCommit("a path key is already in the tree")


def _receive_path(
    state: GroupState,
    applied: Applied,
    keys: PrivateKeys,
    committer: LeafIndex,
    path: UpdatePath,
) -> Provisional:
    check_path_keys_12_4_2(state.suite, applied.tree, path)
    tree, steps = treekem.apply_path(applied.tree, committer, path)
    context = provisional_context(state, tree, applied)
    kept = kept_keys(keys, applied.tree)
    secrets = treekem.open_path(
        state.suite,
        tree,
        steps,
        path,
        state.own_leaf,
        kept,
        context.encode(),
        applied.added_leaves,
    )
    kept = {**kept_keys(kept, tree), **secrets.private_keys()}
    return Provisional(tree, context, kept, secrets.commit_secret)


def _own_keys(
    state: GroupState, commit: Commit
) -> tuple[PrivateKeys, SignatureKeyPair]:
    """Our keys, with those of an Update of ours if it is committed."""
    for item in commit.proposals:
        if isinstance(item, ProposalRef) and item.ref in state.own_updates:
            update = state.own_updates[item.ref]
            own = {node_of_leaf(state.own_leaf): update.encryption_private}
            return {**state.private_keys, **own}, update.signature_key
    return state.private_keys, state.signature_key


def _init_secret(state: GroupState, applied: Applied) -> bytes:
    if applied.external_init is None:
        return state.secrets.init_secret
    return key_schedule.external_init_receive(
        state.suite, state.secrets, applied.external_init.kem_output
    )
