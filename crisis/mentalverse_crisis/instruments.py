"""Screening questions as data: what to ask next, and which band the answers propose.

An instrument orders a queue and does nothing else (NICE NG225: risk scales must not
decide who gets care). Three rules hold that, whatever an instrument's file says:

- **Every set of answers has a band.** `result` refuses nothing: an answer that nobody
  knows counts like one that was not given.
- **Whoever skips loses nothing.** Every question may be skipped. What is not known
  counts as `UNKNOWN`, and is never less urgent than that; an urgent answer before a
  skipped question keeps its urgency.
- **Only the band leaves the device.** `Screening` has no room for answers.

A file says for each answer a band, a colour or points, and from how many points on a
sum means a band; the most urgent counts. Colours are the shape of instruments that we
may not ship: an operator who has their licence writes such a file.

    low        thoughts, passive or active, and nothing more    A3
    moderate   a method, or behaviour more than 3 months ago    A2
    high       intent or a plan in the past month, or
               behaviour in the past 3 months                   A1

A licence is somebody's to read: without `licence_acknowledged_by` an instrument is not
loaded, unless its `licence` says that nothing is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .acuity import UNKNOWN, Band
from .errors import LicenceNotAcknowledged, MalformedInstrument

SHIPPED = "instrument_files"
"""The folder of this package with the instruments that ship, one file each."""
SKIPPED = "skipped"
"""The answer of whoever would rather not say."""
MAX_ITEMS = 100
MAX_OPTIONS = 20

BandName = Literal["A0", "A1", "A2", "A3", "A4"]
Id = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$")]
Text = Annotated[str, Meta(pattern=r"\S", max_length=2_000)]
Points = Annotated[int, Meta(ge=0, le=1_000)]
Language = Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]

_PLACE = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")


class Colour(Enum):
    """What an answer means, in the generic shape of three."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"

    @property
    def band(self) -> Band:
        """The band of the colour."""
        return _BAND_OF[self]


