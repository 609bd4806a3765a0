"""What a call leaves behind: a group that is forgotten, and browsers that it woke."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from mentalverse_server.services.erasure import Departed
from mentalverse_server.store.departed import over_call_group
from mentalverse_server.store.tables import conversations
from support.call_wire import CallWire, call_wire

DAY_SECONDS = 24 * 3600


async def _groups(wire: CallWire) -> set[str]:
    server = wire.api.server
    await Departed(server.database, server.writer).prune()
    query = select(conversations.c.id).where(conversations.c.kind == "call")
    rows = await server.database.read(
        lambda connection: connection.execute(query).scalars().all()
    )
    return set(rows)


async def test_the_group_of_a_call_goes_a_day_after_the_call(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, _ = await wire.circle()
        named = await wire.talk("call", lead.line)
        unnamed = await wire.talk("call", lead.line)
        await lead.ask("call.attach", conversation=named.id)
        assert await _groups(wire) == {named.id, unnamed.id}
        for _ in range(2):
            wire.clock.advance(4)
            await lead.ask("call.beat")
        await lead.ask("call.end")
        wire.clock.advance(DAY_SECONDS - 4)
        assert await _groups(wire) == {named.id}, "its call was over later"
        wire.clock.advance(5)
        assert await _groups(wire) == set()


async def test_the_group_of_a_call_that_goes_on_is_nobodys_to_forget(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, _ = await wire.circle()
        group = await wire.talk("call", lead.line)
        await lead.ask("call.attach", conversation=group.id)
        later = wire.clock.now() + timedelta(days=2)
        read = wire.api.server.database.read
        assert await read(over_call_group, later) is None
        await lead.ask("call.end")
        assert await read(over_call_group, later) == group.id


async def test_a_call_rings_once_when_it_opens(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        rung: list[tuple[str, str]] = []
        wire.api.server.calls.opening.ring = lambda *told: rung.append(told)
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        await wire.start(ada, talk)
        await wire.start(ben, talk)
        assert rung == [(talk.id, ada.account)]
