"""Lists of proposals: which are valid together, and what they change (§12.2,
§12.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from . import validation
from .ciphersuite import HASH_BYTES, is_downgrade
from .errors import InvalidProposal
from .extensions import (
    Extensions,
    ExtensionType,
    find_extension,
    required_capabilities,
)
from .framing import Sender, SenderType
from .group_info import GroupContext
from .key_package import KeyPackage
from .leaf import LeafNode, LeafNodeSource
from .policy import Checks, ClientOf, Policy
from .proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ProposalType,
    ReInit,
    Remove,
    Update,
)
from .psk import PreSharedKeyID, ResumptionPsk, ResumptionPSKUsage
from .ratchet_tree import RatchetTree
from .treemath import LeafIndex

_PATH_OPTIONAL = frozenset({ProposalType.ADD, ProposalType.PSK, ProposalType.REINIT})
_EXTERNAL_COMMIT_TYPES = (ExternalInit, Remove, PreSharedKey)


@dataclass(frozen=True, slots=True)
class SentProposal:
    """A proposal and who made it."""

    proposal: Proposal
    sender: Sender

    @property
    def target(self) -> LeafIndex | None:
        """The leaf that an Update or Remove changes."""
        match self.proposal:
            case Remove(removed):
                return removed
            case Update():
                return self.sender.index
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Applied:
    """What a valid list makes of a tree and a GroupContext."""

    tree: RatchetTree
    extensions: Extensions
    added: tuple[tuple[LeafIndex, KeyPackage], ...] = ()
    updated: tuple[LeafIndex, ...] = ()
    removed: tuple[tuple[LeafIndex, LeafNode], ...] = ()
    psk_ids: tuple[PreSharedKeyID, ...] = ()
    external_init: ExternalInit | None = None
    reinit: ReInit | None = None

    @property
    def added_leaves(self) -> tuple[LeafIndex, ...]:
        """Indices of the leaves added."""
        return tuple(index for index, _ in self.added)


def path_is_required(proposals: Sequence[Proposal]) -> bool:
    """Whether a commit of these needs an UpdatePath (§12.4)."""
    return not proposals or any(p.type not in _PATH_OPTIONAL for p in proposals)


# --- rules for one proposal (§12.1) ---


def check_add_12_1_1(checks: Checks, context: GroupContext, add: Add) -> None:
    """The KeyPackage is valid for this group."""
    validation.check_key_package_10_1(
        checks, add.key_package, context.cipher_suite, context.extensions
    )


def check_update_12_1_2(
    checks: Checks,
    context: GroupContext,
    tree: RatchetTree,
    update: Update,
    leaf_index: LeafIndex,
) -> None:
    """The new leaf is valid, has a new key and is of the same client."""
    leaf = update.leaf_node
    old = tree.leaf(leaf_index)
    if old is None:
        raise InvalidProposal("updated leaf is blank")
    validation.check_source_7_3(leaf, LeafNodeSource.UPDATE)
    check_successor_12_1_2(checks, old, leaf)
    validation.check_leaf_7_3(
        checks,
        context.cipher_suite,
        context.extensions,
        leaf,
        context.group_id,
        leaf_index,
    )


def check_successor_12_1_2(checks: Checks, old: LeafNode, new: LeafNode) -> None:
    """A leaf that takes another's place has a new key and the same client."""
    if old.encryption_key == new.encryption_key:
        raise InvalidProposal("encryption key is not new")
    if checks.client_of(old.credential) != checks.client_of(new.credential):
        raise InvalidProposal("leaf changes to another client")


def check_remove_12_1_3(tree: RatchetTree, remove: Remove) -> None:
    """The removed leaf is there."""
    if tree.leaf(remove.removed) is None:
        raise InvalidProposal("removed leaf is blank")


def check_psk_12_1_4(checks: Checks, proposal: PreSharedKey) -> None:
    """The nonce has its length, and the usage is for use inside a group.

    The first commit of a group that continues another has that usage too (§11.2,
    §11.3).
    """
    psk_id = proposal.psk
    if len(psk_id.psk_nonce) != HASH_BYTES:
        raise InvalidProposal("PSK nonce has the wrong length")
    if isinstance(psk_id, ResumptionPsk) and psk_id.usage not in (
        ResumptionPSKUsage.APPLICATION,
        checks.continues,
    ):
        raise InvalidProposal("resumption PSK usage is not application")


