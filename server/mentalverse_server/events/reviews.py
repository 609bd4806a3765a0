"""Applications of others: `review.*`, for coordinators and supervisors."""

from __future__ import annotations

from collections.abc import Mapping

from mentalverse_signaling.credential_events import Credentials
from mentalverse_signaling.events import Empty
from mentalverse_signaling.ids import BlobId
from mentalverse_signaling.review_events import (
    DocumentOpened,
    ReviewCase,
    ReviewDocument,
    ReviewHeld,
    ReviewNote,
    ReviewOpen,
    ReviewQueue,
    Reviews,
    ReviewSendBack,
    ReviewSign,
)

from ..router import Handler
from ..services.credential_evidence import day
from ..services.credential_parts import CredentialParts
from ..services.credentialing import Check
from ..transport.connections import Connection
from .proving import proof_of


def handlers(parts: CredentialParts) -> Mapping[str, Handler]:
    """The handlers of this group by event name."""
    applying, evidence, reading = parts.applying, parts.evidence, parts.reading

    async def queue(c: Connection, payload: ReviewQueue) -> Reviews:
        return await reading.queue(c.account)

    async def open_(c: Connection, payload: ReviewOpen) -> ReviewCase:
        return await reading.case(c.account, payload.application)

    async def document(c: Connection, payload: ReviewDocument) -> DocumentOpened:
        id_, which = payload.application, payload.document
        given = await evidence.opened(c.account, id_, which)
        return DocumentOpened(BlobId(given.blob), given.size, given.header)

    async def note(c: Connection, payload: ReviewNote) -> ReviewCase:
        await applying.check(payload.application, _check(c, payload))
        return await reading.case(c.account, payload.application)

    async def sign(c: Connection, payload: ReviewSign) -> ReviewCase:
        await applying.sign(
            c.account,
            payload.application,
            approve=payload.approve,
            reason=payload.reason,
            proof=proof_of(c.principal),
        )
        return await reading.case(c.account, payload.application)

    async def send_back(c: Connection, payload: ReviewSendBack) -> Empty:
        await applying.send_back(c.account, payload.application, payload.reason)
        return Empty()

    async def held(c: Connection, payload: ReviewHeld) -> Credentials:
        return await reading.held_by(c.account, payload.account)

    return {
        "review.queue": queue,
        "review.open": open_,
        "review.document": document,
        "review.note": note,
        "review.sign": sign,
        "review.send_back": send_back,
        "review.held": held,
    }


def _check(c: Connection, noted: ReviewNote) -> Check:
    return Check(
        noted.need,
        noted.source,
        noted.method,
        c.account,
        day(noted.day),
        noted.met,
        expires=None if noted.until is None else day(noted.until),
        since=None if noted.since is None else day(noted.since),
        waived=noted.waived,
    )
