"""The rules for leaves, KeyPackages and trees, one function each (§7.3, §7.9,
§10.1, §12.4.3.1).

A function is named after its section, raises when its rule is broken and
returns nothing otherwise. The rules for lists of proposals are in
`proposal_list`, those for commits in `commit` and `apply_commit`.
"""

from . import treemath
from .ciphersuite import KEY_BYTES, CipherSuite
from .errors import (
    CredentialRejected,
    InvalidKeyPackage,
    InvalidLeafNode,
    InvalidTree,
)
from .extensions import (
    DEFAULT_EXTENSION_TYPES,
    Extensions,
    required_capabilities,
)
from .group_info import external_senders
from .kem import is_usable_public
from .key_package import KeyPackage
from .leaf import (
    PROTOCOL_VERSION,
    Credential,
    CredentialType,
    LeafNode,
    LeafNodeSource,
)
from .policy import Checks, ClientOf, Policy
from .proposals import ProposalType
from .ratchet_tree import ParentNode, RatchetTree
from .treemath import NodeIndex

_DEFAULT_PROPOSALS = frozenset(ProposalType)

# --- one leaf ---


def check_credential_5_3_1(
    checks: Checks, credential: Credential, signature_key: bytes
) -> None:
    """The authentication service accepts a credential of a type that is allowed."""
    is_basic = credential.credential_type is CredentialType.BASIC
    if checks.policy.basic_credentials_only and not is_basic:
        raise CredentialRejected("credential is not basic")
    checks.validate_credential(credential, signature_key)


def check_source_7_3(leaf: LeafNode, source: LeafNodeSource) -> None:
    """The leaf was made for the place where it is found."""
    if leaf.leaf_node_source is not source:
        raise InvalidLeafNode("leaf node source does not fit its place")


def check_lifetime_7_3(checks: Checks, leaf: LeafNode) -> None:
    """The lifetime holds at this moment."""
    if leaf.lifetime is None:
        raise InvalidLeafNode("leaf node has no lifetime")
    if not leaf.lifetime.contains(checks.now):
        raise InvalidLeafNode("leaf node is outside its lifetime")


def check_lifetime_length_7_2(policy: Policy, leaf: LeafNode) -> None:
    """The lifetime is no longer than allowed, whether or not it has ended."""
    lifetime = leaf.lifetime
    if lifetime and lifetime.length_seconds > policy.max_lifetime_seconds:
        raise InvalidLeafNode("lifetime is too long")


def check_capabilities_7_2(suite: CipherSuite, leaf: LeafNode) -> None:
    """The client supports the protocol version and suite it is used with."""
    capabilities = leaf.capabilities
    if PROTOCOL_VERSION not in capabilities.versions:
        raise InvalidLeafNode("capabilities lack the protocol version")
    if suite not in capabilities.cipher_suites:
        raise InvalidLeafNode("capabilities lack the cipher suite")


def check_external_senders_5_3_1(checks: Checks, extensions: Extensions) -> None:
    """The authentication service accepts everybody who may propose from outside."""
    for sender in external_senders(extensions):
        if len(sender.signature_key) != KEY_BYTES:
            raise CredentialRejected("external sender's key has the wrong length")
        check_credential_5_3_1(checks, sender.credential, sender.signature_key)


def check_keys_5_1_1(suite: CipherSuite, leaf: LeafNode) -> None:
    """The keys can be used with the suite."""
    if len(leaf.signature_key) != KEY_BYTES:
        raise InvalidLeafNode("signature key has the wrong length")
    if not is_usable_public(suite, leaf.encryption_key):
        raise InvalidLeafNode("encryption key cannot be used")


def check_own_credential_type_7_3(leaf: LeafNode) -> None:
    """The client supports the credential type it shows itself."""
    if leaf.credential.credential_type not in leaf.capabilities.credentials:
        raise InvalidLeafNode("capabilities lack the leaf's own credential type")


def _supported_extensions(leaf: LeafNode) -> frozenset[int]:
    return DEFAULT_EXTENSION_TYPES.union(leaf.capabilities.extensions)


def check_own_extensions_7_3(leaf: LeafNode) -> None:
    """The client supports every extension of its own leaf."""
    used = {e.extension_type for e in leaf.extensions}
    if not used <= _supported_extensions(leaf):
        raise InvalidLeafNode("capabilities lack an extension of the leaf itself")


