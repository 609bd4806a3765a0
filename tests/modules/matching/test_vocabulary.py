"""Nothing but codes that there are: no sentence gets through."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from mentalverse_modules.matching import invented
from mentalverse_modules.matching.people import Side
from mentalverse_modules.matching.vocabulary import CONDITIONS, unknown


def test_what_is_invented_is_in_the_vocabulary() -> None:
    draws = Random(1)
    for _ in range(50):
        one = invented.mentee(draws, "e")
        assert unknown(one.side, one.required) == ()


def test_what_is_not_in_it_is_named() -> None:
    told = Side(
        languages=frozenset({"en", "pt-BR", "my english"}),
        challenges=frozenset({"grief", "my divorce"}),
        wished=frozenset({"video"}),
    )
    assert unknown(told) == ("my divorce", "my english")
    assert unknown(replace(told, offered=frozenset({"x"})))[-1] == "x"
    conditions = {"gender": frozenset({"woman", "tall"}), "age": frozenset({"old"})}
    assert unknown(Side(), conditions) == ("age", "old", "tall")
    assert set(CONDITIONS) == {"gender"}
