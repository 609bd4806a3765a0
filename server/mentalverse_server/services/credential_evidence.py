"""What is handed in for an application: a day that is stated, or a document.

A document is a blob that a device has sealed; what is kept here is what it takes to
open it. Each is sealed again before it reaches the database, in its place: whoever has
the database alone reads neither a day nor a key, and moves none to another point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import msgspec
import structlog

from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotNow,
    QuotaExceeded,
)
from mentalverse_signaling.ids import AccountId, new_id

from ..clock import to_millis
from ..hooks.defaults.credential_rules import Application, State, days
from ..store import credentials as store
from ..store.credentials import EvidenceRow
from ..store.engine import Connection
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .credential_keys import Seal
from .credential_steps import keep, load, require_reviewer
from .credentialing import requirement_of

MAX_EVIDENCE = 64
"""Of one application."""

T = TypeVar("T")

log = structlog.get_logger()


class Given(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was handed in: a day (`since`), or a document (the rest)."""

    since: str | None = None
    blob: str = ""
    size: int = 0
    """Octets, before it was sealed."""
    header: bytes = b""
    """File key and name."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that was handed in, and for which point."""

    id: str
    requirement: str
    given: Given


class Evidence:
    """Takes what is handed in, and opens it for those who review."""

    def __init__(self, writer: Writer, seal: Seal, rng: Callable[[int], bytes]) -> None:
        self._writer = writer
        self._seal = seal
        self._rng = rng

    async def state(
        self, account: AccountId, id_: str, requirement: str, since: str | None
    ) -> None:
        """State that a point holds since a day; None takes the statement back.

        Raises `NotFound`, `Forbidden`, `NotNow` (no draft), `BadRequest` (no such
        point, no such day, or a day that is too recent), `QuotaExceeded`.
        """

        def script(transaction: Transaction) -> None:
            found = _draft(transaction.connection, account, id_)
            needed = requirement_of(found.credential, requirement)
            if since is not None:
                today = days.day_of(to_millis(transaction.now))
                _require_since(since, needed.months, today)
            for each in self.of(transaction.connection, id_):
                if each.requirement == requirement and each.given.since is not None:
                    store.remove_evidence(transaction.connection, id_, each.id)
            if since is not None:
                self._put(transaction, found, requirement, Given(since=since))
            keep(transaction, found)

        await self._run(script)

    async def attach(
        self, account: AccountId, id_: str, requirement: str, given: Given
    ) -> None:
        """Add a document to a draft; the same blob again changes nothing.

        Raises `NotFound`, `Forbidden`, `NotNow`, `BadRequest`, `QuotaExceeded`.
        """

        def script(transaction: Transaction) -> None:
            found = _draft(transaction.connection, account, id_)
            requirement_of(found.credential, requirement)
            known = self.of(transaction.connection, id_)
            place = (requirement, given.blob)
            if place not in {(each.requirement, each.given.blob) for each in known}:
                self._put(transaction, found, requirement, given)
                keep(transaction, found)

        await self._run(script)

    async def detach(self, account: AccountId, id_: str, document: str) -> None:
        """Take a document back; one that is gone is fine.

        Raises `NotFound` (the application), `Forbidden`, `NotNow`.
        """

        def script(transaction: Transaction) -> None:
            found = _draft(transaction.connection, account, id_)
            store.remove_evidence(transaction.connection, id_, document)
            keep(transaction, found)

        await self._run(script)

    async def opened(self, reviewer: AccountId, id_: str, document: str) -> Given:
        """What it takes to read a document of an application in review.

        Raises `RoleRequired`, `NotFound`, `Forbidden` (one's own), `NotNow`.
        """

        def script(transaction: Transaction) -> Given:
            connection = transaction.connection
            require_reviewer(connection, reviewer)
            found = load(connection, id_)
            if found.applicant == reviewer:
                raise Forbidden("nobody reviews their own application")
            if found.state is not State.SUBMITTED:
                raise NotNow("it is not in review")
            for each in self.of(connection, id_):
                if each.id == document and each.given.blob:
                    return each.given
            raise NotFound("no such document")

        given = await self._run(script)
        log.info("credential.document_read", application=id_, by=reviewer)
        return given

    def of(self, connection: Connection, id_: str) -> list[Kept]:
        """All that was handed in for an application, in order."""
        rows = store.evidence_of(connection, id_)
        return [Kept(row.id, row.requirement, self._opened(row)) for row in rows]

    def _put(
        self,
        transaction: Transaction,
        found: Application,
        requirement: str,
        given: Given,
    ) -> None:
        if len(store.evidence_of(transaction.connection, found.id)) >= MAX_EVIDENCE:
            raise QuotaExceeded("no more is handed in for one application")
        id_ = new_id(self._rng)
        place = f"{found.id}/{requirement}/{id_}"
        sealed = self._seal.close(msgspec.msgpack.encode(given), place)
        at_ms = to_millis(transaction.now)
        row = EvidenceRow(
            *(id_, found.id, AccountId(found.applicant), requirement, sealed, at_ms)
        )
        store.put_evidence(transaction.connection, row)

    def _opened(self, row: EvidenceRow) -> Given:
        place = f"{row.application}/{row.requirement}/{row.id}"
        try:
            return msgspec.msgpack.decode(
                self._seal.open(row.sealed, place), type=Given
            )
        except ValueError:
            raise Conflict("this document cannot be opened any more") from None

    async def _run(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)


def day(text: str) -> date:
    """A day of the wire. Raises `BadRequest`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("no such day") from None


def _require_since(text: str, months: int, today: date) -> None:
    since = day(text)
    if since > today or days.months_after(since, months) > today:
        raise BadRequest("this has not been so for long enough")


def _draft(connection: Connection, account: AccountId, id_: str) -> Application:
    found = load(connection, id_)
    if found.applicant != account:
        raise Forbidden("somebody else's application")
    if found.state is not State.DRAFT:
        raise NotNow("this is done while it is a draft")
    return found
