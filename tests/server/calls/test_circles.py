"""Circles of a real server: the line, who leads, phases, the piece, and the end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mentalverse_signaling.calls.rights import RIGHTS, Power
from mentalverse_signaling.errors import (
    AgreementRequired,
    Forbidden,
    NoSeat,
    RoleRequired,
    SignalingError,
)
from support.call_wire import Caller, CallWire, call_wire


async def _admitted(lead: Caller, who: Caller, agreed: str) -> None:
    joined = await who.join(agreed)
    assert joined.seat is None and joined.waiting is not None
    await lead.ask("seat.admit", member=who.account)
    await who.told("member.admitted")
    assert (await who.join(agreed)).seat is not None


async def test_nobody_comes_in_without_the_agreement(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, _, (one, *_) = await wire.circle()
        for agreed in (None, "0" * 64):
            with pytest.raises(AgreementRequired):
                await one.join(agreed)
        told = await one.line.call("agreement.get", language="de-AT")
        assert told.language == "de" and told.hash != wire.agreed
        assert (await one.join(told.hash)).waiting is not None


async def test_people_wait_in_order_and_come_in_one_by_one(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, _) = await wire.circle()
        for place, each in enumerate((one, other), 1):
            joined = await each.join(wire.agreed)
            assert joined.waiting is not None and joined.waiting.place == place
        assert (await lead.told("member.waited"))["waiting"]["member"] == one.account
        with pytest.raises(NoSeat):
            await one.roster()
        await lead.ask("seat.admit", member=one.account)
        assert (await one.told("member.admitted"))["member"] == one.account
        seated = await one.join(wire.agreed)
        assert seated.seat is not None and seated.seat.seat_no == 1
        assert seated.roster is not None and seated.roster.waiting == ()
        assert [w.member for w in (await lead.roster()).waiting] == [other.account]


async def test_a_page_that_is_loaded_again_keeps_its_place(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, _, (one, other, _) = await wire.circle()
        await one.join(wire.agreed)
        await other.join(wire.agreed)
        again = Caller(await wire.again(one.line), one.call, wire.id())
        joined = await again.join(wire.agreed)
        assert joined.waiting is not None and joined.waiting.place == 1


async def test_whoever_is_moved_back_waits_as_the_first(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, _) = await wire.circle()
        await _admitted(lead, one, wire.agreed)
        await other.join(wire.agreed)
        await lead.ask("seat.hold", member=one.account)
        for each in (lead, one):
            assert (await each.told("member.left"))["reason"] == "held"
        waiting = [w.member for w in (await lead.roster()).waiting]
        assert waiting == [one.account, other.account]


async def test_who_was_removed_does_not_come_back(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle()
        await _admitted(lead, one, wire.agreed)
        await lead.ask("seat.remove", member=one.account, reason="safety")
        assert (await one.told("member.removed"))["member"] == one.account
        again = Caller(one.line, one.call, wire.id())
        with pytest.raises(Forbidden):
            await again.join(wire.agreed)


async def test_hands_phases_and_the_piece_go_in_the_servers_order(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, _) = await wire.circle()
        for each in (one, other):
            await _admitted(lead, each, wire.agreed)
        assert (await other.ask("hand.raise")).place == 1
        assert (await one.ask("hand.raise")).place == 2
        phase = await lead.ask("phase.advance", index=1)
        assert (phase.phase, phase.ends_at - phase.started_at) == ("check_in", 600_000)
        extended = await lead.ask("phase.extend", index=1)
        assert extended.ends_at - phase.ends_at == 300_000
        order = [other.account, one.account]
        piece = await lead.ask("piece.start", order=order, turn_seconds=60)
        assert piece.holder == other.account
        await other.ask("piece.pass", turn=piece.turn)
        told = await one.told("piece.passed")
        assert told["piece"]["holder"] == one.account
        await one.ask("piece.pass", turn=told["piece"]["turn"])
        await one.told("piece.stopped")
        roster = await lead.roster()
        assert roster.phase is not None and roster.phase.index == 1


async def test_time_is_told_and_nothing_is_cut(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle()
        await _admitted(lead, one, wire.agreed)
        await lead.ask("phase.advance", index=1)
        told: list[int] = []
        while 0 not in told:
            wire.clock.advance(8)
            for each in (lead, one):
                await each.ask("call.beat")
            told = [
                packet["data"][1]["remaining_minutes"]
                for packet in lead.line.socket.pushed
                if packet["data"][0] == "time.announced"
                and packet["data"][1]["scope"] == "phase"
            ]
        assert told == [5, 1, 0]
        assert len((await lead.roster()).members) == 2


async def test_a_room_that_nobody_leads_pauses_and_ends(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle()
        await _admitted(lead, one, wire.agreed)
        wire.clock.advance(4)
        await one.ask("call.beat")
        wire.clock.advance(6)
        await one.ask("call.beat")
        await one.told("call.paused")
        for _ in range(31):
            wire.clock.advance(10)
            await asyncio.sleep(0)
            try:
                await one.ask("call.beat")
            except SignalingError:
                break
        assert (await one.told("call.ended"))["reason"] == "no_facilitator"


async def test_only_members_of_the_call_are_added_to_its_group(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, _) = await wire.circle()
        group = await wire.talk("call", lead.line)
        await lead.ask("call.attach", conversation=group.id)
        await _admitted(lead, one, wire.agreed)
        assert (await one.roster()).group == group.id
        with pytest.raises(Forbidden):
            await wire.commit(lead.line, group, adds=(other.line,))
        await wire.commit(lead.line, group, adds=(one.line,))
        assert (await one.told("key.prepared"))["cause"] == "add"
        await _admitted(lead, other, wire.agreed)
        await wire.commit(one.line, group, adds=(other.line,))
        await lead.ask("seat.remove", member=other.account, reason="safety")
        asked = await one.line.told("conversation.leave_requested")
        assert (asked["conversation"], asked["account"]) == (group.id, other.account)
        await wire.commit(one.line, group, removes=(other.line,))
        told = await lead.told("key.prepared")
        while told["cause"] != "remove":
            told = await lead.told("key.prepared")
        switched = await lead.told("key.switched")
        while switched["epoch"] != told["epoch"]:
            switched = await lead.told("key.switched")


POWERS: dict[str, tuple[Power, dict[str, Any]]] = {
    "seat.admit": (Power.ADMIT, {}),
    "seat.hold": (Power.HOLD, {"member": "other"}),
    "seat.remove": (Power.REMOVE, {"member": "other", "reason": "safety"}),
    "seat.mute": (Power.MUTE, {"member": "other", "hard": True}),
    "seat.invite_unmute": (Power.INVITE_UNMUTE, {"member": "other"}),
    "seat.set_role": (Power.SET_ROLE, {"member": "other", "role": "leader"}),
    "room.lock": (Power.LOCK, {}),
    "room.unlock": (Power.LOCK, {}),
    "room.spotlight": (Power.SPOTLIGHT, {"member": "other"}),
    "screen.revoke": (Power.REVOKE_SCREEN, {}),
    "hand.lower": (Power.LOWER_HANDS, {"member": "other"}),
    "phase.advance": (Power.STEER_AGENDA, {"index": 1}),
    "phase.extend": (Power.STEER_AGENDA, {"index": 0}),
    "piece.start": (Power.STEER_PIECE, {}),
    "piece.stop": (Power.STEER_PIECE, {}),
    "call.end": (Power.END, {}),
}
"""What is asked of a room that is led, and the power it needs."""


async def test_every_power_of_who_leads_is_refused_to_everybody_else(
    tmp_path: Path,
) -> None:
    asked = {power for power, _ in POWERS.values()}
    elsewhere = {Power.OPEN_SIDE, Power.RECORD, Power.ATTACH}
    assert asked | elsewhere == set(RIGHTS), "a power that nobody tries"
    async with call_wire(tmp_path) as wire:
        _, lead, (one, other, waiting) = await wire.circle()
        for each in (one, other):
            await _admitted(lead, each, wire.agreed)
        await waiting.join(wire.agreed)
        before = await lead.roster()
        for event, (_, fields) in POWERS.items():
            about = {
                name: other.account if value == "other" else value
                for name, value in fields.items()
            }
            with pytest.raises(RoleRequired):
                await one.ask(event, **about)
            with pytest.raises(NoSeat):
                await waiting.ask(event, **about)
        for event, fields in (
            ("call.attach", {"conversation": (await _group(wire, one)).id}),
            (
                "recording.request",
                {
                    "request": wire.id(),
                    "purpose": "training",
                    "text_hash": "0" * 64,
                    "on_withdraw": "discard",
                    "receivers": [one.account],
                    "recorder": one.device,
                },
            ),
        ):
            with pytest.raises(RoleRequired):
                await one.ask(event, **fields)
        after = await lead.roster()
        assert after.members == before.members and after.seq == before.seq


async def _group(wire: CallWire, who: Caller) -> Any:
    return await wire.talk("call", who.line)
