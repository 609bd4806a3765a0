"""What bonuses go by: how satisfied people were, and how available somebody was.

A measure is of the quarter that was over when the last answer about it could be changed
(`FEEDBACK_DAYS`), so it stands still for three months: two receipts that differ would
tell what one person changed. Of fewer than `MEASURES` there is none at all, not even in
a receipt, and of whoever wants no entries nothing is measured.

Availability goes by the sessions that somebody planned themselves, as a professional,
and by the facts that the books have of those: calls are forgotten before a quarter is
over. So a session of which nothing was written down was not kept, whether nobody came,
rewards were off, or its planner wanted none then. Where a call was opened again for a
session, the last one tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.session_events import FEEDBACK_DAYS, Instrument

from ..clock import to_millis
from ..hooks.catalogue.fields import Role as Party
from ..hooks.defaults.reward_rules import (
    MEASURES,
    Fact,
    Measured,
    Pack,
    Published,
    availability,
)
from ..store import reward_evidence as evidence
from ..store import rewards as store
from ..store.engine import Connection
from ..store.reward_evidence import OwnPlan
from .calls.feedback import DAY_MS, tally
from .calls.outside import SILENT_KINDS, party_roles, told_of
from .credential_keys import Seal
from .reward_facts import KINDS, PROFESSIONAL

_MONTHS = 3
_AS_SOMEBODY_ELSE = (Party.MENTOR, Party.MENTEE)


class RewardMeasures:
    """Adds to facts what is measured of the beneficiary."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def added(
        self, connection: Connection, fact: Fact, packs: tuple[Pack, ...]
    ) -> Fact:
        """The fact with what was measured; only what professionals do has bonuses."""
        if fact.role != PROFESSIONAL or "consent" not in fact.proofs:
            return fact
        account, span = (
            AccountId(fact.beneficiary),
            settled_quarter(fact.occurred_at_ms),
        )
        every = tuple(_published(connection, account, span))
        found = {
            "satisfaction": self._satisfaction(connection, account, span),
            "availability": availability(packs, every),
        }
        enough = {
            name: one for name, one in found.items() if one.count >= MEASURES[name]
        }
        return replace(fact, measures={**fact.measures, **enough})

    def _satisfaction(
        self, connection: Connection, account: AccountId, span: tuple[int, int]
    ) -> Measured:
        found = tally(connection, self._seal, account, Instrument.HELPED, *span)
        return Measured(found.total, found.people)


def _published(
    connection: Connection, account: AccountId, span: tuple[int, int]
) -> Iterator[Published]:
    """What somebody planned as a professional, and what was written down of it."""
    plans = [
        plan
        for plan in evidence.planned_by(connection, account, *span)
        if plan.kind not in SILENT_KINDS
        and not _is_somebody_else(connection, account, plan.pair)
    ]
    events = {
        plan.session: told_of(plan.session, plan.call, account)
        for plan in plans
        if plan.call is not None
    }
    told = {event for some in events.values() for event in some}
    texts = store.facts_of(connection, account, told)
    for plan in plans:
        facts = tuple(
            msgspec.json.decode(text, type=Fact)
            for event in events.get(plan.session, ())
            for text in texts.get(event, ())
        )
        yield Published(plan=_plan(account, plan), facts=facts)


def _is_somebody_else(
    connection: Connection, account: AccountId, pair: tuple[AccountId, ...]
) -> bool:
    """Whether somebody meets the other of two as what professionals are not."""
    return party_roles(connection, pair).get(account) in _AS_SOMEBODY_ELSE


def _plan(account: AccountId, plan: OwnPlan) -> Fact:
    return Fact(
        evt_id="",
        type="session.attended" if plan.pair else "circle.closed",
        occurred_at_ms=plan.starts_at_ms,
        beneficiary=account,
        role=PROFESSIONAL,
        kind=KINDS.get(plan.kind, plan.kind),
        planned_minutes=plan.minutes,
    )


def settled_quarter(at_ms: int) -> tuple[int, int]:
    """When the last quarter that nobody changes began, and the one after it."""
    moment = datetime.fromtimestamp((at_ms - FEEDBACK_DAYS * DAY_MS) / 1000, UTC)
    until = _quarter(moment.year * 12 + moment.month - 1)
    before = until.year * 12 + until.month - 1 - _MONTHS
    return to_millis(_quarter(before)), to_millis(until)


def _quarter(months: int) -> datetime:
    """When the quarter of a month began, counted from the year 0."""
    first = months - months % _MONTHS
    return datetime(first // 12, first % 12 + 1, 1, tzinfo=UTC)
