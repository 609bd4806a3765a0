"""Applications, credentials and training as the wire shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mentalverse_signaling.credential_events import (
    ApplicationStanding,
    ApplicationView,
    CredentialStatus,
    DocumentView,
    Finding,
    HeldCredential,
    MinutesView,
    ModuleView,
    NeedState,
    NeedView,
    NeedWay,
    NextLevel,
    RenewalStep,
    TrainingView,
)
from mentalverse_signaling.ids import AccountId, BlobId, ClientId

from ..hooks.defaults import credentials as answers
from ..hooks.defaults.credential_rules import (
    Act,
    Application,
    CredentialType,
    Level,
    Pack,
    Requirement,
    Standing,
    State,
    Status,
    checks,
    days,
    levels,
    renewal,
)
from ..store import credentials as store
from ..store.credentials import CredentialRow
from ..store.engine import Connection
from .credential_evidence import Kept
from .credential_steps import level_of, trained
from .credentialing import points_of


def application_view(
    connection: Connection,
    found: Application,
    kept: Sequence[Kept],
    now_ms: int,
    *,
    is_reviewed: bool = False,
) -> ApplicationView:
    """An application; `is_reviewed`: as those who review it see it."""
    type_ = answers.TYPES[found.credential]
    is_told = is_reviewed or found.state is not State.SUBMITTED
    seen = found.checks if is_told else {}
    today = days.day_of(now_ms)
    points = points_of(connection, found, now_ms)
    needs = [_need(each, seen.get(each.code), kept, today) for each in points]
    said = [each.act for each in found.signatures]
    return ApplicationView(
        application=ClientId(found.id),
        type=found.credential,
        standing=_standing(found),
        needs=(*_beside(connection, found, type_, now_ms), *needs),
        signed_off=said.count(Act.APPROVE),
        at=found.changed_ms,
        reason=_reason(found),
    )


def held_view(
    row: CredentialRow, rows: Sequence[CredentialRow], now_ms: int
) -> HeldCredential:
    """A credential; `rows`: all of its holder's."""
    rules = answers.PACK_OF[row.credential].renewal
    steps = renewal.steps_due(answers.held(row), rules)
    is_active = row.status == Status.ACTIVE.value
    return HeldCredential(
        credential=ClientId(row.id),
        type=row.credential,
        level=level_of(row.credential),
        issued_at=row.from_ms,
        valid_until=row.until_ms,
        status=CredentialStatus(row.status),
        reason=None if is_active else row.reason,
        is_good=answers.standing(row, rows, now_ms) is Standing.GOOD,
        steps=tuple(RenewalStep(code, on.isoformat()) for code, on in steps),
    )


def training_view(training: levels.Training) -> TrainingView:
    """Somebody's training, and what the next level needs."""
    pack = answers.PACKS["peer"]
    reached = levels.reached(pack, training)
    following = pack.levels[len(reached)] if len(reached) < len(pack.levels) else None
    return TrainingView(
        modules=tuple(
            ModuleView(
                each.code,
                training.minutes_of(each.code),
                each.minutes,
                each.code in training.passed,
            )
            for each in pack.modules
        ),
        minutes=training.minutes,
        levels=tuple(each.code for each in reached),
        next=None if following is None else _next(pack, following, training),
    )


def _next(pack: Pack, level: Level, training: levels.Training) -> NextLevel:
    lacks = levels.lacking(pack, level, training)
    return NextLevel(level.code, level.minutes, lacks)


def _standing(found: Application) -> ApplicationStanding:
    if found.state is State.SUBMITTED and (found.checks or found.signatures):
        return ApplicationStanding.IN_REVIEW
    return ApplicationStanding(found.state.value)


def _reason(found: Application) -> str | None:
    """Of the later no, or of the last time that it went back."""
    if found.state is State.REFUSED:
        return [each.reason for each in found.signatures if each.act is Act.REFUSE][-1]
    return found.returned or None if found.state is State.DRAFT else None


def _beside(
    connection: Connection, found: Application, type_: CredentialType, now_ms: int
) -> list[NeedView]:
    """What nobody hands in: a level of training, and other credentials."""
    account = AccountId(found.applicant)
    needs = []
    pack = answers.PACK_OF[type_.code]
    level = pack.level(type_.level)
    if level is not None:
        training = trained(connection, account)
        needs.append(
            NeedView(
                need=f"level:{level.code}",
                group=None,
                way=NeedWay.TRAINING,
                optional=False,
                state=_met(level in levels.reached(pack, training)),
                minutes=MinutesView(training.minutes, level.minutes),
            )
        )
    rows = store.of_account(connection, account)
    for code in type_.needs:
        good = [
            row.credential == code
            and answers.standing(row, rows, now_ms) is Standing.GOOD
            for row in rows
        ]
        needs.append(
            NeedView(
                need=f"credential:{code}",
                group=None,
                way=NeedWay.HELD,
                optional=False,
                state=_met(any(good)),
            )
        )
    return needs


def _met(is_met: bool) -> NeedState:
    return NeedState.MET if is_met else NeedState.MISSING


def _need(
    needed: Requirement, check: checks.Check | None, kept: Sequence[Kept], today: date
) -> NeedView:
    own = [each for each in kept if each.requirement == needed.code]
    stated = [each.given.since for each in own if each.given.since is not None]
    return NeedView(
        need=needed.code,
        group=needed.group or None,
        way=NeedWay.STATEMENT if needed.months else NeedWay.DOCUMENT,
        optional=needed.where_applicable,
        state=_state(needed, check, bool(own), today),
        since=stated[-1] if stated else None,
        documents=tuple(
            DocumentView(ClientId(each.id), each.given.size, BlobId(each.given.blob))
            for each in own
            if each.given.blob
        ),
        finding=None if check is None else _finding(check),
    )


def _state(
    needed: Requirement, check: checks.Check | None, is_given: bool, today: date
) -> NeedState:
    if check is None:
        return NeedState.GIVEN if is_given else NeedState.MISSING
    if checks.counts(needed, check, today):
        return NeedState.MET
    was_met = check.passed and checks.counts(needed, check, check.on)
    return NeedState.EXPIRED if was_met else NeedState.NOT_MET


def _finding(check: checks.Check) -> Finding:
    until, since = check.expires, check.since
    return Finding(
        met=check.passed,
        source=check.source,
        method=check.method,
        on=check.on.isoformat(),
        until=None if until is None else until.isoformat(),
        since=None if since is None else since.isoformat(),
    )
