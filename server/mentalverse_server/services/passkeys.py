"""Passkeys: that a person is there, and the way of a new browser to its backup.

Neither lets a device act. A sign-in that was made by a device's key can be marked as
verified for some minutes, and the sealed backup can be fetched; the passkey's PRF
output, which opens it, never comes here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from mentalverse_signaling.errors import (
    Conflict,
    Forbidden,
    NotFound,
    QuotaExceeded,
    Unauthorised,
)
from mentalverse_signaling.ids import AccountId, id_bytes, new_id
from mentalverse_signaling.passkey_api import (
    MAX_PASSKEYS,
    PasskeyOptions,
    PasskeyRegister,
    Passkeys,
    PasskeyUse,
    PasskeyView,
    Verified,
)
from mentalverse_signaling.proof_api import Act

from ..auth import webauthn
from ..auth.webauthn import NewPasskey, Presented, RelyingParty
from ..clock import Clock, to_millis
from ..store import accounts, backups, passkeys, sign_ins
from ..store.engine import Connection, Database
from ..store.passkeys import PasskeyRow
from ..store.writer import Transaction, Writer, WriterLane
from ..transport.connections import Principal
from .live import live_device
from .proofs import FRESH_FOR, check_proof

CHALLENGE_BYTES = 32
CEREMONY_LIFETIME = timedelta(minutes=5)

log = structlog.get_logger()


class PasskeyService:
    """Registers, lists, deletes and uses passkeys."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        rng: Callable[[int], bytes],
        party_id: str,
        origin: Callable[[], str],
    ) -> None:
        """`party_id` is empty where there can be no passkeys; `origin` is asked late,
        since a server may not know its port before it listens."""
        self._database = database
        self._writer = writer
        self._clock = clock
        self._rng = rng
        self._party_id = party_id
        self._origin = origin

    async def begin(self, principal: Principal) -> PasskeyOptions:
        """What to make a passkey with. `QuotaExceeded` if there are enough.

        Needs a fresh proof (`proof_api`), as registering and deleting do.
        """
        self._require_name()
        now = self._clock.now()
        account, known = await self._database.read(_owner, principal, now)
        if len(known) >= MAX_PASSKEYS:
            raise QuotaExceeded("an account has at most four passkeys")
        ceremony, challenge = await self._begin(principal.account)
        options = webauthn.creation_options(
            self._party_id,
            id_bytes(account.id),
            account.handle,
            challenge,
            [passkey.id for passkey in known],
        )
        return PasskeyOptions(ceremony, options)

    async def register(
        self, principal: Principal, request: PasskeyRegister
    ) -> PasskeyView:
        """Keep a passkey of the caller's account.

        Raises `BadRequest` (no credential, or with a secret in it), `Unauthorised`
        (not made for this ceremony, or without verifying the person),
        `QuotaExceeded`, `Conflict` (it is known), `Forbidden` (the device is out),
        `PasskeyRequired` or `DeviceProofRequired`.
        """
        self._require_name()
        presented = webauthn.read_credential(request.credential)
        challenge = await self._use(request.ceremony, principal.account)
        made = await asyncio.to_thread(
            webauthn.verify_new, presented, self._party(), challenge
        )
        script = partial(_register, principal, request.label, made)
        view = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("passkey.registered", account=principal.account)
        return view

    async def list(self, account: AccountId) -> Passkeys:
        """Every passkey of an account."""
        found = await self._database.read(passkeys.of_account, account)
        return Passkeys(tuple(_view(passkey) for passkey in found))

    async def delete(self, principal: Principal, passkey: str) -> None:
        """Forget a passkey; `NotFound` if the account has no such one.

        Raises `PasskeyRequired` too; the one that is deleted will do.
        """
        octets = webauthn.passkey_octets(passkey)

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            live_device(connection, (principal.account, principal.device))
            check_proof(connection, principal, Act.PASSKEYS, transaction.now)
            if not passkeys.remove(connection, principal.account, octets):
                raise NotFound("no such passkey")

        await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("passkey.deleted", account=principal.account)

    async def begin_use(self) -> PasskeyOptions:
        """What to sign, with whichever passkey the person chooses."""
        self._require_name()
        ceremony, challenge = await self._begin(None)
        options = webauthn.request_options(self._party_id, challenge)
        return PasskeyOptions(ceremony, options)

    async def verify(self, principal: Principal, request: PasskeyUse) -> Verified:
        """Mark the caller's sign-in as verified now.

        Raises `Unauthorised` if the passkey did not sign this or is not known, and
        `Forbidden` for one of another account.
        """
        passkey, count = await self._used(request)

        def script(transaction: Transaction) -> datetime:
            if passkey.account != principal.account:
                raise Forbidden("the passkey belongs to another account")
            _note_use(transaction, passkey, count)
            sign_ins.verify(transaction.connection, principal.sign_in, transaction.now)
            return transaction.now + FRESH_FOR

        until = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("sign_in.verified", sign_in=principal.sign_in)
        return Verified(to_millis(until))

    async def backup(self, request: PasskeyUse) -> bytes:
        """The sealed backup of the passkey's account, else `NotFound`."""
        passkey, count = await self._used(request)

        def script(transaction: Transaction) -> bytes | None:
            connection = transaction.connection
            if accounts.is_disabled(connection, passkey.account):
                raise Forbidden("the account has been disabled")
            _note_use(transaction, passkey, count)
            stored = backups.stored(connection, passkey.account)
            return None if stored is None else stored.envelope

        envelope = await self._writer.run(script, lane=WriterLane.OTHER)
        if envelope is None:
            raise NotFound("the account has no backup")
        log.info("backup.fetched_by_passkey", account=passkey.account)
        return envelope

    async def prune(self) -> None:
        """Forget the ceremonies that are over."""

        def script(transaction: Transaction) -> None:
            passkeys.prune(transaction.connection, transaction.now)

        await self._writer.run(script, lane=WriterLane.OTHER)

    def _require_name(self) -> None:
        if not self._party_id:
            raise NotFound("this server has no name that passkeys could be bound to")

    def _party(self) -> RelyingParty:
        return RelyingParty(self._party_id, self._origin())

    async def _begin(self, account: AccountId | None) -> tuple[str, bytes]:
        ceremony, challenge = new_id(self._rng), self._rng(CHALLENGE_BYTES)

        def script(transaction: Transaction) -> None:
            expires_at = transaction.now + CEREMONY_LIFETIME
            passkeys.begin(
                transaction.connection, ceremony, account, challenge, expires_at
            )

        await self._writer.run(script, lane=WriterLane.OTHER)
        return ceremony, challenge

    async def _use(self, ceremony: str, account: AccountId | None) -> bytes:
        def script(transaction: Transaction) -> bytes | None:
            return passkeys.use_ceremony(
                transaction.connection, ceremony, account, transaction.now
            )

        challenge = await self._writer.run(script, lane=WriterLane.OTHER)
        if challenge is None:
            raise Unauthorised("the ceremony is unknown, used or over")
        return challenge

    async def _used(self, request: PasskeyUse) -> tuple[PasskeyRow, int]:
        """The passkey that signed this ceremony, and its counter after that."""
        self._require_name()
        presented = webauthn.read_credential(request.credential)
        challenge = await self._use(request.ceremony, None)
        passkey = await self._database.read(passkeys.find, presented.id)
        if passkey is None or not _is_owner(presented, passkey):
            raise Unauthorised("the passkey is not known here")
        count = await asyncio.to_thread(
            webauthn.verify_use,
            presented,
            self._party(),
            challenge,
            passkey.public_key,
            passkey.sign_count,
        )
        return passkey, count


