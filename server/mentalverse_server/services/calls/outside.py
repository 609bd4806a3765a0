"""What is told outside of planned sessions and circles: minutes and roles, no words.

Only what was planned is told. Nothing is told of a call in a crisis, nor of one aside:
no stream shows who was in one (`is_told`). Plans themselves are told by `outgoing`.

| Told | When |
|---|---|
| `session.started` | two are there for the first time |
| `session.ended` | the call is over, and two were there |
| `session.no_show` | it is over a quarter of an hour late, and somebody waited alone |
| `session.quality` | with `session.ended`, where a device told how its line was |
| `session.attended` | it is settled what counts for a party |
| `circle.opened`, `.closed` | as the first two, in a call that is led |

A call that is opened again for the same session is told of again.

`session.quality` is for operations, and about nobody: the worst loss and the worst
round trip that any device told of a minute, whoever's they were, and how often one was
back. A session of which either is not known leaves none: a line that nobody measured is
not a good one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from mentalverse_signaling.attendance_text import leaves_receipts, whole_minutes
from mentalverse_signaling.call_events import CallEndReason, CallRole
from mentalverse_signaling.calls.counting import Counted
from mentalverse_signaling.calls.model import Call
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import AccountId, CallId, SessionId
from mentalverse_signaling.roles import Role

from ...hooks.catalogue.fields import Role as Party
from ...hooks.catalogue.sessions import (
    Attended,
    CircleHeld,
    EndReason,
    MediaMode,
    SessionAttended,
    SessionPlanned,
    SessionQuality,
    SessionRan,
)
from ...store import attendance, roles
from ...store.calls import LEADING
from ...store.conversations import load_state
from ...store.engine import Connection
from ...store.transaction import Transaction
from ..telling import event_id, tell

WAITED_MS = 15 * 60_000
ON_TIME_MS = 5 * 60_000
_ENDS = {
    CallEndReason.ENDED: EndReason.COMPLETED,
    CallEndReason.EMPTY: EndReason.EMPTY,
    CallEndReason.NO_FACILITATOR: EndReason.FAILED,
}
SILENT_KINDS = frozenset({"crisis", "side"})
"""Of calls, in whatever conversation somebody plans one."""


def is_told(call: Call) -> bool:
    """Whether anything of a call is told outside."""
    return (
        call.session is not None
        and leaves_receipts(call.conversation_kind)
        and call.kind.id not in SILENT_KINDS
    )


def tell_change(
    transaction: Transaction, before: Call, after: Call, at_ms: int
) -> None:
    """Tell what a decision has made of a call."""
    if after.session is None or not is_told(after):
        return
    if before.began_at_ms is None and after.began_at_ms is not None:
        _tell_ran(transaction, after, after.session, "started", after.began_at_ms)
    if before.end is None and after.end is not None:
        if after.began_at_ms is not None:
            _tell_ran(transaction, after, after.session, "ended", at_ms)
            _tell_quality(transaction, after, after.session, at_ms)
        elif at_ms >= (after.starts_at_ms or 0) + WAITED_MS:
            _tell_no_show(transaction, after, after.session, at_ms)


def tell_attended(
    transaction: Transaction,
    call: Call,
    account: AccountId,
    counted: Counted,
    at_ms: int,
) -> None:
    """Tell what counts for a party, once that is settled."""
    if call.session is None or not is_told(call):
        return
    connection = transaction.connection
    data = SessionAttended(
        kind=call.kind.id,
        party=account,
        role=_parties(connection, call)[account],
        planned_min=call.planned_minutes or 0,
        attended_min=counted.minutes,
        receipt_hash=_receipt_hash(connection, call, account),
        countersigned=counted.is_countersigned,
        on_time=_is_on_time(connection, call, account),
    )
    tell(
        *(transaction, "session.attended", call.session, data),
        at_ms=at_ms,
        about=(account,),
        occasion=_party(call.id, account),
    )


def told_of(session: SessionId, call: CallId, account: AccountId) -> tuple[str, ...]:
    """Ids of the events that say whether a party was there, if anything was told."""
    attended = event_id("session.attended", session, _party(call, account))
    return (attended.hex(), event_id("session.no_show", session, call).hex())


def _tell_ran(
    transaction: Transaction, call: Call, session: SessionId, step: str, at_ms: int
) -> None:
    roles_of = _parties(transaction.connection, call)
    present = tuple(
        Attended(
            party=account,
            role=roles_of[account],
            attended_min=whole_minutes(call.attended_ms.get(account, 0)),
        )
        for account in sorted(roles_of)
    )
    reason = _ENDS.get(call.end, EndReason.EMPTY) if call.end else None
    ran = SessionRan(
        kind=call.kind.id,
        planned_min=call.planned_minutes or 0,
        parties=present,
        end_reason=reason,
        media_mode=MediaMode(call.route.media.value),
    )
    tell(
        *(transaction, f"session.{step}", session, ran),
        at_ms=at_ms,
        about=tuple(sorted(roles_of)),
        occasion=call.id,
    )
    if call.kind.is_led:
        _tell_held(transaction, call, roles_of, present, at_ms)


def _tell_held(
    transaction: Transaction,
    call: Call,
    roles_of: Mapping[AccountId, Party],
    parties: tuple[Attended, ...],
    at_ms: int,
) -> None:
    held = CircleHeld(
        kind=call.kind.id,
        seats=call.capacity,
        facilitators=tuple(
            sorted(a for a, role in roles_of.items() if role is Party.FACILITATOR)
        ),
        agenda_done=0 if call.phase is None else call.phase.index,
        parties=parties,
    )
    name = "circle.opened" if call.end is None else "circle.closed"
    tell(
        *(transaction, name, call.conversation, held),
        at_ms=at_ms,
        about=tuple(sorted(roles_of)),
        occasion=call.id,
    )


def _tell_quality(
    transaction: Transaction, call: Call, session: SessionId, at_ms: int
) -> None:
    """How the line was; about nobody, so nobody's consent is asked."""
    loss, rtt = call.worst_loss, call.worst_rtt
    if loss is None or rtt is None:
        return
    data = SessionQuality(loss_percent=loss, rtt_ms=rtt, reconnects=call.reconnects)
    tell(
        *(transaction, "session.quality", session, data),
        at_ms=at_ms,
        occasion=call.id,
    )


