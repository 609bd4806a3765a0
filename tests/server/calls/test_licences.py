"""Who may lead a therapy circle: the hook is asked, and silence is no yes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mentalverse_server.hooks.ports import UNKNOWN, Answer, Verdict
from mentalverse_server.services.calls.licences import Licences
from mentalverse_signaling.call_events import HostPresence, Standing
from mentalverse_signaling.errors import RoleRequired
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.roles import Role
from support.call_wire import Caller, CallWire, call_wire

ANN = AccountId("a" * 32)
GOOD = Answer(Verdict.ALLOW)


@dataclass
class Register:
    """Says what it is told to say."""

    says: Callable[[], Answer]
    is_slow: bool = False

    async def circle_open(self, account: AccountId) -> Answer:
        if self.is_slow:
            await asyncio.Event().wait()
        return self.says()


def _fails() -> Answer:
    raise RuntimeError("the register is down")


async def test_the_last_yes_counts_while_the_register_says_nothing() -> None:
    now = 1_000
    register = Register(lambda: GOOD)
    licences = Licences(register, lambda: now)
    assert await licences.checked_at_ms(ANN) == 1_000
    now = 2_000
    for silence in (lambda: UNKNOWN, _fails):
        register.says = silence
        assert await licences.checked_at_ms(ANN) == 1_000
    register.is_slow = True
    assert await licences.checked_at_ms(ANN) == 1_000


@pytest.mark.parametrize(
    "no", [Answer(Verdict.DENY, "expired"), Answer(Verdict.ALLOW, valid_until_ms=2_000)]
)
async def test_a_no_takes_the_last_yes_back(no: Answer) -> None:
    register = Register(lambda: GOOD)
    licences = Licences(register, lambda: 2_000)
    assert await licences.checked_at_ms(ANN) == 2_000
    register.says = lambda: no
    assert await licences.checked_at_ms(ANN) is None
    register.says = lambda: UNKNOWN
    assert await licences.checked_at_ms(ANN) is None


async def _therapy(wire: CallWire, *roles: Role) -> tuple[Caller, Caller]:
    lead = await wire.member("lead", *roles)
    ben = await wire.member("ben")
    talk = await wire.talk("circle", lead, ben)
    await lead.call(
        "session.screen", conversation=talk.id, member=ben.account, fits=True
    )
    session = await wire.planned(lead, talk, "therapy_circle")
    view = await wire.start(lead, talk, session=session.session)
    return wire.caller(lead, view), wire.caller(ben, view)


SFU = {"media.engine": "builtin", "media.linger_seconds": 0}


@pytest.mark.capability("S07")
@pytest.mark.parametrize("is_licensed", [True, False])
async def test_a_therapy_circle_takes_people_in_with_a_licensed_lead_alone(
    tmp_path: Path, is_licensed: bool
) -> None:
    settings = {**SFU, "calls.facilitators_are_licensed": is_licensed}
    async with call_wire(tmp_path, settings=settings) as wire:
        lead, ben = await _therapy(wire, Role.FACILITATOR)
        waiting = (await ben.join(wire.agreed)).waiting
        assert waiting is not None
        assert waiting.host.presence is HostPresence.AWAY
        seat = (await lead.join(wire.agreed)).seat
        assert seat is not None
        host = (await ben.told("host.changed"))["host"]
        assert (host["presence"], host["member"]) == ("online", lead.account)
        (member,) = (await lead.roster()).members
        assert seat.role == ("facilitator" if is_licensed else "co_facilitator")
        if is_licensed:
            await lead.ask("seat.admit", member=ben.account)
            assert member.standing is Standing.LICENSED
            assert host["licence_checked_at"] == member.licence_checked_at
        else:
            with pytest.raises(RoleRequired):
                await lead.ask("seat.admit", member=ben.account)
            assert member.standing is Standing.PEER


async def test_a_call_of_two_says_who_gives_support(tmp_path: Path) -> None:
    async with call_wire(tmp_path) as wire:
        mia = await wire.member("mia", Role.OPERATOR)
        mentor = await wire.member("max", Role.MENTOR)
        view = await wire.start(mia, await wire.talk("direct", mia, mentor))
        standings = {}
        for line in (mia, mentor):
            joined = await wire.caller(line, view).join()
            assert joined.roster is not None
            standings = {m.handle: m.standing for m in joined.roster.members}
        assert standings == {"mia": Standing.NONE, "max": Standing.PEER}


async def test_who_waits_learns_that_who_leads_is_in_another_call(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        _, lead, (one, *_) = await wire.circle()
        await lead.ask("call.leave")
        dan = await wire.member("dan")
        elsewhere = await wire.start(dan, await wire.talk("direct", dan, lead.line))
        await wire.caller(lead.line, elsewhere).join()
        waiting = (await one.join(wire.agreed)).waiting
        assert waiting is not None
        assert waiting.host.presence is HostPresence.IN_ANOTHER_CALL
