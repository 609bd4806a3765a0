"""What stands in for a large message says where it is, and what the server needs."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crypto.detached import Detached, is_detached, read_detached
from mentalverse_crypto.errors import DecodeError, MlsError, UnsupportedError
from mentalverse_crypto.framing import ContentType, WireFormat
from mentalverse_crypto.headers import detach_commit, read_header
from support.mls_frames import external_commit, private_message, welcome
from support.mutations import bit_flips, truncations

GROUP, CLIENT, BLOB = "a" * 32, "b" * 32, bytes(range(16))
COMMIT = private_message(GROUP, 7, CLIENT, ContentType.COMMIT, body=os.urandom(999))


@given(head=st.binary(max_size=200), message=st.binary(max_size=200))
def test_it_comes_back_as_it_was(head: bytes, message: bytes) -> None:
    made = Detached.of(message, BLOB, head)
    assert read_detached(made.encode()) == made
    assert made.is_of(message)
    assert not made.is_of(message + b"\0")


def test_it_has_the_header_of_its_commit() -> None:
    """All that the server reads of a commit, but for the length."""
    stands_for = detach_commit(COMMIT, BLOB)
    header = read_header(stands_for.encode())
    assert header == read_header(COMMIT)._replace(size=len(stands_for.encode()))
    assert header.wire_format is WireFormat.PRIVATE_MESSAGE
    assert stands_for.is_of(COMMIT)


def test_octets_that_differ_in_one_bit_are_not_the_message() -> None:
    stands_for = Detached.of(COMMIT[:64], BLOB)
    assert not any(stands_for.is_of(damaged) for damaged in bit_flips(COMMIT[:64]))


def test_other_messages_stand_for_themselves() -> None:
    for message in (COMMIT, welcome(2), b"", b"\0"):
        assert not is_detached(message)
        assert read_detached(message) is None


def test_only_a_commit_may_stand_elsewhere() -> None:
    """A message is read as it is sent: its ciphertext cannot be looked up later."""
    for kind in (ContentType.APPLICATION, ContentType.PROPOSAL):
        message = private_message(GROUP, 7, CLIENT, kind)
        with pytest.raises(DecodeError):
            read_header(detach_commit(message, BLOB).encode())


def test_a_commit_from_outside_is_not_detached() -> None:
    """The server reads who joins, which stands in the whole of it."""
    joiner = ("c" * 32, "d" * 32)
    message = external_commit(GROUP, 7, CLIENT, joiner)  # type: ignore[arg-type]
    with pytest.raises(UnsupportedError):
        detach_commit(message, BLOB)


def test_a_damaged_one_is_refused_or_says_something_else() -> None:
    encoded = detach_commit(COMMIT, BLOB).encode()
    for damaged in truncations(encoded):
        with pytest.raises(MlsError):
            read_header(damaged)
    for damaged in bit_flips(encoded):
        try:
            found = read_detached(damaged)
        except DecodeError:
            continue
        assert found is None or found.encode() == damaged
