"""A commit that does not apply: rejections, the freeze, and the fresh group."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from mentalverse_server.services.freezing import Freezing
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Frozen,
    NotFound,
    RateLimited,
    StaleEpoch,
)
from mentalverse_signaling.events import ConversationView
from support.hub import Device, Hub, Talk


async def circle(hub: Hub, *names: str) -> tuple[Talk, list[Device]]:
    """A circle of a facilitator and others; the log is one commit long."""
    people = [await hub.add_device(name) for name in names]
    talk = await hub.open(people[0])
    await hub.add(people[0], talk, *people[1:])
    return talk, people


async def broken(hub: Hub, talk: Talk, by: Device) -> int:
    """A commit that others will reject; the epoch it ended."""
    epoch = talk.epoch
    await hub.take_epoch(by, talk, hub.commit(talk))
    return epoch


async def view(hub: Hub, device: Device) -> ConversationView:
    (found,) = (await hub.call(device, "conversation.list")).conversations
    assert isinstance(found, ConversationView)
    return found


async def test_half_of_the_others_freeze_a_circle(any_hub: Hub) -> None:
    """One of three others is not enough, two are; the same one twice is one."""
    hub = any_hub
    talk, (ana, ben, cleo, eve) = await circle(hub, "ana", "ben", "cleo", "eve")
    epoch = await broken(hub, talk, eve)
    assert not await hub.reject(ben, talk, epoch)
    assert not await hub.reject(ben, talk, epoch)
    assert not await hub.reject(eve, talk, epoch)
    assert await hub.reject(cleo, talk, epoch)
    assert await hub.reject(cleo, talk, epoch)
    for device in (ana, ben, cleo, eve):
        assert device.inbox.of("group.frozen") == [{"conversation": talk.id}]
        frozen = (await view(hub, device)).frozen
        assert frozen is not None
        assert (frozen.epoch, frozen.committer) == (epoch, eve.account)
        assert frozen.makers[0] == ana.account
        assert set(frozen.devices) == {ana.id, ben.id, cleo.id}


async def test_between_two_the_other_one_freezes_and_nobody_is_left_out(
    any_hub: Hub,
) -> None:
    """In a direct conversation the other one decides, and begins with both."""
    hub = any_hub
    ada, ben = await hub.add_device("ada"), await hub.add_device("ben")
    talk = await hub.open(ada, ConversationKind.DIRECT)
    await hub.add(ada, talk, ben)
    epoch = await broken(hub, talk, ada)
    assert not await hub.reject(ada, talk, epoch)
    assert await hub.reject(ben, talk, epoch)
    with pytest.raises(Forbidden):
        await hub.recreate(ada, talk, hub.recreation(talk, ben))
    await hub.recreate(ben, talk, hub.recreation(talk, ada))
    assert (await view(hub, ada)).frozen is None
    await hub.send(ada, hub.message(talk))


async def test_a_frozen_conversation_takes_nothing_and_forgets_no_answer(
    any_hub: Hub,
) -> None:
    """Messages, commits and returns are `frozen`; what was accepted stays so."""
    hub = any_hub
    talk, (ana, ben, eve) = await circle(hub, "ana", "ben", "eve")
    sent = hub.message(talk)
    accepted = await hub.send(ana, sent)
    epoch = await broken(hub, talk, eve)
    assert await hub.reject(ben, talk, epoch)
    assert await hub.send(ana, sent) == accepted
    with pytest.raises(Frozen):
        await hub.send(ana, hub.message(talk))
    with pytest.raises(Frozen):
        await hub.dispatch(ana, hub.commit(talk))
    with pytest.raises(Frozen):
        await hub.come_back(ben, talk, hub.rejoin(talk, ben))


async def test_the_conversation_goes_on_in_a_fresh_group(any_hub: Hub) -> None:
    """Same log, seats and people but one; Welcomes wait; the old group is stale."""
    hub = any_hub
    talk, (ana, ben, cleo, eve) = await circle(hub, "ana", "ben", "cleo", "eve")
    epoch = await broken(hub, talk, eve)
    old, late = Talk(talk.id, talk.group, talk.epoch), hub.message(talk)
    for device in (ben, cleo):
        await hub.reject(device, talk, epoch)
    begun = hub.recreation(talk, ben, cleo)
    first = await hub.recreate(ana, talk, begun)
    again = Talk(old.id, old.group, old.epoch)
    assert await hub.recreate(ana, again, begun) == first
    assert (first.seq, first.epoch) == (3, 1)
    for device in (ana, ben, cleo, eve):
        assert device.inbox.of("group.recreated") == [{"conversation": talk.id}]
    for device in (ben, cleo):
        (told,) = device.inbox.of("group.welcomed")[1:]
        assert (told["conversation"], told["joined_seq"]) == (talk.id, 3)
    seen = await view(hub, ben)
    assert (seen.group, seen.epoch, seen.joined_seq) == (talk.group, 1, 1)
    assert {m.account for m in seen.members} == {d.account for d in (ana, ben, cleo)}
    assert (await view(hub, eve)).left_seq == 3
    with pytest.raises(StaleEpoch):
        await hub.send(ben, late)
    with pytest.raises(StaleEpoch):
        await hub.dispatch(ben, hub.commit(old))
    with pytest.raises(StaleEpoch):
        await hub.reject(ben, old, epoch)
    with pytest.raises(Forbidden):
        await hub.send(eve, hub.message(talk))
    await hub.send(ben, hub.message(talk))


async def test_who_came_back_has_nothing_against_the_commit_any_more(
    any_hub: Hub,
) -> None:
    """A return withdraws the rejection, and its device stays in a fresh group."""
    hub = any_hub
    names = ("ana", "ben", "cleo", "dora", "eve")
    talk, (ana, ben, cleo, dora, eve) = await circle(hub, *names)
    epoch = await broken(hub, talk, eve)
    assert not await hub.reject(ben, talk, epoch)
    await hub.come_back(ben, talk, hub.rejoin(talk, ben))
    assert not await hub.reject(cleo, talk, epoch)
    assert await hub.reject(dora, talk, epoch)
    frozen = (await view(hub, ana)).frozen
    assert frozen is not None
    assert set(frozen.devices) == {ana.id, ben.id, cleo.id, dora.id}


async def test_nobody_new_comes_with_a_rejected_commit(hub: Hub) -> None:
    """Whom the rejected commit added is not in the fresh group, and has no say."""
    talk, (ana, ben, eve) = await circle(hub, "ana", "ben", "eve")
    late = await hub.add_device("late")
    epoch = talk.epoch
    await hub.add(ana, talk, late)
    with pytest.raises(BadRequest):
        await hub.reject(late, talk, epoch)
    assert await hub.reject(ben, talk, epoch)
    frozen = (await view(hub, ben)).frozen
    assert frozen is not None and late.id not in frozen.devices
    hub.clock.advance(60)
    with pytest.raises(Conflict):
        await hub.recreate(ben, talk, hub.recreation(talk, eve, late))


async def test_each_maker_has_a_turn(any_hub: Hub) -> None:
    """The staff at once, each next one half a minute later, the committer never."""
    hub = any_hub
    talk, (ana, ben, cleo, eve) = await circle(hub, "ana", "ben", "cleo", "eve")
    epoch = await broken(hub, talk, eve)
    for device in (ben, cleo):
        await hub.reject(device, talk, epoch)
    frozen = (await view(hub, ben)).frozen
    assert frozen is not None and frozen.makers[0] == ana.account
    devices = {ben.account: ben, cleo.account: cleo}
    second, third = (devices[account] for account in frozen.makers[1:])
    hub.clock.advance(29)
    with pytest.raises(RateLimited) as early:
        await hub.recreate(second, talk, hub.recreation(talk))
    assert early.value.retry_after_ms == 1_001
    hub.clock.advance(2)
    with pytest.raises(RateLimited):
        await hub.recreate(third, talk, hub.recreation(talk))
    with pytest.raises(Forbidden):
        await hub.recreate(eve, talk, hub.recreation(talk))
    with pytest.raises(Conflict):
        await hub.recreate(second, talk, hub.recreation(talk, third))


async def test_two_makers_begin_one_group(any_hub: Hub) -> None:
    """Whoever comes second, at once or later, is told that it goes on already."""
    hub = any_hub
    talk, (ana, ben, cleo, eve) = await circle(hub, "ana", "ben", "cleo", "eve")
    epoch = await broken(hub, talk, eve)
    for device in (ben, cleo):
        await hub.reject(device, talk, epoch)
    hub.clock.advance(120)
    first, second = hub.recreation(talk, ben, cleo), hub.recreation(talk, ana, cleo)
    results = await asyncio.gather(
        hub.recreate(ana, Talk(talk.id, talk.group), first),
        hub.recreate(ben, Talk(talk.id, talk.group), second),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in results) == [
        "CommitAccepted",
        "Conflict",
    ]
    assert len(ana.inbox.of("group.recreated")) == 1


async def again(hub: Hub, talk: Talk, by: Device, other: Device) -> None:
    epoch = await broken(hub, talk, by)
    assert await hub.reject(other, talk, epoch)
    await hub.recreate(other, talk, hub.recreation(talk, by))


async def test_three_a_day_ten_minutes_apart_and_then_the_operator(
    any_hub: Hub,
) -> None:
    """The fourth freeze of a day is stuck: counted, also after a restart."""
    hub = any_hub
    ada, ben = await hub.add_device("ada"), await hub.add_device("ben")
    talk = await hub.open(ada, ConversationKind.DIRECT)
    await hub.add(ada, talk, ben)
    await again(hub, talk, ada, ben)
    with pytest.raises(RateLimited) as soon:
        await again(hub, talk, ada, ben)
    assert soon.value.retry_after_ms == 600_001
    hub.clock.advance(600)
    await hub.recreate(ben, talk, hub.recreation(talk, ada))
    hub.clock.advance(600)
    await again(hub, talk, ada, ben)
    hub.clock.advance(600)
    epoch = await broken(hub, talk, ada)
    assert await hub.reject(ben, talk, epoch)
    frozen = (await view(hub, ben)).frozen
    assert frozen is not None and frozen.makers == ()
    hub.clock.advance(7 * 86_400)
    with pytest.raises(Forbidden):
        await hub.recreate(ben, talk, hub.recreation(talk, ada))
    assert (hub.freezing.counters.frozen, hub.freezing.counters.recreated) == (4, 3)
    restarted = Freezing(hub.database, hub.writer, hub.rng)
    await restarted.start()
    assert hub.freezing.counters.stuck == restarted.counters.stuck == 1


async def test_only_members_reject_and_only_commits_that_were_made(hub: Hub) -> None:
    """Strangers learn nothing, former members nothing new, and epochs must be over."""
    talk, (ana, ben, eve) = await circle(hub, "ana", "ben", "eve")
    stranger = await hub.add_device("stranger")
    with pytest.raises(NotFound):
        await hub.reject(stranger, talk, 0)
    with pytest.raises(BadRequest):
        await hub.reject(ben, talk, talk.epoch)
    with pytest.raises(BadRequest):
        await hub.reject(ben, talk, 0)
    with pytest.raises(Conflict):
        await hub.recreate(ana, talk, hub.recreation(talk, ben, eve))
    await hub.remove(ana, talk, eve)
    with pytest.raises(Forbidden):
        await hub.reject(eve, talk, 1)


async def test_a_recreation_that_lies_is_refused(hub: Hub) -> None:
    """Another epoch, group, key or Welcome is `bad_request` or `conflict`."""
    talk, (ana, ben, eve) = await circle(hub, "ana", "ben", "eve")
    epoch = await broken(hub, talk, eve)
    assert await hub.reject(ben, talk, epoch)
    good, replace = hub.recreation(talk, ben), msgspec.structs.replace
    bad = [
        replace(good, client_id=hub.id()),
        replace(good, commit=hub.commit(talk).commit),
        replace(good, welcome=b"junk"),
        replace(good, commit=b"junk"),
    ]
    for recreation in bad:
        with pytest.raises(BadRequest):
            await hub.recreate(ana, talk, recreation)
    with pytest.raises(Conflict):
        await hub.recreate(ana, talk, replace(good, replaces=hub.id()))
    await hub.recreate(ana, talk, good)
