"""Back-up: when a professional should be there, who hears of it, and who may come."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mentalverse_crisis import back_up
from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CANARY, CaseState, Channel
from mentalverse_crisis.desk import PROFESSIONAL, Credential, Duty, Responder
from mentalverse_crisis.effects import Notice, ResponderTold, SupervisorsTold
from mentalverse_crisis.errors import NotAllowed, NotNow
from mentalverse_crisis.events import (
    BackUpCame,
    DutyChanged,
    GuestAdded,
    GuestLeft,
    Joined,
    RosterChanged,
    SupervisorWanted,
    TransferAccepted,
    TransferAsked,
)
from mentalverse_crisis.policy import DEFAULT, Policy
from mentalverse_crisis.routing import Room, refusal
from support.desk_story import Story, able

WANTED = SupervisorWanted(case="c", responder="ann", fence=1)
COMES = BackUpCame(case="c", responder="pro")


def professional(name: str = "pro", **fields: Any) -> Responder:
    """Trained like everybody here, and one by the roster."""
    skills = {PROFESSIONAL: 1, **fields.pop("skills", {})}
    return able(name, skills=skills, **fields)


def policy(band: str) -> Policy:
    return msgspec.structs.replace(DEFAULT, back_up_band=band)


def told(story: Story) -> list[str]:
    """The holders to whom back-up was advised, each time that supervisors heard it."""
    what = Notice.BACK_UP_ADVISED
    holders = [one.responder for one in story.every(ResponderTold) if one.what is what]
    supervisors = [one for one in story.every(SupervisorsTold) if one.what is what]
    assert len(supervisors) == len(holders)
    return holders


def is_advised(story: Story) -> bool:
    case = story.case()
    return back_up.is_advised(story.desk.responders, case, story.desk.policy_of(case))


@pytest.mark.parametrize(
    ("band", "least", "expected"),
    [
        (Band.A0, "A0", True),
        (Band.A1, "A0", False),
        (Band.A1, "A1", True),
        (Band.A0, "A2", True),
        (Band.A0, "", False),
    ],
)
def test_the_policy_says_from_which_band_on(
    band: Band, least: str, expected: bool
) -> None:
    """As urgent as that or more, from the moment somebody has it; empty is never."""
    story = Story("ann", policy=policy(least))
    story.opens(band)
    assert not is_advised(story)
    story.accepts("ann")
    assert is_advised(story) is expected
    story.speaks("ann")
    story.later(5)
    assert told(story) == (["ann"] if expected else [])
    story.ends("ann")
    assert not is_advised(story)


def test_a_case_that_becomes_worse_is_told_of_once() -> None:
    """When it becomes so urgent, and not again as long as it stays so."""
    story = Story("ann")
    story.talks("ann", Band.A2)
    assert told(story) == []
    story.raises(Band.A0)
    story.does(WANTED)
    story.speaks("ann")
    assert told(story) == ["ann"] and is_advised(story)


@pytest.mark.parametrize("who", [professional("ann"), able("ann", is_supervisor=True)])
def test_whoever_is_a_professional_or_a_supervisor_needs_no_advice(
    who: Responder,
) -> None:
    """They have it themselves."""
    story = Story(who)
    story.talks("ann", Band.A0)
    assert told(story) == [] and not is_advised(story)


def test_it_is_advised_again_once_the_professional_has_left() -> None:
    """With them there it is not, whoever is in it besides."""
    story = Story("ann", professional())
    story.talks("ann", Band.A0)
    story.does(WANTED)
    story.does(COMES)
    assert not is_advised(story)
    story.does(GuestLeft(case="c", responder="pro"))
    assert is_advised(story) and told(story) == ["ann", "ann"]


def test_who_takes_it_over_is_told_as_well() -> None:
    """The advice is to whoever has the case; a professional has none to be told."""
    story = Story("ann", "bob", professional())
    story.talks("ann", Band.A0)
    for holder, to, fence in (("ann", "bob", 1), ("bob", "pro", 2)):
        story.does(TransferAsked(case="c", responder=holder, fence=fence, to=to))
        story.does(TransferAccepted(case="c", responder=to, device="d"))
        story.does(Joined(case="c", responder=to))
        assert story.case().held().responder == to
    assert told(story) == ["ann", "bob"]


def test_who_is_no_professional_any_more_does_not_count() -> None:
    """The roster is the operator's to change, also meanwhile."""
    story = Story(professional("ann"))
    story.talks("ann", Band.A0)
    story.does(RosterChanged(responder=able("ann")))
    assert is_advised(story) and told(story) == ["ann"]


