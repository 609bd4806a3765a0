"""The desk in a database is the desk in memory: nothing is lost on the way there."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from mentalverse_crisis import audit
from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, CaseState, FollowUp
from mentalverse_crisis.decide import Decision, decide
from mentalverse_crisis.desk import Responder
from mentalverse_crisis.due import case_due_ms, desk_due_ms
from mentalverse_crisis.effects import LocationReleased
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import (
    BreachForecast,
    CaseOpened,
    Dismissed,
    Event,
    FollowUpRecorded,
    LocationSealed,
    OfferAccepted,
    Outcome,
    OverrideConfirmed,
    OverrideCosigned,
    OverrideOpened,
    OverrideReviewed,
    PersonLeft,
    RosterChanged,
    TimePassed,
)
from mentalverse_crisis.override import LegalBasis
from mentalverse_crisis.policy import DEFAULT
from mentalverse_server.store import cases
from mentalverse_server.store.engine import Database
from mentalverse_server.store.tables_crisis import crisis_cases, crisis_holds
from support.desk_life import START_MS, Life
from support.desk_stored import (
    arriving,
    decide_and_save,
    every_case,
    open_holds,
    opening,
    stored_desk,
    whole_log,
)

LIVES = 12
NOW = START_MS


@pytest.fixture
def desk_database(database: Database) -> Database:
    database.write(cases.set_up, DEFAULT)
    return database


@dataclass
class StoredLife(Life):
    """A life that is lived in memory and, the same, in a database."""

    connection: Connection | None = None
    kept: cases.Kept | None = None
    over: set[str] = field(default_factory=set)

    def happen(self, event: Event) -> Decision | None:
        """Decide in both places; a second request of a case that is over is left out.

        The database still knows it, which memory does not: that is a test of its own.
        """
        if isinstance(event, CaseOpened) and event.request in self.over:
            return None
        # Follow-ups take effect when time passes, not with whatever else happens.
        if not isinstance(event, TimePassed):
            self.happen(TimePassed())
        before = self.desk
        decision = super().happen(event)
        assert self.connection is not None
        # Now from the database alone, now from what the process still knows.
        kept = self.kept if self.random.random() < 0.8 else None
        try:
            stored, self.kept = decide_and_save(
                self.connection, event, self.now_ms, kept
            )
        except CrisisError:
            assert decision is None, "the database refuses what memory does not"
            return None
        assert decision is not None, "memory refuses what the database does not"
        assert stored.entries == decision.entries
        assert stored.opened == decision.opened
        assert sorted(map(repr, stored.effects)) == sorted(map(repr, decision.effects))
        assert stored.cases == decision.cases
        for case in {**before.cases, **decision.cases}.values():
            if case.id not in self.desk.cases:
                self.over.add(case.request)
        return decision


def test_a_stored_life_is_the_life_in_memory(desk_database: Database) -> None:
    """Each decision is the same in both, and so is what is there at the end."""

    def live(connection: Connection, seed: int) -> None:
        life = StoredLife(seed, connection=connection)
        life.run()
        log = whole_log(connection)
        assert audit.verify(log) is None
        stored = every_case(connection)
        for case in life.desk.cases.values():
            assert stored[case.id] == case
        loaded = stored_desk(connection)
        on_desk = {
            key: case for key, case in life.desk.cases.items() if case.follow_up is None
        }
        assert loaded.cases == on_desk
        assert loaded.responders == life.desk.responders
        assert cases.due_ms(connection) == desk_due_ms(life.desk)
        held = {key: one.hold.fence for key, one in stored.items() if one.hold}
        assert open_holds(connection) == held
        connection.rollback()

    for seed in range(LIVES):
        with desk_database.connect_writer() as connection:
            live(connection, seed)


def test_an_override_outlives_its_case_in_the_database(
    desk_database: Database,
) -> None:
    """It is on the desk of whoever loads it, until somebody has reviewed it."""
    asked = opening("ada", Band.A0)
    lead = Responder(id="lead", is_supervisor=True)
    other = msgspec.structs.replace(lead, id="other")
    void = CaseState.VOID
    opened = OverrideOpened(
        override="o1",
        case=asked.case,
        actor="lead",
        basis=LegalBasis.VITAL_INTERESTS,
        statement_hash="aa",
        released_hash="bb",
        to="ambulance",
        person_informed=True,
    )
    first: tuple[Event, ...] = (
        RosterChanged(responder=lead),
        RosterChanged(responder=other),
        asked,
        opened,
        OverrideCosigned(override="o1", actor="other"),
        Dismissed(case=asked.case, state=void, actor="lead", second="other"),
    )
    for event in first:
        desk_database.write(decide_and_save, event, NOW)
    desk = desk_database.write(stored_desk)
    assert set(desk.overrides) == {"o1"} and not desk.cases
    assert desk_database.write(cases.due_ms) == NOW + 600_000
    later: tuple[Event, ...] = (
        OverrideConfirmed(override="o1", actor="lead"),
        RosterChanged(responder=msgspec.structs.replace(lead, id="third")),
        OverrideReviewed(override="o1", actor="third"),
    )
    for event in later:
        desk_database.write(decide_and_save, event, NOW + 1_000)
    assert not desk_database.write(stored_desk).overrides


def test_a_surge_and_its_forecast_are_there_after_a_restart(
    desk_database: Database,
) -> None:
    """Also where nothing but the forecast has changed."""
    for percent, is_on in ((11, True), (7, True), (3, True)):
        event = BreachForecast(percent=percent)
        desk_database.write(decide_and_save, event, NOW)
        desk = desk_database.write(stored_desk)
        assert (desk.breach_percent, desk.surge is not None) == (percent, is_on)
    assert desk_database.write(cases.due_ms) == NOW + 600_000
    desk_database.write(decide_and_save, TimePassed(), NOW + 600_000)
    assert desk_database.write(stored_desk).surge is None


def test_a_request_that_is_over_is_not_opened_again(desk_database: Database) -> None:
    """A browser's outbox sends the same tap until it is told; however late that is."""
    first = opening("ada", Band.A4)

    desk_database.write(decide_and_save, first, NOW)
    desk_database.write(decide_and_save, PersonLeft(case=first.case), NOW + 9_000)
    log = desk_database.write(whole_log)
    again = msgspec.structs.replace(first, case="c-other")
    for _ in range(2):
        decision, _ = desk_database.write(decide_and_save, again, NOW + 99_000)
        assert decision.opened == first.case
    assert desk_database.write(whole_log) == log
    found = desk_database.write(cases.case, first.case)
    assert found is not None and found.state is CaseState.ABANDONED


