"""What becomes of an offer, and when its responder is asked again."""

from __future__ import annotations

import msgspec

from .case import Case, CaseState, Exclusion, Offer, OfferEnd
from .desk import Duty
from .draft import Draft
from .effects import Notice, OfferOver, ResponderTold
from .record import What

KEPT_OFFERS = 32
"""How many that ended a case remembers, to say why one cannot be accepted any more."""


def end_offer(draft: Draft, case: Case, offer: Offer, why: OfferEnd) -> Case:
    """The case without that offer; the one who had it is told."""
    over = msgspec.structs.replace(offer, ended=why)
    others = tuple(over if one.id == offer.id else one for one in case.offers)
    ended = [one for one in others if one.ended is not None][-KEPT_OFFERS:]
    kept = tuple(one for one in others if one.ended is None or one in ended)
    state = case.state
    if state is CaseState.OFFERED and not any(one.ended is None for one in kept):
        state = CaseState.WAITING
    case = draft.change(case, offers=kept, state=state)
    draft.note(
        case,
        What.OFFER_ENDED,
        offer=offer.id,
        responder=offer.responder,
        outcome=why.value,
    )
    draft.tell(
        OfferOver(case=case.id, offer=offer.id, responder=offer.responder, why=why)
    )
    return case


def end_offers(draft: Draft, case: Case, why: OfferEnd) -> Case:
    """The case without any offer that waits."""
    for offer in case.pending:
        case = end_offer(draft, case, offer, why)
    return case


def exclude(draft: Draft, case: Case, responder: str) -> Case:
    """The case, not to be offered to this responder again so soon."""
    until_ms = draft.now_ms + draft.policy(case).excluded_seconds * 1000
    others = [
        one
        for one in case.excluded
        if one.responder != responder and one.until_ms > draft.now_ms
    ]
    return draft.change(case, excluded=(*others, Exclusion(responder, until_ms)))


def expire(draft: Draft, case: Case, offer: Offer) -> Case:
    """The case after an offer went by unanswered; twice in a row pauses who had it."""
    case = exclude(
        draft, end_offer(draft, case, offer, OfferEnd.EXPIRED), offer.responder
    )
    responder = draft.responders.get(offer.responder)
    if responder is None:
        return case
    in_row = responder.expired_in_row + 1
    if in_row < draft.policy(case).expiries_until_paused:
        draft.change_responder(responder.id, expired_in_row=in_row)
    else:
        draft.change_responder(responder.id, expired_in_row=0, duty=Duty.PAUSED)
        draft.tell(
            ResponderTold(case=case.id, responder=responder.id, what=Notice.PAUSED)
        )
    return case
