"""The transparency log: entries, subtree hashes and the newest head, as stored.

Everything but the head is written once and never changed, so a reader who takes
the head first finds all that a proof under it needs, whatever is appended
meanwhile. Whoever appends holds the lock of the head's row until COMMIT: on a
database with several servers places in the log are given out one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, tuple_, update

from .tables_identity import log_entries, log_heads, log_nodes

_ONLY = 1
"""Key of the one row of `log_heads`; the migration makes it."""


@dataclass(frozen=True, slots=True)
class HeadRow:
    """The newest head: empty until the log has its first entry."""

    size: int
    head: bytes = field(repr=False)


def head(connection: Connection, *, for_append: bool = False) -> HeadRow:
    """The newest head; with `for_append` locked until the end of the transaction."""
    query = select(log_heads.c.size, log_heads.c.head).where(log_heads.c.id == _ONLY)
    if for_append:
        query = query.with_for_update()
    row = connection.execute(query).one()
    return HeadRow(row.size, row.head)


def save_head(connection: Connection, size: int, head: bytes) -> None:
    """Replace the head; `head` is an encoded signed one."""
    connection.execute(
        update(log_heads).where(log_heads.c.id == _ONLY).values(size=size, head=head)
    )


def add_entry(
    connection: Connection,
    seq: int,
    tag: bytes,
    entry: bytes,
    nodes: Iterable[tuple[int, int, bytes]],
) -> None:
    """Store the entry at place `seq`, and the nodes that it completes.

    A node is (level, position, hash).
    """
    connection.execute(insert(log_entries).values(seq=seq, tag=tag, entry=entry))
    connection.execute(
        insert(log_nodes),
        [
            {"level": level, "position": position, "hash": digest}
            for level, position, digest in nodes
        ],
    )


def nodes(
    connection: Connection, coordinates: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """The hashes at these (level, position), in one query."""
    if not coordinates:
        return {}
    key = tuple_(log_nodes.c.level, log_nodes.c.position)
    rows = connection.execute(select(log_nodes).where(key.in_(coordinates)))
    return {(row.level, row.position): row.hash for row in rows}


def entries(
    connection: Connection, since: int, before: int, limit: int
) -> tuple[bytes, ...]:
    """The entries at the places `since` up to, not including, `before`."""
    query = (
        select(log_entries.c.entry)
        .where(log_entries.c.seq >= since, log_entries.c.seq < before)
        .order_by(log_entries.c.seq)
        .limit(limit)
    )
    return tuple(connection.execute(query).scalars())


def entries_of_tag(connection: Connection, tag: bytes) -> list[bytes]:
    """Every entry with this tag, oldest first."""
    query = (
        select(log_entries.c.entry)
        .where(log_entries.c.tag == tag)
        .order_by(log_entries.c.seq)
    )
    return list(connection.execute(query).scalars())
