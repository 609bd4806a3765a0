"""What endpoints outside are told of planned sessions, from the transaction that plans.

Only in conversations of two and in circles anything is planned: a case of the crisis
desk has no sessions. A session of the kind of calls in a crisis is told to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from mentalverse_signaling.session_events import SessionStatus

from ...store import outbox
from ...store.call_sessions import SessionRow
from ...store.conversations import load_state
from ...store.engine import Connection
from ...store.outbox import Outgoing
from ...store.roles import roles_of
from ...store.transaction import Transaction
from .outside import SILENT_KINDS

MINUTE_MS: Final = 60_000
MOST_MINUTES: Final = 31 * 24 * 60
"""Of notice: how long before that somebody knew is the same to everybody."""


def tell_planned(
    transaction: Transaction,
    rng: Callable[[int], bytes],
    before: SessionRow | None,
    after: SessionRow,
    by: AccountId,
    now_ms: int,
) -> None:
    """A session was planned (`before` is None), moved or called off by somebody.

    Other seats or media are nobody's business outside.
    """
    step = _step(before, after)
    if step is None or after.kind in SILENT_KINDS:
        return
    connection = transaction.connection
    state = load_state(connection, after.conversation)
    seats = () if state is None else tuple(state.membership.seats)
    is_circle = state is not None and state.kind is ConversationKind.CIRCLE
    starts_at_ms = after.starts_at_ms if before is None else before.starts_at_ms
    notice_minutes = max(0, starts_at_ms - now_ms) // MINUTE_MS
    event = Outgoing(
        evt_id=rng(16),
        type=f"session.{step}",
        key=f"session:{after.id}",
        data={
            "kind": after.kind,
            "planned_min": after.minutes,
            "start": after.starts_at_ms,
            "by": _role(connection, by, is_circle=is_circle),
            "notice_min": min(notice_minutes, MOST_MINUTES),
        },
        tier=1,
        occurred_at_ms=now_ms,
        subjects=seats,
    )
    outbox.add(transaction, event)


def _step(before: SessionRow | None, after: SessionRow) -> str | None:
    if before is None:
        return "scheduled"
    if after.status is SessionStatus.CANCELLED:
        return None if before.status is after.status else "cancelled"
    times = (before.starts_at_ms, before.minutes)
    return None if times == (after.starts_at_ms, after.minutes) else "rescheduled"


def _role(connection: Connection, account: AccountId, *, is_circle: bool) -> str:
    """As whom somebody plans: in a circle its staff does."""
    if is_circle:
        return Role.FACILITATOR.value
    held = roles_of(connection, account)
    for role in (Role.MENTOR, Role.MENTEE):
        if role in held:
            return role.value
    return "participant"
