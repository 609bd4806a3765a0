"""Making and applying commits (§12.4.1), and what both sides of one share.

Who makes and who applies goes through the same steps, so they cannot drift
apart (`apply_commit` is the other side):

    proposals -> tree and extensions        `proposal_list.apply_proposals`
    path      -> keys and commit_secret     `treekem`
    transcript, key schedule -> next epoch  `begin_epoch`
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from . import (
    hpke,
    key_schedule,
    proposal_list,
    secret_tree,
    transcript,
    treekem,
    validation,
)
from .ciphersuite import HASH_BYTES, Rng, SignatureKeyPair
from .errors import InvalidCommit, MlsError
from .framing import AuthenticatedContent, WireFormat, member
from .group_info import GroupContext
from .key_schedule import EpochSecrets
from .leaf import Credential, LeafNode, LeafNodeSource
from .policy import Checks
from .proposal_list import Applied, SentProposal
from .proposals import (
    Add,
    Commit,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalOrRef,
    ProposalRef,
    ReInit,
    Remove,
    Update,
)
from .psk import PskStore
from .ratchet_tree import RatchetTree
from .sending import author
from .state import GroupState, GroupStatus, PastEpoch, without_expired
from .treekem import PathSecrets, PrivateKeys
from .treemath import LeafIndex, node_of_leaf
from .update_path import UpdatePath

_NO_COMMIT_SECRET = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """A credential and signature key to commit or update to."""

    credential: Credential
    signature_key: SignatureKeyPair


@dataclass(frozen=True, slots=True)
class BegunEpoch:
    """An epoch whose secrets are known."""

    group_context: GroupContext
    context: bytes = field(repr=False)
    joiner_secret: bytes = field(repr=False)
    welcome_secret: bytes = field(repr=False)
    secrets: EpochSecrets = field(repr=False)
    confirmation_tag: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MadeCommit:
    """A commit of our own, signed but not yet framed."""

    content: AuthenticatedContent
    state: GroupState
    """The epoch it begins."""
    applied: Applied
    begun: BegunEpoch
    path_secrets: Mapping[int, bytes] = field(repr=False)
    """By node; empty without a path."""


@dataclass(frozen=True, slots=True)
class Provisional:
    """The epoch to come as far as path and proposals make it."""

    tree: RatchetTree
    group_context: GroupContext
    """With the confirmed transcript hash of the epoch before (§12.4.1)."""
    private_keys: PrivateKeys = field(repr=False)
    commit_secret: bytes = field(repr=False)


def provisional_context(
    state: GroupState, tree: RatchetTree, applied: Applied
) -> GroupContext:
    """The GroupContext that path secrets are sealed under (§12.4.1)."""
    return replace(
        state.group_context,
        epoch=state.epoch + 1,
        tree_hash=tree.tree_hash(),
        extensions=applied.extensions,
    )


def begin_epoch(
    state: GroupState,
    provisional: Provisional,
    commit: AuthenticatedContent,
    init_secret: bytes,
    psk_secret: bytes,
) -> BegunEpoch:
    """The key schedule of the epoch that a signed commit begins (§8)."""
    confirmed = transcript.confirmed_transcript_hash(
        state.interim_transcript_hash, commit
    )
    group_context = replace(
        provisional.group_context, confirmed_transcript_hash=confirmed
    )
    context = group_context.encode()
    joiner = key_schedule.joiner_secret(init_secret, provisional.commit_secret, context)
    secrets = key_schedule.epoch_secrets(joiner, psk_secret, context)
    return BegunEpoch(
        group_context,
        context,
        joiner,
        key_schedule.welcome_secret(joiner, psk_secret),
        secrets,
        transcript.confirmation_tag(secrets.confirmation_key, confirmed),
    )


def next_state(
    state: GroupState,
    provisional: Provisional,
    begun: BegunEpoch,
    signature_key: SignatureKeyPair,
    applied: Applied,
    now: datetime,
) -> GroupState:
    """The member's state in the epoch begun."""
    secrets = begun.secrets
    past = PastEpoch(
        state.epoch,
        state.context,
        state.tree,
        state.secrets.sender_data_secret,
        state.secret_tree,
    )
    epoch = begun.group_context.epoch
    reinit = applied.reinit
    after = GroupState(
        policy=state.policy,
        group_context=begun.group_context,
        context=begun.context,
        tree=provisional.tree,
        own_leaf=state.own_leaf,
        signature_key=signature_key,
        private_keys=provisional.private_keys,
        secrets=secrets.without_encryption_secret(),
        secret_tree=secret_tree.create(
            secrets.encryption_secret, provisional.tree.leaf_count
        ),
        interim_transcript_hash=transcript.interim_transcript_hash(
            begun.group_context.confirmed_transcript_hash, begun.confirmation_tag
        ),
        confirmation_tag=begun.confirmation_tag,
        past=(past, *state.past),
        resumption_psks={**state.resumption_psks, epoch: secrets.resumption_psk},
        status=GroupStatus.REINITIALISED if reinit else GroupStatus.ACTIVE,
        reinit=reinit,
        ended=state.ended,
    )
    return without_expired(after, now)


