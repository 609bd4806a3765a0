"""Signals of a call between two registered devices, in their conversation's group."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from mentalverse_client import Client, Conversation
from mentalverse_client.calls.groups import EngineGroups
from mentalverse_client.calls.ports import KeyGroup
from mentalverse_crypto import content as contents
from mentalverse_crypto import declared, group
from mentalverse_crypto.content import Content
from mentalverse_crypto.errors import InvalidMessage, MlsError
from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.rtc_signal import (
    MAX_MAPPED,
    MAX_SDP_CHARACTERS,
    MappedMid,
    RtcSignal,
    RtcSignalKind,
)
from mentalverse_signaling.call_events import MAX_SEALED_SIGNAL_BYTES
from support.clients import next_message, only_conversation, person, texts
from support.deterministic import seeded_rng
from support.server import ServerProcess

MAPPED = tuple(MappedMid(str(n), Slot.CAMERA) for n in range(MAX_MAPPED))


def offer(sdp: str = "v=0\r\n") -> RtcSignal:
    return RtcSignal(RtcSignalKind.OFFER, b"c" * 16, b"d" * 16, 1, sdp, MAPPED)


class Pair:
    """Two people, their talk, and its group as a call has it."""

    def __init__(self, ada: Client, ben: Client, talk: Conversation) -> None:
        self.ada, self.ben, self.talk = ada, ben, talk

    async def groups(self) -> tuple[KeyGroup, KeyGroup]:
        there = await only_conversation(self.ben)
        await self.talk.send("hello")
        assert (await next_message(there)).text == "hello"
        ada, ben = (EngineGroups(who._engine) for who in (self.ada, self.ben))
        return await ada.group(self.talk.id), await ben.group(self.talk.id)


@pytest.fixture
async def pair(server: ServerProcess, tmp_path: Path) -> AsyncIterator[Pair]:
    names = [f"{name}-{tmp_path.name[-12:].strip('-_')}" for name in ("ada", "ben")]
    names = [name.replace("_", "-").lower() for name in names]
    async with (
        person(server, tmp_path, names[0]) as ada,
        person(server, tmp_path, names[1]) as ben,
    ):
        yield Pair(ada, ben, await ada.direct(names[1]))


async def test_a_signal_is_read_once_by_the_other_device(pair: Pair) -> None:
    ada, ben = await pair.groups()
    sealed = ada.seal(offer())
    sender, said = ben.open(sealed)
    assert sender == pair.ada._device.leaf
    assert isinstance(said, Content) and said.body == offer()
    with pytest.raises(MlsError):
        ben.open(sealed)
    with pytest.raises(MlsError):
        ada.open(sealed)


async def test_signals_leave_no_trace_and_messages_go_on(pair: Pair) -> None:
    ada, ben = await pair.groups()
    for _ in range(3):
        ben.open(ada.seal(offer()))
        ada.open(ben.seal(offer()))
    there = await only_conversation(pair.ben)
    await pair.talk.send("and now?")
    assert (await next_message(there)).text == "and now?"
    await there.send("yes")
    assert (await next_message(pair.talk)).text == "yes"
    assert texts(there) == ["hello", "and now?", "yes"]


async def test_both_devices_take_the_same_keys_from_their_group(pair: Pair) -> None:
    ada, ben = await pair.groups()
    assert ada.keys() == ben.keys()
    assert set(ada.keys().bases) == {pair.ada._device.leaf, pair.ben._device.leaf}


async def test_a_commit_is_not_taken_beside_the_log(pair: Pair) -> None:
    """The group would fork: who reads the log would never see it."""
    _, ben = await pair.groups()
    room = pair.ada._engine.rooms[pair.talk.id]
    device = pair.ada._device
    staged = group.stage_commit(
        room.state,
        (),
        declared.encode(b"c" * 16),
        validate_credential=device.check(),
        now=device.now(),
        rng=seeded_rng(1),
    )
    before = ben.keys()
    with pytest.raises(InvalidMessage):
        ben.open(staged.commit)
    assert ben.keys() == before


async def test_a_message_of_the_log_is_not_taken_beside_it(pair: Pair) -> None:
    """Or a server could hand it over there, and its author be heard twice."""
    ada, ben = await pair.groups()
    room = pair.ada._engine.rooms[pair.talk.id]
    said = contents.encode(Content(uuid4(), 0, offer()))
    data = declared.encode(b"c" * 16)
    _, message = group.protect(room.state, said, data, seeded_rng(1))
    with pytest.raises(InvalidMessage):
        ben.open(message)
    sender, read = ben.open(ada.seal(offer()))
    assert sender == pair.ada._device.leaf
    assert isinstance(read, Content) and read.body == offer()


async def test_the_longest_description_fits_what_the_server_takes(pair: Pair) -> None:
    ada, ben = await pair.groups()
    lines = "a=rtcp-fb:96 nack pli\r\n" * MAX_SDP_CHARACTERS
    longest = offer(lines[:MAX_SDP_CHARACTERS])
    sealed = ada.seal(longest)
    assert len(sealed) <= MAX_SEALED_SIGNAL_BYTES
    _, said = ben.open(sealed)
    assert isinstance(said, Content) and said.body == longest
