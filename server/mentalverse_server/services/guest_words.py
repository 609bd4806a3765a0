"""How five words bring a guest back to its place.

What words become is hashed once more here, slowly and under a pepper of this server:
who steals the database alone can try no words at all. The pepper follows from the
log's key, which never changes, so nothing more has to be kept.

Nobody can be locked out by somebody who guesses: a wrong guess finds no place, and so
counts against none. Who finds a place finds it at most 20 times a day. Guesses of one
address are limited (`http.guests`); who is refused, and who has lost the words, begins
as a new guest, which is refused to nobody.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from mentalverse_crypto.public import DeviceKind
from mentalverse_signaling.device_api import DevicesPublish
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
)
from mentalverse_signaling.guest_api import (
    GuestBegun,
    GuestPlace,
    GuestReturn,
    GuestWords,
)
from mentalverse_signaling.ids import SignInId, new_id

from ..auth.slow_hash import SALT_BYTES, slow_hash
from ..auth.tokens import token_hash
from ..keyring import Keyring
from ..store import accounts, device_lists, guest_words, guests, sign_ins
from ..store.guest_words import PlaceRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..transport.connections import Principal
from .devices import put_in_force, read_list
from .guests import begun, run_for_help
from .hashing import Hashing
from .live import live_device

MAX_FOUND_PER_DAY = 20
_PEPPER_LABEL = b"MentalVerse resume pepper v1"

log = structlog.get_logger()


class GuestPlaces:
    """Keeps the sealed places of guests, and lets guests come back to them."""

    def __init__(
        self,
        writer: Writer,
        keyring: Keyring,
        rng: Callable[[int], bytes],
        kept_for: timedelta,
    ) -> None:
        """`kept_for`: how long a guest is kept after its last use."""
        self._writer = writer
        self._keyring = keyring
        self._rng = rng
        self._kept_for = kept_for
        self._hashing = Hashing("words")
        secret = keyring.log_key.private
        self._pepper = hmac.digest(secret, _PEPPER_LABEL, "sha256")[:SALT_BYTES]

    async def keep(self, principal: Principal, request: GuestWords) -> None:
        """Keep the caller's place, instead of one that it has.

        Raises `Forbidden` for who is no guest, `Conflict` if others have these words.
        """
        verifier = await self._verifier(request.lookup)
        script = partial(_keep, principal, verifier, request.sealed)
        await self._writer.run(script, lane=WriterLane.OTHER)

    async def find(self, lookup: bytes) -> GuestPlace:
        """The place of who knows the words.

        Raises `NotFound`; `RateLimited` for one that was found too often today.
        """
        verifier = await self._verifier(lookup)
        return await self._writer.run(partial(_find, verifier), lane=WriterLane.OTHER)

    async def come_back(self, request: GuestReturn, lane: WriterLane) -> GuestBegun:
        """Put the guest's next list in force and sign its one device in.

        The same call again gives the same answer. Raises as `Devices.publish`;
        `NotFound` also for an account that is no guest.
        """
        added = (request.added,)
        publish = DevicesPublish(request.account, request.device_list, added)
        if len(read_list(publish).devices) != 1:
            raise BadRequest("a guest has one device")
        sign_in = SignInId(new_id(self._rng))

        def script(transaction: Transaction) -> GuestBegun:
            return self._come_back(transaction, request, publish, sign_in)

        back = await run_for_help(self._writer, script, lane)
        log.info("guest.returned", account=request.account)
        return back

    def close(self) -> None:
        """Stop the hashing thread."""
        self._hashing.close()

    async def _verifier(self, lookup: bytes) -> bytes:
        return await self._hashing.run(partial(slow_hash, lookup, self._pepper))

    def _come_back(
        self,
        transaction: Transaction,
        request: GuestReturn,
        publish: DevicesPublish,
        sign_in: SignInId,
    ) -> GuestBegun:
        connection, now = transaction.connection, transaction.now
        device = request.added.device
        if guests.used_at(connection, request.account) is None:
            raise NotFound("no such guest")
        hashed = token_hash(request.token)
        live = sign_ins.sign_in_by_token_hash(connection, hashed)
        is_known = accounts.device(connection, device) is not None
        is_its_own = live is not None and live.device == device
        if is_its_own is not is_known:
            raise Conflict("this device, or this token, is in use")
        published = put_in_force(
            self._keyring, publish, read_list(publish), transaction, DeviceKind.GUEST
        )
        guests.touch(connection, request.account, now)
        row = live or sign_ins.create_sign_in(
            connection,
            sign_in,
            hashed,
            request.account,
            device,
            now=now,
            expires_at=now + self._kept_for,
        )
        return begun(row, published.credentials[device])


def _keep(
    principal: Principal, verifier: bytes, sealed: bytes, transaction: Transaction
) -> None:
    connection, account = transaction.connection, principal.account
    live_device(connection, (account, principal.device))
    if guests.used_at(connection, account) is None:
        raise Forbidden("resume words are for guests")
    other = guest_words.by_verifier(connection, verifier)
    if other is not None and other.account != account:
        raise Conflict("these words are taken: draw others")
    day = guests.day_of(transaction.now)
    guest_words.put(connection, PlaceRow(account, verifier, sealed, day, 0))


def _find(verifier: bytes, transaction: Transaction) -> GuestPlace:
    connection, day = transaction.connection, guests.day_of(transaction.now)
    place = guest_words.by_verifier(connection, verifier)
    if place is None:
        raise NotFound("these words find no place")
    newest = device_lists.device_list(connection, place.account)
    if newest is None:
        raise NotFound("these words find no place")
    found = place.found + 1 if place.found_on == day else 1
    if found > MAX_FOUND_PER_DAY:
        wait = day + timedelta(days=1) - transaction.now
        raise RateLimited("asked for too often today", int(wait.total_seconds() * 1000))
    guest_words.count(connection, place.account, day, found)
    return GuestPlace(place.account, newest.device_list, place.sealed)
