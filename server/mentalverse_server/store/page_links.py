"""Links of pages: found by the hash of their token, used once, forgotten."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select, update

from .tables_crisis_pages import crisis_page_links


@dataclass(frozen=True, slots=True)
class LinkRow:
    """What one link is about."""

    token: str
    """SHA-256, in hexadecimal digits."""
    case: str
    """Empty: of nobody in particular."""
    reason: str
    tier: str
    target: str
    band: int | None
    due_ms: int | None
    is_drill: bool
    expires_at_ms: int
    used_at_ms: int | None = None


def add(connection: Connection, row: LinkRow) -> None:
    """Have it known."""
    connection.execute(insert(crisis_page_links).values(**asdict(row)))


def find(connection: Connection, token: str, now_ms: int) -> LinkRow | None:
    """The link of this hash, unless it has expired."""
    query = select(crisis_page_links).where(
        crisis_page_links.c.token == token, crisis_page_links.c.expires_at_ms > now_ms
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else LinkRow(**row._mapping)


def use(connection: Connection, token: str, now_ms: int) -> bool:
    """Whether it was not used before; from here on it is."""
    changed = connection.execute(
        update(crisis_page_links)
        .where(
            crisis_page_links.c.token == token,
            crisis_page_links.c.used_at_ms.is_(None),
        )
        .values(used_at_ms=now_ms)
    )
    return changed.rowcount == 1


def forget(connection: Connection, before_ms: int) -> int:
    """Delete those that expired before then; how many."""
    table = crisis_page_links
    expired = table.c.expires_at_ms < before_ms
    return connection.execute(delete(table).where(expired)).rowcount
