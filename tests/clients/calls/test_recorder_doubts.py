"""What a recorder does not take the server's word for, and when it stops by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from mentalverse_client.calls.call import Call, monotonic_ms
from mentalverse_client.calls.recorder import Recorded, Recorder, RecordingEnd
from mentalverse_client.errors import CallOver, RecordingTextUnknown
from mentalverse_crypto.ciphersuite import sign
from mentalverse_crypto.recording_file import RecordingOpener
from mentalverse_signaling.calls import commands
from mentalverse_signaling.ids import id_bytes
from mentalverse_signaling.recording_events import (
    OnWithdraw,
    RecordingState,
    consent_octets,
)
from support.call_hub import Hub, Person
from support.clients import eventually


def of(person: Person) -> Call:
    assert person.call is not None
    return person.call


async def together(one: Person, other: Person) -> None:
    await eventually(lambda: one.hears(other) and other.hears(one))


async def asked(
    ada: Person, ben: Person, path: Path, rule: OnWithdraw
) -> tuple[Recorder, asyncio.Task[Recorded]]:
    """Ada asks whether she may record, and waits for an answer."""
    await of(ada).recording.ask([ada.leaf[0]], on_withdraw=rule)
    recorder = Recorder(of(ada), path)
    task = asyncio.create_task(recorder.run())
    await eventually(lambda: of(ben).recording.view is not None)
    return recorder, task


async def ended(task: asyncio.Task[Recorded]) -> Recorded:
    async with asyncio.timeout(30):
        return await task


def said(hub: Hub, name: str) -> list[str]:
    return [who for who, what in hub.asked if what == name]


async def test_a_consent_that_nobody_signed_is_none(tmp_path: Path) -> None:
    """The server may say what it likes: without a signature that holds, nothing."""
    hub, path = Hub(), tmp_path / "talk.mvrec"
    async with hub.people_named("ada", "ben") as (ada, ben):
        await together(ada, ben)
        _, task = await asked(ada, ben, path, OnWithdraw.KEEP)
        view = of(ada).recording.view
        assert view is not None
        other = consent_octets(
            hub.call.id,
            view.request,
            view.text_hash,
            (ada.leaf[0], ben.leaf[0]),
            view.on_withdraw,
        )
        await ben.answer(
            "recording.consent",
            msgspec.defstruct("Given", ["request", "signature"])(
                view.request, sign(hub.keys[ben.leaf], other)
            ),
        )
        await eventually(
            lambda: (
                getattr(of(ada).recording.view, "state", None) is RecordingState.ARMED
            )
        )
        heard = ada.sink.decoded.total()
        await eventually(lambda: ada.sink.decoded.total() > heard + 100)
        assert not path.exists() and not said(hub, "recording.start")
        await of(ben).recording.withdraw()
        assert (await ended(task)).why is RecordingEnd.REFUSED
        assert not path.exists()


@pytest.mark.parametrize("rule", OnWithdraw)
async def test_a_recorder_that_hears_no_server_stops_after_four_seconds(
    tmp_path: Path, rule: OnWithdraw
) -> None:
    hub, path = Hub(), tmp_path / "talk.mvrec"
    async with hub.people_named("ada", "ben") as (ada, ben):
        await together(ada, ben)
        recorder, task = await asked(ada, ben, path, rule)
        await of(ben).recording.agree()
        await eventually(lambda: recorder.seconds > 1)
        cut_ms = monotonic_ms()
        ada.cut()
        done = await ended(task)
        assert done.why is RecordingEnd.LOST
        assert monotonic_ms() - cut_ms < 9_000
        assert path.exists() == (rule is OnWithdraw.KEEP) == (done.path is not None)
        # Back in its seat, it says that it records no more.
        assert not said(hub, "recording.stop")
        ada.is_online = True
        await eventually(lambda: said(hub, "recording.stop") == ["ada"])
        assert hub.call.recording is not None
        assert hub.call.recording.state is RecordingState.STOPPED


async def test_a_recorder_that_is_put_out_stops_and_keeps_nothing(
    tmp_path: Path,
) -> None:
    hub, path = Hub(), tmp_path / "talk.mvrec"
    async with hub.people_named("ada", "ben") as (ada, ben):
        await together(ada, ben)
        recorder, task = await asked(ada, ben, path, OnWithdraw.DISCARD)
        await of(ben).recording.agree()
        await eventually(lambda: recorder.seconds > 0.5)
        hub.is_silent = True
        hub.do(_withdrawal(hub, ben))
        hub.is_silent = False
        hub.do(commands.MemberGone(account=ada.leaf[0]))
        with pytest.raises(CallOver):
            await ada.running
        assert (await ended(task)).path is None
        assert not path.exists()


def _withdrawal(hub: Hub, person: Person) -> commands.WithdrawConsent:
    seat, recording = hub.call.seats[person.leaf[0]], hub.call.recording
    assert recording is not None
    return commands.WithdrawConsent(
        account=seat.account, conn_id=seat.conn_id, request=recording.id
    )


async def test_nobody_agrees_to_words_that_cannot_be_shown(tmp_path: Path) -> None:
    hub = Hub()
    async with hub.people_named("ada", "ben") as (ada, ben):
        await together(ada, ben)
        await asked(ada, ben, tmp_path / "talk.mvrec", OnWithdraw.KEEP)
        view = of(ben).recording.view
        assert view is not None
        other = msgspec.structs.replace(view, text_hash="0" * 64)
        with pytest.raises(RecordingTextUnknown):
            await of(ben).recording.agree(other)
        assert said(hub, "recording.consent") == ["ada"]


async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    hub, path = Hub(), tmp_path / "talk.mvrec"
    path.write_bytes(b"mine")
    async with hub.people_named("ada", "ben") as (ada, ben):
        await together(ada, ben)
        _, task = await asked(ada, ben, path, OnWithdraw.DISCARD)
        await of(ben).recording.agree()
        with pytest.raises(FileExistsError):
            await ended(task)
    assert path.read_bytes() == b"mine"


async def test_cancelling_the_recorder_keeps_a_whole_file(tmp_path: Path) -> None:
    hub, path = Hub(), tmp_path / "talk.mvrec"
    async with hub.people_named("ada", "ben") as (ada, ben):
        await together(ada, ben)
        recorder, task = await asked(ada, ben, path, OnWithdraw.DISCARD)
        await of(ben).recording.agree()
        await eventually(lambda: recorder.seconds > 0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await eventually(lambda: said(hub, "recording.stop") == ["ada"])
        opener = RecordingOpener(id_bytes(ada.leaf[0]), hub.keys[ada.leaf])
        assert opener.push(path.read_bytes()) + opener.finish()
