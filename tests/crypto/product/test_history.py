"""The archive of a conversation: whole, in order, provable, or a declared error."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium

from mentalverse_crypto import history_piece
from mentalverse_crypto.codec import opaque
from mentalverse_crypto.errors import DecodeError, InvalidRequest
from mentalverse_crypto.evidence import Evidence
from mentalverse_crypto.history import (
    PIECE_OVERHEAD_BYTES,
    Archive,
    ArchiveEnd,
    StoredPiece,
    read_piece,
    write_pieces,
)
from mentalverse_crypto.history_piece import (
    MAX_PIECE_BYTES,
    HistoryMessage,
    PieceWriter,
)
from mentalverse_crypto.storage_errors import (
    HistoryDamaged,
    HistoryError,
    HistoryMalformed,
)
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

ARCHIVE = Archive(b"c" * 16, b"w" * 16, 7, b"K" * 32, b"f" * 16)
KIB = 1024

repeatable = settings(database=None, deadline=None, derandomize=True)


def message(seq: int, content: bytes = b"hello", *, epoch: int = 3) -> HistoryMessage:
    evidence = Evidence(
        epoch,
        seq % 4,
        b"mv1" + bytes(16),
        bytes([seq % 256]) * 64,
        b"context of epoch %d" % epoch,
        b"leaf of %d" % (seq % 4),
    )
    account = bytes([seq % 4]) * 16
    return HistoryMessage(
        seq, 1_700_000_000_000 + seq, account, b"d" * 16, content, evidence
    )


def write(
    messages: Iterable[HistoryMessage], after: ArchiveEnd = ARCHIVE.start, seed: int = 1
) -> list[StoredPiece]:
    return list(write_pieces(ARCHIVE, after, messages, seeded_rng(seed)))


def read(
    pieces: Iterable[StoredPiece], after: ArchiveEnd = ARCHIVE.start
) -> tuple[list[HistoryMessage], ArchiveEnd]:
    found: list[HistoryMessage] = []
    for piece in pieces:
        messages, after = read_piece(ARCHIVE, after, piece.octets)
        found += messages
    return found, after


def octets(length: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=length, max_size=length)


u32, u64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
some = st.binary(max_size=40)
evidences = st.builds(Evidence, u64, u32, some, some, some, some)
messages_ = st.builds(
    HistoryMessage, u64, u64, octets(16), octets(16), some, st.none() | evidences
)


@repeatable
@given(st.lists(messages_, max_size=30), st.integers(0, 99))
def test_what_was_written_is_what_is_read(
    messages: list[HistoryMessage], seed: int
) -> None:
    pieces = write(messages, seed=seed)
    assert len(pieces) == bool(messages)
    found, end = read(pieces)
    assert found == messages
    assert end == (pieces[-1].end if pieces else ARCHIVE.start)


def test_a_long_history_is_cut_into_full_pieces_in_order() -> None:
    messages = [message(seq, bytes(30_000), epoch=seq // 9) for seq in range(100)]
    pieces = write(messages)
    assert len(pieces) == 3
    assert all(
        len(piece.octets) <= MAX_PIECE_BYTES + PIECE_OVERHEAD_BYTES for piece in pieces
    )
    assert read(pieces)[0] == messages


def test_the_largest_messages_there_can_be_fit_a_piece() -> None:
    most = 64 * KIB
    evidence = Evidence(
        2**64 - 1,
        2**32 - 1,
        *(bytes([at]) * most for at in (1, 2, 3, 4)),
    )
    messages = [
        HistoryMessage(seq, 1, b"a" * 16, b"d" * 16, bytes(most), evidence)
        for seq in range(20)
    ]
    pieces = write(messages)
    assert read(pieces)[0] == messages
    # The context and the leaf are the same each time, so they stand once.
    assert len(pieces) == 5


def test_messages_are_taken_as_the_pieces_are() -> None:
    taken = []

    def endless() -> Iterable[HistoryMessage]:
        seq = 0
        while True:
            taken.append(seq)
            yield message(seq, bytes(30_000))
            seq += 1

    next(write_pieces(ARCHIVE, ARCHIVE.start, endless(), seeded_rng(1)))
    assert len(taken) < 40


def test_an_archive_is_continued_where_it_ended() -> None:
    first = write([message(1)])
    second = write([message(2)], after=first[-1].end, seed=2)
    found, end = read([*first, *second])
    assert [it.seq for it in found] == [1, 2]
    assert end.pieces == 2


def test_each_piece_names_the_blob_of_the_next() -> None:
    pieces = write(message(seq, bytes(30_000)) for seq in range(100))
    end, blobs = ARCHIVE.start, []
    for piece in pieces:
        blobs.append(end.next_blob)
        _, end = read_piece(ARCHIVE, end, piece.octets)
    assert blobs == [piece.blob for piece in pieces]
    assert blobs[0] == ARCHIVE.first_blob
    assert len({*blobs, end.next_blob}) == len(pieces) + 1


def test_a_piece_in_another_place_does_not_open() -> None:
    pieces = write(message(seq, bytes(30_000)) for seq in range(100))
    ends = [ARCHIVE.start, *(piece.end for piece in pieces)]
    for at, after in enumerate(ends):
        for piece_at, piece in enumerate(pieces):
            if at != piece_at:
                with pytest.raises(HistoryDamaged):
                    read_piece(ARCHIVE, after, piece.octets)


def test_a_piece_of_another_branch_does_not_open() -> None:
    one, other = write([message(1)], seed=1), write([message(1)], seed=2)
    following = write([message(2)], after=one[-1].end, seed=3)
    with pytest.raises(HistoryDamaged):
        read_piece(ARCHIVE, other[-1].end, following[0].octets)


@pytest.mark.parametrize(
    "change",
    [
        {"conversation": b"x" * 16},
        {"writer": b"x" * 16},
        {"period": 8},
        {"key": b"x" * 32},
    ],
)
def test_a_piece_of_another_archive_does_not_open(change: dict[str, object]) -> None:
    other = replace(ARCHIVE, **change)  # type: ignore[arg-type]
    piece = write([message(1)])[0]
    with pytest.raises(HistoryDamaged):
        read_piece(other, replace(ARCHIVE.start), piece.octets)


def test_truncations_and_bit_flips_are_damage() -> None:
    piece = write([message(1)])[0].octets
    lengths = [*range(100), *range(100, len(piece), 501), len(piece) - 1]
    damaged = [piece[:length] for length in lengths] + [piece + b"\0"]
    for place in [*range(60), *range(60, len(piece), 1_009), len(piece) - 1]:
        flipped = bytearray(piece)
        flipped[place] ^= 1 << place % 8
        damaged.append(bytes(flipped))
    for octets_ in damaged:
        with pytest.raises(HistoryDamaged):
            read_piece(ARCHIVE, ARCHIVE.start, octets_)


def content(*messages: HistoryMessage) -> bytes:
    writer = PieceWriter()
    assert all(writer.add(one) for one in messages)
    return writer.finish(b"n" * 16)


def test_every_truncation_inside_the_seal_is_a_declared_error() -> None:
    body = content(message(1), message(2)).rstrip(b"\0")
    for cut in truncations(body):
        with pytest.raises(DecodeError):
            history_piece.read(cut)


def test_every_bit_flip_inside_the_seal_is_refused_or_another_valid_piece() -> None:
    body = content(message(1), replace(message(2), evidence=None)).rstrip(b"\0")
    for flipped in bit_flips(body):
        try:
            _, messages = history_piece.read(flipped)
        except DecodeError:
            continue
        assert history_piece.read(content(*messages))[1] == messages


@pytest.mark.parametrize(
    "padded",
    [
        content(message(1)) + b"\x01",
        opaque(b"n" * 16 + b"\0\0\0" + b"\0"),
        b"",
    ],
)
def test_a_sealed_piece_of_another_form_is_called_malformed(padded: bytes) -> None:
    place = b"MentalVerse history v1" + b"c" * 16 + b"w" * 16
    place += (7).to_bytes(8, "big") + bytes(4) + bytes(32)
    sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        padded, place, bytes(24), ARCHIVE.key
    )
    with pytest.raises(HistoryMalformed):
        read_piece(ARCHIVE, ARCHIVE.start, b"\x01" + bytes(24) + sealed)


def test_the_size_of_a_piece_tells_its_bucket_only() -> None:
    sizes = {len(write([message(1, bytes(size))])[0].octets) for size in (0, 9, 30_000)}
    assert sizes == {64 * KIB + PIECE_OVERHEAD_BYTES}


def test_the_server_sees_nothing_of_the_conversation() -> None:
    piece = write([message(1, b"canary")])[0].octets
    for plain in (b"canary", ARCHIVE.conversation, ARCHIVE.writer, b"mv1", b"leaf of"):
        assert plain not in piece


@repeatable
@given(st.binary(max_size=200))
def test_any_bytes_are_a_declared_error(data: bytes) -> None:
    with pytest.raises(HistoryError):
        read_piece(ARCHIVE, ARCHIVE.start, data)


def test_what_does_not_fit_the_form_is_refused() -> None:
    fine = message(1)
    assert fine.evidence is not None
    for change in (
        {"seq": -1},
        {"seq": 2**64},
        {"at_ms": -1},
        {"account": b"x"},
        {"device": b"x" * 17},
        {"content": bytes(64 * KIB + 1)},
        {"evidence": replace(fine.evidence, leaf_index=2**32)},
        {"evidence": replace(fine.evidence, leaf_node=bytes(64 * KIB + 1))},
    ):
        with pytest.raises(InvalidRequest):
            replace(fine, **change)
    for change in ({"key": b""}, {"writer": b""}, {"period": -1}, {"period": 2**64}):
        with pytest.raises(InvalidRequest):
            replace(ARCHIVE, **change)
    for change in ({"last": b""}, {"next_blob": b""}, {"pieces": -1}):
        with pytest.raises(InvalidRequest):
            replace(ARCHIVE.start, **change)


def test_neither_key_nor_content_is_in_a_repr() -> None:
    shown = repr(ARCHIVE) + repr(message(1, b"canary"))
    assert "KKKK" not in shown
    assert "canary" not in shown
