"""What rules a pair out, whatever the score would be; each by a name that can be told.

Preferences that a mentee states are honoured, none is inferred. A rule that is not met
says which: "nobody speaks your language" is something that a coordinator can act on,
"no match" is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from .people import Kind, Mentee, Mentor, Pair, shared_minutes

MIN_SHARED_MINUTES = 60
"""A week."""
DAY_MS = 24 * 60 * 60 * 1_000
PARTED_MS = 90 * DAY_MS
"""For so long a pair that parted is not proposed again."""
NO_PAIRS: frozenset[Pair] = frozenset()


class Ruled(Enum):
    """Why a pair is out; the code of a factor whose use is a filter."""

    CONSENT = "consent"
    KIND = "kind"
    SCREENING = "screening"
    BLOCKED = "blocked"
    DUAL = "dual"
    PARTED = "parted"
    VETOED = "vetoed"
    CAPACITY = "capacity"
    LANGUAGE = "language"
    TIME = "time"
    AGE = "age"
    JURISDICTION = "jurisdiction"
    CREDENTIAL = "credential"
    LEVEL = "level"
    REQUIRED = "required"


TOLD: dict[Ruled, str] = {
    Ruled.CONSENT: "one of the two did not agree to being matched",
    Ruled.KIND: "the mentor does not offer this kind of relationship",
    Ruled.SCREENING: "the screening allows another kind of relationship",
    Ruled.BLOCKED: "this pair is not possible",
    Ruled.DUAL: "the two know each other in another role",
    Ruled.PARTED: "the two parted, or one said no, not long ago",
    Ruled.VETOED: "a coordinator decided against this pair",
    Ruled.CAPACITY: "the mentor has no free place",
    Ruled.LANGUAGE: "the two share no language",
    Ruled.TIME: f"the two share less than {MIN_SHARED_MINUTES} minutes a week",
    Ruled.AGE: "the mentor does not work with this age",
    Ruled.JURISDICTION: "the mentor may not help where the mentee is",
    Ruled.CREDENTIAL: "a credential that the need asks for is missing",
    Ruled.LEVEL: "the need asks for more training",
    Ruled.REQUIRED: "a condition that the mentee stated is not met",
}
"""For the mentee. Who blocked whom is nobody's business: that line says nothing."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of pairs, apart from their profiles."""

    now_ms: int = 0
    blocked: frozenset[Pair] = NO_PAIRS
    """In either direction."""
    dual: frozenset[Pair] = NO_PAIRS
    vetoed: frozenset[Pair] = NO_PAIRS
    parted_ms: Mapping[Pair, int] = field(default_factory=dict)
    """When they parted, in milliseconds."""


def ruled_out(mentee: Mentee, mentor: Mentor, known: Known) -> Ruled | None:
    """The first rule that is not met; none: the pair is possible."""
    for ruled, is_met in _RULES:
        if not is_met(mentee, mentor, known):
            return ruled
    return None


def all_ruled(mentee: Mentee, mentor: Mentor, known: Known) -> tuple[Ruled, ...]:
    """Every rule that is not met, so that nobody mends one and meets the next."""
    return tuple(rule for rule, is_met in _RULES if not is_met(mentee, mentor, known))


NOTHING_COMMON = "too_few"
"""Nobody is possible, and nothing stands against all of them."""


def against(mentee: Mentee, mentors: Iterable[Mentor], known: Known) -> tuple[str, ...]:
    """What keeps every mentor away, by code, so that it can be told.

    What lies between two people is left out, for it is theirs: such a pair says nothing
    about the rest. Without anybody who has a place it is the places.
    """
    common: set[Ruled] | None = None
    for mentor in mentors:
        ruled = set(all_ruled(mentee, mentor, known))
        if ruled.isdisjoint(_BETWEEN_TWO) and Ruled.CAPACITY not in ruled:
            common = ruled if common is None else common & ruled
            if not common:
                return (NOTHING_COMMON,)
    if common is None:
        return (Ruled.CAPACITY.value,)
    return tuple(each.value for each in Ruled if each in common)


_BETWEEN_TWO = frozenset(
    {Ruled.CONSENT, Ruled.BLOCKED, Ruled.DUAL, Ruled.PARTED, Ruled.VETOED}
)


def _consent(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return mentee.consents and mentor.consents


def _kind(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return mentee.kind in mentor.kinds


def _screening(mentee: Mentee, _mentor: Mentor, _known: Known) -> bool:
    return mentee.kind in mentee.screened_for


def _blocked(mentee: Mentee, mentor: Mentor, known: Known) -> bool:
    return (mentee.ref, mentor.ref) not in known.blocked


def _dual(mentee: Mentee, mentor: Mentor, known: Known) -> bool:
    itself = mentee.ref == mentor.ref
    return not itself and (mentee.ref, mentor.ref) not in known.dual


def _parted(mentee: Mentee, mentor: Mentor, known: Known) -> bool:
    parted_ms = known.parted_ms.get((mentee.ref, mentor.ref))
    return parted_ms is None or known.now_ms - parted_ms >= PARTED_MS


def _vetoed(mentee: Mentee, mentor: Mentor, known: Known) -> bool:
    return (mentee.ref, mentor.ref) not in known.vetoed


def _capacity(_mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return mentor.places > 0


def _language(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return not mentee.side.languages.isdisjoint(mentor.side.languages)


def _time(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return shared_minutes(mentee.side, mentor.side) >= MIN_SHARED_MINUTES


def _age(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return mentee.age_band in mentor.age_bands


def _jurisdiction(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    if not mentor.jurisdictions:
        return mentee.kind is Kind.PEER
    return mentee.jurisdiction in mentor.jurisdictions


def _credential(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return mentee.credentials <= mentor.credentials


def _level(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return mentor.level >= mentee.level


def _required(mentee: Mentee, mentor: Mentor, _known: Known) -> bool:
    return all(
        not any_of.isdisjoint(mentor.traits.get(kind, ()))
        for kind, any_of in mentee.required.items()
    )


_Rule = Callable[[Mentee, Mentor, Known], bool]
_RULES: tuple[tuple[Ruled, _Rule], ...] = (
    (Ruled.CONSENT, _consent),
    (Ruled.KIND, _kind),
    (Ruled.SCREENING, _screening),
    (Ruled.BLOCKED, _blocked),
    (Ruled.DUAL, _dual),
    (Ruled.PARTED, _parted),
    (Ruled.VETOED, _vetoed),
    (Ruled.CAPACITY, _capacity),
    (Ruled.LANGUAGE, _language),
    (Ruled.TIME, _time),
    (Ruled.AGE, _age),
    (Ruled.JURISDICTION, _jurisdiction),
    (Ruled.CREDENTIAL, _credential),
    (Ruled.LEVEL, _level),
    (Ruled.REQUIRED, _required),
)
