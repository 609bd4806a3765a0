"""`attendance.attest`: what a device signed of a call, and when that is settled."""

from __future__ import annotations

from mentalverse_signaling.attendance_events import AttendanceAttest
from mentalverse_signaling.attendance_text import (
    is_signed_for,
    leaves_receipts,
    receipt_octets,
)
from mentalverse_signaling.calls.counting import WAIT_MS
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.errors import BadRequest, Forbidden, NotFound, NotNow

from ...store import attendance as store
from ...store import calls
from ...store.conversations import load_state
from ...store.engine import Connection
from ...store.transaction import Transaction
from ...store.writer import Writer, WriterLane
from ...transport.connections import Principal
from .members import require_leaf
from .rooms import Rooms
from .settling import settle
from .signed import require_signed

MOST_AT_ONCE = 200
"""Calls that one round of housekeeping settles."""


class Receipts:
    """Takes receipts, and settles calls of which none will come any more."""

    def __init__(self, rooms: Rooms, writer: Writer) -> None:
        self._rooms = rooms
        self._writer = writer

    async def attest(self, principal: Principal, request: AttendanceAttest) -> None:
        """Keep what the device saw; the same again changes nothing.

        Raises:
            NotFound: no such call, or not the caller's to know.
            Forbidden: the account had no seat there, or such calls leave nothing.
            BadRequest: too short a call, another role, or not the device's signature.
            NotNow: the call is over for too long.
        """
        now_ms = self._rooms.now_ms

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            call = _attended(connection, principal, request)
            ended_ms = store.ended_at_ms(connection, call.id)
            if ended_ms is not None and now_ms >= ended_ms + WAIT_MS:
                raise NotNow("the call is over for too long")
            _require_true(connection, principal, call, request)
            if store.keep(connection, _row(principal, request, now_ms)) and call.end:
                settle(transaction, call, now_ms, is_late=False)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def settle_late(self) -> None:
        """Settle what was over 72 hours ago, with what there is."""
        now_ms = self._rooms.now_ms

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            for each in store.unsettled(connection, now_ms - WAIT_MS, MOST_AT_ONCE):
                call = calls.kept(connection, each)
                if call is not None:
                    settle(transaction, call, now_ms, is_late=True)

        await self._writer.run(script, lane=WriterLane.OTHER)


def _attended(
    connection: Connection, principal: Principal, request: AttendanceAttest
) -> Call:
    """The call, in which the caller's account has or had a seat."""
    call = calls.kept(connection, request.call)
    if call is None:
        raise NotFound("no such call")
    account = principal.account
    if account not in call.attended_ms and account not in call.seats:
        require_leaf(load_state(connection, call.conversation), principal)
        raise Forbidden("this account had no seat")
    if not leaves_receipts(call.conversation_kind):
        raise Forbidden("such calls leave no receipts")
    return call


def _require_true(
    connection: Connection,
    principal: Principal,
    call: Call,
    request: AttendanceAttest,
) -> None:
    if not is_signed_for(call.conversation_kind, call.session, request.minutes):
        raise BadRequest("a call this short is not signed for")
    if len(set(request.marks)) < len(request.marks):
        raise BadRequest("a mark twice")
    seat = call.seats.get(principal.account)
    held = store.roles_of(connection, call.id, principal.account)
    if request.role not in held and (seat is None or seat.role is not request.role):
        raise BadRequest("this account had another role")
    octets = receipt_octets(
        call.id,
        call.session,
        (principal.account, principal.device),
        request.role,
        request.minutes,
        request.marks,
    )
    require_signed(connection, principal.device, request.signature, octets)


def _row(
    principal: Principal, request: AttendanceAttest, now_ms: int
) -> store.ReceiptRow:
    return store.ReceiptRow(
        call=request.call,
        account=principal.account,
        device=principal.device,
        role=request.role,
        minutes=request.minutes,
        marks=request.marks,
        signature=request.signature,
        at_ms=now_ms,
    )
