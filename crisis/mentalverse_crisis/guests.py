"""Coming in beside the holder, visibly, and leaving again.

A supervisor comes in, asked or not, and a professional where the holder asks for
back-up (`back_up`); nobody's hold changes by it. Who has handed a case over is a guest,
too, until they have said good-bye.
"""

from __future__ import annotations

from . import back_up
from .case import CaseState
from .draft import Draft
from .effects import Notice, PersonTold, ResponderTold, SupervisorsTold
from .errors import NotAllowed, NotNow
from .events import BackUpCame, GuestAdded, GuestLeft, SupervisorWanted
from .holds import require_hold
from .record import What


def added(draft: Draft, event: GuestAdded) -> None:
    """Somebody comes in beside the holder, visibly to everybody.

    Raises:
        NotAllowed: they are its person.
        NotNow: nobody holds the case, or the conversation is over.
    """
    case = draft.case(event.case)
    if event.responder == case.person:
        raise NotAllowed("this is your own case")
    holder = case.held().responder
    if event.responder in (holder, *case.guests):
        return
    if case.state not in (CaseState.ACCEPTED, CaseState.ACTIVE):
        raise NotNow("this conversation is over")
    case = draft.change(case, guests=(*case.guests, event.responder))
    if back_up.is_back_up(draft.responders, event.responder):
        case = draft.change(case, supervisor_wanted_at_ms=None)
    draft.note(case, What.JOINED, responder=event.responder, outcome="guest")
    draft.tell(
        PersonTold(case=case.id, what=Notice.GUEST),
        ResponderTold(case=case.id, responder=holder, what=Notice.GUEST),
    )


def back_up_came(draft: Draft, event: BackUpCame) -> None:
    """A professional comes in, where the holder asks for back-up.

    Why not is not said to who may not: it could tell them whose case it is.

    Raises:
        NotAllowed: no professional, or this case is not one that they may take.
        NotNow: nobody asks for back-up, or somebody has come already.
    """
    responder = draft.responder(event.responder)
    if not back_up.is_professional(responder):
        raise NotAllowed("this is for supervisors, and for professionals asked in")
    case = draft.case(event.case)
    if responder.id in case.guests:
        return
    if case.supervisor_wanted_at_ms is None:
        raise NotNow("nobody asks for back-up here any more")
    if not back_up.may_come(responder, case, draft.policy(case)):
        raise NotAllowed("this case is not one that you may come into")
    added(draft, GuestAdded(case=case.id, responder=responder.id))


def left(draft: Draft, event: GuestLeft) -> None:
    """A guest goes; the person's device is asked to remove them.

    Raises:
        NotNow: they have the case.
    """
    case = draft.case(event.case)
    hold = case.hold
    if hold is not None and hold.responder == event.responder:
        raise NotNow("hand this conversation over, or end it")
    if event.responder not in case.guests:
        return
    others = tuple(one for one in case.guests if one != event.responder)
    case = draft.change(case, guests=others)
    draft.note(case, What.STEPPED_OUT, responder=event.responder)
    told = (event.responder,) if hold is None else (event.responder, hold.responder)
    draft.tell(
        PersonTold(case=case.id, what=Notice.STEPPED_OUT),
        *(
            ResponderTold(case=case.id, responder=one, what=Notice.STEPPED_OUT)
            for one in told
        ),
    )


def supervisor_wanted(draft: Draft, event: SupervisorWanted) -> None:
    """The holder asks for back-up; asked again, it is the same wish.

    Supervisors hear of it, and the professionals who may come in.

    Raises:
        NotNow: there is no conversation.
        StaleFence: the case is somebody else's.
    """
    case = draft.case(event.case)
    require_hold(case, event.responder, event.fence)
    if case.state not in (CaseState.ACCEPTED, CaseState.ACTIVE):
        raise NotNow("this conversation is over")
    if case.supervisor_wanted_at_ms is not None:
        return
    if any(draft.is_supervisor(guest) for guest in case.guests):
        return
    case = draft.change(case, supervisor_wanted_at_ms=draft.now_ms)
    draft.note(case, What.SUPERVISOR_WANTED, responder=event.responder)
    draft.tell(
        SupervisorsTold(case=case.id, what=Notice.SUPERVISOR_WANTED),
        *(
            ResponderTold(case=case.id, responder=one, what=Notice.SUPERVISOR_WANTED)
            for one in back_up.professionals(draft, case)
        ),
    )