def test_robots_are_not_advised() -> None:
    """A canary is no person, and nobody is to come."""
    story = Story(able("ann", is_robot=True))
    story.talks("ann", Band.A0, drill=CANARY)
    assert story.case().state is CaseState.ACTIVE
    assert told(story) == [] and not is_advised(story)


def test_professionals_on_duty_hear_the_wish_and_one_comes() -> None:
    """Beside the holder, who stays; the first one ends the wish for all others."""
    pros = (professional(one) for one in ("pro", "two", "off"))
    story = Story("ann", "bob", *pros)
    story.talks("ann", Band.A0)
    story.does(DutyChanged(responder="off", duty=Duty.OFF))
    story.does(WANTED)
    wanted = Notice.SUPERVISOR_WANTED
    heard = [one.responder for one in story.every(ResponderTold) if one.what is wanted]
    assert heard == ["pro", "two"]
    story.does(COMES)
    case = story.case()
    assert case.guests == ("pro",) and case.supervisor_wanted_at_ms is None
    assert case.held().responder == "ann"
    assert story.told("ann")[-1] is Notice.GUEST
    with pytest.raises(NotNow):
        story.does(BackUpCame(case="c", responder="two"))
    story.does(COMES)
    assert not story.last.entries


def test_nobody_else_comes_in_that_way() -> None:
    """Who is no professional, also where there is no such case; nobody unasked."""
    story = Story("ann", "bob", professional())
    story.talks("ann", Band.A0)
    for case in ("c", "other"):
        with pytest.raises(NotAllowed):
            story.does(BackUpCame(case=case, responder="bob"))
    with pytest.raises(NotNow):
        story.does(COMES)
    story.does(WANTED)
    story.ends("ann")
    with pytest.raises(NotNow):
        story.does(COMES)


@pytest.mark.parametrize(
    "changed",
    [
        {"avoids": frozenset({"p-c"})},
        {"id": "p-c"},
        {"skills": {"minors": 0}},
        {"skills": {"crisis": 0}},
        {"credential": Credential.UNKNOWN},
        {"credential": Credential.REVOKED},
        {"regions": ("AT",)},
    ],
)
def test_the_gates_that_protect_the_person_are_asked_again(
    changed: dict[str, Any],
) -> None:
    """Who may not take the case hears of no wish and does not come, and is not told
    why: it could say whose case it is."""
    who = professional(changed.pop("id", "pro"), **changed)
    story = Story("ann", who)
    story.talks("ann", Band.A0, is_minor=True, region="US")
    story.does(WANTED)
    assert story.told(who.id) == []
    with pytest.raises(NotAllowed, match="not one that you may come into"):
        story.does(BackUpCame(case="c", responder=who.id))


@pytest.mark.parametrize(
    "fields", [{"language": "en"}, {"needs": ("grief",)}, {"channel": Channel.VOICE}]
)
def test_what_they_could_not_be_offered_they_may_still_stand_by(
    fields: dict[str, Any],
) -> None:
    """Another language, a wished-for skill, no slot: whether to come is theirs."""
    pro = professional(languages=("es",))
    story = Story(able("ann", skills={"grief": 3}), pro)
    story.talks("ann", Band.A0, **fields)
    story.talks("pro", Band.A2, case="d", language="es")
    case, known = story.desk.cases["c"], story.desk.responders["pro"]
    everybody, every_case = story.desk.responders.values(), story.desk.cases.values()
    room = Room(everybody, every_case, DEFAULT)
    assert refusal(known, case, DEFAULT, room, story.now_ms) is not None
    story.does(WANTED)
    story.does(COMES)
    assert story.desk.cases["c"].guests == ("pro",)


def test_a_colleague_who_is_there_is_no_back_up() -> None:
    """Somebody who handed it over, say."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A0)
    story.does(GuestAdded(case="c", responder="bob"))
    assert is_advised(story)
