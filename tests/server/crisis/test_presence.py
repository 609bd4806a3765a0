"""Whose devices are there, also over a restart of the server."""

from __future__ import annotations

from pathlib import Path

from mentalverse_signaling.crisis_events import HelperRole
from support.crisis_wire import Line, Wire, crisis_wire


async def _talking(wire: Wire) -> tuple[Line, Line, str]:
    """Somebody who answers a person, and the case."""
    ann, person = await wire.responder("ann"), await wire.person()
    case = (await person.asks(band=1)).case
    await ann.accepts(await ann.offered())
    await wire.talks(person, ann, case)
    return ann, person, case


async def test_nobody_is_asked_who_has_no_socket(tmp_path: Path) -> None:
    """Whoever is on duty and away is asked once they are back; any device will do."""
    async with crisis_wire(tmp_path) as wire:
        ann, eve = await wire.responder("ann"), await wire.supervisor("eve")
        other = await wire.again(ann)
        await ann.hangs_up()
        await wire.until_board(eve, lambda board: board.staff_present == 1)
        await other.hangs_up()
        await wire.until_board(eve, lambda board: board.staff_present == 0)
        case = (await (await wire.person()).asks(band=2)).case
        board = await wire.until_board(eve, lambda board: board.cases)
        assert board.cases[0].asked == ()
        back = await wire.again(ann)
        assert (await back.offered()).case == case


async def test_a_restart_throws_no_hold_away(tmp_path: Path) -> None:
    """Who comes back within three beats goes on under the same fence, as if nothing
    had been; nobody else is asked meanwhile."""
    async with crisis_wire(tmp_path) as wire:
        ann, person, case = await _talking(wire)
        bob = await wire.responder("bob")
        fence = (await ann.own(case)).fence
    wire.clock.advance(10)
    async with crisis_wire(tmp_path, clock=wire.clock) as again:
        bob, person = await again.again(bob), await again.again(person)
        wire.clock.advance(20)
        ann = await again.again(ann)
        await ann.call("duty.beat")
        await person.call("case.beat")
        wire.clock.advance(20)
        own = await ann.own(case)
        assert (own.role, own.fence) == (HelperRole.HOLDER, fence)
        assert own.responder_away_until is None
        assert (await bob.desk()).offers == ()


async def test_who_does_not_come_back_after_a_restart_is_rescued(
    tmp_path: Path,
) -> None:
    """The lease runs out, the grace begins, and then somebody else is asked."""
    async with crisis_wire(tmp_path) as wire:
        ann, person, case = await _talking(wire)
        bob = await wire.responder("bob")
    async with crisis_wire(tmp_path, clock=wire.clock) as again:
        bob, person = await again.again(bob), await again.again(person)
        for _ in range(3):
            await again.beats(person)
        await person.hears("case.changed", "reconnecting")
        wire.clock.advance(20)
        offer = await bob.offered()
        assert (offer.case, offer.is_rescue) == (case, True)


async def test_after_a_restart_nobody_is_asked_before_their_socket_is_there(
    tmp_path: Path,
) -> None:
    """On duty as before, and asked from the moment their device is back."""
    async with crisis_wire(tmp_path) as wire:
        ann, eve = await wire.responder("ann"), await wire.supervisor("eve")
    async with crisis_wire(tmp_path, clock=wire.clock) as again:
        eve = await again.again(eve)
        board = await again.until_board(eve, lambda board: board.staff_present == 0)
        assert [one.duty for one in board.responders if one.handle == "ann"] == ["on"]
        case = (await (await again.person()).asks(band=2)).case
        assert (await (await again.again(ann)).offered()).case == case


async def test_sockets_of_others_cost_the_desk_nothing(tmp_path: Path) -> None:
    """Whoever the desk does not know comes and goes without a decision."""
    async with crisis_wire(tmp_path) as wire:
        eve = await wire.supervisor("eve")
        await eve.board()
        before = await eve.desk()
        mia = await wire.member("mia")
        await mia.hangs_up()
        await (await wire.again(mia)).call("account.me")
        assert (await eve.desk()).now == before.now
        assert not [
            packet
            for packet in eve.socket.pushed
            if packet["data"][0] == "desk.changed"
            and packet["data"][1]["what"] != "duty"
        ]
