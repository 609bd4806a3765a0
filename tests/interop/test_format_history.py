"""Archives written in one language and read in the other, octet for octet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets
from nacl import bindings as sodium

from mentalverse_crypto.codec import opaque, u64
from mentalverse_crypto.evidence import Evidence
from mentalverse_crypto.history import (
    Archive,
    ArchiveEnd,
    StoredPiece,
    read_piece,
    write_pieces,
)
from mentalverse_crypto.history_piece import HistoryMessage
from support.deterministic import seeded_rng
from support.format_values import shown, verdict
from support.mutations import bit_flips, truncations

ARCHIVE = Archive(b"c" * 16, b"w" * 16, 7, b"K" * 32, b"f" * 16)
KIB = 1024

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)


def _octets(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


numbers, indices = st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)
some, few = st.binary(max_size=40), st.sampled_from([b"", b"one", b"two"])
evidences = st.builds(Evidence, numbers, indices, some, some, few, few)
messages_ = st.builds(
    HistoryMessage,
    numbers,
    numbers,
    _octets(16),
    _octets(16),
    some,
    st.none() | evidences,
)
archives = st.builds(
    Archive, _octets(16), _octets(16), numbers, _octets(32), _octets(16)
)


def _message(seq: int, content: bytes) -> HistoryMessage:
    proof = Evidence(3, seq % 4, b"data", b"s" * 64, b"context", b"leaf%d" % (seq % 4))
    return HistoryMessage(seq, 1_700_000_000_000, b"a" * 16, b"d" * 16, content, proof)


def _written(
    archive: Archive, messages: list[HistoryMessage], seed: int = 1
) -> list[StoredPiece]:
    return list(write_pieces(archive, archive.start, messages, seeded_rng(seed)))


def _write(
    formats: JsPeer, archive: Archive, messages: list[HistoryMessage], seed: int = 1
) -> Any:
    return formats.call(
        "writePieces",
        archive=shown(archive),
        messages=shown(messages),
        random=seeded_rng(seed)(4_000),
    )


def _agreed(formats: JsPeer, archive: Archive, after: ArchiveEnd, piece: bytes) -> Any:
    """What both read in a piece, or the code of what is wrong with it."""
    ours = verdict(read_piece, archive, after, piece)
    fields = {"archive": shown(archive), "after": shown(after), "octets": piece}
    theirs = verdict(formats.call, "readPiece", **fields)
    if isinstance(ours, str):
        assert theirs == ours
    else:
        messages, end = ours
        assert theirs == {"messages": shown(messages), "end": shown(end)}
    return ours


@repeatable
@given(archives, st.lists(messages_, max_size=12), st.integers(0, 99))
def test_both_write_the_same_pieces_and_read_them(
    formats: JsPeer, archive: Archive, messages: list[HistoryMessage], seed: int
) -> None:
    pieces = _written(archive, messages, seed)
    assert _write(formats, archive, messages, seed) == shown(pieces)
    after = archive.start
    for piece in pieces:
        read, end = _agreed(formats, archive, after, piece.octets)
        assert (list(read), end) == (messages, piece.end)
        after = end


@pytest.mark.parametrize("count", [16, 17, 40])
def test_both_fill_pieces_alike(formats: JsPeer, count: int) -> None:
    """Pieces of a MiB of messages that nearly fill a field each."""
    messages = [_message(seq, bytes([seq]) * (63 * KIB)) for seq in range(count)]
    pieces = _written(ARCHIVE, messages)
    assert _write(formats, ARCHIVE, messages) == shown(pieces)
    if count > 16:
        _agreed(formats, ARCHIVE, pieces[0].end, pieces[1].octets)


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": bytes(64 * KIB + 1)},
        {"account": bytes(15)},
        {"device": bytes(17)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_out_of_bounds_is_not_written(
    formats: JsPeer, wrong: dict[str, Any]
) -> None:
    message = _message(1, b"content")
    fields = shown(message) | {name: shown(value) for name, value in wrong.items()}
    asked = {"archive": shown(ARCHIVE), "messages": [fields], "random": bytes(100)}
    refused = verdict(formats.call, "writePieces", **asked)
    assert refused == verdict(replace, message, **wrong) == "mls.state.invalid_request"


def test_damage_gets_the_same_verdict(formats: JsPeer) -> None:
    one, two = (
        _written(ARCHIVE, [_message(seq, b"hello")], seed)[0]
        for seq, seed in ((1, 1), (2, 2))
    )
    for flipped in list(bit_flips(one.octets[:60])):
        damaged = flipped + one.octets[60:]
        assert _agreed(formats, ARCHIVE, ARCHIVE.start, damaged) == "history.damaged"
    for cut in list(truncations(one.octets[:60])):
        assert _agreed(formats, ARCHIVE, ARCHIVE.start, cut) == "history.damaged"
    # Not of this place, of another archive or period, or too long.
    assert _agreed(formats, ARCHIVE, one.end, two.octets) == "history.damaged"
    for other in (
        replace(ARCHIVE, key=bytes(32)),
        replace(ARCHIVE, period=8),
        replace(ARCHIVE, conversation=bytes(16)),
        replace(ARCHIVE, writer=bytes(16)),
    ):
        assert _agreed(formats, other, ARCHIVE.start, one.octets) == "history.damaged"
    long = one.octets + bytes(1024 * KIB)
    assert _agreed(formats, ARCHIVE, ARCHIVE.start, long) == "history.damaged"


def _sealed(content: bytes) -> bytes:
    place = b"MentalVerse history v1" + ARCHIVE.conversation + ARCHIVE.writer
    place += u64(ARCHIVE.period) + bytes(4 + 32)
    nonce = bytes(24)
    return (
        b"\1"
        + nonce
        + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
            content, place, nonce, ARCHIVE.key
        )
    )


@settings(repeatable, max_examples=300)
@given(st.data())
def test_what_an_archive_of_ours_would_not_say_is_judged_alike(
    formats: JsPeer, data: st.DataObject
) -> None:
    """Authentic pieces of a writer that is not ours, or of a later version."""
    proof = Evidence(3, 1, b"data", b"sig", b"context", b"leaf")
    messages = [
        HistoryMessage(seq, 5, b"a" * 16, b"d" * 16, b"x", proof) for seq in (1, 2)
    ]
    [piece] = _written(ARCHIVE, messages)
    content = bytearray(
        sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            piece.octets[25:],
            b"MentalVerse history v1" + b"c" * 16 + b"w" * 16 + u64(7) + bytes(36),
            piece.octets[1:25],
            ARCHIVE.key,
        )
    )
    place = data.draw(st.integers(0, 260) | st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    _agreed(formats, ARCHIVE, ARCHIVE.start, _sealed(bytes(content)))


@pytest.mark.parametrize("field", [None, *range(5)])
def test_a_field_that_is_too_long_is_malformed(
    formats: JsPeer, field: int | None
) -> None:
    long = [bytes(64 * KIB + (number == field)) for number in range(5)]
    content, data, signature, context, leaf = long
    evidence = b"\1" + bytes(8 + 4 + 2 + 2) + opaque(data) + opaque(signature)
    message = bytes(8 + 8 + 16 + 16) + opaque(content) + evidence
    vectors = opaque(opaque(context)) + opaque(opaque(leaf)) + opaque(message)
    sealed = _sealed(opaque(bytes(16) + vectors))
    read = _agreed(formats, ARCHIVE, ARCHIVE.start, sealed)
    assert (read == "history.malformed") == (field is not None)


def test_the_chain_of_pieces_is_the_same_across_languages(formats: JsPeer) -> None:
    """A piece by Python, one by the browser behind it, and Python again."""
    [first] = _written(ARCHIVE, [_message(1, b"one")])
    second = formats.call(
        "writePieces",
        archive=shown(ARCHIVE),
        after=shown(first.end),
        messages=[shown(_message(2, b"two"))],
        random=seeded_rng(5)(100),
    )[0]
    octets_of = octets(second["octets"]["$octets"])
    assert second["blob"] == shown(first.end.next_blob)
    messages, end = read_piece(ARCHIVE, first.end, octets_of)
    assert messages == (_message(2, b"two"),)
    assert second["end"] == shown(end)
