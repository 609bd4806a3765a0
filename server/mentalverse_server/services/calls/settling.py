"""What counts of a call for each of its parties, written down once."""

from __future__ import annotations

from mentalverse_signaling.attendance_text import leaves_receipts
from mentalverse_signaling.calls.counting import Attended, count, goes_to_review
from mentalverse_signaling.calls.model import Call

from ...store import attendance as store
from ...store.calls import LEADING
from ...store.transaction import Transaction
from .outside import tell_attended


def settle(transaction: Transaction, call: Call, now_ms: int, *, is_late: bool) -> None:
    """Settle whom it is certain of, and not before.

    Args:
        transaction: In which the call, its leases and receipts stand.
        call: One that is over.
        now_ms: The time by which calls are decided on.
        is_late: Whether receipts are no longer taken.
    """
    connection = transaction.connection
    if not leaves_receipts(call.conversation_kind):
        return
    done = store.settled(connection, call.id)
    roles = store.roles(connection, call.id)
    attended = Attended(
        leased_ms=call.attended_ms,
        leading=frozenset(one for one, role in roles.items() if role in LEADING),
        is_led=call.kind.is_led,
        planned_minutes=call.planned_minutes if call.session else None,
        receipts=store.receipts(connection, call.id),
    )
    for account in sorted(call.attended_ms.keys() - done.keys()):
        counted = count(attended, account, is_late=is_late)
        if counted is None:
            continue
        before = store.countersigned_before(connection, account)
        store.settle(
            connection,
            call.id,
            account,
            session=call.session,
            role=roles[account],
            counted=counted,
            in_review=goes_to_review([counted.is_countersigned, *before]),
            at_ms=now_ms,
        )
        tell_attended(transaction, call, account, counted, now_ms)
