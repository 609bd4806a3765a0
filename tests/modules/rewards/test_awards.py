"""Two people, and never the one who is paid."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mentalverse_modules.rewards.awards import (
    MAX_REASON_CHARS,
    Award,
    approved,
    fact_of,
    proposed,
    refused,
)
from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.errors import NotAllowed, NotNow
from mentalverse_modules.rewards.packs import MICRO
from mentalverse_modules.rewards.rules import Refused, Scored, evaluate, rule_of
from support.reward_facts import START_MS

PEER = shipped("peer")
AWARD = Award(
    award_id="award_1",
    rule="peer.knowledge",
    beneficiary="ada",
    amount_mvt=60,
    reason="a guide that others use",
    proposed_by="ben",
)


@pytest.mark.capability("T03")
def test_two_people_make_an_award_a_fact() -> None:
    """Of the amount that they approved."""
    whole = approved(approved(proposed(PEER, AWARD), "ben"), "cleo")
    one = fact_of(whole, START_MS, consents=True)
    rule = rule_of(PEER, one)
    assert rule is not None
    found = evaluate(PEER, rule, one)
    assert isinstance(found, Scored)
    assert found.micro == 60 * MICRO
    silent = fact_of(whole, START_MS, consents=False)
    assert evaluate(PEER, rule, silent) == Refused("consent")


@pytest.mark.capability("T10")
@pytest.mark.parametrize("by", ["ben", "ada"])
def test_nobody_approves_twice_or_for_themselves(by: str) -> None:
    once = approved(proposed(PEER, AWARD), "ben")
    with pytest.raises(NotAllowed):
        approved(once, by)
    with pytest.raises(NotNow):
        fact_of(once, START_MS, consents=True)


@pytest.mark.capability("T03")
@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "peer.session"},
        {"rule": "mentee.resilience"},
        {"rule": "peer.unheard_of"},
        {"amount_mvt": 24},
        {"amount_mvt": 101},
        {"reason": " "},
        {"reason": "x" * (MAX_REASON_CHARS + 1)},
        {"proposed_by": "ada"},
    ],
)
def test_an_award_has_a_rule_an_amount_a_reason_and_somebody_else(
    changes: dict[str, object],
) -> None:
    with pytest.raises(NotAllowed):
        proposed(PEER, replace(AWARD, **changes))


def test_an_award_does_not_begin_half_approved() -> None:
    for begun in ({"approved_by": ("cleo",)}, {"state": "approved"}):
        with pytest.raises(NotNow):
            proposed(PEER, replace(AWARD, **begun))


def test_what_is_decided_stays_so() -> None:
    """Approved or refused."""
    whole = approved(approved(AWARD, "ben"), "cleo")
    for ended in (whole, refused(AWARD)):
        with pytest.raises(NotNow):
            approved(ended, "dan")
        with pytest.raises(NotNow):
            refused(ended)
