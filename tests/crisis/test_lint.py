"""What is unwise in a policy or behind its ladder is found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from mentalverse_crisis.lint import (
    Answering,
    Severity,
    Target,
    accepted_by,
    lint_policy,
    lint_targets,
)
from mentalverse_crisis.policy import DEFAULT, OfferPlan, OfferStage, Policy, Rung

TIERS = ("tier_1", "tier_2", "supervisor", "clinical_lead")


def _plan(*stages: tuple[int, int | None], answer_seconds: int = 60) -> OfferPlan:
    made = tuple(OfferStage(at_seconds=at, pending=count) for at, count in stages)
    return OfferPlan(made, answer_seconds)


@pytest.mark.parametrize(
    ("plan", "within_15", "within_20"),
    [
        (_plan((0, 1), answer_seconds=30), 70, 73),
        (_plan((0, 1), (12, 2)), 73, 87),
        (_plan((0, 1), (8, 2), (16, 4)), 84, 94),
        (_plan((0, 2), (10, 4)), 96, 99),
    ],
)
def test_the_published_strategies(
    plan: OfferPlan, within_15: int, within_20: int
) -> None:
    """Percent accepted in time, if three in four accept after a median of 6 s."""
    for seconds, percent in ((15, within_15), (20, within_20)):
        assert 100 * accepted_by(plan, seconds, Answering()) == pytest.approx(
            percent, abs=1.5
        )


def test_people_who_answer_less_break_the_promise_of_a0() -> None:
    """At one in two, two at once are not enough any more, and the linter says so."""
    assert not [
        found
        for found in lint_policy(DEFAULT, Answering())
        if found.where.startswith("bands.A0")
    ]
    tired = lint_policy(DEFAULT, Answering(accepted_share=0.5))
    assert "bands.A0.plan" in [found.where for found in tired]


def test_asking_everybody_asks_whoever_there_is() -> None:
    """The last stage of A0; with one person there is one offer."""
    everybody = _plan((0, None))
    few, many = Answering(people=1), Answering(people=9)
    assert accepted_by(everybody, 10, few) < accepted_by(everybody, 10, many)
    assert accepted_by(everybody, 0, many) == 0


def _band(**fields: object) -> Policy:
    bands = {
        **DEFAULT.bands,
        "A3": msgspec.structs.replace(DEFAULT.bands["A3"], **fields),
    }
    return msgspec.structs.replace(DEFAULT, bands=bands)


def _ladder(*rungs: Rung) -> Policy:
    return msgspec.structs.replace(DEFAULT, ladder=rungs)


@pytest.mark.parametrize(
    ("policy", "where", "says"),
    [
        (_band(offer_seconds=600), "bands.A3", "later than its answer"),
        (_band(reply_seconds=5), "bands.A3", "first words"),
        (_band(plan=_plan((0, 1), answer_seconds=90)), "bands.A3.plan", "after 60 s"),
        (_ladder(Rung(at_percent=50, pages=())), "ladder.1", "does nothing"),
        (_ladder(Rung(50, pages=(), widens=True)), "ladder", "nobody is ever paged"),
        (_ladder(Rung(200, pages=("tier_1",))), "ladder", "overdue"),
    ],
)
def test_each_mistake_is_named_with_its_place(
    policy: Policy, where: str, says: str
) -> None:
    """The shipped policy has none of them."""

    def found(one: Policy) -> list[str]:
        return [
            finding.what
            for finding in lint_policy(one, Answering())
            if finding.where == where and says in finding.what
        ]

    assert found(policy)
    assert not found(DEFAULT)


def _targets(
    change: Callable[[Target], Target] = lambda target: target,
) -> list[Target]:
    good = [Target(tier, f"{tier} phone", "webhook", 1_000) for tier in TIERS]
    return [change(target) if target.tier == "tier_2" else target for target in good]


def test_a_tier_has_somebody_behind_it_who_was_reached_lately() -> None:
    """Nobody, Web Push alone, and an old or missing test page are errors."""
    assert lint_targets(DEFAULT, _targets(), tested_after_ms=500) == ()
    nobody = lint_targets(DEFAULT, _targets()[1:], tested_after_ms=500)
    assert [found.where for found in nobody] == ["ladder.tier_1"]
    replace = msgspec.structs.replace
    pushed = _targets(lambda target: replace(target, adapter="web_push"))
    assert "Web Push" in lint_targets(DEFAULT, pushed, 500)[0].what
    for tested_ms in (None, 499):
        old = _targets(lambda target, ms=tested_ms: replace(target, acked_test_ms=ms))  # type: ignore[misc]
        (found,) = lint_targets(DEFAULT, old, tested_after_ms=500)
        assert found.severity is Severity.ERROR
        assert found.where == "ladder.tier_2.tier_2 phone"