def check_required_capabilities_11_1(extensions: Extensions, leaf: LeafNode) -> None:
    """The client supports what the group requires."""
    required = required_capabilities(extensions)
    capabilities = leaf.capabilities
    if not set(required.extension_types) <= _supported_extensions(leaf):
        raise InvalidLeafNode("a required extension is not supported")
    proposals = _DEFAULT_PROPOSALS.union(capabilities.proposals)
    if not set(required.proposal_types) <= proposals:
        raise InvalidLeafNode("a required proposal type is not supported")
    if not set(required.credential_types) <= set(capabilities.credentials):
        raise InvalidLeafNode("a required credential type is not supported")


def check_group_extensions_13_4(extensions: Extensions, leaf: LeafNode) -> None:
    """The client supports every extension of the GroupContext."""
    used = {e.extension_type for e in extensions}
    if not used <= _supported_extensions(leaf):
        raise InvalidLeafNode("an extension of the group is not supported")


def check_leaf_7_3(
    checks: Checks,
    suite: CipherSuite,
    extensions: Extensions,
    leaf: LeafNode,
    group_id: bytes,
    leaf_index: int,
) -> None:
    """All rules that one leaf can break alone, except source and present time."""
    check_keys_5_1_1(suite, leaf)
    check_lifetime_length_7_2(checks.policy, leaf)
    check_capabilities_7_2(suite, leaf)
    check_own_credential_type_7_3(leaf)
    check_own_extensions_7_3(leaf)
    check_required_capabilities_11_1(extensions, leaf)
    check_group_extensions_13_4(extensions, leaf)
    leaf.verify(group_id, leaf_index)
    check_credential_5_3_1(checks, leaf.credential, leaf.signature_key)


# --- a KeyPackage ---


def check_init_key_10_1(package: KeyPackage) -> None:
    """The init key can be used and is not the leaf's key."""
    if not is_usable_public(package.cipher_suite, package.init_key):
        raise InvalidKeyPackage("init key cannot be used")
    if package.init_key == package.leaf_node.encryption_key:
        raise InvalidKeyPackage("init key equals the leaf's encryption key")


def check_suite_10_1(package: KeyPackage, suite: CipherSuite) -> None:
    """The package is made for the suite of the group."""
    if package.cipher_suite is not suite:
        raise InvalidKeyPackage("cipher suite is not the group's")


def check_key_package_10_1(
    checks: Checks, package: KeyPackage, suite: CipherSuite, extensions: Extensions
) -> None:
    """All rules for a KeyPackage used with a suite and group extensions."""
    check_suite_10_1(package, suite)
    check_init_key_10_1(package)
    package.verify()
    check_source_7_3(package.leaf_node, LeafNodeSource.KEY_PACKAGE)
    check_lifetime_7_3(checks, package.leaf_node)
    check_leaf_7_3(checks, suite, extensions, package.leaf_node, b"", 0)


# --- the members together ---


def check_credential_types_7_3(tree: RatchetTree) -> None:
    """Every member supports the credential type of every other."""
    used = {leaf.credential.credential_type for _, leaf in tree.leaves()}
    for _, leaf in tree.leaves():
        if not used <= set(leaf.capabilities.credentials):
            raise InvalidLeafNode("a member's credential type is not supported by all")


def check_unique_signature_keys_7_3(tree: RatchetTree) -> None:
    """No signature key occurs twice."""
    keys = [leaf.signature_key for _, leaf in tree.leaves()]
    if len(set(keys)) != len(keys):
        raise InvalidLeafNode("a signature key occurs twice")


def check_distinct_clients_12_2(
    policy: Policy, client_of: ClientOf, tree: RatchetTree
) -> None:
    """No client occurs twice."""
    clients = [client_of(leaf.credential) for _, leaf in tree.leaves()]
    if policy.distinct_clients and len(set(clients)) < len(clients):
        raise InvalidLeafNode("a client occurs twice")


def check_group_size(policy: Policy, tree: RatchetTree) -> None:
    """The group is no larger than the policy allows."""
    if sum(1 for _ in tree.leaves()) > policy.max_leaves:
        raise InvalidTree("the group has too many members")


def check_members_12_2(
    policy: Policy, client_of: ClientOf, extensions: Extensions, tree: RatchetTree
) -> None:
    """All rules that the members of a tree can break together."""
    check_group_size(policy, tree)
    check_credential_types_7_3(tree)
    check_unique_signature_keys_7_3(tree)
    check_unique_keys_12_4_3_1(tree)
    check_distinct_clients_12_2(policy, client_of, tree)
    for _, leaf in tree.leaves():
        check_required_capabilities_11_1(extensions, leaf)
        check_group_extensions_13_4(extensions, leaf)


