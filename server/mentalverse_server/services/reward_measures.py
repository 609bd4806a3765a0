"""What bonuses go by: how satisfied people were, as a sum of many.

A measure is of the quarter that was over when the last answer about it could be changed
(`FEEDBACK_DAYS`), so it stands still for three months: two receipts that differ would
tell what one person changed. Of fewer than `MEASURES` people there is none at all, not
even in a receipt.
"""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.session_events import FEEDBACK_DAYS, Instrument

from ..clock import to_millis
from ..hooks.defaults.reward_rules import MEASURES, Fact, Measured
from ..store.engine import Connection
from .calls.feedback import DAY_MS, tally
from .credential_keys import Seal
from .reward_facts import PROFESSIONAL

SATISFACTION = "satisfaction"
_MONTHS = 3


class RewardMeasures:
    """Adds to facts what is measured of the beneficiary."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def added(self, connection: Connection, fact: Fact) -> Fact:
        """The fact with what was measured; only what professionals do has bonuses."""
        if fact.role != PROFESSIONAL:
            return fact
        from_ms, until_ms = settled_quarter(fact.occurred_at_ms)
        found = tally(
            connection,
            self._seal,
            AccountId(fact.beneficiary),
            Instrument.HELPED,
            from_ms,
            until_ms,
        )
        if found.people < MEASURES[SATISFACTION]:
            return fact
        measured = Measured(found.total, found.people)
        return replace(fact, measures={**fact.measures, SATISFACTION: measured})


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
