"""From a search to a session and to another mentor, over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mentalverse_modules.matching.people import week
from mentalverse_server.store import match_searches as searches
from mentalverse_server.store import roles
from mentalverse_signaling.errors import (
    NotFound,
    NotNow,
    SignalingError,
)
from mentalverse_signaling.match_events import MatchView
from mentalverse_signaling.roles import Role
from support.call_wire import CallWire, call_wire, relay, until
from support.crisis_wire import Line
from support.wire_examples import MATCHING

HOURS = f"{week([(600, 1200)]):x}"
CODES = {"languages": ["en"], "slots": HOURS, "goals": ["sleep"]}


@dataclass
class House:
    """Somebody who looks, those who help, and who looks at what is proposed."""

    wire: CallWire
    mia: Line
    lea: Line
    helping: dict[str, Line] = field(default_factory=dict)

    async def ran(self) -> None:
        """A run that a coordinator asks for, to its end."""
        database = self.wire.api.server.database
        before = await database.read(searches.last_run)
        # What everybody may ask comes back with time.
        self.wire.clock.advance(60)
        await self.lea.call("match.run")

        async def is_over() -> bool:
            return await database.read(searches.last_run) != before

        await until(is_over, 120)

    async def released(self) -> MatchView:
        """What a run proposes to Mia, once a coordinator has released it."""
        await self.mia.call("match.begin", codes=CODES)
        await self.ran()
        (waiting,) = (await self.lea.call("match.queue")).waiting
        await self.lea.call("match.release", proposal=waiting.proposal)
        view: MatchView = await self.mia.call("match.view")
        return view

    async def asked(self, view: MatchView) -> Line:
        """The first who can be chosen is asked."""
        option = next(each for each in view.options if each.standing == "open")
        chosen = {"proposal": view.proposal, "option": option.option}
        for _ in range(2):
            view = await self.mia.call("match.choose", **chosen)
        assert (view.stage, view.chosen) == ("asked", option.option)
        return self.helping[option.name]

    async def prepared(self, mentor: Line) -> None:
        """Both have read how it works, and a contact was asked for."""
        (one,) = (await self.mia.call("match.view")).together
        which = {"relationship": one.relationship}
        for _ in range(2):
            for each in (self.mia, mentor):
                await each.call("match.orient", **which)
        with pytest.raises(NotFound):
            await mentor.call("match.contact", **which, choice="declined")
        view = await self.mia.call("match.contact", **which, choice="declined")
        assert view.stage == "active"


async def house(wire: CallWire, mentors: int = 3) -> House:
    mia = await wire.member("mia")
    lea = await wire.member("lea", Role.COORDINATOR)
    found = House(wire, mia, lea)
    for at in range(mentors):
        name = f"max-{at}"
        mentor = await wire.member(name, Role.MENTOR)
        offering = await mentor.call("match.offer", codes=CODES, places=1)
        assert offering.eligible
        found.helping[name] = mentor
    return found


@pytest.mark.capability("M03")
@pytest.mark.capability("M05")
async def test_from_a_search_to_a_session_and_to_somebody_else(tmp_path: Path) -> None:
    async with call_wire(tmp_path, settings=relay(tmp_path)) as wire:
        here = await house(wire)
        mia = here.mia
        view = await mia.call("match.begin", codes=CODES)
        assert (view.stage, [each.datum for each in view.data]) == (
            "looking",
            ["languages", "slots", "goals"],
        )
        view = await here.released()
        assert (view.stage, len(view.options)) == ("choice", 3)
        for each in view.options:
            assert sum(line.points for line in each.lines) == each.points
            unknown = {line.code for line in each.lines if not line.known}
            assert unknown == {
                *("experience", "style", "preferences"),
                *("strength", "response"),
            }
        mentor = await here.asked(view)
        (ask,) = (await mentor.call("match.view")).asks
        assert (ask.name, ask.plan.goals) == ("mia", ("sleep",))
        answer = {"ask": ask.ask, "yes": True}
        with pytest.raises(NotFound):
            await here.lea.call("match.answer", **answer)
        for _ in range(2):
            theirs = await mentor.call("match.answer", **answer)
        assert (theirs.stage, theirs.asks) == ("none", ())

        talk = await wire.talk("direct", mia, mentor)
        with pytest.raises(NotNow):
            await wire.start(mia, talk)
        await here.prepared(mentor)
        (one,) = (await mentor.call("match.view")).together
        assert (one.is_active, one.i_am_mentor, one.conversation) == (
            True,
            True,
            talk.id,
        )
        call = await wire.start(mia, talk)
        running = wire.caller(mia, call)
        await running.join()
        with pytest.raises(NotNow):
            await mia.call("match.begin", codes={**CODES, "goals": []})

        gone = {"relationship": one.relationship}
        for _ in range(2):
            view = await mia.call("match.rematch", **gone)
        assert (view.stage, view.together) == ("looking", ())
        await running.ask("call.beat")
        again = await here.released()
        assert mentor.handle not in {each.name for each in again.options}
        assert len(again.options) == 2


@pytest.mark.capability("M03")
async def test_whose_role_is_taken_back_meanwhile_agrees_to_nothing(
    tmp_path: Path,
) -> None:
    async with call_wire(tmp_path) as wire:
        here = await house(wire)
        view = await here.released()
        mentor = await here.asked(view)
        (ask,) = (await mentor.call("match.view")).asks
        wire.api.server.database.write(roles.revoke, mentor.account, Role.MENTOR)
        with pytest.raises(NotNow):
            await mentor.call("match.answer", ask=ask.ask, yes=True)
        view = await here.mia.call("match.view")
        assert view.stage == "choice"
        standings = {each.name: each.standing for each in view.options}
        assert standings[mentor.handle] == "closed"


ALONE = {
    "match.view": "ok",
    "match.begin": "ok",
    "match.stop": "ok",
    "match.withdraw": "ok",
    **dict.fromkeys(
        (
            *("match.choose", "match.others", "match.answer"),
            *("match.orient", "match.contact", "match.adjust"),
            *("match.rematch", "match.end"),
        ),
        "not_found",
    ),
}
"""What somebody without a role is answered; everything else is `role_required`."""


async def test_without_the_role_one_does_nothing_for_others(tmp_path: Path) -> None:
    """And a guest does nothing at all."""
    async with call_wire(tmp_path) as wire:
        somebody, guest = await wire.member("ida"), await wire.guest()
        for event, fields in MATCHING.items():
            expected = ALONE.get(event, "role_required")
            assert await _outcome(somebody, event, fields) == expected, event
            assert await _outcome(guest, event, fields) == "forbidden", event


async def _outcome(line: Line, event: str, fields: dict[str, Any]) -> str:
    try:
        await line.call(event, **fields)
    except SignalingError as error:
        return error.code
    return "ok"