def test_the_database_itself_refuses_a_second_holder(desk_database: Database) -> None:
    """Whoever decides on a desk of the past, past every lock, does not get through."""

    def hold(connection: Connection, fence: int) -> None:
        values = {"case": "c", "fence": fence, "responder": "r", "accepted_at_ms": NOW}
        connection.execute(insert(crisis_holds).values(values))

    desk_database.write(hold, 1)
    with pytest.raises(IntegrityError):
        desk_database.write(hold, 2)
    with pytest.raises(IntegrityError):
        desk_database.write(hold, 1)


def test_a_decision_on_an_old_desk_is_not_written(desk_database: Database) -> None:
    """Without the lock, what was decided on a desk of before is thrown away."""
    kept = desk_database.write(lambda c: cases.load(c, cases.lock(c)))
    desk_database.write(decide_and_save, opening("ada"), NOW)
    log = desk_database.write(whole_log)
    late = decide(kept.desk, opening("ben"), NOW)
    with pytest.raises(cases.DeskMoved):
        desk_database.write(cases.save, kept, kept.desk, late, NOW)
    assert set(desk_database.write(every_case)) == {"c-ada"}
    assert desk_database.write(whole_log) == log


def test_a_version_that_was_never_committed_is_not_taken_for_another(
    desk_database: Database,
) -> None:
    """A process whose COMMIT failed remembers a desk that never was."""
    with desk_database.connect_writer() as connection:
        _, never = decide_and_save(connection, opening("ada"), NOW)
        connection.rollback()
    desk_database.write(decide_and_save, opening("ben"), NOW)

    def decides(connection: Connection) -> Decision:
        return decide_and_save(connection, opening("eve"), NOW + 1, never)[0]

    decision = desk_database.write(decides)
    assert set(decision.desk.cases) == {"c-ben", "c-eve"}


def test_a_refusal_and_a_decision_without_a_change_write_nothing(
    desk_database: Database,
) -> None:
    before = desk_database.write(cases.lock)
    desk_database.write(decide_and_save, TimePassed(), NOW)
    with pytest.raises(CrisisError):
        desk_database.write(decide_and_save, PersonLeft(case="nobody"), NOW)
    assert desk_database.write(cases.lock) == before


