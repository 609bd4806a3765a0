"""A crisis desk in a database, for the tests: set up, lived on, looked at."""

from __future__ import annotations

from sqlalchemy import Connection, select

from mentalverse_crisis.acuity import UNKNOWN, Band
from mentalverse_crisis.audit import Row
from mentalverse_crisis.case import Case
from mentalverse_crisis.decide import Decision, decide
from mentalverse_crisis.desk import CRISIS, Desk, Duty, Responder
from mentalverse_crisis.events import (
    CaseOpened,
    DutyChanged,
    Event,
    OnlineChanged,
    RosterChanged,
    TimePassed,
)
from mentalverse_server.store import cases, crisis_log
from mentalverse_server.store.tables_crisis import crisis_cases, crisis_holds

EVERY_ROW = 10**6


def opening(name: str, band: Band = UNKNOWN) -> CaseOpened:
    """Somebody new asks for help."""
    return CaseOpened(
        case=f"c-{name}", request=f"q-{name}", person=f"p-{name}", band=band
    )


def arriving(name: str, slots: int) -> list[Event]:
    """What happens when a responder who may take anything comes on duty."""
    who = Responder(id=name, skills={CRISIS: 5}, max_slots=slots)
    return [
        RosterChanged(responder=who),
        OnlineChanged(responder=name, is_online=True),
        DutyChanged(responder=name, duty=Duty.ON),
    ]


def decide_and_save(
    connection: Connection, event: Event, now_ms: int, kept: cases.Kept | None = None
) -> tuple[Decision, cases.Kept]:
    """One decision in the transaction of `connection`."""
    version = cases.lock(connection)
    if kept is None or kept.version != version:
        kept = cases.load(connection, version)
    if isinstance(event, TimePassed):
        desk = cases.overdue(connection, kept.desk, now_ms, EVERY_ROW)
    else:
        desk = cases.besides(connection, kept.desk, event)
    decision = decide(desk, event, now_ms)
    return decision, cases.save(connection, kept, desk, decision, now_ms)


def stored_desk(connection: Connection) -> Desk:
    """The desk as another process would load it."""
    return cases.load(connection, cases.lock(connection)).desk


def every_case(connection: Connection) -> dict[str, Case]:
    """All cases that were ever opened."""
    ids = connection.execute(select(crisis_cases.c.id)).scalars().all()
    found = {one: cases.case(connection, one) for one in ids}
    return {key: one for key, one in found.items() if one is not None}


def whole_log(connection: Connection) -> list[Row]:
    """The log of the desk from its beginning."""
    return crisis_log.page(connection, 0, EVERY_ROW)


def open_holds(connection: Connection) -> dict[str, int]:
    """The fence of the hold that each held case has."""
    table = crisis_holds
    query = select(table.c.case, table.c.fence).where(table.c.released_at_ms.is_(None))
    rows = connection.execute(query).all()
    assert len({row.case for row in rows}) == len(rows), "a case is held twice"
    return {row.case: row.fence for row in rows}
