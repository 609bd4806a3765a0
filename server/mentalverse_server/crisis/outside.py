"""Tells the outbox what the desk has decided, in the decision's transaction.

A request for help never fails for this: what is told lies in a savepoint of its own,
and a defect in it is counted and logged, while the decision stands.

What is told of a case is about the person who asked, whose consent it takes; of a drill
it is about nobody.

Minutes of a duty are counted from where it began (`crisis_duties`), without its breaks.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import structlog

from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Desk, Duty
from mentalverse_signaling.ids import AccountId

from ..store import crisis_duties, outbox
from ..store.outbox import Outgoing
from ..store.transaction import Transaction
from .outside_facts import CaseFact, DutyFact, case_facts, duty_facts

MS_PER_MINUTE = 60_000
ID_BYTES = 16
MEMBERS_TIER, CRISIS_TIER = 1, 2

log = structlog.get_logger()


class ToldOutside:
    """Of every decision; its methods run in the writer's thread."""

    def __init__(self, rng: Callable[[int], bytes]) -> None:
        self._rng = rng
        self.defects = 0

    def record(
        self, transaction: Transaction, before: Desk, decision: Decision, now_ms: int
    ) -> None:
        """Store what may be told of a decision."""
        if not decision.entries and not decision.responders and not decision.cases:
            return
        try:
            with transaction.connection.begin_nested():
                for fact in case_facts(before, decision, now_ms):
                    self._case(transaction, fact)
                for duty in duty_facts(before, decision):
                    self._duty(transaction, duty, now_ms)
        except Exception:  # the decision stands, whatever is told of it
            self.defects += 1
            log.exception("desk.outbox_failed")

    def _case(self, transaction: Transaction, fact: CaseFact) -> None:
        evt_id = _one_of(fact) if fact.once else self._rng(ID_BYTES)
        if fact.once and outbox.is_known(transaction.connection, evt_id):
            return
        person = AccountId(fact.person)
        told = Outgoing(
            evt_id=evt_id,
            type=fact.type,
            key=f"case:{fact.case}",
            data={"case": fact.case, "state": fact.type.partition(".")[2]},
            tier=CRISIS_TIER,
            occurred_at_ms=fact.at_ms,
            subjects=() if fact.is_drill or not person else (person,),
            drill=fact.is_drill,
        )
        outbox.add(transaction, told)

    def _duty(self, transaction: Transaction, fact: DutyFact, now_ms: int) -> None:
        account, connection = AccountId(fact.account), transaction.connection
        if fact.was is Duty.OFF:
            shift = self._rng(ID_BYTES).hex()
            crisis_duties.begin(connection, account, shift, now_ms)
            self._tell_duty(transaction, "duty.started", account, shift, 0, now_ms)
        known = crisis_duties.count(connection, account, now_ms, fact.now is Duty.ON)
        if fact.now is Duty.OFF and known is not None:
            crisis_duties.end(connection, account)
            minutes = known.on_ms // MS_PER_MINUTE
            self._tell_duty(
                transaction, "duty.ended", account, known.shift, minutes, now_ms
            )

    def _tell_duty(
        self,
        transaction: Transaction,
        name: str,
        account: AccountId,
        shift: str,
        minutes: int,
        now_ms: int,
    ) -> None:
        told = Outgoing(
            evt_id=self._rng(ID_BYTES),
            type=name,
            key=f"shift:{shift}",
            data={
                "shift": shift,
                "account": account,
                "role": "responder",
                "minutes": minutes,
            },
            tier=MEMBERS_TIER,
            occurred_at_ms=now_ms,
            subjects=(account,),
        )
        outbox.add(transaction, told)


def _one_of(fact: CaseFact) -> bytes:
    return sha256(f"{fact.type}:{fact.once}".encode()).digest()[:ID_BYTES]
