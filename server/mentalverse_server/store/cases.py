"""The crisis desk in the database: read under its lock, written in one transaction.

    lock      the one row of the desk: whoever has it is the only one who decides
    load      the desk as of that row's version, unless the process has it in memory
    besides   with the cases that an event is about and that are not on the desk
    save      what a decision changed, under the next version

The lock makes decisions of several processes come one after the other, and each sees
what the one before it wrote. It is `FOR UPDATE` on PostgreSQL and the write lock that
every writing transaction takes on SQLite. Two more things hold should it ever fail:
`save` replaces only the version that was read, and a partial unique index refuses a
second holder.

On the desk is every case that a decision about something else looks at: those that seek
somebody, are held, keep a place, or are overridden. A case that waits for its
follow-up, or is over, costs nothing until an event names it or its time comes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Select,
    Table,
    delete,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from mentalverse_crisis.audit import Row
from mentalverse_crisis.case import Case, CaseState, FollowUp
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Credential, Desk, Responder, Surge
from mentalverse_crisis.due import case_due_ms, desk_due_ms
from mentalverse_crisis.override import Override
from mentalverse_crisis.policy import Policy

from . import crisis_log
from .tables_crisis import (
    crisis_cases,
    crisis_desk,
    crisis_holds,
    crisis_overrides,
    crisis_policies,
    crisis_responders,
)

_THE_DESK = 1
_ROWS_AT_ONCE = 200
_FOLLOWED_UP = (CaseState.FOLLOW_UP_DUE, CaseState.FOLLOWING_UP)
_FINAL = tuple(state.value for state in CaseState if state.is_final)

_IS_FOLLOWED_UP = crisis_cases.c.due_ms.is_not(None) & crisis_cases.c.state.in_(
    [state.value for state in _FOLLOWED_UP]
)
"""Each has a time that comes: the index of that finds them among all that are over."""

_case = msgspec.json.Decoder(Case)
_override = msgspec.json.Decoder(Override)
_policy = msgspec.json.Decoder(Policy)
_surge = msgspec.json.Decoder(Surge)
_responder = msgspec.json.Decoder(Responder)


class DeskMoved(Exception):
    """Another decision was written since this desk was read; this one was not."""


class Version(msgspec.Struct, frozen=True):
    """Which desk it is: the same version never holds two different ones."""

    number: int
    stamp: str


class Kept(msgspec.Struct, frozen=True):
    """A desk as of a version: good for as long as the database has that version."""

    version: Version
    desk: Desk
    newest: Row | None
    """The end of the log."""


# --- reading -----------------------------------------------------------------------


def lock(connection: Connection) -> Version:
    """The version of the desk, which nobody else changes in this transaction's time.

    Raises:
        LookupError: the desk was never set up.
    """
    query = select(crisis_desk.c.version, crisis_desk.c.stamp).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        raise LookupError("the desk has no policy yet")
    return Version(row.version, row.stamp)


def load(connection: Connection, version: Version) -> Kept:
    """The desk without the cases that are not on it."""
    policies = connection.execute(select(crisis_policies.c.document)).scalars()
    by_revision = {one.revision: one for one in map(_policy.decode, policies)}
    responders = connection.execute(
        select(crisis_responders.c.document).order_by(crisis_responders.c.id)
    ).scalars()
    found = connection.execute(
        select(crisis_overrides.c.document).order_by(crisis_overrides.c.id)
    ).scalars()
    overrides = {one.id: one for one in map(_override.decode, found)}
    is_looked_at = crisis_cases.c.id.in_(_overridden(overrides))
    query = _documents().where(
        (crisis_cases.c.on_desk == true())
        | is_looked_at & crisis_cases.c.state.not_in(_FINAL)
    )
    query = query.order_by(crisis_cases.c.id)
    row = connection.execute(select(crisis_desk)).one()
    desk = Desk(
        policies=by_revision,
        policy=row.policy,
        surge=None if row.surge is None else _surge.decode(row.surge),
        breach_percent=row.breach_percent,
        cases=_cases(connection, query),
        responders={one.id: one for one in map(_responder.decode, responders)},
        overrides=overrides,
    )
    return Kept(version, desk, crisis_log.last(connection))


def look(connection: Connection, kept: Kept | None) -> Kept:
    """The desk as it is, without the lock: `kept`, if it is that still.

    For whoever only shows it, in one snapshot of the database.
    """
    row = connection.execute(select(crisis_desk.c.version, crisis_desk.c.stamp)).one()
    version = Version(row.version, row.stamp)
    if kept is not None and kept.version == version:
        return kept
    return load(connection, version)


def besides(connection: Connection, desk: Desk, event: msgspec.Struct) -> Desk:
    """The desk with the case that an event is about, if that was not on it.

    A request that is known finds its case even when that is over: what was asked for
    twice is not opened twice.
    """
    request, case_id = (getattr(event, name, "") for name in ("request", "case"))
    if request:
        where = crisis_cases.c.request == request
    elif case_id and case_id not in desk.cases:
        where = (crisis_cases.c.id == case_id) & crisis_cases.c.state.not_in(_FINAL)
    else:
        return desk
    return _with(desk, _cases(connection, _documents().where(where)))


def overdue(connection: Connection, desk: Desk, now_ms: int, limit: int) -> Desk:
    """The desk with cases that are due, the longest due first."""
    query = _documents().where(crisis_cases.c.due_ms <= now_ms)
    query = query.order_by(crisis_cases.c.due_ms).limit(limit)
    return _with(desk, _cases(connection, query))


def due_ms(connection: Connection) -> int | None:
    """The earliest moment at which anything is due; None: never."""
    of_desk = connection.execute(select(crisis_desk.c.due_ms)).scalar_one_or_none()
    of_cases = connection.execute(select(func.min(crisis_cases.c.due_ms))).scalar_one()
    return min((one for one in (of_desk, of_cases) if one is not None), default=None)


def case(connection: Connection, case_id: str) -> Case | None:
    """A case by its id, whatever became of it."""
    query = _documents().where(crisis_cases.c.id == case_id)
    return _cases(connection, query).get(case_id)


def newest_of(connection: Connection, person: str) -> Case | None:
    """The case that somebody opened last, whatever became of it."""
    query = _documents().where(crisis_cases.c.person == person)
    query = query.order_by(crisis_cases.c.opened_version.desc())
    return next(iter(_cases(connection, query.limit(1)).values()), None)


def policy(connection: Connection, revision: str) -> Policy:
    """A policy that a case opened under."""
    query = select(crisis_policies.c.document)
    query = query.where(crisis_policies.c.revision == revision)
    return _policy.decode(connection.execute(query).scalar_one())


def responder(connection: Connection, responder_id: str) -> Responder | None:
    """What the desk knows of somebody who answers."""
    query = select(crisis_responders.c.document)
    query = query.where(crisis_responders.c.id == responder_id)
    document = connection.execute(query).scalar_one_or_none()
    return None if document is None else _responder.decode(document)


def count_team(connection: Connection) -> int:
    """How many may answer, as far as the desk knows them; robots are none."""
    documents = connection.execute(select(crisis_responders.c.document)).scalars()
    return sum(
        not one.is_robot and one.credential is not Credential.REVOKED
        for one in map(_responder.decode, documents)
    )


def override_pages(connection: Connection, case_id: str) -> bool:
    """Whether supervisors are paged for an override of a case, and none has seen it."""
    documents = connection.execute(select(crisis_overrides.c.document)).scalars()
    return any(
        one.case == case_id and one.is_paged and not one.page_acked_by
        for one in map(_override.decode, documents)
    )


def follow_ups(connection: Connection) -> list[tuple[Case, FollowUp]]:
    """The cases of which somebody is to be asked how they are, the longest due first.

    Few enough to be read whole: each is closed after some attempts.
    """
    found = _cases(connection, _documents().where(_IS_FOLLOWED_UP)).values()
    dated = [(case, case.follow_up) for case in found if case.follow_up is not None]
    return sorted(dated, key=lambda one: (one[1].due_ms, one[0].id))


def count_follow_ups(connection: Connection) -> int:
    """How many follow-ups are open."""
    query = select(func.count()).select_from(crisis_cases).where(_IS_FOLLOWED_UP)
    return int(connection.execute(query).scalar_one())


def _documents() -> Select[Any]:
    return select(crisis_cases.c.document)


def _cases(connection: Connection, query: Select[Any]) -> dict[str, Case]:
    documents = connection.execute(query).scalars().all()
    return {one.id: one for one in map(_case.decode, documents)}


def _with(desk: Desk, cases: Mapping[str, Case]) -> Desk:
    if not cases:
        return desk
    return msgspec.structs.replace(desk, cases={**cases, **desk.cases})


# --- writing -----------------------------------------------------------------------


def set_up(connection: Connection, policy: Policy) -> None:
    """Make the desk, under a first policy, unless there is one already."""
    values = {"id": _THE_DESK, "version": 0, "stamp": _stamp(), "breach_percent": 0}
    row = insert(crisis_desk).values(**values, policy=policy.revision)
    # Another process may do the same at the same time.
    with suppress(IntegrityError), connection.begin_nested():
        connection.execute(row)
        _add_policy(connection, policy)


def adopt(connection: Connection, policy: Policy) -> None:
    """Let cases open under another policy; those that are open keep theirs.

    Raises:
        ValueError: another policy has this revision already.
    """
    version = lock(connection)
    query = select(crisis_policies.c.document).where(
        crisis_policies.c.revision == policy.revision
    )
    known = connection.execute(query).scalar_one_or_none()
    if known is None:
        _add_policy(connection, policy)
    elif _policy.decode(known) != policy:
        raise ValueError("another policy has this revision already")
    _raise(connection, version, policy=policy.revision)


def keep_responder(connection: Connection, responder: Responder) -> None:
    """Write what is known of somebody, without deciding anything.

    Raises:
        LookupError: the desk was never set up.
    """
    version = lock(connection)
    _put(
        connection,
        crisis_responders,
        [{"id": responder.id, "document": _text(responder)}],
    )
    _raise(connection, version)


def save(
    connection: Connection, kept: Kept, before: Desk, decision: Decision, now_ms: int
) -> Kept:
    """Write what a decision changed; the desk as it is then.

    `kept` is what `before` was made of. A decision that changes nothing writes nothing.

    Raises:
        DeskMoved: the database has another version by now.
    """
    after = decision.desk
    gone = {key: one for key, one in kept.desk.cases.items() if key not in after.cases}
    changed = {**gone, **decision.cases}
    others = (decision.responders, decision.overrides, decision.entries)
    if not changed and not any(others) and _weather(after) == _weather(kept.desk):
        return kept
    overridden = _overridden(after.overrides)
    on_desk = {
        key: one
        for key, one in after.cases.items()
        if one.state not in _FOLLOWED_UP or key in overridden
    }
    desk = msgspec.structs.replace(after, cases=on_desk)
    version = _raise(
        connection, kept.version, due_ms=desk_due_ms(desk), **_weather(desk)
    )
    rows = [_case_row(desk, one) for one in changed.values()]
    # A new case never takes the place of one that has its id.
    new = [
        {**row, "opened_version": version.number}
        for row in rows
        if row["id"] not in before.cases
    ]
    if new:
        connection.execute(insert(crisis_cases), new)
    _put(connection, crisis_cases, [row for row in rows if row["id"] in before.cases])
    for key, one in changed.items():
        _save_hold(connection, before.cases.get(key), one, now_ms)
    responders = decision.responders.values()
    documents = [{"id": one.id, "document": _text(one)} for one in responders]
    _put(connection, crisis_responders, documents)
    for key, override in decision.overrides.items():
        _save_override(connection, key, override, key not in before.overrides)
    return Kept(
        version, desk, crisis_log.append(connection, decision.entries, kept.newest)
    )


def _weather(desk: Desk) -> dict[str, Any]:
    """What holds for the whole desk, as its row has it."""
    surge = None if desk.surge is None else _text(desk.surge)
    return {"surge": surge, "breach_percent": desk.breach_percent}


def _overridden(overrides: Mapping[str, Override]) -> set[str]:
    """Cases that a decision about an override looks at, in whatever state."""
    return {one.case for one in overrides.values()}


def _raise(connection: Connection, read: Version, **values: Any) -> Version:
    """Make the next version of the one that was read."""
    following = Version(read.number + 1, _stamp())
    changed = connection.execute(
        update(crisis_desk)
        .where(crisis_desk.c.version == read.number, crisis_desk.c.stamp == read.stamp)
        .values(version=following.number, stamp=following.stamp, **values)
    )
    if changed.rowcount != 1:
        raise DeskMoved
    return following


def _stamp() -> str:
    return secrets.token_hex(16)


def _add_policy(connection: Connection, policy: Policy) -> None:
    values = {"revision": policy.revision, "document": _text(policy)}
    connection.execute(insert(crisis_policies).values(values))


def _case_row(desk: Desk, case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "request": case.request,
        "person": case.person,
        "state": case.state.value,
        "on_desk": case.id in desk.cases,
        "due_ms": case_due_ms(case, desk.policy_of(case)),
        "document": _text(case),
    }


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Rows with an id, new or in the place of those that are there; few statements."""
    insert_into: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
    for begin in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[begin : begin + _ROWS_AT_ONCE]
        put = insert_into[connection.dialect.name](table).values(part)
        values = {name: put.excluded[name] for name in part[0] if name != "id"}
        connection.execute(
            put.on_conflict_do_update(index_elements=["id"], set_=values)
        )


