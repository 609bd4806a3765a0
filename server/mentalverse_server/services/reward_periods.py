"""Months and quarters as facts: how regularly people kept their sessions.

A period is tallied once the facts of its last day have come in, from what the books
know of each session. How many were planned is counted from the plans: what was called
off is none. Whoever wants no entries has none here either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from mentalverse_signaling.ids import AccountId

from ..clock import to_millis
from ..hooks.defaults.reward_rules import WATERMARK_MS, Fact, epoch_of, tallied
from ..store import reward_evidence as evidence
from ..store import rewards as store
from ..store.engine import Connection
from .calls.outside import SILENT_KINDS, party_roles
from .reward_facts import MENTEE, consents, role_of

Period = Literal["month", "quarter"]
PERIODS: tuple[Period, ...] = ("month", "quarter")
SESSION = "session.attended"
_MONTHS = {"month": 1, "quarter": 3}


def bounds(period: Period, now_ms: int) -> tuple[int, int]:
    """First and last millisecond of the last period of which all facts are there."""
    at = datetime.fromtimestamp((now_ms - WATERMARK_MS) / 1000, UTC)
    months = at.year * 12 + at.month - 1
    until = months - months % _MONTHS[period]
    return _begins_ms(until - _MONTHS[period]), _begins_ms(until) - 1


def period_facts(
    connection: Connection, period: Period, now_ms: int
) -> tuple[Fact, ...]:
    """What everybody kept of the last period that is complete."""
    from_ms, last_ms = bounds(period, now_ms)
    texts = store.facts_between(connection, epoch_of(from_ms), epoch_of(now_ms))
    sessions = [
        fact
        for fact in (msgspec.json.decode(text, type=Fact) for text in texts)
        if fact.type == SESSION and from_ms <= fact.occurred_at_ms <= last_ms
    ]
    people = {AccountId(fact.beneficiary) for fact in sessions}
    willing = {each for each in people if consents(connection, each)}
    sessions = [fact for fact in sessions if fact.beneficiary in willing]
    planned: Counter[tuple[str, str]] = Counter()
    for account in sorted(willing):
        for role in _planned(connection, account, from_ms, last_ms):
            planned[account, role] += 1
    return tallied(period, last_ms, sessions, planned)


def _planned(
    connection: Connection, account: AccountId, from_ms: int, last_ms: int
) -> Iterator[str]:
    """As whom somebody was to come, session by session."""
    for plan in evidence.plans_of(connection, account, from_ms, last_ms):
        if plan.kind in SILENT_KINDS:
            continue
        if not plan.is_pair:
            # Who leads is known of circles that were held, and is paid by each of them.
            yield MENTEE
            continue
        said = party_roles(connection, plan.members)[account]
        yield role_of(connection, account, said, last_ms)


def _begins_ms(months: int) -> int:
    """When a month began, counted from the year 0."""
    return to_millis(datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC))
