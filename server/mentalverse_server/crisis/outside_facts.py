"""What may be told outside of a decision of the desk: names and states, nothing else.

| of the log, or of a case | event |
|---|---|
| opened, band set, offered | `crisis.opened`, `.band_changed`, `.offered` |
| accepted, escalated | `crisis.accepted`, `.escalated` |
| transfer, once it is done | `crisis.transferred` |
| gap started, gap ended | `crisis.gap_started`, `.gap_ended` |
| follow-up: due, overdue | `crisis.followup_due`, `.followup_overdue` |
| any other of a follow-up but no answer | `crisis.followup_done` |
| closed | `crisis.closed` |
| still sought when somebody should have come | `crisis.breached`, once a search |

Neither band nor deadline nor who it was goes out: those are asked for by whoever may.
Canaries are nobody's business outside. A duty is the same whether it had cases or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mentalverse_crisis.case import CANARY
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Desk, Duty, Responder
from mentalverse_crisis.events import Outcome
from mentalverse_crisis.record import Entry, What

_PLAIN = {
    What.OPENED: "crisis.opened",
    What.BAND_SET: "crisis.band_changed",
    What.OFFERED: "crisis.offered",
    What.ACCEPTED: "crisis.accepted",
    What.ESCALATED: "crisis.escalated",
    What.GAP_STARTED: "crisis.gap_started",
    What.GAP_ENDED: "crisis.gap_ended",
    What.CLOSED: "crisis.closed",
}
_FOLLOW_UP = {
    "due": "crisis.followup_due",
    "overdue": "crisis.followup_overdue",
    **{
        each.value: "crisis.followup_done"
        for each in Outcome
        if each is not Outcome.NO_ANSWER
    },
}


@dataclass(frozen=True, slots=True)
class CaseFact:
    """Something about a case."""

    type: str
    case: str
    at_ms: int
    is_drill: bool
    person: str
    """Whom it is about."""
    once: str = ""
    """Told a single time of whatever bears this name; empty: whenever it happens."""


@dataclass(frozen=True, slots=True)
class DutyFact:
    """Somebody's duty is another than it was."""

    account: str
    was: Duty
    now: Duty


def case_facts(before: Desk, decision: Decision, now_ms: int) -> Iterator[CaseFact]:
    """Of a decision: first what it wrote down, in its order."""
    for entry in decision.entries:
        name = _name(entry)
        if name is not None and entry.drill != CANARY:
            case = decision.cases.get(entry.case) or before.cases.get(entry.case)
            person = "" if case is None else case.person
            yield CaseFact(name, entry.case, entry.at_ms, entry.drill != "", person)
    for after in decision.cases.values():
        case = before.cases.get(after.id, after)
        if case.seeks and case.accept_due_ms <= now_ms and case.drill != CANARY:
            search = f"{case.id}:{case.seeking_since_ms}"
            is_drill = case.drill != ""
            yield CaseFact(
                *("crisis.breached", case.id, now_ms, is_drill, case.person, search)
            )


def duty_facts(before: Desk, decision: Decision) -> Iterator[DutyFact]:
    """Of the people whose duty a decision has changed."""
    for after in decision.responders.values():
        was = before.responders.get(after.id, Responder(id=after.id)).duty
        if was is not after.duty and not after.is_robot:
            yield DutyFact(after.id, was, after.duty)


def _name(entry: Entry) -> str | None:
    if entry.what is What.TRANSFER:
        return "crisis.transferred" if entry.outcome == "done" else None
    if entry.what is What.FOLLOW_UP:
        return _FOLLOW_UP.get(entry.outcome)
    return _PLAIN.get(entry.what)
