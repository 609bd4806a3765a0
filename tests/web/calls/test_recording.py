"""A call recorded by a browser: only with everybody, over at once, and sealed."""

from __future__ import annotations

import asyncio
import io
from array import array
from collections.abc import AsyncIterator
from typing import Any

import av
import pytest

from mentalverse_crypto.ciphersuite import signature_key_pair
from mentalverse_crypto.recording_file import RecordingOpener
from support.server import ServerProcess
from web.calls.talk import Caller, callers, conversation_of, start

OVER_MS = 1_000
"""From the withdrawal of somebody until the recorder records no more."""
LOUD = 0.02
"""Of full scale: the beep of Chromium's own microphone is louder by far."""
AWAY = ("WebSocket connection to", "Failed to load resource", "ERR_CONNECTION_REFUSED")


@pytest.fixture
async def people(lab_server: ServerProcess) -> AsyncIterator[list[Caller]]:
    async with callers(lab_server, "ada", "ben", expected=AWAY) as two:
        ada, ben = two
        call = await start(ada, await conversation_of(two, "ben"))
        await ada.join(call)
        await ben.join(call)
        await asyncio.gather(ada.sees(ben), ben.sees(ada))
        yield two


async def _ask(ada: Caller, ben: Caller, on_withdraw: str) -> None:
    """Ada asks, and with it agrees; Ben is asked."""
    asked = await ada.page.evaluate(
        "([rule, to]) => call.recording.request('supervision', rule, [to])",
        [on_withdraw, ada.account],
    )
    assert asked == {"done": True}
    await ben.until('call.recording.state.peek().kind === "asked"')
    assert await _state(ada) == "asked"


async def _state(caller: Caller) -> str:
    return str(await caller.page.evaluate("() => call.recording.state.peek().kind"))


async def _done(caller: Caller, asked: str) -> None:
    assert await caller.page.evaluate(f"() => call.{asked}") == {"done": True}


async def _record(ada: Caller, ben: Caller, on_withdraw: str) -> None:
    """Both have agreed, and Ada records."""
    await _ask(ada, ben, on_withdraw)
    refused = await ada.page.evaluate("() => call.record()")
    assert refused["problem"]["code"] == "consent_missing"
    await _done(ben, "recording.consent(true)")
    await ada.until('call.recording.state.peek().kind === "agreed"')
    await _done(ada, "record()")
    await ben.until('call.recording.state.peek().kind === "on"')


async def _microphone(caller: Caller, on: bool) -> None:
    await caller.page.evaluate("(on) => call.meeting.sources.setMicrophone(on)", on)


async def _stopped(caller: Caller) -> dict[str, Any]:
    await caller.until('call.recording.state.peek().kind === "stopped"')
    state: dict[str, Any] = await caller.page.evaluate(
        "() => call.recording.state.peek()"
    )
    return state


async def _turn(caller: Caller, kind: str) -> float:
    """When something of a recording was so for the last time."""
    turns = await caller.page.evaluate("() => call.turns")
    return float(max(at for name, at in turns if name == kind))


def _opened(kept: dict[str, str]) -> bytes:
    """The recording in the clear, by Python, with the account's own key."""
    key = signature_key_pair(bytes.fromhex(kept["accountPrivate"]))
    opener = RecordingOpener(bytes.fromhex(kept["account"]), key)
    opened = opener.push(bytes.fromhex(kept["file"])) + opener.finish()
    assert opener.header is not None
    assert opener.header.about.media_type == "video/webm"
    return opened


def _last_picture(webm: bytes) -> tuple[int, av.VideoFrame]:
    """How many there are, and the last."""
    with av.open(io.BytesIO(webm), "r") as container:
        pictures = list(container.decode(video=0))
    return len(pictures), pictures[-1]


def _is_lively(picture: av.VideoFrame, half: slice) -> bool:
    """Whether it shows a camera's picture, and no dark field with a name."""
    plane = picture.reformat(format="gray").planes[0]
    line, octets = plane.line_size, bytes(plane)
    shades = [
        shade
        for row in range(0, picture.height, 8)
        for shade in octets[row * line : row * line + picture.width][half]
    ]
    return sum(shade > 80 for shade in shades) > 0.2 * len(shades)


