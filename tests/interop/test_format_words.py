"""Recovery words and Argon2id: the same in the browser as in Python."""

from __future__ import annotations

import os
import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsError, JsPeer, octets

from mentalverse_crypto.keystore import Argon2Cost, stretch
from mentalverse_crypto.storage_errors import UnknownWord, WordsError
from mentalverse_crypto.words import check_word, lookup_secret, to_entropy, to_words

ENTROPY = os.urandom(32)

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=100)


def _verdict(formats: JsPeer, typed: str) -> str | tuple[str, int] | bytes:
    """What both say of typed words: the octets, or what is wrong and where."""
    ours: str | tuple[str, int] | bytes
    try:
        ours = to_entropy(typed)
    except UnknownWord as error:
        ours = (error.code, error.position)
    except WordsError as error:
        ours = error.code
    try:
        said = formats.call("entropyOf", typed=typed)
    except JsError as error:
        assert error.code == ours
        return ours
    if "entropy" in said:
        assert octets(said["entropy"]) == ours
    else:
        assert ("words.unknown", said["position"]) == ours
    return ours


@pytest.mark.capability("C03")
@repeatable
@given(st.binary(min_size=32, max_size=32))
def test_words_of_either_are_the_octets_of_the_other(
    formats: JsPeer, entropy: bytes
) -> None:
    words = formats.call("wordsOf", entropy=entropy)
    assert tuple(words) == to_words(entropy)
    assert _verdict(formats, " ".join(words)) == entropy
    secret = octets(formats.call("lookupSecret", entropy=entropy))
    assert secret == lookup_secret(entropy)


@pytest.mark.parametrize(
    "typed",
    [
        lambda words: " ".join(words).upper(),
        lambda words: "\n".join(words),
        lambda words: ", ".join(words),
        lambda words: "  \t" + "   ".join(words) + "\r\n",
        lambda words: "\u00a0".join(word.title() for word in words),
        lambda words: "\u3000".join(words),
        lambda words: "\x1f\x85".join(words),
        lambda words: "\ufeff" + " ".join(words),
        lambda words: " ".join(words[:-1]),
        lambda words: " ".join([*words, "zoo"]),
        lambda words: "",
    ],
)
def test_how_words_are_typed_is_judged_alike(formats: JsPeer, typed) -> None:  # type: ignore[no-untyped-def]
    _verdict(formats, typed(to_words(ENTROPY)))


def test_wrong_words_are_judged_alike(formats: JsPeer) -> None:
    """Another word, another order, no word: the same verdict at the same place."""
    chance, words, seen = random.Random(1), list(to_words(ENTROPY)), set()
    for _ in range(200):
        wrong = list(words)
        place, other = chance.randrange(24), chance.randrange(24)
        match chance.randrange(3):
            case 0:
                wrong[place], wrong[other] = wrong[other], wrong[place]
            case 1:
                wrong[place] = to_words(os.urandom(32))[0]
            case _:
                wrong[place] = wrong[place][:-1] + "ü"
        verdict = _verdict(formats, " ".join(wrong))
        seen.add(verdict[0] if isinstance(verdict, tuple) else verdict)
    assert {"words.unknown", "words.checksum"} <= seen


@repeatable
@given(st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=60))
def test_any_text_is_judged_alike(formats: JsPeer, typed: str) -> None:
    """With 24 words in all, so that the first unknown one is looked for."""
    count = len(unicodedata.normalize("NFKC", typed).replace(",", " ").split())
    rest = ["zoo"] * max(0, 24 - count)
    _verdict(formats, " ".join([typed, *rest]))


@pytest.mark.parametrize("position", [1, 7, 24])
def test_a_typing_error_names_the_word_and_what_was_meant(
    formats: JsPeer, position: int
) -> None:
    words = list(to_words(bytes(range(32))))
    meant = words[position - 1]
    words[position - 1] = meant[:-1] + "ü"
    said = formats.call("entropyOf", typed=" ".join(words))
    assert said["position"] == position
    assert meant in said["near"]
    assert meant not in said["message"]


def test_a_word_alone_is_known_or_likened(formats: JsPeer) -> None:
    for word in ("zoo", "abandon"):
        assert check_word(word) is None
        assert formats.call("checkWord", word=word) is None
    assert "abandon" in formats.call("checkWord", word="abbandon")
    assert formats.call("checkWord", word="0" * 100_000) == []


def test_only_256_bits_make_words(formats: JsPeer) -> None:
    for length in (0, 16, 31, 33):
        with pytest.raises(JsError) as refused:
            formats.call("wordsOf", entropy=bytes(length))
        assert refused.value.code == "mls.state.invalid_request"


@pytest.mark.parametrize(("passes", "kibibytes"), [(1, 8), (3, 64), (2, 65_536)])
def test_argon2id_makes_the_same_key(
    formats: JsPeer, passes: int, kibibytes: int
) -> None:
    secret, salt = os.urandom(32), os.urandom(16)
    made = formats.call(
        "argon2id", secret=secret, salt=salt, passes=passes, memoryKibibytes=kibibytes
    )
    assert octets(made) == stretch(secret, salt, Argon2Cost(passes, kibibytes))


@pytest.mark.parametrize(
    ("passes", "kibibytes"), [(0, 64), (17, 64), (1, 7), (1, (1 << 20) + 1)]
)
def test_absurd_work_is_refused(formats: JsPeer, passes: int, kibibytes: int) -> None:
    with pytest.raises(JsError) as refused:
        formats.call(
            "argon2id",
            secret=b"secret",
            salt=bytes(16),
            passes=passes,
            memoryKibibytes=kibibytes,
        )
    assert refused.value.code == "mls.state.invalid_request"
