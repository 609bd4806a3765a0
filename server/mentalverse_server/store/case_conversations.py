"""The conversation of a case: attached by the person's device, and read by the desk.

The desk reads who wrote, and who is in the group. What was written is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, insert, select, update

from mentalverse_crisis.case import Case, CaseState
from mentalverse_signaling.conversation import ConversationKind, Seat
from mentalverse_signaling.ids import AccountId, ConversationId

from . import cases
from .messages import RowKind
from .tables import (
    conversations,
    devices,
    group_devices,
    idempotency,
    members,
    messages,
)
from .tables_crisis import crisis_cases
from .tables_crisis_conversations import crisis_conversations

_FINAL = tuple(state.value for state in CaseState if state.is_final)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Somebody wrote a message that is meant to be read."""

    seq: int
    account: AccountId


@dataclass(frozen=True, slots=True)
class Read:
    """An open case and what has happened in its conversation."""

    case: Case
    spoken: tuple[Spoken, ...]
    """Since the desk was told last, in order; at most as many as were asked for."""
    present: frozenset[AccountId]
    """Who has a device in the group."""


def attach(connection: Connection, case: str, conversation: ConversationId) -> None:
    """Make this the conversation of the case, in the place of the one before.

    What has been written there so far is not of this case.
    """
    connection.execute(
        delete(crisis_conversations).where(crisis_conversations.c.case == case)
    )
    query = select(conversations.c.head).where(conversations.c.id == conversation)
    head = connection.execute(query).scalar_one()
    values = {"case": case, "conversation": conversation, "read_seq": head}
    connection.execute(insert(crisis_conversations).values(values))


def conversation_of(connection: Connection, case: str) -> ConversationId | None:
    """Where a case is talked about; None: its person's device has made none yet."""
    query = select(crisis_conversations.c.conversation)
    query = query.where(crisis_conversations.c.case == case)
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else ConversationId(found)


def of_open_cases(connection: Connection) -> list[ConversationId]:
    """The conversations of all cases that are not over."""
    query = (
        select(crisis_conversations.c.conversation)
        .distinct()
        .join(crisis_cases, crisis_cases.c.id == crisis_conversations.c.case)
        .where(crisis_cases.c.state.not_in(_FINAL))
    )
    return [ConversationId(found) for found in connection.execute(query).scalars()]


def leads(
    connection: Connection, account: AccountId, conversation: ConversationId
) -> bool:
    """Whether an account decides who is in this conversation, of the kind `crisis`."""
    query = select(
        exists().where(
            conversations.c.id == conversation,
            conversations.c.kind == ConversationKind.CRISIS,
            members.c.conversation == conversations.c.id,
            members.c.account == account,
            members.c.seat == Seat.STAFF,
        )
    )
    return bool(connection.execute(query).scalar())


def is_in(
    connection: Connection, conversation: ConversationId, account: AccountId
) -> bool:
    """Whether a device of this account is in the group."""
    return account in _present(connection, conversation)


# --- what the desk reads -------------------------------------------------------------


def read(connection: Connection, conversation: ConversationId, most: int) -> list[Read]:
    """The open cases of a conversation, with at most so many new messages each."""
    query = (
        select(crisis_conversations.c.case, crisis_conversations.c.read_seq)
        .join(crisis_cases, crisis_cases.c.id == crisis_conversations.c.case)
        .where(
            crisis_conversations.c.conversation == conversation,
            crisis_cases.c.state.not_in(_FINAL),
        )
    )
    found = []
    for row in connection.execute(query).all():
        case = cases.case(connection, row.case)
        if case is not None:
            spoken = _spoken(connection, conversation, row.read_seq, most)
            found.append(Read(case, spoken, _present(connection, conversation)))
    return found


def told(
    connection: Connection, case: str, conversation: ConversationId, seq: int
) -> None:
    """Remember that the desk knows of the log up to this row."""
    connection.execute(
        update(crisis_conversations)
        .where(
            crisis_conversations.c.case == case,
            crisis_conversations.c.conversation == conversation,
            crisis_conversations.c.read_seq < seq,
        )
        .values(read_seq=seq)
    )


def _spoken(
    connection: Connection, conversation: ConversationId, since: int, most: int
) -> tuple[Spoken, ...]:
    query = (
        select(messages.c.seq, devices.c.account)
        .join(
            idempotency,
            (idempotency.c.conversation == messages.c.conversation)
            & (idempotency.c.seq == messages.c.seq),
        )
        .join(devices, devices.c.id == idempotency.c.device)
        .where(
            messages.c.conversation == conversation,
            messages.c.seq > since,
            messages.c.kind == RowKind.APPLICATION,
        )
        .order_by(messages.c.seq)
        .limit(most)
    )
    rows = connection.execute(query).all()
    return tuple(Spoken(row.seq, AccountId(row.account)) for row in rows)


def _present(
    connection: Connection, conversation: ConversationId
) -> frozenset[AccountId]:
    query = select(group_devices.c.account).where(
        group_devices.c.conversation == conversation,
        group_devices.c.left_seq.is_(None),
    )
    return frozenset(AccountId(one) for one in connection.execute(query).scalars())
