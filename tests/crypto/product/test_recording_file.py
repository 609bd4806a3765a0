"""The file of a recording opens for whom it names, as far as it goes, unaltered."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import cycle, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings as sodium

from mentalverse_crypto.attachments import CHUNK_BYTES
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    digest,
    generate_signature_key_pair,
    signature_key_pair,
)
from mentalverse_crypto.errors import InvalidRequest
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_crypto.recording_file import (
    MAGIC,
    MAX_RECEIVERS,
    RecordingAbout,
    RecordingOpener,
    RecordingSealer,
    read_header,
)
from mentalverse_crypto.storage_errors import (
    RecordingCut,
    RecordingDamaged,
    RecordingError,
    RecordingKeyChanged,
    RecordingMalformed,
    RecordingNotForAccount,
)
from support.deterministic import seeded_rng
from support.mutations import bit_flips

ABOUT = RecordingAbout(b"c" * 16, b"r" * 16, 1_796_144_400_000, "video/webm")
ANN, BEN, EVE = (bytes([letter]) * 16 for letter in b"abe")
KEYS = {who: generate_signature_key_pair(seeded_rng(who[0])) for who in (ANN, BEN, EVE)}
KNOWN_SHA256 = "42c7bb35318f4947c361fcfd35b79408828bce8d37d4ce2130db8d99a9a886b8"
SEALED_CHUNK = CHUNK_BYTES + 17
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES)


def identity(who: bytes) -> AccountIdentity:
    return AccountIdentity(who, KEYS[who].public)


def sealed(
    content: bytes, receivers: tuple[bytes, ...] = (ANN,), step: int = 50_000
) -> bytes:
    sealer = RecordingSealer(ABOUT, map(identity, receivers), seeded_rng(1))
    pieces = (content[at : at + step] for at in range(0, len(content), step))
    return b"".join(map(sealer.push, pieces)) + sealer.finish()


def opened(
    file: bytes,
    who: bytes = ANN,
    key: SignatureKeyPair | None = None,
    step: int = 70_000,
) -> tuple[bytes, bool]:
    """What came out, and whether it was all of it."""
    opener = RecordingOpener(who, key or KEYS[who])
    plain = b"".join(
        [opener.push(file[at : at + step]) for at in range(0, len(file), step)]
    )
    try:
        return plain + opener.finish(), True
    except RecordingCut:
        return plain, False


def head_bytes(file: bytes) -> int:
    read = read_header(file)
    assert read is not None
    return read[1]


@given(st.integers(0, 200_000), st.integers(1, 90_000), st.integers(1, 90_000))
def test_what_was_sealed_opens_however_it_is_handed_over(
    size: int, inward: int, outward: int
) -> None:
    content = seeded_rng(size)(size)
    file = sealed(content, step=inward)
    assert file == sealed(content)
    assert opened(file, step=outward) == (content, True)


@pytest.mark.parametrize("size", SIZES)
def test_every_receiver_opens_it_and_nobody_else(size: int) -> None:
    content = seeded_rng(2)(size)
    file = sealed(content, (BEN, ANN))
    for who in (ANN, BEN):
        assert opened(file, who) == (content, True)
    with pytest.raises(RecordingNotForAccount):
        opened(file, EVE)
    with pytest.raises(RecordingKeyChanged):
        opened(file, ANN, KEYS[EVE])


def test_a_key_is_bound_to_its_receiver_and_its_request() -> None:
    """Neither under another's name nor in a file of another request does it open."""
    file = sealed(b"said", (ANN, BEN))
    read = read_header(file)
    assert read is not None
    header, length = read
    ann, ben = header.keys
    for forged in (
        replace(header, keys=(replace(ben, account=ANN), ben)),
        replace(header, keys=(replace(ann, sealed=ben.sealed), ben)),
        replace(header, about=replace(ABOUT, request=b"s" * 16)),
        replace(header, about=replace(ABOUT, call=b"d" * 16)),
        replace(header, keys=(ann,)),
        replace(header, about=replace(ABOUT, started_at_ms=1)),
        replace(header, about=replace(ABOUT, media_type="audio/webm")),
    ):
        with pytest.raises((RecordingDamaged, RecordingKeyChanged)):
            opened(forged.encode() + file[length:] + bytes(SEALED_CHUNK))


def test_any_flipped_bit_is_refused_or_a_cut() -> None:
    """And nothing altered comes out of it, at no place."""
    content = seeded_rng(3)(200)
    file = sealed(content, (ANN, BEN))
    for flipped in bit_flips(file):
        try:
            plain, is_whole = opened(flipped)
        except RecordingError:
            continue
        assert (plain, is_whole) == (b"", False)


@given(st.data())
def test_a_flipped_bit_leaves_what_stood_before_it(data: st.DataObject) -> None:
    content = seeded_rng(4)(3 * CHUNK_BYTES + 1000)
    file = sealed(content)
    start = head_bytes(file) + 24
    place = data.draw(st.integers(start, len(file) - 1))
    flipped = bytearray(file)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    opener, plain = RecordingOpener(ANN, KEYS[ANN]), bytearray()
    with pytest.raises((RecordingDamaged, RecordingCut)):
        for at in range(0, len(flipped), 1000):
            plain += opener.push(bytes(flipped[at : at + 1000]))
        opener.finish()
    before = (place - start) // SEALED_CHUNK * CHUNK_BYTES
    assert bytes(plain) == content[:before]


