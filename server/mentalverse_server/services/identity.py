"""Accounts and sign-ins: who a device is, and whether it still may speak.

An account begins with an invitation. Its first device brings two public keys: the
account's, which signs devices, and the device's own, which signs MLS leaves and
sign-in challenges. The server, as Authentication Service (RFC 9420 §5.3.1), puts
its signature under the device credential; it holds no private key of a person.

A sign-in is a random token, stored as a hash, bound to one device and one end
date. Revoking it closes its live connections through the `SignInEnded` fact.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from mentalverse_crypto.public import (
    DeviceKind,
    SignatureError,
    verify_signature,
)
from mentalverse_signaling.account_api import (
    Challenge,
    InviteRedeem,
    InviteRedeemed,
    SignedIn,
    SignIn,
    sign_in_message,
)
from mentalverse_signaling.errors import (
    Conflict,
    Forbidden,
    NotFound,
    SignalingError,
    Unauthorised,
)
from mentalverse_signaling.events import SignIns, SignInView
from mentalverse_signaling.ids import (
    AccountId,
    DeviceId,
    SignInId,
    new_id,
)

from ..auth.invites import invite_code_hash
from ..auth.tokens import new_token, token_hash
from ..clock import Clock, to_millis
from ..keyring import Keyring
from ..store import accounts, guests, roles, sign_ins
from ..store.engine import Connection, Database
from ..store.facts import SignInEnded
from ..store.sign_ins import ChallengeRow, SignInRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..transport.connections import Principal
from . import first_device

NONCE_BYTES = 32

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IdentityLimits:
    """How long things are good for."""

    sign_in_lifetime: timedelta = timedelta(days=30)
    challenge_lifetime: timedelta = timedelta(minutes=5)
    guest_kept_for: timedelta = timedelta(days=14)
    """A guest's sign-in ends no later than the guest would."""


