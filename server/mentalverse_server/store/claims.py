"""Claims as they are signed: a row of each of the two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby

from sqlalchemy import Connection, func, insert, select

from mentalverse_signaling.claim_events import ClaimKind, ClaimView
from mentalverse_signaling.ids import AccountId, ConversationId, DeviceId

from .tables_attendance import claims


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """What one device has signed."""

    conversation: ConversationId
    kind: ClaimKind
    ref: bytes
    account: AccountId
    device: DeviceId
    day: int
    signature: bytes
    at_ms: int


def signed(
    connection: Connection, conversation: ConversationId, kind: ClaimKind, ref: bytes
) -> dict[AccountId, int]:
    """The days that were signed of a claim, by account."""
    query = select(claims.c.account, claims.c.day).where(
        claims.c.conversation == conversation,
        claims.c.kind == kind.value,
        claims.c.ref == ref.hex(),
    )
    return {AccountId(account): day for account, day in connection.execute(query)}


def add(connection: Connection, row: ClaimRow) -> None:
    """Keep a signature; one of each account for each claim."""
    values = {**asdict(row), "kind": row.kind.value, "ref": row.ref.hex()}
    connection.execute(insert(claims).values(values))


def count(connection: Connection, conversation: ConversationId) -> int:
    """How many signatures there are in a conversation."""
    query = (
        select(func.count())
        .select_from(claims)
        .where(claims.c.conversation == conversation)
    )
    return int(connection.execute(query).scalar_one())


def newest(
    connection: Connection, conversation: ConversationId, most: int
) -> list[ClaimView]:
    """The claims of a conversation, the newest day first; at most so many."""
    table = claims
    query = (
        select(table.c.kind, table.c.ref, table.c.day, table.c.account)
        .where(table.c.conversation == conversation)
        .order_by(table.c.day.desc(), table.c.kind, table.c.ref, table.c.account)
        .limit(2 * most)
    )
    found = groupby(connection.execute(query).all(), key=lambda row: row[:3])
    views = [
        view(kind, bytes.fromhex(ref), day, [AccountId(row[3]) for row in rows])
        for (kind, ref, day), rows in found
    ]
    return views[:most]


def view(kind: str, ref: bytes, day: int, by: Iterable[AccountId]) -> ClaimView:
    """A claim as the two see it."""
    return ClaimView(ClaimKind(kind), ref, day, tuple(sorted(by)))