def check_group_context_extensions_12_1_7(
    checks: Checks, proposal: GroupContextExtensions | ReInit
) -> None:
    """The extensions can be read and belong in a GroupContext.

    Whether every member supports them is judged once the members are known that
    the same commit adds and removes. Those of a ReInit become the GroupContext of
    the group that follows (§12.1.5).
    """
    required_capabilities(proposal.extensions)
    validation.check_external_senders_5_3_1(checks, proposal.extensions)
    for reserved in (ExtensionType.RATCHET_TREE, ExtensionType.EXTERNAL_PUB):
        if find_extension(proposal.extensions, reserved) is not None:
            raise InvalidProposal("extension does not belong in a GroupContext")


def check_suite_12_1_5(checks: Checks, context: GroupContext, reinit: ReInit) -> None:
    """The group that follows is no weaker, unless the policy allows it."""
    if checks.policy.suite_downgrades:
        return
    if is_downgrade(context.cipher_suite, reinit.cipher_suite):
        raise InvalidProposal("ReInit to a weaker cipher suite")


def check_sender_12_1_8(checks: Checks, sent: SentProposal) -> None:
    """The proposal is of a type that its kind of sender may make."""
    kind = sent.proposal.type
    match sent.sender.sender_type:
        case SenderType.MEMBER:
            allowed = kind is not ProposalType.EXTERNAL_INIT
        case SenderType.EXTERNAL:
            allowed = kind in checks.policy.external_proposals - {
                ProposalType.UPDATE,
                ProposalType.EXTERNAL_INIT,
            }
        case SenderType.NEW_MEMBER_PROPOSAL:
            allowed = checks.policy.new_member_proposals and kind is ProposalType.ADD
        case _:
            allowed = True
    if not allowed:
        raise InvalidProposal("proposal type is not for this kind of sender")


def check_proposal_12_1(
    checks: Checks, context: GroupContext, tree: RatchetTree, sent: SentProposal
) -> None:
    """All rules that one proposal can break alone, the application's last."""
    check_sender_12_1_8(checks, sent)
    match sent.proposal:
        case Add() as add:
            check_add_12_1_1(checks, context, add)
        case Update() as update:
            check_update_12_1_2(checks, context, tree, update, sent.sender.index)
        case Remove() as remove:
            check_remove_12_1_3(tree, remove)
        case PreSharedKey() as psk:
            check_psk_12_1_4(checks, psk)
        case GroupContextExtensions() as extensions:
            check_group_context_extensions_12_1_7(checks, extensions)
        case ReInit() as reinit:
            check_group_context_extensions_12_1_7(checks, reinit)
            check_suite_12_1_5(checks, context, reinit)
        case ExternalInit():
            pass
    checks.permit(sent.proposal, sent.sender)


def context_with(
    context: GroupContext, proposals: Iterable[SentProposal]
) -> GroupContext:
    """The GroupContext by which the proposals of one list are judged (§12.3)."""
    for sent in proposals:
        if isinstance(sent.proposal, GroupContextExtensions):
            return replace(context, extensions=sent.proposal.extensions)
    return context


# --- rules for a list (§12.2) ---


def _of(kind: type, proposals: Sequence[SentProposal]) -> list[SentProposal]:
    return [p for p in proposals if isinstance(p.proposal, kind)]


def check_committer_12_2(
    proposals: Sequence[SentProposal], committer: LeafIndex
) -> None:
    """The committer neither updates nor removes itself by proposal."""
    for sent in proposals:
        if sent.target == committer:
            raise InvalidProposal("committer is updated or removed by proposal")


def check_one_change_per_leaf_12_2(proposals: Sequence[SentProposal]) -> None:
    """At most one Update or Remove for each leaf."""
    targets = [p.target for p in proposals if p.target is not None]
    if len(set(targets)) != len(targets):
        raise InvalidProposal("a leaf is changed twice")


def check_distinct_adds_12_2(
    policy: Policy, client_of: ClientOf, proposals: Sequence[SentProposal]
) -> None:
    """No client is added twice."""
    leaves = [
        p.proposal.key_package.leaf_node
        for p in proposals
        if isinstance(p.proposal, Add)
    ]
    clients = {client_of(leaf.credential) for leaf in leaves}
    if policy.distinct_clients and len(clients) < len(leaves):
        raise InvalidProposal("a client is added twice")


