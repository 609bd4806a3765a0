"""Acting without consent: two people, a contact that is confirmed, and a review."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.desk import Responder
from mentalverse_crisis.due import desk_due_ms
from mentalverse_crisis.effects import (
    LocationReleased,
    LocationShredded,
    Notice,
    OverrideTold,
    Paged,
    PageReason,
    PagesCancelled,
)
from mentalverse_crisis.errors import (
    CaseUnknown,
    CrisisError,
    NotAllowed,
    NotNow,
    ReasonRequired,
)
from mentalverse_crisis.events import (
    FollowUpDecision,
    LocationSealed,
    LocationTaken,
    LocationWithdrawn,
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReleasedAlone,
    OverrideReviewed,
    OverrideWithdrawn,
    PersonLeft,
)
from mentalverse_crisis.override import LegalBasis
from mentalverse_crisis.record import Entry, What
from support.desk_story import Story

DAY = 86_400


def a_talk() -> Story:
    """Somebody talks with a person; two supervisors are there."""
    story = Story(
        "holder",
        Responder(id="lead", is_supervisor=True),
        Responder(id="other", is_supervisor=True),
    )
    story.talks("holder", Band.A0)
    return story


def opening(**more: object) -> OverrideOpened:
    fields: dict[str, object] = {
        "override": "o1",
        "case": "c",
        "actor": "holder",
        "basis": LegalBasis.VITAL_INTERESTS,
        "statement_hash": "aa",
        "released_hash": "bb",
        "to": "ambulance",
        "person_informed": True,
    }
    return OverrideOpened(**(fields | more))  # type: ignore[arg-type]


def close(story: Story) -> None:
    """The conversation ends, and nothing more was agreed on."""
    story.ends("holder")
    story.wraps_up("holder", FollowUpDecision.DECLINED)


def notices(story: Story) -> list[Notice]:
    return [one.what for one in story.every(OverrideTold)]


def pages(story: Story) -> list[Paged]:
    return [one for one in story.every(Paged) if one.reason is PageReason.CONTACT]


def test_two_people_release_and_a_contact_ends_the_pages() -> None:
    """The desk's half of the key goes to whoever opened it; every ten minutes somebody
    is paged, until the contact is confirmed."""
    story = a_talk()
    story.does(LocationSealed(case="c"))
    story.does(opening())
    story.does(opening())  # the same once more changes nothing
    story.does(OverrideCosigned(override="o1", actor="lead"))
    story.does(OverrideCosigned(override="o1", actor="other"))
    assert story.every(LocationReleased) == [LocationReleased(case="c", to="holder")]
    story.later(599)
    assert pages(story) == []
    story.later(1)
    story.later(1_200)
    assert [page.level for page in pages(story)] == [1, 2, 3]
    story.does(OverrideConfirmed(override="o1", actor="lead"))
    story.does(OverrideConfirmed(override="o1", actor="other"))
    cancelled = PagesCancelled(case="c", reason=PageReason.CONTACT)
    assert story.every(PagesCancelled)[-1] == cancelled
    story.later(3_600)
    assert len(pages(story)) == 3
    story.does(OverrideReviewed(override="o1", actor="other"))
    assert story.desk.overrides == {}


def test_a_case_has_one_override_whose_contact_is_open() -> None:
    """A confirmation ends the pages of the case, and must not end another's."""
    story = a_talk()
    story.does(opening())
    with pytest.raises(NotNow):
        story.does(opening(override="o2"))
    story.does(OverrideCosigned(override="o1", actor="lead"))
    story.does(OverrideConfirmed(override="o1", actor="lead"))
    story.does(opening(override="o2"))
    assert set(story.desk.overrides) == {"o1", "o2"}


