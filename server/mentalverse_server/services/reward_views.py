"""Entries of the ledger as those see them whose they are."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mentalverse_signaling.reward_events import EntryState, RewardEntry

from ..hooks.defaults import rewards as ledger
from ..hooks.defaults.reward_rules import Fact, Pack, Receipt, State, read_receipt
from ..store.engine import Connection
from ..store.ledger import Right
from .reward_telling import entry_of, expected_micro, paid_micro

DISPUTED = "disputed"
STATES: Mapping[str, EntryState] = {
    State.PENDING.value: EntryState.PENDING,
    State.DISPUTED.value: EntryState.HELD,
    State.POSTED.value: EntryState.POSTED,
    State.VOIDED.value: EntryState.VOIDED,
    State.REVERSED.value: EntryState.CORRECTED,
}
WAITING = (EntryState.PENDING, EntryState.HELD)


def entry_view(
    connection: Connection,
    right: Right,
    packs: Mapping[str, Pack],
    *,
    is_disputed: bool,
) -> RewardEntry:
    """A right as its beneficiary sees it."""
    fact = msgspec.json.decode(right.fact, type=Fact)
    state, pack = STATES[right.state], packs.get(right.pack_hash)
    receipt = None if right.receipt is None else read_receipt(right.receipt.encode())
    micro = 0 if receipt is None else receipt.paid_micro
    if state is EntryState.POSTED and receipt is not None:
        micro = paid_micro(right, receipt)
    if state in WAITING and pack is not None:
        micro = expected_micro(pack, right.rule, fact)
    return RewardEntry(
        entry=entry_of(right.source_event, right.rule),
        rule=right.rule,
        at=fact.occurred_at_ms,
        minutes=fact.minutes,
        state=state,
        micro=str(micro),
        owed_micro=str(right.owed_micro),
        reason=_reason(connection, right, receipt, is_disputed=is_disputed) or None,
    )


def _reason(
    connection: Connection,
    right: Right,
    receipt: Receipt | None,
    *,
    is_disputed: bool,
) -> str:
    if is_disputed:
        return DISPUTED
    if receipt is not None:
        return receipt.reason
    return ledger.reason(connection, right)