def check_distinct_psks_12_2(proposals: Sequence[SentProposal]) -> None:
    """No PSK identifier occurs twice."""
    ids = [p.proposal.psk for p in proposals if isinstance(p.proposal, PreSharedKey)]
    if len(set(ids)) != len(ids):
        raise InvalidProposal("a PSK is named twice")


def check_one_group_context_extensions_12_2(proposals: Sequence[SentProposal]) -> None:
    """At most one GroupContextExtensions."""
    if len(_of(GroupContextExtensions, proposals)) > 1:
        raise InvalidProposal("group extensions are set twice")


def check_reinit_alone_12_2(proposals: Sequence[SentProposal]) -> None:
    """A ReInit stands alone."""
    if _of(ReInit, proposals) and len(proposals) > 1:
        raise InvalidProposal("ReInit is not alone")


def check_no_external_init_12_2(proposals: Sequence[SentProposal]) -> None:
    """A member's commit has no ExternalInit."""
    if _of(ExternalInit, proposals):
        raise InvalidProposal("ExternalInit in a member's commit")


def check_member_list_12_2(
    policy: Policy,
    client_of: ClientOf,
    proposals: Sequence[SentProposal],
    committer: LeafIndex,
) -> None:
    """All rules for the list of a member's commit."""
    check_committer_12_2(proposals, committer)
    check_one_change_per_leaf_12_2(proposals)
    check_distinct_adds_12_2(policy, client_of, proposals)
    check_distinct_psks_12_2(proposals)
    check_one_group_context_extensions_12_2(proposals)
    check_reinit_alone_12_2(proposals)
    check_no_external_init_12_2(proposals)


def check_external_list_12_2(proposals: Sequence[SentProposal]) -> None:
    """All rules for the list of an external commit."""
    if len(_of(ExternalInit, proposals)) != 1:
        raise InvalidProposal("external commit without exactly one ExternalInit")
    if len(_of(Remove, proposals)) > 1:
        raise InvalidProposal("external commit removes more than one leaf")
    if not all(isinstance(p.proposal, _EXTERNAL_COMMIT_TYPES) for p in proposals):
        raise InvalidProposal("proposal type is not for external commits")
    check_distinct_psks_12_2(proposals)


# --- application (§12.3) ---


def apply_proposals(
    context: GroupContext, tree: RatchetTree, proposals: Sequence[SentProposal]
) -> Applied:
    """The tree and extensions after a valid list.

    Order: GroupContextExtensions, Update, Remove, Add, then the rest.
    """
    applied = Applied(tree, context.extensions)
    for sent in _in_order(proposals):
        applied = _apply(applied, sent)
    return applied


_ORDER: dict[ProposalType, int] = {
    ProposalType.GROUP_CONTEXT_EXTENSIONS: 0,
    ProposalType.UPDATE: 1,
    ProposalType.REMOVE: 2,
    ProposalType.ADD: 3,
}


def _in_order(proposals: Iterable[SentProposal]) -> list[SentProposal]:
    last = len(_ORDER)
    return sorted(proposals, key=lambda p: _ORDER.get(p.proposal.type, last))


def _apply(applied: Applied, sent: SentProposal) -> Applied:
    tree = applied.tree
    match sent.proposal:
        case GroupContextExtensions(extensions):
            return replace(applied, extensions=extensions)
        case Update(leaf_node):
            index = sent.sender.index
            return replace(
                applied,
                tree=tree.update_leaf(index, leaf_node),
                updated=(*applied.updated, index),
            )
        case Remove(index):
            leaf = tree.leaf(index)
            if leaf is None:
                raise InvalidProposal("removed leaf is blank")
            removed = (*applied.removed, (index, leaf))
            return replace(applied, tree=tree.remove_leaf(index), removed=removed)
        case Add(key_package):
            tree, index = tree.add_leaf(key_package.leaf_node)
            added = (*applied.added, (index, key_package))
            return replace(applied, tree=tree, added=added)
        case PreSharedKey(psk):
            return replace(applied, psk_ids=(*applied.psk_ids, psk))
        case ExternalInit() as external_init:
            return replace(applied, external_init=external_init)
        case ReInit() as reinit:
            return replace(applied, reinit=reinit)
