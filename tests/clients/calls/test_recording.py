"""A call is recorded with the consent of all; the file is sealed, and plays."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mentalverse_client import Client
from mentalverse_client.calls.call import Call, monotonic_ms
from mentalverse_client.calls.recorder import Recorded, Recorder, RecordingEnd
from mentalverse_crypto.ciphersuite import SignatureKeyPair
from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.recording_file import RecordingOpener
from mentalverse_crypto.storage_errors import RecordingNotForAccount
from mentalverse_signaling.call_events import CallMedia
from mentalverse_signaling.errors import ConsentMissing
from mentalverse_signaling.ids import id_bytes
from mentalverse_signaling.recording_events import OnWithdraw, RecordingState
from support.circle_room import circle_room, room_settings, waits
from support.clients import eventually, next_message, only_conversation, person
from support.server import ServerProcess, start_server
from support.signal_source import BLUE, RED, Hue, Played, SignalSource, played

MAGIC = b"\x1aE\xdf\xa3"
"""Of every WebM."""
ADA_HZ, BEN_HZ, CY_HZ = 440, 1000, 1700
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("server")
    with start_server(folder, room_settings(folder)) as running:
        yield running


@dataclass
class Pair:
    """Two who hear each other; the first one records."""

    ada: Client
    ben: Client
    here: Call
    there: Call
    path: Path

    def recorder(self) -> Recorder:
        return Recorder(self.here, self.path)

    async def ask(self, on_withdraw: OnWithdraw, *receivers: Client) -> None:
        named = [it.account for it in receivers or (self.ada,)]
        await self.here.recording.ask(named, on_withdraw=on_withdraw)
        await eventually(lambda: state(self.there) is RecordingState.REQUESTED)


@asynccontextmanager
async def pair(
    server: ServerProcess, folder: Path, media: CallMedia = CallMedia.AUDIO
) -> AsyncIterator[Pair]:
    number = next(_numbers)
    names = f"ada-rec-{number}", f"ben-rec-{number}"
    async with (
        person(server, folder, names[0]) as ada,
        person(server, folder, names[1]) as ben,
    ):
        talk = await ada.direct(names[1])
        await talk.send("shall we talk?")
        await next_message(await only_conversation(ben))
        view = await ada.calls.start(talk.id, media)

        def source(hz: int, hue: Hue) -> SignalSource:
            return SignalSource(hz, hue if media is CallMedia.VIDEO else None)

        async with (
            ada.calls.join(view, source(ADA_HZ, RED)) as here,
            ben.calls.join(view, source(BEN_HZ, BLUE)) as there,
        ):
            await eventually(lambda: count(here, ben) > 5 and count(there, ada) > 5)
            yield Pair(ada, ben, here, there, folder / "talk.mvrec")


def count(call: Call, other: Client) -> int:
    return call.sink.decoded[other._device.leaf, Slot.MICROPHONE]


def state(call: Call) -> RecordingState:
    view = call.recording.view
    return RecordingState.OFF if view is None else view.state


def opened(path: Path, client: Client) -> bytes:
    """The recording, as an account of those it is sealed to has it."""
    key: SignatureKeyPair = client._device.profile.account_key
    opener = RecordingOpener(id_bytes(client.account), key)
    return opener.push(path.read_bytes()) + opener.finish()


async def made(task: asyncio.Task[Recorded]) -> Recorded:
    async with asyncio.timeout(30):
        return await task


def recording(recorder: Recorder) -> asyncio.Task[Recorded]:
    return asyncio.create_task(recorder.run())


@pytest.mark.capability("C05")
async def test_nothing_is_made_before_all_agree_and_then_it_is_sealed_and_plays(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with pair(server, tmp_path, CallMedia.VIDEO) as two:
        recorder = two.recorder()
        await two.ask(OnWithdraw.DISCARD, two.ada, two.ben)
        task = recording(recorder)
        heard = count(two.here, two.ben)
        await eventually(lambda: count(two.here, two.ben) > heard + 50)
        assert not two.path.exists() and recorder.seconds == 0
        shown = two.there.recording.view
        assert shown is not None and shown.missing == (two.ben.account,)
        assert "with a supervisor" in two.there.recording.text(shown)

        await two.there.recording.agree(shown)
        await eventually(lambda: state(two.there) is RecordingState.RECORDING)
        await eventually(lambda: two.there.roster is not None)
        await eventually(lambda: recorder.seconds > 4)
        is_recorder = {
            it.member: it.is_recorder
            for it in (two.there.roster.members if two.there.roster else ())
        }
        assert is_recorder == {two.ada.account: True, two.ben.account: False}
        await two.here.recording.stop()
        done = await made(task)
        assert (done.why, done.path) == (RecordingEnd.STOPPED, two.path)

        sealed = two.path.read_bytes()
        webm = opened(two.path, two.ada)
        assert opened(two.path, two.ben) == webm
        for plain in (MAGIC, b"OpusHead", b"V_VP8", webm[:64], webm[-64:]):
            assert plain in webm and plain not in sealed
        async with person(server, tmp_path, f"eve-{next(_numbers)}") as eve:
            with pytest.raises(RecordingNotForAccount):
                opened(two.path, eve)
        film = played(webm)
        check_film(film)
        assert abs(film.seconds - done.seconds) < 0.5


def check_film(film: Played) -> None:
    """Both are heard and seen in it, and nobody else."""
    assert film.seconds > 3.5
    assert film.heard_share(ADA_HZ) > 0.1
    assert film.heard_share(BEN_HZ) > 0.1
    assert film.heard_share(CY_HZ) == 0
    assert film.hues() == {"red", "blue"}
    assert len(film.pictures) > film.seconds


@pytest.mark.capability("C05")
@pytest.mark.parametrize("rule", OnWithdraw)
async def test_who_withdraws_is_heard_no_longer_than_a_second(
    server: ServerProcess, tmp_path: Path, rule: OnWithdraw
) -> None:
    async with pair(server, tmp_path) as two:
        recorder = two.recorder()
        await two.ask(rule)
        task = recording(recorder)
        await two.there.recording.agree()
        await eventually(lambda: recorder.seconds > 2)
        assert two.path.exists() and recorder._began_ms is not None
        withdrawn_ms = monotonic_ms() - recorder._began_ms
        await two.there.recording.withdraw()
        done = await made(task)
        assert done.why is RecordingEnd.WITHDRAWN
        if rule is OnWithdraw.DISCARD:
            assert done.path is None and not two.path.exists()
        else:
            film = played(opened(two.path, two.ada))
            assert film.heard_share(BEN_HZ) > 0.1
            assert film.last_heard_seconds(BEN_HZ) <= withdrawn_ms / 1000 + 1
            assert film.seconds <= withdrawn_ms / 1000 + 1
        # The recorder said that it has stopped: it is not put out.
        heard = count(two.there, two.ada)
        await eventually(lambda: count(two.there, two.ada) > heard + 150)
        assert two.here.status().seats == 2 and not two.here.is_over


@pytest.mark.capability("C05")
async def test_who_comes_late_is_asked_before_they_are_in(
    server: ServerProcess, tmp_path: Path
) -> None:
    path = tmp_path / "circle.mvrec"
    async with circle_room(server, tmp_path, "ada", "cy") as room:
        lead = await room.enter("lead", SignalSource(ADA_HZ))
        ada = await room.enter("ada", SignalSource(BEN_HZ))
        await eventually(lambda: lead.decoded(ada) > 5)
        recorder = Recorder(lead.call, path)
        await lead.call.recording.ask(
            [lead.client.account], on_withdraw=OnWithdraw.KEEP
        )
        task = recording(recorder)
        await eventually(lambda: state(ada.call) is RecordingState.REQUESTED)
        await ada.call.recording.agree()
        await eventually(lambda: recorder.seconds > 1)

        cy = room.clients["cy"]
        async with cy.calls.join(room.view, SignalSource(CY_HZ)) as late:
            await eventually(lambda: late.recording.view is not None)
            assert late.is_waiting and late.roster is None
            await eventually(lambda: cy.account in waits(lead.call))
            with pytest.raises(ConsentMissing):
                await lead.call.lead.admit(cy.account)
            await late.recording.agree()
            await lead.call.lead.admit(cy.account)
            await eventually(late.joined.is_set)
            heard = recorder.seconds
            await eventually(lambda: count(lead.call, cy) > 50)
            await eventually(lambda: recorder.seconds > heard + 2)
            await lead.call.recording.stop()
            assert (await made(task)).why is RecordingEnd.STOPPED
        film = played(opened(path, lead.client))
        assert film.heard_share(BEN_HZ) > 0.1
        assert film.last_heard_seconds(CY_HZ) > heard


async def test_a_recorder_that_leaves_keeps_what_it_has(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with pair(server, tmp_path) as two:
        recorder = two.recorder()
        await two.ask(OnWithdraw.DISCARD)
        task = recording(recorder)
        await two.there.recording.agree()
        await eventually(lambda: recorder.seconds > 1)
        await two.here.leave()
        assert (await made(task)).why is RecordingEnd.LEFT
        assert played(opened(two.path, two.ada)).heard_share(BEN_HZ) > 0.1
        await eventually(lambda: state(two.there) is RecordingState.STOPPED)
