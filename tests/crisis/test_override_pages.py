"""Supervisors are paged when an override has no second person."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.desk import Responder
from mentalverse_crisis.effects import Paged, PageReason, PagesCancelled
from mentalverse_crisis.errors import CaseUnknown, NotNow
from mentalverse_crisis.events import (
    CaseOpened,
    FollowUpDecision,
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReleasedAlone,
    OverrideWithdrawn,
    PageAcked,
)
from mentalverse_crisis.override import LegalBasis
from mentalverse_crisis.record import What
from support.desk_story import Story

OVER = PagesCancelled(case="c", reason=PageReason.OVERRIDE)
ALONE = OverrideReleasedAlone(override="o1", actor="holder", reason="no time")


def _opened() -> Story:
    """holder opened an override; lead supervises, and nobody has answered."""
    story = Story("holder", "other", Responder(id="lead", is_supervisor=True))
    story.talks("holder", Band.A0)
    story.does(
        OverrideOpened(
            override="o1",
            case="c",
            actor="holder",
            basis=LegalBasis.VITAL_INTERESTS,
            statement_hash="aa",
            released_hash="bb",
            to="ambulance",
            person_informed=True,
        )
    )
    return story


def _beats_until(story: Story, seconds: float) -> None:
    """The conversation goes on, so that nothing but the override pages anybody."""
    while story.seconds < seconds:
        story.beats()
        story.speaks("holder")
        story.at(min(seconds, story.seconds + 10))


def _paged(story: Story) -> list[tuple[float, tuple[str, ...]]]:
    return [
        (at, one.tiers)
        for at, one in story.of(Paged)
        if one.reason is PageReason.OVERRIDE
    ]


def test_an_override_that_nobody_answers_pages_supervisors_each_minute() -> None:
    """Until one of them agrees; the holder may be alone with it no longer than that."""
    story = _opened()
    _beats_until(story, 59.9)
    assert _paged(story) == []
    _beats_until(story, 125)
    assert _paged(story) == [(60, ("supervisor",)), (120, ("supervisor",))]
    story.does(OverrideCosigned(override="o1", actor="lead"))
    assert OVER in story.last.effects
    _beats_until(story, 400)
    assert len(_paged(story)) == 2


def test_an_override_that_is_answered_in_time_pages_nobody() -> None:
    """And cancels nothing."""
    story = _opened()
    _beats_until(story, 50)
    story.does(OverrideCosigned(override="o1", actor="lead"))
    assert OVER not in story.last.effects
    assert _paged(story) == []


def test_whoever_acts_alone_has_supervisors_paged() -> None:
    """Once more, also if one of them took care of it before and then did not come; the
    confirmed contact is its end."""
    story = _opened()
    _beats_until(story, 61)
    story.does(PageAcked(case="c", by="lead"))
    assert OVER in story.last.effects
    _beats_until(story, 130)
    assert len(_paged(story)) == 1
    story.does(ALONE)
    assert _paged(story)[1:] == [(130, ("supervisor",))]
    _beats_until(story, 400)
    assert len(_paged(story)) == 2
    story.does(OverrideConfirmed(override="o1", actor="lead"))
    assert OVER in story.last.effects


def test_an_override_that_is_withdrawn_pages_nobody_any_more() -> None:
    """What was sent is broken off."""
    story = _opened()
    _beats_until(story, 61)
    story.does(OverrideWithdrawn(override="o1", actor="holder"))
    assert OVER in story.last.effects
    _beats_until(story, 300)
    assert len(_paged(story)) == 1


def test_a_supervisor_takes_care_of_the_page_and_nobody_else_does() -> None:
    """Not who opened it, nor a colleague, who could not agree to it; who is on call
    elsewhere has no account here. The first name is written down."""
    story = _opened()
    with pytest.raises(NotNow):
        story.does(PageAcked(case="c", by="lead"))
    _beats_until(story, 61)
    for nobody in ("holder", "other"):
        with pytest.raises(NotNow):
            story.does(PageAcked(case="c", by=nobody))
    with pytest.raises(NotNow):
        story.does(PageAcked(case="c", by="olga", reason=PageReason.WAITING))
    with pytest.raises(CaseUnknown):
        story.does(PageAcked(case="unknown", by="olga"))
    story.does(PageAcked(case="c", by="olga"))
    (entry,) = story.last.entries
    assert (entry.what, entry.actor, entry.outcome) == (
        What.OVERRIDE,
        "olga",
        "page_acked",
    )
    story.does(PageAcked(case="c", by="lead"))
    assert not story.last.effects and not story.last.entries


def test_a_page_outlives_the_case_of_its_override() -> None:
    """The conversation is over, and what was opened has to be answered for."""
    story = _opened()
    story.ends("holder")
    story.wraps_up("holder", FollowUpDecision.DECLINED)
    story.at(61)
    assert len(_paged(story)) == 1
    story.does(PageAcked(case="c", by="lead"))
    assert OVER in story.last.effects


def test_a_page_of_another_case_is_not_this_one() -> None:
    """Who takes care of one case has not heard of the other."""
    story = _opened()
    story.does(
        CaseOpened(case="d", request="q-d", person="p-d", band=Band.A0, language="xx")
    )
    _beats_until(story, 61)
    story.does(PageAcked(case="d", by="lead"))
    assert OVER not in story.last.effects
