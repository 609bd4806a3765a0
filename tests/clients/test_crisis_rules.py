"""What the client decides about a case by itself: pure rules."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_client.crisis.helpers import (
    GOOD_BYE_SECONDS,
    Attendance,
    Comings,
    goes_on,
    is_followed_up,
)
from mentalverse_client.crisis.offers import Offers
from mentalverse_client.store.help_request import HelpRequest
from mentalverse_signaling.crisis_events import (
    MAX_TAP_AGE_MS,
    CaseChannel,
    CaseHelper,
    CaseStatus,
    HelperRole,
)
from mentalverse_signaling.desk_events import OfferView
from mentalverse_signaling.ids import AccountId, ClientId
from support.crisis_clients import CASE, case

ANN, BEN, CLEO, DAN, EVE = (AccountId(letter * 32) for letter in "abcde")


def helper(account: AccountId, *, gone: bool = False) -> CaseHelper:
    return CaseHelper(account, "ben", HelperRole.HOLDER, is_reconnecting=gone)


def offer(name: str, band: int = 2) -> OfferView:
    return OfferView(
        case=CASE,
        offer=name,
        band=band,
        made_at=1,
        expires_at=2,
        opened_at=1,
        accept_due_at=3,
        now=1,
        language="",
        region="",
        channel=CaseChannel.TEXT,
        needs=(),
        is_minor=False,
        is_rescue=False,
    )


def test_who_helps_comes_in_at_once() -> None:
    comings = Attendance().of(case(CaseStatus.ACCEPTED, helper(BEN)), [], 0)
    assert comings == Comings(add=frozenset({BEN}))


def test_who_does_not_help_any_more_has_time_to_say_good_bye() -> None:
    """And none before the time is over, nor when they are named again."""
    there, attendance = [BEN, CLEO], Attendance()
    handed_over = case(CaseStatus.ACTIVE, helper(CLEO))
    first = attendance.of(handed_over, there, 100)
    assert (first.remove, first.look_in_seconds) == (frozenset(), GOOD_BYE_SECONDS)
    assert attendance.of(handed_over, there, 119).remove == frozenset()
    back = case(CaseStatus.ACTIVE, helper(CLEO), helper(BEN))
    assert attendance.of(back, there, 119.5).remove == frozenset()
    assert attendance.of(handed_over, there, 121).remove == frozenset()
    assert attendance.of(handed_over, there, 141).remove == frozenset({BEN})


def test_a_seat_that_is_needed_is_left_at_once() -> None:
    """Somebody who comes does not wait for somebody who goes."""
    view = case(CaseStatus.ACTIVE, helper(EVE))
    comings = Attendance().of(view, [ANN, BEN, CLEO, DAN], 0)
    assert comings.add == {EVE}
    assert comings.remove == {ANN, BEN, CLEO, DAN}


@pytest.mark.parametrize(
    "status",
    [
        s
        for s in CaseStatus
        if s.value not in ("waiting", "offered", "accepted", "active")
    ],
)
def test_at_the_end_of_a_case_nobody_is_put_out(status: CaseStatus) -> None:
    attendance = Attendance()
    for now in (0, GOOD_BYE_SECONDS + 1):
        comings = attendance.of(case(status), [BEN], now)
        assert (comings.remove, comings.away) == (frozenset(), frozenset())


@pytest.mark.parametrize("status", [CaseStatus.FOLLOW_UP_DUE, CaseStatus.FOLLOWING_UP])
def test_who_asks_afterwards_comes_in_and_goes_when_they_step_back(
    status: CaseStatus,
) -> None:
    """Whoever was there before stays, and what is written waits for nobody."""
    attendance = Attendance()
    taken = case(status, helper(CLEO))
    assert attendance.of(taken, [BEN], 0) == Comings(add=frozenset({CLEO}))
    assert attendance.of(taken, [BEN, CLEO], 1) == Comings()
    left = attendance.of(case(status), [BEN, CLEO], 2)
    assert (left.remove, left.look_in_seconds) == (frozenset(), GOOD_BYE_SECONDS)
    gone = attendance.of(case(status), [BEN, CLEO], 2 + GOOD_BYE_SECONDS)
    assert (gone.remove, gone.away) == (frozenset({CLEO}), frozenset())


def test_a_seat_that_is_needed_afterwards_is_left_by_who_was_there() -> None:
    """A full conversation keeps nobody from asking how somebody is."""
    view = case(CaseStatus.FOLLOW_UP_DUE, helper(EVE))
    comings = Attendance().of(view, [ANN, BEN, CLEO, DAN], 0)
    assert comings.add == {EVE}
    assert comings.remove == {ANN, BEN, CLEO, DAN}


def test_somebody_may_ask_afterwards_until_the_case_is_closed() -> None:
    """From the summary on, which may lead to it."""
    assert {status.value for status in CaseStatus if is_followed_up(case(status))} == {
        "wrap_up",
        "follow_up_due",
        "following_up",
    }


def test_who_lost_their_connection_and_who_is_not_named_cannot_answer() -> None:
    """Both are in the group, and what is written is for who comes next."""
    view = case(CaseStatus.ACTIVE, helper(BEN, gone=True))
    assert Attendance().of(view, [BEN, CLEO], 0).away == {BEN, CLEO}
    assert Attendance().of(case(CaseStatus.WAITING), [BEN], 0).away == {BEN}
    assert Attendance().of(case(CaseStatus.ACTIVE, helper(BEN)), [BEN], 0).away == set()


def test_a_case_goes_on_until_nobody_talks_and_no_place_is_kept() -> None:
    going = {status for status in CaseStatus if goes_on(case(status))}
    assert {status.value for status in going} == {
        "waiting",
        "offered",
        "accepted",
        "active",
    }
    assert goes_on(case(CaseStatus.ABANDONED, kept=2_001))
    assert not goes_on(case(CaseStatus.ABANDONED, kept=1_999))


@given(st.integers(-(10**15), 10**15))
def test_the_age_of_a_tap_is_within_what_the_wire_takes(now_ms: int) -> None:
    """Whatever the clock did since; a request that is sent is never malformed."""
    asked = HelpRequest(request=ClientId("a" * 32), tapped_at_ms=1_000)
    opening = asked.opening(now_ms)
    msgspec.convert(msgspec.to_builtins(opening), type(opening))
    assert 0 <= opening.tap_age_ms <= MAX_TAP_AGE_MS


def test_an_offer_that_was_made_after_a_look_outlives_its_answer() -> None:
    """An answer that is older than the notice must not take the offer away."""
    offers = Offers()
    offers.made(offer("one"), looks=4)
    offers.listed([], look=4)
    assert offers.is_pending(offer("one"))
    offers.listed([], look=5)
    assert offers.pending() == []


def test_an_offer_that_is_over_does_not_come_back() -> None:
    """Neither by an older answer nor by a notice that comes twice."""
    offers = Offers()
    offers.made(offer("one"), looks=0)
    offers.over("one")
    offers.listed([offer("one")], look=1)
    offers.made(offer("one"), looks=1)
    assert offers.pending() == []


def test_the_most_urgent_offer_comes_first() -> None:
    offers = Offers()
    offers.listed([offer("b", band=3), offer("a", band=2), offer("c", band=0)], look=1)
    assert [each.offer for each in offers.pending()] == ["c", "a", "b"]