def test_nobody_acts_alone_before_a_supervisor_had_a_minute() -> None:
    """Then every supervisor hears of it, and why."""
    story = a_talk()
    story.does(opening())
    alone = OverrideReleasedAlone(override="o1", actor="holder", reason="he is leaving")
    story.later(59)
    with pytest.raises(NotNow):
        story.does(alone)
    story.later(1)
    assert notices(story)[-1] is Notice.OVERRIDE_UNANSWERED
    assert story.does(alone).entries[-1].reason == "he is leaving"
    assert not story.does(alone).entries
    assert notices(story)[-2:] == [Notice.OVERRIDE_ALONE, Notice.OVERRIDE_RELEASED]


def test_an_unanswered_override_is_told_again_and_again() -> None:
    """Every minute, as long as nobody decides."""
    story = a_talk()
    story.does(opening())
    story.later(180)
    assert notices(story).count(Notice.OVERRIDE_UNANSWERED) == 3


def test_the_contact_clock_outlives_the_case() -> None:
    """The conversation is over and the case closed; people are paged all the same."""
    story = a_talk()
    story.does(opening())
    story.does(OverrideCosigned(override="o1", actor="lead"))
    close(story)
    assert story.desk.cases == {}
    due_ms = desk_due_ms(story.desk)
    assert due_ms == story.now_ms + 600_000
    story.later(600)
    (page,) = pages(story)
    assert page.band is None


def test_a_review_that_nobody_makes_is_told_every_day() -> None:
    """From three days after the opening on."""
    story = a_talk()
    story.does(opening())
    story.does(OverrideCosigned(override="o1", actor="lead"))
    story.does(OverrideConfirmed(override="o1", actor="holder"))
    story.later(3 * DAY - 1)
    assert Notice.OVERRIDE_REVIEW_OVERDUE not in notices(story)
    story.later(1)
    story.later(DAY)
    assert notices(story).count(Notice.OVERRIDE_REVIEW_OVERDUE) == 2


def test_what_was_not_released_can_be_withdrawn() -> None:
    """By who opened it, and then nothing is due any more."""
    story = a_talk()
    story.does(opening(person_informed=False, why_not_informed="asleep"))
    with pytest.raises(NotAllowed):
        story.does(OverrideWithdrawn(override="o1", actor="lead"))
    story.does(OverrideWithdrawn(override="o1", actor="holder"))
    with pytest.raises(CaseUnknown):
        story.does(OverrideCosigned(override="o1", actor="lead"))


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"actor": "somebody"}, NotAllowed),
        ({"statement_hash": ""}, ReasonRequired),
        ({"released_hash": ""}, ReasonRequired),
        ({"person_informed": False, "why_not_informed": " "}, ReasonRequired),
    ],
)
def test_an_override_says_everything_it_has_to(
    fields: dict[str, object], refusal: type[CrisisError]
) -> None:
    """Who, why, what, and why the person does not know."""
    story = a_talk()
    with pytest.raises(refusal):
        story.does(opening(**fields))


def test_a_supervisor_may_open_one_before_anybody_has_accepted() -> None:
    """What is known may be enough while the person waits."""
    story = Story(Responder(id="lead", is_supervisor=True))
    story.opens(Band.A0)
    story.does(opening(actor="lead"))
    assert set(story.desk.overrides) == {"o1"}


def test_the_wrong_people_and_the_wrong_order_are_refused() -> None:
    """Nobody cosigns or reviews their own, and nothing is confirmed before its time."""
    story = a_talk()
    story.does(opening())
    for refusal, event in (
        (NotAllowed, OverrideCosigned(override="o1", actor="holder")),
        (NotAllowed, OverrideReleasedAlone(override="o1", actor="lead", reason="x")),
        (NotNow, OverrideConfirmed(override="o1", actor="lead")),
        (NotNow, OverrideReviewed(override="o1", actor="lead")),
    ):
        with pytest.raises(refusal):
            story.does(event)
    story.later(60)
    with pytest.raises(ReasonRequired):
        story.does(OverrideReleasedAlone(override="o1", actor="holder", reason=" "))
    story.does(OverrideCosigned(override="o1", actor="lead"))
    with pytest.raises(NotNow):
        story.does(OverrideWithdrawn(override="o1", actor="holder"))
    story.does(OverrideConfirmed(override="o1", actor="holder"))
    with pytest.raises(NotAllowed):
        story.does(OverrideReviewed(override="o1", actor="lead"))