# --- the tree ---


def check_tree_hash_12_4_3_1(tree: RatchetTree, tree_hash: bytes) -> None:
    """The tree is the one that the GroupContext speaks of."""
    if tree.tree_hash() != tree_hash:
        raise InvalidTree("tree hash does not match")


def check_parent_hashes_7_9_2(tree: RatchetTree) -> None:
    """Every parent node is authenticated by a node below it."""
    for index, node in tree.parents():
        left, right = treemath.left(index), treemath.right(index)
        if not (
            _has_authenticating_child(tree, index, node, left, right)
            or _has_authenticating_child(tree, index, node, right, left)
        ):
            raise InvalidTree("a parent node's hash is nowhere below it")


def _has_authenticating_child(
    tree: RatchetTree,
    index: NodeIndex,
    node: ParentNode,
    child: NodeIndex,
    sibling: NodeIndex,
) -> bool:
    """Whether a node in the child's resolution carries this node's hash.

    Apart from that node, the resolution is exactly the unmerged leaves there.
    """
    resolution = set(tree.resolution(child))
    unmerged = {
        treemath.node_of_leaf(leaf)
        for leaf in node.unmerged_leaves
        if leaf in treemath.leaves_under(child)
    }
    rest = resolution - unmerged
    if len(rest) != 1 or not unmerged <= resolution:
        return False
    below = tree.nodes[rest.pop()]
    carries_hash = isinstance(below, ParentNode) or (
        below is not None and below.leaf_node_source is LeafNodeSource.COMMIT
    )
    if below is None or not carries_hash:
        return False
    return below.parent_hash == tree.parent_hash(index, sibling)


def check_unmerged_leaves_12_4_3_1(tree: RatchetTree) -> None:
    """Unmerged leaves are sorted, below, present, and known in between.

    A node between leaf and parent holds the leaf in its own list, which may
    hold more; nodes above the parent are free, since a later path may have
    merged the leaf there.
    """
    for index, node in tree.parents():
        if list(node.unmerged_leaves) != sorted(set(node.unmerged_leaves)):
            raise InvalidTree("unmerged leaves are not in ascending order")
        for leaf in node.unmerged_leaves:
            _check_unmerged_leaf(tree, index, leaf)


def _check_unmerged_leaf(tree: RatchetTree, index: NodeIndex, leaf: int) -> None:
    if leaf not in treemath.leaves_under(index):
        raise InvalidTree("an unmerged leaf is not below its node")
    if tree.leaf(leaf) is None:
        raise InvalidTree("an unmerged leaf is blank")
    path = treemath.direct_path(treemath.node_of_leaf(leaf), tree.leaf_count)
    for between in path[: path.index(index)]:
        inner = tree.parent_node(between)
        if inner is not None and leaf not in inner.unmerged_leaves:
            raise InvalidTree("an unmerged leaf is merged further down")


def check_parent_keys_5_1_1(suite: CipherSuite, tree: RatchetTree) -> None:
    """The keys of parent nodes can be used."""
    keys = (node.encryption_key for _, node in tree.parents())
    if not all(is_usable_public(suite, key) for key in keys):
        raise InvalidTree("a parent node's key cannot be used")


def check_unique_keys_12_4_3_1(tree: RatchetTree) -> None:
    """No encryption key occurs twice."""
    used = sum(1 for node in tree.nodes if node is not None)
    if len(tree.encryption_keys()) != used:
        raise InvalidTree("an encryption key occurs twice")


def check_tree_12_4_3_1(
    checks: Checks,
    suite: CipherSuite,
    extensions: Extensions,
    tree: RatchetTree,
    group_id: bytes,
) -> None:
    """All rules for a tree received whole.

    Lifetimes are not looked at: a member's KeyPackage may have run out since it
    joined (§7.3).
    """
    check_group_size(checks.policy, tree)
    check_parent_keys_5_1_1(suite, tree)
    check_unmerged_leaves_12_4_3_1(tree)
    check_parent_hashes_7_9_2(tree)
    check_members_12_2(checks.policy, checks.client_of, extensions, tree)
    check_external_senders_5_3_1(checks, extensions)
    for index, leaf in tree.leaves():
        check_leaf_7_3(checks, suite, extensions, leaf, group_id, index)
