"""Blocks: who is blocked begins nothing with the blocker, and is not told why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, insert

from mentalverse_server.services import blocks
from mentalverse_server.store import roles
from mentalverse_server.store.freezing import FreezeRow, freeze
from mentalverse_server.store.tables import key_packages
from mentalverse_server.store.writer import Transaction, WriterLane
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    QuotaExceeded,
    SignalingError,
)
from mentalverse_signaling.roles import REACHABLE, Role
from support.hub import Device, Hub, Talk

SUITE = 1


async def person(hub: Hub, handle: str) -> Device:
    """Somebody with KeyPackages to take."""
    device = await hub.add_device(handle)
    await publish(hub, device)
    return device


async def publish(hub: Hub, device: Device) -> None:
    def store(transaction: Transaction) -> None:
        transaction.connection.execute(
            insert(key_packages).values(
                ref=bytes.fromhex(hub.id()),
                device=device.id,
                suite=SUITE,
                package=b"package",
                last_resort=True,
                not_after=transaction.now + timedelta(days=30),
            )
        )

    await hub.writer.run(store, lane=WriterLane.OTHER)


async def block(hub: Hub, by: Device, whom: Device, *, on: bool = True) -> None:
    await hub.call(by, "block.set", account=whom.account, on=on)


async def take(hub: Hub, by: Device, whom: Device) -> int:
    """How many packages were given."""
    taken = await hub.call(by, "keys.take", account=whom.account, suites=[SUITE])
    return len(taken.packages)


async def refusal(hub: Hub, by: Device, event: str, **fields: object) -> str:
    """All that is told of a refusal."""
    with pytest.raises(SignalingError) as refused:
        await hub.call(by, event, **fields)
    error = refused.value
    return f"{error.code} {error.detail} {error.retry_after_ms}"


async def adding(hub: Hub, by: Device, talk: Talk, whom: Device) -> str:
    """All that is told of the refusal to add somebody."""
    with pytest.raises(SignalingError) as refused:
        await hub.dispatch(by, hub.commit(talk, adds=(whom,)))
    return f"{refused.value.code} {refused.value.detail}"


def nobody(hub: Hub) -> Device:
    """A device of an account that does not exist."""
    return hub.connect("nobody", hub.id(), hub.id())


async def test_blocking_twice_and_unblocking_twice_changes_nothing(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben, cleo = [await hub.add_device(name) for name in ("ana", "ben", "cleo")]
    for _ in range(2):
        await block(hub, ana, ben)
        await block(hub, ana, cleo)
        listed = await hub.call(ana, "block.list")
        assert listed.accounts == tuple(sorted((ben.account, cleo.account)))
    for _ in range(2):
        await block(hub, ana, ben, on=False)
        assert (await hub.call(ana, "block.list")).accounts == (cleo.account,)
    assert (await hub.call(ben, "block.list")).accounts == ()


async def test_who_is_blocked_is_told_what_is_told_of_nobody(any_hub: Hub) -> None:
    """Finding, taking keys, adding to a conversation of either kind: one answer."""
    hub = any_hub
    ana, ben, stranger = await person(hub, "ana"), await person(hub, "ben"), nobody(hub)
    await block(hub, ana, ben)
    seen = await refusal(hub, ben, "account.find", handle="ana")
    assert seen == await refusal(hub, ben, "account.find", handle="nobody")
    fields = {"suites": [SUITE]}
    seen = await refusal(hub, ben, "keys.take", account=ana.account, **fields)
    unknown = await refusal(hub, ben, "keys.take", account=stranger.account, **fields)
    assert seen == unknown == "not_found no such account None"
    for kind in ConversationKind:
        talk = await hub.open(ben, kind)
        assert await adding(hub, ben, talk, ana) == await adding(
            hub, ben, talk, stranger
        )
        assert ana.inbox.of("group.welcomed") == []


async def test_the_server_does_for_a_block_what_it_does_for_nobody(hub: Hub) -> None:
    """The same statements, so that the time an answer takes tells nothing either."""
    ana, ben = await person(hub, "ana"), await person(hub, "ben")
    await block(hub, ana, ben)
    talk = await hub.open(ben)

    async def work_for(handle: str, device: Device) -> list[str]:
        with statements() as seen:
            await refusal(hub, ben, "account.find", handle=handle)
            await refusal(hub, ben, "keys.take", account=device.account, suites=[SUITE])
            await adding(hub, ben, talk, device)
        return seen

    blocked = await work_for("ana", ana)
    assert blocked
    assert blocked == await work_for("nobody", nobody(hub))


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_who_blocks_may_still_write_first_and_a_third_may_bring_both(
    hub: Hub,
) -> None:
    ana, ben, host = [await person(hub, name) for name in ("ana", "ben", "host")]
    await block(hub, ana, ben)
    assert await take(hub, ana, ben) == 1
    await hub.add(ana, await hub.open(ana, ConversationKind.DIRECT), ben)
    circle = await hub.open(host)
    await hub.add(host, circle, ana, ben)
    assert len(ana.inbox.of("group.welcomed")) == 1


async def test_what_both_are_in_goes_on(hub: Hub) -> None:
    """Messages, commits, another device of the blocker, and coming back."""
    ana, ben, host = [await person(hub, name) for name in ("ana", "ben", "host")]
    circle = await hub.open(host)
    await hub.add(host, circle, ana, ben)
    await block(hub, ana, ben)
    await hub.send(ben, hub.message(circle))
    assert len(ana.inbox.of("message.sent")) == 1
    await hub.take_epoch(ben, circle, hub.commit(circle))
    phone = await hub.add_device("", of=ana)
    await hub.add(ben, circle, phone)
    await hub.come_back(ben, circle, hub.rejoin(circle, ben))


async def test_a_commit_from_before_the_block_is_answered_as_before(hub: Hub) -> None:
    ana, ben = await person(hub, "ana"), await person(hub, "ben")
    talk = await hub.open(ben, ConversationKind.DIRECT)
    commit = hub.commit(talk, adds=(ana,))
    accepted = await hub.take_epoch(ben, talk, commit)
    await block(hub, ana, ben)
    assert await hub.dispatch(ben, commit) == accepted


async def test_keys_are_given_for_a_conversation_that_cannot_go_on_otherwise(
    any_hub: Hub,
) -> None:
    """A frozen one, and one in which the blocker has only devices that are revoked."""
    hub = any_hub
    ana, ben, host = [await person(hub, name) for name in ("ana", "ben", "host")]
    frozen = await hub.open(host)
    await hub.add(host, frozen, ana, ben)
    await block(hub, ana, ben)
    with pytest.raises(NotFound):
        await take(hub, ben, ana)

    def stop(transaction: Transaction) -> None:
        devices = frozenset({ana.id, ben.id, host.id})
        row = FreezeRow(
            frozen.group, 1, 2, host.account, devices, transaction.now, False, None
        )
        freeze(transaction, frozen.id, row)

    await hub.writer.run(stop, lane=WriterLane.OTHER)
    assert await take(hub, ben, ana) == 1
    outsider = await person(hub, "outsider")
    await block(hub, ana, outsider)
    with pytest.raises(NotFound):
        await take(hub, outsider, ana)


async def test_keys_are_given_to_bring_back_who_lost_their_only_device(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben = await person(hub, "ana"), await person(hub, "ben")
    talk = await hub.open(ana, ConversationKind.DIRECT)
    await hub.add(ana, talk, ben)
    await block(hub, ana, ben)
    phone = await hub.add_device("", of=ana)
    await publish(hub, phone)
    with pytest.raises(NotFound):
        await take(hub, ben, ana)
    await hub.revoke(ana)
    assert await take(hub, ben, ana) == 1
    swap = hub.commit(talk, adds=(phone,), removes=(ana,))
    await hub.take_epoch(ben, talk, swap)
    with pytest.raises(NotFound):
        await take(hub, ben, ana)


@pytest.mark.parametrize("role", sorted(REACHABLE))
async def test_a_block_never_stops_a_request_for_help(hub: Hub, role: Role) -> None:
    """Who answers them blocks nobody, and blocks from before that wait."""
    ana, ben = await person(hub, "ana"), await person(hub, "ben")
    await block(hub, ana, ben)

    def grant(transaction: Transaction) -> None:
        roles.grant(transaction.connection, ana.account, [role], transaction.now)

    def revoke(transaction: Transaction) -> None:
        roles.revoke(transaction.connection, ana.account, role)

    await hub.writer.run(grant, lane=WriterLane.OTHER)
    assert await take(hub, ben, ana) == 1
    assert (await hub.call(ben, "account.find", handle="ana")).account == ana.account
    await hub.add(ben, await hub.open(ben, ConversationKind.DIRECT), ana)
    with pytest.raises(Forbidden):
        await block(hub, ana, await person(hub, "cleo"))
    await block(hub, ana, await person(hub, "dan"), on=False)
    await hub.writer.run(revoke, lane=WriterLane.OTHER)
    with pytest.raises(NotFound):
        await take(hub, ben, ana)


async def test_blocks_are_bounded_and_not_for_oneself(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "MAX_BLOCKS", 1)
    ana, ben, cleo = [await hub.add_device(name) for name in ("ana", "ben", "cleo")]
    with pytest.raises(BadRequest):
        await block(hub, ana, ana)
    await block(hub, ana, ben)
    await block(hub, ana, ben)
    with pytest.raises(QuotaExceeded):
        await block(hub, ana, cleo)


async def test_a_block_tells_nobody_whether_there_is_such_an_account(hub: Hub) -> None:
    ana = await hub.add_device("ana")
    await hub.call(ana, "block.set", account=hub.id(), on=True)
    assert len((await hub.call(ana, "block.list")).accounts) == 1