def _loudness(webm: bytes, seconds: tuple[float, float]) -> float:
    """The loudest sample between two times, of full scale."""
    to_floats = av.AudioResampler(format="flt", layout="mono")
    loudest = 0.0
    with av.open(io.BytesIO(webm), "r") as container:
        for frame in container.decode(audio=0):
            if not seconds[0] <= (frame.time or 0) <= seconds[1]:
                continue
            for mono in to_floats.resample(frame):
                samples = array("f", bytes(mono.planes[0])[: mono.samples * 4])
                loudest = max(loudest, *map(abs, samples))
    return loudest


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_withdrawn_by_the_other_it_is_over_and_the_sealed_file_has_both(
    people: list[Caller],
) -> None:
    """First only Ben makes a sound, then only Ada: both are in the file, and seen."""
    ada, ben = people
    await _microphone(ada, False)
    await ada.hears(ben)
    await _record(ada, ben, "keep")
    members = await ben.page.evaluate("() => call.meeting.roster.members")
    assert [each["member"] for each in members if each["is_recorder"]] == [ada.account]
    began = await _turn(ada, "on")
    await ada.sees(ben, 60)
    await _microphone(ben, False)
    await _microphone(ada, True)
    changed = await ada.page.evaluate("() => Date.now()")
    await ada.sees(ben, 90)

    withdrawn = await ben.page.evaluate(
        "() => { const at = Date.now(); void call.recording.withdraw(); return at }"
    )
    assert (await _stopped(ada)) == {
        "kind": "stopped",
        "why": "withdrawn",
        "own": "kept",
    }
    await ada.until("call.recording.made.peek() !== undefined")
    assert await _turn(ada, "stopped") - withdrawn < OVER_MS
    assert await _turn(ada, "made") - withdrawn < OVER_MS
    assert (await _stopped(ben))["why"] == "withdrawn"
    await ben.sees(ada)

    webm = _opened(await ada.page.evaluate("() => call.kept()"))
    count, last = _last_picture(webm)
    assert count > 20
    assert (last.width, last.height) == (1280, 720)
    assert _is_lively(last, slice(640)) and _is_lively(last, slice(640, None))
    moment = (changed - began) / 1000
    assert _loudness(webm, (0.5, moment)) > LOUD
    assert _loudness(webm, (moment + 1, 999)) > LOUD


@pytest.mark.capability("C04")
@pytest.mark.timeout(300)
async def test_what_was_to_be_deleted_is_deleted_and_the_call_goes_on(
    people: list[Caller],
) -> None:
    ada, ben = people
    await _record(ada, ben, "discard")
    await ada.sees(ben, 30)
    await _done(ben, "recording.withdraw()")
    assert (await _stopped(ada))["own"] == "dropped"
    assert await ada.page.evaluate("() => call.kept()") is None
    # Whoever does not say that it has stopped is put out within two seconds.
    await ada.sees(ben, 90)
    assert (await ada.standing())["state"] == "in"


@pytest.mark.timeout(300)
async def test_a_no_leaves_nothing_made(people: list[Caller]) -> None:
    ada, ben = people
    await _ask(ada, ben, "keep")
    await _done(ben, "recording.consent(false)")
    assert (await _stopped(ada))["why"] == "refused"
    assert (await _stopped(ben))["why"] == "refused"
    assert await ada.page.evaluate("() => call.kept()") is None
    assert "on" not in {name for name, _ in await ada.page.evaluate("call.turns")}


@pytest.mark.timeout(300)
async def test_where_no_withdrawal_could_be_heard_it_ends_by_itself(
    people: list[Caller], lab_server: ServerProcess
) -> None:
    ada, ben = people
    await _record(ada, ben, "discard")
    await ada.sees(ben, 30)
    await asyncio.to_thread(lab_server.kill9)
    stopped = await _stopped(ada)
    assert (stopped["why"], stopped["own"]) == ("unheard", "dropped")
    await asyncio.to_thread(lab_server.start)
    assert (await _stopped(ben))["kind"] == "stopped"
    await ada.sees(ben, 30)
