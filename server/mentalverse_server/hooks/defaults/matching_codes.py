"""Codes of people as they are stored: JSON, checked whenever they are read."""

from __future__ import annotations

import msgspec

from mentalverse_modules.matching.people import UNSAID, Kind, Mentee, Mentor, Side
from mentalverse_modules.matching.vocabulary import unknown
from mentalverse_signaling.match_events import MatchCodesTold, MatchDatumKind

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


def told(codes: MatchCodesTold) -> tuple[SideCodes, dict[str, _Codes]]:
    """What somebody tells, as it is stored: their side, and their conditions.

    Raises:
        ValueError: a code that the vocabulary does not have, or a number beyond its
            range.
    """
    fields = {name: getattr(codes, name) for name in _LISTS}
    side = SideCodes(
        **{name: frozenset(each) for name, each in fields.items()},
        slots=f"{int(codes.slots, 16):x}",
        stage=codes.stage,
        style=_style(codes.style),
    )
    conditions: dict[str, _Codes] = {}
    for each in codes.required:
        any_of = conditions.get(each.kind, _NONE) | frozenset(each.any_of)
        if any_of:
            conditions[each.kind] = any_of
    if strange := unknown(_side(side), conditions):
        raise ValueError(f"not in the vocabulary: {', '.join(strange)}")
    return side, conditions


def data(side: SideCodes, conditions: dict[str, _Codes]) -> dict[MatchDatumKind, _Told]:
    """What somebody has told, datum by datum; what they did not is left out."""
    lists = {
        MatchDatumKind(name): tuple(sorted(getattr(side, name))) for name in _LISTS
    }
    style = () if set(side.style) == {UNSAID} else tuple(map(str, side.style))
    every: dict[MatchDatumKind, _Told] = {
        **lists,
        MatchDatumKind.SLOTS: () if side.slots == "0" else (side.slots,),
        MatchDatumKind.STAGE: (str(side.stage),) if side.stage else (),
        MatchDatumKind.STYLE: style,
        MatchDatumKind.REQUIRED: tuple(
            f"{kind}:{code}"
            for kind, codes in sorted(conditions.items())
            for code in sorted(codes)
        ),
    }
    return {kind: every[kind] for kind in MatchDatumKind if every[kind]}


def without(codes: MenteeCodes, datum: MatchDatumKind) -> MenteeCodes | None:
    """The codes but for one datum; None: nobody can be found by what is left."""
    if datum is MatchDatumKind.REQUIRED:
        left = msgspec.structs.replace(codes, required={})
    else:
        empty = {datum.value: getattr(SideCodes(), datum.value)}
        side = msgspec.structs.replace(codes.side, **empty)
        left = msgspec.structs.replace(codes, side=side)
    found = data(left.side, left.required)
    return left if found.keys() >= NEEDED else None


NEEDED = frozenset({MatchDatumKind.LANGUAGES, MatchDatumKind.SLOTS})
"""Without these nobody can be found."""
_Told = tuple[str, ...]
_LISTS = ("languages", "challenges", "life", "goals", "wished", "offered", "tastes")


def _style(told: tuple[int, ...]) -> tuple[int, int, int, int]:
    one, two, three, four = told
    return one, two, three, four
