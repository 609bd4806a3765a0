"""Somebody applies for a credential, and two people decide.

    state       act       whose      then
    draft       submit    applicant  submitted
    draft       lapse     time       lapsed
    submitted   check     reviewer   submitted     what was found out
    submitted   return    reviewer   draft         with a reason; signatures fall
    submitted   approve   reviewer   submitted     the second of two people: approved
    submitted   refuse    reviewer   submitted     the second of two people: refused
    draft, submitted      withdraw   applicant     withdrawn

`approved`, `refused`, `withdrawn` and `lapsed` are ends. A credential is issued of an
approved application, and once.

Two people decide, the same way: one yes and one no decide nothing, and a third is
asked. Nobody signs twice, and nobody reviews their own application. What was signed
stands until the application goes back: then it may say something else, and all
signatures fall. Nobody signs yes while a requirement is not met that day, so neither of
two signatures can rest on a check that the other has yet to make. No and return are
explained, for they are told to somebody.

A draft that nobody touched for 180 days lapses: what was handed in for it is of people
who no longer want it. What is submitted never lapses: that would be an answer that
nobody gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from .checks import Check
from .days import DAY_MS
from .errors import (
    NotTheirs,
    ReasonRequired,
    RequirementsMissing,
    SignedAlready,
    WrongState,
)

SIGNATURES = 2
DRAFT_MS = 180 * DAY_MS


class State(Enum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Act(Enum):
    """What somebody does with it."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    CHECK = "check"
    RETURN = "return"
    APPROVE = "approve"
    REFUSE = "refuse"


_OF_APPLICANT = {
    (State.DRAFT, Act.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Act.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
}
_OF_REVIEWER = {
    (State.SUBMITTED, Act.CHECK): State.SUBMITTED,
    (State.SUBMITTED, Act.RETURN): State.DRAFT,
    (State.SUBMITTED, Act.APPROVE): State.APPROVED,
    (State.SUBMITTED, Act.REFUSE): State.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's decision."""

    by: str
    act: Act
    at_ms: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """One application."""

    id: str
    applicant: str
    credential: str
    """A code of the pack."""
    pack_hash: str
    """By which it is judged."""
    changed_ms: int
    state: State = State.DRAFT
    checks: Mapping[str, Check] = field(default_factory=dict)
    signatures: tuple[Signature, ...] = ()
    returned: str = ""
    """Why it went back last."""


def by_applicant(
    application: Application, act: Act, by: str, now_ms: int
) -> Application:
    """The application after a step of whoever applies.

    Raises:
        NotTheirs: somebody else, or a step that is not the applicant's.
        WrongState: no such step now.
    """
    if by != application.applicant or act not in (Act.SUBMIT, Act.WITHDRAW):
        raise NotTheirs("this step is somebody else's")
    state = _next(_OF_APPLICANT, application, act)
    return replace(application, state=state, changed_ms=now_ms)


def checked(application: Application, check: Check, now_ms: int) -> Application:
    """The application with what a reviewer found out; the later check counts.

    Raises:
        NotTheirs: nobody checks themselves.
        WrongState: it is not in review.
    """
    _require_other(application, check.verifier)
    _next(_OF_REVIEWER, application, Act.CHECK)
    checks = {**application.checks, check.requirement: check}
    return replace(application, checks=checks, changed_ms=now_ms)


def sent_back(
    application: Application, by: str, reason: str, now_ms: int
) -> Application:
    """The application as the applicant has it again, without a signature.

    Raises:
        NotTheirs: nobody reviews their own.
        WrongState: it is not in review.
        ReasonRequired: nothing says what is to be otherwise.
    """
    _require_other(application, by)
    state = _next(_OF_REVIEWER, application, Act.RETURN)
    if not reason.strip():
        raise ReasonRequired("say what is to be otherwise")
    return replace(
        application, state=state, signatures=(), returned=reason, changed_ms=now_ms
    )


def signed(
    application: Application, signature: Signature, missing: tuple[str, ...]
) -> Application:
    """The application with one more signature, decided if two say the same.

    `missing` is what is not met on the day of the signature.

    Raises:
        NotTheirs: nobody reviews their own, and only yes and no are signed.
        WrongState: it is not in review.
        SignedAlready: they have signed.
        RequirementsMissing: a yes, while something is not met.
        ReasonRequired: a no that nothing explains.
    """
    act = signature.act
    _require_other(application, signature.by)
    if act not in (Act.APPROVE, Act.REFUSE):
        raise NotTheirs("what is signed is yes or no")
    decided = _next(_OF_REVIEWER, application, act)
    if any(each.by == signature.by for each in application.signatures):
        raise SignedAlready("somebody else signs the second time")
    if act is Act.APPROVE and missing:
        raise RequirementsMissing(missing)
    if act is Act.REFUSE and not signature.reason.strip():
        raise ReasonRequired("say why not")
    signatures = (*application.signatures, signature)
    alike = sum(each.act is act for each in signatures)
    state = decided if alike == SIGNATURES else application.state
    return replace(
        application, state=state, signatures=signatures, changed_ms=signature.at_ms
    )


def lapsed(application: Application, now_ms: int) -> Application:
    """The application, lapsed if it is a draft that nobody touched for long."""
    is_old = now_ms - application.changed_ms >= DRAFT_MS
    if application.state is State.DRAFT and is_old:
        return replace(application, state=State.LAPSED, changed_ms=now_ms)
    return application


def _next(
    table: Mapping[tuple[State, Act], State], application: Application, act: Act
) -> State:
    state = table.get((application.state, act))
    if state is None:
        raise WrongState(f"it is {application.state.value}: no such step now")
    return state


def _require_other(application: Application, by: str) -> None:
    if by == application.applicant:
        raise NotTheirs("nobody reviews their own application")
