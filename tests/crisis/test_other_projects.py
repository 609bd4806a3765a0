"""Contacts that other desks lost, held on to or doubled, each as a story of this one.

A docstring names the project and the number of its report.
"""

from __future__ import annotations

import msgspec
import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.desk import Desk, Duty
from mentalverse_crisis.due import case_due_ms
from mentalverse_crisis.effects import Notice, Offered, SupervisorsTold
from mentalverse_crisis.errors import AlreadyHeld, MalformedPolicy, StaleFence
from mentalverse_crisis.events import (
    DutyChanged,
    FollowUpDecision,
    PageAcked,
    PersonHere,
    PersonLost,
    PersonSpoke,
    ResponderLost,
    ResponderTyping,
    TransferAsked,
    TransferDeclined,
)
from mentalverse_crisis.policy import DEFAULT, checked
from support.desk_story import Story, able, with_policy

TWO_MONTHS = 60 * 24 * 3_600


def _beating(story: Story, until: float) -> Story:
    while story.seconds + 15 < until:
        story.at(story.seconds + 15).beats()
    return story.at(until)


def test_two_who_answer_at_once_are_one_holder() -> None:
    """Asterisk #176: two members of a queue answered one call."""
    story = Story("ann", "bob")
    story.opens(Band.A0)
    story.accepts("ann")
    with pytest.raises(AlreadyHeld):
        story.accepts("bob")
    hold = story.case().hold
    assert hold is not None and hold.responder == "ann"


def test_nobody_stays_reserved() -> None:
    """FreeSWITCH #2540: an agent stayed "Reserved" for a call that was gone."""
    story = Story(able("ann", max_slots=1))
    story.opens(Band.A2)
    story.at(20)
    story.does(DutyChanged(responder="ann", duty=Duty.ON))
    story.opens(Band.A2, case="next")
    assert story.asked("next") == ("ann",)


def test_an_answer_of_yesterday_is_refused() -> None:
    """FreeSWITCH #1973: a call counted as answered by who was no longer there."""
    story = Story("ann", "bob")
    story.talks("ann", Band.A0)
    fence = story.case().fence
    story.does(ResponderLost(case="c", responder="ann", device="ann-phone"))
    story.at(20).accepts("bob")
    assert story.case().fence > fence
    with pytest.raises(StaleFence):
        story.ends("ann")


def test_a_case_is_not_stuck_when_the_last_one_leaves() -> None:
    """FreeSWITCH #1221: callers stayed in a queue whose last agent had left."""
    story = Story("ann")
    story.opens(Band.A3)
    story.does(DutyChanged(responder="ann", duty=Duty.OFF))
    assert story.case().state is CaseState.WAITING
    assert [level for _, level in story.paged()] == [2]


def test_every_state_has_something_due() -> None:
    """FreeSWITCH #2540, #1221: a state without a deadline is one to be stuck in."""
    story = Story("ann")

    def due_ms() -> int | None:
        return case_due_ms(story.case(), DEFAULT)

    found = []
    story.does(DutyChanged(responder="ann", duty=Duty.PAUSED))
    story.opens(Band.A1)
    found.append((story.case().state, due_ms()))
    story.does(DutyChanged(responder="ann", duty=Duty.ON))
    found.append((story.case().state, due_ms()))
    story.accepts("ann")
    found.append((story.case().state, due_ms()))
    story.speaks("ann")
    found.append((story.case().state, due_ms()))
    story.ends("ann")
    found.append((story.case().state, due_ms()))
    story.wraps_up("ann", FollowUpDecision.YES)
    found.append((story.case().state, due_ms()))
    assert len({state for state, _ in found}) == 6
    assert all(at_ms is not None and at_ms > story.now_ms for _, at_ms in found)


def test_a_heavier_case_does_not_starve_what_it_cannot_have() -> None:
    """Asterisk #1561: weights held back agents whom the heavier queue could not use."""
    story = Story(able("una", skills={"crisis": 0}))
    story.opens(Band.A0, case="urgent")
    story.opens(Band.A3)
    assert story.asked("urgent") == ()
    assert story.asked() == ("una",)


def test_offering_does_not_stop() -> None:
    """Asterisk #1637, #1691: a queue stopped calling its members."""
    story = Story("ann", "bob")
    story.opens(Band.A2)
    for seconds in range(0, 1_200, 20):
        story.at(seconds)
        for who in ("ann", "bob"):
            story.does(DutyChanged(responder=who, duty=Duty.ON))
    gaps = [at for at, _ in story.of(Offered)]
    assert max(later - at for at, later in zip(gaps, gaps[1:], strict=False)) <= 60
    assert gaps[-1] >= 1_140


def test_a_wrap_up_is_not_cut_short() -> None:
    """Asterisk #1006: an agent was called again within their wrap-up time."""
    story = Story(able("ann", max_slots=1))
    story.talks("ann", Band.A2)
    story.ends("ann")
    story.opens(Band.A2, case="next")
    story.at(599)
    assert story.asked("next") == ()
    story.wraps_up("ann", FollowUpDecision.DECLINED)
    assert story.asked("next") == ("ann",)


def test_a_ladder_goes_on_after_a_restart() -> None:
    """Grafana OnCall #1206: an escalation chain was dead after a restart.

    What is due follows from what is stored, so a desk that was read again goes on.
    """
    story = Story()
    story.opens(Band.A1)
    story.at(20)
    stored = msgspec.json.encode(story.desk)
    story.desk = msgspec.json.decode(stored, type=Desk)
    story.at(120)
    assert story.paged() == [(0, 2), (30, 2), (60, 3), (90, 4), (120, 5)]


