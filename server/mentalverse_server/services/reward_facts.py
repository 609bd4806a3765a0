"""From an event of the outbox to facts that the rules of rewards can judge.

Everything is read in the transaction that makes rights of it, as it is at that moment.
A fact is of one party. Nobody stands in it but whom it is about, and nothing of a
crisis: a shift is `duty.ended`, with its minutes, whether anybody called or not.

| Event | Facts |
|---|---|
| `session.attended` | of the party; of whoever leads a circle as `circle.closed` |
| `session.no_show` | of whoever waited, with the minutes of their seat |
| `goal.*` | of both who signed |
| `relationship.phase_changed`, `.graduated` | of both |
| `training.assessment_passed`, `credential.issued` | of the holder |
| `duty.ended`, `feedback.submitted` | of the one who did it |

Months and quarters are tallied from these (`reward_periods`).

What a circle's leader is paid by is what was settled of their own attendance, with
receipts. `circle.closed` itself is told before that is certain, and is not heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role

from ..hooks.catalogue.care import Duty
from ..hooks.catalogue.fields import Role as Party
from ..hooks.catalogue.people import CredentialChanged, TrainingDone
from ..hooks.catalogue.registry import EVENTS
from ..hooks.catalogue.relationships import GoalChanged, RelationshipChanged
from ..hooks.catalogue.sessions import (
    FeedbackSubmitted,
    SessionAttended,
    SessionPlanned,
)
from ..hooks.defaults import credentials as answers
from ..hooks.defaults.credential_rules import Standing
from ..hooks.defaults.reward_rules import LEVELS, NO_SHOW, Fact
from ..hooks.ports import Verdict
from ..store import credentials, reward_evidence, rewards, roles
from ..store.engine import Connection
from ..store.outbox import OutboxRow
from .credential_steps import level_of

MENTOR, MENTEE, PROFESSIONAL = "mentor", "mentee", "professional"
KINDS: Mapping[str, str] = {
    "individual": "standard",
    "walk_and_talk": "standard",
    "extended": "extended",
    "peer_circle": "peer",
    "therapy_circle": "treatment",
}
"""Kinds of session as packs name them; others have one name in both."""
MINUTE_MS = 60_000
NEVER_CAME_SECONDS = 86_400
_MINUTES_OF_HOUR = 60


def facts_of(connection: Connection, row: OutboxRow) -> tuple[Fact, ...]:
    """What an event is to the rules, party by party."""
    found = EVENTS[row.type].data
    data = msgspec.convert(row.data, type=found)
    maker = _MAKERS.get(row.type)
    if maker is None:
        return ()
    return tuple(
        _proven(connection, replace(fact, is_drill=row.drill))
        for fact in maker(connection, row, data)
    )


def consents(connection: Connection, account: str) -> bool:
    """Whether anything may be written down for somebody."""
    return not rewards.is_out(connection, account)


def _attended(
    connection: Connection, row: OutboxRow, data: SessionAttended
) -> Iterator[Fact]:
    account, session = AccountId(data.party), _subject(row)
    late = 0
    if not data.on_time:
        seconds = reward_evidence.late_seconds(connection, session, account)
        late = NEVER_CAME_SECONDS if seconds is None else seconds
    is_led = data.role is Party.FACILITATOR
    yield Fact(
        evt_id=row.evt_id.hex(),
        type="circle.closed" if is_led else row.type,
        occurred_at_ms=row.occurred_at_ms,
        beneficiary=account,
        role=role_of(connection, account, data.role, row.occurred_at_ms),
        kind=KINDS.get(data.kind, data.kind),
        pair=_pair(connection, session, data.relationship),
        minutes=data.attended_min,
        planned_minutes=data.planned_min,
        late_seconds=late,
        proofs=("receipts",) if data.countersigned else (),
    )


def _no_show(
    connection: Connection, row: OutboxRow, data: SessionPlanned
) -> Iterator[Fact]:
    session = _subject(row)
    for account in rewards.subjects(connection, row.seq):
        waited_ms = reward_evidence.held_ms(connection, session, account)
        if not waited_ms:
            continue  # whoever did not come
        yield Fact(
            evt_id=row.evt_id.hex(),
            type=NO_SHOW,
            occurred_at_ms=row.occurred_at_ms,
            beneficiary=account,
            role=role_of(connection, account, None, row.occurred_at_ms),
            kind=KINDS.get(data.kind, data.kind),
            pair=_pair(connection, session, data.relationship),
            minutes=waited_ms // MINUTE_MS,
            planned_minutes=data.planned_min,
        )


def _goal(connection: Connection, row: OutboxRow, data: GoalChanged) -> Iterator[Fact]:
    for account in data.attested_by:
        yield Fact(
            evt_id=row.evt_id.hex(),
            type=row.type,
            occurred_at_ms=row.occurred_at_ms,
            beneficiary=account,
            role=role_of(connection, AccountId(account), None, row.occurred_at_ms),
            kind=data.kind,
            pair=_subject(row),
            item=data.goal,
            proofs=("co_attested",),
        )


def _relationship(
    connection: Connection, row: OutboxRow, data: RelationshipChanged
) -> Iterator[Fact]:
    is_end = row.type == "relationship.graduated"
    step = "graduation" if is_end else f"phase_{data.phase}"
    for member in data.members:
        yield Fact(
            evt_id=row.evt_id.hex(),
            type=row.type,
            occurred_at_ms=row.occurred_at_ms,
            beneficiary=member.party,
            role=member.role.value,
            pair=_subject(row),
            item=step,
            step=step,
            proofs=("graduated",) if is_end else (),
        )


def _training(
    connection: Connection, row: OutboxRow, data: TrainingDone
) -> Iterator[Fact]:
    module = answers.PACKS["peer"].module(data.module)
    hours = 0 if module is None else module.minutes // _MINUTES_OF_HOUR
    yield Fact(
        evt_id=row.evt_id.hex(),
        type=row.type,
        occurred_at_ms=row.occurred_at_ms,
        beneficiary=data.account,
        role=MENTOR,
        item=data.module,
        step=f"{hours}h",
    )


def _issued(
    connection: Connection, row: OutboxRow, data: CredentialChanged
) -> Iterator[Fact]:
    is_peer = answers.PACK_OF[data.type].name == "peer"
    yield Fact(
        evt_id=row.evt_id.hex(),
        type=row.type,
        occurred_at_ms=row.occurred_at_ms,
        beneficiary=data.account,
        role=MENTOR if is_peer else PROFESSIONAL,
        kind="level" if data.level else "specialisation",
        item=data.type,
        level=LEVELS[data.level - 1] if data.level else "",
    )


def _duty(connection: Connection, row: OutboxRow, data: Duty) -> Iterator[Fact]:
    account = AccountId(data.account)
    is_clinical = _has(connection, account, answers.CLINICAL, row.occurred_at_ms)
    yield Fact(
        evt_id=row.evt_id.hex(),
        type=row.type,
        occurred_at_ms=row.occurred_at_ms,
        beneficiary=account,
        role=PROFESSIONAL if is_clinical else data.role.value,
        minutes=data.minutes,
        planned_minutes=data.minutes,
        late_seconds=NEVER_CAME_SECONDS if data.checked_in is False else 0,
    )


def _feedback(
    connection: Connection, row: OutboxRow, data: FeedbackSubmitted
) -> Iterator[Fact]:
    account, session = AccountId(data.party), _subject(row)
    yield Fact(
        evt_id=row.evt_id.hex(),
        type=row.type,
        occurred_at_ms=row.occurred_at_ms,
        beneficiary=account,
        role=role_of(connection, account, None, row.occurred_at_ms),
        pair=_pair(connection, session, None),
    )


_Maker = Callable[[Connection, OutboxRow, Any], Iterator[Fact]]
_MAKERS: Mapping[str, _Maker] = {
    "session.attended": _attended,
    "session.no_show": _no_show,
    "goal.set": _goal,
    "goal.progressed": _goal,
    "goal.completed": _goal,
    "relationship.phase_changed": _relationship,
    "relationship.graduated": _relationship,
    "training.assessment_passed": _training,
    "credential.issued": _issued,
    "duty.ended": _duty,
    "feedback.submitted": _feedback,
}


# --- proofs ------------------------------------------------------------------------


def _proven(connection: Connection, fact: Fact) -> Fact:
    """With what the server knows of the beneficiary at that time."""
    account, at_ms = AccountId(fact.beneficiary), fact.occurred_at_ms
    skill = answers.CLINICAL if fact.role == PROFESSIONAL else answers.PEER
    proofs = list(fact.proofs)
    if _has(connection, account, skill, at_ms):
        proofs.append("credential")
    if consents(connection, account):
        proofs.append("consent")
    level = fact.level or _level(connection, account, at_ms)
    return replace(fact, proofs=tuple(proofs), level=level)


def _has(connection: Connection, account: AccountId, skill: str, at_ms: int) -> bool:
    answer = answers.judged(connection, account, (skill,), at_ms)
    return answer is not None and answer.verdict is Verdict.ALLOW


def _level(connection: Connection, account: AccountId, at_ms: int) -> str:
    """The highest level that a credential attests, which is good at that time."""
    rows = credentials.of_account(connection, account)
    held = [
        level_of(row.credential)
        for row in rows
        if answers.standing(row, rows, at_ms) is Standing.GOOD
    ]
    highest = max(held, default=0)
    return LEVELS[highest - 1] if highest else ""


def role_of(
    connection: Connection, account: AccountId, said: Party | None, at_ms: int
) -> str:
    """As whom packs see a party: what they were there, or else what they are."""
    if said is Party.MENTOR:
        return MENTOR
    if said is Party.MENTEE:
        return MENTEE
    if _has(connection, account, answers.CLINICAL, at_ms):
        return PROFESSIONAL
    if said is Party.FACILITATOR:
        return MENTOR
    given = roles.roles_of(connection, account)
    if Role.MENTOR in given:
        return MENTOR
    return MENTEE if said is None or Role.MENTEE in given else said.value


def _pair(connection: Connection, session: str, relationship: str | None) -> str:
    return relationship or reward_evidence.conversation_of(connection, session) or ""


def _subject(row: OutboxRow) -> str:
    return row.key.partition(":")[2]
