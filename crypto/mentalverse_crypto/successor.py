"""Groups that continue another: ReInit (§11.2) and branch (§11.3).

A member of the old group begins the new one with the resumption key of an epoch
of the old one, so that only who was in that epoch can begin or join it:

    ReInit    all members, with the id, suite and extensions that the old group
              committed to; the way to another suite
    branch    some members, with the suite of the old group and another id

The server can neither make such a group nor leave a member out of the first kind.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from . import group
from .ciphersuite import HASH_BYTES, CipherSuite, Rng, SignatureKeyPair
from .commit import make_commit
from .errors import InvalidRequest, InvalidWelcome
from .extensions import Extensions
from .framing import WireFormat
from .group import StagedCommit
from .group_info import GroupContext
from .key_package import KeyPackage, KeyPackageSecrets
from .leaf import Capabilities, Credential, Lifetime
from .policy import Checks, ClientOf, ValidateCredential, whole_credential
from .proposals import Add, PreSharedKey, Proposal, ReInit
from .psk import PskStore, ResumptionPsk, ResumptionPSKUsage
from .ratchet_tree import RatchetTree
from .state import GroupState
from .welcome import Joined, join


@dataclass(frozen=True, slots=True)
class Founder:
    """Who begins a successor: its identity, and how it judges others."""

    signature_key: SignatureKeyPair
    credential: Credential
    lifetime: Lifetime
    validate_credential: ValidateCredential
    client_of: ClientOf = whole_credential
    capabilities: Capabilities | None = None


# --- beginning ---


def begin_reinitialised(
    old: GroupState,
    founder: Founder,
    key_packages: Sequence[KeyPackage],
    authenticated_data: bytes = b"",
    *,
    now: datetime,
    rng: Rng,
    inline_tree: bool = True,
) -> StagedCommit:
    """The group that a committed ReInit calls for, with all members of the old one.

    Any member may begin it. `key_packages` are of the ReInit's suite, one for each
    other member. Nobody else is in the group so far: what is staged is the first
    epoch that others see, and its commit is for the Delivery Service alone.

    Raises:
        InvalidRequest: no ReInit was committed, or a member would be missing.
        InvalidKeyPackage, InvalidLeafNode, SignatureError, CredentialRejected: a
            KeyPackage is not valid in the new group.
    """
    reinit = _reinit(old)
    staged = _begin(
        old,
        founder,
        ResumptionPSKUsage.REINIT,
        _Terms(reinit.group_id, reinit.cipher_suite, reinit.extensions),
        key_packages,
        authenticated_data,
        now,
        rng,
        inline_tree,
    )
    try:
        check_same_members_11_2(founder.client_of, old.tree, staged.state.tree)
    except InvalidWelcome:
        raise InvalidRequest("key packages are not those of all members") from None
    return staged


def begin_branch(
    old: GroupState,
    founder: Founder,
    group_id: bytes,
    key_packages: Sequence[KeyPackage],
    authenticated_data: bytes = b"",
    *,
    now: datetime,
    rng: Rng,
    extensions: Extensions | None = None,
    inline_tree: bool = True,
) -> StagedCommit:
    """A group of some members of this one, which goes on beside it.

    `extensions` are those of the old group unless given.

    Raises:
        NotActive: this member was removed, or the group has ended.
        InvalidRequest: the id is the old group's, or a KeyPackage is of no member.
        InvalidKeyPackage, InvalidLeafNode, SignatureError, CredentialRejected: a
            KeyPackage is not valid in the new group.
    """
    old.require_active()
    if group_id == old.group_id:
        raise InvalidRequest("a branch has a group id of its own")
    if extensions is None:
        extensions = old.group_context.extensions
    staged = _begin(
        old,
        founder,
        ResumptionPSKUsage.BRANCH,
        _Terms(group_id, old.suite, extensions),
        key_packages,
        authenticated_data,
        now,
        rng,
        inline_tree,
    )
    try:
        check_members_11_3(founder.client_of, old.tree, staged.state.tree)
    except InvalidWelcome:
        raise InvalidRequest("a key package is of no member") from None
    return staged


@dataclass(frozen=True, slots=True)
class _Terms:
    group_id: bytes
    suite: CipherSuite
    extensions: Extensions


def _begin(
    old: GroupState,
    founder: Founder,
    usage: ResumptionPSKUsage,
    terms: _Terms,
    key_packages: Sequence[KeyPackage],
    authenticated_data: bytes,
    now: datetime,
    rng: Rng,
    inline_tree: bool,
) -> StagedCommit:
    alone = group.create(
        terms.group_id,
        terms.suite,
        founder.signature_key,
        founder.credential,
        founder.lifetime,
        rng,
        extensions=terms.extensions,
        capabilities=founder.capabilities,
        policy=old.policy,
    )
    psk = ResumptionPsk(usage, old.group_id, old.epoch, rng(HASH_BYTES))
    proposals: list[Proposal] = [*map(Add, key_packages), PreSharedKey(psk)]
    made = make_commit(
        alone,
        Checks(
            old.policy,
            founder.validate_credential,
            founder.client_of,
            now,
            continues=usage,
        ),
        by_reference=(),
        by_value=proposals,
        authenticated_data=authenticated_data,
        wire_format=WireFormat.PRIVATE_MESSAGE,
        psks=old.psk_store(PskStore()),
        path=True,
        identity=None,
        rng=rng,
    )
    return group.staged(alone, made, rng, inline_tree=inline_tree, with_group_info=True)


# --- joining ---


def join_reinitialised(
    old: GroupState,
    welcome: bytes,
    key_packages: Sequence[KeyPackageSecrets],
    validate_credential: ValidateCredential,
    now: datetime,
    ratchet_tree: bytes | None = None,
    *,
    client_of: ClientOf = whole_credential,
    psks: PskStore | None = None,
) -> Joined:
    """The group that continues this one after its ReInit.

    Raises:
        InvalidRequest: no ReInit was committed.
        InvalidWelcome: it is not the group that the ReInit calls for.
        UnknownPsk: it takes another key than those of `psks` and of this group.
        Any error of `group.join_welcome`.
    """
    reinit = _reinit(old)
    usage = ResumptionPSKUsage.REINIT
    checks = Checks(old.policy, validate_credential, client_of, now, continues=usage)
    joined, psk = _join(old, welcome, key_packages, checks, ratchet_tree, psks)
    check_reinit_parameters_11_2(reinit, joined.state.group_context)
    if (psk.psk_group_id, psk.psk_epoch) != (old.group_id, old.epoch):
        raise InvalidWelcome("resumption PSK is not of the epoch that ended the group")
    check_same_members_11_2(client_of, old.tree, joined.state.tree)
    return joined


def join_branch(
    old: GroupState,
    welcome: bytes,
    key_packages: Sequence[KeyPackageSecrets],
    validate_credential: ValidateCredential,
    now: datetime,
    ratchet_tree: bytes | None = None,
    *,
    client_of: ClientOf = whole_credential,
    psks: PskStore | None = None,
) -> Joined:
    """A group branched from this one, in this epoch or in one still kept.

    Raises:
        InvalidWelcome: it is no branch of this group, or of an epoch too old.
        UnknownPsk: it takes another key than those of `psks` and of this group.
        Any error of `group.join_welcome`.
    """
    usage = ResumptionPSKUsage.BRANCH
    checks = Checks(old.policy, validate_credential, client_of, now, continues=usage)
    joined, psk = _join(old, welcome, key_packages, checks, ratchet_tree, psks)
    check_branch_parameters_11_3(old, joined.state.group_context)
    if psk.psk_group_id != old.group_id:
        raise InvalidWelcome("resumption PSK is of another group")
    trees = {p.epoch: p.tree for p in old.past} | {old.epoch: old.tree}
    tree = trees.get(psk.psk_epoch)
    if tree is None:
        raise InvalidWelcome("branch is of an epoch whose members are not kept")
    check_members_11_3(client_of, tree, joined.state.tree)
    return joined


def _reinit(old: GroupState) -> ReInit:
    if old.reinit is None:
        raise InvalidRequest("no ReInit was committed in this group")
    return old.reinit


def _join(
    old: GroupState,
    welcome: bytes,
    key_packages: Sequence[KeyPackageSecrets],
    checks: Checks,
    ratchet_tree: bytes | None,
    psks: PskStore | None,
) -> tuple[Joined, ResumptionPsk]:
    """The group joined, and the one PSK of its usage, which `join` has counted."""
    held = old.psk_store(psks or PskStore())
    joined = join(welcome, key_packages, checks, ratchet_tree, held)
    psk = next(
        psk_id
        for psk_id in joined.psk_ids
        if isinstance(psk_id, ResumptionPsk) and psk_id.usage is checks.continues
    )
    return joined, psk


# --- rules ---


def check_reinit_parameters_11_2(reinit: ReInit, context: GroupContext) -> None:
    """The group has the id, suite and extensions of the ReInit."""
    if context.group_id != reinit.group_id:
        raise InvalidWelcome("group id is not that of the ReInit")
    if context.cipher_suite is not reinit.cipher_suite:
        raise InvalidWelcome("cipher suite is not that of the ReInit")
    if context.extensions != reinit.extensions:
        raise InvalidWelcome("extensions are not those of the ReInit")


def check_same_members_11_2(
    client_of: ClientOf, old: RatchetTree, new: RatchetTree
) -> None:
    """The members are those of the old group, no more and no fewer."""
    if _clients(client_of, old) != _clients(client_of, new):
        raise InvalidWelcome("members are not those of the old group")


def check_branch_parameters_11_3(old: GroupState, context: GroupContext) -> None:
    """The group has the suite of the old one, and an id of its own."""
    if context.cipher_suite is not old.suite:
        raise InvalidWelcome("cipher suite is not that of the old group")
    if context.group_id == old.group_id:
        raise InvalidWelcome("a branch has the old group's id")


def check_members_11_3(client_of: ClientOf, old: RatchetTree, new: RatchetTree) -> None:
    """Every member was one of the old group."""
    if not _clients(client_of, new) <= _clients(client_of, old):
        raise InvalidWelcome("a member was not in the old group")


def _clients(client_of: ClientOf, tree: RatchetTree) -> Counter[bytes]:
    return Counter(client_of(leaf.credential) for _, leaf in tree.leaves())
