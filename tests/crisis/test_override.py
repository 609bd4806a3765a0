"""Acting without consent: two people, a contact that is confirmed, and a review."""

from __future__ import annotations

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case
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
    Ended,
    FollowUpDecision,
    LocationSealed,
    LocationWithdrawn,
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReleasedAlone,
    OverrideReviewed,
    OverrideWithdrawn,
    PersonLeft,
    WrappedUp,
)
from mentalverse_crisis.override import LegalBasis
from support.desks import SmallDesk, trained

DAY = 86_400


def a_desk() -> tuple[SmallDesk, Case]:
    """Somebody talks with a person; two supervisors are there."""
    desk = SmallDesk(
        trained("holder"),
        Responder(id="lead", is_supervisor=True),
        Responder(id="other", is_supervisor=True),
    )
    return desk, desk.accept(desk.open(Band.A0))


def opening(case: Case, **more: object) -> OverrideOpened:
    fields: dict[str, object] = {
        "override": "o1",
        "case": case.id,
        "actor": "holder",
        "basis": LegalBasis.VITAL_INTERESTS,
        "statement_hash": "aa",
        "released_hash": "bb",
        "to": "ambulance",
        "person_informed": True,
    }
    return OverrideOpened(**(fields | more))  # type: ignore[arg-type]


def close(desk: SmallDesk, case: Case) -> None:
    """The conversation ends, and nothing more was agreed on."""
    desk.happen(Ended(case=case.id, responder="holder", fence=case.fence))
    desk.happen(
        WrappedUp(
            case=case.id,
            responder="holder",
            fence=case.fence,
            outcome="completed",
            follow_up=FollowUpDecision.DECLINED,
        )
    )


def notices(desk: SmallDesk) -> list[Notice]:
    told = desk.told(OverrideTold)
    return [effect.what for effect in told if isinstance(effect, OverrideTold)]


def pages(desk: SmallDesk) -> list[Paged]:
    told = [effect for effect in desk.told(Paged) if isinstance(effect, Paged)]
    return [page for page in told if page.reason is PageReason.CONTACT]


def test_two_people_release_and_a_contact_ends_the_pages() -> None:
    """The desk's half of the key goes to whoever opened it; every ten minutes somebody
    is paged, until the contact is confirmed."""
    desk, case = a_desk()
    desk.happen(LocationSealed(case=case.id))
    desk.happen(opening(case))
    desk.happen(opening(case))  # the same once more changes nothing
    desk.happen(OverrideCosigned(override="o1", actor="lead"))
    desk.happen(OverrideCosigned(override="o1", actor="other"))
    assert desk.told(LocationReleased) == [LocationReleased(case=case.id, to="holder")]
    desk.later(599)
    assert pages(desk) == []
    desk.later(1)
    desk.later(1_200)
    assert [page.level for page in pages(desk)] == [1, 2, 3]
    desk.happen(OverrideConfirmed(override="o1", actor="lead"))
    desk.happen(OverrideConfirmed(override="o1", actor="other"))
    cancelled = PagesCancelled(case=case.id, reason=PageReason.CONTACT)
    assert desk.told(PagesCancelled)[-1] == cancelled
    desk.later(3_600)
    assert len(pages(desk)) == 3
    desk.happen(OverrideReviewed(override="o1", actor="other"))
    assert desk.desk.overrides == {}


def test_nobody_acts_alone_before_a_supervisor_had_a_minute() -> None:
    """Then every supervisor hears of it, and why."""
    desk, case = a_desk()
    desk.happen(opening(case))
    alone = OverrideReleasedAlone(override="o1", actor="holder", reason="he is leaving")
    desk.later(59)
    with pytest.raises(NotNow):
        desk.happen(alone)
    desk.later(1)
    assert notices(desk)[-1] is Notice.OVERRIDE_UNANSWERED
    desk.happen(alone)
    desk.happen(alone)
    assert notices(desk)[-2:] == [Notice.OVERRIDE_ALONE, Notice.OVERRIDE_RELEASED]
    assert desk.entries[-1].reason == "he is leaving"


def test_an_unanswered_override_is_told_again_and_again() -> None:
    """Every minute, as long as nobody decides."""
    desk, case = a_desk()
    desk.happen(opening(case))
    desk.later(180)
    assert notices(desk).count(Notice.OVERRIDE_UNANSWERED) == 3