def test_another_policy_is_for_cases_to_come(desk_database: Database) -> None:
    """Each case keeps what it was promised; a revision never becomes another."""
    desk_database.write(decide_and_save, opening("ada"), NOW)
    other = msgspec.structs.replace(DEFAULT, revision="other-1", wrap_up_seconds=1)
    desk_database.write(cases.adopt, other)
    desk_database.write(cases.set_up, DEFAULT)
    desk_database.write(decide_and_save, opening("ben"), NOW)
    desk = desk_database.write(stored_desk)
    assert {key: one.policy for key, one in desk.cases.items()} == {
        "c-ada": DEFAULT.revision,
        "c-ben": "other-1",
    }
    changed = msgspec.structs.replace(other, wrap_up_seconds=2)
    with pytest.raises(ValueError, match="revision"):
        desk_database.write(cases.adopt, changed)


# --- thousands of follow-ups ---


def _follow_ups(connection: Connection, count: int, due_ms: int) -> None:
    rows = []
    for number in range(count):
        case = Case(
            id=f"f-{number}",
            request=f"fq-{number}",
            person=f"fp-{number}",
            policy=DEFAULT.revision,
            tapped_at_ms=NOW,
            enqueued_at_ms=NOW,
            accept_due_ms=NOW,
            seeking_since_ms=NOW,
            state=CaseState.FOLLOW_UP_DUE,
            follow_up=FollowUp(due_ms=due_ms),
        )
        rows.append(
            {
                "id": case.id,
                "request": case.request,
                "person": case.person,
                "state": case.state.value,
                "on_desk": False,
                "due_ms": case_due_ms(case, DEFAULT),
                "document": msgspec.json.encode(case).decode(),
            }
        )
    connection.execute(insert(crisis_cases), rows)


def test_follow_ups_to_come_are_not_on_the_desk(desk_database: Database) -> None:
    """Decisions about others do not read them; by name and by time they are found."""
    due_ms = NOW + 3_600_000
    desk_database.write(_follow_ups, 300, due_ms)
    decision, _ = desk_database.write(decide_and_save, opening("ada"), NOW)
    assert set(decision.desk.cases) == {"c-ada"}
    for name in arriving("r1", slots=2):
        decision, _ = desk_database.write(decide_and_save, name, NOW)
    asked = FollowUpRecorded(case="f-7", responder="r1", outcome=Outcome.REACHED)
    decision, kept = desk_database.write(decide_and_save, asked, NOW)
    assert decision.cases["f-7"].state is CaseState.CLOSED
    assert "f-7" not in kept.desk.cases
    with pytest.raises(CrisisError):
        desk_database.write(decide_and_save, asked, NOW)
    assert desk_database.write(cases.due_ms) is not None

    decision, _ = desk_database.write(decide_and_save, TimePassed(), due_ms)
    reminded = [case for case in decision.cases.values() if case.follow_up]
    assert len(reminded) == 299
    assert all(case.follow_up and case.follow_up.reminded == 1 for case in reminded)
    decision, _ = desk_database.write(decide_and_save, TimePassed(), due_ms)
    assert not decision.cases


def test_who_is_being_saved_stays_on_the_desk(desk_database: Database) -> None:
    """Also after the conversation: what was sealed is released with the second word."""
    desk_database.write(_follow_ups, 2, NOW + 3_600_000)
    for name in ("s1", "s2"):
        who = RosterChanged(responder=Responder(id=name, is_supervisor=True))
        desk_database.write(decide_and_save, who, NOW)
    desk_database.write(decide_and_save, LocationSealed(case="f-1"), NOW)
    asked = OverrideOpened(
        override="o",
        case="f-1",
        actor="s1",
        basis=LegalBasis.VITAL_INTERESTS,
        statement_hash="1",
        released_hash="2",
        to="112",
        person_informed=True,
    )
    _, kept = desk_database.write(decide_and_save, asked, NOW)
    assert set(kept.desk.cases) == {"f-1"}
    assert set(desk_database.write(stored_desk).cases) == {"f-1"}
    agreed = OverrideCosigned(override="o", actor="s2")
    decision, _ = desk_database.write(decide_and_save, agreed, NOW + 1)
    released = [one for one in decision.effects if isinstance(one, LocationReleased)]
    assert [one.case for one in released] == ["f-1"]


def test_an_accepted_case_has_one_open_hold_row(desk_database: Database) -> None:
    for number, name in enumerate((*arriving("r1", slots=2), opening("ada"))):
        decision, _ = desk_database.write(decide_and_save, name, NOW + number)
    (offer,) = decision.cases["c-ada"].pending
    accept = OfferAccepted(case="c-ada", offer=offer.id, responder="r1", device="d")
    desk_database.write(decide_and_save, accept, NOW + 10)
    assert desk_database.write(open_holds) == {"c-ada": 1}
    # No first words: the case goes back to its place, and the hold has ended.
    desk_database.write(decide_and_save, TimePassed(), NOW + 60_000)
    assert desk_database.write(open_holds) == {}
