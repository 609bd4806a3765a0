"""Having a case: accepting it, the first words, and silence.

Exactly one responder holds a case. Each hold has a higher fence than the one before;
what is done under an earlier fence is refused, so a responder whose device was gone
for a while cannot act on what is somebody else's by now.

An accepted case that hears no first words goes back to its place, without a sound for
the person: `first_reply_seconds`. That clock stands while the person's device is gone.
Who comes to the rescue of a talk owes words as well, and stays: a silence has begun.
"""

from __future__ import annotations

import msgspec

from . import back_up, ladder
from .case import Case, CaseState, Hold, Offer, OfferEnd, Silence
from .draft import Draft
from .effects import (
    Invited,
    Notice,
    PersonTold,
    ResponderTold,
    SupervisorsTold,
)
from .errors import AlreadyHeld, OfferExpired, OfferRescinded, StaleFence
from .events import (
    Joined,
    OfferAccepted,
    OfferDeclined,
    PersonSpoke,
    ResponderSpoke,
    ResponderTyping,
)
from .offers import end_offer, end_offers, exclude
from .record import What

NUDGE, ALARM = 1, 2


def accepted(draft: Draft, event: OfferAccepted) -> None:
    """Exactly one answer wins; the others hear at once that the case went elsewhere.

    Raises:
        OfferExpired: the time was over, by this desk's clock.
        OfferRescinded: the case did not need an answer any more.
        AlreadyHeld: somebody else was first.
    """
    case = draft.case(event.case)
    offer = _answered(case, event.offer, event.responder)
    if offer.ended is OfferEnd.ACCEPTED and _has(case, event.responder, event.device):
        return
    _require_open(draft, case, offer)
    draft.change_responder(event.responder, expired_in_row=0)
    case = end_offer(draft, case, offer, OfferEnd.ACCEPTED)
    case = end_offers(draft, case, OfferEnd.RESCINDED)
    take(draft, case, event.responder, event.device)


def take(
    draft: Draft, case: Case, responder: str, device: str, has_joined: bool = False
) -> Case:
    """The case in the hands of this responder; whoever had it is told."""
    before = case.hold
    is_absent = case.person_gap is not None
    policy = draft.policy(case)
    lease_until_ms = draft.now_ms + policy.lease_seconds * 1000
    hold = Hold(
        responder=responder,
        device=device,
        fence=case.fence + 1,
        accepted_at_ms=draft.now_ms,
        lease_until_ms=lease_until_ms,
        is_joined=has_joined,
        reply_left_ms=policy.first_reply_seconds * 1000,
        reply_since_ms=None if is_absent else draft.now_ms,
    )
    if not case.state.is_held:
        # An offered case whose offers ended with this answer is `waiting` for a moment.
        case = msgspec.structs.replace(case, state=CaseState.OFFERED)
        case = draft.change(case, state=CaseState.ACCEPTED)
    case = draft.change(
        case,
        hold=hold,
        fence=hold.fence,
        is_rescue=False,
        is_front=False,
        responder_gap=None,
        return_reason="",
        person_lease_until_ms=case.person_lease_until_ms or lease_until_ms,
        guests=tuple(one for one in case.guests if one != responder),
        silence=_owed(draft, case, has_joined),
    )
    if back_up.is_back_up(draft.responders, responder):
        case = draft.change(case, supervisor_wanted_at_ms=None)
    ladder.over(draft, case)
    draft.note(case, What.ACCEPTED, actor=responder, responder=responder)
    if not has_joined:
        draft.tell(
            Invited(case=case.id, responder=responder, device=device, fence=hold.fence),
            PersonTold(case=case.id, what=Notice.ACCEPTED),
        )
    if before is not None and before.responder != responder:
        _part(draft, case, before.responder, is_told=not has_joined)
    count_urgent(draft, case, responder)
    return case


def rest(draft: Draft, case: Case, responder: str) -> None:
    """Who had a hard case has some time before the next offer."""
    known = draft.responders.get(responder)
    if known is None:
        return
    seconds = 0 if case.drill else draft.promised(case).decompress_seconds
    until_ms = draft.now_ms + seconds * 1000
    draft.change_responder(
        responder,
        idle_since_ms=draft.now_ms,
        resting_until_ms=max(known.resting_until_ms, until_ms),
    )


def declined(draft: Draft, event: OfferDeclined) -> None:
    """No reason is needed; somebody else is asked at once."""
    case = draft.case(event.case)
    offer = _answered(case, event.offer, event.responder)
    if offer.ended is not None:
        return
    draft.change_responder(event.responder, expired_in_row=0)
    case = end_offer(draft, case, offer, OfferEnd.DECLINED)
    exclude(draft, case, event.responder)


def require_hold(case: Case, responder: str, fence: int) -> Hold:
    """The hold, if this is its owner's own.

    Raises:
        NotNow: nobody holds the case.
        StaleFence: it has passed to somebody else, or is about to.
    """
    hold = case.held()
    is_current = fence == hold.fence == case.fence
    if hold.responder != responder or not is_current:
        raise StaleFence("this case has passed to somebody else")
    return hold


def joined(draft: Draft, event: Joined) -> None:
    """The person's device has let the holder in."""
    case = draft.case(event.case)
    hold = case.hold
    if hold is None or hold.responder != event.responder or hold.is_joined:
        return
    case = draft.change(case, hold=msgspec.structs.replace(hold, is_joined=True))
    draft.note(case, What.JOINED, responder=event.responder)


