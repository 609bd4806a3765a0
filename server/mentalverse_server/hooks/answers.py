"""What counts as an answer, and what several of them say together."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from .ports import MAX_EVIDENCE_CHARS, UNKNOWN, Answer, Reason, Verdict

MAX_INSTANT_MS = 253_402_300_800_000
"""The year 10,000: what lies after it was meant otherwise."""
MAX_VALUES = 10_000
MAX_REF_CHARS = 64
MAX_SCORE = 10_000
_REASONS = frozenset(Reason)


class Value(Enum):
    """What a yes brings along."""

    NONE = "none"
    SCORES = "scores"
    """Integers from 0 to `MAX_SCORE`."""
    REFS = "refs"
    """Texts of at most `MAX_REF_CHARS`."""


def checked(said: object, now_ms: int, value: Value = Value.NONE) -> Answer | None:
    """`said` as an answer; None if it is none.

    A yes that is over already is a no: whoever gave it knows until when it counted.
    """
    # A subclass may answer otherwise each time that it is read.
    if type(said) is not Answer or not _has_shape(said):
        return None
    if not _has_value(said, value):
        return None
    if said.verdict is Verdict.DENY and said.reason_code not in _REASONS:
        return None
    until_ms = said.valid_until_ms
    if said.verdict is Verdict.ALLOW and until_ms is not None and until_ms <= now_ms:
        return Answer(Verdict.DENY, Reason.EXPIRED, None, said.evidence_ref)
    return said


def _has_shape(said: Answer) -> bool:
    """Whether each field is what its type says, which nothing at run time checks."""
    until_ms = said.valid_until_ms
    return (
        type(said.verdict) is Verdict
        and type(said.reason_code) in {str, Reason}
        and (not said.reason_code or said.reason_code in _REASONS)
        and (until_ms is None or type(until_ms) is int)
        and (until_ms is None or 0 <= until_ms < MAX_INSTANT_MS)
        and type(said.evidence_ref) is str
        and len(said.evidence_ref) <= MAX_EVIDENCE_CHARS
    )


def _has_value(said: Answer, value: Value) -> bool:
    if type(said.value) is not tuple or len(said.value) > MAX_VALUES:
        return False
    if said.verdict is not Verdict.ALLOW or value is Value.NONE:
        return not said.value
    if value is Value.SCORES:
        return all(type(one) is int and 0 <= one <= MAX_SCORE for one in said.value)
    return all(type(one) is str and len(one) <= MAX_REF_CHARS for one in said.value)


def together(answers: Iterable[tuple[Answer, bool]]) -> Answer:
    """What all say; each comes with whether its yes is required.

    One no is a no. A yes of each that is required is a yes, and at least one yes there
    has to be. Anything else is neither. The yes counts until the first of them ends.
    """
    heard = list(answers)
    for answer, _ in heard:
        if answer.verdict is Verdict.DENY:
            return answer
    yes = [answer for answer, _ in heard if answer.verdict is Verdict.ALLOW]
    required = [answer for answer, is_required in heard if is_required]
    if not yes or any(answer.verdict is not Verdict.ALLOW for answer in required):
        return UNKNOWN
    ends = [one.valid_until_ms for one in yes if one.valid_until_ms is not None]
    first, until_ms = yes[0], min(ends, default=None)
    return Answer(Verdict.ALLOW, "", until_ms, first.evidence_ref, first.value)
