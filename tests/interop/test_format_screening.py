"""Screening in the browser: the same questions and the same bands as in Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice, product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from load_tests.js_peer import JsPeer

from mentalverse_crisis.errors import LicenceNotAcknowledged
from mentalverse_crisis.instruments import (
    SHIPPED,
    SKIPPED,
    Instrument,
    next_item,
    read,
    result,
)

DOCUMENTS = {
    each.name: each.read_bytes()
    for each in (files("mentalverse_crisis") / SHIPPED).iterdir()
}
repeatable = settings(database=None, deadline=None, derandomize=True)
Given = dict[str, str]


def python(instrument: Instrument, answers: Given) -> dict[str, Any]:
    found, item = result(instrument, answers), next_item(instrument, answers)
    return {
        "band": found.band.name,
        "complete": found.complete,
        "next": None if item is None else item.id,
    }


def combinations(instrument: Instrument) -> Iterator[Given]:
    """Each question unanswered, skipped, answered in each way and in an unknown one."""
    ways = [
        [None, SKIPPED, "nobody_knows", *(option.id for option in item.options)]
        for item in instrument.items
    ]
    for chosen in product(*ways):
        pairs = zip(instrument.items, chosen, strict=True)
        yield {item.id: answer for item, answer in pairs if answer is not None}


def assert_alike(formats: JsPeer, instrument: Instrument, all_of: list[Given]) -> None:
    document = json.loads(msgspec.json.encode(instrument))
    said = formats.call("screen", instrument=document, all=all_of)
    assert said == [python(instrument, answers) for answers in all_of]


@pytest.mark.capability("X02")
@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_every_combination_of_answers_says_the_same(formats: JsPeer, name: str) -> None:
    """Of every instrument that ships: what comes next, the band, if it is all."""
    instrument = read(DOCUMENTS[name], "Dr Test")
    every = combinations(instrument)
    count = 0
    while some := list(islice(every, 500)):
        assert_alike(formats, instrument, some)
        count += len(some)
    assert count > len(instrument.items)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_what_nobody_has_acknowledged_is_not_asked(formats: JsPeer, name: str) -> None:
    """Where Python refuses to load a file, the browser does not ask it."""
    document = json.loads(DOCUMENTS[name])
    try:
        read(DOCUMENTS[name])
        may = True
    except LicenceNotAcknowledged:
        may = False
    assert formats.call("mayBeAsked", instrument=document) == may
    signed = document | {"licence_acknowledged_by": "Dr Test"}
    assert formats.call("mayBeAsked", instrument=signed)


BANDS = st.sampled_from(["A0", "A1", "A2", "A3", "A4"])


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """Files of operators: colours, sums, conditions on what came before."""
    items: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        options = [
            {"id": f"o{each}", "text": "an answer"}
            | draw(
                st.one_of(
                    st.just({}),
                    st.fixed_dictionaries({"band": BANDS}),
                    st.fixed_dictionaries(
                        {"colour": st.sampled_from(["low", "moderate", "high"])}
                    ),
                    st.fixed_dictionaries({"points": st.integers(0, 3)}),
                )
            )
            for each in range(draw(st.integers(1, 3)))
        ]
        asked_if = [
            {
                "item": before["id"],
                "answers": [SKIPPED, before["options"][0]["id"]],
            }
            for before in items
            if draw(st.booleans())
        ]
        items.append(
            {
                "id": f"i{number}",
                "text": "a question",
                "options": options,
                "asked_if": asked_if,
            }
        )
    cut_offs = draw(
        st.sampled_from(
            [[], [{"points": 2, "band": "A2"}, {"points": 5, "band": "A0"}]]
        )
    )
    document = {
        "id": "made",
        "version": "1",
        "language": "en",
        "title": "Made up",
        "licence": {"terms": "none", "acknowledgement_needed": False},
        "licence_acknowledged_by": None,
        "wording_checked_by": None,
        "items": items,
        "otherwise": draw(BANDS),
        "cut_offs": cut_offs,
    }
    return read(json.dumps(document).encode())


@settings(repeatable, max_examples=120)
@given(instrument=instruments())
def test_files_of_operators_say_the_same(
    formats: JsPeer, instrument: Instrument
) -> None:
    """Up to five hundred combinations of each."""
    assert_alike(formats, instrument, list(islice(combinations(instrument), 500)))
