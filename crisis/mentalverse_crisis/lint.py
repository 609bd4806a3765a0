"""What is unwise in a policy, or behind its ladder, before somebody waits for it.

`checked` refuses a policy that cannot be followed at all. This looks at one that can:
a promise that its own offer plan does not keep, a rung that nobody is behind. The hours
in which nobody is planned are `cover`'s.

How soon an offer is accepted is taken as: with a share of all offers, after a delay
that is log-normal around a median (`SPREAD`); otherwise it waits in silence until it
ends. A decline is kinder than that, since the next one is asked at once. So a plan
does at least as well as is said here, as long as the people behind it answer like
that: figures of the last weeks belong in `Answering`, not hopes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum

import msgspec

from .acuity import Band
from .policy import OfferPlan, Policy

SPREAD = 0.6
"""Standard deviation of the logarithm of the delay of an answer."""


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    """Somebody would wait for nobody."""
    WARNING = "warning"


class Finding(msgspec.Struct, frozen=True):
    """One thing to mend."""

    severity: Severity
    where: str
    """`bands.A0.plan`, `ladder.2`, `roster.es`: the place in the policy or roster."""
    what: str
    """In a sentence, with what to do."""


class Answering(msgspec.Struct, frozen=True):
    """How people answer offers, as measured."""

    accepted_share: float = 0.75
    median_seconds: float = 6.0
    people: int = 6
    """Who may be asked at the same time when everybody is."""


class Target(msgspec.Struct, frozen=True):
    """Where a tier of people on call is paged."""

    tier: str
    name: str
    adapter: str
    """`webhook`, `smtp`, `web_push` and so on."""
    acked_test_ms: int | None = None
    """When a test page was last acknowledged."""


def accepted_by(plan: OfferPlan, seconds: float, answering: Answering) -> float:
    """The share of cases that are accepted within a time from the first offer."""
    nobody = 1.0
    for start in _starts(plan, seconds, answering.people):
        waited = min(seconds - start, plan.answer_seconds)
        nobody *= 1 - answering.accepted_share * _answered(waited, answering)
    return 1 - nobody


def lint_policy(policy: Policy, answering: Answering) -> tuple[Finding, ...]:
    """Everything that is unwise in a policy."""
    return (
        *(found for band in Band for found in _lint_band(policy, band, answering)),
        *_lint_ladder(policy),
    )


def lint_targets(
    policy: Policy, targets: Iterable[Target], tested_after_ms: int
) -> tuple[Finding, ...]:
    """Every rung that would reach nobody; pages are tested at each shift's start."""
    by_tier: dict[str, list[Target]] = {}
    for target in targets:
        by_tier.setdefault(target.tier, []).append(target)
    tiers = {tier: None for rung in policy.ladder for tier in rung.pages}
    return tuple(
        found
        for tier in tiers
        for found in _lint_tier(tier, by_tier.get(tier, []), tested_after_ms)
    )


def _starts(plan: OfferPlan, seconds: float, people: int) -> list[float]:
    """When the offers of a case begin, if nobody ever answers."""
    starts: list[float] = []
    out = 0
    for stage in plan.stages:
        most = people if stage.pending is None else min(stage.pending, people)
        for _ in range(max(0, most - out)):
            starts += _renewed(stage.at_seconds, seconds, plan.answer_seconds)
        out = max(out, most)
    return starts


def _renewed(start: float, seconds: float, answer_seconds: int) -> list[float]:
    """An offer, and whoever is asked when it ends in silence."""
    times = max(0, math.ceil((seconds - start) / answer_seconds))
    return [start + number * answer_seconds for number in range(times)]


def _answered(waited: float, answering: Answering) -> float:
    if waited <= 0:
        return 0.0
    z = math.log(waited / answering.median_seconds) / SPREAD
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _lint_band(policy: Policy, band: Band, answering: Answering) -> Iterable[Finding]:
    promised = policy.band(band)
    where = f"bands.{band.name}"
    if promised.offer_seconds >= promised.accept_seconds:
        yield Finding(
            Severity.ERROR,
            where,
            "the first offer is promised later than its answer: lower offer_seconds",
        )
    if promised.reply_seconds < promised.accept_seconds:
        yield Finding(
            Severity.WARNING,
            where,
            "the first words are promised sooner than anybody has to have accepted",
        )
    share = 100 * accepted_by(promised.plan, promised.accept_seconds, answering)
    if share < promised.objective_percent:
        yield Finding(
            Severity.WARNING,
            f"{where}.plan",
            f"about {share:.0f} % would be accepted within"
            f" {promised.accept_seconds} s, and {promised.objective_percent} % are"
            " promised: ask more people sooner",
        )
    if promised.plan.answer_seconds > policy.offer_most_seconds:
        yield Finding(
            Severity.WARNING,
            f"{where}.plan",
            f"offers end after {policy.offer_most_seconds} s whatever this plan says",
        )


def _lint_ladder(policy: Policy) -> Iterable[Finding]:
    for level, rung in enumerate(policy.ladder, 1):
        if not rung.pages and not rung.widens and not rung.offers_outside:
            yield Finding(
                Severity.ERROR,
                f"ladder.{level}",
                "this rung does nothing: give it a page",
            )
    first = next((rung for rung in policy.ladder if rung.pages), None)
    if first is None:
        yield Finding(
            Severity.ERROR, "ladder", "nobody is ever paged: give a rung its pages"
        )
    elif first.at_percent > 100:
        yield Finding(
            Severity.ERROR,
            "ladder",
            "somebody may be overdue without anybody being paged:"
            " let a rung page at 100 % or sooner",
        )


def _lint_tier(
    tier: str, targets: list[Target], tested_after_ms: int
) -> Iterable[Finding]:
    where = f"ladder.{tier}"
    if not targets:
        yield Finding(
            Severity.ERROR, where, "nobody is behind this tier: name who is paged"
        )
    elif all(target.adapter == "web_push" for target in targets):
        yield Finding(
            Severity.ERROR,
            where,
            "Web Push alone may not wake anybody: add a second way to page them",
        )
    for target in targets:
        tested_ms = target.acked_test_ms
        if tested_ms is None or tested_ms < tested_after_ms:
            yield Finding(
                Severity.ERROR,
                f"{where}.{target.name}",
                "no test page was acknowledged since the shift began: send one",
            )
