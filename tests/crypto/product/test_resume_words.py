"""Resume words: five words, what they become, and what they open."""

from __future__ import annotations

import os

import pytest
from mnemonic import Mnemonic

from mentalverse_crypto.resume_words import (
    SEALED_BYTES,
    WORD_COUNT,
    Place,
    derive,
    new_words,
    open_,
    seal,
)
from mentalverse_crypto.storage_errors import (
    BackupLocked,
    BackupMalformed,
    UnknownWord,
    WrongWordCount,
)
from support.deterministic import seeded_rng

SERVER = bytes(range(16))
TYPED = "abandon ability able about above"
PLACE = Place(b"a" * 16, b"p" * 32)
KEYS = derive(TYPED, SERVER)


def test_words_are_drawn_from_the_whole_list() -> None:
    """Each of 2,048 by two octets, so that five of them are 55 bits."""
    rng = seeded_rng(1)
    drawn = {word for _ in range(4_000) for word in new_words(rng)}
    assert drawn == set(Mnemonic("english").wordlist)
    assert len(new_words(os.urandom)) == WORD_COUNT


def test_how_words_are_typed_makes_no_difference_and_the_server_does() -> None:
    """The same words find nothing on another server."""
    assert derive("  Abandon, ability\nABLE about,above ", SERVER) == KEYS
    elsewhere = derive(TYPED, bytes(16))
    assert len({KEYS.lookup, KEYS.key, elsewhere.lookup, elsewhere.key}) == 4


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("abandon ability able about", WrongWordCount),
        (f"{TYPED} absent", WrongWordCount),
        ("abandon ability able about abouve", UnknownWord),
    ],
)
def test_what_is_not_five_words_of_the_list_is_said(
    typed: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        derive(typed, SERVER)


def test_the_words_open_their_place_and_others_do_not() -> None:
    sealed = seal(KEYS, PLACE, os.urandom)
    assert len(sealed) == SEALED_BYTES
    assert open_(KEYS, sealed) == PLACE
    with pytest.raises(BackupLocked):
        open_(derive("above about able ability abandon", SERVER), sealed)


def test_a_place_that_was_touched_opens_for_nobody() -> None:
    """Every octet of it counts, and so does its length."""
    sealed = seal(KEYS, PLACE, os.urandom)
    for at in range(len(sealed)):
        touched = bytearray(sealed)
        touched[at] ^= 1
        with pytest.raises((BackupLocked, BackupMalformed)):
            open_(KEYS, bytes(touched))
    for other in (sealed[:-1], sealed + b"\0", b""):
        with pytest.raises(BackupMalformed):
            open_(KEYS, other)


def test_nothing_secret_is_shown() -> None:
    assert PLACE.account_private.decode() not in repr(PLACE)
    assert KEYS.key.hex() not in repr(KEYS) and repr(KEYS.key) not in repr(KEYS)


def test_the_keys_of_words_never_change() -> None:
    """Whoever has written words down finds their place with any later version."""
    # HMAC-SHA256 of the label under Argon2id(the words, SHA-256(label ‖ server)[:16],
    # 2 passes, 64 MiB), written down when the format was made.
    known = "4aed1226790b909f36b754a9f98b230339288342b6e6c39ea529ff96908e22f8"
    assert KEYS.lookup.hex() == known
