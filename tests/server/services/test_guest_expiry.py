"""Guests are forgotten: when, in which order, and what is left of them."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, text

from mentalverse_server.services.erasure import Departed
from mentalverse_server.services.guest_expiry import GuestExpiry, GuestLimits
from mentalverse_server.store import guests, retention
from mentalverse_server.store.tables import metadata
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.errors import SignalingError
from support.hub import Device, Hub

DAY_SECONDS = 24 * 3600.0
LIMITS = GuestLimits()


async def _round(hub: Hub) -> None:
    await GuestExpiry(hub.writer).expire()
    await Departed(hub.database, hub.writer).prune()


async def _touch(hub: Hub, guest: Device) -> None:
    def script(transaction: Transaction) -> None:
        guests.touch(transaction.connection, guest.account, transaction.now)

    await hub.writer.run(script, lane=WriterLane.OTHER)


async def _tables_naming(hub: Hub, *ids: str) -> set[str]:
    """Every table in which one of these ids stands, in any column."""

    def look(connection: Connection) -> set[str]:
        found = set()
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                if any(value in ids for value in row):
                    found.add(table.name)
        return found

    return await hub.database.read(look)


async def test_a_guest_in_no_conversation_is_kept_for_a_day(any_hub: Hub) -> None:
    """After its day; nothing names it then, so a flood of guests leaves nothing."""
    guest = await any_hub.add_guest()
    any_hub.clock.advance(LIMITS.unused_for.total_seconds() - 1)
    await _round(any_hub)
    assert await _tables_naming(any_hub, guest.account)
    any_hub.clock.advance(DAY_SECONDS + 1)
    await _round(any_hub)
    assert await _tables_naming(any_hub, guest.account, guest.id) == set()


async def test_a_guest_in_a_conversation_is_kept_while_it_comes_back(hub: Hub) -> None:
    """Counted from the day it was last here."""
    ana, guest = await hub.add_device("ana"), await hub.add_guest()
    talk = await hub.open(ana)
    await hub.add(ana, talk, guest)
    hub.clock.advance((LIMITS.kept_for.days - 1) * DAY_SECONDS)
    await _touch(hub, guest)
    hub.clock.advance((LIMITS.kept_for.days - 1) * DAY_SECONDS)
    await _round(hub)
    assert ana.inbox.of("conversation.leave_requested") == []
    assert await hub.call(guest, "conversation.list")


async def test_a_guest_leaves_before_it_is_forgotten(hub: Hub) -> None:
    """Signed out and asked out; then only the conversation knows who was in it."""
    ana, guest = await hub.add_device("ana"), await hub.add_guest()
    talk = await hub.open(ana)
    await hub.add(ana, talk, guest)
    hub.clock.advance((LIMITS.kept_for.days + 1) * DAY_SECONDS)
    for _ in range(2):
        await _round(hub)
    asked = ana.inbox.of("conversation.leave_requested")
    assert asked == [{"conversation": talk.id, "account": guest.account}]
    with pytest.raises(SignalingError):
        await hub.call(guest, "keys.publish", packages=())

    await hub.remove(ana, talk, guest)
    await _round(hub)

    def prune(transaction: Transaction) -> None:
        retention.prune_idempotency(transaction.connection, transaction.now)

    hub.clock.advance(retention.IDEMPOTENCY_DAYS * DAY_SECONDS + 1)
    await hub.writer.run(prune, lane=WriterLane.OTHER)
    assert await _tables_naming(hub, guest.account, guest.id) == {"group_devices"}
    view = await hub.call(ana, "conversation.list")
    assert [member.account for member in view.conversations[0].members] == [ana.account]


async def test_a_guest_whom_everybody_left_alone_needs_nobody_to_let_it_go(
    hub: Hub,
) -> None:
    """There is no member left who could."""
    ana, guest = await hub.add_device("ana"), await hub.add_guest()
    talk = await hub.open(ana)
    await hub.add(ana, talk, guest)
    await hub.call(ana, "conversation.leave", conversation=talk.id)
    await hub.remove(guest, talk, ana)
    hub.clock.advance((LIMITS.kept_for.days + 1) * DAY_SECONDS)
    await _round(hub)
    assert guest.account not in await _guests(hub)


async def _guests(hub: Hub) -> list[str]:
    def look(connection: Connection) -> list[str]:
        return list(connection.execute(text("SELECT account FROM guests")).scalars())

    return await hub.database.read(look)
