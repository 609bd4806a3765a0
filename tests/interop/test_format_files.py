"""Files encrypted in one language and opened in the other, and the same refusals."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsError, JsPeer, octets
from nacl import bindings as sodium

from mentalverse_crypto.attachments import (
    CHUNK_BYTES,
    MAX_ATTACHMENT_BYTES,
    AttachmentDecryptor,
    AttachmentEncryptor,
    AttachmentReference,
    clean_name,
)
from mentalverse_crypto.errors import MlsError
from support.deterministic import seeded_rng

KIB = 1024
BLOB = bytes(range(16))
SEALED_CHUNK = CHUNK_BYTES + 17

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)


def _cut(data: bytes, step: int) -> Iterator[bytes]:
    return (data[at : at + step] for at in range(0, len(data), step))


def _encrypted(
    file: bytes, random: bytes, step: int = 50_000
) -> tuple[bytes, AttachmentReference]:
    left = memoryview(random)

    def rng(length: int) -> bytes:
        nonlocal left
        taken, left = bytes(left[:length]), left[length:]
        return taken

    encryptor = AttachmentEncryptor(rng)
    sealed = b"".join(encryptor.update(piece) for piece in _cut(file, step))
    sealed += encryptor.finish()
    return sealed, encryptor.reference(BLOB, "image/png", "photo: one.png")


def _decrypted(sealed: bytes, reference: AttachmentReference, step: int) -> bytes:
    decryptor = AttachmentDecryptor(reference)
    file = b"".join([decryptor.update(piece) for piece in _cut(sealed, step)])
    decryptor.finish()
    return file


def _asked(reference: AttachmentReference) -> dict[str, Any]:
    members = {each.name: getattr(reference, each.name) for each in fields(reference)}
    return members | {"mediaType": members["media_type"]}


def _answered(reference: dict[str, Any]) -> AttachmentReference:
    return AttachmentReference(
        octets(reference["blob"]),
        octets(reference["key"]),
        octets(reference["sha256"]),
        reference["size"],
        reference["mediaType"],
        reference["name"],
    )


def _code(work: Any, *arguments: Any, **named: Any) -> str | None:
    try:
        work(*arguments, **named)
    except MlsError as error:
        return error.code
    except JsError as error:
        return error.code
    return None


def _agreed(
    formats: JsPeer, sealed: bytes, reference: AttachmentReference, step: int = 70_000
) -> str | None:
    """What both say of a ciphertext when it is opened."""
    asked = {"reference": _asked(reference), "sealed": sealed, "step": step}
    opened = _code(_decrypted, sealed, reference, step)
    assert _code(formats.call, "decryptFile", **asked) == opened
    return opened


@pytest.mark.capability("C02")
@pytest.mark.parametrize(
    "size",
    [0, 1, 64 * KIB, 64 * KIB + 1, 300 * KIB, 1024 * KIB + 1, MAX_ATTACHMENT_BYTES],
)
def test_both_make_the_same_ciphertext_and_open_it(formats: JsPeer, size: int) -> None:
    file, random = seeded_rng(size)(size), os.urandom(56)
    sealed, reference = _encrypted(file, random)
    theirs = formats.call(
        "encryptFile",
        file=file,
        random=random,
        step=33_333,
        blob=BLOB,
        mediaType="image/png",
        name="photo: one.png",
    )
    assert octets(theirs["sealed"]) == sealed
    assert _answered(theirs["reference"]) == reference
    asked = {"reference": _asked(reference), "sealed": sealed}
    assert octets(formats.call("decryptFile", step=70_001, **asked)) == file


@repeatable
@given(st.integers(0, 200_000), st.integers(1, 90_000), st.integers(1, 90_000))
def test_how_a_file_is_handed_over_changes_nothing(
    formats: JsPeer, size: int, inward: int, outward: int
) -> None:
    file, random = seeded_rng(size)(size), seeded_rng(size + 1)(56)
    sealed, reference = _encrypted(file, random)
    theirs = formats.call(
        "encryptFile",
        file=file,
        random=random,
        step=inward,
        blob=BLOB,
        mediaType="image/png",
        name="photo",
    )
    assert octets(theirs["sealed"]) == sealed
    asked = {"reference": _asked(reference), "sealed": sealed, "step": outward}
    assert octets(formats.call("decryptFile", **asked)) == file


def test_damage_gets_the_same_verdict(formats: JsPeer) -> None:
    sealed, reference = _encrypted(os.urandom(100_000), os.urandom(56))
    first, second = sealed[24 : 24 + SEALED_CHUNK], sealed[24 + SEALED_CHUNK :]
    header = sealed[:24]
    seen = set()
    for place in (0, 24, 25, 5_000, 24 + SEALED_CHUNK - 1, len(sealed) - 1):
        flipped = bytearray(sealed)
        flipped[place] ^= 0x80
        seen.add(_agreed(formats, bytes(flipped), reference))
    for damaged in (
        b"",
        header[:-1],
        header,
        header + first,
        sealed[:-1],
        header + second + first,
        sealed + b"\0",
        sealed + first,
    ):
        seen.add(_agreed(formats, damaged, reference))
    for other in (
        replace(reference, key=bytes(32)),
        replace(reference, sha256=bytes(32)),
        replace(reference, size=100_001),
        replace(reference, size=99_999),
        replace(reference, size=10),
        replace(reference, size=200_000),
        replace(reference, size=MAX_ATTACHMENT_BYTES + 1),
    ):
        seen.add(_agreed(formats, sealed, other))
    assert seen == {
        None,
        "attachment.too_large",
        "attachment.truncated",
        "attachment.damaged",
        "attachment.hash_mismatch",
        "attachment.padding",
    }


@pytest.mark.parametrize("tag", [0, 1, 2, 3, 77])
def test_a_tag_that_is_not_used_gets_the_same_verdict(
    formats: JsPeer, tag: int
) -> None:
    """On a chunk between others, and on the last one."""
    key = os.urandom(32)
    for tags in ([tag, 3], [0, tag]):
        state = sodium.crypto_secretstream_xchacha20poly1305_state()
        sealed = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
        for each in tags:
            sealed += sodium.crypto_secretstream_xchacha20poly1305_push(
                state, b"x" * CHUNK_BYTES, None, each
            )
        digest = hashlib.sha256(sealed).digest()
        reference = AttachmentReference(BLOB, key, digest, 128 * KIB, "a/b", "file")
        _agreed(formats, sealed, reference)


def test_a_file_over_the_limit_is_refused(formats: JsPeer) -> None:
    asked = {
        "file": bytes(1001),
        "random": os.urandom(56),
        "step": 100,
        "blob": BLOB,
        "mediaType": "a/b",
        "name": "file",
    }
    assert formats.call("encryptFile", maxBytes=1001, **asked)
    with pytest.raises(JsError) as refused:
        formats.call("encryptFile", maxBytes=1000, **asked)
    assert refused.value.code == "attachment.too_large"


@pytest.mark.parametrize(
    "wrong",
    [
        {"blob": bytes(15)},
        {"key": bytes(31)},
        {"sha256": bytes(33)},
        {"size": -1},
        {"mediaType": "image/PNG"},
        {"mediaType": "image/png\n"},
        {"mediaType": "image"},
        {"mediaType": "a/" + "b" * 65},
        {"name": ""},
        {"name": "../file"},
        {"name": "file."},
        {"name": "x" * 256},
    ],
    ids=str,
)
def test_a_reference_without_its_form_is_refused(
    formats: JsPeer, wrong: dict[str, Any]
) -> None:
    right = AttachmentReference(BLOB, bytes(32), bytes(32), 1, "a/b", "file")
    asked = {"sealed": b"", "step": 1}
    with pytest.raises(JsError) as refused:
        formats.call("decryptFile", reference=_asked(right) | wrong, **asked)
    assert refused.value.code == "mls.state.invalid_request"
    named = {"media_type" if k == "mediaType" else k: v for k, v in wrong.items()}
    assert _code(replace, right, **named) == "mls.state.invalid_request"


characters = st.one_of(
    st.characters(codec="utf-8"),
    st.sampled_from(' ./\\:*?"<>|\u202e\u200f\u2066\ufeff\x85\u061c\U0001f642'),
)


@settings(repeatable, max_examples=500)
@given(st.text(characters, max_size=300))
def test_names_are_cleaned_alike(formats: JsPeer, name: str) -> None:
    assert formats.call("cleanName", name=name) == clean_name(name)
