"""What the desk refuses, with stable codes.

    CrisisError
    ├── asked for what cannot be: repeating the same call will fail again
    │   ├── CaseUnknown       case_unknown       no such case, or it is over
    │   ├── NotAllowed        not_allowed        this person may not do that here
    │   ├── NotNow            not_now            the case's state has no such step
    │   └── ReasonRequired    reason_required    an act that has to be explained was not
    ├── was too late: somebody or something was faster
    │   ├── OfferExpired      offer_expired      the time to answer is over
    │   ├── OfferRescinded    offer_rescinded    the case went another way
    │   ├── AlreadyHeld       already_held       another responder was first
    │   └── StaleFence        stale_fence        the hold has passed to somebody else
    └── figures that mean nothing
        ├── BeyondCapacity    beyond_capacity    the load outgrows every answer
        ├── MalformedPolicy   malformed_policy   a policy that says two things, or none
        ├── MalformedEntry    malformed_entry    an entry of a list that is none
        ├── MalformedLog      malformed_log      entries that no case can have written
        ├── MalformedInstrument  malformed_instrument  questions that cannot be asked
        └── LicenceNotAcknowledged  licence_not_acknowledged  nobody answers for its use

Asking for help is in none of these: an open never fails here.
"""

from __future__ import annotations

from typing import ClassVar


class CrisisError(Exception):
    """Root of what the desk refuses."""

    code: ClassVar[str]


class CaseUnknown(CrisisError):
    """No such case, or it is over."""

    code = "case_unknown"


class NotAllowed(CrisisError):
    """This person may not do that here."""

    code = "not_allowed"


class NotNow(CrisisError):
    """The state of the case has no such step."""

    code = "not_now"


class ReasonRequired(CrisisError):
    """An act that has to be explained was not."""

    code = "reason_required"


class OfferExpired(CrisisError):
    """The time to answer the offer is over."""

    code = "offer_expired"


class OfferRescinded(CrisisError):
    """The case went another way before the answer."""

    code = "offer_rescinded"


class AlreadyHeld(CrisisError):
    """Another responder was first."""

    code = "already_held"


class StaleFence(CrisisError):
    """The hold has passed to somebody else."""

    code = "stale_fence"


class BeyondCapacity(CrisisError):
    """The load outgrows every answer."""

    code = "beyond_capacity"


class MalformedPolicy(CrisisError):
    """A policy that says two things, or none."""

    code = "malformed_policy"


class MalformedEntry(CrisisError):
    """An entry of the helplines or the services that cannot be used.

    `field` may be empty.
    """

    code = "malformed_entry"

    def __init__(self, entry: str, field: str, reason: str) -> None:
        self.entry, self.field, self.reason = entry, field, reason
        super().__init__(": ".join(part for part in (entry, field, reason) if part))


class MalformedLog(CrisisError):
    """Entries that no case can have written."""

    code = "malformed_log"


class MalformedInstrument(CrisisError):
    """A file of screening questions that cannot be used; `place` may be empty."""

    code = "malformed_instrument"

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"{place}: {reason}" if place else reason)


class LicenceNotAcknowledged(CrisisError):
    """Nobody has said that the terms of an instrument allow this use."""

    code = "licence_not_acknowledged"

    def __init__(self, instrument: str, terms: str) -> None:
        self.instrument = instrument
        super().__init__(
            f"{instrument}: read its terms ({terms}), and name who has read them and "
            "answers for the use in licence_acknowledged_by"
        )
