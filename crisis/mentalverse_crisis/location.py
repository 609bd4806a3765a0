"""Where somebody is, sealed until two people open it.

The server rests on one half of a key (K2) for as long as it may be needed, and never on
the other: together they open the envelope, which only the person's device and the care
team have. K2 goes out through an override and in no other way. It is destroyed when the
case is over, after a day, or when the person takes it back, whichever comes first.
"""

from __future__ import annotations

from .case import Case
from .draft import Draft
from .effects import LocationShredded
from .errors import NotNow
from .events import LocationSealed, LocationWithdrawn
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


def withdrawn(draft: Draft, event: LocationWithdrawn) -> None:
    """The person takes it back."""
    shred(draft, draft.case(event.case), "withdrawn")


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
