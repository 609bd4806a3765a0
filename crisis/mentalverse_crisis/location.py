"""Where somebody is, sealed until two people open it.

The server keeps the envelope and one half of its key (K2) for as long as they may be
needed, and never the other half, which those who talk with the person have. Envelope
and K2 go out through an override and in no other way, to whoever opened it and nobody
else, from the release on until a contact is confirmed; each time is written down.
Somebody in danger may move: what the person seals in that time is released by the same
override. Both are destroyed when the case is over, after a day, or when the person
takes them back, whichever comes first.
"""

from __future__ import annotations

from .case import Case
from .draft import Draft
from .effects import LocationReleased, LocationShredded
from .errors import NotAllowed, NotNow
from .events import LocationSealed, LocationTaken, LocationWithdrawn
from .record import What


def sealed(draft: Draft, event: LocationSealed) -> None:
    """The person's device has sealed where they are; again replaces it.

    Raises:
        NotNow: the case is over.
    """
    case = draft.case(event.case)
    if case.state.is_final:
        raise NotNow("the case is over")
    until_ms = draft.now_ms + draft.policy(case).location_seconds * 1000
    case = draft.change(case, location_until_ms=until_ms)
    draft.note(case, What.LOCATION, actor="person", outcome="sealed")
    for override in draft.overrides.values():
        if override.case == case.id and override.waits_for_contact:
            draft.tell(LocationReleased(case=case.id, to=override.opened_by))


def withdrawn(draft: Draft, event: LocationWithdrawn) -> None:
    """The person takes it back."""
    shred(draft, draft.case(event.case), "withdrawn")


def taken(draft: Draft, event: LocationTaken) -> None:
    """Who opened an override asks for what it released; it may be asked for again.

    Raises:
        NotAllowed: somebody else.
        NotNow: nothing is released, or no more; or nothing is sealed.
    """
    override = draft.override(event.override)
    if event.actor != override.opened_by:
        raise NotAllowed("a location goes to whoever opened the override")
    if not override.waits_for_contact:
        raise NotNow("it is released until a contact is confirmed, and not before")
    case = draft.cases.get(override.case)
    if case is None or case.location_until_ms is None:
        raise NotNow("there is no sealed location of this case")
    draft.note(
        case, What.LOCATION, actor=event.actor, offer=override.id, outcome="taken"
    )


def expire(draft: Draft, case: Case) -> Case:
    """The case without it, after a day."""
    return shred(draft, case, "expired")


def shred(draft: Draft, case: Case, outcome: str) -> Case:
    """The case without what was sealed, if anything was."""
    if case.location_until_ms is None:
        return case
    case = draft.change(case, location_until_ms=None)
    draft.note(case, What.LOCATION, outcome=outcome)
    draft.tell(LocationShredded(case=case.id))
    return case