def test_the_contact_clock_outlives_the_case() -> None:
    """The conversation is over and the case closed; people are paged all the same."""
    desk, case = a_desk()
    desk.happen(opening(case))
    desk.happen(OverrideCosigned(override="o1", actor="lead"))
    close(desk, case)
    assert desk.desk.cases == {}
    due_ms = desk_due_ms(desk.desk)
    assert due_ms == desk.now_ms + 600_000
    desk.later(600)
    (page,) = pages(desk)
    assert page.band is None


def test_a_review_that_nobody_makes_is_told_every_day() -> None:
    """From three days after the opening on."""
    desk, case = a_desk()
    desk.happen(opening(case))
    desk.happen(OverrideCosigned(override="o1", actor="lead"))
    desk.happen(OverrideConfirmed(override="o1", actor="holder"))
    desk.later(3 * DAY - 1)
    assert Notice.OVERRIDE_REVIEW_OVERDUE not in notices(desk)
    desk.later(1)
    desk.later(DAY)
    assert notices(desk).count(Notice.OVERRIDE_REVIEW_OVERDUE) == 2


def test_what_was_not_released_can_be_withdrawn() -> None:
    """By who opened it, and then nothing is due any more."""
    desk, case = a_desk()
    desk.happen(opening(case, person_informed=False, why_not_informed="asleep"))
    with pytest.raises(NotAllowed):
        desk.happen(OverrideWithdrawn(override="o1", actor="lead"))
    desk.happen(OverrideWithdrawn(override="o1", actor="holder"))
    with pytest.raises(CaseUnknown):
        desk.happen(OverrideCosigned(override="o1", actor="lead"))


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
    desk, case = a_desk()
    with pytest.raises(refusal):
        desk.happen(opening(case, **fields))


def test_a_supervisor_may_open_one_before_anybody_has_accepted() -> None:
    """What is known may be enough while the person waits."""
    desk = SmallDesk(Responder(id="lead", is_supervisor=True))
    desk.happen(opening(desk.open(Band.A0), actor="lead"))
    assert set(desk.desk.overrides) == {"o1"}


def test_the_wrong_people_and_the_wrong_order_are_refused() -> None:
    """Nobody cosigns or reviews their own, and nothing is confirmed before its time."""
    desk, case = a_desk()
    desk.happen(opening(case))
    for refusal, event in (
        (NotAllowed, OverrideCosigned(override="o1", actor="holder")),
        (NotAllowed, OverrideReleasedAlone(override="o1", actor="lead", reason="x")),
        (NotNow, OverrideConfirmed(override="o1", actor="lead")),
        (NotNow, OverrideReviewed(override="o1", actor="lead")),
    ):
        with pytest.raises(refusal):
            desk.happen(event)
    desk.later(60)
    with pytest.raises(ReasonRequired):
        desk.happen(OverrideReleasedAlone(override="o1", actor="holder", reason=" "))
    desk.happen(OverrideCosigned(override="o1", actor="lead"))
    with pytest.raises(NotNow):
        desk.happen(OverrideWithdrawn(override="o1", actor="holder"))
    desk.happen(OverrideConfirmed(override="o1", actor="holder"))
    with pytest.raises(NotAllowed):
        desk.happen(OverrideReviewed(override="o1", actor="lead"))


@pytest.mark.parametrize("how", ["withdrawn", "expired", "closed", "left"])
def test_a_sealed_location_does_not_outlast_its_need(how: str) -> None:
    """Taken back, a day old, the case over, or the person gone from the queue."""
    desk, case = a_desk()
    if how == "left":
        case = desk.open(Band.A3, person="somebody else")
    desk.happen(LocationSealed(case=case.id))
    if how == "withdrawn":
        desk.happen(LocationWithdrawn(case=case.id))
    elif how == "expired":
        desk.later(DAY)
    elif how == "left":
        desk.happen(PersonLeft(case=case.id))
    else:
        close(desk, case)
    assert desk.told(LocationShredded) == [LocationShredded(case=case.id)]


def test_nothing_is_sealed_for_a_case_that_is_over() -> None:
    """And nothing that was not sealed is released or destroyed."""
    desk, case = a_desk()
    desk.happen(opening(case))
    desk.happen(OverrideCosigned(override="o1", actor="lead"))
    desk.happen(LocationWithdrawn(case=case.id))
    assert not desk.told(LocationReleased) and not desk.told(LocationShredded)
    left = desk.open(Band.A1, person="somebody else")
    desk.happen(PersonLeft(case=left.id))
    with pytest.raises(NotNow):
        desk.happen(LocationSealed(case=left.id))
