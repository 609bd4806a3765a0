"""Conversations: opened once, listed to those who are in them, read forward."""

from __future__ import annotations

import pytest

from mentalverse_signaling.conversation import ConversationKind, Seat
from mentalverse_signaling.envelope import MAX_PAGE_CONVERSATIONS
from mentalverse_signaling.errors import Conflict, NotFound
from mentalverse_signaling.events import ConversationView, MemberView
from support.hub import Hub


@pytest.mark.parametrize(
    ("kind", "seat"),
    [
        (ConversationKind.CIRCLE, Seat.STAFF),
        (ConversationKind.DIRECT, Seat.PARTICIPANT),
    ],
)
async def test_a_conversation_begins_with_its_creator_alone(
    any_hub: Hub, kind: ConversationKind, seat: Seat
) -> None:
    ana = await any_hub.add_device("ana")
    talk = await any_hub.open(ana, kind)
    (view,) = (await any_hub.call(ana, "conversation.list")).conversations
    assert view == ConversationView(
        conversation=talk.id,
        group=talk.group,
        kind=kind,
        epoch=0,
        head=0,
        joined_seq=0,
        left_seq=None,
        cursor=0,
        members=(MemberView(ana.account, "ana", seat, (ana.id,)),),
    )


async def test_creating_again_gives_the_conversation_as_it_is(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    kind = ConversationKind.CIRCLE
    ids = {"conversation": talk.id, "group": talk.group}
    view = await hub.call(ana, "conversation.create", **ids, kind=kind)
    assert (view.epoch, view.head, len(view.members)) == (1, 1, 2)
    for caller, change in (
        (ben, {}),
        (ana, {"kind": ConversationKind.DIRECT}),
        (ana, {"group": hub.id()}),
        (ana, {"conversation": hub.id()}),
        (await hub.add_device("eve"), {}),
    ):
        fields = {**ids, "kind": kind, **change}
        with pytest.raises(Conflict):
            await hub.call(caller, "conversation.create", **fields)


async def test_a_device_sees_its_own_conversations_only(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    phone = await hub.add_device("ana", of=ana)
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    await hub.open(ana)
    sizes = [
        len((await hub.call(device, "conversation.list")).conversations)
        for device in (ana, ben, phone)
    ]
    assert sizes == [2, 1, 0]


async def test_a_device_finds_what_its_account_is_in_without_it(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    phone = await hub.add_device("ana", of=ana)
    both, first, gone = [await hub.open(ana) for _ in range(3)]
    await hub.add(ana, both, phone)
    await hub.add(ana, gone, phone)
    await hub.remove(ana, gone, phone)
    found = await hub.call(phone, "conversation.find")
    shown = [(f.conversation, f.group) for f in found.conversations]
    expected = [(talk.id, talk.group) for talk in (first, gone)]
    assert (shown, found.more) == (sorted(expected), False)
    for other in (ana, ben):
        assert (await hub.call(other, "conversation.find")).conversations == ()


async def test_a_removed_device_is_told_nothing_from_after_that(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    removal = await hub.remove(ana, talk, ben)
    (before,) = (await hub.call(ben, "conversation.list")).conversations
    await hub.add(ana, talk, await hub.add_device("eva"))
    await hub.send(ana, hub.message(talk))
    (after,) = (await hub.call(ben, "conversation.list")).conversations
    assert after == before
    assert (after.head, after.left_seq, after.members) == (removal.seq, removal.seq, ())


async def test_a_cursor_moves_forward_and_never_beyond_the_log(any_hub: Hub) -> None:
    hub = any_hub
    ana = await hub.add_device("ana")
    talk = await hub.open(ana)
    for _ in range(3):
        await hub.send(ana, hub.message(talk))
    kept = []
    for seq in (2, 1, 2, 9, 3):
        await hub.call(ana, "cursor.advance", conversation=talk.id, seq=seq)
        (view,) = (await hub.call(ana, "conversation.list")).conversations
        kept.append(view.cursor)
    assert kept == [2, 2, 2, 2, 3]
    eve = await hub.add_device("eve")
    for place in (talk.id, hub.id()):
        with pytest.raises(NotFound):
            await hub.call(eve, "cursor.advance", conversation=place, seq=1)


async def test_a_cursor_ahead_of_the_log_gets_the_head_and_no_rows(
    any_hub: Hub,
) -> None:
    ana = await any_hub.add_device("ana")
    talk = await any_hub.open(ana)
    await any_hub.send(ana, any_hub.message(talk))
    page = await any_hub.call(ana, "conversation.sync", conversation=talk.id, since=7)
    assert (page.rows, page.head) == ((), 1)


async def test_any_number_of_conversations_is_listed_page_by_page(
    any_hub: Hub,
) -> None:
    ana = await any_hub.add_device("ana")
    opened = [await any_hub.open(ana) for _ in range(2 * MAX_PAGE_CONVERSATIONS)]
    listed, after, more = [], None, True
    while more:
        page = await any_hub.call(ana, "conversation.list", after=after)
        assert len(page.conversations) <= MAX_PAGE_CONVERSATIONS
        listed += [view.conversation for view in page.conversations]
        after, more = listed[-1], page.more
    assert listed == sorted(talk.id for talk in opened)
