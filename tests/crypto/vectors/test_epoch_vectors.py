"""Official vectors of the primitives and of everything derived in an epoch."""

from mentalverse_crypto import (
    key_schedule,
    labels,
    psk,
    secret_tree,
    transcript,
    treemath,
)
from mentalverse_crypto.ciphersuite import (
    CipherSuite,
    HpkeKeyPair,
    signature_key_pair,
    verify_mac,
)
from mentalverse_crypto.codec import Reader, decode, varint
from mentalverse_crypto.framing import AuthenticatedContent
from mentalverse_crypto.group_info import GroupContext
from mentalverse_crypto.hpke import HPKECiphertext
from mentalverse_crypto.policy import RatchetLimits
from mentalverse_crypto.secret_tree import RatchetKind
from support.deterministic import seeded_rng
from support.mls_vectors import Case, run_every_case

unhex = bytes.fromhex


def _deserialization(case: Case) -> None:
    header = unhex(case["vlbytes_header"])
    assert decode(Reader.varint, header) == case["length"]
    assert varint(case["length"]) == header


def _tree_math(case: Case) -> None:
    leaves, nodes = case["n_leaves"], range(case["n_nodes"])
    root = case["root"]
    inner = [n for n in nodes if not treemath.is_leaf(n)]
    assert treemath.node_width(leaves) == case["n_nodes"]
    assert treemath.root(leaves) == root
    assert treemath.full_leaf_count(leaves) == leaves
    for n in inner:
        assert treemath.left(n) == case["left"][n]
        assert treemath.right(n) == case["right"][n]
    for n in nodes:
        if n != root:
            assert treemath.parent(n) == case["parent"][n]
            assert treemath.sibling(n) == case["sibling"][n]


def _crypto_basics(case: Case) -> None:
    suite = CipherSuite(case["cipher_suite"])
    c = case["ref_hash"]
    assert labels.ref_hash(c["label"].encode(), unhex(c["value"])) == unhex(c["out"])

    c = case["expand_with_label"]
    assert labels.expand_with_label(
        unhex(c["secret"]), c["label"].encode(), unhex(c["context"]), c["length"]
    ) == unhex(c["out"])

    c = case["derive_secret"]
    secret = labels.derive_secret(unhex(c["secret"]), c["label"].encode())
    assert secret == unhex(c["out"])

    c = case["derive_tree_secret"]
    assert labels.derive_tree_secret(
        unhex(c["secret"]), c["label"].encode(), c["generation"], c["length"]
    ) == unhex(c["out"])

    c = case["sign_with_label"]
    label, content = c["label"].encode(), unhex(c["content"])
    pair = signature_key_pair(unhex(c["priv"]))
    assert pair.public == unhex(c["pub"])
    labels.verify_with_label(pair.public, label, content, unhex(c["signature"]))
    own = labels.sign_with_label(pair, label, content)
    labels.verify_with_label(pair.public, label, content, own)

    c = case["encrypt_with_label"]
    label, context = c["label"].encode(), unhex(c["context"])
    keys = HpkeKeyPair(unhex(c["priv"]), unhex(c["pub"]))
    given = HPKECiphertext(unhex(c["kem_output"]), unhex(c["ciphertext"]))
    plaintext = unhex(c["plaintext"])
    opened = labels.decrypt_with_label(suite, keys, label, context, given)
    assert opened == plaintext
    made = labels.encrypt_with_label(
        suite, keys.public, label, context, plaintext, seeded_rng(1)
    )
    assert labels.decrypt_with_label(suite, keys, label, context, made) == plaintext


def _key_schedule(case: Case) -> None:
    suite = CipherSuite(case["cipher_suite"])
    init_secret = unhex(case["initial_init_secret"])
    for number, epoch in enumerate(case["epochs"]):
        context = GroupContext(
            suite,
            unhex(case["group_id"]),
            number,
            unhex(epoch["tree_hash"]),
            unhex(epoch["confirmed_transcript_hash"]),
            (),
        ).encode()
        assert context == unhex(epoch["group_context"])
        joiner = key_schedule.joiner_secret(
            init_secret, unhex(epoch["commit_secret"]), context
        )
        psk_secret = unhex(epoch["psk_secret"])
        welcome = key_schedule.welcome_secret(joiner, psk_secret)
        secrets = key_schedule.epoch_secrets(joiner, psk_secret, context)
        external = key_schedule.external_key_pair(suite, secrets)
        assert joiner == unhex(epoch["joiner_secret"])
        assert welcome == unhex(epoch["welcome_secret"])
        assert external.public == unhex(epoch["external_pub"])
        for name in secrets.__slots__:
            assert getattr(secrets, name) == unhex(epoch[name]), name
        wanted = epoch["exporter"]
        exported = key_schedule.exporter(
            secrets.exporter_secret,
            wanted["label"].encode(),
            unhex(wanted["context"]),
            wanted["length"],
        )
        assert exported == unhex(wanted["secret"])
        init_secret = secrets.init_secret


def _psk_secret(case: Case) -> None:
    psks = [
        (psk.ExternalPsk(unhex(p["psk_id"]), unhex(p["psk_nonce"])), unhex(p["psk"]))
        for p in case["psks"]
    ]
    assert psk.psk_secret(psks) == unhex(case["psk_secret"])


def _secret_tree(case: Case) -> None:
    suite = CipherSuite(case["cipher_suite"])
    sent = case["sender_data"]
    assert secret_tree.sender_data_key_and_nonce(
        suite, unhex(sent["sender_data_secret"]), unhex(sent["ciphertext"])
    ) == (unhex(sent["key"]), unhex(sent["nonce"]))
    tree = secret_tree.create(unhex(case["encryption_secret"]), len(case["leaves"]))
    limits = RatchetLimits()
    for leaf, generations in enumerate(case["leaves"]):
        for wanted in generations:
            for kind in RatchetKind:
                name = kind.name.lower()
                tree, key = secret_tree.key_for(
                    suite, tree, leaf, kind, wanted["generation"], limits
                )
                assert key.key == unhex(wanted[f"{name}_key"])
                assert key.nonce == unhex(wanted[f"{name}_nonce"])


def _transcript_hashes(case: Case) -> None:
    commit = decode(AuthenticatedContent.read, unhex(case["authenticated_content"]))
    before = unhex(case["interim_transcript_hash_before"])
    confirmed = transcript.confirmed_transcript_hash(before, commit)
    assert confirmed == unhex(case["confirmed_transcript_hash_after"])
    tag = commit.auth.confirmation_tag
    assert tag is not None
    verify_mac(unhex(case["confirmation_key"]), confirmed, tag)
    interim = transcript.interim_transcript_hash(confirmed, tag)
    assert interim == unhex(case["interim_transcript_hash_after"])


def test_deserialization() -> None:
    run_every_case("deserialization", _deserialization)


def test_tree_math() -> None:
    run_every_case("tree-math", _tree_math)


def test_crypto_basics() -> None:
    run_every_case("crypto-basics", _crypto_basics)


def test_key_schedule() -> None:
    run_every_case("key-schedule", _key_schedule)


def test_psk_secret() -> None:
    run_every_case("psk_secret", _psk_secret)


def test_secret_tree() -> None:
    run_every_case("secret-tree", _secret_tree)


def test_transcript_hashes() -> None:
    run_every_case("transcript-hashes", _transcript_hashes)
