"""Locations sealed in one language and opened in the other, octet for octet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer
from nacl import bindings as sodium

from mentalverse_crypto.codec import opaque, u8, u32, u64
from mentalverse_crypto.sealed_location import (
    Address,
    Location,
    Position,
    SealedLocation,
    open_location,
    seal_location,
)
from support.deterministic import seeded_rng
from support.format_values import shown, verdict
from support.mutations import bit_flips, truncations

CASE = b"c" * 16
HERE = Position(481_234_567, -163_456_789, 12, 1_796_144_400_000)

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=100)
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


def _seal(formats: JsPeer, location: Any, seed: int = 1, case: bytes = CASE) -> Any:
    random = seeded_rng(seed)(88)
    return formats.call("sealLocation", location=location, caseId=case, random=random)


def _agreed(
    formats: JsPeer, it: SealedLocation, envelope: bytes | None = None, **more: bytes
) -> Any:
    """What both open, or the code of why neither does."""
    halves = {"team_half": it.team_half, "desk_half": it.desk_half}
    asked = {"envelope": envelope or it.envelope, "case": CASE} | halves | more
    ours = verdict(open_location, **asked)
    theirs = verdict(
        formats.call,
        "openLocation",
        envelope=asked["envelope"],
        caseId=asked["case"],
        teamHalf=asked["team_half"],
        deskHalf=asked["desk_half"],
    )
    assert theirs == (ours if isinstance(ours, str) else shown(ours))
    return ours


@repeatable
@given(locations, st.integers(0, 99))
def test_both_seal_alike_and_open_it(
    formats: JsPeer, location: Location, seed: int
) -> None:
    it = seal_location(location, CASE, seeded_rng(seed))
    assert _seal(formats, shown(location), seed) == shown(it)
    assert _agreed(formats, it) == location


def test_damage_gets_the_same_verdict(formats: JsPeer) -> None:
    it = seal_location(HERE, CASE, seeded_rng(1))
    for flipped in bit_flips(it.envelope[:30]):
        damaged = flipped + it.envelope[30:]
        assert _agreed(formats, it, damaged) == "location.damaged"
    for cut in list(truncations(it.envelope))[1::50]:
        assert _agreed(formats, it, cut) == "location.damaged"
    assert _agreed(formats, it, it.envelope + b"\0") == "location.damaged"
    for other in (
        {"case": b"d" * 16},
        {"team_half": it.desk_half},
        {"desk_half": bytes(32)},
        {"desk_half": it.desk_half[:31]},
        {"team_half": it.team_half + b"\0"},
    ):
        assert _agreed(formats, it, **other) == "location.damaged"


WRITTEN = opaque(u8(1) + u64(1) + u32(1) + u32(1) + u32(1))
ADDRESSES = (b"\xef\xbb\xbfhere", b"a" * 480, b"a" * 481, b"", b"\xff", b"\xed\xa0\x80")


@settings(repeatable, max_examples=300)
@given(st.data())
def test_what_another_writer_sealed_is_judged_alike(
    formats: JsPeer, data: st.DataObject
) -> None:
    address = data.draw(st.sampled_from(ADDRESSES))
    texts = opaque(u8(2) + u64(1) + opaque(address))
    content = bytearray(data.draw(st.sampled_from([WRITTEN, texts])).ljust(512, b"\0"))
    place = data.draw(st.integers(0, 24) | st.integers(0, 511))
    content[place] = data.draw(st.just(content[place]) | st.integers(0, 255))
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes(content), b"MentalVerse location v1" + CASE, bytes(24), bytes(32)
    )
    envelope = b"\1" + bytes(24) + sealed
    _agreed(formats, SealedLocation(envelope, bytes(32), bytes(32)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"latitudeE7": 900_000_001},
        {"latitudeE7": 0.5},
        {"longitudeE7": -1_800_000_001},
        {"accuracyM": -1},
        {"accuracyM": 2**32},
        {"atMs": {"$u64": "18446744073709551616"}},
        {"text": ""},
        {"text": "a" * 481},
        {"text": "\ud800"},
    ],
    ids=str,
)
def test_what_is_no_place_is_not_sealed(formats: JsPeer, wrong: dict[str, Any]) -> None:
    """Python refuses the same when a location is made."""
    refused = verdict(_seal, formats, shown(HERE) | wrong)
    assert refused == "mls.state.invalid_request"


def test_a_case_id_has_its_length(formats: JsPeer) -> None:
    refused = verdict(_seal, formats, shown(HERE), case=b"short")
    assert refused == "mls.state.invalid_request"
