"""Messages: accepted once, in order, for whom and for when they should be."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from mentalverse_crypto.framing import ContentType
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    CursorExpired,
    Forbidden,
    NotFound,
    Overloaded,
    StaleEpoch,
    Unavailable,
)
from mentalverse_signaling.events import MessageAccepted
from support.hub import Device, Hub, Talk, eventually


@pytest.fixture
async def pair(hub: Hub) -> tuple[Device, Device, Talk]:
    """Two accounts in a direct conversation at epoch 1."""
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana, ConversationKind.DIRECT)
    await hub.add(ana, talk, ben)
    return ana, ben, talk


def seqs(device: Device) -> list[int]:
    return [payload["seq"] for payload in device.inbox.of("message.sent")]


Pair = tuple[Device, Device, Talk]


async def test_a_row_reaches_every_device_of_the_group_and_nobody_else(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    phone = await hub.add_device("ana", of=ana)
    await hub.add(ana, talk, phone)
    stranger = await hub.add_device("eve")
    message = hub.message(talk, b"hello")
    accepted = await hub.send(ben, message)
    expected = {
        "conversation": talk.id,
        "seq": accepted.seq,
        "at": accepted.at,
        "payload": message.payload,
    }
    for device in (ana, phone, ben):
        assert device.inbox.of("message.sent")[-1] == expected
    assert stranger.inbox.pushes == []


async def test_a_row_is_pushed_before_its_sender_is_answered(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    before = len(ben.inbox.pushes)
    answer = hub.router.dispatch_hot(ana.connection, hub.message(talk))
    seen: list[int] = []
    answer.add_done_callback(lambda _: seen.append(len(ben.inbox.pushes) - before))
    await answer
    await asyncio.sleep(0)
    assert seen == [1]


async def test_pipelined_messages_enter_the_log_in_the_order_they_were_sent(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    messages = [hub.message(talk, b"%d" % n) for n in range(200)]
    answers = [hub.router.dispatch_hot(ana.connection, m) for m in messages]
    accepted = await asyncio.gather(*answers)
    found = [a.seq for a in accepted if isinstance(a, MessageAccepted)]
    assert found == list(range(2, 202))
    assert [p["payload"] for p in ben.inbox.of("message.sent")] == [
        m.payload for m in messages
    ]


async def test_a_message_of_a_known_conversation_starts_no_task(
    hub: Hub, pair: Pair
) -> None:
    ana, _, talk = pair
    before = asyncio.all_tasks()
    answer = hub.router.dispatch_hot(ana.connection, hub.message(talk))
    assert asyncio.all_tasks() == before
    await answer


async def test_order_holds_while_the_conversation_is_being_loaded(
    hub: Hub, pair: Pair
) -> None:
    """Some are sent before the load, some during, some in the step that ends it."""
    ana, _, talk = pair
    hub.directory._rooms.clear()
    messages = [hub.message(talk, b"%d" % n) for n in range(60)]
    answers = []
    for message in messages:
        answers.append(hub.router.dispatch_hot(ana.connection, message))
        await asyncio.sleep(0.0005)
    accepted = await asyncio.gather(*answers)
    found = [a.seq for a in accepted if isinstance(a, MessageAccepted)]
    assert found == sorted(found)
    assert len(set(found)) == 60


async def test_any_number_of_retries_gives_the_first_answer_and_one_row(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    message = hub.message(talk)
    first = await hub.send(ana, message)
    hub.clock.advance(60)
    again = [await hub.send(ana, message) for _ in range(3)]
    together = await asyncio.gather(*(hub.send(ana, message) for _ in range(20)))
    assert [*again, *together] == [first] * 23
    assert seqs(ben).count(first.seq) == 1


async def test_the_same_client_id_of_another_device_is_another_message(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    message = hub.message(talk)
    first, second = await hub.send(ana, message), await hub.send(ben, message)
    assert second.seq == first.seq + 1


async def test_a_client_id_used_for_other_bytes_is_a_conflict(
    hub: Hub, pair: Pair
) -> None:
    ana, _, talk = pair
    message = hub.message(talk, b"one")
    await hub.send(ana, message)
    with pytest.raises(Conflict):
        await hub.send(ana, hub.message(talk, b"two", client_id=message.client_id))


async def test_the_epoch_before_is_accepted_and_the_one_before_that_is_stale(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    await hub.take_epoch(ana, talk, hub.commit(talk))
    assert talk.epoch == 2
    await hub.send(ben, hub.message(talk, epoch=1))
    with pytest.raises(StaleEpoch):
        await hub.send(ben, hub.message(talk, epoch=0))


async def test_a_proposal_is_accepted_in_its_own_epoch_only(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    kind = ContentType.PROPOSAL
    await hub.send(ben, hub.message(talk, content_type=kind))
    await hub.take_epoch(ana, talk, hub.commit(talk))
    with pytest.raises(StaleEpoch):
        await hub.send(ben, hub.message(talk, epoch=1, content_type=kind))


async def test_a_late_retry_is_answered_although_its_epoch_is_over(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    message = hub.message(talk)
    first = await hub.send(ben, message)
    for _ in range(3):
        await hub.take_epoch(ana, talk, hub.commit(talk))
    assert await hub.send(ben, message) == first
    changed = msgspec.structs.replace(
        message,
        payload=hub.message(talk, b"x", epoch=1, client_id=message.client_id).payload,
    )
    with pytest.raises(Conflict):
        await hub.send(ben, changed)


async def test_a_late_retry_is_answered_although_its_sender_was_removed(
    hub: Hub,
) -> None:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    message = hub.message(talk)
    first = await hub.send(ben, message)
    await hub.remove(ana, talk, ben)
    assert await hub.send(ben, message) == first
    with pytest.raises(Forbidden):
        await hub.send(ben, hub.message(talk))


async def test_what_does_not_fit_the_conversation_is_a_bad_request(
    hub: Hub, pair: Pair
) -> None:
    ana, _, talk = pair
    other = await hub.open(ana)
    good = hub.message(talk)
    foreign = msgspec.structs.replace(hub.message(other), conversation=talk.id)
    renamed = msgspec.structs.replace(good, client_id=hub.id())
    junk = msgspec.structs.replace(good, payload=b"hello")
    cut = msgspec.structs.replace(good, payload=good.payload[:-1])
    padded = msgspec.structs.replace(good, payload=good.payload + b"\x00")
    commit = hub.message(talk, content_type=ContentType.COMMIT)
    ahead = hub.message(talk, epoch=talk.epoch + 1)
    for message in (foreign, renamed, junk, cut, padded, commit, ahead):
        with pytest.raises(BadRequest):
            await hub.send(ana, message)
    assert (await hub.send(ana, good)).seq == 2


async def test_a_stranger_cannot_tell_a_conversation_from_none(
    hub: Hub, pair: Pair
) -> None:
    _, _, talk = pair
    eve = await hub.add_device("eve")
    nowhere = Talk(hub.id(), hub.id(), epoch=talk.epoch)
    told = []
    for place in (talk, nowhere):
        with pytest.raises(NotFound) as refused:
            await hub.send(eve, hub.message(place))
        told.append(refused.value.detail)
    assert told[0] == told[1]


async def test_a_slow_reader_gets_one_hint_and_the_others_get_rows(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    ben.inbox.is_congested = True
    before = len(ben.inbox.pushes)
    for _ in range(5):
        last = await hub.send(ana, hub.message(talk))
    assert len(ben.inbox.pushes) == before
    expected = {"conversation": talk.id, "head": last.seq}
    assert ben.inbox.hints == {talk.id: ("conversation.advanced", expected)}
    assert seqs(ana)[-5:] == [last.seq - n for n in range(4, -1, -1)]


async def test_a_removed_device_gets_the_row_that_removed_it_and_none_after(
    hub: Hub,
) -> None:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    await hub.send(ana, hub.message(talk))
    removal = await hub.remove(ana, talk, ben)
    await hub.send(ana, hub.message(talk))
    assert seqs(ben) == [2, removal.seq]
    page = await hub.call(ben, "conversation.sync", conversation=talk.id, since=1)
    assert [row.seq for row in page.rows] == [2, 3]
    assert page.head == removal.seq


async def test_a_device_reads_the_log_from_where_it_joined(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    for _ in range(3):
        await hub.send(ana, hub.message(talk))
    page = await hub.call(ben, "conversation.sync", conversation=talk.id, since=1)
    assert [row.seq for row in page.rows] == [2, 3, 4]
    with pytest.raises(CursorExpired):
        await hub.call(ben, "conversation.sync", conversation=talk.id, since=0)
    eve = await hub.add_device("eve")
    with pytest.raises(NotFound):
        await hub.call(eve, "conversation.sync", conversation=talk.id, since=0)


async def test_pages_are_bounded_in_rows_and_bytes_and_lead_to_the_head(
    hub: Hub, pair: Pair
) -> None:
    ana, ben, talk = pair
    sent = [hub.message(talk, bytes(40_000)) for _ in range(10)]
    await asyncio.gather(*(hub.send(ana, m) for m in sent))
    read: list[int] = [1]
    while True:
        page = await hub.call(
            ben, "conversation.sync", conversation=talk.id, since=read[-1], limit=7
        )
        assert sum(len(row.payload) for row in page.rows) <= 256 * 1024
        assert len(page.rows) <= 7
        read += [row.seq for row in page.rows]
        if read[-1] == page.head:
            break
    assert read == list(range(1, 12))


async def test_a_message_for_a_full_directory_is_overloaded(
    hub: Hub, pair: Pair
) -> None:
    ana, _, talk = pair
    hub.directory._rooms.clear()
    hub.directory._max_waiting = 2
    answers = [
        hub.router.dispatch_hot(ana.connection, hub.message(talk)) for _ in range(3)
    ]
    results = await asyncio.gather(*answers, return_exceptions=True)
    assert [type(r) for r in results] == [MessageAccepted, MessageAccepted, Overloaded]


async def test_whoever_waits_for_a_conversation_is_told_when_the_server_stops(
    hub: Hub, pair: Pair
) -> None:
    ana, _, talk = pair
    hub.directory._rooms.clear()
    answer = hub.router.dispatch_hot(ana.connection, hub.message(talk))
    await asyncio.sleep(0)
    await hub.directory.close()
    with pytest.raises(Unavailable):
        await answer


async def test_a_forgotten_conversation_still_tells_its_devices_of_a_row(
    hub: Hub, pair: Pair
) -> None:
    """The room left memory between the check and the commit."""
    ana, ben, talk = pair
    answer = hub.router.dispatch_hot(ana.connection, hub.message(talk))
    hub.directory._rooms.clear()
    await answer
    await eventually(lambda: ben.inbox.of("conversation.advanced"))
    assert ben.inbox.of("conversation.advanced") == [
        {"conversation": talk.id, "head": 2}
    ]


async def test_memory_holds_a_bounded_number_of_conversations(hub: Hub) -> None:
    hub.directory._max_rooms = 3
    ana = await hub.add_device("ana")
    talks = [await hub.open(ana) for _ in range(5)]
    assert len(hub.directory._rooms) == 3
    for talk in talks:
        assert (await hub.send(ana, hub.message(talk))).seq == 1
    assert len(hub.directory._rooms) == 3
