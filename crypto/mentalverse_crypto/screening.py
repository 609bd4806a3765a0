"""The body of a content with screening answers: for those in the conversation alone.

| ``t``     | ``b``                                                                |
|-----------|----------------------------------------------------------------------|
| screening | ``instrument``, ``version``, ``language``, ``title``, ``asked``,     |
|           | ``band``, ``complete``                                               |

``asked`` holds what was asked, in order: ``question``, ``answer``? as the person read
them, so that whoever helps needs no copy of the instrument and sees the same words. A
question without ``answer`` was skipped. ``band`` and ``complete`` are what the device
made of the answers; the server hears the band alone, and every band gets the same help.
Of one instrument the last content in the order of the log holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .errors import ContentInvalid
from .ijson import Json, Members, unknown_members

MAX_ASKED = 100
"""Most questions."""
MAX_QUESTION_CHARACTERS = 2_000
"""Longest question or answer, in Unicode code points; all have to fit a message."""
MAX_TITLE_CHARACTERS = 200
"""Longest title of an instrument."""
MAX_NAME_CHARACTERS = 40
"""Longest id, version or language of an instrument."""
BANDS = frozenset({"A0", "A1", "A2", "A3", "A4"})
"""The most urgent first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and what was answered."""

    question: str = field(repr=False)
    answer: str | None = field(default=None, repr=False)
    """None for one that was skipped."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class Screening:
    """What somebody answered, in the words in which they were asked."""

    type: ClassVar[str] = "screening"
    instrument: str
    """The id of its file."""
    version: str
    language: str
    """BCP 47 tag of the questions."""
    title: str
    asked: tuple[Asked, ...] = field(repr=False)
    band: str = field(repr=False)
    """One of `BANDS`: how soon somebody should come."""
    complete: bool
    """Whether every question that was to be asked has an answer."""
    extra: Mapping[str, Json] = unknown_members()


def read_screening(body: Members) -> Screening:
    """The body of type ``screening``."""
    band = body.text("band")
    if band not in BANDS:
        raise ContentInvalid("band is none of the five")
    return Screening(
        body.text("instrument", MAX_NAME_CHARACTERS),
        body.text("version", MAX_NAME_CHARACTERS),
        body.text("language", MAX_NAME_CHARACTERS),
        body.text("title", MAX_TITLE_CHARACTERS),
        tuple(map(_read_asked, body.objects("asked", MAX_ASKED))),
        band,
        body.flag("complete"),
        body.rest(),
    )


def _read_asked(asked: Members) -> Asked:
    question = asked.text("question", MAX_QUESTION_CHARACTERS)
    answer = asked.optional_text("answer", MAX_QUESTION_CHARACTERS)
    return Asked(question, answer, asked.rest())
