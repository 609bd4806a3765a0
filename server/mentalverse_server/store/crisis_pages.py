"""Pages in the database: due until somebody has them, or nobody needs them any more.

    waiting ──sent──▶ taken
       │ │
       │ └── every attempt failed ─▶ given_up
       ├── acked, or the search is over ─▶ cancelled
       └── paged once more ─▶ replaced

Only a row that waits is sent, and `claim` asks for that in the transaction before each
attempt. An acknowledgement cancels all rows of its case in its own transaction, so the
two come one after the other: whatever is claimed after an acknowledgement is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from .tables_crisis_pages import SAID_CHARS, crisis_page_tests, crisis_pages


class PageState(StrEnum):
    """What has become of a page at one target."""

    WAITING = "waiting"
    TAKEN = "taken"
    """The other side has said so."""
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    REMOVED = "removed"
    """The target is on call no more."""


@dataclass(frozen=True, slots=True)
class PageRow:
    """One page for one target."""

    id: str
    """The same for each attempt: whoever gets it twice can tell."""
    case: str
    reason: str
    tier: str
    target: str
    band: int | None
    due_ms: int | None
    is_drill: bool
    made_at_ms: int
    next_at_ms: int
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class TestRow:
    """How the last test page of a target went."""

    tier: str
    target: str
    tested_at_ms: int
    has_passed: bool
    said: str
    passed_at_ms: int | None
    seen_at_ms: int | None
    """When somebody said last that a test had come."""

    @property
    def was_seen(self) -> bool:
        """Whether somebody has said so since the last one was sent."""
        return self.seen_at_ms is not None and self.seen_at_ms >= self.tested_at_ms


def add(connection: Connection, rows: Iterable[PageRow]) -> None:
    """Have these sent."""
    values = [{**asdict(row), "state": PageState.WAITING} for row in rows]
    if values:
        connection.execute(insert(crisis_pages), values)


def end(
    connection: Connection, case: str, reason: str, state: PageState, now_ms: int
) -> int:
    """No page of a case for this reason is sent from here on; how many waited."""
    return connection.execute(
        update(crisis_pages)
        .where(
            crisis_pages.c.case == case,
            crisis_pages.c.reason == reason,
            crisis_pages.c.state == PageState.WAITING,
        )
        .values(state=state, ended_at_ms=now_ms)
    ).rowcount


def waiting(
    connection: Connection, without: Iterable[str], limit: int
) -> list[PageRow]:
    """Those to be sent to other targets than these, the soonest first."""
    table = crisis_pages
    query = (
        select(*(table.c[name] for name in PageRow.__dataclass_fields__))
        .where(
            table.c.state == PageState.WAITING, table.c.target.not_in(tuple(without))
        )
        .order_by(table.c.next_at_ms, table.c.made_at_ms, table.c.id)
        .limit(limit)
    )
    return [PageRow(**row._mapping) for row in connection.execute(query)]


def hasten(connection: Connection, now_ms: int) -> None:
    """Everything that waits is due: whoever was to send it may have died meanwhile."""
    connection.execute(
        update(crisis_pages)
        .where(
            crisis_pages.c.state == PageState.WAITING,
            crisis_pages.c.next_at_ms > now_ms,
        )
        .values(next_at_ms=now_ms)
    )


def claim(connection: Connection, row: PageRow, next_at_ms: int) -> bool:
    """Begin an attempt, unless the page is over or somebody else has begun it.

    Without a word of how it went, the page is due again at `next_at_ms`.
    """
    changed = connection.execute(
        update(crisis_pages)
        .where(
            crisis_pages.c.id == row.id,
            crisis_pages.c.state == PageState.WAITING,
            crisis_pages.c.attempts == row.attempts,
        )
        .values(attempts=row.attempts + 1, next_at_ms=next_at_ms)
    )
    return changed.rowcount == 1


def postpone(connection: Connection, page: str, next_at_ms: int) -> None:
    """Try again then, if it is still wanted."""
    connection.execute(
        update(crisis_pages)
        .where(crisis_pages.c.id == page, crisis_pages.c.state == PageState.WAITING)
        .values(next_at_ms=next_at_ms)
    )


def finish(connection: Connection, page: str, state: PageState, now_ms: int) -> None:
    """Nothing more is to be done for it, unless it was over before."""
    connection.execute(
        update(crisis_pages)
        .where(crisis_pages.c.id == page, crisis_pages.c.state == PageState.WAITING)
        .values(state=state, ended_at_ms=now_ms)
    )


def was_over(connection: Connection, page: str, at_ms: int) -> bool:
    """Whether the page was cancelled before that moment."""
    query = select(crisis_pages.c.ended_at_ms).where(
        crisis_pages.c.id == page, crisis_pages.c.state == PageState.CANCELLED
    )
    ended_at_ms = connection.execute(query).scalar()
    return ended_at_ms is not None and ended_at_ms < at_ms


def forget(connection: Connection, before_ms: int) -> int:
    """Delete what was over before then; how many."""
    ended = crisis_pages.c.ended_at_ms < before_ms
    return connection.execute(delete(crisis_pages).where(ended)).rowcount


# --- tests -------------------------------------------------------------------------


def begin_test(connection: Connection, tier: str, target: str, now_ms: int) -> None:
    """A test page is on its way; nothing is known of it yet."""
    table = crisis_page_tests
    where = (table.c.tier == tier, table.c.target == target)
    earlier = connection.execute(
        select(table.c.passed_at_ms, table.c.seen_at_ms).where(*where)
    ).one_or_none()
    passed_at_ms, seen_at_ms = (None, None) if earlier is None else earlier
    connection.execute(delete(table).where(*where))
    connection.execute(
        insert(table).values(
            tier=tier,
            target=target,
            tested_at_ms=now_ms,
            has_passed=False,
            said="on its way",
            passed_at_ms=passed_at_ms,
            seen_at_ms=seen_at_ms,
        )
    )


def note_test(
    connection: Connection, target: str, passed: bool, said: str, now_ms: int
) -> None:
    """Keep how it went, in whichever tiers the target is."""
    table = crisis_page_tests
    values = {"has_passed": passed, "said": said[:SAID_CHARS]}
    if passed:
        values["passed_at_ms"] = now_ms
    connection.execute(update(table).where(table.c.target == target).values(**values))


def see_test(connection: Connection, target: str, now_ms: int) -> None:
    """Somebody says that it has come."""
    table = crisis_page_tests
    connection.execute(
        update(table).where(table.c.target == target).values(seen_at_ms=now_ms)
    )


def tests(connection: Connection) -> dict[tuple[str, str], TestRow]:
    """The last test of each tier's targets."""
    rows = connection.execute(select(crisis_page_tests)).all()
    return {(row.tier, row.target): TestRow(**row._mapping) for row in rows}
