"""What is left of accounts that were deleted, until nobody needs it any more.

An account is gone once its row is. Members of its conversations take its devices out of
the groups; until then they may have to look at its device lists. A conversation that
nobody is in goes whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    exists,
    or_,
    select,
    update,
)

from mentalverse_signaling.blob_api import BlobPurpose
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, ConversationId

from ..clock import to_millis
from . import tables as t
from .reports import is_unsettled
from .tables_attendance import claims
from .tables_blobs import blobs
from .tables_calls import calls
from .tables_freezing import freezes, rejections
from .tables_identity import device_lists
from .tables_push import push_muted, push_told
from .tables_recovery import rejoins, report_blobs, report_rows, reports

SIGN_IN_HOURS = 24
"""How long a deletion that is repeated is answered as the first time."""
CALL_GROUPS_KEPT_FOR = timedelta(days=1)
ROWS_PER_STEP = 2_000
ACCOUNTS_PER_STEP = 100

_BY_CONVERSATION = (
    t.members,
    t.group_devices,
    t.welcomes,
    t.idempotency,
    rejoins,
    push_told,
    push_muted,
    claims,
)


def was_deleted(connection: Connection, token_hash: bytes) -> bool:
    """Whether a token was of an account that has been deleted since."""
    query = select(t.sign_ins.c.account).where(
        t.sign_ins.c.token_hash == token_hash, _is_gone(t.sign_ins)
    )
    return connection.execute(query).first() is not None


def revoke_devices(connection: Connection, account: AccountId, now: datetime) -> None:
    """Let no device of the account act any more."""
    connection.execute(
        update(t.devices)
        .where(t.devices.c.account == account, t.devices.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def conversations_of(
    connection: Connection, account: AccountId
) -> list[ConversationId]:
    """The conversations in which the account has a place."""
    query = select(t.members.c.conversation).where(t.members.c.account == account)
    return [ConversationId(c) for c in connection.execute(query).scalars()]


def release_blobs(
    connection: Connection, account: AccountId, now: datetime, kept_until: datetime
) -> None:
    """Show nobody what the account has stored, as if it had deleted each file.

    A complete attachment is kept for a while, since whoever was sent it may report it;
    the rest is over. Parts of commits belong to their conversations.
    """
    own = blobs.c.account == account
    is_sent = (blobs.c.purpose == BlobPurpose.ATTACHMENT.value) & (
        blobs.c.completed_at.is_not(None)
    )
    connection.execute(
        update(blobs)
        .where(own, is_sent, blobs.c.kept_until.is_(None))
        .values(expires_at=now, kept_until=kept_until)
    )
    is_part = blobs.c.purpose == BlobPurpose.GROUP.value
    connection.execute(
        update(blobs).where(own, ~is_sent, ~is_part).values(expires_at=now)
    )


def prune(connection: Connection, now: datetime) -> None:
    """Forget the ended sign-ins and the decided reports of those who left.

    Nobody is left who could appeal them; what is appealed waits for its decision.
    """
    connection.execute(
        delete(t.sign_ins).where(
            _is_gone(t.sign_ins),
            t.sign_ins.c.revoked_at < now - timedelta(hours=SIGN_IN_HOURS),
        )
    )
    closed = select(reports.c.id).where(
        _is_gone(reports), reports.c.closed_at.is_not(None)
    )
    for table in (report_rows, report_blobs):
        connection.execute(delete(table).where(table.c.report.in_(closed)))
    connection.execute(
        delete(reports).where(_is_gone(reports), reports.c.closed_at.is_not(None))
    )


def left_behind(connection: Connection) -> list[AccountId]:
    """Some accounts that are gone, and whose devices no group has any more."""
    has_leaf = exists().where(
        t.group_devices.c.account == t.devices.c.account,
        t.group_devices.c.left_seq.is_(None),
    )
    query = select(t.devices.c.account).where(_is_gone(t.devices), ~has_leaf)
    found = connection.execute(query.distinct().limit(ACCOUNTS_PER_STEP)).scalars()
    return [AccountId(account) for account in found]


def forget_devices(connection: Connection, gone: Sequence[AccountId]) -> None:
    """Forget devices and lists of accounts that nobody can ask about any more."""
    for owned in (device_lists, t.devices):
        connection.execute(delete(owned).where(owned.c.account.in_(gone)))


def empty_conversation(connection: Connection, now: datetime) -> ConversationId | None:
    """A conversation that nobody is in, and no unsettled report is about."""
    is_somebodys = exists().where(
        t.members.c.conversation == t.conversations.c.id,
        t.accounts.c.id == t.members.c.account,
    )
    is_reported = exists().where(
        reports.c.conversation == t.conversations.c.id, is_unsettled(now)
    )
    query = select(t.conversations.c.id).where(~is_somebodys, ~is_reported).limit(1)
    found = connection.execute(query).scalar()
    return None if found is None else ConversationId(found)


def over_call_group(connection: Connection, now: datetime) -> ConversationId | None:
    """A conversation that keyed the frames of a call which is over.

    One that is not named by an open call may be about to be: it has a day for that.
    """
    before = now - CALL_GROUPS_KEPT_FOR
    is_needed = exists().where(
        calls.c.key_group == t.conversations.c.id,
        or_(calls.c.ended_at_ms.is_(None), calls.c.ended_at_ms > to_millis(before)),
    )
    is_reported = exists().where(
        reports.c.conversation == t.conversations.c.id, is_unsettled(now)
    )
    query = select(t.conversations.c.id).where(
        t.conversations.c.kind == ConversationKind.CALL.value,
        t.conversations.c.created_at < before,
        ~is_needed,
        ~is_reported,
    )
    found = connection.execute(query.limit(1)).scalar()
    return None if found is None else ConversationId(found)


def drop_rows(
    connection: Connection, conversation: ConversationId, seen: Callable[[bytes], None]
) -> bool:
    """Delete some rows of a log, each shown to `seen` first; whether any were left."""
    first = (
        select(t.messages.c.seq, t.messages.c.payload)
        .where(t.messages.c.conversation == conversation)
        .order_by(t.messages.c.seq)
        .limit(ROWS_PER_STEP)
    )
    rows = connection.execute(first).all()
    for row in rows:
        seen(row.payload)
    if rows:
        connection.execute(
            delete(t.messages).where(
                t.messages.c.conversation == conversation,
                t.messages.c.seq <= rows[-1].seq,
            )
        )
    return bool(rows)


def drop_conversation(connection: Connection, conversation: ConversationId) -> None:
    """Delete a conversation whose log is empty."""
    groups = list(
        connection.execute(
            select(t.conversations.c.group_id)
            .where(t.conversations.c.id == conversation)
            .union(
                select(freezes.c.group_id).where(freezes.c.conversation == conversation)
            )
        ).scalars()
    )
    for of_group in (t.epochs, t.group_infos, rejections, freezes):
        connection.execute(delete(of_group).where(of_group.c.group_id.in_(groups)))
    for table in _BY_CONVERSATION:
        connection.execute(delete(table).where(table.c.conversation == conversation))
    connection.execute(
        delete(t.conversations).where(t.conversations.c.id == conversation)
    )


def _is_gone(table: Table) -> ColumnElement[bool]:
    """The account that a row names does not exist any more."""
    return ~exists().where(t.accounts.c.id == table.c.account)