class Identity:
    """Redeems invitations, signs devices in, and authenticates tokens."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        keyring: Keyring,
        clock: Clock,
        rng: Callable[[int], bytes],
        limits: IdentityLimits = IdentityLimits(),
    ) -> None:
        self._database = database
        self._writer = writer
        self._keyring = keyring
        self._clock = clock
        self._rng = rng
        self._limits = limits

    async def redeem(self, request: InviteRedeem) -> InviteRedeemed:
        """Create the account and its first device.

        Repeating the same request gives the same answer. Raises `NotFound` (no
        such invitation, or it is over), `Conflict` (it is used, or the handle or
        an id is taken) or `BadRequest` (the credential or the device list is not
        this device's).
        """
        code_hash = invite_code_hash(request.code)
        first_device.first_list(request)
        now = self._clock.now()
        credential = first_device.signed(self._keyring, request, DeviceKind.MEMBER, now)

        def script(transaction: Transaction) -> bytes:
            return _redeem(transaction, self._keyring, code_hash, request, credential)

        signed = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("invite.redeemed", account=request.account, device=request.device)
        return InviteRedeemed(request.account, request.device, signed)

    async def challenge(self, device: DeviceId) -> Challenge:
        """Something to sign, for any device id: it does not tell who exists."""
        challenge, nonce = new_id(self._rng), self._rng(NONCE_BYTES)
        lifetime = self._limits.challenge_lifetime

        def script(transaction: Transaction) -> None:
            expires_at = transaction.now + lifetime
            sign_ins.create_challenge(
                transaction.connection, challenge, device, nonce, expires_at=expires_at
            )

        await self._writer.run(script, lane=WriterLane.OTHER)
        return Challenge(challenge, nonce)

    async def sign_in(self, request: SignIn) -> SignedIn:
        """A token for the device that signed the challenge, else `Unauthorised`.

        `Forbidden` if an operator has disabled the account. The challenge is used up
        before the signature is looked at, so a wrong signature costs it too.
        """

        def use(transaction: Transaction) -> ChallengeRow | None:
            return sign_ins.use_challenge(
                transaction.connection, request.challenge, transaction.now
            )

        challenge = await self._writer.run(use, lane=WriterLane.OTHER)
        if challenge is None:
            raise Unauthorised("the challenge is unknown, used or over")
        device = await self._database.read(accounts.device, challenge.device)
        if device is None or device.revoked_at is not None:
            raise Unauthorised("the challenge was not signed by the device")
        message = sign_in_message(
            self._keyring.server, challenge.id, challenge.device, challenge.nonce
        )
        try:
            verify_signature(device.signature_pub, message, request.signature)
        except SignatureError:
            raise Unauthorised("the challenge was not signed by the device") from None
        if await self._database.read(accounts.is_disabled, device.account):
            raise Forbidden("the account has been disabled")
        return await self._create_sign_in(device)

    async def authenticate(self, token: str) -> Principal:
        """Who `token` speaks for, else `Unauthorised`. A guest is kept for it."""
        found = await self._database.read(_live_sign_in, token_hash(token))
        now = self._clock.now()
        if found is None or found.row.expires_at <= now:
            raise Unauthorised("the sign-in is unknown or over")
        if found.guest_used_at is not None and found.guest_used_at < guests.day_of(now):
            await self._keep(found.row.account)
        return found.principal()

    async def recognise(self, token: str) -> Principal | None:
        """The same for a call for help: None of whoever is not known, and nothing of
        what others wait for is waited for."""
        found = await self._database.read_for_help(_live_sign_in, token_hash(token))
        if found is None or found.row.expires_at <= self._clock.now():
            return None
        return found.principal()

    async def reauthenticate(self, current: Principal, token: str) -> Principal:
        """The principal of a newer token of the same device, else `Forbidden`."""
        fresh = await self.authenticate(token)
        if fresh.device != current.device:
            raise Forbidden("the token belongs to another device")
        return fresh

    async def sign_ins(self, principal: Principal) -> SignIns:
        """Every live sign-in of the account."""
        rows = await self._database.read(
            sign_ins.list_sign_ins, principal.account, self._clock.now()
        )
        return SignIns(tuple(_view(row, principal) for row in rows))

    async def revoke(self, principal: Principal, sign_in: SignInId) -> None:
        """End a sign-in of the same account; its connections close.

        Ending one that is over already is fine. `NotFound` for anyone else's.
        """

        def script(transaction: Transaction) -> None:
            row = sign_ins.sign_in(transaction.connection, sign_in)
            if row is None or row.account != principal.account:
                raise NotFound("no such sign-in")
            ended = sign_ins.end_sign_in(
                transaction.connection, sign_in, transaction.now
            )
            if ended is not None:
                transaction.publish(SignInEnded(sign_in, ended.device, "revoked"))

        await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("sign_in.revoked", sign_in=sign_in, account=principal.account)

    async def _keep(self, guest: AccountId) -> None:
        """Note that a guest is here today; it is let in even if that fails."""

        def script(transaction: Transaction) -> None:
            guests.touch(transaction.connection, guest, transaction.now)

        with contextlib.suppress(SignalingError):
            await self._writer.run(script, lane=WriterLane.OTHER)

    async def revoke_all(self, principal: Principal, *, keep_this: bool) -> None:
        """End every sign-in of the account, or all but the caller's."""

        def script(transaction: Transaction) -> int:
            ended = sign_ins.end_sign_ins_of_account(
                transaction.connection,
                principal.account,
                transaction.now,
                keep=principal.sign_in if keep_this else None,
            )
            for each in ended:
                transaction.publish(SignInEnded(each.id, each.device, "revoked"))
            return len(ended)

        number = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info("sign_in.all_revoked", account=principal.account, number=number)

    async def _create_sign_in(self, device: accounts.DeviceRow) -> SignedIn:
        token = new_token(self._rng)
        sign_in = SignInId(new_id(self._rng))

        def script(transaction: Transaction) -> SignInRow:
            connection, now = transaction.connection, transaction.now
            is_guest = guests.used_at(connection, device.account) is not None
            limits = self._limits
            lasts = limits.guest_kept_for if is_guest else limits.sign_in_lifetime
            return sign_ins.create_sign_in(
                connection,
                sign_in,
                token_hash(token),
                device.account,
                device.id,
                now=now,
                expires_at=now + lasts,
            )

        row = await self._writer.run(script, lane=WriterLane.OTHER)
        log.info(
            "sign_in.created", sign_in=sign_in, account=row.account, device=row.device
        )
        return SignedIn(
            token, row.id, row.account, row.device, to_millis(row.expires_at)
        )


def _redeem(
    transaction: Transaction,
    keyring: Keyring,
    code_hash: bytes,
    request: InviteRedeem,
    credential: bytes,
) -> bytes:
    """The credential: of this redemption, or of the same one before."""
    connection, now = transaction.connection, transaction.now
    invite = accounts.find_invite(connection, code_hash)
    if invite is None:
        raise NotFound("no such invitation")
    if invite.used_by is not None:
        before = first_device.stored(connection, request, request.handle)
        if before is None or invite.used_by != request.account:
            raise Conflict("the invitation has been used")
        return before
    if invite.expires_at <= now:
        raise NotFound("the invitation is over")
    accounts.use_invite(connection, code_hash, request.account, now)
    first_device.store(transaction, keyring, request, request.handle, credential)
    roles.grant(connection, request.account, invite.roles, now)
    return credential


@dataclass(frozen=True, slots=True)
class _LiveSignIn:
    row: SignInRow
    guest_used_at: datetime | None
    """The day a guest was last here; None for who is no guest."""

    def principal(self) -> Principal:
        row, is_guest = self.row, self.guest_used_at is not None
        return Principal(row.account, row.device, row.id, row.expires_at, is_guest)


def _live_sign_in(connection: Connection, hashed: bytes) -> _LiveSignIn | None:
    row = sign_ins.sign_in_by_token_hash(connection, hashed)
    if row is None or row.revoked_at is not None:
        return None
    if accounts.is_disabled(connection, row.account):
        return None
    device = accounts.device(connection, row.device)
    if device is None or device.revoked_at is not None:
        return None
    return _LiveSignIn(row, guests.used_at(connection, row.account))


def _view(row: SignInRow, principal: Principal) -> SignInView:
    return SignInView(
        sign_in=row.id,
        device=row.device,
        created_at=to_millis(row.created_at),
        expires_at=to_millis(row.expires_at),
        current=row.id == principal.sign_in,
    )