def test_a_step_that_is_never_reached_is_refused() -> None:
    """Grafana OnCall #934: a chain had wait steps that nothing ever came to."""
    twice = (*DEFAULT.ladder, DEFAULT.ladder[-1])
    with pytest.raises(MalformedPolicy):
        checked(with_policy(ladder=twice))


def test_nobody_is_paged_for_what_was_taken_long_ago() -> None:
    """Grafana OnCall #3111: somebody was paged two months after they had answered."""
    story = Story()
    story.opens(Band.A3)
    story.at(10).does(PageAcked(case="c", by="olga"))
    story.comes(able("ann"))
    story.accepts("ann")
    story.speaks("ann")
    story.ends("ann")
    story.wraps_up("ann", FollowUpDecision.DECLINED)
    story.at(TWO_MONTHS)
    assert story.paged() == [(0, 2)]


def test_a_page_that_was_seen_is_quiet_in_every_tier() -> None:
    """Grafana OnCall #4654, #4760: pages went on after somebody had answered."""
    story = Story()
    story.opens(Band.A0)
    story.at(47).does(PageAcked(case="c", by="olga"))
    before = story.paged()
    story.at(61.999)
    assert story.paged() == before


def test_a_silent_holder_is_noticed() -> None:
    """Chatwoot #13515, #13516: whoever had a conversation said nothing, unnoticed."""
    story = Story("ann")
    story.talks("ann", Band.A1)
    story.does(PersonSpoke(case="c"))
    _beating(story, 180)
    assert story.told("ann") == [Notice.NUDGE]
    alarm = SupervisorsTold(case="c", what=Notice.SILENCE_ALARM)
    assert alarm in story.last.effects


def test_no_clock_runs_after_the_end() -> None:
    """Chatwoot #10178: the clock of a promise ran on after a talk was resolved."""
    story = Story("ann")
    story.talks("ann", Band.A0)
    story.does(PersonSpoke(case="c"))
    story.ends("ann")
    assert story.case().silence is None
    story.wraps_up("ann", FollowUpDecision.DECLINED)
    effects = len(story.effects)
    story.at(TWO_MONTHS)
    assert len(story.effects) == effects


def test_a_target_does_not_sleep_at_night() -> None:
    """Chatwoot #13392: business hours were counted wrongly. Here there are none."""
    for hours in range(0, 7 * 24, 5):
        story = Story()
        story.at(hours * 3_600)
        story.opens(Band.A2)
        assert story.case().accept_due_ms == story.now_ms + 120_000


def test_an_escalation_is_not_forgotten() -> None:
    """Chatwoot #6889: an escalation did not happen, and nobody noticed."""
    story = Story()
    story.opens(Band.A4)
    story.at(7_200)
    assert story.case().escalation.level == 5
    assert {level for _, level in story.paged()} == {2, 3, 4, 5}


def test_who_is_typing_is_not_silent() -> None:
    """whatomate #168: a conversation escalated while its agent was writing."""
    story = Story("ann")
    story.talks("ann", Band.A0)
    story.does(PersonSpoke(case="c"))
    _beating(story, 55).does(ResponderTyping(case="c", responder="ann"))
    _beating(story, 70).speaks("ann")
    assert story.told("ann") == []


def test_a_declined_invitation_leaves_the_case_where_it_is() -> None:
    """Twilio Flex: declining a direct invitation orphans the conversation."""
    story = Story("ann")
    story.talks("ann", Band.A1)
    story.comes(able("bob"))
    fence = story.case().fence
    story.does(TransferAsked(case="c", responder="ann", fence=fence, to="bob"))
    story.does(TransferDeclined(case="c", responder="bob"))
    story.speaks("ann")
    assert story.case().state is CaseState.ACTIVE
    assert story.case().transfer is None


def test_a_quick_exit_ends_nothing() -> None:
    """Aselo: leaving quickly first ended the chat, and waited for that."""
    story = Story("ann")
    story.talks("ann", Band.A1)
    before = story.case()
    story.does(PersonLost(case="c"))
    assert story.case().state is before.state and story.case().hold is not None
    story.does(PersonHere(case="c"))
    assert story.case() == before


def test_no_filter_lets_everything_through() -> None:
    """Aselo: a filter of "not this, or not that" was true of nearly every task.

    Gates are data and all of them hold: each alone is enough to be passed over.
    """
    fits = {"languages": ("en",), "regions": ("US",)}
    others = (
        able("a", **fits, skills={"crisis": 0}),
        able("b", **(fits | {"languages": ("es",)})),
        able("c", **(fits | {"regions": ("CA",)})),
        able("d", **fits, skills={"minors": 0}),
    )
    story = Story(*others, able("e", **fits))
    story.opens(Band.A1, language="en", region="US", is_minor=True)
    assert story.asked() == ("e",)
    story.declines("e")
    assert story.asked() == ()


def test_no_offer_waits_for_a_day() -> None:
    """Aselo: one site let a reservation stand for 86 400 s. Here it is a minute."""
    bands = {}
    for name, promised in DEFAULT.bands.items():
        plan = msgspec.structs.replace(promised.plan, answer_seconds=86_400)
        bands[name] = msgspec.structs.replace(promised, plan=plan)
    story = Story("ann", policy=with_policy(bands=bands))
    story.opens(Band.A4)
    story.at(60)
    assert story.asked() == ()
