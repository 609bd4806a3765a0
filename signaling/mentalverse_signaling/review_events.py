"""Payloads of those who review applications: two people, each for themselves.

What was found out is one list that both see and go on with; what each signs is that
list as it stands. Nobody reviews their own application, and nobody signs twice.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .credential_events import (
    ApplicationIdField,
    ApplicationView,
    Code,
    Credentials,
    Day,
    DocumentIdField,
)
from .fields import Empty, Fact, Handle, Payload, Seq, TimestampMs
from .ids import AccountIdField, BlobIdField

MAX_REASON_CHARS = 2_000
MAX_WAITING_SHOWN = 200

Reason = Annotated[str, Meta(max_length=MAX_REASON_CHARS)]


class ReviewMine(StrEnum):
    """What somebody who reviews has decided."""

    OPEN = "open"
    SIGNED = "signed"
    REFUSED = "refused"


class ReviewQueue(Payload, frozen=True):
    """The applications that wait for a decision."""


class ReviewOpen(Payload, frozen=True):
    """One of them."""

    application: ApplicationIdField


class ReviewDocument(Payload, frozen=True):
    """What it takes to read a document; that it was asked for is recorded."""

    application: ApplicationIdField
    document: DocumentIdField


class ReviewNote(Payload, frozen=True):
    """Note what was found out about a point; the later note counts."""

    application: ApplicationIdField
    need: Code
    met: bool
    source: Code
    """Who says so: `issuer`, `register`, `referee`, …"""
    method: Code
    """How they were asked: `document`, `call`, `interview`, …"""
    day: Day
    """When they were asked."""
    until: Day | None = None
    """From then on it counts no longer."""
    since: Day | None = None
    """From then on it has been so."""
    waived: bool = False
    """It does not concern this person."""


class ReviewSign(Payload, frozen=True):
    """Sign yes or no; the second of two people who say the same decides."""

    application: ApplicationIdField
    approve: bool
    reason: Reason = ""
    """Of a no: it is told to whoever applies."""


class ReviewSendBack(Payload, frozen=True):
    """Ask for something else: a draft again, and every signature falls."""

    application: ApplicationIdField
    reason: Reason


class ReviewHeld(Payload, frozen=True):
    """Somebody's credentials and training."""

    account: AccountIdField


class Waiting(Fact, frozen=True):
    """An application that waits."""

    application: ApplicationIdField
    type: Code
    changed_at: TimestampMs
    signed_off: Seq


class Reviews(Fact, frozen=True):
    """Answer to `review.queue`: the longest untouched first."""

    waiting: tuple[Waiting, ...]
    """Those that the caller may sign; at most `MAX_WAITING_SHOWN`."""
    for_others: Seq
    """One's own, and those that one has signed."""


class ReviewCase(Fact, frozen=True):
    """An application as those who review it see it."""

    view: ApplicationView
    account: AccountIdField
    handle: Handle
    mine: ReviewMine
    others: tuple[ReviewMine, ...]
    """What the others have signed, never who; once the caller has signed as well."""
    missing: tuple[str, ...]
    """What is not met today, by code: nobody signs yes before."""


class DocumentOpened(Fact, frozen=True):
    """Answer to `review.document`."""

    blob: BlobIdField
    size: Seq
    header: bytes


class ReviewsChanged(Fact, frozen=True):
    """Something waits for a decision, or waits no longer: look anew."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("review.queue", ReviewQueue, Reviews),
    ("review.open", ReviewOpen, ReviewCase),
    ("review.document", ReviewDocument, DocumentOpened),
    ("review.note", ReviewNote, ReviewCase),
    ("review.sign", ReviewSign, ReviewCase),
    ("review.send_back", ReviewSendBack, Empty),
    ("review.held", ReviewHeld, Credentials),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (("review.changed", ReviewsChanged),)
"""Name and payload of each notice, for the registry."""
