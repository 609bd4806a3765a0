"""What an operator says of the team, beside the running server."""

from __future__ import annotations

import asyncio
import json
from asyncio import Event
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from mentalverse_crisis import events as crisis_events
from mentalverse_crisis.events import StandingChanged
from mentalverse_server.crisis import roster
from mentalverse_server.crisis.roster import Changes
from mentalverse_server.errors import StartupError
from mentalverse_signaling.roles import Role
from support.crisis_wire import Wire, crisis_wire


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


def _roster(wire: Wire, *arguments: str) -> Result:
    data = str(wire.api.server.config.server.data_dir)
    return CliRunner().invoke(app, ["crisis", "roster", *arguments, "--data", data])


async def test_who_is_asked_follows_the_roster_at_once(wire: Wire) -> None:
    """A language that is taken is heard by the server with its next decision; duty,
    cases and whatever else the desk itself knows of somebody stay as they are."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    roster.change(wire.api.server.config, "ann", Changes(languages=("de",)))
    case = (await (await wire.person()).asks(language="es")).case
    assert (await bob.offered()).case == case
    view = await ann.desk()
    assert (view.duty, view.offers) == ("on", ())
    roster.change(wire.api.server.config, "ann", Changes(max_slots=1))
    assert (await ann.desk()).max_slots == 1


async def test_what_an_operator_sets_outlives_a_standing_found_out_before(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server looks at somebody, the operator changes them, the server writes."""
    ann = await wire.member("ann", Role.RESPONDER)
    crisis = wire.api.server.crisis
    assert crisis is not None
    decide, is_about_to, goes_on = crisis.desk.decide, Event(), Event()

    async def waits(event: crisis_events.Event) -> object:
        if isinstance(event, StandingChanged):
            is_about_to.set()
            await goes_on.wait()
        return await decide(event)

    monkeypatch.setattr(crisis.desk, "decide", waits)
    first_call = asyncio.create_task(ann.call("desk.mine"))
    await is_about_to.wait()
    roster.change(wire.api.server.config, "ann", Changes(skills={"grief": 2}))
    goes_on.set()
    await first_call
    listed = json.loads(_roster(wire, "list", "--json").output)
    assert listed[0]["skills"] == {"crisis": 3, "grief": 2}


async def test_the_roster_lists_the_team_and_nobody_else(wire: Wire) -> None:
    """Of whoever was never there, what is assumed of newcomers."""
    await wire.member("mia", Role.MENTEE)
    await wire.member("eve", Role.SUPERVISOR)
    await wire.responder("ann")
    listed = json.loads(_roster(wire, "list", "--json").output)
    assert [(one["handle"], one["is_supervisor"]) for one in listed] == [
        ("ann", False),
        ("eve", True),
    ]
    assert listed[1] == {
        "handle": "eve",
        "is_supervisor": True,
        "duty": "off",
        "skills": {"crisis": 3},
        "languages": [],
        "regions": [],
        "slots": 2,
        "overflow": False,
    }
    assert _roster(wire, "list").output.splitlines()[0] == (
        "ann  responder  on  skills crisis=3  languages any  regions any  slots 2"
    )


async def test_set_changes_what_is_named_and_nothing_else(wire: Wire) -> None:
    """A skill of level 0 is forgotten, and `any` takes every language again."""
    await wire.member("ann", Role.RESPONDER)
    changed = _roster(
        wire,
        *("set", "ann", "--skill", "grief=2", "--language", "en", "--language", "es"),
        *("--region", "DE", "--slots", "3", "--overflow", "--json"),
    )
    assert changed.exit_code == 0, changed.output
    known = json.loads(changed.output)
    assert known["skills"] == {"crisis": 3, "grief": 2}
    assert (known["languages"], known["regions"]) == (["en", "es"], ["DE"])
    assert (known["slots"], known["overflow"]) == (3, True)
    again = _roster(wire, "set", "ann", "--skill", "crisis=0", "--language", "any")
    assert again.output == (
        "ann  responder  off  skills grief=2  languages any  regions DE  "
        "slots 3 and one A0\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("mia",), "mentalverse role grant mia responder"),
        (("nobody",), "nobody has this handle"),
        (("ann", "--skill", "crisis=6"), "0 to 5"),
        (("ann", "--skill", "crisis"), "crisis=3"),
        (("ann", "--slots", "0"), "slots are 1 to 6"),
        (("ann", "--language", "?"), "neither a language nor a country"),
    ],
)
async def test_what_cannot_be_set_is_said_in_one_line(
    wire: Wire, arguments: tuple[str, ...], says: str
) -> None:
    """And changes nothing."""
    await wire.member("ann", Role.RESPONDER)
    await wire.member("mia", Role.MENTEE)
    before = _roster(wire, "list").output
    refused = _roster(wire, "set", *arguments)
    assert refused.exit_code != 0
    assert says in refused.output and "Traceback" not in refused.output
    assert _roster(wire, "list").output == before


async def test_a_server_without_a_desk_says_so(tmp_path: Path) -> None:
    """There is nothing yet that a roster could be of."""
    async with crisis_wire(tmp_path, mode="off") as wire:
        await wire.member("ann", Role.RESPONDER)
        with pytest.raises(StartupError, match="no crisis desk yet"):
            roster.change(wire.api.server.config, "ann", Changes(max_slots=1))
