"""Many responders answer at once, on several servers: one of them has each case."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest
from sqlalchemy import Connection

from mentalverse_crisis import audit
from mentalverse_crisis.case import CaseState
from mentalverse_crisis.events import OfferAccepted
from mentalverse_crisis.policy import DEFAULT, BandPolicy, Policy
from mentalverse_crisis.record import What
from mentalverse_server.clock import SystemClock
from mentalverse_server.store import cases
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import open_database
from support.desk_process import Process, accept
from support.desk_stored import (
    arriving,
    decide_and_save,
    every_case,
    open_holds,
    opening,
    whole_log,
)

DEVICES = 8
RESPONDERS = 12
DECLARED = {"already_held", "offer_rescinded", "offer_expired"}


def _patient() -> Policy:
    """The default, with all the time of the test for an answer."""

    def patient(band: BandPolicy) -> BandPolicy:
        plan = msgspec.structs.replace(band.plan, answer_seconds=3_600)
        return msgspec.structs.replace(band, plan=plan)

    bands = {name: patient(band) for name, band in DEFAULT.bands.items()}
    return msgspec.structs.replace(
        DEFAULT, revision="patient", bands=bands, offer_most_seconds=3_600
    )


def _make_offers(connection: Connection, count: int) -> list[OfferAccepted]:
    """One for each case, answered from each of the responder's devices."""
    cases.set_up(connection, _patient())
    now_ms, kept = DeskTime(SystemClock()).now_ms(connection), None
    for number in range(RESPONDERS):
        for event in arriving(f"r{number}", slots=count // (RESPONDERS - 2)):
            _, kept = decide_and_save(connection, event, now_ms, kept)
    for number in range(count):
        _, kept = decide_and_save(connection, opening(f"{number}"), now_ms, kept)
    assert kept is not None
    return [
        OfferAccepted(
            case=case.id, offer=offer.id, responder=offer.responder, device=f"d{device}"
        )
        for case in kept.desk.cases.values()
        for offer in case.pending
        for device in range(DEVICES)
    ]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("database_url", "offers", "processes"),
    [("sqlite", 40, 2), ("postgresql", 200, 4)],
    indirect=["database_url"],
)
def test_of_eight_answers_to_an_offer_one_wins(
    database_url: str, offers: int, processes: int
) -> None:
    """Whatever process it came to; the others are told who was first.

    Of 1,600 on 200 offers, exactly 200.
    """
    database = open_database(database_url)
    database.migrate()
    events = database.write(_make_offers, offers)
    assert len(events) == offers * DEVICES
    database.close()
    random.Random(1600).shuffle(events)
    servers = [
        Process(accept, database_url, events[number::processes])
        for number in range(processes)
    ]
    for process in servers:
        assert process.hear() == "ready"
    for process in servers:
        process.pipe.send("go")
    answers = Counter(code for process in servers for code in process.hear())
    for process in servers:
        assert process.ended() == 0
    assert answers["accepted"] == offers
    assert set(answers) <= {"accepted", *DECLARED}, answers
    assert sum(answers.values()) == offers * DEVICES

    database = open_database(database_url)
    holds = database.write(open_holds)
    assert holds == {f"c-{number}": 1 for number in range(offers)}
    stored = database.write(every_case).values()
    assert {case.state for case in stored} == {CaseState.ACCEPTED}
    log = database.write(whole_log)
    assert audit.verify(log) is None
    accepted = Counter(row.case for row in log if row.what is What.ACCEPTED)
    assert set(accepted.values()) == {1} and len(accepted) == offers
    database.close()
