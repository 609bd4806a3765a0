"""Codes of people as they are stored: JSON, checked whenever they are read."""

from __future__ import annotations

import msgspec

from mentalverse_modules.matching.people import UNSAID, Kind, Mentee, Mentor, Side

MAX_CODES_BYTES = 16 * 1024
_Codes = frozenset[str]
_NONE: frozenset[str] = frozenset()


class SideCodes(msgspec.Struct, frozen=True, omit_defaults=True):
    """`Side`; the quarters of the week in hexadecimal."""

    languages: _Codes = _NONE
    slots: str = "0"
    challenges: _Codes = _NONE
    life: _Codes = _NONE
    stage: int = 0
    goals: _Codes = _NONE
    style: tuple[int, int, int, int] = (UNSAID,) * 4
    wished: _Codes = _NONE
    offered: _Codes = _NONE
    tastes: _Codes = _NONE


class MenteeCodes(msgspec.Struct, frozen=True, omit_defaults=True):
    """`Mentee` without a name."""

    side: SideCodes
    kind: Kind = Kind.PEER
    screened_for: frozenset[Kind] = frozenset({Kind.PEER})
    age_band: str = "adult"
    jurisdiction: str = ""
    credentials: _Codes = _NONE
    level: int = 0
    required: dict[str, _Codes] = {}


class MentorCodes(msgspec.Struct, frozen=True, omit_defaults=True):
    """`Mentor` without a name or places."""

    side: SideCodes
    kinds: frozenset[Kind] = frozenset({Kind.PEER})
    age_bands: _Codes = frozenset({"adult"})
    jurisdictions: _Codes = _NONE
    credentials: _Codes = _NONE
    level: int = 0
    traits: dict[str, _Codes] = {}
    strength_bp: dict[str, int] = {}
    response_bp: int = 5_000


def mentee(ref: str, codes: MenteeCodes) -> Mentee:
    """Somebody for a run.

    Raises:
        ValueError: a number beyond its range.
    """
    return Mentee(ref, **(msgspec.structs.asdict(codes) | {"side": _side(codes.side)}))


def mentor(ref: str, codes: MentorCodes, places: int) -> Mentor:
    """The same of somebody who helps."""
    fields = msgspec.structs.asdict(codes) | {"side": _side(codes.side)}
    return Mentor(ref, places=places, **fields)


def side_codes(side: Side) -> SideCodes:
    """What is stored of a side."""
    fields = {name: getattr(side, name) for name in side.__slots__}
    return SideCodes(**(fields | {"slots": f"{side.slots:x}"}))


def _side(codes: SideCodes) -> Side:
    slots = int(codes.slots, 16)
    return Side(**(msgspec.structs.asdict(codes) | {"slots": slots}))