def _save_hold(
    connection: Connection, earlier: Case | None, case: Case, now_ms: int
) -> None:
    """The hold of before ends first: the index allows one open hold."""
    before = None if earlier is None else earlier.hold
    hold = case.hold
    if before is not None and (hold is None or hold.fence != before.fence):
        connection.execute(
            update(crisis_holds)
            .where(crisis_holds.c.case == case.id, crisis_holds.c.fence == before.fence)
            .values(released_at_ms=now_ms)
        )
    if hold is not None and (before is None or hold.fence != before.fence):
        values = {
            "case": case.id,
            "fence": hold.fence,
            "responder": hold.responder,
            "accepted_at_ms": hold.accepted_at_ms,
        }
        connection.execute(insert(crisis_holds).values(values))


def _save_override(
    connection: Connection, key: str, override: Override | None, is_new: bool
) -> None:
    where = crisis_overrides.c.id == key
    if override is None:
        connection.execute(delete(crisis_overrides).where(where))
    elif is_new:
        values = {"id": key, "document": _text(override)}
        connection.execute(insert(crisis_overrides).values(values))
    else:
        values = {"document": _text(override)}
        connection.execute(update(crisis_overrides).where(where).values(values))


def _text(document: msgspec.Struct) -> str:
    return msgspec.json.encode(document).decode()
