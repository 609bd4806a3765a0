"""Payloads of credentials: applied for, held, taken back; and the training for them.

What is needed and what is attested stands here as the code of a requirement pack. A
document is a file that was sealed on a device and stored as any other (`blob_api`); its
header, with the key, is kept sealed and told to those who review it, and to nobody
else. Who reviews is never told to whoever applies. Days are of UTC, as `2026-11-23`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Empty, Fact, Payload, Seq, TimestampMs
from .ids import AccountIdField, BlobIdField, ClientIdField

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
"""Of the file, before it is sealed."""
MAX_DOCUMENT_HEADER_BYTES = 1024
MAX_APPLICATIONS_SHOWN = 200
"""Of one answer, the newest."""
MAX_TRAINING_MINUTES = 24 * 60
"""Of one source, and of one supervision."""

ApplicationIdField = ClientIdField
CredentialIdField = ClientIdField
"""A credential has the id of the application that it was issued of."""
DocumentIdField = ClientIdField
Code = Annotated[str, Meta(pattern="^[a-z0-9_.:-]+$", max_length=64)]
"""Of a requirement pack."""
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", max_length=10)]
HolderKey = Annotated[str, Meta(pattern="^did:key:z[A-Za-z0-9]+$", max_length=128)]
SourceId = Annotated[str, Meta(pattern="^[0-9A-Za-z][0-9A-Za-z_:.-]*$", max_length=64)]
Minutes = Annotated[int, Meta(ge=1, le=MAX_TRAINING_MINUTES)]


class ApplicationStanding(StrEnum):
    """Where an application stands; `in_review`: somebody has begun to look."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class NeedState(StrEnum):
    """How far a point is met; `given`: by who applies, and not looked at yet."""

    MISSING = "missing"
    GIVEN = "given"
    MET = "met"
    NOT_MET = "not_met"
    EXPIRED = "expired"


class NeedWay(StrEnum):
    """Who shows that a point is met, and how."""

    STATEMENT = "statement"
    """Who applies states the day since which it holds."""
    DOCUMENT = "document"
    TRAINING = "training"
    HELD = "held"
    """Another credential, which has to be in force."""


class CredentialStatus(StrEnum):
    """What its issuer says of a credential; that it has ended is told by its end."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class StatusReason(StrEnum):
    """Why a status was changed."""

    REVIEW = "review"
    CONDUCT = "conduct"
    LICENCE = "licence"
    OWN_WISH = "own_wish"
    ERROR = "error"


class CasesSupervised(StrEnum):
    """How many cases a supervision had to talk about."""

    NONE = "0"
    FEW = "1-4"
    SOME = "5-9"
    MANY = "10+"


# --- what is asked ----------------------------------------------------------


class CredentialOffers(Payload, frozen=True):
    """What can be applied for."""


class ApplicationList(Payload, frozen=True):
    """The caller's own applications."""


class ApplicationBegin(Payload, frozen=True):
    """Begin to apply; whoever has one that is not decided has that one."""

    type: Code


class ApplicationState(Payload, frozen=True):
    """State that a point holds since a day; None takes the statement back."""

    application: ApplicationIdField
    need: Code
    since: Day | None = None


class ApplicationAttach(Payload, frozen=True):
    """Hand in a document: a blob, and what it takes to open it."""

    application: ApplicationIdField
    need: Code
    blob: BlobIdField
    size: Annotated[int, Meta(ge=1, le=MAX_DOCUMENT_BYTES)]
    """Octets, before it was sealed."""
    header: Annotated[bytes, Meta(min_length=1, max_length=MAX_DOCUMENT_HEADER_BYTES)]
    """File key and name, for those who review."""


class ApplicationDetach(Payload, frozen=True):
    """Take a document back; the blob is the caller's to delete."""

    application: ApplicationIdField
    document: DocumentIdField


class ApplicationSubmit(Payload, frozen=True):
    """Ask for a decision."""

    application: ApplicationIdField


class ApplicationWithdraw(Payload, frozen=True):
    """Ask no more; what was handed in is forgotten."""

    application: ApplicationIdField


class CredentialList(Payload, frozen=True):
    """The caller's own credentials and training."""


class CredentialIssue(Payload, frozen=True):
    """Carry a credential away that was approved; repeated, it is the same one."""

    application: ApplicationIdField
    holder: HolderKey
    """`did:key` of a key that the caller has; of the first time, it stays."""


class CredentialSuspend(Payload, frozen=True):
    """Take a credential back until further notice."""

    credential: CredentialIdField
    reason: StatusReason


class CredentialReinstate(Payload, frozen=True):
    """Undo a suspension."""

    credential: CredentialIdField
    reason: StatusReason


class CredentialRevoke(Payload, frozen=True):
    """Take a credential back for good."""

    credential: CredentialIdField
    reason: StatusReason


class TrainingRecord(Payload, frozen=True):
    """Record somebody's minutes; each source counts once."""

    account: AccountIdField
    source: SourceId
    module: Code
    minutes: Minutes


