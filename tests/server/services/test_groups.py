"""Epochs: one commit each, and nothing of a loser remains."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import pytest

from mentalverse_crypto.framing import ContentType
from mentalverse_server.store import groups
from mentalverse_signaling.conversation import (
    CIRCLE_PARTICIPANT_SEATS,
    ConversationKind,
    Seat,
)
from mentalverse_signaling.envelope import MAX_BUNDLE_BYTES, MAX_PAGE_BYTES
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    ConversationFull,
    EpochTaken,
    Forbidden,
    NotFound,
    SignalingError,
    TooLarge,
)
from mentalverse_signaling.events import (
    CommitAccepted,
    ConversationView,
    Fact,
    GroupCommit,
)
from support.hub import Device, Hub, Talk, running_hub
from support.mls_frames import private_message, welcome
from support.postgres import PostgresServer

CONCURRENT = 64
EPOCHS = 20


async def members(hub: Hub, by: Device, talk: Talk) -> ConversationView:
    listed = await hub.call(by, "conversation.list")
    view = next(v for v in listed.conversations if v.conversation == talk.id)
    assert isinstance(view, ConversationView)
    return view


async def outcomes(
    hub: Hub, commits: list[tuple[Device, GroupCommit]]
) -> list[Fact | BaseException]:
    calls = [hub.dispatch(device, commit) for device, commit in commits]
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_of_64_concurrent_commits_exactly_one_wins_each_epoch(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben, staff=(ben,))
    guests = [await hub.add_device(f"guest{n}") for n in range(EPOCHS)]
    winners = []
    for guest in guests:
        # Half of them also let a guest in: a loser's Welcome must not get out.
        commits = [
            (
                ana if n % 2 else ben,
                hub.commit(talk, adds=(guest,) if n % 4 < 2 else ()),
            )
            for n in range(CONCURRENT)
        ]
        results = await outcomes(hub, commits)
        tally = Counter(type(result) for result in results)
        assert tally == {CommitAccepted: 1, EpochTaken: CONCURRENT - 1}
        index = next(
            n for n, result in enumerate(results) if isinstance(result, CommitAccepted)
        )
        winner = commits[index][1]
        winners.append(winner.commit)
        talk.epoch += 1
        invited = guest.inbox.of("group.welcomed")
        assert [w["payload"] for w in invited] == (
            [winner.welcome] if winner.welcome else []
        )
        if winner.welcome is not None:
            await hub.remove(ana, talk, guest)
            winners.append(b"")
    page = await hub.call(ben, "conversation.sync", conversation=talk.id, since=1)
    log = [row.payload for row in page.rows]
    assert len(log) == len(winners) == talk.epoch - 1
    assert all(won in (row, b"") for row, won in zip(log, winners, strict=True))


async def test_of_commits_to_two_servers_of_one_database_one_wins_each_epoch(
    postgres: PostgresServer,
) -> None:
    url = postgres.create_database()
    async with running_hub(url) as one, running_hub(url, seed=1) as two:
        ana, ben = await one.add_device("ana"), await one.add_device("ben")
        talk = await one.open(ana)
        await one.add(ana, talk, ben)
        ben = two.connect("ben", ben.account, ben.id)
        for _ in range(EPOCHS):
            calls = [
                hub.dispatch(device, hub.commit(talk))
                for _ in range(CONCURRENT // 2)
                for hub, device in ((one, ana), (two, ben))
            ]
            results = await asyncio.gather(*calls, return_exceptions=True)
            tally = Counter(type(result) for result in results)
            assert tally == {CommitAccepted: 1, EpochTaken: CONCURRENT - 1}
            talk.epoch += 1
        view = await members(two, ben, talk)
        assert (view.epoch, view.head) == (EPOCHS + 1, EPOCHS + 1)


async def test_the_winner_and_nobody_else_gets_its_answer_again(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    commit = hub.commit(talk)
    first = await hub.take_epoch(ana, talk, commit)
    for _ in range(2):
        await hub.take_epoch(ana, talk, hub.commit(talk))
    hub.clock.advance(60)
    assert await hub.dispatch(ana, commit) == first
    with pytest.raises(EpochTaken):
        await hub.dispatch(ben, commit)
    other = private_message(
        talk.group, 1, commit.client_id, ContentType.COMMIT, body=b"other"
    )
    with pytest.raises(Conflict):
        await hub.dispatch(ana, msgspec.structs.replace(commit, commit=other))


async def test_a_winner_that_was_removed_since_still_gets_its_answer(hub: Hub) -> None:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    commit = hub.commit(talk)
    first = await hub.take_epoch(ben, talk, commit)
    await hub.remove(ana, talk, ben)
    assert await hub.dispatch(ben, commit) == first
    with pytest.raises(Forbidden):
        await hub.dispatch(ben, hub.commit(talk))


async def test_the_same_commit_twice_at_once_is_one_commit(any_hub: Hub) -> None:
    hub = any_hub
    ana = await hub.add_device("ana")
    talk = await hub.open(ana)
    commit = hub.commit(talk)
    results = await outcomes(hub, [(ana, commit)] * 8)
    assert len({repr(result) for result in results}) == 1
    assert isinstance(results[0], CommitAccepted)
    assert (await members(hub, ana, talk)).head == 1


@pytest.mark.capability("S06")
async def test_nine_joins_at_once_fill_eight_seats_and_not_one_more(
    any_hub: Hub,
) -> None:
    """Every join retries until it is in or there is no seat."""
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben, staff=(ben,))
    people = [await hub.add_device(f"p{n}") for n in range(9)]

    async def join(by: Device, person: Device) -> type[object]:
        while True:
            at = Talk(talk.id, talk.group, talk.epoch)
            try:
                answer = await hub.add(by, at, person)
            except EpochTaken:
                talk.epoch = max(talk.epoch, at.epoch + 1)
            except ConversationFull as full:
                return type(full)
            else:
                talk.epoch = max(talk.epoch, answer.epoch)
                return type(answer)

    joins = [join(ana if n % 2 else ben, p) for n, p in enumerate(people)]
    results = Counter(await asyncio.gather(*joins))
    assert results == {CommitAccepted: CIRCLE_PARTICIPANT_SEATS, ConversationFull: 1}
    view = await members(hub, ana, talk)
    seats = Counter(member.seat for member in view.members)
    assert seats == {Seat.PARTICIPANT: 8, Seat.STAFF: 2}


@pytest.mark.capability("S06")
async def test_a_refused_join_leaves_nothing_behind(any_hub: Hub) -> None:
    """Nine people in one commit: no seat, row, Welcome or epoch is taken."""
    hub = any_hub
    ana = await hub.add_device("ana")
    talk = await hub.open(ana)
    people = [await hub.add_device(f"p{n}") for n in range(9)]
    before = await members(hub, ana, talk)
    with pytest.raises(ConversationFull):
        await hub.dispatch(ana, hub.commit(talk, adds=tuple(people)))
    assert await members(hub, ana, talk) == before
    for person in people:
        assert person.inbox.pushes == []
        assert (await hub.call(person, "welcome.list")).welcomes == ()
        assert (await hub.call(person, "conversation.list")).conversations == ()


@pytest.mark.capability("S06")
async def test_a_third_member_of_staff_is_refused(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    eva = await hub.add_device("eva")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben, staff=(ben,))
    with pytest.raises(ConversationFull):
        await hub.add(ana, talk, eva, staff=(eva,))


async def test_a_welcome_waits_until_its_device_confirms_it(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    phone = await hub.add_device("ben", of=ben)
    talk = await hub.open(ana)
    commit = hub.commit(talk, adds=(ben, phone))
    accepted = await hub.take_epoch(ana, talk, commit)
    for device in (ben, phone):
        (waiting,) = (await hub.call(device, "welcome.list")).welcomes
        (pushed,) = device.inbox.of("group.welcomed")
        assert pushed == msgspec.to_builtins(waiting, builtin_types=(bytes,))
        assert (waiting.payload, waiting.joined_seq) == (commit.welcome, accepted.seq)
    (waiting,) = (await hub.call(ben, "welcome.list")).welcomes
    await hub.call(phone, "welcome.confirm", welcome=waiting.welcome)
    assert (await hub.call(ben, "welcome.list")).welcomes == (waiting,)
    for _ in range(2):
        await hub.call(ben, "welcome.confirm", welcome=waiting.welcome)
    assert (await hub.call(ben, "welcome.list")).welcomes == ()
    assert len((await hub.call(phone, "welcome.list")).welcomes) == 1


async def test_the_newest_group_info_is_kept_with_its_epoch(any_hub: Hub) -> None:
    hub = any_hub
    ana = await hub.add_device("ana")
    talk = await hub.open(ana)
    for n in range(3):
        commit = msgspec.structs.replace(hub.commit(talk), group_info=b"info %d" % n)
        await hub.take_epoch(ana, talk, commit)
    kept = await hub.database.read(groups.group_info, talk.group)
    assert kept == groups.GroupInfoRow(3, b"info 2")


async def test_who_comes_back_reads_from_the_second_joining_on(any_hub: Hub) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    await hub.remove(ana, talk, ben)
    await hub.send(ana, hub.message(talk))
    again = await hub.add(ana, talk, ben)
    await hub.send(ben, hub.message(talk))
    view = await members(hub, ben, talk)
    assert (view.joined_seq, view.left_seq) == (again.seq, None)
    page = await hub.call(
        ben, "conversation.sync", conversation=talk.id, since=again.seq
    )
    assert [row.seq for row in page.rows] == [again.seq + 1]


async def test_a_commit_that_does_not_fit_is_refused_and_takes_no_epoch(
    hub: Hub,
) -> None:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    eva = await hub.add_device("eva")
    talk, other = await hub.open(ana), await hub.open(ana)
    await hub.add(ana, talk, ben)
    replace = msgspec.structs.replace
    good = hub.commit(talk, adds=(eva,))
    stray = Device("x", eva.connection, eva.inbox)
    ahead = Talk(talk.id, talk.group, talk.epoch + 1)
    foreign_owner = private_message(
        talk.group,
        talk.epoch,
        good.client_id,
        ContentType.COMMIT,
        adds=[(ben.account, eva.id)],
    )
    ghost = private_message(
        talk.group,
        talk.epoch,
        good.client_id,
        ContentType.COMMIT,
        adds=[(eva.account, hub.id())],
    )
    message = private_message(talk.group, talk.epoch, good.client_id)
    await hub.revoke(await hub.add_device("eva", of=eva))
    bad = {
        "no Welcome for who is added": replace(good, welcome=None),
        "a Welcome for more than are added": replace(good, welcome=welcome(2)),
        "a Welcome for nobody": replace(hub.commit(talk), welcome=welcome(1)),
        "a Welcome that is none": replace(good, welcome=b"welcome"),
        "a message": replace(good, commit=message),
        "junk": replace(good, commit=b"commit"),
        "another client id": replace(good, client_id=hub.id()),
        "another group": replace(hub.commit(other), conversation=talk.id),
        "an epoch to come": hub.commit(ahead),
        "a device of somebody else": replace(good, commit=foreign_owner),
        "a device nobody has": replace(good, commit=ghost),
        "staff that is not added": replace(good, staff=(ben.account,)),
        "its own sender": hub.commit(talk, removes=(ana,)),
    }
    for what, commit in bad.items():
        with pytest.raises(BadRequest):
            await hub.dispatch(ana, commit)
            pytest.fail(what)
    with pytest.raises(Conflict):
        await hub.dispatch(ana, hub.commit(talk, removes=(stray,)))
    with pytest.raises(Conflict):
        await hub.dispatch(ana, hub.commit(talk, adds=(ben,)))
    with pytest.raises(TooLarge):
        await hub.dispatch(ana, replace(good, group_info=bytes(MAX_BUNDLE_BYTES - 100)))
    assert (await hub.take_epoch(ana, talk, good)).epoch == 2


async def test_a_revoked_device_neither_commits_nor_is_added(hub: Hub) -> None:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.revoke(ben)
    with pytest.raises(Forbidden):
        await hub.add(ana, talk, ben)
    await hub.revoke(ana)
    with pytest.raises(Forbidden):
        await hub.dispatch(ana, hub.commit(talk))


async def test_a_direct_conversation_has_its_creator_and_one_peer(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    eva = await hub.add_device("eva")
    talk = await hub.open(ana, ConversationKind.DIRECT)
    await hub.add(ana, talk, ben)
    for attempt in (
        hub.commit(talk, adds=(eva,)),
        hub.commit(talk, adds=(eva,), removes=(ben,)),
    ):
        with pytest.raises((ConversationFull, Forbidden)):
            await hub.dispatch(ana, attempt)
    phone = await hub.add_device("ben", of=ben)
    await hub.add(ben, talk, phone)
    view = await members(hub, ana, talk)
    assert [len(member.devices) for member in view.members] in ([1, 2], [2, 1])


async def test_who_asked_to_leave_is_let_go_by_whoever_commits_next(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana, ConversationKind.DIRECT)
    await hub.add(ana, talk, ben)
    with pytest.raises(Forbidden):
        await hub.dispatch(ana, hub.commit(talk, removes=(ben,)))
    for _ in range(2):
        await hub.call(ben, "conversation.leave", conversation=talk.id)
    for device in (ana, ben):
        assert device.inbox.of("conversation.leave_requested") == [
            {"conversation": talk.id, "account": ben.account}
        ]
    leaving = {m.account: m.leaving for m in (await members(hub, ana, talk)).members}
    assert leaving == {ana.account: False, ben.account: True}
    await hub.remove(ana, talk, ben)
    view = await members(hub, ben, talk)
    assert (view.left_seq, view.members, view.epoch) == (2, (), 0)
    with pytest.raises(Forbidden):
        await hub.call(ben, "conversation.leave", conversation=talk.id)


async def test_a_stranger_cannot_tell_a_group_from_none(hub: Hub) -> None:
    ana, eve = await hub.add_device("ana"), await hub.add_device("eve")
    talk = await hub.open(ana)
    told: list[SignalingError] = []
    for place in (talk, Talk(hub.id(), hub.id())):
        with pytest.raises(NotFound) as refused:
            await hub.dispatch(eve, hub.commit(place))
        told.append(refused.value)
    assert told[0].detail == told[1].detail


async def test_waiting_welcomes_are_listed_as_many_as_fit_one_answer(
    any_hub: Hub,
) -> None:
    hub = any_hub
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    for _ in range(7):
        talk = await hub.open(ana)
        commit = msgspec.structs.replace(
            hub.commit(talk, adds=(ben,)), welcome=welcome(1, bytes(48_000))
        )
        await hub.take_epoch(ana, talk, commit)
    confirmed, more = 0, True
    while more:
        answer = await hub.call(ben, "welcome.list")
        assert sum(len(w.payload) for w in answer.welcomes) <= MAX_PAGE_BYTES
        for waiting in answer.welcomes:
            await hub.call(ben, "welcome.confirm", welcome=waiting.welcome)
            confirmed += 1
        more = answer.more
    assert confirmed == 7


async def test_a_seat_does_not_change_with_a_second_device(hub: Hub) -> None:
    ana, ben = await hub.add_device("ana"), await hub.add_device("ben")
    talk = await hub.open(ana)
    await hub.add(ana, talk, ben)
    phone = await hub.add_device("ben", of=ben)
    with pytest.raises(BadRequest):
        await hub.add(ana, talk, phone, staff=(phone,))
