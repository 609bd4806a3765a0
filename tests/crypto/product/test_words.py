"""Recovery words: what was written down is what comes back, or it says what is not."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.errors import InvalidRequest
from mentalverse_crypto.storage_errors import (
    UnknownWord,
    WordsChecksum,
    WordsError,
    WrongWordCount,
)
from mentalverse_crypto.words import lookup_secret, to_entropy, to_words
from support.deterministic import seeded_rng

ENTROPY = seeded_rng(1)(32)

repeatable = settings(database=None, deadline=None, derandomize=True)


@repeatable
@given(st.binary(min_size=32, max_size=32))
def test_the_words_are_the_secret(entropy: bytes) -> None:
    assert to_entropy(" ".join(to_words(entropy))) == entropy


@pytest.mark.parametrize(
    ("octet", "words"),
    [
        (0x00, ["abandon"] * 23 + ["art"]),
        (0xFF, ["zoo"] * 23 + ["vote"]),
        (0x7F, ["legal", "winner", "thank", "year", "wave", "sausage", "worth"]),
        (0x80, ["letter", "advice", "cage", "absurd", "amount", "doctor"]),
    ],
)
def test_the_words_are_those_of_bip_39(octet: int, words: list[str]) -> None:
    assert list(to_words(bytes([octet]) * 32))[: len(words)] == words


def test_every_word_carries_eleven_bits_and_the_last_a_checksum() -> None:
    # The list is in alphabetical order, so the place of a word can be counted.
    bits = int.from_bytes(ENTROPY + hashlib.sha256(ENTROPY).digest()[:1], "big")
    places = [bits >> 11 * (23 - at) & 2047 for at in range(24)]
    by_place = sorted(zip(places, to_words(ENTROPY), strict=True))
    words = [word for _, word in by_place]
    assert words == sorted(words)


@pytest.mark.parametrize(
    "typed",
    [
        lambda words: " ".join(words).upper(),
        lambda words: "\n".join(words),
        lambda words: ", ".join(words),
        lambda words: "  \t" + "   ".join(words) + "\r\n",
        lambda words: "\u00a0".join(word.title() for word in words),
    ],
)
def test_how_they_are_typed_does_not_matter(typed) -> None:  # type: ignore[no-untyped-def]
    assert to_entropy(typed(to_words(ENTROPY))) == ENTROPY


@pytest.mark.parametrize("count", [0, 1, 12, 23, 25, 48])
def test_another_number_of_words_is_said(count: int) -> None:
    with pytest.raises(WrongWordCount, match=f"^{count} words"):
        to_entropy(" ".join((to_words(ENTROPY) * 2)[:count]))


@pytest.mark.parametrize("position", [1, 7, 24])
def test_a_typing_error_names_the_word_and_what_was_meant(position: int) -> None:
    words = list(to_words(ENTROPY))
    meant = words[position - 1]
    words[position - 1] = meant[:-1] + "ü"
    with pytest.raises(UnknownWord) as caught:
        to_entropy(" ".join(words))
    assert caught.value.position == position
    assert meant in caught.value.near
    assert meant not in str(caught.value)
    assert meant not in repr(caught.value)


def test_a_word_like_no_other_has_none_near() -> None:
    with pytest.raises(UnknownWord) as caught:
        to_entropy(" ".join(["0" * 100_000, *to_words(ENTROPY)[1:]]))
    assert caught.value.near == ()


def test_swapped_words_do_not_pass_as_another_secret() -> None:
    words = list(to_words(ENTROPY))
    words[2], words[9] = words[9], words[2]
    with pytest.raises(WordsChecksum):
        to_entropy(" ".join(words))


@repeatable
@given(st.text(max_size=300))
def test_any_text_is_a_declared_error(typed: str) -> None:
    with pytest.raises(WordsError):
        to_entropy(typed)


def test_only_256_bits_make_words() -> None:
    for length in (0, 16, 31, 33):
        with pytest.raises(InvalidRequest):
            to_words(bytes(length))


def test_the_lookup_secret_is_fixed_and_not_the_words() -> None:
    secret = lookup_secret(ENTROPY)
    assert len(secret) == 32
    assert secret != ENTROPY
    assert lookup_secret(bytes(32)).hex() == (
        "7fe316695b7eebbe61cc5c5e5eed8e2fd78be0a8bdc8b76239b1e822802b1e72"
    )