def _tell_no_show(
    transaction: Transaction, call: Call, session: SessionId, at_ms: int
) -> None:
    """Who waited is there in the leases; somebody else was to come."""
    connection = transaction.connection
    if not call.attended_ms:
        return
    if call.kind.is_led:
        has_lead = Party.FACILITATOR in _parties(connection, call).values()
        absent = Party.PARTICIPANT if has_lead else Party.FACILITATOR
    else:
        waited = _parties(connection, call).values()
        absent = Party.MENTEE if Party.MENTOR in waited else Party.PARTICIPANT
        absent = Party.MENTOR if Party.MENTEE in waited else absent
    data = SessionPlanned(
        kind=call.kind.id,
        planned_min=call.planned_minutes or 0,
        start=call.starts_at_ms or 0,
        by=absent,
    )
    state = load_state(connection, call.conversation)
    seats = () if state is None else state.membership.seats
    about = tuple(sorted({*call.attended_ms, *seats}))
    tell(
        *(transaction, "session.no_show", session, data),
        at_ms=at_ms,
        about=about,
        occasion=call.id,
    )


def _party(call: CallId, account: AccountId) -> str:
    return f"{call}:{account}"


def _parties(connection: Connection, call: Call) -> dict[AccountId, Party]:
    """As whom everybody takes part: in a led call by the seat, else by the account."""
    held = attendance.roles(connection, call.id)
    held |= {account: seat.role for account, seat in call.seats.items()}
    if call.conversation_kind is not ConversationKind.DIRECT:
        return {account: _seated_as(role) for account, role in held.items()}
    return party_roles(connection, held)


def party_roles(
    connection: Connection, accounts: Iterable[AccountId]
) -> dict[AccountId, Party]:
    """As whom two meet: by what each of them is here, and by what the other is."""
    given = {account: set(roles.roles_of(connection, account)) for account in accounts}
    mentors = {account for account, has in given.items() if Role.MENTOR in has}
    if len(mentors) > 1:
        mentors = {one for one in mentors if Role.MENTEE not in given[one]}
    return {
        account: Party.MENTOR
        if account in mentors
        else Party.MENTEE
        if Role.MENTEE in has
        else Party.PARTICIPANT
        for account, has in given.items()
    }


def _seated_as(role: CallRole) -> Party:
    if role in LEADING:
        return Party.FACILITATOR
    return Party.SUPERVISOR if role is CallRole.OBSERVER else Party.PARTICIPANT


def _receipt_hash(connection: Connection, call: Call, account: AccountId) -> str:
    """Of what the party's devices signed; without a receipt, of call and party."""
    signatures = attendance.signatures(connection, call.id, account)
    octets = [bytes.fromhex(call.id), bytes.fromhex(account), *sorted(signatures)]
    return sha256(b"".join(octets)).hexdigest()


def _is_on_time(connection: Connection, call: Call, account: AccountId) -> bool | None:
    came_ms = attendance.came_at_ms(connection, call.id, account)
    if came_ms is None or call.starts_at_ms is None:
        return None
    return came_ms <= call.starts_at_ms + ON_TIME_MS
