"""An hour without anybody is told before it begins: on the board, and by a page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_crisis.cover import HOUR_MS
from mentalverse_server.crisis import roster
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_signaling.board_events import BoardUncovered
from mentalverse_signaling.roles import Role
from support.clock import ManualClock
from support.crisis_wire import Line, Wire, crisis_wire
from support.hub import eventually
from support.paging import SECRET_TEXT, WebhookReceiver, webhook_receiver


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


@asynccontextmanager
async def _desk(
    folder: Path, receiver: WebhookReceiver, clock: ManualClock | None = None
) -> AsyncIterator[Wire]:
    secret = folder / "webhook-secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(SECRET_TEXT)
    on_call = (f"supervisor {receiver.url}/sup", f"tier_1 {receiver.url}/one")
    settings = {"crisis.on_call": on_call, "paging.webhook_secret_file": secret}
    async with crisis_wire(folder, clock=clock, settings=settings) as wire:
        yield wire


async def _plan(
    eve: Line, wire: Wire, *hours: tuple[str, float, float], **more: Any
) -> int:
    """Shifts of accounts from an hour from now to another; the hour that it is."""
    now_ms = (await eve.call("rota.list", starts_at=0, ends_at=1)).now
    hour_ms: int = now_ms - now_ms % HOUR_MS
    await eve.call(
        "rota.change",
        starts_at=hour_ms,
        ends_at=hour_ms + HOUR_MS,
        plan=[
            {
                "shift": f"{number:032x}",
                "account": account,
                "starts_at": hour_ms + round(start * HOUR_MS),
                "ends_at": hour_ms + round(end * HOUR_MS),
            }
            for number, (account, start, end) in enumerate(hours)
        ],
        **more,
    )
    return hour_ms


async def _looks(wire: Wire) -> None:
    crisis = wire.api.server.crisis
    assert crisis is not None
    await crisis.rota_watch.look()


def _texts(receiver: WebhookReceiver) -> list[str]:
    return [hook.data["data"]["text"].split("\n")[0] for hook in receiver.at("/sup")]


@pytest.mark.capability("X01")
async def test_a_gap_is_told_two_hours_before_it_begins_and_once(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """A page to supervisors and a hint; a night without anybody is one gap, and
    neither another hour of it nor a restart tells it again."""
    async with _desk(tmp_path, receiver) as wire:
        eve = await wire.supervisor("eve")
        ann = await wire.member("ann", Role.RESPONDER)
        hour_ms = await _plan(eve, wire, (ann.account, 0, 3), (ann.account, 9, 24))
        await _looks(wire)
        wire.clock.advance(3_590)
        await _looks(wire)
        wire.clock.advance(10)
        await _looks(wire)
        await eve.hears("desk.changed", "rota_gap")
        await eventually(lambda: len(receiver.hooks) == 1)
        assert _texts(receiver) == ["Nobody is planned from 03:00:00 UTC."]
        (hook,) = receiver.hooks
        assert hook.data["type"] == "desk.rota"
        assert hook.data["data"]["band"] is None
        await _looks(wire)
    async with _desk(tmp_path, receiver, clock=wire.clock) as wire:
        eve = await wire.again(eve)
        for _ in range(5):
            wire.clock.advance(3_600)
            await _looks(wire)
        board = await wire.until_board(eve, lambda board: board.uncovered)
        assert {one.starts_at for one in board.uncovered} == {
            *range(hour_ms + 6 * HOUR_MS, hour_ms + 9 * HOUR_MS, HOUR_MS),
            *range(hour_ms + 24 * HOUR_MS, hour_ms + 30 * HOUR_MS, HOUR_MS),
        }
        wire.clock.advance(16 * 3_600)
        await _looks(wire)
        await eventually(lambda: len(receiver.hooks) == 2)
        assert _texts(receiver)[1] == "Nobody is planned from 00:00:00 UTC."
        assert receiver.at("/one") == []


async def test_endpoints_hear_of_a_gap_once_and_how_long_it_is_known_to_last(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    async with _desk(tmp_path, receiver) as wire:
        eve = await wire.supervisor("eve")
        ann = await wire.member("ann", Role.RESPONDER)
        await _plan(eve, wire, (ann.account, 0, 2), (ann.account, 4, 24))
        wire.clock.advance(3_600)
        for _ in range(2):
            await _looks(wire)
            wire.clock.advance(60)
        database = wire.api.server.database
        told = await database.read(lambda x: x.execute(select(outbox)).all())
        (gap,) = (each for each in told if each.type == "duty.coverage_gap")
        assert json.loads(gap.data) == {
            "role": "responder",
            "minutes": 120,
            "missing": 1,
        }


async def test_a_gap_that_was_filled_is_not_told(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """Only what is a gap two hours before it; and one that begins later for that."""
    async with _desk(tmp_path, receiver) as wire:
        eve = await wire.supervisor("eve")
        ann = await wire.member("ann", Role.RESPONDER)
        await _plan(eve, wire, (ann.account, 0, 3), (ann.account, 5, 24))
        await _plan(
            eve, wire, (ann.account, 0, 3), (ann.account, 5, 24), (ann.account, 3, 4)
        )
        wire.clock.advance(3_600)
        await _looks(wire)
        wire.clock.advance(3_600)
        await _looks(wire)
        await eventually(lambda: len(receiver.hooks) == 1)
        assert _texts(receiver) == ["Nobody is planned from 04:00:00 UTC."]


async def test_a_page_says_what_is_missing(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """Where somebody is planned who may not take A0 and A1, that; no name, no place."""
    async with _desk(tmp_path, receiver) as wire:
        eve = await wire.supervisor("eve")
        zoe = await wire.member("zoe", Role.RESPONDER)
        no_skill = roster.Changes(skills={"crisis": 0})
        await eve.call("desk.mine")
        await zoe.call("desk.mine")
        roster.change(wire.api.server.config, "zoe", no_skill)
        await _plan(eve, wire, (eve.account, 0, 1), (zoe.account, 0, 24))
        await _looks(wire)
        await eventually(lambda: len(receiver.hooks) == 1)
        assert _texts(receiver) == [
            "Nobody who may take A0 or A1 is planned from 01:00:00 UTC."
        ]
        assert b"zoe" not in receiver.hooks[0].body


async def test_without_a_rota_nothing_is_known(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """The board says that it is empty; hours before the first shift are no gaps."""
    async with _desk(tmp_path, receiver) as wire:
        eve = await wire.supervisor("eve")
        board = await eve.board()
        assert (board.is_rota_empty, board.uncovered) == (True, ())
        await _looks(wire)
        hour_ms = await _plan(eve, wire, (eve.account, 5, 8), (eve.account, 9, 30))
        await _looks(wire)
        board = await wire.until_board(eve, lambda board: not board.is_rota_empty)
        assert board.uncovered == (BoardUncovered(hour_ms + 8 * HOUR_MS, "", False),)
        assert receiver.hooks == []
