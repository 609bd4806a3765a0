"""Guests: help for whoever comes, without asking who it is.

Making one is a call for help, so nothing here says no to it for being one of many. If
the queue is full for those who wait their turn (`crowds`), they take the place in it
that is kept for calls for help.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from mentalverse_crypto.public import DeviceKind
from mentalverse_signaling.errors import Conflict, Overloaded
from mentalverse_signaling.guest_api import GuestBegin, GuestBegun
from mentalverse_signaling.ids import SignInId, new_id

from ..auth.tokens import token_hash
from ..clock import Clock, to_millis
from ..keyring import Keyring
from ..store import guests, sign_ins
from ..store.sign_ins import SignInRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from . import first_device

_T = TypeVar("_T")

log = structlog.get_logger()


class Guests:
    """Makes guests."""

    def __init__(
        self,
        writer: Writer,
        keyring: Keyring,
        clock: Clock,
        rng: Callable[[int], bytes],
        kept_for: timedelta,
    ) -> None:
        """`kept_for`: after its last use."""
        self._writer = writer
        self._keyring = keyring
        self._clock = clock
        self._rng = rng
        self._kept_for = kept_for

    async def begin(self, request: GuestBegin, lane: WriterLane) -> GuestBegun:
        """Make a guest with its first device, signed in with the token it chose.

        Repeating the same request gives the same answer. Raises `BadRequest` (the
        credential or the device list is not this device's) or `Conflict` (an id or
        the token is taken).
        """
        first_device.first_list(request)
        now = self._clock.now()
        credential = first_device.signed(self._keyring, request, DeviceKind.GUEST, now)
        sign_in = SignInId(new_id(self._rng))

        def script(transaction: Transaction) -> GuestBegun:
            return self._begin(transaction, request, credential, sign_in)

        made = await run_for_help(self._writer, script, lane)
        log.info("guest.begun", account=request.account)
        return made

    def _begin(
        self,
        transaction: Transaction,
        request: GuestBegin,
        credential: bytes,
        sign_in: SignInId,
    ) -> GuestBegun:
        connection, now = transaction.connection, transaction.now
        hashed = token_hash(request.token)
        live = sign_ins.sign_in_by_token_hash(connection, hashed)
        if live is not None:
            return _begun_before(transaction, request, live)
        first_device.store(transaction, self._keyring, request, "", credential)
        guests.add(connection, request.account, now)
        row = sign_ins.create_sign_in(
            connection,
            sign_in,
            hashed,
            request.account,
            request.device,
            now=now,
            expires_at=now + self._kept_for,
        )
        return begun(row, credential)


async def run_for_help(
    writer: Writer, script: Callable[[Transaction], _T], lane: WriterLane
) -> _T:
    """Run a script that must not be refused: late rather than not at all."""
    try:
        return await writer.run(script, lane=lane)
    except Overloaded:
        return await writer.run(script, lane=WriterLane.CRISIS)


def begun(row: SignInRow, credential: bytes) -> GuestBegun:
    """The answer: who the guest is, and how long its token lasts."""
    return GuestBegun(
        row.account, row.device, credential, row.id, to_millis(row.expires_at)
    )


def _begun_before(
    transaction: Transaction, request: GuestBegin, row: SignInRow
) -> GuestBegun:
    """The first answer again, if this is the same request."""
    credential = first_device.stored(transaction.connection, request, "")
    is_its_own = (row.account, row.device) == (request.account, request.device)
    if credential is None or not is_its_own:
        raise Conflict("this token is in use")
    return begun(row, credential)
