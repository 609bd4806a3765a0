"""The browser's secretstream is libsodium's: what either writes, the other reads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer, octets
from nacl import bindings as sodium
from nacl.exceptions import RuntimeError as SodiumError

from support.deterministic import seeded_rng

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=60)

MESSAGE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
REKEY = sodium.crypto_secretstream_xchacha20poly1305_TAG_REKEY
FINAL = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


@dataclass(frozen=True)
class Part:
    """One message of a stream."""

    plaintext: bytes
    tag: int = MESSAGE
    additional: bytes = b""

    def fields(self) -> dict[str, Any]:
        return {
            "plaintext": self.plaintext,
            "tag": self.tag,
            "additional": self.additional,
        }


parts = st.lists(
    st.builds(
        Part, st.binary(max_size=300), st.integers(0, 255), st.binary(max_size=40)
    ),
    max_size=8,
)


def _state(key: bytes, header: bytes) -> Any:
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    return state


def _pushed(key: bytes, header: bytes, stream: list[Part]) -> list[bytes]:
    state = _state(key, header)
    return [
        sodium.crypto_secretstream_xchacha20poly1305_push(
            state, part.plaintext, part.additional, part.tag
        )
        for part in stream
    ]


def _theirs(
    formats: JsPeer, key: bytes, header: bytes, sealed: list[bytes], stream: list[Part]
) -> list[Part | None]:
    messages = [
        {"message": message, "additional": part.additional}
        for message, part in zip(sealed, stream, strict=True)
    ]
    opened = formats.call("streamPull", key=key, header=header, messages=messages)
    return [
        it and Part(octets(it["plaintext"]), it["tag"], part.additional)
        for it, part in zip(opened, stream, strict=True)
    ]


@repeatable
@given(parts, st.integers(0, 999))
def test_both_write_the_same_stream(
    formats: JsPeer, stream: list[Part], seed: int
) -> None:
    """Any lengths and additional data, and every tag, those that change the key too."""
    key, header = seeded_rng(seed)(32), seeded_rng(seed + 1)(24)
    ours = _pushed(key, header, stream)
    messages = [part.fields() for part in stream]
    theirs = formats.call("streamPush", key=key, header=header, messages=messages)
    assert [octets(message) for message in theirs] == ours
    assert _theirs(formats, key, header, ours, stream) == stream


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 63, 64, 65, 65_535, 65_536])
def test_a_stream_that_libsodium_began_is_read(formats: JsPeer, length: int) -> None:
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    key = os.urandom(32)
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, key)
    stream = [Part(os.urandom(length), tag) for tag in (MESSAGE, REKEY, FINAL)]
    sealed = [
        sodium.crypto_secretstream_xchacha20poly1305_push(
            state, part.plaintext, None, part.tag
        )
        for part in stream
    ]
    assert _theirs(formats, key, header, sealed, stream) == stream


def test_no_flipped_bit_opens_and_the_stream_stays_where_it_was(
    formats: JsPeer,
) -> None:
    key, header = os.urandom(32), os.urandom(24)
    [sealed] = _pushed(key, header, [Part(b"twenty octets or so.")])
    damaged = []
    for bit in range(8 * len(sealed)):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(flipped))
    tried = [*damaged, sealed[:-1], sealed[:16], b"", sealed]
    found = _theirs(formats, key, header, tried, [Part(b"")] * len(tried))
    assert found[:-1] == [None] * (len(tried) - 1)
    assert found[-1] is not None


def test_messages_open_in_their_order_only(formats: JsPeer) -> None:
    """Swapped, left out, repeated or with other additional data: both refuse."""
    key, header = os.urandom(32), os.urandom(24)
    stream = [Part(b"one", additional=b"a"), Part(b"two", additional=b"b")]
    one, two = _pushed(key, header, stream)
    for wrong in ([two], [one, one], [one, two, two]):
        asked = [Part(b"", additional=b"a")] * len(wrong)
        asked[1:2] = [Part(b"", additional=b"b")] * len(asked[1:2])
        assert _theirs(formats, key, header, wrong, asked)[-1] is None
        state = _state(key, header)
        with pytest.raises(SodiumError):
            for message, part in zip(wrong, asked, strict=True):
                sodium.crypto_secretstream_xchacha20poly1305_pull(
                    state, message, part.additional
                )
    assert _theirs(formats, key, header, [one], [Part(b"", additional=b"c")]) == [None]
