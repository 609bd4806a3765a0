"""Services to go on to on a real server: read at its start, shown to the team."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mentalverse_crisis import referrals
from mentalverse_server.config import Config, load_config
from mentalverse_server.crisis.referring import FILE
from mentalverse_server.doctor import Finding, examine
from mentalverse_server.errors import StartupError
from mentalverse_signaling.errors import BadRequest, Forbidden
from mentalverse_signaling.referral_events import MAX_REFERRALS, Line, Referrals
from mentalverse_signaling.roles import Role
from support.crisis_wire import crisis_wire

SERVICE: dict[str, Any] = {
    "name": "House",
    "what": "A bed for tonight.",
    "kind": "shelter",
    "contacts": [{"channel": "phone", "value": "+43 1 23"}],
    "regions": ["AT"],
    "languages": ["de"],
    "hours": "at night",
    "cost": "free",
    "checked_on": "2026-11-30",
}
LISTENS = {
    "name": "Listens",
    "what": "Talks.",
    "kind": "counselling",
    "contacts": [{"channel": "web", "value": "https://listens.example"}],
}


def _entered(folder: Path, *services: object) -> None:
    (folder / "data").mkdir(mode=0o700)
    (folder / "data" / FILE).write_bytes(msgspec.json.encode(services))


def _config(folder: Path, mode: str = "demo") -> Config:
    flags = {"server.data_dir": folder / "data", "crisis.mode": mode}
    return load_config(None, {}, flags).config


def _doctor(config: Config) -> Finding:
    (found,) = (one for one in examine(config) if one.subject == "referrals")
    return found


async def test_the_team_is_shown_what_was_entered_and_nobody_else(
    tmp_path: Path,
) -> None:
    """For the country that is asked for, those in the language first."""
    _entered(tmp_path, SERVICE, LISTENS)
    async with crisis_wire(tmp_path) as wire:
        ann, person = await wire.responder("ann"), await wire.person()
        shown = await ann.call("referral.list", region="AT", language="de-AT")
        house, listens = shown.services
        assert msgspec.json.decode(msgspec.json.encode(house)) == {
            name: value for name, value in SERVICE.items() if name != "regions"
        }
        assert (listens.name, listens.hours, listens.checked_on) == ("Listens", "", "")
        by_kind = await ann.call("referral.list", region="AT")
        assert by_kind.services == (listens, house)
        elsewhere = await ann.call("referral.list", region="EG", language="ar")
        assert elsewhere == Referrals((listens,), is_list_empty=False)
        assert (await ann.call("referral.list")).services == (listens,)
        for nobody in (person, await wire.member("mia", Role.MENTEE)):
            with pytest.raises(Forbidden):
                await nobody.call("referral.list", region="AT")
        with pytest.raises(BadRequest):
            await ann.call("referral.list", region="A T")


async def test_a_server_without_a_list_says_that_it_has_none(tmp_path: Path) -> None:
    """Which is something else than none for this country."""
    async with crisis_wire(tmp_path) as wire:
        ann = await wire.responder("ann")
        shown = await ann.call("referral.list", region="AT")
        assert shown == Referrals((), is_list_empty=True)


async def test_the_longest_list_of_a_country_comes_whole(tmp_path: Path) -> None:
    """All that may be entered for one fits into one answer."""
    assert referrals.MAX_OF_COUNTRY == MAX_REFERRALS
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("x" * (referrals.MAX_LINE_CHARS + 1), Line)
    many = [
        {**SERVICE, "name": f"House {at}", "what": "ä" * 200}
        for at in range(MAX_REFERRALS)
    ]
    size = len(msgspec.json.encode(many))
    assert referrals.MAX_BYTES_OF_COUNTRY * 0.9 < size < referrals.MAX_BYTES_OF_COUNTRY
    _entered(tmp_path, *many)
    async with crisis_wire(tmp_path) as wire:
        ann = await wire.responder("ann")
        shown = await ann.call("referral.list", region="AT")
        assert len(shown.services) == MAX_REFERRALS


async def test_a_list_that_is_broken_is_told_before_anybody_relies_on_it(
    tmp_path: Path,
) -> None:
    """By the start and by `doctor`, with the entry and the field."""
    _entered(tmp_path, SERVICE, {**LISTENS, "kind": "cake"})
    place = r"referrals\.json: entry 2 \(Listens\): kind: "
    with pytest.raises(StartupError, match=place):
        async with crisis_wire(tmp_path):
            pass
    found = await asyncio.to_thread(_doctor, _config(tmp_path))
    assert not found.ok
    assert "referrals.json: entry 2 (Listens): kind: " in found.text


def test_doctor_says_how_much_was_checked(tmp_path: Path) -> None:
    """And reads nothing where there is no desk."""
    _entered(tmp_path, LISTENS)
    found = _doctor(_config(tmp_path))
    assert (found.ok, found.text) == (True, "1 services, 1 not checked for a year")
    assert _doctor(_config(tmp_path, "off")).text == "none"
    (tmp_path / "data" / FILE).unlink()
    assert "nobody has entered" in _doctor(_config(tmp_path)).text
