"""Where somebody is takes both halves of a key, and nothing less opens it."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings as sodium

from mentalverse_crypto.codec import opaque, u8, u32, u64
from mentalverse_crypto.errors import InvalidRequest
from mentalverse_crypto.sealed_location import (
    ENVELOPE_BYTES,
    MAX_ADDRESS_BYTES,
    Address,
    Location,
    Position,
    SealedLocation,
    open_location,
    seal_location,
)
from mentalverse_crypto.storage_errors import LocationDamaged, LocationMalformed
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

CASE = b"c" * 16
HERE = Position(481_234_567, -163_456_789, 12, 1_796_144_400_000)
times = st.integers(0, 2**64 - 1)
positions = st.builds(
    Position,
    st.integers(-900_000_000, 900_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
    st.integers(0, 2**32 - 1),
    times,
)
letters = st.characters(exclude_categories=["Cs"])
texts = st.text(letters, min_size=1).filter(lambda it: len(it.encode()) <= 480)
locations: st.SearchStrategy[Location] = positions | st.builds(Address, texts, times)
halves = st.binary(min_size=32, max_size=32)


def sealed(location: Location = HERE, seed: int = 1) -> SealedLocation:
    return seal_location(location, CASE, seeded_rng(seed))


def opened(it: SealedLocation, case: bytes = CASE) -> Location:
    return open_location(it.envelope, case, it.team_half, it.desk_half)


@given(locations, st.integers(0, 99))
def test_both_halves_open_what_was_sealed(location: Location, seed: int) -> None:
    assert opened(sealed(location, seed)) == location


@given(locations)
def test_every_location_has_the_same_length(location: Location) -> None:
    """So that nobody sees whether it is a position, or how long an address is."""
    assert len(sealed(location).envelope) == ENVELOPE_BYTES


@given(locations, halves)
def test_one_half_opens_nothing(location: Location, guess: bytes) -> None:
    """With any other half, with none, and with itself; also the halves of another."""
    it, other = sealed(location, 1), sealed(location, 2)
    for team, desk in (
        (it.team_half, guess),
        (guess, it.desk_half),
        (it.team_half, bytes(32)),
        (bytes(32), it.desk_half),
        (it.team_half, it.team_half),
        (it.desk_half, it.desk_half),
        (it.team_half, other.desk_half),
        (other.team_half, it.desk_half),
    ):
        with pytest.raises(LocationDamaged):
            open_location(it.envelope, CASE, team, desk)


def test_a_half_alone_says_nothing_of_the_key() -> None:
    """For either half there is another that makes any key at all of it: what is drawn
    first and what is drawn second are both drawn whole."""
    it = sealed(seed=7)
    rng = seeded_rng(7)
    assert (it.team_half, it.desk_half) == (rng(32), rng(32))


def test_any_flipped_bit_is_refused() -> None:
    it = sealed()
    for envelope in bit_flips(it.envelope):
        with pytest.raises(LocationDamaged):
            open_location(envelope, CASE, it.team_half, it.desk_half)
    for half in bit_flips(it.desk_half):
        with pytest.raises(LocationDamaged):
            open_location(it.envelope, CASE, it.team_half, half)
    for case in bit_flips(CASE):
        with pytest.raises(LocationDamaged):
            opened(it, case)


def test_no_other_length_is_taken() -> None:
    it = sealed()
    for envelope in (*truncations(it.envelope), it.envelope + b"\0"):
        with pytest.raises(LocationDamaged):
            open_location(envelope, CASE, it.team_half, it.desk_half)
    for half in (*truncations(it.team_half), it.team_half + b"\0"):
        with pytest.raises(LocationDamaged):
            open_location(it.envelope, CASE, half, it.desk_half)


def test_every_seal_has_a_key_of_its_own() -> None:
    """Also of the same place: two envelopes do not show that nobody has moved."""
    one, two = (seal_location(HERE, CASE, secrets.token_bytes) for _ in range(2))
    assert one.envelope != two.envelope
    assert {one.team_half, one.desk_half}.isdisjoint({two.team_half, two.desk_half})


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Position(900_000_001, 0, 0, 0),
        lambda: Position(0, -1_800_000_001, 0, 0),
        lambda: Position(0, 0, -1, 0),
        lambda: Position(0, 0, 0, -1),
        lambda: Address("", 0),
        lambda: Address("é" * (MAX_ADDRESS_BYTES // 2) + "e", 0),
        lambda: Address("\ud800", 0),
        lambda: Address("here", 2**64),
        lambda: seal_location(HERE, b"short", secrets.token_bytes),
    ],
)
def test_what_is_no_place_is_not_sealed(wrong: object) -> None:
    with pytest.raises(InvalidRequest):
        wrong()  # type: ignore[operator]


@pytest.mark.parametrize(
    "written",
    [
        opaque(u8(3) + u64(1)),
        opaque(u8(1) + u64(1) + u32(1_800_000_001) + u32(0) + u32(0)),
        opaque(u8(1) + u64(1) + u32(0) + u32(3_600_000_001) + u32(0)),
        opaque(u8(1) + u64(1) + u32(0) + u32(0) + u32(0) + b"more"),
        opaque(u8(2) + u64(1) + opaque(b"")),
        opaque(u8(2) + u64(1) + opaque(b"\xff")),
        opaque(u8(2) + u64(1) + opaque(b"a" * 481)),
        opaque(u8(2) + u64(1) + opaque(b"here")) + b"and there",
        b"\xff" * 512,
    ],
    ids=str,
)
def test_what_another_writer_sealed_is_malformed(written: bytes) -> None:
    """Authentic octets that are no location are told from altered ones."""
    sealed_by_them = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        written.ljust(512, b"\0"),
        b"MentalVerse location v1" + CASE,
        bytes(24),
        bytes(32),
    )
    with pytest.raises(LocationMalformed):
        open_location(b"\1" + bytes(24) + sealed_by_them, CASE, bytes(32), bytes(32))


def test_nothing_of_it_is_shown_in_a_log() -> None:
    it = sealed(Address("1 Canary Lane", 5))
    assert "Canary" not in repr(opened(it))
    assert "481234567" not in repr(HERE)
    assert it.team_half.hex() not in repr(it)
    assert repr(it.team_half) not in repr(it)
