"""What was done to endpoints, by whom: only ever added to.

The same rows make a call one call: who sends a request again is told what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.webhook_events import WebhookAct

from .tables import accounts
from .tables_hooks import webhook_acts

Answer = dict[str, int | str | None]
"""What was said, beside the endpoint itself. Never a secret."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done."""

    at_ms: int
    act: WebhookAct
    endpoint: str
    account: AccountId | None = None
    """None: by the command line beside the server."""
    request: str | None = None
    answer: Answer = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """An act, and the handle of who did it; None where there is none any more."""

    act: Act
    by: str | None


def add(connection: Connection, act: Act) -> None:
    """Note it."""
    connection.execute(
        insert(webhook_acts).values(
            at_ms=act.at_ms,
            account=act.account,
            request=act.request,
            act=act.act.value,
            endpoint=act.endpoint,
            answer=msgspec.json.encode(act.answer).decode(),
        )
    )


def of_request(connection: Connection, account: AccountId, request: str) -> Act | None:
    """What came of this request, if it was here before."""
    query = select(webhook_acts).where(
        webhook_acts.c.account == account, webhook_acts.c.request == request
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _act(row)


def newest(connection: Connection, most: int) -> list[Done]:
    """The last acts, the newest first."""
    query = (
        select(webhook_acts, accounts.c.handle)
        .outerjoin(accounts, accounts.c.id == webhook_acts.c.account)
        .order_by(webhook_acts.c.seq.desc())
        .limit(most)
    )
    return [Done(_act(row), row.handle) for row in connection.execute(query)]


def _act(row: Row[Any]) -> Act:
    return Act(
        row.at_ms,
        WebhookAct(row.act),
        row.endpoint,
        row.account,
        row.request,
        msgspec.json.decode(row.answer),
    )