@given(st.data())
def test_cut_anywhere_it_opens_up_to_there(data: st.DataObject) -> None:
    content = seeded_rng(5)(3 * CHUNK_BYTES + 1000)
    file = sealed(content)
    start = head_bytes(file) + 24
    ends = [start + n * SEALED_CHUNK + by for n in range(4) for by in (-1, 0, 1)]
    cut = data.draw(st.integers(0, len(file) - 1) | st.sampled_from(ends))
    whole_chunks = max(0, cut - start) // SEALED_CHUNK
    assert opened(file[:cut]) == (content[: whole_chunks * CHUNK_BYTES], False)


def test_a_short_file_cut_anywhere_says_so() -> None:
    file = sealed(b"said")
    for length in range(len(file)):
        assert opened(file[:length]) == (b"", False)


def test_chunks_stay_in_their_order_and_nothing_follows() -> None:
    content = seeded_rng(6)(2 * CHUNK_BYTES + 10)
    file = sealed(content)
    start = head_bytes(file) + 24
    head, first = file[:start], file[start : start + SEALED_CHUNK]
    second = file[start + SEALED_CHUNK : start + 2 * SEALED_CHUNK]
    last = file[start + 2 * SEALED_CHUNK :]
    for damaged in (
        head + second + first + last,
        head + second,
        head + first + first,
        file + file,
    ):
        with pytest.raises(RecordingDamaged):
            opened(damaged)
    assert opened(head + first + last) == (content[:CHUNK_BYTES], False)
    assert opened(file + b"\0") == (content[: 2 * CHUNK_BYTES], False)


def test_the_header_says_what_is_to_be_known_before_opening() -> None:
    file = sealed(b"said", (BEN, ANN))
    read = read_header(file)
    assert read is not None
    header, length = read
    assert header.about == ABOUT
    assert [(it.account, it.account_public) for it in header.keys] == [
        (who, KEYS[who].public) for who in (ANN, BEN)
    ]
    assert header.encode() == file[:length]
    assert read_header(file[: length - 1]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        b"not a recording",
        MAGIC[:-1] + b"\x02" + bytes(100),
        MAGIC + b"\xff\xff\xff\xff",
        MAGIC + b"\x00\x00\x00\x01\x00",
        MAGIC + b"\x00\x00\x00\x2a" + bytes(42),
        b"\x1aE\xdf\xa3" + bytes(200),
    ],
)
def test_what_is_no_recording_is_refused(wrong: bytes) -> None:
    with pytest.raises(RecordingMalformed):
        opened(wrong)


def test_the_first_chunk_vouches_for_the_header() -> None:
    """The octets are those of libsodium, with the hash of what stands in front."""
    file = sealed(b"said", (ANN, BEN))
    length = head_bytes(file)
    key = seeded_rng(1)(32)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(
        state, file[length : length + 24], key
    )
    plain, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(
        state, file[length + 24 :], digest(file[:length])
    )
    assert (plain, tag) == (b"said", 3)


@pytest.mark.parametrize(
    "receivers",
    [
        [],
        [identity(ANN), identity(ANN)],
        [AccountIdentity(bytes([n]) * 16, KEYS[ANN].public) for n in range(65)],
        [AccountIdentity(ANN, b"\xff" * 32)],
        [AccountIdentity(ANN, b"\x01" + bytes(31))],
    ],
    ids=["nobody", "twice", f"more than {MAX_RECEIVERS}", "no key", "small order"],
)
def test_it_is_sealed_to_accounts_that_can_open_it(
    receivers: list[AccountIdentity],
) -> None:
    with pytest.raises(InvalidRequest):
        RecordingSealer(ABOUT, receivers, seeded_rng(1))


def test_a_finished_recording_takes_no_more() -> None:
    sealer = RecordingSealer(ABOUT, [identity(ANN)], seeded_rng(1))
    sealer.finish()
    for more in (sealer.finish, lambda: sealer.push(b"more")):
        with pytest.raises(InvalidRequest):
            more()


def test_the_octets_do_not_change() -> None:
    """Randomness is 0, 1, 2, … over and over: another language can do the same."""
    drawn = cycle(range(256))
    ann = AccountIdentity(ANN, signature_key_pair(bytes(range(32))).public)
    sealer = RecordingSealer(ABOUT, [ann], lambda n: bytes(islice(drawn, n)))
    file = sealer.push(b"x" * CHUNK_BYTES) + sealer.push(b"said") + sealer.finish()
    assert hashlib.sha256(file).hexdigest() == KNOWN_SHA256


def test_no_key_stands_in_what_is_shown() -> None:
    sealer = RecordingSealer(ABOUT, [identity(ANN)], seeded_rng(1))
    key = seeded_rng(1)(32)
    assert key not in sealer.header.encode()
    assert repr(key) not in repr(sealer.header)
