"""Encrypted files: whole, padded, of one content, or a declared error."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium

from mentalverse_crypto.attachments import (
    CHUNK_BYTES,
    MAX_ATTACHMENT_BYTES,
    AttachmentDecryptor,
    AttachmentEncryptor,
    AttachmentReference,
    ciphertext_bytes,
    clean_name,
    padded_bytes,
)
from mentalverse_crypto.errors import InvalidRequest
from mentalverse_crypto.storage_errors import (
    AttachmentDamaged,
    AttachmentError,
    AttachmentHashMismatch,
    AttachmentPadding,
    AttachmentTooLarge,
    AttachmentTruncated,
)
from support.deterministic import seeded_rng

KIB = 1024
MIB = 1024 * KIB
BLOB = bytes(range(16))
SEALED_CHUNK = CHUNK_BYTES + 17

repeatable = settings(database=None, deadline=None, derandomize=True)


def cut(octets: bytes, step: int) -> Iterator[bytes]:
    return (octets[at : at + step] for at in range(0, len(octets), step))


def encrypt(
    file: bytes, seed: int = 1, step: int = 10_000
) -> tuple[bytes, AttachmentReference]:
    encryptor = AttachmentEncryptor(seeded_rng(seed))
    sealed = b"".join(encryptor.update(piece) for piece in cut(file, step))
    sealed += encryptor.finish()
    return sealed, encryptor.reference(BLOB, "image/png", "photo.png")


def decrypt(sealed: bytes, reference: AttachmentReference, step: int = 7_777) -> bytes:
    decryptor = AttachmentDecryptor(reference)
    file = b"".join([decryptor.update(piece) for piece in cut(sealed, step)])
    decryptor.finish()
    return file


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        64 * KIB - 1,
        64 * KIB,
        64 * KIB + 1,
        128 * KIB,
        128 * KIB + 1,
        MIB,
        MIB + 1,
        3 * MIB - 1,
        MAX_ATTACHMENT_BYTES,
    ],
)
def test_a_file_comes_back_whole(size: int) -> None:
    file = seeded_rng(size)(size)
    sealed, reference = encrypt(file)
    assert reference.size == size
    assert len(sealed) == ciphertext_bytes(size)
    assert decrypt(sealed, reference) == file


@repeatable
@given(
    st.integers(0, 200_000), st.integers(1, 70_000), st.integers(1, 70_000), st.data()
)
def test_how_a_file_is_handed_over_changes_nothing(
    size: int, inward: int, outward: int, data: st.DataObject
) -> None:
    file = seeded_rng(data.draw(st.integers(0, 99)))(size)
    sealed, reference = encrypt(file, step=inward)
    assert (sealed, reference) == encrypt(file, step=64 * KIB)
    assert decrypt(sealed, reference, outward) == file


@pytest.mark.parametrize(
    ("size", "padded"),
    [
        (0, 64 * KIB),
        (64 * KIB, 64 * KIB),
        (64 * KIB + 1, 128 * KIB),
        (300 * KIB, 512 * KIB),
        (512 * KIB + 1, MIB),
        (MIB + 1, 2 * MIB),
        (9 * MIB + 1, 10 * MIB),
    ],
)
def test_sizes_go_up_to_their_bucket(size: int, padded: int) -> None:
    assert padded_bytes(size) == padded


def test_the_wire_form_is_fixed() -> None:
    sealed, reference = encrypt(b"hello")
    assert reference.key == seeded_rng(1)(32)
    assert hashlib.sha256(sealed).digest() == reference.sha256
    assert reference.sha256.hex() == (
        "b2521268e65536d3bf691c368cbfca18f701a69d6fd732eff7334320c4f5eab6"
    )


def test_another_writer_of_libsodium_streams_is_understood() -> None:
    stream = sodium.crypto_secretstream_xchacha20poly1305_state()
    key = seeded_rng(5)(32)
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(stream, key)
    chunk = b"hello".ljust(CHUNK_BYTES, b"\0")
    sealed = header + sodium.crypto_secretstream_xchacha20poly1305_push(
        stream, chunk, None, sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
    )
    sha256 = hashlib.sha256(sealed).digest()
    reference = AttachmentReference(BLOB, key, sha256, 5, "text/plain", "a")
    assert decrypt(sealed, reference) == b"hello"


def test_our_streams_are_understood_by_another_reader() -> None:
    sealed, reference = encrypt(b"hello")
    stream = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(
        stream, sealed[:24], reference.key
    )
    chunk, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(stream, sealed[24:])
    assert chunk.rstrip(b"\0") == b"hello"
    assert tag == sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def test_two_files_share_no_key_and_no_stream() -> None:
    rng = seeded_rng(3)
    first, second = AttachmentEncryptor(rng), AttachmentEncryptor(rng)
    assert first.finish()[:24] != second.finish()[:24]
    one, other = (it.reference(BLOB, "a/b", "c") for it in (first, second))
    assert one.key != other.key


def test_every_truncation_is_called_one() -> None:
    # A cut inside a chunk leaves it waiting for the rest: every length is one law.
    sealed, reference = encrypt(seeded_rng(7)(70_000))
    lengths = [*range(200), *range(0, len(sealed), 997), len(sealed) - 1]
    for length in lengths:
        with pytest.raises(AttachmentTruncated):
            decrypt(sealed[:length], reference)


def test_a_stream_cut_between_chunks_is_called_truncated() -> None:
    sealed, reference = encrypt(bytes(128 * KIB))
    with pytest.raises(AttachmentTruncated):
        decrypt(sealed[: 24 + SEALED_CHUNK], reference)


def test_every_flipped_bit_of_the_borders_and_many_inside_is_damage() -> None:
    sealed, reference = encrypt(seeded_rng(7)(70_000))
    border = range(24 + SEALED_CHUNK - 40, 24 + SEALED_CHUNK + 40)
    places = [*range(64), *border, *range(64, len(sealed), 4_001), len(sealed) - 1]
    for place in places:
        for bit in range(8):
            damaged = bytearray(sealed)
            damaged[place] ^= 1 << bit
            with pytest.raises(AttachmentDamaged):
                decrypt(bytes(damaged), reference)


def test_chunks_cannot_be_swapped_doubled_or_left_out() -> None:
    sealed, reference = encrypt(seeded_rng(2)(250 * KIB))
    header, chunks = sealed[:24], list(cut(sealed[24:], SEALED_CHUNK))
    assert len(chunks) == 4
    for order in ([1, 0, 2, 3], [0, 0, 2, 3], [0, 2, 3], [0, 1, 2, 2], [3, 1, 2, 0]):
        with pytest.raises(AttachmentDamaged):
            decrypt(header + b"".join(chunks[at] for at in order), reference)


def test_octets_behind_the_last_chunk_are_damage() -> None:
    sealed, reference = encrypt(b"hello")
    for extra in (b"\0", sealed[24:]):
        with pytest.raises(AttachmentDamaged, match="behind"):
            decrypt(sealed + extra, reference)


def test_another_ciphertext_under_the_same_key_is_not_the_one_of_the_message() -> None:
    key = seeded_rng(1)(32)
    _, reference = encrypt(b"hello")
    assert reference.key == key
    stream = sodium.crypto_secretstream_xchacha20poly1305_state()
    other = sodium.crypto_secretstream_xchacha20poly1305_init_push(stream, key)
    other += sodium.crypto_secretstream_xchacha20poly1305_push(
        stream,
        b"jello".ljust(CHUNK_BYTES, b"\0"),
        None,
        sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    )
    with pytest.raises(AttachmentHashMismatch):
        decrypt(other, reference)


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        ((0, 0), AttachmentTruncated),
        ((3, 3), AttachmentTruncated),
        ((1, 3), AttachmentDamaged),
        ((2, 3), AttachmentDamaged),
    ],
)
def test_only_the_last_chunk_is_marked_as_last(
    tags: tuple[int, int], error: type[AttachmentError]
) -> None:
    key = seeded_rng(4)(32)
    stream = sodium.crypto_secretstream_xchacha20poly1305_state()
    sealed = sodium.crypto_secretstream_xchacha20poly1305_init_push(stream, key)
    for tag in tags:
        sealed += sodium.crypto_secretstream_xchacha20poly1305_push(
            stream, bytes(CHUNK_BYTES), None, tag
        )
    sha256 = hashlib.sha256(sealed).digest()
    reference = AttachmentReference(BLOB, key, sha256, 100 * KIB, "a/b", "c")
    with pytest.raises(error):
        decrypt(sealed, reference)


@pytest.mark.parametrize("hidden", [1, 5, CHUNK_BYTES - 1])
def test_nothing_hides_in_the_padding(hidden: int) -> None:
    key = seeded_rng(4)(32)
    stream = sodium.crypto_secretstream_xchacha20poly1305_state()
    sealed = sodium.crypto_secretstream_xchacha20poly1305_init_push(stream, key)
    chunk = bytearray(CHUNK_BYTES)
    chunk[hidden] = 1
    sealed += sodium.crypto_secretstream_xchacha20poly1305_push(
        stream, bytes(chunk), None, 3
    )
    sha256 = hashlib.sha256(sealed).digest()
    reference = AttachmentReference(BLOB, key, sha256, hidden, "a/b", "c")
    with pytest.raises(AttachmentPadding):
        decrypt(sealed, reference)


def test_a_file_over_the_limit_is_refused_on_both_sides() -> None:
    encryptor = AttachmentEncryptor(seeded_rng(1), max_bytes=100)
    encryptor.update(bytes(100))
    with pytest.raises(AttachmentTooLarge):
        encryptor.update(b"\0")
    _, reference = encrypt(b"hello")
    with pytest.raises(AttachmentTooLarge):
        AttachmentDecryptor(replace(reference, size=MAX_ATTACHMENT_BYTES + 1))
    with pytest.raises(AttachmentTooLarge):
        AttachmentDecryptor(reference, max_bytes=4)


def test_a_finished_file_takes_no_more_and_an_unfinished_one_has_no_reference() -> None:
    encryptor = AttachmentEncryptor(seeded_rng(1))
    with pytest.raises(InvalidRequest):
        encryptor.reference(BLOB, "a/b", "c")
    encryptor.finish()
    with pytest.raises(InvalidRequest):
        encryptor.update(b"x")
    with pytest.raises(InvalidRequest):
        encryptor.finish()


@pytest.mark.parametrize(
    "change",
    [
        {"blob": b"short"},
        {"key": b"short"},
        {"sha256": b"short"},
        {"size": -1},
        {"media_type": "Image/PNG"},
        {"media_type": "image"},
        {"media_type": "image/png; x=1"},
        {"media_type": "a/" + "b" * 65},
        {"name": ""},
        {"name": "../x"},
        {"name": "a\u202egpj.exe"},
    ],
)
def test_a_reference_of_another_form_is_refused(change: dict[str, object]) -> None:
    _, reference = encrypt(b"hello")
    with pytest.raises(InvalidRequest):
        replace(reference, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("C:\\x\\y.exe", "C__x_y.exe"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("line\nbreak\x00.txt", "linebreak.txt"),
        ("", "file"),
        ("..", "file"),
        (" . ", "file"),
        ("Größe 🫶🏽.pdf", "Größe 🫶🏽.pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_shown_for_what_it_is(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


@repeatable
@given(st.text(max_size=400))
def test_a_clean_name_stays_as_it_is(name: str) -> None:
    assert clean_name(clean_name(name)) == clean_name(name)


def test_neither_key_nor_name_is_in_a_repr() -> None:
    _, reference = encrypt(b"hello")
    shown = repr(reference)
    assert "photo" not in shown
    assert repr(reference.key) not in shown
