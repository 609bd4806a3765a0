"""Help from inside a call: the case and the empty chair, and calls in a crisis."""

from __future__ import annotations

from pathlib import Path

import pytest

from mentalverse_signaling.errors import RelayUnavailable, RoleRequired
from support.call_wire import Caller, call_wire, relay

DEMO = {"crisis.mode": "demo", "crisis.canary_seconds": 0}


@pytest.mark.capability("S08")
@pytest.mark.parametrize("tells", [True, False])
async def test_the_quiet_button_opens_a_case_and_empties_the_chair(
    tmp_path: Path, tells: bool
) -> None:
    async with call_wire(tmp_path, settings=DEMO) as wire:
        _, lead, (one, other, _) = await wire.circle("open_circle")
        await one.join()
        await other.join()
        await lead.ask("room.lock")
        answer = await one.line.call(
            "case.open", request=wire.id(), call=one.call, tell_lead=tells
        )
        assert answer.case is not None
        shown = {m.member: m.presence for m in (await other.roster()).members}
        assert shown[one.account] == "away"
        assert (await other.roster()).flagged == ()
        flagged = (await lead.roster()).flagged
        assert flagged == ((one.account,) if tells else ())
        clock = wire.clock
    async with call_wire(tmp_path, clock, DEMO) as again:
        resumed = await lead.resume(await again._line("lead", lead.line.caller))
        assert resumed.roster is not None
        shown = {m.member: m.presence for m in resumed.roster.members}
        assert shown[one.account] == "away", "it was stored with the case"


async def test_whoever_stepped_out_comes_back_by_their_own_word(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=DEMO) as wire:
        one, other = await wire.pair()
        await one.line.call("case.open", request=wire.id(), call=one.call)
        await one.ask("call.beat")
        shown = {m.member: m.presence for m in (await other.roster()).members}
        assert shown[one.account] == "away"
        await one.ask("state.set", muted=True, camera=False, away=False)
        shown = {m.member: m.presence for m in (await other.roster()).members}
        assert shown[one.account] == "on"


async def test_help_is_there_for_a_call_that_is_not(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=DEMO) as wire:
        ada = await wire.member("ada")
        answer = await ada.call("case.open", request=wire.id(), call=wire.id())
        assert answer.case is not None


@pytest.mark.capability("S03")
async def test_a_guest_is_called_in_a_crisis_over_the_relay_alone(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        person, helper = await wire.guest(), await wire.member("helper")
        talk = await wire.talk("crisis", person, helper)
        view = await wire.start(person, talk)
        assert view.kind == "crisis" and view.relay
        one = Caller(person, view.call, wire.id())
        joined = await one.join()
        assert joined.seat is not None and joined.seat.access.relay


async def test_no_address_is_shown_where_nothing_hides_it(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        person, helper = await wire.guest(), await wire.member("helper")
        talk = await wire.talk("crisis", person, helper)
        with pytest.raises(RelayUnavailable):
            await wire.start(person, talk)


async def test_a_guest_opens_no_circle(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        lead, guest = await wire.member("lead"), await wire.guest()
        talk = await wire.talk("circle", lead, guest)
        with pytest.raises(RoleRequired):
            await wire.start(guest, talk)
