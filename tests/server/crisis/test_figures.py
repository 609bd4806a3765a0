"""The figures of the board: what was added is as good as all of it read again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.events import Event
from mentalverse_crisis.measured import handled_ms
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from mentalverse_crisis.sla import Arrival
from mentalverse_server.crisis.figures import (
    SPAN_MS,
    Recent,
    staff_needed,
)
from mentalverse_server.store import cases, crisis_log
from mentalverse_server.store.engine import Connection, Database, open_database
from support.desk_life import Life

LIVES = 12
MINUTE_MS = 60_000


@dataclass
class LoggedLife(Life):
    """A life whose log is written, and looked at now and then by one who looked
    before."""

    connection: Connection | None = None
    recent: Recent = field(default_factory=Recent)
    looks: int = 0

    def happen(self, event: Event) -> Decision | None:
        decision = super().happen(event)
        assert self.connection is not None
        if decision is not None:
            newest = crisis_log.last(self.connection)
            crisis_log.append(self.connection, decision.entries, newest)
        if self.random.random() < 0.2:
            self.looks += 1
            assert self._seen(self.recent) == self._seen(Recent())
        return decision

    def _seen(self, recent: Recent) -> dict[str, Arrival]:
        assert self.connection is not None
        found = recent.arrivals(self.connection, self.now_ms)
        return {one.case: one for one in found}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_database(f"sqlite:///{tmp_path / 'server.db'}")
    opened.migrate()
    opened.write(cases.set_up, DEFAULT)
    return opened


def test_reading_on_tells_what_reading_anew_tells(database: Database) -> None:
    """Whatever happens to cases, and however long somebody looked away."""

    def live(connection: Connection) -> int:
        looks = 0
        for seed in range(LIVES):
            connection.exec_driver_sql("DELETE FROM crisis_entries")
            life = LoggedLife(seed, connection=connection)
            life.run()
            looks += life.looks
        return looks

    assert database.write(live) > LIVES
    database.close()


def test_whoever_came_a_day_ago_is_forgotten(database: Database) -> None:
    """By the arrival, and with everything that happens to them later."""

    def live(connection: Connection) -> None:
        recent = Recent()
        opened = Entry(
            at_ms=0, case="c", what=What.OPENED, tap_ms=0, policy=DEFAULT.revision
        )
        last = crisis_log.append(connection, [opened], None)
        assert [one.case for one in recent.arrivals(connection, SPAN_MS)] == ["c"]
        assert recent.arrivals(connection, SPAN_MS + 1) == []
        left = Entry(at_ms=SPAN_MS + 2, case="c", what=What.LEFT)
        crisis_log.append(connection, [left], last)
        assert recent.arrivals(connection, SPAN_MS + 3) == []

    database.write(live)
    database.close()


def _entry(what: What, minute: int, outcome: str = "") -> Entry:
    return Entry(at_ms=minute * MINUTE_MS, case="c", what=what, outcome=outcome)


def test_handling_is_from_the_accept_that_held_until_the_holder_is_free() -> None:
    """With the summary, and with who came to the rescue; of no talk that goes on."""
    held = [_entry(What.OPENED, 0), _entry(What.ACCEPTED, 1)]
    assert handled_ms(held) is None
    again = [*held, _entry(What.RETURNED, 2), _entry(What.ACCEPTED, 5)]
    rescued = [*again, _entry(What.RESCUE, 20), _entry(What.ACCEPTED, 21)]
    over = [*rescued, _entry(What.ENDED, 40), _entry(What.WRAPPED_UP, 45)]
    assert handled_ms(over) == 40 * MINUTE_MS
    capped = [*held, _entry(What.ENDED, 31), _entry(What.FOLLOW_UP, 41, "due")]
    assert handled_ms(capped) == 40 * MINUTE_MS
    assert handled_ms([_entry(What.OPENED, 0), _entry(What.LEFT, 1)]) is None


def test_a_load_needs_as_many_as_the_formula_says(database: Database) -> None:
    """20 of A2 in a half hour, 40 minutes each, are a load of 26.7: about as many
    answer nine of ten within two minutes, since some leave. Four say nothing."""

    def live(connection: Connection) -> None:
        entries = []
        for number in range(20):
            at_ms = SPAN_MS + number * MINUTE_MS
            entries += _handled(f"c{number}", at_ms)
        crisis_log.append(connection, entries, None)
        recent, now_ms = Recent(), SPAN_MS + 30 * MINUTE_MS
        arrivals = recent.arrivals(connection, now_ms)
        needed = staff_needed(recent, arrivals, DEFAULT, now_ms)
        assert needed is not None and 20 <= needed <= 35
        later_ms = now_ms + 16 * MINUTE_MS
        arrivals = recent.arrivals(connection, later_ms)
        assert staff_needed(recent, arrivals, DEFAULT, later_ms) is None

    database.write(live)
    database.close()


def _handled(case: str, at_ms: int) -> list[Entry]:
    until_ms = at_ms + 40 * MINUTE_MS
    return [
        Entry(
            at_ms=at_ms,
            case=case,
            what=What.OPENED,
            band=Band.A2,
            tap_ms=at_ms,
            policy=DEFAULT.revision,
        ),
        Entry(at_ms=at_ms, case=case, what=What.ACCEPTED),
        Entry(at_ms=at_ms, case=case, what=What.REPLIED),
        Entry(at_ms=until_ms, case=case, what=What.ENDED),
        Entry(at_ms=until_ms, case=case, what=What.WRAPPED_UP),
    ]
