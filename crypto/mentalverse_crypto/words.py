"""Recovery words: 256 bits that somebody can write on paper (BIP-39, English list).

24 words of a list of 2,048, of which the last carries 8 bits of checksum. The list
was made for being written down: no two words share their first four letters. Only
the list and the checksum are BIP-39's; nothing here makes a wallet's seed.

The words are the whole secret. 256 random bits cannot be guessed, so what is
derived from them needs no slow hash for its strength.
"""

from __future__ import annotations

import difflib
import unicodedata
from functools import cache
from typing import Final

from mnemonic import Mnemonic

from .ciphersuite import mac
from .errors import InvalidRequest
from .storage_errors import UnknownWord, WordsChecksum, WrongWordCount

ENTROPY_BYTES: Final = 32
"""What the words stand for: 256 bits."""
WORD_COUNT: Final = 24
"""How many words that are."""
WORDS: Final = 2048
"""How many words the list has."""

_NEAR_WORDS = 3
_LOOKUP_LABEL: Final = b"MentalVerse recovery lookup v1"


def to_words(entropy: bytes) -> tuple[str, ...]:
    """The 24 words of 32 random octets.

    Raises:
        InvalidRequest: there are not 32 octets.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise InvalidRequest("recovery words stand for 32 octets")
    return tuple(_bip39().to_mnemonic(entropy).split())


def to_entropy(typed: str) -> bytes:
    """The 32 octets that typed words stand for.

    Capital letters, line breaks, commas and repeated spaces do not matter.

    Raises:
        WrongWordCount: there are not 24 words.
        UnknownWord: the first word that is not in the list, with words near to it.
        WordsChecksum: one of the words is another one, or the order is.
    """
    words = read_words(typed, WORD_COUNT)
    try:
        return bytes(_bip39().to_entropy(list(words)))
    except ValueError:
        raise WordsChecksum("the words do not belong together") from None


def read_words(typed: str, count: int) -> tuple[str, ...]:
    """So many words of the list, as somebody typed them, in lower case.

    Raises:
        WrongWordCount: there are more or fewer.
        UnknownWord: the first word that is not in the list, with words near to it.
    """
    words = unicodedata.normalize("NFKC", typed).lower().replace(",", " ").split()
    if len(words) != count:
        raise WrongWordCount(f"{len(words)} words instead of {count}")
    known = _places()
    for position, word in enumerate(words, start=1):
        if word not in known:
            raise UnknownWord(position, _near(word))
    return tuple(words)


def word_at(place: int) -> str:
    """A word of the list, by its place from 0."""
    return str(_bip39().wordlist[place])


def check_word(word: str) -> tuple[str, ...] | None:
    """None for a word of the list, in lower case; else words that look like it."""
    return None if word in _places() else _near(word)


def lookup_secret(entropy: bytes) -> bytes:
    """The 32 octets by which a backup is asked for; they open nothing.

    The server keeps their SHA-256 beside the backup: whoever has the words finds it
    without knowing the account's id.
    """
    return mac(entropy, _LOOKUP_LABEL)


@cache
def _bip39() -> Mnemonic:
    return Mnemonic("english")


@cache
def _places() -> frozenset[str]:
    return frozenset(_bip39().wordlist)


def _near(word: str) -> tuple[str, ...]:
    matches = difflib.get_close_matches(word[:16], _bip39().wordlist, _NEAR_WORDS)
    return tuple(matches)
