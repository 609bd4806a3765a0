"""The one door: a desk, an event and the time in; the next desk and what to do out.

Every event goes the same way. What is due by now takes its effect first, so an event
never meets a state that time has already ended. Then the event, then the dispatcher.
Whoever calls this writes the changed cases, responders and entries in one transaction,
and carries out the effects after it; a refused event changes nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from . import (
    back_up,
    duty,
    ending,
    followup,
    gaps,
    giving_back,
    guests,
    holds,
    ladder,
    location,
    opening,
    override_steps,
    surge,
    transfer,
)
from .case import DRILL, Case
from .desk import Desk, Responder
from .dispatch import dispatch
from .draft import Draft
from .due import pass_time
from .effects import Effect, PageReason
from .errors import NotNow
from .events import (
    BackUpCame,
    BandLowered,
    BandRaised,
    BreachForecast,
    CaseOpened,
    Dismissed,
    DutyChanged,
    EarlyStartAllowed,
    Ended,
    Event,
    FollowUpLeft,
    FollowUpRecorded,
    FollowUpTaken,
    GuestAdded,
    GuestLeft,
    Joined,
    LocationSealed,
    LocationTaken,
    LocationWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OnlineChanged,
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReleasedAlone,
    OverrideReviewed,
    OverrideWithdrawn,
    PageAcked,
    PersonHere,
    PersonLeft,
    PersonLost,
    PersonReturned,
    PersonSpoke,
    ResponderHere,
    ResponderLost,
    ResponderSpoke,
    ResponderTyping,
    ReturnAgreed,
    ReturnWithdrawn,
    RosterChanged,
    StandingChanged,
    SupervisorWanted,
    TimePassed,
    TransferAccepted,
    TransferAsked,
    TransferDeclined,
    TransferredCold,
    WrappedUp,
)
from .override import Override
from .record import Entry

_Kind = TypeVar("_Kind")


class Decision(msgspec.Struct, frozen=True):
    """What an event led to."""

    desk: Desk
    cases: Mapping[str, Case]
    """Those that changed, with those that are over now."""
    responders: Mapping[str, Responder]
    """Those that changed."""
    overrides: Mapping[str, Override | None]
    """Those that changed; none: it is over."""
    entries: tuple[Entry, ...]
    """To be written down, in this order."""
    effects: tuple[Effect, ...]
    """To be carried out once all that is written."""
    opened: str | None = None
    """The case that a request for help led to."""


def decide(desk: Desk, event: Event, now_ms: int) -> Decision:
    """What follows from an event at a time.

    Raises:
        CrisisError: the event is refused; nothing has changed. Never for `CaseOpened`.
    """
    draft = Draft(desk, now_ms)
    pass_time(draft, draft.cases)
    before = dict(draft.cases)
    _HANDLERS[type(event)](draft, event)
    # A band that was raised may be past its rungs from the moment it is.
    pass_time(draft, _changed(before, draft.cases))
    dispatch(draft)
    surge.look(draft)
    back_up.look(draft, desk)
    cases = _changed(desk.cases, draft.cases)
    _forget(draft)
    return Decision(
        desk=draft.desk(),
        cases=cases,
        responders=_changed(desk.responders, draft.responders),
        overrides=_changed(desk.overrides, draft.overrides)
        | {one: None for one in desk.overrides if one not in draft.overrides},
        entries=tuple(draft.entries),
        effects=tuple(draft.effects),
        opened=draft.opened,
    )


def _opened(draft: Draft, event: CaseOpened) -> None:
    """Who asks for help is in no exercise any more; who asks for it again still is."""
    for case in tuple(draft.cases.values()):
        is_own = case.person == event.person and case.request != event.request
        if case.drill == DRILL and is_own and not event.drill:
            ending.person_left(draft, PersonLeft(case=case.id))
    opening.opened(draft, event)


def _joined(draft: Draft, event: Joined) -> None:
    holds.joined(draft, event)
    transfer.arrived(draft, event)


def _page_acked(draft: Draft, event: PageAcked) -> None:
    found = override_steps.page_acked(draft, event)
    if event.reason in (None, PageReason.WAITING):
        found = ladder.page_acked(draft, event) or found
    if not found:
        draft.case(event.case)
        raise NotNow("nobody is paged for this case any more")


def _time_passed(draft: Draft, event: TimePassed) -> None:
    """Everything that was due has taken its effect already."""


_HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    CaseOpened: _opened,
    BandRaised: opening.raised,
    BandLowered: opening.lowered,
    PersonReturned: opening.returned,
    OfferAccepted: holds.accepted,
    OfferDeclined: holds.declined,
    Joined: _joined,
    ResponderSpoke: holds.spoke,
    ResponderTyping: holds.typing,
    PersonSpoke: holds.person_spoke,
    ResponderLost: gaps.responder_lost,
    ResponderHere: gaps.responder_here,
    PersonLost: gaps.person_lost,
    PersonHere: gaps.person_here,
    PersonLeft: ending.person_left,
    Ended: ending.ended,
    WrappedUp: ending.wrapped_up,
    Dismissed: ending.dismissed,
    TransferAsked: transfer.asked,
    TransferAccepted: transfer.accepted,
    TransferDeclined: transfer.declined,
    TransferredCold: giving_back.asked,
    ReturnAgreed: giving_back.agreed,
    ReturnWithdrawn: giving_back.withdrawn,
    GuestAdded: guests.added,
    BackUpCame: guests.back_up_came,
    GuestLeft: guests.left,
    SupervisorWanted: guests.supervisor_wanted,
    FollowUpRecorded: followup.recorded,
    FollowUpTaken: followup.taken,
    FollowUpLeft: followup.left,
    PageAcked: _page_acked,
    OverrideOpened: override_steps.opened,
    OverrideCosigned: override_steps.cosigned,
    OverrideReleasedAlone: override_steps.released_alone,
    OverrideWithdrawn: override_steps.withdrawn,
    OverrideConfirmed: override_steps.confirmed,
    OverrideReviewed: override_steps.reviewed,
    LocationSealed: location.sealed,
    LocationWithdrawn: location.withdrawn,
    LocationTaken: location.taken,
    RosterChanged: duty.roster_changed,
    StandingChanged: duty.standing_changed,
    DutyChanged: duty.duty_changed,
    EarlyStartAllowed: duty.early_start_allowed,
    OnlineChanged: duty.online_changed,
    BreachForecast: surge.forecast,
    TimePassed: _time_passed,
}


def _changed(
    before: Mapping[str, _Kind], after: Mapping[str, _Kind]
) -> dict[str, _Kind]:
    return {key: one for key, one in after.items() if before.get(key) is not one}


def _forget(draft: Draft) -> None:
    """What is over leaves the desk, once the place of who left is no longer kept."""
    for case in list(draft.cases.values()):
        if case.state.is_final and (case.kept_until_ms or 0) < draft.now_ms:
            del draft.cases[case.id]
