"""A member's operations on a group: state in, new state out (§11, §12, §15).

The order of use is always: call, store the new state, only then send the bytes.
An operation that raises leaves the caller's state as it was, because states are
never changed in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from . import (
    commit,
    exporter,
    hpke,
    key_schedule,
    proposal_list,
    transcript,
    validation,
)
from . import welcome as welcoming
from .ciphersuite import HASH_BYTES, CipherSuite, Rng, SignatureKeyPair
from .commit import MadeCommit, NewIdentity, make_commit
from .errors import NotActive
from .exporter import ExporterLabel
from .extensions import Extensions
from .framing import (
    WireFormat,
    encode_message,
    member,
)
from .group_info import GroupContext
from .key_package import KeyPackageSecrets
from .leaf import (
    Capabilities,
    Credential,
    LeafNode,
    LeafNodeSource,
    Lifetime,
)
from .policy import (
    Checks,
    ClientOf,
    Permit,
    Policy,
    ValidateCredential,
    permit_all,
    whole_credential,
)
from .proposal_list import SentProposal
from .proposals import (
    Proposal,
    Remove,
    Update,
)
from .psk import PskStore
from .ratchet_tree import single_leaf
from .receive import Processed, ProcessedKind, process
from .sending import Protected, author, frame, protect, protect_with_evidence
from .state import GroupState, Member, OwnUpdate, member_of, without_expired
from .treemath import LeafIndex
from .welcome import Joined

__all__ = [
    "committable",
    "Joined",
    "Processed",
    "ProcessedKind",
    "Protected",
    "StagedCommit",
    "create",
    "epoch_authenticator",
    "export",
    "group_info",
    "join_welcome",
    "members",
    "process",
    "propose",
    "propose_remove",
    "propose_update",
    "protect",
    "protect_with_evidence",
    "ratchet_tree",
    "stage_commit",
    "without_expired",
]

_NO_PSKS = PskStore()


# --- beginning (§11, §12.4.3) ---


def create(
    group_id: bytes,
    suite: CipherSuite,
    signature_key: SignatureKeyPair,
    credential: Credential,
    lifetime: Lifetime,
    rng: Rng,
    *,
    extensions: Extensions = (),
    capabilities: Capabilities | None = None,
    policy: Policy | None = None,
) -> GroupState:
    """A group with its creator as the only member, at epoch 0 (§11).

    Raises:
        InvalidLeafNode: the creator does not support its own extensions.
    """
    encryption = hpke.generate_key_pair(suite, rng)
    leaf = LeafNode(
        encryption_key=encryption.public,
        signature_key=signature_key.public,
        credential=credential,
        capabilities=capabilities or Capabilities(),
        leaf_node_source=LeafNodeSource.KEY_PACKAGE,
        lifetime=lifetime,
        parent_hash=b"",
        extensions=(),
    ).sign(signature_key)
    validation.check_required_capabilities_11_1(extensions, leaf)
    validation.check_group_extensions_13_4(extensions, leaf)
    tree = single_leaf(leaf)
    context = GroupContext(suite, group_id, 0, tree.tree_hash(), b"", extensions)
    secrets = key_schedule.from_epoch_secret(rng(HASH_BYTES))
    return welcoming.first_state(
        policy or Policy(),
        context,
        tree,
        0,
        signature_key,
        {0: encryption.private},
        secrets,
        transcript.confirmation_tag(secrets.confirmation_key, b""),
    )


def join_welcome(
    welcome: bytes,
    key_packages: Sequence[KeyPackageSecrets],
    validate_credential: ValidateCredential,
    now: datetime,
    ratchet_tree: bytes | None = None,
    psks: PskStore = _NO_PSKS,
    *,
    client_of: ClientOf = whole_credential,
    policy: Policy | None = None,
) -> Joined:
    """The group that a Welcome leads to (§12.4.3.1).

    Raises:
        DecodeError, UnsupportedError: malformed, or not of our profile.
        NoMatchingKeyPackage: it is for none of `key_packages`.
        InvalidWelcome, InvalidTree, InvalidLeafNode, CredentialRejected,
        SignatureError, DecryptError: a rule is broken.
        UnknownPsk: it needs a PSK that is not in `psks`.
    """
    checks = Checks(policy or Policy(), validate_credential, client_of, now)
    return welcoming.join(welcome, key_packages, checks, ratchet_tree, psks)


# --- committing (§12.4) ---


@dataclass(frozen=True, slots=True)
class StagedCommit:
    """A commit that the Delivery Service has not accepted so far."""

    state: GroupState
    """Accepted: go on with this."""
    refused: GroupState
    """Refused: go on with this, the epoch as it was except that the generation
    spent on `commit` is gone."""
    commit: bytes
    """`MLSMessage`."""
    welcome: bytes | None
    """`MLSMessage`, for all members added."""
    group_info: bytes | None
    """`MLSMessage` of the epoch begun, to join from outside by."""
    added: tuple[Member, ...]
    removed: tuple[Member, ...]


def stage_commit(
    state: GroupState,
    proposals: Sequence[Proposal] = (),
    authenticated_data: bytes = b"",
    *,
    validate_credential: ValidateCredential,
    now: datetime,
    rng: Rng,
    include_pending: bool = True,
    path: bool = True,
    inline_tree: bool = True,
    with_group_info: bool = True,
    identity: NewIdentity | None = None,
    psks: PskStore = _NO_PSKS,
    client_of: ClientOf = whole_credential,
    permit: Permit = permit_all,
    wire_format: WireFormat = WireFormat.PRIVATE_MESSAGE,
) -> StagedCommit:
    """A commit of `proposals` and of those pending that are valid beside them.

    Without any proposal it renews this member's own keys. `path=False` leaves
    the path out where the RFC allows (adds, PSKs); `inline_tree=False` leaves
    the tree out of Welcome and GroupInfo, to be handed over beside them.

    Raises:
        NotActive: this member was removed.
        InvalidProposal, InvalidKeyPackage, InvalidLeafNode, InvalidTree,
        SignatureError, CredentialRejected: a proposal is not valid, or neither is
            the leaf that we commit to, `identity` or none.
        UnknownPsk: a PSK is not held here.
    """
    state.require_active()
    checks = Checks(state.policy, validate_credential, client_of, now, permit)
    chosen: tuple[bytes, ...] = ()
    if include_pending:
        chosen = commit.committable(state, checks, proposals, psks)
    made = make_commit(
        state,
        checks,
        by_reference=chosen,
        by_value=proposals,
        authenticated_data=authenticated_data,
        wire_format=wire_format,
        psks=psks,
        path=path,
        identity=identity,
        rng=rng,
    )
    return staged(
        state, made, rng, inline_tree=inline_tree, with_group_info=with_group_info
    )


def staged(
    state: GroupState,
    made: MadeCommit,
    rng: Rng,
    *,
    inline_tree: bool,
    with_group_info: bool,
) -> StagedCommit:
    """A commit of ours with the Welcome and the GroupInfo that go with it."""
    refused, message = frame(state, made.content, rng)
    after, begun, applied = made.state, made.begun, made.applied
    welcome = None
    if applied.added:
        info = welcoming.make_group_info(
            after, with_tree=inline_tree, with_external_pub=False
        )
        welcome = encode_message(
            welcoming.make_welcome(
                info,
                begun.joiner_secret,
                begun.welcome_secret,
                applied.added,
                made.path_secrets,
                applied.psk_ids,
                rng,
            )
        )
    return StagedCommit(
        state=after,
        refused=refused,
        commit=message,
        welcome=welcome,
        group_info=group_info(after, inline_tree) if with_group_info else None,
        added=tuple(member_of(i, p.leaf_node) for i, p in applied.added),
        removed=tuple(member_of(i, leaf) for i, leaf in applied.removed),
    )


def committable(
    state: GroupState,
    proposals: Sequence[Proposal] = (),
    *,
    validate_credential: ValidateCredential,
    now: datetime,
    psks: PskStore = _NO_PSKS,
    client_of: ClientOf = whole_credential,
    permit: Permit = permit_all,
) -> tuple[bytes, ...]:
    """`ProposalRef`s of the pending proposals that `stage_commit` would include.

    Left out are changes of our own leaf and whatever is not valid any more, or
    not beside `proposals` and those preferred to it (§12.2).
    """
    checks = Checks(state.policy, validate_credential, client_of, now, permit)
    return commit.committable(state, checks, proposals, psks)


# --- proposing (§12.1) ---


def propose(
    state: GroupState,
    proposal: Proposal,
    authenticated_data: bytes = b"",
    *,
    validate_credential: ValidateCredential,
    now: datetime,
    rng: Rng,
    client_of: ClientOf = whole_credential,
    permit: Permit = permit_all,
) -> tuple[GroupState, bytes]:
    """A proposal for somebody to commit, kept as pending here too.

    Raises:
        NotActive: this member was removed.
        InvalidProposal, InvalidKeyPackage, InvalidLeafNode, SignatureError,
        CredentialRejected: the others would refuse it.
    """
    checks = Checks(state.policy, validate_credential, client_of, now, permit)
    sent = SentProposal(proposal, member(state.own_leaf))
    proposal_list.check_proposal_12_1(checks, state.group_context, state.tree, sent)
    state, message, _ = _propose(state, proposal, authenticated_data, rng)
    return state, message


def _propose(
    state: GroupState, proposal: Proposal, authenticated_data: bytes, rng: Rng
) -> tuple[GroupState, bytes, bytes]:
    """The state with a proposal pending, its message, and its reference."""
    state.require_active()
    wire_format = WireFormat.PRIVATE_MESSAGE
    content = author(state, proposal, authenticated_data, wire_format)
    state, message = frame(state, content, rng)
    ref = content.proposal_ref()
    pending = {**state.proposals, ref: SentProposal(proposal, content.content.sender)}
    return replace(state, proposals=pending), message, ref


def propose_remove(
    state: GroupState,
    leaf_index: LeafIndex,
    authenticated_data: bytes = b"",
    *,
    rng: Rng,
) -> tuple[GroupState, bytes]:
    """A proposal to remove a member; with `state.own_leaf`, to leave.

    Raises:
        NotActive: this member was removed.
        InvalidProposal: there is no such leaf.
    """
    remove = Remove(leaf_index)
    proposal_list.check_remove_12_1_3(state.tree, remove)
    state, message, _ = _propose(state, remove, authenticated_data, rng)
    return state, message


def propose_update(
    state: GroupState,
    authenticated_data: bytes = b"",
    *,
    rng: Rng,
    identity: NewIdentity | None = None,
) -> tuple[GroupState, bytes]:
    """A proposal of fresh keys for our own leaf; they count once committed.

    Raises:
        NotActive: this member was removed.
    """
    old = state.tree.leaf(state.own_leaf)
    if old is None:
        raise NotActive("own leaf is blank")
    encryption = hpke.generate_key_pair(state.suite, rng)
    signature_key = identity.signature_key if identity else state.signature_key
    leaf = replace(
        old,
        encryption_key=encryption.public,
        signature_key=signature_key.public,
        credential=identity.credential if identity else old.credential,
        leaf_node_source=LeafNodeSource.UPDATE,
        lifetime=None,
        parent_hash=b"",
    ).sign(signature_key, state.group_id, state.own_leaf)
    state, message, ref = _propose(state, Update(leaf), authenticated_data, rng)
    kept = OwnUpdate(encryption.private, signature_key)
    return replace(state, own_updates={**state.own_updates, ref: kept}), message


# --- looking ---


def export(
    state: GroupState, label: ExporterLabel, context: bytes, length: int
) -> bytes:
    """A key for use outside MLS (§8.5)."""
    return exporter.export(state.secrets.exporter_secret, label, context, length)


def epoch_authenticator(state: GroupState) -> bytes:
    """32 octets that are equal for members who agree on the epoch (§8.7)."""
    return state.secrets.epoch_authenticator


def members(state: GroupState) -> list[Member]:
    """The members from left to right."""
    return [member_of(index, leaf) for index, leaf in state.tree.leaves()]


def ratchet_tree(state: GroupState) -> bytes:
    """The tree, to hand over beside a Welcome or GroupInfo without one."""
    return state.tree.encode()


def group_info(state: GroupState, inline_tree: bool = True) -> bytes:
    """`MLSMessage` with a GroupInfo to join from outside by (§12.4.3.2)."""
    info = welcoming.make_group_info(
        state, with_tree=inline_tree, with_external_pub=True
    )
    return encode_message(info)
