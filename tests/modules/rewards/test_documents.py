"""Packs have one form, one hash and one signature."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mentalverse_modules.rewards.canonical import canonical, digest, parsed
from mentalverse_modules.rewards.documents import (
    SHIPPED,
    Signed,
    opened,
    pack_hash,
    read,
    shipped,
    signed,
    written,
)
from mentalverse_modules.rewards.errors import MalformedPack, UntrustedPack
from mentalverse_modules.rewards.packs import moment_ms, valid_at
from support.reward_facts import START_MS, document

SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
PEER = shipped("peer")
ENVELOPE = signed(PEER, SEED)
KEY = bytes.fromhex(ENVELOPE.key)

plain = st.recursive(
    st.booleans()
    | st.integers(-(1 << 53) + 1, (1 << 53) - 1)
    | st.text(st.characters(max_codepoint=127)),
    lambda one: (
        st.lists(one) | st.dictionaries(st.text(st.characters(max_codepoint=127)), one)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_pack_is_read_as_it_was_written(name: str) -> None:
    pack = shipped(name)
    assert read(written(pack)) == pack
    assert pack_hash(pack) == hashlib.sha256(written(pack)).hexdigest()


def test_the_order_of_the_names_means_nothing() -> None:
    """Nor do blanks."""
    turned = dict(reversed(document().items()))
    assert pack_hash(read(json.dumps(turned, indent=3).encode())) == pack_hash(PEER)


@given(plain)
def test_the_canonical_form_says_the_same_and_is_its_own(value: object) -> None:
    octets = canonical(value)
    assert octets.isascii()
    assert parsed(octets) == value
    assert canonical(parsed(octets)) == octets


@pytest.mark.parametrize("value", [1.0, None, [1.5], {"a": {2: 1}}, {"a": b""}])
def test_what_has_no_one_form_is_not_written(value: object) -> None:
    with pytest.raises(ValueError, match="form|strings"):
        canonical(value)


def test_a_digest_keeps_its_parts_apart() -> None:
    assert digest("x", b"ab", b"c") != digest("x", b"a", b"bc") != digest("xa", b"bc")


def test_a_signed_pack_is_opened_by_its_key() -> None:
    assert opened(ENVELOPE, KEY) == PEER


def test_another_key_or_another_document_is_not_trusted() -> None:
    """Whatever is changed: key, document, its form, the signature."""
    later = replace(PEER, rev=2)
    loose = json.dumps(document(), indent=1)
    other = signed(PEER, OTHER_SEED)
    for envelope in (
        other,
        replace(ENVELOPE, document=written(later).decode()),
        replace(ENVELOPE, document=loose),
        replace(ENVELOPE, signature="00" * 64),
        replace(ENVELOPE, signature="no hex"),
        replace(ENVELOPE, key=other.key),
    ):
        with pytest.raises(UntrustedPack):
            opened(envelope, KEY)
    with pytest.raises(MalformedPack):
        opened(Signed("{}", ENVELOPE.key, ENVELOPE.signature), KEY)


def test_a_fact_is_judged_by_the_pack_of_its_time() -> None:
    """The last that had begun by then; before the first there is none."""
    later = replace(PEER, rev=2, effective_from="2027-03-01T00:00:00Z")
    packs = (later, PEER, shipped("professional"))
    begins = later.effective_ms
    assert valid_at(packs, "peer", START_MS - 1) is None
    assert valid_at(packs, "peer", START_MS) == PEER
    assert valid_at(packs, "peer", begins - 1) == PEER
    assert valid_at(packs, "peer", begins) == later


@pytest.mark.parametrize(
    "text",
    ["2027-02-29T00:00:00Z", "2027-01-04T00:00:00+00:00", "2027-01-04 00:00:00Z"],
)
def test_times_have_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        moment_ms(text)


def test_rules_are_found_by_their_code() -> None:
    rule = PEER.rule("peer.session")
    assert rule is not None
    assert rule.events == ("session.attended",)
    assert PEER.rule("peer.unheard_of") is None
