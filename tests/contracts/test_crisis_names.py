"""The wire and the desk, which know nothing of each other, say the same words."""

from __future__ import annotations

from enum import Enum

import pytest

from mentalverse_crisis import acuity, case, desk, effects, events, referrals
from mentalverse_signaling import crisis_events, desk_events, referral_events


@pytest.mark.parametrize(
    ("on_the_wire", "at_the_desk"),
    [
        (crisis_events.CaseStatus, case.CaseState),
        (crisis_events.CaseChannel, case.Channel),
        (desk_events.DutyStatus, desk.Duty),
        (desk_events.OfferOver, case.OfferEnd),
        (desk_events.FollowUpWish, events.FollowUpDecision),
        (desk_events.AttemptOutcome, events.Outcome),
        (referral_events.ReferralKind, referrals.Kind),
    ],
)
def test_both_have_the_same_words(
    on_the_wire: type[Enum], at_the_desk: type[Enum]
) -> None:
    """What only one of them knew would be a defect when it is first reached."""
    assert {one.value for one in on_the_wire} == {one.value for one in at_the_desk}


@pytest.mark.parametrize(
    ("on_the_wire", "at_the_desk"),
    [
        (crisis_events.BandSetBy, acuity.BandSource),
        (crisis_events.CaseNews, effects.Notice),
    ],
)
def test_the_wire_says_nothing_that_the_desk_does_not_know(
    on_the_wire: type[Enum], at_the_desk: type[Enum]
) -> None:
    """But that somebody was asked in, which the desk tells as an effect of its own."""
    own = {crisis_events.CaseNews.GUEST.value}
    known = {one.value for one in at_the_desk}
    assert {one.value for one in on_the_wire} - known <= own
