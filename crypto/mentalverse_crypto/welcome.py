"""Welcoming new members and joining by Welcome (§12.4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import key_schedule, secret_tree, transcript, treekem, treemath, validation
from .ciphersuite import Rng, SignatureKeyPair, verify_mac
from .codec import decode
from .errors import InvalidCommit, InvalidWelcome, NoMatchingKeyPackage
from .extensions import (
    Extension,
    ExtensionType,
    external_pub_extension,
    find_extension,
)
from .framing import decode_message
from .group_info import (
    EncryptedGroupSecrets,
    GroupContext,
    GroupInfo,
    GroupSecrets,
    Welcome,
)
from .key_package import KeyPackage, KeyPackageSecrets
from .key_schedule import EpochSecrets
from .labels import decrypt_with_label, encrypt_with_label
from .policy import Checks, Policy
from .psk import (
    PreSharedKeyID,
    PskStore,
    ResumptionPsk,
    ResumptionPSKUsage,
)
from .ratchet_tree import RatchetTree
from .state import GroupState, Member, member_of
from .treemath import LeafIndex, node_of_leaf

_LABEL = b"Welcome"
_MAX_EPOCH = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Joined:
    """A group entered by Welcome."""

    state: GroupState
    inviter: Member
    """Who made the commit that added us."""
    key_package_ref: bytes
    """The KeyPackage used: delete its secrets unless it is the last resort."""
    psk_ids: tuple[PreSharedKeyID, ...]
    """The pre-shared keys that it took."""


def make_group_info(
    state: GroupState, *, with_tree: bool, with_external_pub: bool
) -> GroupInfo:
    """A signed GroupInfo of the current epoch (§12.4.3)."""
    extensions = []
    if with_tree:
        data = state.tree.encode()
        extensions.append(Extension(ExtensionType.RATCHET_TREE, data))
    if with_external_pub:
        public = key_schedule.external_key_pair(state.suite, state.secrets).public
        extensions.append(external_pub_extension(public))
    return GroupInfo(
        state.group_context,
        tuple(extensions),
        state.confirmation_tag,
        state.own_leaf,
    ).sign(state.signature_key)


def make_welcome(
    group_info: GroupInfo,
    joiner_secret: bytes,
    welcome_secret: bytes,
    added: Sequence[tuple[LeafIndex, KeyPackage]],
    path_secrets: Mapping[int, bytes],
    psk_ids: Sequence[PreSharedKeyID],
    rng: Rng,
) -> Welcome:
    """The Welcome for the leaves that a commit added (§12.4.3.1).

    `path_secrets` are those of the commit's path by node, empty without one.
    """
    suite = group_info.group_context.cipher_suite
    key, nonce = key_schedule.welcome_key_and_nonce(suite, welcome_secret)
    sealed_info = suite.seal(key, nonce, b"", group_info.encode())
    signer = node_of_leaf(group_info.signer)
    secrets = []
    for index, package in added:
        meeting = treemath.common_ancestor(node_of_leaf(index), signer)
        path_secret = path_secrets[meeting] if path_secrets else None
        plain = GroupSecrets(joiner_secret, path_secret, tuple(psk_ids)).encode()
        sealed = encrypt_with_label(
            suite, package.init_key, _LABEL, sealed_info, plain, rng
        )
        secrets.append(EncryptedGroupSecrets(package.ref(), sealed))
    return Welcome(suite, tuple(secrets), sealed_info)


def open_group_secrets(
    welcome: Welcome, key_packages: Sequence[KeyPackageSecrets]
) -> tuple[KeyPackageSecrets, GroupSecrets]:
    """Our part of a Welcome and the KeyPackage it was sealed to.

    Raises:
        NoMatchingKeyPackage: it is for none of ours.
        DecryptError: it does not open.
    """
    ours = {secrets.ref: secrets for secrets in key_packages}
    entry = next((s for s in welcome.secrets if s.new_member in ours), None)
    if entry is None:
        raise NoMatchingKeyPackage("Welcome is for no KeyPackage held here")
    secrets = ours[entry.new_member]
    if secrets.key_package.cipher_suite is not welcome.cipher_suite:
        raise InvalidWelcome("Welcome is of another suite than the KeyPackage")
    plain = decrypt_with_label(
        welcome.cipher_suite,
        secrets.init_key_pair,
        _LABEL,
        welcome.encrypted_group_info,
        entry.encrypted_group_secrets,
    )
    return secrets, decode(GroupSecrets.read, plain)


def open_group_info(welcome: Welcome, welcome_secret: bytes) -> GroupInfo:
    """The GroupInfo of a Welcome, not yet verified.

    Raises:
        DecryptError: it does not open.
        InvalidWelcome: its suite is another.
    """
    suite = welcome.cipher_suite
    key, nonce = key_schedule.welcome_key_and_nonce(suite, welcome_secret)
    plain = suite.open(key, nonce, b"", welcome.encrypted_group_info)
    group_info = decode(GroupInfo.read, plain)
    if group_info.group_context.cipher_suite is not suite:
        raise InvalidWelcome("GroupInfo is of another suite than the Welcome")
    return group_info


def checked_tree(
    checks: Checks, group_info: GroupInfo, given: bytes | None
) -> tuple[RatchetTree, Member]:
    """The tree of a GroupInfo or the one given beside it, fully checked, and who
    signed.

    Raises:
        InvalidWelcome: there is no tree, or the signer is not in it.
        InvalidTree, InvalidLeafNode, CredentialRejected, SignatureError: a rule
            of §12.4.3.1 is broken.
    """
    inline = find_extension(group_info.extensions, ExtensionType.RATCHET_TREE)
    data = inline if inline is not None else given
    if data is None:
        raise InvalidWelcome("GroupInfo comes without a ratchet tree")
    tree = decode(RatchetTree.read, data)
    signer = tree.leaf(group_info.signer)
    if signer is None:
        raise InvalidWelcome("signer of the GroupInfo is not in the tree")
    group_info.verify(signer.signature_key)
    context = group_info.group_context
    if context.epoch > _MAX_EPOCH:
        raise InvalidWelcome("group leaves no room for further epochs")
    validation.check_tree_hash_12_4_3_1(tree, context.tree_hash)
    validation.check_tree_12_4_3_1(
        checks, context.cipher_suite, context.extensions, tree, context.group_id
    )
    return tree, member_of(group_info.signer, signer)


def check_psks_12_4_3_1(
    context: GroupContext,
    psk_ids: Sequence[PreSharedKeyID],
    continues: ResumptionPSKUsage | None,
) -> None:
    """No PSK twice; one of reinit or branch exactly where a group continues another,
    and then it has only begun (§11.2, §11.3)."""
    if len(set(psk_ids)) != len(psk_ids):
        raise InvalidWelcome("a PSK is named twice")
    usages = [
        psk_id.usage
        for psk_id in psk_ids
        if isinstance(psk_id, ResumptionPsk)
        and psk_id.usage is not ResumptionPSKUsage.APPLICATION
    ]
    if usages != ([] if continues is None else [continues]):
        raise InvalidWelcome("resumption PSK usage is not the one expected")
    if continues is not None and context.epoch != 1:
        raise InvalidWelcome("a group that continues another is not at epoch 1")


def join(
    data: bytes,
    key_packages: Sequence[KeyPackageSecrets],
    checks: Checks,
    ratchet_tree: bytes | None,
    psks: PskStore,
) -> Joined:
    """The group that a Welcome leads to.

    Raises:
        NoMatchingKeyPackage, InvalidWelcome, InvalidTree, DecryptError, …
    """
    welcome = decode_message(data)
    if not isinstance(welcome, Welcome):
        raise InvalidWelcome("message is not a Welcome")
    own, group_secrets = open_group_secrets(welcome, key_packages)
    psk_secret = psks.secret(group_secrets.psks)
    joiner = group_secrets.joiner_secret
    welcome_secret = key_schedule.welcome_secret(joiner, psk_secret)
    group_info = open_group_info(welcome, welcome_secret)
    group_context = group_info.group_context
    check_psks_12_4_3_1(group_context, group_secrets.psks, checks.continues)
    tree, inviter = checked_tree(checks, group_info, ratchet_tree)
    own_leaf = _find_own_leaf(tree, own)
    context = group_context.encode()
    secrets = key_schedule.epoch_secrets(joiner, psk_secret, context)
    verify_mac(
        secrets.confirmation_key,
        group_context.confirmed_transcript_hash,
        group_info.confirmation_tag,
    )
    keys = _private_keys(tree, own_leaf, own, group_info, group_secrets)
    state = first_state(
        checks.policy,
        group_context,
        tree,
        own_leaf,
        own.signature_key_pair,
        keys,
        secrets,
        group_info.confirmation_tag,
    )
    return Joined(state, inviter, own.ref, group_secrets.psks)


def first_state(
    policy: Policy,
    group_context: GroupContext,
    tree: RatchetTree,
    own_leaf: LeafIndex,
    signature_key: SignatureKeyPair,
    private_keys: Mapping[int, bytes],
    secrets: EpochSecrets,
    confirmation_tag: bytes,
) -> GroupState:
    """The state of a member in the first epoch it knows."""
    return GroupState(
        policy=policy,
        group_context=group_context,
        context=group_context.encode(),
        tree=tree,
        own_leaf=own_leaf,
        signature_key=signature_key,
        private_keys=private_keys,
        secrets=secrets.without_encryption_secret(),
        secret_tree=secret_tree.create(secrets.encryption_secret, tree.leaf_count),
        interim_transcript_hash=transcript.interim_transcript_hash(
            group_context.confirmed_transcript_hash, confirmation_tag
        ),
        confirmation_tag=confirmation_tag,
        resumption_psks={group_context.epoch: secrets.resumption_psk},
    )


def _find_own_leaf(tree: RatchetTree, own: KeyPackageSecrets) -> LeafIndex:
    ours = own.key_package.leaf_node
    for index, leaf in tree.leaves():
        if leaf == ours:
            return index
    raise InvalidWelcome("our leaf is not in the tree")


def _private_keys(
    tree: RatchetTree,
    own_leaf: LeafIndex,
    own: KeyPackageSecrets,
    group_info: GroupInfo,
    group_secrets: GroupSecrets,
) -> dict[int, bytes]:
    """Our leaf's key, and those of the signer's filtered path above us."""
    keys = {node_of_leaf(own_leaf): own.encryption_private}
    if group_secrets.path_secret is None:
        return keys
    if own_leaf == group_info.signer:
        raise InvalidWelcome("GroupInfo is signed by our own leaf")
    signer = node_of_leaf(group_info.signer)
    meeting = treemath.common_ancestor(node_of_leaf(own_leaf), signer)
    path = [step.node for step in tree.filtered_direct_path(group_info.signer)]
    above = path[path.index(meeting) :]
    try:
        secrets = treekem.derive_checked(
            own.key_package.cipher_suite, tree, group_secrets.path_secret, above
        )
    except InvalidCommit:
        raise InvalidWelcome("path secret does not lead to the tree's keys") from None
    return keys | secrets.private_keys()