@pytest.mark.parametrize("how", ["withdrawn", "expired", "closed", "left"])
def test_a_sealed_location_does_not_outlast_its_need(how: str) -> None:
    """Taken back, a day old, the case over, or the person gone from the queue."""
    story = a_talk()
    case = "c"
    if how == "left":
        case = "waits"
        story.opens(Band.A3, case=case)
    story.does(LocationSealed(case=case))
    if how == "withdrawn":
        story.does(LocationWithdrawn(case="c"))
    elif how == "expired":
        story.later(DAY)
    elif how == "left":
        story.does(PersonLeft(case=case))
    else:
        close(story)
    assert story.every(LocationShredded) == [LocationShredded(case=case)]


def test_nothing_is_sealed_for_a_case_that_is_over() -> None:
    """And nothing that was not sealed is released or destroyed."""
    story = a_talk()
    story.does(opening())
    story.does(OverrideCosigned(override="o1", actor="lead"))
    story.does(LocationWithdrawn(case="c"))
    assert not story.every(LocationReleased) and not story.every(LocationShredded)
    story.opens(Band.A1, case="left")
    story.does(PersonLeft(case="left"))
    with pytest.raises(NotNow):
        story.does(LocationSealed(case="left"))


def taken(story: Story, actor: str = "holder") -> tuple[Entry, ...]:
    return story.does(LocationTaken(override="o1", actor=actor)).entries


def test_a_location_goes_to_who_opened_the_override_and_to_nobody_else() -> None:
    """From the release until the contact is confirmed; each time is written down."""
    story = a_talk()
    story.does(LocationSealed(case="c"))
    with pytest.raises(CaseUnknown):
        taken(story)
    story.does(opening())
    with pytest.raises(NotNow):
        taken(story)
    story.does(OverrideCosigned(override="o1", actor="lead"))
    for other in ("lead", "other", "nobody"):
        with pytest.raises(NotAllowed):
            taken(story, other)
    for _ in range(2):
        [told] = taken(story)
        found = (told.what, told.actor, told.offer, told.outcome)
        assert found == (What.LOCATION, "holder", "o1", "taken")
    story.does(OverrideConfirmed(override="o1", actor="lead"))
    with pytest.raises(NotNow):
        taken(story)


def test_where_somebody_moves_to_is_released_by_the_same_override() -> None:
    """What is sealed while help is on its way is told to whoever waits for it."""
    story = a_talk()
    story.does(opening())
    story.does(OverrideCosigned(override="o1", actor="lead"))
    with pytest.raises(NotNow):
        taken(story)
    for _ in range(2):
        story.does(LocationSealed(case="c"))
        taken(story)
    released = LocationReleased(case="c", to="holder")
    assert story.every(LocationReleased) == [released] * 2
    story.does(OverrideConfirmed(override="o1", actor="lead"))
    story.does(LocationSealed(case="c"))
    assert len(story.every(LocationReleased)) == 2


@pytest.mark.parametrize("how", ["withdrawn", "expired", "closed"])
def test_what_was_destroyed_is_not_there_to_be_taken(how: str) -> None:
    """Not even while the override is released."""
    story = a_talk()
    story.does(LocationSealed(case="c"))
    story.does(opening())
    story.does(OverrideCosigned(override="o1", actor="lead"))
    if how == "withdrawn":
        story.does(LocationWithdrawn(case="c"))
    elif how == "expired":
        story.later(DAY)
    else:
        close(story)
    with pytest.raises(NotNow):
        taken(story)
