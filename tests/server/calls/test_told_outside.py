"""What is stored for endpoints outside when sessions, circles and goals go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from mentalverse_crypto.ciphersuite import sign
from mentalverse_server.hooks.catalogue.registry import EVENTS
from mentalverse_server.store.calls import open_calls
from mentalverse_server.store.outbox import subjects_of
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_signaling.attendance_text import receipt_octets
from mentalverse_signaling.call_events import CallRole
from mentalverse_signaling.claim_events import DAY_MS, ClaimKind, claim_octets
from mentalverse_signaling.line_quality import LossBucket, RttBucket
from mentalverse_signaling.roles import Role
from support.call_wire import Caller, CallWire, call_wire, relay
from support.crisis_wire import Line, Talk

OURS = ("session.", "circle.", "goal.")


async def _told(wire: CallWire, *, of_plans: bool = False) -> list[Any]:
    """What is stored of sessions, circles and goals, each as the catalogue has it."""
    query = select(outbox).order_by(outbox.c.seq)
    read = wire.api.server.database.read
    rows = await read(lambda link: list(link.execute(query).all()))
    found = [row for row in rows if row.type.startswith(OURS)]
    if not of_plans:
        found = [row for row in found if row.type != "session.scheduled"]
    for row in found:
        msgspec.json.decode(row.data, type=EVENTS[row.type].data)
        assert row.key.partition(":")[0] == EVENTS[row.type].key
        assert row.tier == EVENTS[row.type].tier.value
    return found


def _data(row: Any) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.json.decode(row.data)
    return data


async def _attest(who: Caller, session: str | None, role: str, minutes: int) -> None:
    marks = (b"\x01" * 32,)
    octets = receipt_octets(
        who.call,  # type: ignore[arg-type]
        session,  # type: ignore[arg-type]
        (who.account, who.device),  # type: ignore[arg-type]
        CallRole(role),
        minutes,
        marks,
    )
    signature = sign(who.line.caller.device.device_key, octets)
    said = {"role": role, "minutes": minutes, "marks": marks, "signature": signature}
    await who.ask("attendance.attest", **said)


async def _line(who: Caller, **of: str) -> None:
    """Their tile, and how they found the line in its worst minute."""
    await who.ask("state.set", muted=False, camera=False, **of)


async def _session(
    wire: CallWire, talk: Talk, *lines: Line
) -> tuple[str, list[Caller]]:
    """A planned session in which these have a seat."""
    session = (await wire.planned(lines[0], talk, "individual")).session
    view = await wire.start(lines[0], talk, session=session)
    people = [wire.caller(line, view) for line in lines]
    for each in people:
        await each.join()
    return session, people


@pytest.mark.capability("S01")
async def test_a_session_is_told_from_its_beginning_to_what_counts(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada = await wire.member("ada", Role.MENTOR)
        ben = await wire.member("ben", Role.MENTEE)
        talk = await wire.talk("direct", ada, ben)
        session, (one, other) = await _session(wire, talk, ada, ben)
        wire.clock.advance(3)
        await one.ask("call.end")
        for each in (one, other, other):
            await _attest(each, session, "participant", 0)
        told = await _told(wire)
        assert [(row.type, row.key) for row in told] == [
            (f"session.{step}", f"session:{session}")
            for step in ("started", "ended", "attended", "attended")
        ]
        roles = {ada.account: "mentor", ben.account: "mentee"}
        ended = _data(told[1])
        assert {each["party"]: each["role"] for each in ended["parties"]} == roles
        assert (ended["kind"], ended["end_reason"]) == ("individual", "completed")
        attended = [_data(row) for row in told[2:]]
        assert {each["party"]: each["role"] for each in attended} == roles
        assert all(each["countersigned"] and each["on_time"] for each in attended)
        assert len({each["receipt_hash"] for each in attended}) == 2


async def test_a_session_leaves_one_word_of_its_line_which_names_nobody(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada = await wire.member("ada", Role.MENTOR)
        ben = await wire.member("ben", Role.MENTEE)
        talk = await wire.talk("direct", ada, ben)
        session, (one, other) = await _session(wire, talk, ada, ben)
        await _line(one, loss_percent="10+", rtt_ms="0-100")
        await _line(other, loss_percent="0-1", rtt_ms="300-1000")
        again = Caller(await wire.again(ada), one.call, wire.id())
        await again.join()
        await _line(again, loss_percent="1-3", rtt_ms="0-100")
        read = wire.api.server.database.read
        (kept,) = await read(open_calls)
        assert (kept.worst_loss, kept.worst_rtt, kept.reconnects) == (
            *(LossBucket.MORE, RttBucket.BELOW_1000),
            1,
        )
        wire.clock.advance(3)
        await again.ask("call.end")
        told = await _told(wire)
        assert [row.type for row in told] == [
            *("session.started", "session.ended", "session.quality"),
        ]
        quality = told[2]
        assert (quality.key, quality.tier) == (f"session:{session}", 0)
        assert await read(lambda link: subjects_of(link, quality.seq)) == ()
        assert quality.occurred_at_ms == told[1].occurred_at_ms
        assert _data(quality) == {
            "loss_percent": "10+",
            "rtt_ms": "300-1000",
            "reconnects": 1,
        }


@pytest.mark.parametrize("known", [{"loss_percent": "0-1"}, {"rtt_ms": "0-100"}])
async def test_a_line_that_is_half_known_is_told_to_nobody(
    tmp_path: Path, known: dict[str, str]
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        _, people = await _session(wire, talk, ada, ben)
        for each in people:
            await _line(each, **known)
        await people[0].ask("call.end")
        told = [row.type for row in await _told(wire)]
        assert told == ["session.started", "session.ended"]


async def test_who_waits_in_vain_is_told_after_a_quarter_of_an_hour(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada = await wire.member("ada", Role.MENTOR)
        ben = await wire.member("ben", Role.MENTEE)
        talk = await wire.talk("direct", ada, ben)
        session, (one,) = await _session(wire, talk, ada)
        await one.ask("call.end")
        assert await _told(wire) == []
        view = await wire.start(ada, talk, session=session)
        one = wire.caller(ada, view)
        await one.join()
        for _ in range(151):
            wire.clock.advance(6)
            await one.ask("call.beat")
        await one.ask("call.end")
        (told,) = await _told(wire)
        assert (told.type, _data(told)["by"]) == ("session.no_show", "mentee")


@pytest.mark.capability("S05")
async def test_a_circle_is_told_with_who_comes_and_goes(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        talk, lead, (one, *_) = await wire.circle("open_circle", people=2)
        await one.join()
        wire.clock.advance(3)
        await lead.ask("call.end")
        await wire.commit(lead.line, talk, removes=(one.line,))
        told = await _told(wire)
        circle = [row for row in told if row.type.startswith("circle.")]
        assert {row.key for row in circle} == {f"circle:{talk.id}"}
        assert [row.type for row in circle] == [
            *("circle.member_joined", "circle.member_joined"),
            *("circle.opened", "circle.closed", "circle.member_removed"),
        ]
        assert _data(circle[3])["facilitators"] == [lead.account]
        assert _data(circle[4])["party"] == one.account


async def test_who_leaves_a_circle_is_not_told_as_removed(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        lead, ben = await wire.member("lead"), await wire.member("ben")
        talk = await wire.talk("circle", lead, ben)
        await ben.call("conversation.leave", conversation=talk.id)
        await wire.commit(lead, talk, removes=(ben,))
        told = (await _told(wire))[-1]
        assert (told.type, _data(told)["reason_code"]) == (
            "circle.member_left",
            "own_wish",
        )


@pytest.mark.parametrize("kind", ["crisis", "side"])
async def test_a_call_in_a_crisis_leaves_no_row(tmp_path: Path, kind: str) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk(kind, ada, ben)
        view = await wire.start(ada, talk)
        people = [wire.caller(line, view) for line in (ada, ben)]
        for each in people:
            await each.join()
            await _line(each, loss_percent="10+", rtt_ms="1000+")
        wire.clock.advance(3)
        await people[0].ask("call.end")
        wire.clock.advance(80 * 3600)
        await wire.api.server.calls.forget()
        assert await _told(wire, of_plans=True) == []


async def test_a_planned_call_of_the_kind_crisis_leaves_no_row(tmp_path: Path) -> None:
    """Whatever conversation somebody plans one in."""
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        now_ms = round(wire.clock.now().timestamp() * 1000)
        session = await ada.call(
            "session.plan",
            request=wire.id(),
            conversation=talk.id,
            kind="crisis",
            starts_at=now_ms,
            minutes=30,
        )
        view = await wire.start(ada, talk, session=session.session)
        people = [wire.caller(line, view) for line in (ada, ben)]
        for each in people:
            await each.join()
            await _line(each, loss_percent="10+", rtt_ms="1000+")
        wire.clock.advance(3)
        await people[0].ask("call.end")
        wire.clock.advance(80 * 3600)
        await wire.api.server.calls.forget()
        assert await _told(wire, of_plans=True) == []


async def test_a_call_that_nobody_planned_is_told_to_nobody(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        one, other = await wire.pair()
        wire.clock.advance(3)
        await one.ask("call.end")
        for each in (one, other):
            await _attest(each, None, "participant", 50)
        assert await _told(wire) == []


async def test_a_goal_is_told_once_both_have_signed(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        ada, ben = await wire.member("ada"), await wire.member("ben")
        talk = await wire.talk("direct", ada, ben)
        day = int(wire.clock.now().timestamp() * 1000) // DAY_MS
        for kind in (ClaimKind.GOAL_COMPLETED, ClaimKind.MILESTONE):
            octets = claim_octets(talk.id, kind, b"r" * 16, day)  # type: ignore[arg-type]
            for line in (ada, ada, ben, ben):
                assert await _told(wire) == [] or line is ben or kind == "milestone"
                await line.call(
                    "claim.attest",
                    conversation=talk.id,
                    kind=kind.value,
                    ref=b"r" * 16,
                    day=day,
                    signature=sign(line.caller.device.device_key, octets),
                )
        (told,) = await _told(wire)
        assert (told.type, told.key) == ("goal.completed", f"relationship:{talk.id}")
        assert _data(told)["attested_by"] == sorted([ada.account, ben.account])
