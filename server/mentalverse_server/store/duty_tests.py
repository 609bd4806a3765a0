"""The test page of each duty that goes on, to the browsers of whoever is on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from .tables_crisis_pages import crisis_duty_tests


@dataclass(frozen=True, slots=True)
class DutyTest:
    """How it went."""

    sent_at_ms: int | None
    """None: no browser takes pages."""
    browsers: int
    """Whose push services took it."""
    seen_at_ms: int | None


def put(connection: Connection, account: str, sent_at_ms: int | None) -> None:
    """One begins, in the place of the one before."""
    forget(connection, account)
    connection.execute(
        insert(crisis_duty_tests).values(
            account=account, sent_at_ms=sent_at_ms, browsers=0
        )
    )


def of_account(connection: Connection, account: str) -> DutyTest | None:
    """The one of somebody's duty."""
    query = select(
        crisis_duty_tests.c.sent_at_ms,
        crisis_duty_tests.c.browsers,
        crisis_duty_tests.c.seen_at_ms,
    ).where(crisis_duty_tests.c.account == account)
    row = connection.execute(query).one_or_none()
    return None if row is None else DutyTest(**row._mapping)


def taken(connection: Connection, account: str, sent_at_ms: int, browsers: int) -> None:
    """So many push services took the one that was sent then."""
    connection.execute(
        update(crisis_duty_tests)
        .where(
            crisis_duty_tests.c.account == account,
            crisis_duty_tests.c.sent_at_ms == sent_at_ms,
        )
        .values(browsers=browsers)
    )


def seen(connection: Connection, account: str, now_ms: int) -> None:
    """It has come, says whoever was to get it; the first time counts."""
    connection.execute(
        update(crisis_duty_tests)
        .where(
            crisis_duty_tests.c.account == account,
            crisis_duty_tests.c.sent_at_ms.is_not(None),
            crisis_duty_tests.c.seen_at_ms.is_(None),
        )
        .values(seen_at_ms=now_ms)
    )


def forget(connection: Connection, account: str) -> None:
    """The duty is over."""
    connection.execute(
        delete(crisis_duty_tests).where(crisis_duty_tests.c.account == account)
    )