def spoke(draft: Draft, event: ResponderSpoke) -> None:
    """A human answered: the first words make the case active, any end a silence.

    Raises:
        StaleFence: sent under a hold that has passed to somebody else.
        NotNow: nobody holds the case.
    """
    case = draft.case(event.case)
    if event.responder not in case.guests:
        require_hold(case, event.responder, event.fence)
        if case.state is CaseState.ACCEPTED:
            case = draft.change(case, state=CaseState.ACTIVE)
            draft.note(case, What.REPLIED, responder=event.responder)
    case = draft.change(case, silence=None)
    draft.note(case, What.RESPONDER_SPOKE, responder=event.responder)


def person_spoke(draft: Draft, event: PersonSpoke) -> None:
    """A silence begins with what nobody has answered yet."""
    case = draft.case(event.case)
    if case.state not in (CaseState.ACCEPTED, CaseState.ACTIVE):
        return
    if case.silence is None:
        case = draft.change(case, silence=Silence(since_ms=draft.now_ms))
    draft.note(case, What.PERSON_SPOKE, actor="person")


def typing(draft: Draft, event: ResponderTyping) -> None:
    """Somebody who writes is not silent: up to a minute in all."""
    case = draft.case(event.case)
    if case.silence is None or event.responder not in _present(case):
        return
    most_ms = draft.policy(case).typing_extends_seconds * 1000
    late_ms = draft.now_ms - case.silence.since_ms
    extended_ms = max(case.silence.extended_ms, min(most_ms, late_ms))
    silence = msgspec.structs.replace(case.silence, extended_ms=extended_ms)
    draft.change(case, silence=silence)


def silence_due_ms(silence: Silence, silence_seconds: int) -> int:
    """When a silence is told of next."""
    times = silence.level + 1
    return silence.since_ms + silence.extended_ms + times * silence_seconds * 1000


def keep_from_silence(draft: Draft, case: Case) -> Case:
    """The case once the holder, and then the supervisors, heard of a silence."""
    silence = case.silence
    seconds = draft.promised(case).silence_seconds
    while silence is not None and silence.level < ALARM:
        if silence_due_ms(silence, seconds) > draft.now_ms:
            break
        silence = msgspec.structs.replace(silence, level=silence.level + 1)
        case = draft.change(case, silence=silence)
        draft.note(case, What.SILENCE, level=silence.level)
        _tell_of_silence(draft, case, silence.level)
    return case


def reply_due_ms(hold: Hold) -> int | None:
    """When a hold ends without first words; none while the person is not there."""
    if hold.reply_since_ms is None:
        return None
    return hold.reply_since_ms + hold.reply_left_ms


def give_back(draft: Draft, case: Case) -> Case:
    """The case in its place again: no first words came. The person hears nothing."""
    responder = case.held().responder
    case = release(draft, case)
    case = exclude(draft, case, responder)
    draft.note(case, What.RETURNED, responder=responder)
    draft.tell(
        ResponderTold(case=case.id, responder=responder, what=Notice.RETURNED),
    )
    return case


def release(draft: Draft, case: Case) -> Case:
    """The case back in the queue, where it was."""
    return draft.change(
        case,
        state=CaseState.WAITING,
        hold=None,
        fence=case.fence + 1,
        silence=None,
        responder_gap=None,
        person_gap=None,
        person_lease_until_ms=None,
        transfer=None,
        return_reason="",
        is_rescue=False,
        seeking_since_ms=draft.now_ms,
    )


def _owed(draft: Draft, case: Case, has_joined: bool) -> Silence | None:
    """Who comes to the rescue of a talk owes its first words: a silence has begun."""
    if case.state is not CaseState.ACTIVE or has_joined:
        return case.silence
    return case.silence or Silence(since_ms=draft.now_ms)


def _tell_of_silence(draft: Draft, case: Case, level: int) -> None:
    if level == NUDGE:
        holder = case.held().responder
        draft.tell(ResponderTold(case=case.id, responder=holder, what=Notice.NUDGE))
    else:
        draft.tell(SupervisorsTold(case=case.id, what=Notice.SILENCE_ALARM))


def _answered(case: Case, offer: str, responder: str) -> Offer:
    for known in case.offers:
        if known.id == offer and known.responder == responder:
            return known
    raise OfferRescinded("this offer is not there any more")


def _require_open(draft: Draft, case: Case, offer: Offer) -> None:
    if offer.ended is OfferEnd.EXPIRED or offer.expires_at_ms <= draft.now_ms:
        raise OfferExpired("the time to answer this offer is over")
    if offer.ended is None and case.seeks:
        return
    if case.state.is_held:
        raise AlreadyHeld("another responder was first")
    raise OfferRescinded("the case went another way")


def _has(case: Case, responder: str, device: str) -> bool:
    hold = case.hold
    return hold is not None and (hold.responder, hold.device) == (responder, device)


def _present(case: Case) -> tuple[str, ...]:
    return case.guests if case.hold is None else (*case.guests, case.hold.responder)


def _part(draft: Draft, case: Case, responder: str, is_told: bool) -> None:
    """What becomes of whoever held the case before."""
    if case.state is CaseState.ACTIVE:
        rest(draft, case, responder)
    if is_told:
        draft.tell(
            ResponderTold(case=case.id, responder=responder, what=Notice.HOLD_LOST)
        )


def count_urgent(draft: Draft, case: Case, responder: str) -> None:
    """One hard case more for whoever has it; at the soft cap they hear so."""
    known = draft.responders.get(responder)
    if known is None or not case.band.is_urgent or case.drill:
        return
    urgent = known.urgent_today + 1
    draft.change_responder(responder, urgent_today=urgent)
    if urgent == draft.policy(case).urgent_soft_cap:
        draft.tell(
            ResponderTold(case=case.id, responder=responder, what=Notice.SOFT_CAP)
        )
