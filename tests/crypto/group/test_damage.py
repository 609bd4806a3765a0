"""Damaged input gives a declared error and changes nothing."""

import contextlib
import math
import random
from collections.abc import Callable

import pytest

from mentalverse_crypto import persist, protection
from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.codec import (
    MAX_STRUCTURE_BYTES,
    Reader,
    decode,
    varint,
)
from mentalverse_crypto.errors import DecodeError, InvalidMessage, MlsError
from mentalverse_crypto.framing import decode_message
from support.broken.rule import Scene, scene, take
from support.damage import SENT, damaged, flipped, public_commit
from support.deterministic import seeded_rng
from support.mls_group import commit, group_of

RNG = seeded_rng(41)
FLIPS = 100_000
"""Messages with flipped bits, over all kinds and suites."""


KINDS = {**SENT, "public commit": public_commit}


def _stored(judged: Scene) -> object:
    """All that the judged would write down."""
    packages = [secrets.serialise() for secrets in judged.newcomer.packages]
    return packages, persist.serialise(judged.judge.state)


@pytest.mark.parametrize("suite", CipherSuite, ids=hex)
@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bits_give_declared_errors_and_change_nothing(
    kind: str, suite: CipherSuite
) -> None:
    judged = scene(suite=suite)
    judged.allow_everything()
    given = KINDS[kind](judged)
    before = _stored(judged)
    chance = random.Random(f"{kind} {suite}")
    for _ in range(math.ceil(FLIPS / len(KINDS) / len(CipherSuite))):
        with pytest.raises(MlsError):
            take(judged, damaged(given, chance))
    assert _stored(judged) == before
    take(judged, given)


def test_random_octets_decode_or_raise_a_declared_error() -> None:
    chance = random.Random(3)
    for _ in range(5_000):
        data = chance.randbytes(chance.randrange(200))
        head = bytes((0, 1, 0, chance.randrange(1, 6)))
        for message in (data, head + data):
            with contextlib.suppress(MlsError):
                decode_message(message)


def _cut_everywhere(message: bytes, read: Callable[[bytes], object]) -> None:
    for length in range(len(message)):
        with pytest.raises(MlsError):
            read(message[:length])


def test_a_message_cut_short_anywhere_is_refused() -> None:
    a, b = group_of(2, RNG)
    _cut_everywhere(a.protect(b"text"), b.read)
    _cut_everywhere(a.stage().group_info or b"", decode_message)


def test_octets_after_a_message_are_refused() -> None:
    a, b = group_of(2, RNG)
    with pytest.raises(DecodeError):
        b.process(a.protect(b"text") + b"\x00")


@pytest.mark.parametrize("form", ["4000", "403f", "80000000", "80003fff", "c0", "ff"])
def test_lengths_longer_than_needed_or_reserved_are_refused(form: str) -> None:
    with pytest.raises(DecodeError):
        decode(Reader.varint, bytes.fromhex(form))


def test_a_length_beyond_the_input_copies_nothing() -> None:
    with pytest.raises(DecodeError):
        decode(Reader.opaque, varint((1 << 30) - 1) + b"short")
    with pytest.raises(DecodeError):
        decode(lambda r: r.vector(Reader.u8), varint((1 << 30) - 1) + b"short")


def test_an_input_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(DecodeError):
        decode(Reader.opaque, bytes(MAX_STRUCTURE_BYTES + 1))


def test_a_vector_of_too_many_items_is_refused() -> None:
    items = bytes(2 * 65_537)
    with pytest.raises(DecodeError):
        decode(lambda r: r.vector(Reader.u16), varint(len(items)) + items)


def test_an_item_cannot_reach_beyond_its_vector() -> None:
    with pytest.raises(DecodeError):
        decode(lambda r: (r.vector(Reader.u16), r.u8()), b"\x03\x00\x00\x00\x00")


def test_non_zero_padding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = group_of(2, RNG)
    monkeypatch.setattr(protection, "pad", lambda content: content + b"\x00\x01")
    message = a.protect(b"text")
    with pytest.raises(InvalidMessage):
        b.process(message)


def test_ciphertexts_have_one_of_few_lengths() -> None:
    a, _ = group_of(2, RNG)
    lengths = {len(a.protect(bytes(size))) for size in range(0, 180, 7)}
    assert len(lengths) == 1
    assert len(a.protect(bytes(400))) - lengths.pop() == 256


def test_a_discarded_error_leaves_members_able_to_go_on() -> None:
    a, b = group_of(2, RNG)
    with pytest.raises(MlsError):
        b.process(flipped(a.stage().commit, random.Random(4)))
    commit(a, [b])