def _owner(
    connection: Connection, principal: Principal, now: datetime
) -> tuple[accounts.AccountRow, list[PasskeyRow]]:
    row = accounts.account(connection, principal.account)
    if row is None:
        raise Unauthorised("the account is gone")
    check_proof(connection, principal, Act.PASSKEYS, now)
    return row, passkeys.of_account(connection, principal.account)


def _is_owner(presented: Presented, passkey: PasskeyRow) -> bool:
    """Whether the authenticator names the account it was registered for."""
    return presented.user_handle == id_bytes(passkey.account)


def _register(
    principal: Principal, label: str, made: NewPasskey, transaction: Transaction
) -> PasskeyView:
    connection, account = transaction.connection, principal.account
    live_device(connection, (account, principal.device))
    check_proof(connection, principal, Act.PASSKEYS, transaction.now)
    if len(passkeys.of_account(connection, account)) >= MAX_PASSKEYS:
        raise QuotaExceeded("an account has at most four passkeys")
    row = PasskeyRow(
        id=made.id,
        account=account,
        public_key=made.public_key,
        sign_count=made.sign_count,
        label=label,
        created_at=transaction.now,
        used_at=None,
    )
    passkeys.add(connection, row)
    return _view(row)


def _note_use(transaction: Transaction, passkey: PasskeyRow, count: int) -> None:
    # Two uses at once may show the same counter: a copy of the passkey, or a replay.
    if not passkeys.used(transaction.connection, passkey, count, transaction.now):
        raise Conflict("the passkey was used or deleted at the same time")


def _view(passkey: PasskeyRow) -> PasskeyView:
    return PasskeyView(
        passkey=webauthn.passkey_text(passkey.id),
        label=passkey.label,
        created_at=to_millis(passkey.created_at),
        used_at=None if passkey.used_at is None else to_millis(passkey.used_at),
    )