def kept_keys(keys: PrivateKeys, tree: RatchetTree) -> dict[int, bytes]:
    """The private keys of nodes that proposals did not blank."""
    width = len(tree.nodes)
    return {n: k for n, k in keys.items() if n < width and tree.nodes[n] is not None}


def make_commit(
    state: GroupState,
    checks: Checks,
    *,
    by_reference: Sequence[bytes],
    by_value: Sequence[Proposal],
    authenticated_data: bytes,
    wire_format: WireFormat,
    psks: PskStore,
    path: bool,
    identity: NewIdentity | None,
    rng: Rng,
) -> MadeCommit:
    """A commit by this member and the epoch it begins (§12.4.1).

    Raises:
        InvalidProposal, InvalidKeyPackage, InvalidLeafNode, InvalidTree,
        SignatureError, CredentialRejected: a proposal, what they make together, or
            our own leaf would be refused by the others.
        UnknownPsk: a PSK is not held here.
    """
    sender = member(state.own_leaf)
    own = [SentProposal(p, sender) for p in by_value]
    sent = [*(state.proposals[ref] for ref in by_reference), *own]
    context = proposal_list.context_with(state.group_context, sent)
    for proposal in own:
        proposal_list.check_proposal_12_1(checks, context, state.tree, proposal)
    client_of = checks.client_of
    proposal_list.check_member_list_12_2(state.policy, client_of, sent, state.own_leaf)
    applied = proposal_list.apply_proposals(state.group_context, state.tree, sent)
    psk_secret = state.psk_store(psks).secret(applied.psk_ids)
    if path or identity or proposal_list.path_is_required([p.proposal for p in sent]):
        update_path, secrets, provisional = make_update_path(
            state, checks, applied, identity, rng
        )
    else:
        update_path, secrets = None, PathSecrets({}, {}, _NO_COMMIT_SECRET)
        provisional = without_path(state, applied, state.private_keys)
    validation.check_members_12_2(
        state.policy, client_of, applied.extensions, provisional.tree
    )

    items: tuple[ProposalOrRef, ...] = (*map(ProposalRef, by_reference), *by_value)
    made = Commit(items, update_path)
    signed = author(state, made, authenticated_data, wire_format)
    begun = begin_epoch(
        state, provisional, signed, state.secrets.init_secret, psk_secret
    )
    signature_key = identity.signature_key if identity else state.signature_key
    return MadeCommit(
        with_tag(signed, begun),
        next_state(state, provisional, begun, signature_key, applied, checks.now),
        applied,
        begun,
        secrets.path_secrets,
    )


def committable(
    state: GroupState,
    checks: Checks,
    by_value: Sequence[Proposal],
    psks: PskStore,
) -> tuple[bytes, ...]:
    """References of the pending proposals that are valid beside `by_value`.

    A committer takes every valid proposal and leaves the others (§12.2, §12.4):
    each is tried together with those taken before it. It is judged anew, since a
    KeyPackage may have run out while it waited (§7.3).
    """
    sender = member(state.own_leaf)
    taken = [SentProposal(p, sender) for p in by_value]
    refs = []
    for ref, sent in _by_preference(state.proposals):
        try:
            _try_together(state, checks, taken, sent, psks)
        except MlsError:
            continue
        taken.append(sent)
        refs.append(ref)
    return tuple(refs)


def _by_preference(
    pending: Mapping[bytes, SentProposal],
) -> list[tuple[bytes, SentProposal]]:
    """Removes before Updates, the latest Update first, a ReInit last (§12.2)."""

    def of(*kinds: type[Proposal]) -> list[tuple[bytes, SentProposal]]:
        return [i for i in pending.items() if isinstance(i[1].proposal, kinds)]

    others = of(Add, PreSharedKey, ExternalInit, GroupContextExtensions)
    return [*of(Remove), *reversed(of(Update)), *others, *of(ReInit)]


