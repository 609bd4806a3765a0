"""Sign-ins and the challenges that lead to them.

A token is looked up by its hash; the token itself is never stored. A challenge
is used at most once, whoever asks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from mentalverse_signaling.ids import AccountId, DeviceId, SignInId

from . import push_subscriptions
from .tables import sign_in_challenges, sign_ins


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """What a device has to sign to prove that it holds its key."""

    id: str
    device: DeviceId
    nonce: bytes = field(repr=False)
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One sign-in of one device."""

    id: SignInId
    token_hash: bytes = field(repr=False)
    account: AccountId
    device: DeviceId
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    verified_at: datetime | None = None
    """When a passkey last showed that the person is there."""
    proven_at: datetime | None = None
    """When the device last signed that it asks itself."""


def create_challenge(
    connection: Connection,
    challenge: str,
    device: DeviceId,
    nonce: bytes,
    *,
    expires_at: datetime,
) -> ChallengeRow:
    """Store a challenge; its id is chosen by the caller."""
    connection.execute(
        insert(sign_in_challenges).values(
            id=challenge, device=device, nonce=nonce, expires_at=expires_at
        )
    )
    return ChallengeRow(challenge, device, nonce, expires_at, None)


def use_challenge(
    connection: Connection, challenge: str, now: datetime
) -> ChallengeRow | None:
    """Spend a challenge: given to exactly one caller, and not after its time."""
    table = sign_in_challenges
    row = connection.execute(
        update(table)
        .where(
            table.c.id == challenge, table.c.used_at.is_(None), table.c.expires_at > now
        )
        .values(used_at=now)
        .returning(*table.c)
    ).one_or_none()
    return None if row is None else ChallengeRow(**row._mapping)


def create_sign_in(
    connection: Connection,
    sign_in: SignInId,
    token_hash: bytes,
    account: AccountId,
    device: DeviceId,
    *,
    now: datetime,
    expires_at: datetime,
) -> SignInRow:
    """Store a sign-in."""
    connection.execute(
        insert(sign_ins).values(
            id=sign_in,
            token_hash=token_hash,
            account=account,
            device=device,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return SignInRow(sign_in, token_hash, account, device, now, expires_at, None)


def sign_in_by_token_hash(
    connection: Connection, token_hash: bytes
) -> SignInRow | None:
    """The sign-in of a token, expired and revoked ones too."""
    return _one(connection, sign_ins.c.token_hash == token_hash)


def sign_in(connection: Connection, sign_in: SignInId) -> SignInRow | None:
    """The sign-in with this id, expired and revoked ones too."""
    return _one(connection, sign_ins.c.id == sign_in)


def list_sign_ins(
    connection: Connection, account: AccountId, now: datetime
) -> list[SignInRow]:
    """The sign-ins of an account that are good at `now`, oldest first."""
    query = (
        select(sign_ins)
        .where(
            sign_ins.c.account == account,
            sign_ins.c.revoked_at.is_(None),
            sign_ins.c.expires_at > now,
        )
        .order_by(sign_ins.c.created_at, sign_ins.c.id)
    )
    return [SignInRow(**row._mapping) for row in connection.execute(query)]


def extend_sign_in(
    connection: Connection, sign_in: SignInId, expires_at: datetime
) -> bool:
    """Move the end of a sign-in that was not revoked."""
    extended = connection.execute(
        update(sign_ins)
        .where(sign_ins.c.id == sign_in, sign_ins.c.revoked_at.is_(None))
        .values(expires_at=expires_at)
    )
    return extended.rowcount == 1


def verify(connection: Connection, sign_in: SignInId, now: datetime) -> None:
    """Note that the person of this sign-in is there now."""
    connection.execute(
        update(sign_ins).where(sign_ins.c.id == sign_in).values(verified_at=now)
    )


def prove(connection: Connection, sign_in: SignInId, now: datetime) -> None:
    """Note that the device of this sign-in signed for it now."""
    connection.execute(
        update(sign_ins).where(sign_ins.c.id == sign_in).values(proven_at=now)
    )


def end_sign_in(
    connection: Connection, sign_in: SignInId, now: datetime
) -> SignInRow | None:
    """Revoke a sign-in; None if it was, or never existed."""
    ended = _end(connection, sign_ins.c.id == sign_in, now)
    return ended[0] if ended else None


def end_sign_ins_of(
    connection: Connection, device: DeviceId, now: datetime
) -> Sequence[SignInRow]:
    """Revoke every sign-in of a device; the ones that were good until then."""
    return _end(connection, sign_ins.c.device == device, now)


def end_sign_ins_of_account(
    connection: Connection,
    account: AccountId,
    now: datetime,
    keep: SignInId | None = None,
) -> Sequence[SignInRow]:
    """Revoke every sign-in of an account but `keep`; those that were good so far."""
    of_account = sign_ins.c.account == account
    if keep is not None:
        of_account &= sign_ins.c.id != keep
    return _end(connection, of_account, now)


def ended_since(connection: Connection, since: datetime) -> Sequence[SignInId]:
    """The sign-ins that were revoked at `since` or later."""
    query = select(sign_ins.c.id).where(sign_ins.c.revoked_at >= since)
    return [SignInId(found) for found in connection.execute(query).scalars()]


def _one(connection: Connection, condition: ColumnElement[bool]) -> SignInRow | None:
    row: Any = connection.execute(select(sign_ins).where(condition)).one_or_none()
    return None if row is None else SignInRow(**row._mapping)


def _end(
    connection: Connection, condition: ColumnElement[bool], now: datetime
) -> list[SignInRow]:
    rows = connection.execute(
        update(sign_ins)
        .where(condition, sign_ins.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(*sign_ins.c)
    )
    ended = [SignInRow(**row._mapping) for row in rows]
    # Who signed out of a device is not woken by it.
    devices = [row.device for row in ended]
    push_subscriptions.remove_signed_out(connection, devices, now)
    return ended
