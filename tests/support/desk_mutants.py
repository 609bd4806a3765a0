"""Bugs that a crisis desk could have, to be planted one at a time.

Each is a small change of the core. The laws over invented lives have to notice it; a
bug that they let live shows what they do not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from mentalverse_crisis import (
    back_up,
    decide,
    dispatch,
    draft,
    due,
    duty,
    ending,
    followup,
    gaps,
    giving_back,
    holds,
    ladder,
    offers,
    opening,
    override_steps,
    queue,
    routing,
    transfer,
)
from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CaseState, OfferEnd
from mentalverse_crisis.events import (
    BandRaised,
    Dismissed,
    GuestLeft,
    PersonLeft,
    PersonLost,
    PersonReturned,
    TransferredCold,
)
from mentalverse_crisis.record import What

Plant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Plant] = {}


def _bug(plant: Plant) -> Plant:
    MUTANTS[plant.__name__] = plant
    return plant


def _never_due(patch: pytest.MonkeyPatch, effect: Callable[..., Any]) -> None:
    """Time brings everything but this."""
    for name in ("_dues", "_talking_dues"):
        whole = getattr(due, name)

        def most(*args: Any, whole: Any = whole) -> Iterator[Any]:
            for at_ms, take_effect in whole(*args):
                if take_effect is not effect:
                    yield at_ms, take_effect

        patch.setattr(due, name, most)


# --- holds and offers ---


@_bug
def a_hold_keeps_the_fence_of_the_one_before(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.change

    def change(self: Any, case: Any, **fields: Any) -> Any:
        if "fence" in fields:
            fields["fence"] = case.fence
        return whole(self, case, **fields)

    patch.setattr(draft.Draft, "change", change)


@_bug
def a_stale_fence_is_obeyed(patch: pytest.MonkeyPatch) -> None:
    for module in (holds, ending, transfer, giving_back):
        patch.setattr(module, "require_hold", lambda case, *_: case.hold)


@_bug
def the_other_offers_stay_open_after_an_accept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holds, "end_offers", lambda _draft, case, _why: case)


@_bug
def an_offer_that_is_over_is_accepted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holds, "_require_open", lambda *_: None)


@_bug
def first_words_are_awaited_for_ever(patch: pytest.MonkeyPatch) -> None:
    _never_due(patch, holds.give_back)


@_bug
def a_silence_is_told_to_nobody(patch: pytest.MonkeyPatch) -> None:
    _never_due(patch, holds.keep_from_silence)


@_bug
def typing_hides_a_silence_for_ever(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.change

    def change(self: Any, case: Any, **fields: Any) -> Any:
        silence = fields.get("silence")
        if silence is not None and silence.extended_ms:
            late_ms = self.now_ms - silence.since_ms
            longer = type(silence)(silence.since_ms, late_ms, silence.level)
            fields["silence"] = longer
        return whole(self, case, **fields)

    patch.setattr(draft.Draft, "change", change)


@_bug
def whoever_declined_is_asked_again_at_once(patch: pytest.MonkeyPatch) -> None:
    for module in (holds, offers):
        patch.setattr(module, "exclude", lambda _draft, case, _who: case)


@_bug
def whoever_declined_twice_is_paused(patch: pytest.MonkeyPatch) -> None:
    def expire(draft: Any, case: Any, offer: Any) -> None:
        offers.expire(draft, case, offer)
        draft.change_responder(offer.responder, expired_in_row=1)

    patch.setattr(due, "expire", expire)


@_bug
def an_offer_outlives_the_duty_of_its_responder(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatch, "_withdraw", lambda *_: None)


# --- who is asked ---


@_bug
def slots_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(routing.Room, "fits", lambda *_: True)


@_bug
def nobody_is_kept_free_for_the_urgent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(routing.Room, "keeps_reserve", lambda *_: True)


@_bug
def training_is_not_asked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(routing, "_is_trained", lambda _: True)


@_bug
def the_picks_are_drawn(patch: pytest.MonkeyPatch) -> None:
    random = Random(1)
    patch.setattr(dispatch, "pick_key", lambda *_: random.random())


@_bug
def deadlines_do_not_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        dispatch,
        "place",
        lambda case, _: (case.band.order_class, not case.is_front, case.id),
    )


@_bug
def an_a1_goes_before_an_a0(patch: pytest.MonkeyPatch) -> None:
    whole = queue.place

    def place(case: Any, policy: Any) -> Any:
        swapped = {0: 1, 1: 0, 2: 2}[case.band.order_class]
        return (swapped, *whole(case, policy)[1:])

    patch.setattr(dispatch, "place", place)
    # Taking over would heal it in the same decision.
    patch.setattr(dispatch, "_take_over", lambda _draft, _room, case, _: case)


@_bug
def a_hold_is_taken_over(patch: pytest.MonkeyPatch) -> None:
    whole = dispatch._take_over

    def take_over(draft: Any, room: Any, case: Any, passed_over: Any) -> Any:
        for other in list(draft.cases.values()):
            if other.state is CaseState.ACTIVE and other.band > Band.A1:
                holds.release(draft, other)
        return whole(draft, room, case, passed_over)

    patch.setattr(dispatch, "_take_over", take_over)


@_bug
def nobody_has_to_rest(patch: pytest.MonkeyPatch) -> None:
    for module in (ending, holds, giving_back):
        patch.setattr(module, "rest", lambda *_: None)


@_bug
def whoever_waits_long_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    whole = dispatch._ask

    def ask(draft: Any, room: Any, case_id: str) -> None:
        if draft.cases[case_id].offers_made < 3:
            whole(draft, room, case_id)

    patch.setattr(dispatch, "_ask", ask)


# --- opening, bands, places ---


@_bug
def a_raise_can_lower(patch: pytest.MonkeyPatch) -> None:
    def raised(draft: Any, event: Any) -> None:
        case = draft.case(event.case)
        if not case.state.is_final:
            draft.change(case, band=event.band)

    patch.setitem(decide._HANDLERS, BandRaised, raised)


@_bug
def whoever_comes_back_is_last(patch: pytest.MonkeyPatch) -> None:
    whole = opening.returned

    def returned(draft: Any, event: Any) -> None:
        whole(draft, event)
        case = draft.case(event.case)
        draft.change(case, enqueued_at_ms=draft.now_ms)

    patch.setitem(decide._HANDLERS, PersonReturned, returned)


@_bug
def an_urgent_place_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    def left(draft: Any, case: Any) -> None:
        opening.left(draft, case)
        draft.change(draft.case(case.id), kept_until_ms=None)

    patch.setattr(ending, "left", left)


@_bug
def a_kept_place_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    def forget(draft: Any) -> None:
        for case in list(draft.cases.values()):
            if case.state.is_final:
                del draft.cases[case.id]

    patch.setattr(decide, "_forget", forget)


@_bug
def asking_anew_leads_to_a_talk_that_is_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(opening, "_is_answered", lambda _, case: not case.state.is_final)


@_bug
def quick_exit_ends_the_case(patch: pytest.MonkeyPatch) -> None:
    def person_lost(draft: Any, event: Any) -> None:
        ending.person_left(draft, PersonLeft(case=event.case))

    patch.setitem(decide._HANDLERS, PersonLost, person_lost)


# --- the ladder ---


@_bug
def a_page_that_was_seen_is_enough_for_ever(patch: pytest.MonkeyPatch) -> None:
    whole = ladder.due_ms

    def due_ms(case: Any, policy: Any) -> int:
        was_seen = case.escalation.acked_at_ms is not None
        return 10**15 if was_seen else whole(case, policy)

    patch.setattr(ladder, "due_ms", due_ms)


@_bug
def a_page_that_was_seen_goes_out_again(patch: pytest.MonkeyPatch) -> None:
    def due_ms(case: Any, policy: Any) -> int:
        found = [
            ladder._next_rung_ms(case, policy),
            ladder._next_page_ms(case, policy),
        ]
        return min(one for one in found if one is not None)

    patch.setattr(ladder, "due_ms", due_ms)


@_bug
def a_rung_fires_twice(patch: pytest.MonkeyPatch) -> None:
    whole = ladder._reach

    def fire(draft: Any, case: Any, level: int) -> Any:
        case = whole(draft, case, level)
        draft.note(case, What.ESCALATED, level=level)
        return case

    patch.setattr(ladder, "_reach", fire)


@_bug
def a_page_is_sent_twice(patch: pytest.MonkeyPatch) -> None:
    whole = ladder._page
    patch.setattr(ladder, "_page", lambda draft, case: whole(draft, whole(draft, case)))


@_bug
def a_rung_is_left_out_after_a_rescue(patch: pytest.MonkeyPatch) -> None:
    _never_due(patch, ladder.climb)


# --- gaps, transfers, the end ---


@_bug
def a_gap_never_ends(patch: pytest.MonkeyPatch) -> None:
    _never_due(patch, gaps.rescue)


@_bug
def a_dead_device_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    _never_due(patch, gaps.open_responder_gap)


@_bug
def whoever_is_lost_is_waited_for_for_ever(patch: pytest.MonkeyPatch) -> None:
    _never_due(patch, gaps.lose_contact)


@_bug
def the_lost_one_keeps_the_fence(patch: pytest.MonkeyPatch) -> None:
    def rescue(draft: Any, case: Any) -> Any:
        return draft.change(gaps.rescue(draft, case), fence=case.fence)

    patch.setattr(due, "rescue", rescue)


@_bug
def a_declined_transfer_lets_go_of_the_case(patch: pytest.MonkeyPatch) -> None:
    def call_off(draft: Any, case: Any, _: Any) -> Any:
        return holds.release(draft, case)

    patch.setattr(transfer, "call_off", call_off)


@_bug
def an_unwritten_summary_drops_the_follow_up(patch: pytest.MonkeyPatch) -> None:
    def cap_wrap_up(draft: Any, case: Any) -> Any:
        return ending.finish(draft, ending._freed(draft, case), CaseState.CLOSED)

    patch.setattr(due, "cap_wrap_up", cap_wrap_up)


@_bug
def one_person_can_void_a_case(patch: pytest.MonkeyPatch) -> None:
    def dismissed(draft: Any, event: Any) -> None:
        case = offers.end_offers(draft, draft.case(event.case), OfferEnd.RESCINDED)
        ending.finish(draft, ending._freed(draft, case), event.state)

    patch.setitem(decide._HANDLERS, Dismissed, dismissed)


# --- rights ---


@_bug
def whoever_has_a_case_agrees_with_themselves(patch: pytest.MonkeyPatch) -> None:
    def asked(draft: Any, event: Any) -> None:
        giving_back._give_back(draft, draft.case(event.case), event.reason)

    patch.setitem(decide._HANDLERS, TransferredCold, asked)


@_bug
def a_wish_to_give_back_outlives_the_hold(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.change

    def change(self: Any, case: Any, **fields: Any) -> Any:
        if len(fields) > 1:
            fields.pop("return_reason", None)
        return whole(self, case, **fields)

    patch.setattr(draft.Draft, "change", change)


@_bug
def an_early_start_is_good_for_every_duty(patch: pytest.MonkeyPatch) -> None:
    whole = draft.Draft.change_responder

    def change_responder(self: Any, responder: str, **fields: Any) -> None:
        if len(fields) > 1:
            fields.pop("early_start", None)
        whole(self, responder, **fields)

    patch.setattr(draft.Draft, "change_responder", change_responder)


@_bug
def nobody_rests_between_two_duties(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(duty, "may_start_early", lambda *_: True)


@_bug
def one_guest_who_leaves_takes_the_others_along(patch: pytest.MonkeyPatch) -> None:
    def left(draft: Any, event: Any) -> None:
        case = draft.case(event.case)
        if event.responder in case.guests:
            draft.change(case, guests=())

    patch.setitem(decide._HANDLERS, GuestLeft, left)


@_bug
def anybody_takes_a_follow_up_from_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(followup, "_is_there", lambda *_: False)


@_bug
def whoever_may_not_talk_with_somebody_follows_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(followup, "may_follow_up", lambda *_: None)


@_bug
def nobody_hears_that_one_acts_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(override_steps, "_page_supervisors", lambda _, override: override)


# --- back-up ---


@_bug
def a_professional_comes_in_whoever_the_person_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(back_up, "may_join", lambda *_: None)


@_bug
def back_up_is_advised_with_a_professional_there(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(back_up, "is_back_up", lambda team, one: team[one].is_supervisor)


@_bug
def only_the_first_holder_is_advised_to_ask(patch: pytest.MonkeyPatch) -> None:
    whole = back_up.look

    def look(draft: Any, before: Any) -> None:
        kept = list(draft.effects)
        whole(draft, before)
        if any(case.fence > 1 for case in draft.cases.values()):
            draft.effects[:] = kept

    patch.setattr(back_up, "look", look)
