"""Coming back from outside: own devices only, like any commit, not too often."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import pytest

from mentalverse_crypto.framing import SenderType
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    ConversationFull,
    CursorExpired,
    EpochTaken,
    Forbidden,
    NotFound,
    RateLimited,
    SignalingError,
    TooLarge,
)
from mentalverse_signaling.events import CommitAccepted, GroupInfoView
from support.hub import Device, Hub, Talk
from support.mls_frames import external_commit, private_message

DAY_SECONDS = 24 * 3600.0


async def circle_of_two(hub: Hub) -> tuple[Device, Device, Talk]:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    return ana, ben, talk


async def test_a_device_that_comes_back_reads_from_there_on(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    await hub.send(ana, hub.message(talk))
    back = await hub.come_back(ben, talk, hub.rejoin(talk, ben))
    assert (back.seq, back.epoch) == (3, 2)
    await hub.send(ben, hub.message(talk))
    views = (await hub.call(ben, "conversation.list")).conversations
    assert [(v.joined_seq, v.left_seq, v.cursor) for v in views] == [(3, None, 3)]
    page = await hub.call(ben, "conversation.sync", conversation=talk.id, since=3)
    assert [row.seq for row in page.rows] == [4]
    with pytest.raises(CursorExpired):
        await hub.call(ben, "conversation.sync", conversation=talk.id, since=2)


async def test_every_member_sees_who_came_back(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    rejoin = hub.rejoin(talk, ben)
    back = await hub.come_back(ben, talk, rejoin)
    for device in (ana, ben):
        seen = device.inbox.of("message.sent")[-1]
        assert (seen["seq"], seen["payload"]) == (back.seq, rejoin.commit)


async def test_a_device_nobody_added_brings_itself(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    phone = await hub.add_device("ben", of=ben)
    await hub.come_back(phone, talk, hub.rejoin(talk, phone, replaces=False))
    await hub.send(phone, hub.message(talk))
    assert ana.inbox.of("message.sent")[-1]["seq"] == 3
    view = (await hub.call(ana, "conversation.list")).conversations[0]
    assert sorted(len(member.devices) for member in view.members) == [1, 2]


async def test_a_removed_device_of_a_member_comes_back(any_hub: Hub) -> None:
    hub = any_hub
    _, ben, talk = await circle_of_two(hub)
    phone = await hub.add_device("ben", of=ben)
    await hub.add(ben, talk, phone)
    await hub.remove(ben, talk, phone)
    back = await hub.come_back(phone, talk, hub.rejoin(talk, phone, replaces=False))
    view = (await hub.call(phone, "conversation.list")).conversations[0]
    assert (view.joined_seq, view.left_seq) == (back.seq, None)


async def test_the_group_info_is_the_one_of_the_current_epoch(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    replace = msgspec.structs.replace
    phone = await hub.add_device("ben", of=ben)

    async def told(device: Device) -> GroupInfoView:
        answer = await hub.call(device, "group.info", conversation=talk.id)
        assert isinstance(answer, GroupInfoView)
        return answer

    await hub.take_epoch(ana, talk, replace(hub.commit(talk), group_info=b"second"))
    assert await told(ben) == await told(phone) == GroupInfoView(2, b"second")
    await hub.take_epoch(ana, talk, replace(hub.commit(talk), group_info=None))
    assert await told(phone) == GroupInfoView(3, None)
    rejoin = replace(hub.rejoin(talk, ben), group_info=b"fourth")
    await hub.come_back(ben, talk, rejoin)
    assert await told(ana) == GroupInfoView(4, b"fourth")


async def test_only_devices_of_members_get_the_group_info(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    lost, eve = await hub.add_device("ben", of=ben), await hub.add_device("eve")
    await hub.revoke(lost)
    refused: dict[str, type[SignalingError]] = {}
    for name, device in {"lost": lost, "eve": eve}.items():
        with pytest.raises(SignalingError) as error:
            await hub.call(device, "group.info", conversation=talk.id)
        refused[name] = type(error.value)
    await hub.remove(ana, talk, ben)
    with pytest.raises(Forbidden):
        await hub.call(ben, "group.info", conversation=talk.id)
    assert refused == {"lost": Forbidden, "eve": NotFound}


async def test_the_same_rejoin_gives_the_same_answer_whatever_came_after(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    rejoin = hub.rejoin(talk, ben)
    at = Talk(talk.id, talk.group, talk.epoch)
    first = await hub.come_back(ben, talk, rejoin)
    other = hub.rejoin(at, ben)
    await hub.remove(ana, talk, ben)
    hub.clock.advance(60)
    assert await hub.come_back(ben, at, rejoin) == first
    with pytest.raises(EpochTaken):
        await hub.come_back(ana, at, other)
    changed = external_commit(
        talk.group, 1, rejoin.client_id, ben.leaf, adds=[ben.leaf]
    )
    with pytest.raises(Conflict):
        await hub.come_back(ben, at, msgspec.structs.replace(rejoin, commit=changed))


async def test_commits_and_rejoins_race_for_one_epoch(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    hub.clock.advance(DAY_SECONDS)
    calls = [hub.dispatch(ana, hub.commit(talk)) for _ in range(16)]
    at = Talk(talk.id, talk.group, talk.epoch)
    rejoins = [hub.rejoin(at, ben) for _ in range(16)]
    calls += [hub.come_back(ben, talk, rejoin) for rejoin in rejoins]
    results = await asyncio.gather(*calls, return_exceptions=True)
    tally = Counter(type(result) for result in results)
    assert tally == {CommitAccepted: 1, EpochTaken: 31}


async def test_a_device_comes_back_three_times_a_day_and_group(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    for _ in range(3):
        rejoin = hub.rejoin(talk, ben)
        last = await hub.come_back(ben, talk, rejoin)
        hub.clock.advance(3600)
    with pytest.raises(RateLimited) as refused:
        await hub.come_back(ben, talk, hub.rejoin(talk, ben))
    assert refused.value.retry_after_ms == 21 * 3600 * 1000 + 1
    at = Talk(talk.id, talk.group, talk.epoch)
    assert await hub.come_back(ben, at, rejoin) == last
    other = await hub.open(ana)
    await hub.add(ana, other, ben)
    await hub.come_back(ben, other, hub.rejoin(other, ben))
    hub.clock.advance(21 * 3600 + 1)
    await hub.come_back(ben, talk, hub.rejoin(talk, ben))


async def test_a_new_device_comes_back_only_with_proof_of_an_earlier_epoch(
    hub: Hub,
) -> None:
    _, ben, talk = await circle_of_two(hub)
    with pytest.raises(Forbidden):
        await hub.come_back(ben, talk, hub.rejoin(talk, ben, proven=False))
    other = Talk(talk.id, hub.id(), talk.epoch)
    foreign = external_commit(
        talk.group,
        talk.epoch,
        key := hub.id(),
        ben.leaf,
        adds=[ben.leaf],
        removes=[ben.leaf],
        removed_leaves=1,
        psk_group=other.group,
    )
    rejoin = msgspec.structs.replace(
        hub.rejoin(talk, ben), client_id=key, commit=foreign
    )
    with pytest.raises(Forbidden):
        await hub.come_back(ben, talk, rejoin)
    hub.clock.advance(DAY_SECONDS)
    await hub.come_back(ben, talk, hub.rejoin(talk, ben, proven=False))


async def test_a_rejoin_that_is_not_the_callers_own_is_refused_and_takes_no_epoch(
    hub: Hub,
) -> None:
    ana, ben, talk = await circle_of_two(hub)
    good, replace = hub.rejoin(talk, ben), msgspec.structs.replace
    key, own = good.client_id, {"adds": [ben.leaf], "removes": [ben.leaf]}

    def commit(**options: object) -> bytes:
        fields = {"removed_leaves": 1, "psk_group": talk.group, **own, **options}
        epoch = fields.pop("epoch", talk.epoch)
        joiner = fields.pop("joiner", ben.leaf)
        return external_commit(talk.group, epoch, key, joiner, **fields)  # type: ignore[arg-type]

    assert commit() == good.commit
    bad = {
        "junk": b"commit",
        "a PrivateMessage": private_message(talk.group, talk.epoch, key),
        "a commit of a member": commit(sender=SenderType.MEMBER),
        "the leaf of somebody else": commit(joiner=ana.leaf),
        "another signature key": commit(signature_pub=b"t" * 32),
        "nothing declared": commit(adds=[], removes=[], removed_leaves=0),
        "the removal of another device": commit(removes=[ana.leaf]),
        "a second leaf of its own": commit(removes=[], removed_leaves=0),
        "a Remove that is not declared": commit(removes=[]),
        "two Removes": commit(removed_leaves=2),
        "a declared removal without a Remove": commit(removed_leaves=0),
        "an epoch to come": commit(epoch=talk.epoch + 1),
    }
    for what, message in bad.items():
        with pytest.raises(BadRequest):
            await hub.come_back(ben, talk, replace(good, commit=message))
            pytest.fail(what)
    with pytest.raises(BadRequest):
        await hub.come_back(ben, talk, replace(good, client_id=hub.id()))
    big = replace(good, group_info=bytes(MAX_BUNDLE_BYTES))
    with pytest.raises(TooLarge):
        await hub.come_back(ben, talk, big)
    assert (await hub.come_back(ben, talk, good)).epoch == 2


async def test_strangers_and_former_members_do_not_come_back(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben, talk = await circle_of_two(hub)
    eve = await hub.add_device("eve")
    told: list[str] = []
    for place in (talk, Talk(hub.id(), hub.id(), 1)):
        with pytest.raises(NotFound) as refused:
            await hub.come_back(eve, place, hub.rejoin(place, eve, replaces=False))
        told.append(refused.value.detail)
    assert told[0] == told[1]
    await hub.remove(ana, talk, ben)
    with pytest.raises(Forbidden):
        await hub.come_back(ben, talk, hub.rejoin(talk, ben, replaces=False))
    await hub.revoke(ana)
    with pytest.raises(Forbidden):
        await hub.come_back(ana, talk, hub.rejoin(talk, ana))


async def test_an_account_brings_no_more_devices_than_it_may_have(hub: Hub) -> None:
    _, ben, talk = await circle_of_two(hub)
    for _ in range(7):
        phone = await hub.add_device("ben", of=ben)
        await hub.come_back(phone, talk, hub.rejoin(talk, phone, replaces=False))
    ninth = await hub.add_device("ben", of=ben)
    with pytest.raises(ConversationFull):
        await hub.come_back(ninth, talk, hub.rejoin(talk, ninth, replaces=False))
