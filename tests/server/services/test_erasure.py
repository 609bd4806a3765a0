"""Deleting an account: its places, what others still need, and what nobody needs."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, func, insert, select

from mentalverse_server.services.erasure import Departed, erase
from mentalverse_server.store import accounts, device_lists
from mentalverse_server.store.device_lists import DeviceListRow
from mentalverse_server.store.tables import conversations, messages, metadata
from mentalverse_server.store.tables_recovery import reports
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.conversation import ConversationKind
from support.hub import Device, Hub, Talk


async def _erase(hub: Hub, who: Device) -> None:
    def script(transaction: Transaction) -> None:
        row = DeviceListRow(who.account, 1, b"list", 0)
        if device_lists.device_list(transaction.connection, who.account) is None:
            device_lists.add_device_list(transaction.connection, row)
        erase(transaction, who.account)

    await hub.writer.run(script, lane=WriterLane.OTHER)


async def _prune(hub: Hub) -> None:
    await Departed(hub.database, hub.writer).prune()


async def _direct(hub: Hub, ada: Device, ben: Device) -> Talk:
    talk = await hub.open(ada, ConversationKind.DIRECT)
    await hub.add(ada, talk, ben)
    await hub.send(ada, hub.message(talk))
    return talk


def _rows_by_table(connection: Connection) -> dict[str, int]:
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in metadata.tables.items()
    }


def _about(connection: Connection, device: Device) -> tuple[bool, bool]:
    """Whether the device and a list of its account are still there."""
    listed = device_lists.device_list(connection, device.account)
    return accounts.device(connection, device.id) is not None, listed is not None


async def test_members_are_told_and_take_the_devices_out(any_hub: Hub) -> None:
    """Until then they can look at the device list; what was written stays theirs."""
    hub = any_hub
    ada, ben = await hub.add_device("ada"), await hub.add_device("ben")
    talk = await _direct(hub, ada, ben)
    await _erase(hub, ada)
    asked = ben.inbox.of("conversation.leave_requested")
    assert asked == [{"conversation": talk.id, "account": ada.account}]
    (view,) = (await hub.call(ben, "conversation.list")).conversations
    (gone,) = [each for each in view.members if each.account == ada.account]
    assert (gone.leaving, gone.handle) == (True, "")
    await _prune(hub)
    assert await hub.database.read(_about, ada) == (True, True)
    await hub.remove(ben, talk, ada)
    await _prune(hub)
    assert await hub.database.read(_about, ada) == (False, False)
    page = await hub.call(ben, "conversation.sync", conversation=talk.id, since=1)
    assert len(page.rows) == 2
    await hub.send(ben, hub.message(talk))


async def test_a_deletion_again_changes_nothing(hub: Hub) -> None:
    ada, ben = await hub.add_device("ada"), await hub.add_device("ben")
    await _direct(hub, ada, ben)
    await _erase(hub, ada)
    told = len(ben.inbox.pushes)
    await _erase(hub, ada)
    assert len(ben.inbox.pushes) == told


async def test_a_conversation_that_nobody_is_in_goes_whole(any_hub: Hub) -> None:
    """And no row of anybody's is left but hashes of their names."""
    hub = any_hub
    before = await hub.database.read(_rows_by_table)
    ada, ben = await hub.add_device("ada"), await hub.add_device("ben")
    await _direct(hub, ada, ben)
    alone = await hub.open(ada)
    await hub.send(ada, hub.message(alone))
    await _erase(hub, ada)
    await _erase(hub, ben)
    hub.clock.advance(24 * 3600 + 1)
    await _prune(hub)
    after = await hub.database.read(_rows_by_table)
    assert after.pop("retired_names") == 4
    before.pop("retired_names")
    assert after == before


async def test_others_conversations_are_left_alone(hub: Hub) -> None:
    ada, ben, cleo = [await hub.add_device(name) for name in ("ada", "ben", "cleo")]
    await _direct(hub, ada, ben)
    theirs = await _direct(hub, ben, cleo)
    await _erase(hub, ada)
    await _prune(hub)
    (_, view) = sorted(
        (await hub.call(ben, "conversation.list")).conversations,
        key=lambda each: each.conversation == theirs.id,
    )
    assert not any(member.leaving for member in view.members)


async def test_a_conversation_is_there_as_long_as_its_report_can_be_appealed(
    hub: Hub,
) -> None:
    """Whoever reported may have left it, and nobody else may be in it."""
    ada, cleo = await hub.add_device("ada"), await hub.add_device("cleo")
    talk = await hub.open(ada)
    until = hub.clock.now() + timedelta(days=30)

    def report(transaction: Transaction) -> None:
        transaction.connection.execute(
            insert(reports).values(
                id=hub.id(),
                account=cleo.account,
                device=cleo.id,
                conversation=talk.id,
                at=transaction.now,
                sealed=b"sealed",
                closed_at=until,
            )
        )

    await hub.writer.run(report, lane=WriterLane.OTHER)
    await _erase(hub, ada)
    for seconds, left in ((30 * 24 * 3600 - 1, 1), (1, 0)):
        hub.clock.advance(seconds)
        await _prune(hub)
        after = await hub.database.read(_rows_by_table)
        assert (after["conversations"], after["reports"]) == (left, 1)


async def test_a_conversation_under_review_waits_for_its_report(hub: Hub) -> None:
    """What a report is about is not taken from the safety team by leaving."""
    ada, ben = await hub.add_device("ada"), await hub.add_device("ben")
    talk = await _direct(hub, ada, ben)

    def report(transaction: Transaction) -> None:
        transaction.connection.execute(
            insert(reports).values(
                id=hub.id(),
                account=ben.account,
                device=ben.id,
                conversation=talk.id,
                at=transaction.now,
                sealed=b"sealed",
            )
        )

    def close(transaction: Transaction) -> None:
        transaction.connection.execute(
            reports.update().values(closed_at=transaction.now + timedelta(0))
        )

    def kept(connection: Connection) -> tuple[int, int, int]:
        def number(table: object) -> int:
            return int(
                connection.execute(
                    select(func.count()).select_from(metadata.tables[str(table)])
                ).scalar_one()
            )

        return number(conversations), number(messages), number(reports)

    await hub.writer.run(report, lane=WriterLane.OTHER)
    for person in (ada, ben):
        await _erase(hub, person)
    await _prune(hub)
    assert await hub.database.read(kept) == (1, 2, 1)
    await hub.writer.run(close, lane=WriterLane.OTHER)
    await _prune(hub)
    assert await hub.database.read(kept) == (0, 0, 0)
