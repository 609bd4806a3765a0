"""Seats of a real server: taken once, kept over sockets and restarts, given up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mentalverse_signaling.errors import (
    E2eeRequired,
    NoSeat,
    NotFound,
    RateLimited,
    StaleConnection,
    StalePcGen,
)
from support.call_wire import Caller, call_wire, relay, until


async def _members(caller: Caller) -> dict[str, str]:
    return {one.handle: one.presence.value for one in (await caller.roster()).members}


async def test_two_who_are_called_hear_each_other_join(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        view = await wire.start(ada, talk)
        assert (view.topology, view.seats, view.kind) == ("p2p", 2, "direct")
        assert (await ben.told("call.started"))["view"]["call"] == view.call
        one, other = wire.caller(ada, view), wire.caller(ben, view)
        await one.join()
        joined = await other.join()
        assert joined.roster is not None
        assert [m.handle for m in joined.roster.members] == ["ada", "ben"]
        told = await one.told("member.joined")
        while told["joined"]["member"] != ben.account:
            told = await one.told("member.joined")
        assert told["joined"]["seat_no"] == 2


async def test_an_open_call_is_answered_and_not_doubled(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        view, same = await asyncio.gather(wire.start(ada, talk), wire.start(ben, talk))
        assert same.call == view.call
        listed = await ben.call("call.list")
        assert [one.call for one in listed.calls] == [view.call]


async def test_strangers_learn_nothing_of_a_call(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, _ = await wire.pair()
        eve = Caller(await wire.member("eve"), one.call, wire.id())
        with pytest.raises(NotFound):
            await eve.join()
        with pytest.raises(NotFound):
            await eve.ask("call.decline")
        with pytest.raises(NoSeat):
            await eve.roster()
        assert (await eve.line.call("call.list")).calls == ()


async def test_a_client_that_does_not_seal_is_refused(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, _ = await wire.pair()
        with pytest.raises(E2eeRequired):
            await one.ask("call.join", conn_id=wire.id(), caps={"e2ee": False})


async def test_the_same_join_again_changes_nothing(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        before = await other.roster()
        again = await one.join()
        assert again.seat is not None
        assert again.seat.conn_epoch == before.members[0].conn_epoch
        assert (await other.roster()).seq == before.seq


async def test_a_newer_connection_takes_the_seat_and_the_older_is_told_once(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        newer = Caller(await wire.again(one.line), one.call, wire.id())
        joined = await newer.join()
        assert joined.seat is not None and one.joined is not None
        assert one.joined.seat is not None
        assert joined.seat.seat_no == one.joined.seat.seat_no
        assert joined.seat.conn_epoch > one.joined.seat.conn_epoch
        told = await one.told("seat.replaced")
        assert told["conn_epoch"] == joined.seat.conn_epoch
        with pytest.raises(StaleConnection):
            await one.ask("call.beat")
        with pytest.raises(StaleConnection):
            await one.join()
        assert len((await other.roster()).members) == 2


async def test_a_seat_goes_on_over_another_socket(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        before = (await other.roster()).members
        await one.line.hangs_up()
        resumed = await one.resume(await wire.again(one.line))
        assert resumed.roster is not None
        assert resumed.roster.members == before
        await other.ask("state.set", muted=False, camera=True)
        told = await one.told("member.changed")
        assert told["changed"]["camera"] is True


async def test_nobody_resumes_with_another_token(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        one.token = other.token
        with pytest.raises(StaleConnection):
            await one.resume(one.line)


async def test_a_lease_lapses_in_steps_and_the_seat_is_free_after_a_minute(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        for seconds, shown in ((4, "reconnecting"), (6, "away")):
            wire.clock.advance(seconds)
            await other.ask("call.beat")
            changed = (await other.told("member.changed"))["changed"]
            while changed["member"] != one.account:
                changed = (await other.told("member.changed"))["changed"]
            assert changed["presence"] == shown
        for _ in range(10):
            wire.clock.advance(5)
            await other.ask("call.beat")
        told = await other.told("member.left")
        assert (told["member"], told["reason"]) == (one.account, "lease")
        with pytest.raises(NoSeat):
            await one.ask("call.beat")


async def test_a_call_that_everybody_has_left_is_over(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        wire.clock.advance(2)
        await one.ask("call.leave")
        await other.ask("call.leave")
        told = await one.told("call.ended")
        assert told["reason"] == "empty"
        assert [a["attended_seconds"] for a in told["attendance"]] == [2, 2]
        assert (await one.line.call("call.list")).calls == ()
        with pytest.raises(NotFound):
            await one.join()


async def test_whoever_is_called_may_decline(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        view = await wire.start(ada, await wire.talk("direct", ada, ben))
        one = wire.caller(ada, view)
        await one.join()
        await ben.call("call.decline", call=view.call)
        assert (await one.told("call.declined"))["member"] == ben.account
        assert (await one.told("call.ended"))["reason"] == "declined"


async def test_signals_are_sealed_for_one_and_an_old_path_is_refused(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        await one.ask("signal.send", to=other.device, pc_gen=2, sealed=b"\x00sealed")
        told = await other.told("signal.sent")
        assert told["sealed"] == b"\x00sealed"
        assert (told["device"], told["pc_gen"]) == (one.device, 2)
        with pytest.raises(StalePcGen):
            await other.ask("signal.send", to=one.device, pc_gen=1, sealed=b"s")


async def test_signals_of_a_pair_have_a_rate(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        for _ in range(40):
            await one.ask("signal.send", to=other.device, pc_gen=1, sealed=b"s")
        with pytest.raises(RateLimited):
            await one.ask("signal.send", to=other.device, pc_gen=1, sealed=b"s")
        wire.clock.advance(1)
        await one.ask("signal.send", to=other.device, pc_gen=1, sealed=b"s")


async def test_a_restart_of_the_server_keeps_seats_and_tokens(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        before = (await one.roster()).members
        clock = wire.clock
    clock.advance(30)
    async with call_wire(tmp_path, clock) as again:
        with pytest.raises(NoSeat):
            line = await again._line("ada", one.line.caller)
            await Caller(line, one.call, one.conn_id).ask("call.beat")
        resumed = await one.resume(await again._line("ada", one.line.caller))
        assert resumed.seat is not None and resumed.roster is not None
        assert [m.conn_epoch for m in resumed.roster.members] == [
            m.conn_epoch for m in before
        ]
        assert resumed.seq > 1 << 20, "a gap, so that everybody reads the roster"
        clock.advance(9)
        await one.ask("call.beat")
        resumed = await other.resume(await again._line("ben", other.line.caller))
        assert resumed.seat is not None


async def test_who_does_not_come_back_after_a_restart_loses_the_seat(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        clock = wire.clock
    async with call_wire(tmp_path, clock) as again:
        await one.resume(await again._line("ada", one.line.caller))
        for _ in range(13):
            clock.advance(5)
            await one.ask("call.beat")
        told = await one.told("member.left")
        assert told["member"] == other.account


async def test_out_of_the_conversation_is_out_of_the_call(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        talk, lead, (one, *_) = await wire.circle("open_circle")
        await one.join()
        await wire.commit(lead.line, talk, removes=(one.line,))

        async def gone() -> bool:
            return len((await lead.roster()).members) == 1

        assert await until(gone)


async def test_a_commit_prepares_an_epoch_and_confirmations_switch_it(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        view = await wire.start(ada, talk)
        one, other = wire.caller(ada, view), wire.caller(ben, view)
        await one.join()
        await other.join()
        await wire.commit(ada, talk)
        told = await other.told("key.prepared")
        assert (told["epoch"], told["cause"]) == (talk.epoch, "refresh")
        for each in (one, other):
            await each.ask(
                "key.confirm", epoch=told["epoch"], transition=told["transition"]
            )
        assert (await one.told("key.switched"))["epoch"] == talk.epoch


async def test_credentials_are_for_seats(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, _ = await wire.pair()
        access = await one.ask("ice.refresh")
        assert access.ice_servers == () and access.ttl_seconds == 600


async def test_each_seat_has_a_credential_of_its_own(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        one, other = await wire.pair()
        names = set()
        for each in (one, other):
            (server,) = (await each.ask("ice.refresh")).ice_servers
            names.add(server.username.partition(":")[2])
            assert each.account not in server.username
        assert len(names) == 2


async def test_a_seat_is_given_up_from_another_device_and_stays_so(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        line = await wire.again(one.line)
        listed = await line.call("call.list")
        assert listed.seated == (one.call,)
        for _ in range(2):
            await line.call("call.leave", call=one.call, elsewhere=True)
        assert (await one.told("seat.replaced"))["conn_epoch"] > 1
        with pytest.raises(StaleConnection):
            await one.join()
        left = await other.told("member.left")
        assert (left["member"], left["reason"]) == (one.account, "left")
        listed = await line.call("call.list")
        assert [view.call for view in listed.calls] == [one.call]
        assert listed.seated == ()
        assert (await other.line.call("call.list")).seated == (one.call,)


async def test_a_place_in_the_line_is_given_up_from_another_device(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle()
        assert (await one.join(wire.agreed)).waiting is not None
        line = await wire.again(one.line)
        await line.call("call.leave", call=one.call, elsewhere=True)
        assert (await lead.roster()).waiting == ()
        with pytest.raises(StaleConnection):
            await one.join(wire.agreed)
