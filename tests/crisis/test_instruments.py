"""Screening orders and never gates: every set of answers has a band (I8)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import permutations, product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_crisis.acuity import UNKNOWN, Band
from mentalverse_crisis.errors import LicenceNotAcknowledged, MalformedInstrument
from mentalverse_crisis.instruments import (
    MAX_ITEMS,
    SHIPPED,
    SKIPPED,
    Colour,
    Instrument,
    Screening,
    next_item,
    read,
    result,
)
from mentalverse_crisis.policy import DEFAULT

FOLDER = files("mentalverse_crisis").joinpath(SHIPPED)
DOCUMENTS = {
    file.name.removesuffix(".json"): file.read_bytes() for file in FOLDER.iterdir()
}
ACKNOWLEDGED = {name: read(each, "Olga") for name, each in DOCUMENTS.items()}
ASQ = ACKNOWLEDGED["asq.en"]
NOT_GIVEN = "not given"
"""Stands for an item without an answer."""
COLOURED: dict[str, Any] = {
    "id": "coloured",
    "version": "1",
    "language": "en",
    "title": "What an operator's own file looks like",
    "licence": {"terms": "ours", "acknowledgement_needed": False},
    "licence_acknowledged_by": None,
    "wording_checked_by": None,
    "items": [
        {
            "id": "first",
            "text": "First?",
            "options": [
                {"id": "no", "text": "No"},
                {"id": "some", "text": "Some", "colour": "low"},
                {"id": "more", "text": "More", "colour": "moderate"},
            ],
        },
        {
            "id": "second",
            "text": "Second?",
            "asked_if": [{"item": "first", "answers": ["some", "more"]}],
            "options": [
                {"id": "no", "text": "No"},
                {"id": "yes", "text": "Yes", "colour": "high"},
            ],
        },
    ],
    "otherwise": "A4",
}
OWN = read(json.dumps(COLOURED).encode())
EVERY = [*ACKNOWLEDGED.values(), OWN]


def _combinations(instrument: Instrument) -> Iterator[dict[str, str]]:
    """Every way to answer, skip, pass over, and answer what nobody knows."""
    choices = [
        [NOT_GIVEN, SKIPPED, "nonsense", *(option.id for option in item.options)]
        for item in instrument.items
    ]
    for chosen in product(*choices):
        yield {
            item.id: answer
            for item, answer in zip(instrument.items, chosen, strict=True)
            if answer != NOT_GIVEN
        }


@pytest.mark.capability("X12")
@pytest.mark.parametrize("instrument", EVERY, ids=lambda each: each.id)
def test_every_set_of_answers_has_a_band_that_somebody_is_promised_for(
    instrument: Instrument,
) -> None:
    """I8: none is refused, and none comes to a band in which nobody is asked."""
    for answers in _combinations(instrument):
        promised = DEFAULT.band(result(instrument, answers).band)
        assert promised.accept_seconds > 0
        assert promised.plan.stages[0].at_seconds == 0


def test_a_screening_holds_the_band_and_no_answer() -> None:
    """What leaves the device has no room for more."""
    assert Screening.__struct_fields__ == ("band", "complete")


@pytest.mark.parametrize("instrument", EVERY, ids=lambda each: each.id)
def test_whoever_skips_loses_nothing(instrument: Instrument) -> None:
    """Unknown is moderate, and an urgent answer before it keeps its urgency."""
    assert result(instrument, {}) == Screening(UNKNOWN, complete=False)
    for answers in _combinations(instrument):
        before = result(instrument, answers)
        assert before.complete or before.band <= UNKNOWN
        for item in instrument.items:
            rest = {key: answers[key] for key in answers if key != item.id}
            skipped = result(instrument, answers | {item.id: SKIPPED})
            assert skipped == result(instrument, rest)


@pytest.mark.parametrize("instrument", EVERY, ids=lambda each: each.id)
def test_an_answer_that_is_not_known_counts_as_none(instrument: Instrument) -> None:
    """A file of another version, or a broken client, costs nobody a place."""
    for answers in _combinations(instrument):
        known = {key: each for key, each in answers.items() if each != "nonsense"}
        more = answers | {"no_such_item": "yes"}
        assert result(instrument, more) == result(instrument, known)


@pytest.mark.parametrize("instrument", EVERY, ids=lambda each: each.id)
def test_the_order_of_the_answers_does_not_matter(instrument: Instrument) -> None:
    """Somebody may go back."""
    answers = {item.id: item.options[0].id for item in instrument.items}
    first = result(instrument, answers)
    for order in permutations(answers):
        assert result(instrument, {key: answers[key] for key in order}) == first


@dataclass(frozen=True)
class _Table:
    """What the design says of an instrument, written a second time."""

    answers: Mapping[str, str]

    def asq(self) -> Screening:
        first = ["wished_dead", "better_off", "thoughts", "tried"]
        said = [self.answers.get(each) for each in first]
        right_now = self.answers.get("right_now")
        known = all(each in ("yes", "no") for each in said)
        asks_more = "yes" in said or SKIPPED in said
        complete = known and (not asks_more or right_now in ("yes", "no"))
        if right_now == "yes":
            return Screening(Band.A1, complete)
        if "yes" in said or not complete:
            return Screening(Band.A2, complete)
        return Screening(Band.A3, complete)

    def phq9_item9(self) -> Screening:
        said = self.answers.get("item9")
        known = said not in (None, SKIPPED, "nonsense")
        return Screening(Band.A1 if said == "nearly_every_day" else Band.A2, known)

    def self_triage(self) -> Screening:
        said = {"not_safe": Band.A0, "thoughts": Band.A2, "talk": Band.A3}
        now = self.answers.get("now", "")
        return Screening(said.get(now, Band.A2), now in said)


@pytest.mark.parametrize("name", ACKNOWLEDGED)
def test_the_bands_of_what_ships(name: str) -> None:
    """Every combination against the table of the design."""
    instrument = ACKNOWLEDGED[name]
    for answers in _combinations(instrument):
        table = _Table(answers)
        assert result(instrument, answers) == getattr(table, instrument.id)(), answers


def test_colours_are_bands() -> None:
    """Low, moderate and high, as an operator's file names them."""
    assert [colour.band for colour in Colour] == [Band.A3, Band.A2, Band.A1]
    assert result(OWN, {"first": "no"}) == Screening(Band.A4, complete=True)
    assert result(OWN, {"first": "some"}) == Screening(Band.A2, complete=False)
    some = {"first": "some", "second": "no"}
    assert result(OWN, some) == Screening(Band.A3, complete=True)
    assert result(OWN, {"first": "no", "second": "yes"}).band is Band.A1


