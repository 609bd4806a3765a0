"""Somebody seals where they are; two people open it: real devices, a real server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_client.crisis.overrides import stated
from mentalverse_client.errors import LocationHalfMissing
from mentalverse_crypto.sealed_location import Address, Location, Position
from mentalverse_signaling.crisis_events import CaseStatus
from mentalverse_signaling.errors import Forbidden, NotFound, NotNow
from mentalverse_signaling.override_events import OverrideBasis, OverrideView
from support.clients import (
    DEADLINE_SECONDS,
    PASSPHRASE,
    next_message,
    opened,
    texts,
)
from support.crisis_clients import accepted, responder_profile, talk_of, until
from support.server import ServerProcess, start_server

from .conftest import SETTINGS

CANARY = "17 Larkspur Terrace, third door"
STATEMENT = "canary: they said that they will jump"
HERE = Position(481_234_567, 163_456_789, 12, 1_796_144_400_000)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of its own: who is on duty anywhere would be asked."""
    with start_server(tmp_path / "server", SETTINGS | {"CRISIS__MODE": "demo"}) as one:
        yield one


def kept(server: ServerProcess) -> bytes:
    """Every octet that the server has on its disk, and what it logged."""
    files = [each for each in server.data.rglob("*") if each.is_file()]
    return b"".join(each.read_bytes() for each in files) + server.written().encode()


async def supervises(server: ServerProcess, handle: str) -> None:
    """From now on; those who are connected do not stand still meanwhile."""
    granted = ("role", "grant", handle, "supervisor")
    await asyncio.to_thread(server.mentalverse, *granted)


async def override(who: Client, case: str) -> OverrideView:
    return await who.desk.overrides.open(
        case,
        OverrideBasis.VITAL_INTERESTS,
        stated(STATEMENT, os.urandom),
        stated(CANARY, os.urandom),
        "ambulance",
    )


async def located(who: Client, override: str) -> Location:
    """The location, once the team's half has come, too."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            try:
                return await who.desk.overrides.location(override)
            except LocationHalfMissing:
                await asyncio.sleep(0.02)


async def test_two_people_open_what_a_person_sealed_and_the_server_reads_none_of_it(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Also where they move to; and nothing after they have taken it back."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    lea_profile = await responder_profile(desk, tmp_path, "lea")
    await supervises(desk, "lea")
    folder = tmp_path / "guest"
    async with opened(nia_profile) as nia, opened(lea_profile) as lea:
        await nia.desk.start_duty()
        await lea.desk.look()
        await Client.ask_for_help(desk.url, folder, PASSPHRASE, language="en")
        async with opened(folder) as guest:
            await until(guest, CaseStatus.WAITING, CaseStatus.OFFERED)
            # Sealed before anybody is there: whoever comes has the half of it.
            assert await guest.help.location.seal(Address(CANARY, 5)) is not None
            await talk_of(guest).send("hello")
            case = (await accepted(nia)).case
            theirs = await nia.desk.conversation(case)
            assert (await next_message(theirs)).text == "hello"

            asked = await override(nia, case)
            with pytest.raises(NotNow):
                await nia.desk.overrides.location(asked.override)
            [agreed] = await lea.desk.overrides.cosign(asked.override)
            assert agreed.cosigned_by == lea.account
            assert await located(nia, asked.override) == Address(CANARY, 5)
            with pytest.raises(Forbidden):
                await lea.desk.overrides.location(asked.override)

            await guest.help.location.seal(HERE)
            assert await located(nia, asked.override) == HERE
            await guest.help.location.withdraw()
            assert await guest.help.location.until() is None
            with pytest.raises(NotNow):
                await nia.desk.overrides.location(asked.override)

            await nia.desk.overrides.confirm(asked.override)
            assert await lea.desk.overrides.all() != ()
            with pytest.raises(Forbidden):
                await lea.desk.overrides.review(asked.override)
            assert texts(theirs) == ["hello"]
    octets = kept(desk)
    for secret in (CANARY, STATEMENT):
        assert secret.encode() not in octets


async def test_whoever_takes_over_is_told_the_half_that_they_could_not_read(
    desk: ServerProcess, tmp_path: Path
) -> None:
    """Messages from before somebody came are closed to them; this one comes again."""
    nia_profile = await responder_profile(desk, tmp_path, "nia")
    lea_profile = await responder_profile(desk, tmp_path, "lea")
    await supervises(desk, "lea")
    folder = tmp_path / "guest"
    async with opened(nia_profile) as nia, opened(lea_profile) as lea:
        await nia.desk.start_duty()
        await lea.desk.look()
        await Client.ask_for_help(desk.url, folder, PASSPHRASE, language="en")
        async with opened(folder) as guest:
            case = (await accepted(nia)).case
            theirs = await nia.desk.conversation(case)
            await guest.help.location.seal(HERE)
            await theirs.send("I am here")
            await next_message(talk_of(guest))
            await lea.desk.join(case)
            await lea.desk.conversation(case)
            # Who came later opens the override, and has no half but the one sent again.
            asked = await override(lea, case)
            await nia.desk.look()
            with pytest.raises(Forbidden):
                await nia.desk.overrides.cosign(asked.override)
            await supervises(desk, "nia")
            await nia.desk.overrides.cosign(asked.override)
            assert await located(lea, asked.override) == HERE


async def test_nothing_is_sealed_without_a_case(
    desk: ServerProcess, tmp_path: Path
) -> None:
    profile = await responder_profile(desk, tmp_path, "nia")
    async with opened(profile) as nia:
        with pytest.raises(NotFound):
            await nia.help.location.seal(HERE)
        assert await nia.help.location.until() is None