def _try_together(
    state: GroupState,
    checks: Checks,
    taken: Sequence[SentProposal],
    candidate: SentProposal,
    psks: PskStore,
) -> None:
    sent = [*taken, candidate]
    policy, client_of = state.policy, checks.client_of
    context = proposal_list.context_with(state.group_context, sent)
    proposal_list.check_proposal_12_1(checks, context, state.tree, candidate)
    proposal_list.check_member_list_12_2(policy, client_of, sent, state.own_leaf)
    applied = proposal_list.apply_proposals(state.group_context, state.tree, sent)
    validation.check_members_12_2(policy, client_of, applied.extensions, applied.tree)
    state.psk_store(psks).secret(applied.psk_ids)


def check_path_leaf_12_4_2(
    state: GroupState,
    checks: Checks,
    applied: Applied,
    committer: LeafIndex,
    leaf: LeafNode,
) -> None:
    """The leaf of a path is made by a commit, valid, and of the client it was of.

    Who makes a commit checks it too: once the Delivery Service has taken one that
    nobody can follow, its maker is alone.
    """
    validation.check_source_7_3(leaf, LeafNodeSource.COMMIT)
    before = state.tree.leaf(committer)
    is_new = any(index == committer for index, _ in applied.removed)
    if before is not None and not is_new:
        proposal_list.check_successor_12_1_2(checks, before, leaf)
    validation.check_leaf_7_3(
        checks, state.suite, applied.extensions, leaf, state.group_id, committer
    )


def with_tag(commit: AuthenticatedContent, begun: BegunEpoch) -> AuthenticatedContent:
    """A signed commit with the confirmation tag of its epoch (§6.1)."""
    auth = replace(commit.auth, confirmation_tag=begun.confirmation_tag)
    return replace(commit, auth=auth)


def without_path(state: GroupState, applied: Applied, keys: PrivateKeys) -> Provisional:
    """The epoch to come of a commit that has no path (§12.4.1)."""
    context = provisional_context(state, applied.tree, applied)
    kept = kept_keys(keys, applied.tree)
    return Provisional(applied.tree, context, kept, _NO_COMMIT_SECRET)


def make_update_path(
    state: GroupState,
    checks: Checks,
    applied: Applied,
    identity: NewIdentity | None,
    rng: Rng,
) -> tuple[UpdatePath, PathSecrets, Provisional]:
    """Fresh keys for the committer's leaf and path, and the epoch to come.

    Raises:
        InvalidProposal, InvalidLeafNode, CredentialRejected: the others would not
            accept the leaf.
    """
    own = state.own_leaf
    old = applied.tree.leaf(own)
    if old is None:
        raise InvalidCommit("committer's leaf is blank")
    made = treekem.make_path(state.suite, applied.tree, own, rng)
    encryption = hpke.generate_key_pair(state.suite, rng)
    leaf = committed_leaf(old, encryption.public, made.parent_hash, identity)
    signature_key = identity.signature_key if identity else state.signature_key
    leaf = leaf.sign(signature_key, state.group_id, own)
    check_path_leaf_12_4_2(state, checks, applied, own, leaf)
    tree = made.tree.replace({node_of_leaf(own): leaf})
    context = provisional_context(state, tree, applied)
    update_path = treekem.encrypt_path(
        state.suite, made, leaf, context.encode(), applied.added_leaves, rng
    )
    keys = {
        **kept_keys(state.private_keys, tree),
        **made.secrets.private_keys(),
        node_of_leaf(own): encryption.private,
    }
    commit_secret = made.secrets.commit_secret
    return update_path, made.secrets, Provisional(tree, context, keys, commit_secret)


def committed_leaf(
    old: LeafNode,
    encryption_key: bytes,
    parent_hash: bytes,
    identity: NewIdentity | None,
) -> LeafNode:
    """A committer's leaf with its new key, not yet signed (§7.5)."""
    leaf = replace(
        old,
        encryption_key=encryption_key,
        leaf_node_source=LeafNodeSource.COMMIT,
        lifetime=None,
        parent_hash=parent_hash,
    )
    if identity is None:
        return leaf
    return replace(
        leaf,
        credential=identity.credential,
        signature_key=identity.signature_key.public,
    )