@pytest.mark.parametrize("instrument", EVERY, ids=lambda each: each.id)
def test_each_question_is_asked_once_and_every_one_can_be_skipped(
    instrument: Instrument,
) -> None:
    """Whatever is answered, the questions come to an end in their order."""
    choices = [
        [SKIPPED, *(option.id for option in item.options)] for item in instrument.items
    ]
    for chosen in product(*choices):
        wanted = dict(zip((item.id for item in instrument.items), chosen, strict=True))
        answers: dict[str, str] = {}
        while (item := next_item(instrument, answers)) is not None:
            assert item.id not in answers
            answers[item.id] = wanted[item.id]
        skipped_none = SKIPPED not in answers.values()
        assert result(instrument, answers).complete is skipped_none


def test_the_acute_question_is_asked_after_a_yes_or_a_question_not_answered() -> None:
    """Who says four times no is not asked whether it is right now."""
    no = dict.fromkeys(["wished_dead", "better_off", "thoughts", "tried"], "no")
    assert next_item(ASQ, no) is None
    for answer in ("yes", SKIPPED):
        asked = next_item(ASQ, no | {"tried": answer})
        assert asked is not None
        assert asked.id == "right_now"
    assert next_item(ASQ, no | {"tried": "nonsense"}) == ASQ.items[3]


@given(
    points=st.lists(st.integers(0, 20), min_size=2, max_size=5),
    cuts=st.lists(
        st.tuples(st.integers(1, 60), st.sampled_from(["A0", "A1", "A2", "A3"])),
        max_size=4,
        unique_by=(lambda cut: cut[0], lambda cut: cut[1]),
    ),
)
def test_more_points_are_never_less_urgent(
    points: list[int], cuts: list[tuple[int, str]]
) -> None:
    """Whatever cut-offs a file has that can be read."""
    bands = sorted((band for _, band in cuts), reverse=True)
    options = [
        {"id": f"o{at}", "text": "x", "points": each} for at, each in enumerate(points)
    ]
    written = COLOURED | {
        "items": [
            {"id": "first", "text": "x", "options": options},
            {"id": "second", "text": "x", "options": options},
        ],
        "cut_offs": [
            {"points": at, "band": band}
            for at, band in zip(sorted(at for at, _ in cuts), bands, strict=True)
        ],
    }
    instrument = read(json.dumps(written).encode())
    found = sorted(
        (
            points[one] + points[two],
            result(instrument, {"first": f"o{one}", "second": f"o{two}"}).band,
        )
        for one, two in product(range(len(points)), repeat=2)
    )
    for (low, less), (high, more) in product(found, repeat=2):
        assert high < low or more <= less


