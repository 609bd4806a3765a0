"""Whether whoever accompanies somebody may begin is asked when a call opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_server import roster
from mentalverse_server.hooks.ports import (
    UNKNOWN,
    Answer,
    Reason,
    SessionStart,
    Verdict,
)
from mentalverse_signaling.errors import Forbidden, NotNow
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire, relay
from support.crisis_wire import Line, Talk
from support.installed_provider import Register, installed_provider

pytestmark = pytest.mark.usefixtures("patient")

YES = Answer(Verdict.ALLOW)
NO = Answer(Verdict.DENY, Reason.REVOKED)
ALL = {"hooks.providers": ["register"]}


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    with installed_provider(tmp_path, monkeypatch) as installed:
        yield installed


async def _two(wire: CallWire, *roles: Role) -> tuple[Line, Line, Talk]:
    mia, max_ = await wire.member("mia", Role.MENTEE), await wire.member("max", *roles)
    return mia, max_, await wire.talk("direct", mia, max_)


@pytest.mark.parametrize("is_professional", [False, True])
async def test_a_no_and_silence_keep_a_call_from_opening_and_end_none(
    tmp_path: Path, register: Register, is_professional: bool
) -> None:
    """A mentee who calls is asked about the mentor, never about themselves."""
    settings = {
        **ALL,
        **relay(tmp_path),
        "calls.facilitators_are_licensed": is_professional,
    }
    role = Role.FACILITATOR if is_professional else Role.MENTOR
    async with call_wire(tmp_path, settings=settings) as wire:
        mia, max_, talk = await _two(wire, role)
        with pytest.raises(NotNow):
            await wire.start(mia, talk)
        register.says = lambda: NO
        with pytest.raises(Forbidden):
            await wire.start(max_, talk)
        question = SessionStart(max_.account, is_professional, "direct")
        assert register.asked == [("session_start", question)] * 2
        register.says = lambda: UNKNOWN
        with pytest.raises(Forbidden):
            await wire.start(mia, talk)
        register.says = lambda: YES
        view = await wire.start(mia, talk)
        register.says = lambda: NO
        asked = len(register.asked)
        assert await wire.start(max_, talk) == view
        await wire.caller(mia, view).join()
        names = [name for name, _ in register.asked[asked:]]
        assert "session_start" not in names


async def test_colleagues_and_friends_are_nobodys_business(
    tmp_path: Path, register: Register
) -> None:
    register.says = lambda: NO
    async with call_wire(tmp_path, settings=ALL) as wire:
        ann, ben = [await wire.member(name, Role.MENTOR) for name in ("ann", "ben")]
        await wire.start(ann, await wire.talk("direct", ann, ben))
        mia, ida = [await wire.member(name) for name in ("mia", "ida")]
        await wire.start(mia, await wire.talk("direct", mia, ida))
        assert register.asked == []


async def test_who_opens_a_circle_that_they_lead_is_asked_about(
    tmp_path: Path, register: Register
) -> None:
    register.says = lambda: NO
    async with call_wire(tmp_path, settings=ALL) as wire:
        lead = await wire.member("lead", Role.FACILITATOR)
        talk = await wire.talk("circle", lead, await wire.member("ida"))
        session = await wire.planned(lead, talk, "small_circle")
        with pytest.raises(Forbidden):
            await wire.start(lead, talk, session=session.session)
        assert register.asked == [
            ("session_start", SessionStart(lead.account, False, "small_circle"))
        ]


async def test_only_who_is_named_for_it_holds_anything_up(
    tmp_path: Path, register: Register
) -> None:
    register.says = lambda: NO
    named = "register match.veto session.start_professional"
    settings = {**relay(tmp_path), "hooks.providers": [named]}
    async with call_wire(tmp_path, settings=settings) as wire:
        mia, _, talk = await _two(wire, Role.MENTOR)
        await wire.start(mia, talk)
        assert register.asked == []


async def test_whom_the_operator_suspends_no_provider_helps(
    tmp_path: Path, register: Register
) -> None:
    """Beside the running server; a call that is open goes on."""
    register.says = lambda: YES
    settings = {**ALL, **relay(tmp_path)}
    async with call_wire(tmp_path, settings=settings) as wire:
        mia, _, talk = await _two(wire, Role.MENTOR)
        view = await wire.start(mia, talk)
        config = wire.api.server.config
        for _ in range(2):
            roster.suspend(config, "max")
        assert await wire.start(mia, talk) == view
        ida, other = await wire.member("ida"), await wire.member("kim", Role.MENTOR)
        roster.suspend(config, "kim")
        talk = await wire.talk("direct", ida, other)
        with pytest.raises(Forbidden):
            await wire.start(ida, talk)
        assert roster.reinstate(config, "kim")
        assert not roster.reinstate(config, "kim")
        await wire.start(ida, talk)