class TrainingPass(Payload, frozen=True):
    """Record that somebody passed the assessment of a module."""

    account: AccountIdField
    module: Code


class TrainingSignOff(Payload, frozen=True):
    """Say as a supervisor that somebody has reached a level."""

    account: AccountIdField
    level: Code


class TrainingSupervise(Payload, frozen=True):
    """Record as a supervisor that somebody was supervised now."""

    account: AccountIdField
    minutes: Minutes
    cases: CasesSupervised


# --- what is answered -------------------------------------------------------


class Offer(Fact, frozen=True):
    """Something that can be applied for."""

    type: Code
    needs: Seq
    """How many points are needed."""


class Offers(Fact, frozen=True):
    """Answer to `credential.offers`."""

    offers: tuple[Offer, ...]


class Finding(Fact, frozen=True):
    """What was found when somebody looked: never who did."""

    met: bool
    source: str
    method: str
    on: str
    until: str | None = None
    since: str | None = None


class DocumentView(Fact, frozen=True):
    """A document that was handed in."""

    document: DocumentIdField
    size: Seq
    blob: BlobIdField


class MinutesView(Fact, frozen=True):
    """Minutes of training, done and needed."""

    done: Seq
    needed: Seq


class NeedView(Fact, frozen=True):
    """One point of a pack, and how far it is met."""

    need: Code
    group: str | None
    way: NeedWay
    optional: bool
    """Needed of those alone whom it concerns."""
    state: NeedState
    since: str | None = None
    """The day that was stated."""
    documents: tuple[DocumentView, ...] = ()
    minutes: MinutesView | None = None
    finding: Finding | None = None
    """To whoever applies: once it went back or was decided."""


class ApplicationView(Fact, frozen=True):
    """An application as whoever applies sees it."""

    application: ApplicationIdField
    type: Code
    standing: ApplicationStanding
    needs: tuple[NeedView, ...]
    signed_off: Seq
    """How many have signed yes."""
    at: TimestampMs
    """When it came to stand so."""
    reason: str | None = None
    """Why it was refused or sent back, in the words of whoever did."""


class Applications(Fact, frozen=True):
    """Answer to `application.list`: the newest first."""

    applications: tuple[ApplicationView, ...]


class RenewalStep(Fact, frozen=True):
    """What is due on the way to the end of a credential."""

    step: Code
    due_on: str


class HeldCredential(Fact, frozen=True):
    """A credential of somebody."""

    credential: CredentialIdField
    type: Code
    level: Seq
    """Of training, from 1; 0: it attests none."""
    issued_at: TimestampMs
    valid_until: TimestampMs
    status: CredentialStatus
    reason: str | None
    """Why it is suspended or revoked, by code."""
    is_good: bool
    """Whether something new may begin by it now."""
    steps: tuple[RenewalStep, ...]


class ModuleView(Fact, frozen=True):
    """One training of somebody; `needed` 0: it has no end."""

    module: Code
    minutes: Seq
    needed: Seq
    is_passed: bool


class NextLevel(Fact, frozen=True):
    """The level that comes next, and what it still needs, by code."""

    level: Code
    needed: Seq
    """Minutes in all."""
    lacks: tuple[str, ...]


class TrainingView(Fact, frozen=True):
    """Somebody's training; answer to those who record it."""

    modules: tuple[ModuleView, ...]
    minutes: Seq
    levels: tuple[Code, ...]
    """Those that are reached, from the first to the highest."""
    next: NextLevel | None = None


class Credentials(Fact, frozen=True):
    """Answer to `credential.list`: the newest first."""

    credentials: tuple[HeldCredential, ...]
    training: TrainingView


class SignedCredential(Fact, frozen=True):
    """Answer to `credential.issue`."""

    credential: HeldCredential
    jwt: str
    """As it is carried (W3C VC 2.0, `application/vc+jwt`)."""


class CredentialsChanged(Fact, frozen=True):
    """Something became of an application or a credential of one's own: look anew."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("credential.offers", CredentialOffers, Offers),
    ("application.list", ApplicationList, Applications),
    ("application.begin", ApplicationBegin, ApplicationView),
    ("application.state", ApplicationState, ApplicationView),
    ("application.attach", ApplicationAttach, ApplicationView),
    ("application.detach", ApplicationDetach, ApplicationView),
    ("application.submit", ApplicationSubmit, ApplicationView),
    ("application.withdraw", ApplicationWithdraw, ApplicationView),
    ("credential.list", CredentialList, Credentials),
    ("credential.issue", CredentialIssue, SignedCredential),
    ("credential.suspend", CredentialSuspend, Empty),
    ("credential.reinstate", CredentialReinstate, Empty),
    ("credential.revoke", CredentialRevoke, Empty),
    ("training.record", TrainingRecord, TrainingView),
    ("training.pass", TrainingPass, TrainingView),
    ("training.sign_off", TrainingSignOff, TrainingView),
    ("training.supervise", TrainingSupervise, TrainingView),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (
    ("credential.changed", CredentialsChanged),
)
"""Name and payload of each notice, for the registry."""
