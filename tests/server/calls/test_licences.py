"""Who may lead a therapy circle: the hook is asked, and silence is no yes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from mentalverse_server.hooks.ports import UNKNOWN, Answer, Reason, Verdict
from mentalverse_server.store import provider_answers
from mentalverse_signaling.call_events import HostPresence, Standing
from mentalverse_signaling.errors import RoleRequired
from mentalverse_signaling.roles import Role
from support.call_wire import Caller, CallWire, call_wire
from support.crisis_wire import Line, Talk
from support.deterministic import seeded_rng
from support.installed_provider import Register, installed_provider

pytestmark = pytest.mark.usefixtures("patient")

SFU = {"media.engine": "builtin", "media.linger_seconds": 0}
YES = Answer(Verdict.ALLOW)
NO = Answer(Verdict.DENY, Reason.EXPIRED)
OVER = Answer(Verdict.ALLOW, valid_until_ms=1)


def _said(said: Answer) -> Answer:
    return said


def _fails() -> Answer:
    raise RuntimeError("the register is down")


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    with installed_provider(tmp_path, monkeypatch) as installed:
        yield installed


async def _standing(wire: CallWire, lead: Line, talk: Talk) -> Standing:
    """Of who leads, once they have come into a fresh call and left it."""
    session = await wire.planned(lead, talk, "therapy_circle")
    caller = wire.caller(lead, await wire.start(lead, talk, session=session.session))
    joined = await caller.join(wire.agreed)
    assert joined.roster is not None
    (member,) = joined.roster.members
    await caller.ask("call.leave")
    return member.standing


async def test_the_last_yes_counts_while_the_register_says_nothing(
    tmp_path: Path, register: Register
) -> None:
    """Over a restart as well, and never against a revocation of ours."""
    settings = {**SFU, "hooks.providers": ["register circle.open_therapy"]}
    async with call_wire(tmp_path, settings=settings) as wire:
        lead = await wire.member("lead", Role.FACILITATOR)
        talk = await wire.talk("circle", lead)
        assert await _standing(wire, lead, talk) is Standing.PEER
        register.says = lambda: YES
        assert await _standing(wire, lead, talk) is Standing.LICENSED
        for register.says in (lambda: UNKNOWN, _fails):
            assert await _standing(wire, lead, talk) is Standing.LICENSED
    async with call_wire(tmp_path, wire.clock, settings) as wire:
        wire.rng = seeded_rng(12)
        lead = await wire.again(lead)
        assert await _standing(wire, lead, talk) is Standing.LICENSED
        database = wire.api.server.database
        database.write(provider_answers.revoke, lead.account, 0)
        assert await _standing(wire, lead, talk) is Standing.PEER
        register.says = lambda: YES
        assert await _standing(wire, lead, talk) is Standing.PEER
        assert database.write(provider_answers.reinstate, lead.account)
        register.says = _fails
        assert await _standing(wire, lead, talk) is Standing.LICENSED


@pytest.mark.parametrize("no", [NO, OVER])
async def test_a_no_takes_the_last_yes_back(
    tmp_path: Path, register: Register, no: Answer
) -> None:
    settings = {**SFU, "hooks.providers": ["register circle.open_therapy"]}
    async with call_wire(tmp_path, settings=settings) as wire:
        lead = await wire.member("lead", Role.FACILITATOR)
        talk = await wire.talk("circle", lead)
        for said, standing in (
            (YES, Standing.LICENSED),
            (no, Standing.PEER),
            (UNKNOWN, Standing.PEER),
            (YES, Standing.LICENSED),
        ):
            register.says = partial(_said, said)
            assert await _standing(wire, lead, talk) is standing


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
