"""Asking for help in one call: whoever it is, whatever their sign-in is worth."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import aiohttp
import pytest

from mentalverse_crisis.case import Case
from mentalverse_server.app import running_server
from mentalverse_server.auth.tokens import new_token
from mentalverse_server.config import Config, load_config
from mentalverse_server.store import cases
from mentalverse_signaling.crisis_events import (
    CaseOpen,
    CaseStatus,
    CrisisOpen,
    CrisisOpened,
    Taken,
)
from mentalverse_signaling.errors import BadRequest, NotFound
from mentalverse_signaling.guest_api import GuestBegin
from mentalverse_signaling.ids import ClientId
from support.account_api import Api
from support.clock import ManualClock
from support.devices import new_device

CASES = "/crisis/cases"
REQUEST = ClientId("a" * 32)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    flags = {
        "server.port": 0,
        "metrics.port": 0,
        "server.data_dir": tmp_path / "data",
        "crisis.mode": "demo",
    }
    return load_config(None, {}, flags).config


@pytest.fixture
def asked() -> CrisisOpen:
    """What somebody sends who says nothing about themselves."""
    return CrisisOpen(CaseOpen(REQUEST))


def guest_of(api: Api) -> GuestBegin:
    return new_device().begin_guest(new_token(secrets.token_bytes), api.clock.now())


async def stored(api: Api, opened: CrisisOpened) -> Case:
    assert opened.case is not None
    found = await api.server.database.read(cases.case, opened.case.case)
    assert found is not None
    return found


async def test_one_call_makes_the_guest_and_opens_the_case(api: Api) -> None:
    """A page that was never here needs one request, and may repeat it."""
    body = CrisisOpen(CaseOpen(REQUEST, band=1), guest_of(api))
    first = await api.call(CASES, body, CrisisOpened)
    assert body.guest is not None
    assert first.taken is Taken.STORED
    assert first.guest is not None
    assert first.case is not None
    assert first.guest.account == body.guest.account
    assert first.case.status is CaseStatus.WAITING
    again = await api.call(CASES, body, CrisisOpened)
    assert again.guest == first.guest
    assert again.case is not None
    assert again.case.case == first.case.case
    found = await stored(api, first)
    assert (found.person, found.is_trusted) == (body.guest.account, True)


async def test_a_token_says_who_asks(api: Api) -> None:
    """Who is signed in asks as themselves, and needs no guest."""
    ada = await api.newcomer("ada")
    body = CrisisOpen(CaseOpen(REQUEST), guest_of(api))
    opened = await api.call(CASES, body, CrisisOpened, **ada.bearer)
    assert opened.guest is None
    found = await stored(api, opened)
    assert (found.person, found.is_trusted) == (ada.device.account, True)


@pytest.mark.parametrize("token", ["x" * 43, "", "not a token"])
async def test_a_sign_in_that_nobody_knows_still_opens(api: Api, token: str) -> None:
    """It opens as the guest that came with it; only a supervisor sees that."""
    body = CrisisOpen(CaseOpen(REQUEST), guest_of(api))
    header = {"Authorization": f"Bearer {token}"}
    opened = await api.call(CASES, body, CrisisOpened, **header)
    found = await stored(api, opened)
    assert opened.guest is not None
    assert (found.person, found.is_trusted) == (opened.guest.account, token == "")


async def test_a_sign_in_that_is_over_still_opens(api: Api, asked: CrisisOpen) -> None:
    """Whoever was signed in too long ago is asked for nothing."""
    ada = await api.newcomer("ada")
    api.clock.advance(40 * 24 * 3600)
    opened = await api.call(CASES, asked, CrisisOpened, **ada.bearer)
    found = await stored(api, opened)
    assert not found.is_trusted
    assert found.person != ada.device.account


async def test_nothing_but_a_request_opens_one_case(
    api: Api, asked: CrisisOpen
) -> None:
    """Somebody of whom nothing is known is in the queue, once."""
    first = await api.call(CASES, asked, CrisisOpened)
    again = await api.call(CASES, asked, CrisisOpened)
    assert first.guest is None
    assert first.case is not None
    assert again.case is not None
    assert first.case.case == again.case.case


async def test_a_request_that_fits_no_schema_is_told_so(api: Api) -> None:
    """Bad input gets a clear error, and nothing is opened."""
    with pytest.raises(BadRequest):
        await api.call(CASES, {"case": {"request": "short"}}, CrisisOpened)


async def test_a_hundred_from_one_address_are_all_let_in(api: Api) -> None:
    """Being many is no reason to say no: further ones are told apart, no more."""
    bodies = [CrisisOpen(CaseOpen(ClientId(f"{number:032x}"))) for number in range(100)]
    calls = (api.call(CASES, body, CrisisOpened) for body in bodies)
    opened = await asyncio.gather(*calls)
    assert {one.taken for one in opened} == {Taken.STORED}
    found = [await stored(api, one) for one in opened]
    assert sum(not case.is_clustered for case in found) == 5
    assert len({case.id for case in found}) == 100


async def test_a_server_without_a_desk_says_so(
    tmp_path: Path, clock: ManualClock, asked: CrisisOpen
) -> None:
    """Nobody is kept waiting where nobody answers."""
    flags = {"server.port": 0, "metrics.port": 0, "server.data_dir": tmp_path / "data"}
    config = load_config(None, {}, flags).config
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        api = Api(server, clock, http)
        with pytest.raises(NotFound):
            await api.call(CASES, asked, CrisisOpened)
        _, info = await api.get("/api/v1/server")
        assert info["crisis_desk"] == "none"


async def test_a_desk_to_try_says_that_it_is_one(api: Api) -> None:
    """No page may take a demonstration for help."""
    _, info = await api.get("/api/v1/server")
    assert info["crisis_desk"] == "demo"
