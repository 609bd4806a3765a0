"""From what providers say now and have said before to what is done. Pure.

For each provider that is silent what it said last takes its place: a no for as long as
no yes has come since, a yes for as long as the decision's rule lets it count and the
yes itself said that it holds. Only then are all of them taken together. What was taken
back here overrides everything, also a yes that comes just now: by the operator, or by
those who decide about the credentials that this server issues.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .answers import together
from .policy import Meaning, Rule
from .ports import UNKNOWN, Answer, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Kept:
    """What a provider said last about somebody: a yes or a no."""

    verdict: Verdict
    reason_code: str
    at_ms: int
    valid_until_ms: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known here of somebody before anybody is asked."""

    is_revoked: bool = False
    kept: Mapping[str, Kept] | None = None
    """By provider."""
    refused: str = ""
    """Why the credentials that were issued here say no; empty: they do not."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is done."""

    verdict: Verdict
    reason_code: str = ""
    meaning: Meaning | None = None
    """Where nothing is known; otherwise none."""
    good_at_ms: int | None = None
    """Of a yes: when the oldest answer that it rests on came."""
    is_stale: bool = False
    """It rests on an answer that was not given just now."""
    value: tuple[int, ...] | tuple[str, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Yes, or nothing is known and it goes on then."""
        return self.verdict is Verdict.ALLOW or self.meaning in {
            Meaning.GOES_ON,
            Meaning.BILLED_LATER,
        }


REVOKED = Ruling(Verdict.DENY, Reason.REVOKED)


def ruled(
    rule: Rule,
    heard: Iterable[tuple[str, Answer, bool]],
    standing: Standing | None,
    now_ms: int,
) -> Ruling:
    """What is done; `heard` is provider, answer and whether its yes is required.

    Without `standing` nothing is known of before.
    """
    standing = standing or Standing()
    if standing.is_revoked:
        return REVOKED
    if standing.refused:
        return Ruling(Verdict.DENY, standing.refused)
    kept = standing.kept or {}
    rests_on: list[int] = []
    answers: list[tuple[Answer, bool]] = []
    for provider, now_said, is_required in heard:
        answer, at_ms = now_said, now_ms
        if now_said.verdict is Verdict.UNKNOWN and provider in kept:
            answer, at_ms = _last(rule, kept[provider], now_ms)
        answers.append((answer, is_required))
        if answer.verdict is not Verdict.UNKNOWN:
            rests_on.append(at_ms)
    answer = together(answers)
    is_stale = any(at_ms != now_ms for at_ms in rests_on)
    if answer.verdict is Verdict.UNKNOWN:
        return Ruling(Verdict.UNKNOWN, meaning=rule.silence)
    if answer.verdict is Verdict.DENY:
        return Ruling(Verdict.DENY, answer.reason_code, is_stale=is_stale)
    return Ruling(
        Verdict.ALLOW,
        good_at_ms=min(rests_on),
        is_stale=is_stale,
        value=answer.value,
    )


def _last(rule: Rule, kept: Kept, now_ms: int) -> tuple[Answer, int]:
    if kept.verdict is Verdict.DENY:
        return Answer(Verdict.DENY, kept.reason_code), kept.at_ms
    is_young = rule.last_good_ms is not None and (
        0 <= now_ms - kept.at_ms <= rule.last_good_ms
    )
    holds = kept.valid_until_ms is None or now_ms < kept.valid_until_ms
    if is_young and holds:
        return Answer(Verdict.ALLOW, "", kept.valid_until_ms), kept.at_ms
    return UNKNOWN, kept.at_ms
