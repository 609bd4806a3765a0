"""What is read of the desk for whoever only looks, and what an operator writes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.desk import Duty, Responder
from mentalverse_crisis.events import (
    Ended,
    FollowUpDecision,
    FollowUpRecorded,
    OfferAccepted,
    Outcome,
    WrappedUp,
)
from mentalverse_crisis.policy import DEFAULT
from mentalverse_server.store import cases
from mentalverse_server.store.engine import Database
from support.desk_life import START_MS
from support.desk_stored import arriving, decide_and_save, opening


@pytest.fixture
def desk_database(database: Database) -> Database:
    database.write(cases.set_up, DEFAULT)
    return database


def _arrives(connection: Connection, name: str) -> None:
    for event in arriving(name, slots=4):
        decide_and_save(connection, event, START_MS)


def _to_be_followed_up(connection: Connection, name: str, band: Band) -> None:
    """A case from the tap to its summary, by ann."""
    case = f"c-{name}"
    decision, _ = decide_and_save(connection, opening(name, band), START_MS)
    (offer,) = decision.cases[case].pending
    taken = OfferAccepted(case=case, offer=offer.id, responder="ann", device="d")
    decision, _ = decide_and_save(connection, taken, START_MS)
    own: dict[str, Any] = {
        "case": case,
        "responder": "ann",
        "fence": decision.cases[case].fence,
    }
    decide_and_save(connection, Ended(**own), START_MS)
    summed_up = WrappedUp(**own, outcome="completed", follow_up=FollowUpDecision.YES)
    decide_and_save(connection, summed_up, START_MS)


def test_a_look_reads_again_only_what_has_changed(desk_database: Database) -> None:
    """The same version is the same desk; a decision is seen by the next look."""

    def look(connection: Connection) -> None:
        first = cases.look(connection, None)
        assert cases.look(connection, first) is first
        _arrives(connection, "ann")
        second = cases.look(connection, first)
        assert second is not first and set(second.desk.responders) == {"ann"}

    desk_database.write(look)


def test_open_follow_ups_are_listed_the_longest_due_first(
    desk_database: Database,
) -> None:
    """By when they are due and not by when somebody was last told; until one has
    been tried to its end."""

    def lives(connection: Connection) -> None:
        _arrives(connection, "ann")
        _to_be_followed_up(connection, "late", Band.A3)
        _to_be_followed_up(connection, "soon", Band.A2)
        decide_and_save(connection, opening("open"), START_MS)
        found = cases.follow_ups(connection)
        assert [case.id for case, _ in found] == ["c-soon", "c-late"]
        assert found[0][1].due_ms - START_MS == 72 * 3_600_000
        assert cases.count_follow_ups(connection) == 2
        reached = FollowUpRecorded(
            case="c-soon", responder="ann", outcome=Outcome.REACHED
        )
        decide_and_save(connection, reached, START_MS)
        assert [case.id for case, _ in cases.follow_ups(connection)] == ["c-late"]
        assert cases.count_follow_ups(connection) == 1

    desk_database.write(lives)


def test_what_an_operator_writes_is_seen_by_whoever_knows_the_desk(
    desk_database: Database,
) -> None:
    """A process that has the desk in memory reads it anew; duty is as it was."""

    def writes(connection: Connection) -> None:
        _arrives(connection, "ann")
        before = cases.look(connection, None)
        known = before.desk.responders["ann"]
        fewer = msgspec.structs.replace(known, max_slots=1)
        cases.keep_responder(connection, fewer)
        after = cases.look(connection, before).desk.responders["ann"]
        assert (after.max_slots, after.duty) == (1, Duty.ON)

    desk_database.write(writes)


def test_a_roster_needs_a_desk(database: Database) -> None:
    """There is none before a server with one has started."""
    with pytest.raises(LookupError):
        database.write(cases.keep_responder, Responder(id="ann"))
