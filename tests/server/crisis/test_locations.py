"""A sealed location at the server: of its person, opened by nobody here, and gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_crypto.sealed_location import Address, SealedLocation, open_location
from mentalverse_server.emergency_key import FILE_NAME
from mentalverse_signaling.errors import BadRequest, NotFound, NotNow
from support.crisis_wire import Line, crisis_wire
from support.overriding import CANARY, Scene, octets, rows, scene
from support.transport import WAIT_SECONDS

DAY_SECONDS = 86_400


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Scene]:
    async with crisis_wire(tmp_path) as wire:
        yield await scene(wire)


def opened(talk: Scene, sealed: SealedLocation, half: bytes) -> str:
    where = open_location(
        sealed.envelope, bytes.fromhex(talk.case), sealed.team_half, half
    )
    assert isinstance(where, Address)
    return where.text


async def test_the_released_half_opens_it_with_the_one_of_the_conversation(
    talk: Scene,
) -> None:
    """And what is sealed while help is on its way is released, too."""
    sealed = await talk.seals()
    released = await talk.released()
    assert opened(talk, sealed, (await talk.takes(released)).key_half) == CANARY
    moved = await talk.seals("at the bridge")
    found = await talk.takes(released)
    assert found.envelope == moved.envelope
    assert opened(talk, moved, found.key_half) == "at the bridge"


async def test_a_person_seals_of_their_own_case_only(talk: Scene) -> None:
    """An id of somebody else's case is as unknown as one that does not exist."""
    eve = await talk.wire.person()
    await eve.asks(band=4, request="e" * 32)
    for case in (talk.case, "0" * 32):
        with pytest.raises(NotFound):
            await seal(eve, case)
    assert (await talk.person.call("location.mine")).until is None


async def seal(line: Line, case: str, octet: bytes = b"e") -> None:
    await line.call(
        "location.seal", case=case, envelope=octet * 553, key_half=octet * 32
    )


async def test_what_is_no_envelope_is_refused(talk: Scene) -> None:
    """One length, so that no length says anything."""
    for envelope, half in ((552, 32), (554, 32), (553, 31), (553, 33)):
        with pytest.raises(BadRequest):
            await talk.person.call(
                "location.seal",
                case=talk.case,
                envelope=bytes(envelope),
                key_half=bytes(half),
            )


async def test_the_half_rests_sealed_and_bound_to_its_case(
    talk: Scene, tmp_path: Path
) -> None:
    """What a thief of the database has opens nothing, also not with the team's half."""
    sealed = await talk.seals()
    [(case, envelope, half)] = rows(tmp_path)
    assert (case, envelope) == (talk.case, sealed.envelope)
    assert sealed.desk_half not in half
    key = (tmp_path / "data" / FILE_NAME).stat()
    assert key.st_mode & 0o077 == 0


async def ends(talk: Scene, how: str) -> None:
    if how == "withdrawn":
        assert (await talk.person.call("location.withdraw")).until is None
    elif how == "closed":
        await talk.closes()
    elif how == "expired":
        talk.wire.clock.advance(DAY_SECONDS)
    else:
        await talk.seals("somewhere else")


@pytest.mark.parametrize("how", ["withdrawn", "closed", "expired", "sealed again"])
async def test_what_is_over_is_gone_from_the_disk(tmp_path: Path, how: str) -> None:
    """Row and key, in the transaction of the decision; and once the write-ahead log is
    folded in, no octet of them is left in any file of the server."""
    async with crisis_wire(tmp_path) as wire:
        talk = await scene(wire)
        sealed = await talk.seals()
        [(_, envelope, half)] = rows(tmp_path)
        released = await talk.released()
        await talk.takes(released)
        await ends(talk, how)
        async with asyncio.timeout(WAIT_SECONDS):
            while any(row[1] == envelope for row in rows(tmp_path)):
                assert how == "expired"  # by a timer; else with the answer
                await asyncio.sleep(0.01)
        if how != "sealed again":
            with pytest.raises(NotNow):
                await talk.takes(released)
        assert sealed.envelope == envelope
    for name, content in octets(tmp_path):
        assert envelope[:64] not in content, name
        assert half[:32] not in content, name


async def test_no_address_and_no_half_is_anywhere_in_the_clear(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in a file while it is kept, nor in what the server prints."""
    async with crisis_wire(tmp_path) as wire:
        talk = await scene(wire)
        sealed = await talk.seals()
        released = await talk.released()
        await talk.takes(released)
        texts = [CANARY.encode(), CANARY.encode("utf-16-le")]
        halves = [sealed.team_half, sealed.desk_half]
        secrets = texts + halves + [half.hex().encode() for half in halves]
        for name, content in octets(tmp_path):
            for secret in secrets:
                assert secret not in content, name
    printed = "".join(capfd.readouterr()).encode()
    assert not [secret for secret in secrets if secret in printed]
