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
        ├── MalformedLine     malformed_line     an entry of the helplines that is none
        └── MalformedLog      malformed_log      entries that no case can have written

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


class MalformedLine(CrisisError):
    """An entry of the helplines that cannot be used; `field` may be empty."""

    code = "malformed_line"

    def __init__(self, entry: str, field: str, reason: str) -> None:
        self.entry, self.field, self.reason = entry, field, reason
        super().__init__(": ".join(part for part in (entry, field, reason) if part))


class MalformedLog(CrisisError):
    """Entries that no case can have written."""

    code = "malformed_log"
