"""Payloads of the crisis desk: acting without consent, and where somebody is.

A person seals where they are on their own device (`mentalverse_crypto.sealed_location`)
and gives the server the envelope and one half of its key; the other half is in their
conversation. The server releases what it has through an override and in no other way:
two people, or one after a minute in which no supervisor answered, and a clock that runs
until somebody has confirmed a contact. The rules are `mentalverse_crisis.override`.

What was stated, and what was told to others, stays in the conversation or on the device
of who wrote it. Here are commitments to both: SHA-256 over 32 random octets and the
text, so that nobody finds a short text by trying, and who has text and octets can show
later that they were the ones.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .desk_events import Reason
from .fields import Fact, Handle, Payload, TimestampMs
from .ids import AccountIdField, CaseIdField, ClientIdField, OverrideIdField

ENVELOPE_BYTES = 553
"""Length of every sealed location."""
LOCATION_HALF_BYTES = 32

Envelope = Annotated[bytes, Meta(min_length=ENVELOPE_BYTES, max_length=ENVELOPE_BYTES)]
KeyHalf = Annotated[
    bytes, Meta(min_length=LOCATION_HALF_BYTES, max_length=LOCATION_HALF_BYTES)
]
Commitment = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
Recipient = Annotated[str, Meta(pattern=r"^[a-z_]{1,32}$(?!\n)")]
"""Who is told: a kind, such as `police` or `ambulance`, never a name."""


class OverrideBasis(StrEnum):
    """On what somebody acts; which of them hold is for the operator's counsel."""

    SERIOUS_THREAT = "serious_threat"
    VITAL_INTERESTS = "vital_interests"
    CHILD_PROTECTION = "child_protection"
    CONSENT = "consent"
    """The person agreed; two people still look at it."""


class OverrideStatus(StrEnum):
    """How far an override has come."""

    OPENED = "opened"
    """A supervisor has to agree; nothing is released."""
    RELEASED = "released"
    """Nobody has confirmed yet that help has reached the person."""
    CONFIRMED = "confirmed"
    """Somebody who did not act has to review it."""


# --- the person -----------------------------------------------------------------------


class LocationSeal(Payload, frozen=True):
    """Keep where the caller is, sealed; in the place of what was sealed before."""

    case: CaseIdField
    """The caller's own open case, for which the envelope was sealed."""
    envelope: Envelope
    key_half: KeyHalf
    """The desk's. The other one must never be sent to the server."""


class LocationWithdraw(Payload, frozen=True):
    """Take it back: envelope and half are destroyed. Nothing sealed is no error."""


class LocationMine(Payload, frozen=True):
    """Whether something is kept of the caller's case."""


class LocationKept(Fact, frozen=True):
    """Answer to the person's calls: never the envelope, which their device has."""

    until: TimestampMs | None
    """Destroyed then at the latest; None: nothing is kept."""


# --- responders and supervisors -------------------------------------------------------


class OverrideOpen(Payload, frozen=True):
    """Say that somebody has to be helped without their consent.

    By whoever talks with the person, or a supervisor. One override of a case waits for
    its contact at a time.
    """

    request: ClientIdField
    """One for each decision: the same one, sent again, opens the same override."""
    case: CaseIdField
    basis: OverrideBasis
    statement_hash: Commitment
    released_hash: Commitment
    to: Recipient
    person_informed: bool
    why_not: Reason | None = None
    """Why the person is not informed; needed then."""


class OverrideCosign(Payload, frozen=True):
    """A supervisor, who did not open it, agrees: it is released."""

    override: OverrideIdField


class OverrideAlone(Payload, frozen=True):
    """Nobody answered: who opened it acts alone, and every supervisor is alarmed."""

    override: OverrideIdField
    reason: Reason


class OverrideWithdraw(Payload, frozen=True):
    """Not needed after all; only who opened it, and before anything is released."""

    override: OverrideIdField


class OverrideConfirm(Payload, frozen=True):
    """The emergency services made contact with the person.

    To have called them is not that: people are paged until somebody says this.
    """

    override: OverrideIdField


class OverrideReview(Payload, frozen=True):
    """A supervisor who did not act has looked at all of it; that is its end."""

    override: OverrideIdField


class OverrideList(Payload, frozen=True):
    """The overrides that are not over: all for supervisors, else those of the cases
    that the caller is in, and those that they opened."""


class OverrideView(Fact, frozen=True):
    """An override that is not over."""

    override: OverrideIdField
    case: CaseIdField
    status: OverrideStatus
    basis: OverrideBasis
    to: Recipient
    statement_hash: Commitment
    released_hash: Commitment
    person_informed: bool
    why_not: str
    opened_by: AccountIdField
    opened_by_handle: Handle | None
    """None: the account is gone."""
    opened_at: TimestampMs
    alone_from: TimestampMs
    """From then on, who opened it may act alone."""
    cosigned_by: AccountIdField | None
    alone_because: str
    """Set if it was released by one."""
    released_at: TimestampMs | None
    confirmed_by: AccountIdField | None
    confirmed_at: TimestampMs | None
    told_next_at: TimestampMs
    """When people are told next: to agree, paged for the contact, or to review."""
    has_location: bool
    """Whether something is sealed of this case."""
    drill: bool = False


class Overrides(Fact, frozen=True):
    """Answer to all calls about overrides, the oldest first."""

    now: TimestampMs
    overrides: tuple[OverrideView, ...]


class LocationGet(Payload, frozen=True):
    """What an override released, for who opened it; may be asked again."""

    override: OverrideIdField


class LocationReleased(Fact, frozen=True):
    """Where the person is, for who also has the half of their conversation."""

    case: CaseIdField
    envelope: Envelope
    key_half: KeyHalf


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("location.seal", LocationSeal, LocationKept),
    ("location.withdraw", LocationWithdraw, LocationKept),
    ("location.mine", LocationMine, LocationKept),
    ("location.get", LocationGet, LocationReleased),
    ("override.open", OverrideOpen, Overrides),
    ("override.cosign", OverrideCosign, Overrides),
    ("override.alone", OverrideAlone, Overrides),
    ("override.withdraw", OverrideWithdraw, Overrides),
    ("override.confirm", OverrideConfirm, Overrides),
    ("override.review", OverrideReview, Overrides),
    ("override.list", OverrideList, Overrides),
)
"""Name, payload and answer of each command, for the registry."""
