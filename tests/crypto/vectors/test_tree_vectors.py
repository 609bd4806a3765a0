"""Official vectors of the ratchet tree and of TreeKEM."""

from dataclasses import replace

from mentalverse_crypto import treekem, treemath, validation
from mentalverse_crypto.ciphersuite import CipherSuite, signature_key_pair
from mentalverse_crypto.codec import decode
from mentalverse_crypto.group_info import GroupContext
from mentalverse_crypto.leaf import LeafNodeSource
from mentalverse_crypto.proposals import Add, Remove, Update, read_proposal
from mentalverse_crypto.ratchet_tree import RatchetTree
from mentalverse_crypto.update_path import UpdatePath
from support.deterministic import seeded_rng
from support.mls_vectors import Case, run_every_case

unhex = bytes.fromhex


def _tree_operations(case: Case) -> None:
    tree = decode(RatchetTree.read, unhex(case["tree_before"]))
    assert tree.tree_hash() == unhex(case["tree_hash_before"])
    match decode(read_proposal, unhex(case["proposal"])):
        case Add(key_package):
            tree, _ = tree.add_leaf(key_package.leaf_node)
        case Update(leaf_node):
            tree = tree.update_leaf(case["proposal_sender"], leaf_node)
        case Remove(removed):
            tree = tree.remove_leaf(removed)
        case other:
            raise AssertionError(other)
    assert tree.encode() == unhex(case["tree_after"])
    assert tree.tree_hash() == unhex(case["tree_hash_after"])


def _tree_validation(case: Case) -> None:
    tree = decode(RatchetTree.read, unhex(case["tree"]))
    assert tree.encode() == unhex(case["tree"])
    for node in range(len(tree.nodes)):
        assert list(tree.resolution(node)) == case["resolutions"][node]
        assert tree.subtree_hash(node) == unhex(case["tree_hashes"][node])
    validation.check_parent_hashes_7_9_2(tree)
    validation.check_unmerged_leaves_12_4_3_1(tree)
    validation.check_unique_keys_12_4_3_1(tree)
    for index, leaf in tree.leaves():
        leaf.verify(unhex(case["group_id"]), index)


class _TreeKem:
    """One treekem case: a tree and what each of its members knows."""

    def __init__(self, case: Case) -> None:
        self.suite = CipherSuite(case["cipher_suite"])
        self.tree = decode(RatchetTree.read, unhex(case["ratchet_tree"]))
        self.group_id = unhex(case["group_id"])
        self.epoch = case["epoch"]
        self.confirmed = unhex(case["confirmed_transcript_hash"])
        self.private_keys: dict[int, dict[int, bytes]] = {}
        self.signature_keys: dict[int, bytes] = {}
        for known in case["leaves_private"]:
            index = known["index"]
            keys = {treemath.node_of_leaf(index): unhex(known["encryption_priv"])}
            for entry in known["path_secrets"]:
                pair = treekem.node_key_pair(self.suite, unhex(entry["path_secret"]))
                node = self.tree.parent_node(entry["node"])
                assert node is not None
                assert node.encryption_key == pair.public
                keys[entry["node"]] = pair.private
            self.private_keys[index] = keys
            self.signature_keys[index] = unhex(known["signature_priv"])

    def context(self, tree: RatchetTree) -> bytes:
        return GroupContext(
            self.suite, self.group_id, self.epoch, tree.tree_hash(), self.confirmed, ()
        ).encode()

    def receive(self, sender: int, path: UpdatePath, receiver: int) -> bytes:
        tree, steps = treekem.apply_path(self.tree, sender, path)
        secrets = treekem.open_path(
            self.suite,
            tree,
            steps,
            path,
            receiver,
            self.private_keys[receiver],
            self.context(tree),
            (),
        )
        return secrets.commit_secret

    def send(self, sender: int) -> tuple[UpdatePath, bytes]:
        rng = seeded_rng(sender)
        made = treekem.make_path(self.suite, self.tree, sender, rng)
        old = self.tree.leaf(sender)
        assert old is not None
        leaf = replace(
            old,
            leaf_node_source=LeafNodeSource.COMMIT,
            parent_hash=made.parent_hash,
            lifetime=None,
        ).sign(signature_key_pair(self.signature_keys[sender]), self.group_id, sender)
        tree = made.tree.replace({treemath.node_of_leaf(sender): leaf})
        path = treekem.encrypt_path(self.suite, made, leaf, self.context(tree), (), rng)
        return path, made.secrets.commit_secret


def _treekem(case: Case) -> None:
    group = _TreeKem(case)
    for given in case["update_paths"]:
        sender = given["sender"]
        path = decode(UpdatePath.read, unhex(given["update_path"]))
        path.leaf_node.verify(group.group_id, sender)
        tree, steps = treekem.apply_path(group.tree, sender, path)
        assert tree.tree_hash() == unhex(given["tree_hash_after"])
        made, made_secret = group.send(sender)
        for receiver, secret in enumerate(given["path_secrets"]):
            if secret is None:
                continue
            own = treemath.node_of_leaf(receiver)
            nodes = [s.node for s in steps]
            overlap = nodes.index(
                next(n for n in nodes if treemath.is_ancestor(n, own))
            )
            derived = treekem.derive_checked(
                group.suite, tree, unhex(secret), nodes[overlap:]
            )
            assert derived.commit_secret == unhex(given["commit_secret"])
            received = group.receive(sender, path, receiver)
            assert received == unhex(given["commit_secret"])
            assert group.receive(sender, made, receiver) == made_secret


def test_tree_operations() -> None:
    run_every_case("tree-operations", _tree_operations)


def test_tree_validation() -> None:
    run_every_case("tree-validation", _tree_validation)


def test_treekem() -> None:
    run_every_case("treekem", _treekem)
