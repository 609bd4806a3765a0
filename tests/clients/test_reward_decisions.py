"""Disputes and awards of others, by the client of those who decide."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_signaling.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    NotNow,
    PasskeyRequired,
    RoleRequired,
)
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire
from support.clients import PASSPHRASE, opened
from support.clock import ManualClock
from support.passkey_steps import at, uses_passkey
from support.reviewing import Reviewers, reviewers

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

GUIDE = ("max-d", "peer.knowledge", 50, "a guide")


@dataclass(frozen=True)
class House:
    """Max, who mentors, Lea, who decides by her client, and two who do by the wire."""

    wire: CallWire
    others: Reviewers
    max_: Client
    lea: Client


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    # What the clients keep of time is read on the wall.
    clock = ManualClock(datetime.now(UTC) - timedelta(minutes=5))
    async with call_wire(folder, clock) as wire, AsyncExitStack() as stack:
        others = await reviewers(wire)
        clients = []
        for name, role in (("max-d", Role.MENTOR), ("lea-d", Role.COORDINATOR)):
            code, url = wire.api.invite(role), wire.api.server.url
            await Client.register(url, code, name, folder / name, PASSPHRASE)
            clients.append(await stack.enter_async_context(opened(folder / name)))
        yield House(wire, others, *clients)


@pytest.mark.capability("T03")
async def test_what_two_award_is_an_entry_and_what_two_find_wrong_is_voided(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as it:
        decisions = it.lea.rewards.decisions
        await uses_passkey(it.wire.api, await at(it.lea))
        view = await decisions.award(*GUIDE)
        assert (view.state, view.approvals, view.mine) == ("proposed", 1, True)
        assert (await it.max_.rewards.list()).entries == ()
        await it.others.one.call("reward.approve", award=view.award)
        view = await decisions.approve(view.award)
        assert (view.state, view.approvals) == ("approved", 2)
        with pytest.raises(NotNow):
            await decisions.refuse(view.award)

        (entry,) = (await it.max_.rewards.list()).entries
        await it.max_.rewards.dispute(entry.entry, "it was Mia's")
        (waiting,) = await decisions.disputes()
        assert (waiting.handle, waiting.reason) == ("max-d", "it was Mia's")
        which = (waiting.account, waiting.entry.entry)
        for _ in range(2):
            (waiting,) = await decisions.decide(*which, correct=True)
            assert (waiting.mine, waiting.others) == (True, 0)
        same = {"account": which[0], "entry": which[1], "correct": True}
        await it.others.two.call("reward.decide", **same)
        assert await decisions.disputes() == ()
        with pytest.raises(NotNow):
            await decisions.decide(*which, correct=True)
        (entry,) = (await it.max_.rewards.list()).entries
        assert entry.state == "voided"


async def test_one_is_enough_to_refuse_and_what_cannot_be_is_refused(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as it:
        decisions = it.lea.rewards.decisions
        with pytest.raises(PasskeyRequired):
            await decisions.award(*GUIDE)
        await uses_passkey(it.wire.api, await at(it.lea))
        for error, wrong in (
            (BadRequest, ("max-d", "peer.knowledge", 999, "a guide")),
            (BadRequest, ("max-d", "peer.nothing", 50, "a guide")),
            (Forbidden, ("lea-d", "peer.knowledge", 50, "a guide")),
            (NotFound, ("nobody-d", "peer.knowledge", 50, "a guide")),
        ):
            with pytest.raises(error):
                await decisions.award(*wrong)
        assert await decisions.awards() == ()
        view = await decisions.award(*GUIDE)
        for _ in range(2):
            assert (await decisions.refuse(view.award)).state == "refused"
        assert [each.state for each in await decisions.awards()] == ["refused"]
        with pytest.raises(NotFound):
            await decisions.decide(it.max_.account, "ab:peer.knowledge", correct=True)
        for ask in (
            it.max_.rewards.decisions.disputes,
            it.max_.rewards.decisions.awards,
        ):
            with pytest.raises(RoleRequired):
                await ask()
