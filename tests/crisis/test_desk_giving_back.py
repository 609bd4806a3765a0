"""Giving a case back to the queue, at once or once a supervisor agrees."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.effects import Notice, SupervisorsTold
from mentalverse_crisis.errors import NotAllowed, NotNow, ReasonRequired, StaleFence
from mentalverse_crisis.events import (
    BandLowered,
    PersonLost,
    ResponderLost,
    ReturnAgreed,
    ReturnWithdrawn,
    TransferAsked,
    TransferredCold,
)
from mentalverse_crisis.record import What
from support.desk_story import START_MS, Story, able


def _talking(band: Band) -> Story:
    """ann, who supervises, has a case; bob answers, and eve supervises, too."""
    story = Story(able("ann", is_supervisor=True))
    story.talks("ann", band)
    story.comes(able("bob"))
    story.comes(able("eve", is_supervisor=True))
    return story


def _gives_back(story: Story, reason: str = "ill", fence: int | None = None) -> None:
    story.does(
        TransferredCold(
            case="c",
            responder="ann",
            fence=story.case().fence if fence is None else fence,
            reason=reason,
        )
    )


def _agrees(story: Story, who: str) -> None:
    story.does(ReturnAgreed(case="c", supervisor=who))


def test_a_case_that_is_given_back_goes_to_the_front_of_its_class() -> None:
    """Before all that wait there; the one who gave it back is not asked."""
    story = Story(able("ann", max_slots=1))
    story.talks("ann", Band.A3)
    story.opens(Band.A2, case="waiting")
    _gives_back(story)
    case = story.case()
    assert case.is_front and case.hold is None and case.fence == 2
    assert case.enqueued_at_ms == START_MS
    assert story.asked() == ()
    assert story.asked("waiting") == ("ann",)
    story.comes(able("bob", max_slots=1))
    assert story.asked() == ("bob",)


@pytest.mark.parametrize("band", [Band.A0, Band.A1])
def test_an_urgent_case_goes_back_once_another_supervisor_agrees(band: Band) -> None:
    """Until then it stays where it is; nobody agrees with themselves, and who agreed is
    written down with the holder's own reason."""
    story = _talking(band)
    with pytest.raises(ReasonRequired):
        _gives_back(story, reason=" ")
    with pytest.raises(NotNow):
        _agrees(story, "eve")
    _gives_back(story)
    wanted = SupervisorsTold(case="c", what=Notice.RETURN_WANTED)
    assert story.last.effects == (wanted,)
    held = story.case().hold
    assert held is not None and held.responder == "ann"
    assert story.case().return_reason == "ill"
    _gives_back(story)
    assert not story.last.effects and not story.last.entries
    for nobody in ("ann", "bob", "nobody"):
        with pytest.raises(NotAllowed):
            _agrees(story, nobody)
    _agrees(story, "eve")
    (entry,) = (one for one in story.last.entries if one.what is What.TRANSFER)
    assert (entry.actor, entry.responder, entry.reason) == ("eve", "ann", "ill")
    assert story.case().state is CaseState.OFFERED and not story.case().return_reason
    assert "ann" not in story.asked()
    assert story.told("ann")[-1] is Notice.TRANSFER_OVER
    with pytest.raises(NotNow):
        _agrees(story, "eve")


def test_a_wish_to_give_back_is_withdrawn() -> None:
    """By who has the case; nobody can agree any more, and doing it twice is once."""
    story = _talking(Band.A0)
    _gives_back(story)
    with pytest.raises(StaleFence):
        story.does(ReturnWithdrawn(case="c", responder="bob", fence=1))
    kept = ReturnWithdrawn(case="c", responder="ann", fence=1)
    story.does(kept)
    assert not story.case().return_reason
    with pytest.raises(NotNow):
        _agrees(story, "eve")
    story.does(kept)
    assert not story.last.effects and not story.last.entries


def test_a_wish_to_give_back_ends_with_the_hold() -> None:
    """Whoever has the case next did not ask for it: a device that is lost, an end."""
    story = _talking(Band.A0)
    _gives_back(story)
    story.does(ResponderLost(case="c", responder="ann", device="ann-phone"))
    story.later(21)
    assert story.case().is_rescue and not story.case().return_reason

    ended = _talking(Band.A0)
    _gives_back(ended)
    ended.ends("ann")
    assert not ended.case().return_reason

    away = _talking(Band.A1)
    _gives_back(away)
    away.does(PersonLost(case="c"))
    for _ in range(120):
        away.later(10)
        if away.case().state is CaseState.WRAP_UP:
            break
        away.holder_beats()
    assert away.case().outcome == "lost_contact" and not away.case().return_reason


def test_who_is_asked_to_take_over_hears_that_the_case_went_back() -> None:
    """A warm transfer that was under way is called off, as by time."""
    story = _talking(Band.A3)
    story.does(TransferAsked(case="c", responder="ann", fence=1, to="bob"))
    _gives_back(story)
    assert Notice.TRANSFER_OVER in story.told("bob")
    assert story.case().transfer is None


def test_a_case_that_is_not_urgent_any_more_needs_nobody_who_agrees() -> None:
    """The holder asks again, and it goes."""
    story = _talking(Band.A1)
    _gives_back(story)
    story.does(BandLowered(case="c", band=Band.A3, actor="ann", reason="calmer"))
    assert story.case().state is CaseState.ACTIVE
    _gives_back(story)
    assert story.case().seeks and not story.case().return_reason


def test_a_case_without_first_words_is_not_given_back_by_hand() -> None:
    """It goes back by itself."""
    story = Story("ann")
    story.opens()
    story.accepts("ann")
    with pytest.raises(NotNow):
        _gives_back(story)
    with pytest.raises(StaleFence):
        _gives_back(story, fence=7)
