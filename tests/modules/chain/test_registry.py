"""Roots on a chain in memory: what is under them is shown, and nothing else is."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto import merkle
from mentalverse_crypto.errors import LogProofInvalid
from mentalverse_modules.chain.abi import Kind, publishing, revoking
from mentalverse_modules.chain.credentials import commitment, salt_of
from mentalverse_modules.rewards.checkpoint import is_in, proof, root
from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.epoch import epoch_of
from mentalverse_modules.rewards.ledger import erased
from support.chain import Chain, Deployed, Refused
from support.reward_books import Books
from support.reward_facts import START_MS, fact

STRANGER = 1
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain()


@pytest.fixture
def registry(chain: Chain) -> Deployed:
    return chain.deploy("registry")


def leaves(count: int, of: str = "") -> list[str]:
    return [hashlib.sha256(f"{of}{n}".encode()).hexdigest() for n in range(count)]


def asked(registry: Deployed, view: str, under: list[str], place: int) -> object:
    """What the contract says of the leaf at this place, with its right way."""
    way = tuple(bytes.fromhex(one) for one in proof(under, place))
    leaf = bytes.fromhex(under[place])
    return registry.ask(view, bytes.fromhex(root(under)), leaf, place, way)


@pytest.mark.capability("T13")
def test_a_posting_of_a_real_ledger_is_shown_under_its_published_root(
    registry: Deployed,
) -> None:
    """Also when whose it is has been erased; and a row that was changed is not."""
    books = Books((shipped("peer"),))
    facts = [fact(evt_id=f"evt_{n}", beneficiary=f"member_{n}") for n in range(11)]
    books.close(epoch_of(START_MS), facts)
    hashes = [row.hash for row in books.rows]
    registry.send(publishing(Kind.LEDGER, root(hashes), len(hashes)))
    assert registry.ask("ledger_root") == bytes.fromhex(root(hashes))
    assert all(asked(registry, "is_in", hashes, n) for n in range(len(hashes)))
    assert erased(books.rows[4]).hash == hashes[4]
    forged = [*hashes[:4], leaves(1)[0], *hashes[5:]]
    way = tuple(bytes.fromhex(one) for one in proof(hashes, 4))
    published = bytes.fromhex(root(hashes))
    assert not registry.ask("is_in", published, bytes.fromhex(forged[4]), 4, way)


@pytest.fixture(scope="module")
def grown(chain: Chain) -> tuple[Deployed, list[str]]:
    """A registry with the roots of a ledger at every size up to 35."""
    registry, every = chain.deploy("registry"), leaves(35)
    for size in range(1, len(every) + 1):
        registry.send(publishing(Kind.LEDGER, root(every[:size]), size))
    return registry, every


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_contract_takes_the_proofs_that_the_rules_of_the_tree_take(
    grown: tuple[Deployed, list[str]], data: st.DataObject
) -> None:
    """Right and forged ones, as our two verifiers of RFC 9162 judge them."""
    registry, every = grown
    size = data.draw(st.integers(1, len(every)))
    place = data.draw(st.integers(0, size - 1))
    way = list(proof(every[:size], place))
    spoilt = data.draw(st.sampled_from(("no", "leaf", "place", "step", "less", "more")))
    leaf, at = every[place], place
    if spoilt == "leaf":
        leaf = data.draw(st.sampled_from(leaves(5, "no leaf ") + every))
    elif spoilt == "place":
        at = data.draw(st.integers(0, 2 * size))
    elif spoilt == "step" and way:
        way[data.draw(st.integers(0, len(way) - 1))] = leaf
    elif spoilt == "less":
        way = way[:-1]
    elif spoilt == "more":
        way.append(leaf)
    top = root(every[:size])
    octets = tuple(bytes.fromhex(one) for one in way)
    found = registry.ask("is_in", bytes.fromhex(top), bytes.fromhex(leaf), at, octets)
    assert found is is_in(leaf, at, size, way, top) is by_oracle(leaf, at, size, octets)
    assert found or spoilt != "no"


def by_oracle(leaf: str, at: int, size: int, way: tuple[bytes, ...]) -> bool:
    top = bytes.fromhex(root(leaves(35)[:size]))
    try:
        hashed = merkle.leaf_hash(bytes.fromhex(leaf))
        merkle.verify_inclusion(hashed, at, size, way, top)
    except LogProofInvalid:
        return False
    return True


def test_under_a_root_that_nobody_published_is_nothing(registry: Deployed) -> None:
    every = leaves(3)
    assert not asked(registry, "is_in", every, 0)
    assert not asked(registry, "is_valid", every, 0)


@pytest.mark.capability("T13")
def test_only_the_issuer_publishes_and_revokes(registry: Deployed) -> None:
    top = root(leaves(3))
    published = publishing(Kind.CREDENTIALS, top, 3)
    with pytest.raises(Refused, match="not the issuer"):
        registry.send(published, by=STRANGER)
    registry.send(published)
    with pytest.raises(Refused, match="not the issuer"):
        registry.send(revoking(top, frozenset({1}))[0], by=STRANGER)
    assert asked(registry, "is_valid", leaves(3), 1)


def test_what_was_published_is_never_changed(registry: Deployed) -> None:
    registry.send(publishing(Kind.LEDGER, root(leaves(3)), 3))
    for kind in Kind:
        with pytest.raises(Refused, match="published before"):
            registry.send(publishing(kind, root(leaves(3)), 4))


def test_a_ledger_only_grows(registry: Deployed) -> None:
    registry.send(publishing(Kind.LEDGER, root(leaves(3)), 3))
    for size in (2, 3):
        with pytest.raises(Refused, match="only grows"):
            registry.send(publishing(Kind.LEDGER, root(leaves(size, "other")), size))
    registry.send(publishing(Kind.LEDGER, root(leaves(4)), 4))


def test_an_empty_tree_and_another_kind_are_refused(registry: Deployed) -> None:
    top = bytes.fromhex(root(leaves(3)))
    with pytest.raises(Refused, match="nothing to publish"):
        registry.do("publish", Kind.LEDGER.value, top, 0)
    for kind in (0, 3):
        with pytest.raises(Refused, match="no such kind"):
            registry.do("publish", kind, top, 3)


@pytest.mark.capability("T13")
def test_a_thousand_credentials_have_one_root_and_a_bit_each(
    registry: Deployed,
) -> None:
    tokens = {f"id{n}": f"token {n}" for n in range(1_000)}
    every = sorted(commitment(salt_of(SECRET, id_), tokens[id_]) for id_ in tokens)
    gone = {3, 255, 256, 999}
    registry.send(
        publishing(Kind.CREDENTIALS, root(every), 1_000), told="a root of 1,000"
    )
    calls = revoking(root(every), frozenset(gone))
    assert len(calls) == 3
    for each in calls:
        registry.send(each, told="256 bits")
    for place in (0, 2, 3, 4, 254, 255, 256, 257, 511, 998, 999):
        assert asked(registry, "is_in", every, place)
        assert asked(registry, "is_valid", every, place) is (place not in gone)
    print(f"gas: {registry.chain.gas}")


def test_what_was_taken_back_stays_so(registry: Deployed) -> None:
    every = leaves(5)
    registry.send(publishing(Kind.CREDENTIALS, root(every), 5))
    for place in (1, 3):
        registry.send(revoking(root(every), frozenset({place}))[0])
    valid = [asked(registry, "is_valid", every, place) for place in range(5)]
    assert valid == [True, False, True, False, True]


def test_rows_of_a_ledger_are_no_credentials(registry: Deployed) -> None:
    every = leaves(2)
    registry.send(publishing(Kind.LEDGER, root(every), 2))
    assert asked(registry, "is_in", every, 0)
    assert not asked(registry, "is_valid", every, 0)
    with pytest.raises(Refused, match="no such credentials"):
        registry.send(revoking(root(every), frozenset({0}))[0])


def test_a_commitment_is_of_one_credential_and_one_salt() -> None:
    salt = salt_of(SECRET, "id")
    found = {
        commitment(salt, "token"),
        commitment(salt, "other"),
        commitment(salt_of(SECRET, "other"), "token"),
        commitment(salt_of(SECRET[::-1], "id"), "token"),
    }
    assert len(found) == 4
    assert commitment(salt_of(SECRET, "id"), "token") in found
