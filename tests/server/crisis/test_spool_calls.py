"""While the database is away: whoever has a connection, and how long they waited."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from mentalverse_crisis.case import Case
from mentalverse_server.app import Server
from mentalverse_server.store import cases
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.tables_crisis import crisis_cases
from mentalverse_signaling.crisis_events import (
    CaseOpen,
    CrisisOpen,
    CrisisOpened,
    Taken,
)
from mentalverse_signaling.ids import ClientId
from mentalverse_signaling.roles import Role
from support.crisis_wire import Wire, crisis_wire
from support.devices import new_device
from support.hub import eventually

TAP = "a" * 32
CASES = "/crisis/cases"
BACK_SECONDS = 30.0
"""A bound for busy machines, not a measurement."""


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


@contextmanager
def _away(server: Server) -> Iterator[None]:
    """Another program has the database: nothing can be written."""
    path = server.config.server.data_dir / "mentalverse.db"
    intruder = sqlite3.connect(path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        intruder.execute("ROLLBACK")
        intruder.close()


async def _is_emptied(server: Server) -> None:
    assert server.crisis is not None
    spool = server.crisis.spool
    await eventually(lambda: spool.pending == 0, seconds=BACK_SECONDS)


async def _only_case(server: Server) -> Case:
    def read(connection: Connection) -> Case | None:
        (case,) = connection.execute(select(crisis_cases.c.id)).scalars()
        return cases.case(connection, case)

    found = await server.database.read(read)
    assert found is not None
    return found


@pytest.mark.capability("X01")
async def test_a_tap_over_a_live_connection_is_kept(wire: Wire) -> None:
    """It is told so at once, becomes the case of that account, and one only, however
    often it was sent; whoever is on duty has heard of it meanwhile."""
    server = wire.api.server
    ann = await wire.responder("ann")
    mia = await wire.member("mia", Role.MENTEE)
    with _away(server):
        for _ in range(2):
            answer = await mia.call("case.open", request=TAP, band=1)
            assert (answer.case, answer.is_spooled) == (None, True)
        await ann.hears("desk.changed", "spooled")
    await _is_emptied(server)
    again = await mia.call("case.open", request=TAP, band=1)
    assert not again.is_spooled
    found = await _only_case(server)
    assert again.case.case == found.id
    assert (found.person, found.is_trusted) == (mia.account, True)
    assert (await ann.offered()).case == found.id


async def test_what_waited_is_credited_with_all_of_its_wait(wire: Wire) -> None:
    """Ten minutes in the spool are ten minutes that somebody waited; what the client
    says beside it is believed as ever, for a minute."""
    server, tapped = wire.api.server, wire.clock.now()
    with _away(server):
        body = CrisisOpen(CaseOpen(ClientId(TAP), tap_age_ms=3_600_000))
        answer = await wire.api.call(CASES, body, CrisisOpened)
        assert answer.taken is Taken.SPOOLED
        wire.clock.advance(600)
    await _is_emptied(server)
    found = await _only_case(server)
    assert found.tapped_at_ms == round(tapped.timestamp() * 1000) - 60_000


async def test_a_guest_whose_id_is_somebody_elses_asks_all_the_same(
    wire: Wire,
) -> None:
    """Nobody could know while the database was away: the case is there, of somebody
    whom nobody can write to, and not of the one who has the id."""
    server = wire.api.server
    device = new_device()
    first, second = (
        device.begin_guest(token * 43, wire.clock.now()) for token in ("x", "y")
    )
    await wire.api.call("/guests", first, _Anything)
    with _away(server):
        body = CrisisOpen(CaseOpen(ClientId(TAP)), second)
        answer = await wire.api.call(CASES, body, CrisisOpened)
        assert answer.taken is Taken.SPOOLED
    await _is_emptied(server)
    found = await _only_case(server)
    assert not found.is_trusted
    assert found.person != device.account


class _Anything(msgspec.Struct):
    """An answer that is of no interest here."""


async def test_nobody_without_a_place_for_it_is_told_that_it_is_kept(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection whose tap cannot be kept either hears that it is not."""
    server = wire.api.server
    mia = await wire.member("mia", Role.MENTEE)
    assert server.crisis is not None
    monkeypatch.setattr("mentalverse_server.crisis.spool.MAX_KEPT", 0)
    with _away(server), pytest.raises(Exception, match="kept"):
        await mia.call("case.open", request=TAP)
