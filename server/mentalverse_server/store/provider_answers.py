"""The last yes or no of each provider about somebody, and local revocations."""

from __future__ import annotations

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from mentalverse_signaling.ids import AccountId

from ..hooks.ports import Verdict
from ..hooks.ruling import Kept, Standing
from .tables_providers import local_revocations, provider_answers


def standing(connection: Connection, decision: str, account: AccountId) -> Standing:
    """What is known of somebody for a decision."""
    table = provider_answers
    query = select(table).where(
        table.c.decision == decision, table.c.account == account
    )
    kept = {row.provider: _kept(row) for row in connection.execute(query)}
    return Standing(is_revoked(connection, account), kept)


def put(
    connection: Connection, decision: str, account: AccountId, provider: str, kept: Kept
) -> None:
    """Store an answer in place of the one before; an older one changes nothing."""
    table = provider_answers
    which = (
        (table.c.decision == decision)
        & (table.c.account == account)
        & (table.c.provider == provider)
    )
    connection.execute(delete(table).where(which, table.c.at_ms <= kept.at_ms))
    if connection.execute(select(table.c.at_ms).where(which)).first() is not None:
        return
    connection.execute(
        insert(table).values(
            decision=decision,
            account=account,
            provider=provider,
            verdict=kept.verdict.value,
            reason_code=kept.reason_code,
            at_ms=kept.at_ms,
            valid_until_ms=kept.valid_until_ms,
        )
    )


def is_revoked(connection: Connection, account: AccountId) -> bool:
    """Whether the operator has taken back what providers say of somebody."""
    query = select(local_revocations).where(local_revocations.c.account == account)
    return connection.execute(query).first() is not None


def revoke(connection: Connection, account: AccountId, at_ms: int) -> bool:
    """Take it back; whether it was not so before."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(local_revocations).values(account=account, at_ms=at_ms)
            )
    except IntegrityError:
        return False
    return True


def reinstate(connection: Connection, account: AccountId) -> bool:
    """Undo it; whether there was anything to undo."""
    gone = delete(local_revocations).where(local_revocations.c.account == account)
    return bool(connection.execute(gone).rowcount)


def forget_old(connection: Connection, before_ms: int) -> None:
    """Delete each yes that is too old to count for anything. A no is kept."""
    table = provider_answers
    connection.execute(
        delete(table).where(
            table.c.verdict == Verdict.ALLOW.value, table.c.at_ms < before_ms
        )
    )


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    return Kept(Verdict(row.verdict), row.reason_code, row.at_ms, row.valid_until_ms)
