"""Places are taken one at a time, on either engine, however many want them at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Connection

from mentalverse_modules.matching.people import Kind
from mentalverse_modules.matching.proposal import Option, Plan
from mentalverse_server.hooks.defaults import matching
from mentalverse_server.hooks.defaults.matching import Act, Move, Party, Stage
from mentalverse_server.store import matching as store
from mentalverse_server.store import roles
from mentalverse_server.store.engine import Database
from mentalverse_server.store.matching import ProfileRow
from mentalverse_server.store.transaction import Transaction
from mentalverse_signaling.errors import NotFound, NotNow
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.stored import NOW

PLACES = 7
ACCEPTS = 100
PLAN = Plan(Kind.PEER, "open", 2, 50, 12, ())
OPTIONS = [Option("mentor", 9_000, PLAN), Option("other", 8_000, PLAN)]


def asked(connection: Connection, number: int) -> None:
    """A proposal that waits for the answer of the one mentor."""
    transaction, mentee = Transaction(connection, NOW), f"mentee{number}"
    store.put_profile(connection, ProfileRow(mentee, store.MENTEE, "{}", 0, 0))
    id_ = f"proposal{number}"
    assert matching.propose(transaction, id_, "run", mentee, OPTIONS)
    matching.move(transaction, id_, Move(Act.RELEASE, Party.REVIEWER, "c"))
    chosen = Move(Act.CHOOSE, Party.MENTEE, mentee, 0)
    assert matching.move(transaction, id_, chosen).after.stage is Stage.ASKED


def accepted(connection: Connection, number: int) -> Stage:
    accept = Move(Act.ACCEPT, Party.MENTOR, "mentor")
    transaction = Transaction(connection, NOW)
    return matching.move(transaction, f"proposal{number}", accept).after.stage


@pytest.mark.capability("M03")
def test_a_hundred_accepts_at_once_never_pass_the_cap(database: Database) -> None:
    database.write(partial(roles.grant, now=NOW), AccountId("mentor"), [Role.MENTOR])
    offered = ProfileRow("mentor", store.MENTOR, "{}", 0, 0)
    database.write(store.put_profile, offered)
    database.write(store.offer_places, "mentor", PLACES)
    for number in range(ACCEPTS):
        database.write(asked, number)
    # Half of them twice: the same accept takes no second place.
    order = [*range(ACCEPTS), *range(0, ACCEPTS, 2)]
    with ThreadPoolExecutor(8) as threads:
        waiting = [
            threads.submit(database.write, _accepted_or_gone, number)
            for number in order
        ]
        stages = [each.result() for each in waiting]
    agreed = {n for n, s in zip(order, stages, strict=True) if s is Stage.AGREED}
    assert len(agreed) == PLACES
    running = database.write(store.running, "mentor")
    assert {row.id for row in running} == {f"proposal{n}" for n in agreed}
    assert not database.write(store.take_place, "mentor")
    for number in range(ACCEPTS):
        found = database.write(store.proposal, f"proposal{number}")
        assert found is not None
        row, options, consents = found
        is_agreed = number in agreed
        assert row.stage == ("agreed" if is_agreed else "choice")
        assert (row.open_for is None) is is_agreed
        assert options[0].standing == ("open" if is_agreed else "full")
        assert len(consents) == (2 if is_agreed else 0)


def _accepted_or_gone(connection: Connection, number: int) -> Stage | None:
    try:
        return accepted(connection, number)
    except (NotFound, NotNow):
        return None


def test_a_place_that_is_given_back_is_taken_by_one(database: Database) -> None:
    database.write(store.offer_places, "mentor", 1)
    assert database.write(store.take_place, "mentor")
    assert not database.write(store.take_place, "mentor")
    database.write(store.free_place, "mentor")
    with ThreadPoolExecutor(8) as threads:
        taken = list(
            threads.map(lambda _: database.write(store.take_place, "mentor"), range(8))
        )
    assert sum(taken) == 1
    database.write(store.offer_places, "mentor", 0)
    assert not database.write(store.take_place, "mentor")
    assert not database.write(store.take_place, "nobody")
    database.write(store.free_place, "nobody")


def test_two_who_know_each_other_are_kept_in_both_orders(database: Database) -> None:
    for one, other in (("b", "a"), ("a", "b"), ("b", "a")):
        database.write(partial(store.know_each_other, at_ms=1), one, other)
    found = database.write(store.pool, 0)
    assert sorted(found.dual) == [("a", "b"), ("b", "a")]
