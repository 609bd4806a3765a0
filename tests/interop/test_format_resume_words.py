"""Resume words: the same place in the browser as in Python."""

from __future__ import annotations

import os

import pytest
from load_tests.js_peer import JsError, JsPeer, octets

from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.resume_words import (
    Place,
    ResumeKeys,
    derive,
    new_words,
    open_,
    seal,
)
from support.mutations import bit_flips, truncations

SERVER, TYPED = os.urandom(16), "Zoo, abandon  legal WINNER thank"
KEYS = ResumeKeys(os.urandom(32), os.urandom(32))
PLACE = Place(os.urandom(16), os.urandom(32))


def test_words_become_the_same_keys(formats: JsPeer) -> None:
    keys = derive(TYPED, SERVER)
    said = formats.call("resumeKeys", typed=TYPED, server=SERVER)
    assert octets(said["lookup"]) == keys.lookup
    assert octets(said["key"]) == keys.key


@pytest.mark.parametrize("typed", ["zoo abandon", "zoo abandon legal winner thankk"])
def test_both_refuse_what_is_not_five_words_of_the_list(
    formats: JsPeer, typed: str
) -> None:
    with pytest.raises(MlsError) as ours:
        derive(typed, SERVER)
    with pytest.raises(JsError) as theirs:
        formats.call("resumeKeys", typed=typed, server=SERVER)
    assert theirs.value.code == ours.value.code


def test_the_same_chance_draws_the_same_words(formats: JsPeer) -> None:
    drawn = [os.urandom(2) for _ in range(5)]
    left = iter(drawn)
    words = new_words(lambda _: next(left))
    assert formats.call("resumeWords", random=b"".join(drawn)) == list(words)


def test_each_opens_what_the_other_sealed(formats: JsPeer) -> None:
    nonce = os.urandom(24)
    mine = seal(KEYS, PLACE, lambda _: nonce)
    fields = {"account": PLACE.account_id, "seed": PLACE.account_private}
    theirs = octets(formats.call("sealPlace", key=KEYS.key, random=nonce, **fields))
    assert theirs == mine
    opened = formats.call("openPlace", key=KEYS.key, sealed=mine)
    assert {name: octets(value) for name, value in opened.items()} == fields


def test_both_say_the_same_of_a_damaged_place(formats: JsPeer) -> None:
    sealed = seal(KEYS, PLACE, os.urandom)
    for octets_ in [*bit_flips(sealed), *truncations(sealed), sealed + b"\0"]:
        with pytest.raises(MlsError) as ours:
            open_(KEYS, octets_)
        with pytest.raises(JsError) as theirs:
            formats.call("openPlace", key=KEYS.key, sealed=octets_)
        assert theirs.value.code == ours.value.code
