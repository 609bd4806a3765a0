"""Damaged input gives a declared error and changes nothing."""

import contextlib
import random
from collections.abc import Callable

import pytest

from mentalverse_crypto import group, persist, protection
from mentalverse_crypto.codec import (
    MAX_STRUCTURE_BYTES,
    Reader,
    decode,
    varint,
)
from mentalverse_crypto.errors import DecodeError, InvalidMessage, MlsError
from mentalverse_crypto.framing import WireFormat, decode_message
from mentalverse_crypto.policy import UNRESTRICTED
from mentalverse_crypto.proposals import Add, Proposal, Remove
from support.deterministic import seeded_rng
from support.mls_group import client, commit, group_of

RNG = seeded_rng(41)
FLIPS = 5_000


def _flipped(message: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(message)
    for bit in chance.sample(range(8 * len(damaged)), chance.choice((1, 1, 1, 2, 8))):
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@pytest.mark.parametrize("wire_format", list(WireFormat)[:2])
def test_flipped_bits_give_declared_errors_and_leave_the_state(
    wire_format: WireFormat,
) -> None:
    members = group_of(4, RNG, policy=UNRESTRICTED)
    a, b, c, d = members
    newcomer = client("newcomer", RNG)
    proposals: list[Proposal] = [Remove(3), Add(newcomer.key_package())]
    staged = a.stage(*proposals, wire_format=wire_format)
    messages = [staged.commit]
    if wire_format is WireFormat.PRIVATE_MESSAGE:
        _, proposal = group.propose_remove(a.state, 2, rng=RNG)
        messages += [proposal, a.protect(b"text", b"data")]
    before = persist.serialise(b.state)
    chance = random.Random(1)
    for _ in range(FLIPS // 2):
        message = chance.choice(messages)
        with pytest.raises(MlsError):
            b.process(_flipped(message, chance))
    assert persist.serialise(b.state) == before
    for message in messages:
        b.read(message)


def test_a_flipped_welcome_admits_nobody() -> None:
    a = group_of(1, RNG)[0]
    newcomer = client("newcomer", RNG)
    welcome = a.stage(Add(newcomer.key_package())).welcome
    assert welcome is not None
    chance = random.Random(2)
    for _ in range(500):
        with pytest.raises(MlsError):
            newcomer.join(_flipped(welcome, chance))
    newcomer.join(welcome)


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
        b.process(_flipped(a.stage().commit, random.Random(4)))
    commit(a, [b])