_BAND_OF = {Colour.LOW: Band.A3, Colour.MODERATE: Band.A2, Colour.HIGH: Band.A1}


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file holds; a field that nobody knows is a mistake in it."""


class Option(_Part, frozen=True):
    """One answer that can be given. At most one of band and colour."""

    id: Id
    text: Text
    points: Points = 0
    band: BandName | None = None
    colour: Colour | None = None


class Condition(_Part, frozen=True):
    """Holds if an earlier item has one of these answers."""

    item: Id
    answers: Annotated[tuple[Id, ...], Meta(min_length=1)]
    """Ids of its options, and `skipped`."""


class Item(_Part, frozen=True):
    """One question."""

    id: Id
    text: Text
    options: Annotated[tuple[Option, ...], Meta(min_length=1, max_length=MAX_OPTIONS)]
    asked_if: tuple[Condition, ...] = ()
    """Asked if one of them holds; with none, always."""

    def option(self, answer: str | None) -> Option | None:
        """The option of an answer; None of one that was not given or is not known."""
        return next((each for each in self.options if each.id == answer), None)


class CutOff(_Part, frozen=True):
    """From so many points on, a band."""

    points: Annotated[int, Meta(ge=1)]
    band: BandName


class Licence(_Part, frozen=True):
    """On which terms the questions may be asked."""

    terms: Text
    source_url: str | None = None
    acknowledgement_needed: bool = True


class Instrument(_Part, frozen=True):
    """One file."""

    id: Id
    version: Text
    language: Language
    title: Text
    licence: Licence
    licence_acknowledged_by: Text | None
    """Who has read the terms and answers for the use."""
    wording_checked_by: Text | None
    """The clinician who has compared the words; None: to be checked before live use."""
    items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=MAX_ITEMS)]
    otherwise: BandName
    """The band of who answered everything, and no answer or sum said another."""
    cut_offs: tuple[CutOff, ...] = ()


class Screening(msgspec.Struct, frozen=True):
    """What the answers come to. This much leaves the device, and no more."""

    band: Band
    complete: bool
    """Whether every question that was to be asked has an answer."""


Answers = Mapping[str, str]
"""Id of the item → id of the option, or `SKIPPED`."""


def read(document: bytes, licence_acknowledged_by: str | None = None) -> Instrument:
    """The instrument in a file's octets.

    `licence_acknowledged_by` is for an instrument that ships: an operator names there
    who has read its terms, and need not change the file.

    Raises:
        MalformedInstrument: names the place in the file.
        LicenceNotAcknowledged: says what to read and where to name who has.
    """
    try:
        instrument = msgspec.json.decode(document, type=Instrument)
    except msgspec.DecodeError as error:
        found = _PLACE.search(str(error))
        reason = str(error)[: found.start()] if found else str(error)
        raise MalformedInstrument(found["path"] if found else "", reason) from None
    for place, reason in _problems(instrument):
        raise MalformedInstrument(place, reason)
    if licence_acknowledged_by is not None and licence_acknowledged_by.strip():
        instrument = msgspec.structs.replace(
            instrument, licence_acknowledged_by=licence_acknowledged_by
        )
    licence = instrument.licence
    if licence.acknowledgement_needed and instrument.licence_acknowledged_by is None:
        raise LicenceNotAcknowledged(instrument.id, licence.source_url or licence.terms)
    return instrument


def next_item(instrument: Instrument, answers: Answers) -> Item | None:
    """The first question to ask that is neither answered nor skipped."""
    for item in instrument.items:
        given = answers.get(item.id)
        is_open = given != SKIPPED and item.option(given) is None
        if is_open and _is_asked(item, answers):
            return item
    return None


def result(instrument: Instrument, answers: Answers) -> Screening:
    """The band that the answers propose, whatever they are.

    An answer counts also where its question was not to be asked: a signal is a signal.
    """
    given = [
        option
        for item in instrument.items
        if (option := item.option(answers.get(item.id))) is not None
    ]
    is_complete = all(
        item.option(answers.get(item.id)) is not None
        for item in instrument.items
        if _is_asked(item, answers)
    )
    said = [band for option in given if (band := _band(option)) is not None]
    points = sum(option.points for option in given)
    said += [Band[cut.band] for cut in instrument.cut_offs if points >= cut.points]
    if not is_complete:
        return Screening(min([*said, UNKNOWN]), complete=False)
    return Screening(min(said, default=Band[instrument.otherwise]), complete=True)


def _band(option: Option) -> Band | None:
    if option.band is not None:
        return Band[option.band]
    return None if option.colour is None else option.colour.band


def _is_asked(item: Item, answers: Answers) -> bool:
    return not item.asked_if or any(
        answers.get(condition.item) in condition.answers for condition in item.asked_if
    )


def _problems(instrument: Instrument) -> Iterator[tuple[str, str]]:
    earlier: dict[str, set[str]] = {}
    for at, item in enumerate(instrument.items):
        place = f"items[{at}]"
        if item.id in earlier:
            yield f"{place}.id", f"there is a question {item.id!r} before"
        yield from _option_problems(place, item)
        for number, condition in enumerate(item.asked_if):
            where = f"{place}.asked_if[{number}]"
            if condition.item not in earlier:
                yield f"{where}.item", f"no question {condition.item!r} comes before"
            elif not set(condition.answers) <= earlier[condition.item]:
                yield f"{where}.answers", f"{condition.item!r} has no such answer"
        earlier[item.id] = {SKIPPED, *(option.id for option in item.options)}
    for at, (low, high) in enumerate(
        zip(instrument.cut_offs, instrument.cut_offs[1:], strict=False), 1
    ):
        if high.points <= low.points or Band[high.band] >= Band[low.band]:
            yield f"cut_offs[{at}]", "more points have to be more urgent"


def _option_problems(place: str, item: Item) -> Iterator[tuple[str, str]]:
    known = {SKIPPED}
    for at, option in enumerate(item.options):
        where = f"{place}.options[{at}]"
        if option.id in known:
            yield f"{where}.id", f"{option.id!r} is taken"
        if option.band is not None and option.colour is not None:
            yield f"{where}.colour", "says the same as band: one of them, not both"
        known.add(option.id)
