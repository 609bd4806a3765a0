"""`session.feedback`: what people answer after a session, and what it adds up to.

An answer is about whoever accompanied: the other one of two, or who led a circle. It is
sealed before it is stored and opened only to be added up; nobody is shown what one
person said. Endpoints are told that there is an answer, and not which.

Nobody is asked about a contact in a crisis: help is not rated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import Forbidden, NotFound, NotNow
from mentalverse_signaling.ids import AccountId, SessionId
from mentalverse_signaling.session_events import (
    FEEDBACK_DAYS,
    Instrument,
    SessionFeedback,
)

from ...hooks.catalogue.sessions import FeedbackSubmitted
from ...keyring import Keyring
from ...store import attendance, call_sessions, calls
from ...store import feedback as store
from ...store.calls import LEADING
from ...store.engine import Connection
from ...store.feedback import FeedbackRow
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ..credential_keys import Seal
from ..telling import tell
from .outside import is_told

DAY_MS = 24 * 3_600_000
KEEP_DAYS = 400
"""A year, and the quarter in which it is looked at."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What people answered about somebody, without who they were."""

    people: int
    total: int
    """Of the last score of each."""


class Feedback:
    """Takes answers, and adds them up."""

    def __init__(self, writer: Writer, seal: Seal, now_ms: Callable[[], int]) -> None:
        self._writer = writer
        self.seal = seal
        self._now_ms = now_ms

    async def take(self, account: AccountId, request: SessionFeedback) -> None:
        """Keep an answer; another one takes its place.

        Raises:
            NotFound: no such session, or none that this account took part in.
            Forbidden: nobody accompanied them there, or it was in a crisis.
            NotNow: they are still there, or it is too long ago.
        """
        now_ms = self._now_ms()

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            call = _attended(connection, account, request.session, now_ms)
            for other in _accompanying(connection, call, account):
                place = place_of(request.session, account, other, request.instrument)
                sealed = self.seal.close(bytes([request.score]), place)
                row = FeedbackRow(
                    *(request.session, account, other),
                    *(request.instrument.value, sealed, now_ms),
                )
                store.put(connection, row)
            _tell(transaction, account, request, now_ms)

        await self._writer.run(script, lane=WriterLane.OTHER)

    def forget(self, connection: Connection) -> None:
        """Delete what is too old to be added up."""
        store.forget(connection, self._now_ms() - KEEP_DAYS * DAY_MS)


def sealed_by(keyring: Keyring, rng: Callable[[int], bytes]) -> Seal:
    """What seals answers, and opens them to be added up."""
    return Seal(keyring, rng, b"session feedback v1")


def tally(
    connection: Connection,
    seal: Seal,
    about: AccountId,
    instrument: Instrument,
    from_ms: int,
    until_ms: int,
) -> Tally:
    """What was answered about somebody from one time until before another."""
    last = {
        row.account: row
        for row in store.about(connection, about, from_ms, until_ms)
        if row.instrument == instrument.value
    }
    return Tally(len(last), sum(_score(seal, row) for row in last.values()))


def _score(seal: Seal, row: FeedbackRow) -> int:
    instrument = Instrument(row.instrument)
    place = place_of(row.session, row.account, row.about, instrument)
    return seal.open(row.sealed, place)[0]


def place_of(
    session: SessionId, account: AccountId, about: AccountId, instrument: Instrument
) -> str:
    """What an answer is sealed for."""
    return f"{session}/{account}/{about}/{instrument.value}"


def _attended(
    connection: Connection, account: AccountId, session: SessionId, now_ms: int
) -> Call:
    planned = call_sessions.get(connection, session)
    if planned is None or planned.call is None:
        raise NotFound("no such session")
    left_ms = store.left_at_ms(connection, session, account)
    call = calls.kept(connection, planned.call)
    if call is None or (left_ms is None and account not in call.seats):
        raise NotFound("no such session")
    if left_ms is None or account in call.seats:
        raise NotNow("they are still there")
    if now_ms > left_ms + FEEDBACK_DAYS * DAY_MS:
        raise NotNow("this was too long ago")
    return call


def _accompanying(
    connection: Connection, call: Call, account: AccountId
) -> list[AccountId]:
    if not is_told(call):
        raise Forbidden("nobody is asked about this")
    held = attendance.roles(connection, call.id)
    is_pair = call.conversation_kind is ConversationKind.DIRECT
    found = [
        other
        for other, role in sorted(held.items())
        if other != account and (is_pair or role in LEADING)
    ]
    if not found:
        raise Forbidden("nobody accompanied them there")
    return found


def _tell(
    transaction: Transaction, account: AccountId, request: SessionFeedback, now_ms: int
) -> None:
    name = request.instrument.value
    tell(
        transaction,
        "feedback.submitted",
        request.session,
        FeedbackSubmitted(party=account, instrument=name, in_range=True),
        at_ms=now_ms,
        about=(account,),
        occasion=f"{account}:{name}",
    )