def test_what_ships_and_what_does_not() -> None:
    """No text of instruments whose owners have not allowed it; words still to check."""
    assert sorted(DOCUMENTS) == [
        "asq.en",
        "phq9_item9.en",
        "self_triage.ar",
        "self_triage.en",
        "self_triage.es",
    ]
    for name, document in DOCUMENTS.items():
        written = msgspec.json.decode(document, type=Instrument)
        assert f"{written.id}.{written.language}" == name
        assert written.wording_checked_by is None
        assert written.licence_acknowledged_by is None
    three = [ACKNOWLEDGED[f"self_triage.{code}"] for code in ("ar", "en", "es")]
    assert len({json.dumps(_without_text(each)) for each in three}) == 1


def _without_text(instrument: Instrument) -> object:
    return [
        [(option.id, option.band) for option in item.options]
        for item in instrument.items
    ]


def test_a_licence_that_nobody_has_acknowledged_is_refused() -> None:
    """It says what to read and where to name who has; the words of ours need nobody."""
    for by in (None, " "):
        with pytest.raises(LicenceNotAcknowledged) as refused:
            read(DOCUMENTS["asq.en"], by)
        assert refused.value.instrument == "asq"
        assert "https://www.nimh.nih.gov/" in str(refused.value)
        assert "licence_acknowledged_by" in str(refused.value)
    assert ASQ.licence_acknowledged_by == "Olga"
    for name in ("phq9_item9.en", "self_triage.en"):
        assert read(DOCUMENTS[name]).licence_acknowledged_by is None
    silent = COLOURED | {"licence": {"terms": "Ask the owner."}}
    with pytest.raises(LicenceNotAcknowledged, match="Ask the owner"):
        read(json.dumps(silent).encode())
    told = silent | {"licence_acknowledged_by": "Olga"}
    assert read(json.dumps(told).encode()).licence_acknowledged_by == "Olga"


def _changed(path: str, value: object) -> bytes:
    """The coloured file with another value at a place such as `items/0/id`."""
    document = json.loads(json.dumps(COLOURED))
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    at: Any = document
    for part in way:
        at = at[part]
    at[last] = value
    return json.dumps(document).encode()


_ITEM = COLOURED["items"][0]
_CUTS = [{"points": 5, "band": "A2"}]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("gates", True, ""),
        ("id", "A B", "id"),
        ("language", "English", "language"),
        ("items", [], "items"),
        ("items", [_ITEM] * (MAX_ITEMS + 1), "items"),
        ("items/0/text", " ", "items[0].text"),
        ("items/0/options", [], "items[0].options"),
        ("items/0/options/1/colour", "purple", "items[0].options[1].colour"),
        ("items/0/options/1/band", "A1", "items[0].options[1].colour"),
        ("items/0/options/1/id", "no", "items[0].options[1].id"),
        ("items/0/options/1/id", "skipped", "items[0].options[1].id"),
        ("items/0/options/1/points", -1, "items[0].options[1].points"),
        ("items/1/id", "first", "items[1].id"),
        ("items/1/asked_if/0/item", "second", "items[1].asked_if[0].item"),
        ("items/1/asked_if/0/answers", [], "items[1].asked_if[0].answers"),
        ("items/1/asked_if/0/answers", ["maybe"], "items[1].asked_if[0].answers"),
        ("otherwise", "A5", "otherwise"),
        ("cut_offs", [{"points": 0, "band": "A2"}], "cut_offs[0].points"),
        ("cut_offs", [*_CUTS, {"points": 5, "band": "A1"}], "cut_offs[1]"),
        ("cut_offs", [*_CUTS, {"points": 6, "band": "A3"}], "cut_offs[1]"),
    ],
)
def test_a_malformed_file_is_refused_by_its_place(
    path: str, value: object, place: str
) -> None:
    """Whoever writes one finds what to change."""
    with pytest.raises(MalformedInstrument) as refused:
        read(_changed(path, value))
    assert refused.value.place == place
    assert refused.value.reason


@pytest.mark.parametrize("document", [b"", b"[]", b"\xff", b"{}"])
def test_what_is_no_instrument_is_refused(document: bytes) -> None:
    """Cut short, of another shape."""
    with pytest.raises(MalformedInstrument):
        read(document)
