"""Cards for whoever answers: the same in every language, and read in under a minute."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import chain

import msgspec
import pytest

FOLDER = files("mentalverse_crisis").joinpath("card_files")
MOST_WORDS = 180
"""What an adult reads in a minute, calmly: beside a talk it has to be less."""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What helps in one kind of talk."""

    id: str
    title: str
    when: str
    steps: tuple[str, ...]
    words: tuple[str, ...]
    avoid: str

    @property
    def sentences(self) -> tuple[str, ...]:
        return (self.title, self.when, *self.steps, *self.words, self.avoid)


class CardFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them in one language."""

    version: str
    language: str
    written_on: str
    checked_by: str | None
    checked_on: str | None
    cards: tuple[Card, ...]


FILES = {
    path.name.removesuffix(".json"): msgspec.json.decode(
        path.read_bytes(), type=CardFile
    )
    for path in FOLDER.iterdir()
}


def test_every_language_of_the_desk_has_the_same_cards_of_one_version() -> None:
    """In the same order, with as many steps and sentences to say."""
    assert set(FILES) == {"en", "es", "ar"}
    shapes = {
        (
            each.version,
            *((card.id, len(card.steps), len(card.words)) for card in each.cards),
        )
        for each in FILES.values()
    }
    assert len(shapes) == 1
    assert all(name == each.language for name, each in FILES.items())


def test_what_a_talk_can_turn_into_has_a_card() -> None:
    """Listening, panic, means at hand, anger, psychosis, silence, and oneself."""
    assert [card.id for card in FILES["en"].cards] == [
        "listening",
        "panic",
        "means",
        "anger",
        "psychosis",
        "silence",
        "after",
    ]


@pytest.mark.parametrize("language", sorted(FILES))
def test_a_card_is_read_in_under_a_minute_and_leaves_nothing_empty(
    language: str,
) -> None:
    """All of it, with what one could say."""
    for card in FILES[language].cards:
        assert all(each.strip() == each != "" for each in card.sentences), card.id
        words = chain.from_iterable(each.split() for each in card.sentences)
        assert len(list(words)) <= MOST_WORDS, card.id


def test_nobody_is_named_as_having_checked_a_card_without_a_day() -> None:
    """Nor the other way round: screens say either who and when, or that nobody has."""
    for path in FOLDER.iterdir():
        told = json.loads(path.read_bytes())
        assert (told["checked_by"] is None) == (told["checked_on"] is None)
