"""What `call` does with a client, and what it says meanwhile."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import typer

from mentalverse_client import Client, ClientError, Conversation, UnknownConversation
from mentalverse_client.calls.call import Call
from mentalverse_client.calls.sources import FileSource, Nothing, Source, Tone
from mentalverse_client.calls.status import CallStatus
from mentalverse_crypto.caption import MAX_CAPTION_CHARACTERS
from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.call_events import CallMedia
from mentalverse_signaling.errors import SignalingError

from .call_recording import RecordingDesk, Wish, captions_of
from .profile import connected
from .terminal import PlainTerminal

STATUS_SECONDS = 1.0
PIPE_STATUS_SECONDS = 5.0
SECONDS_PER_MINUTE = 60.0
CAPTION_ATTEMPTS, CAPTION_PAUSE_SECONDS = 20, 0.25


@dataclass(frozen=True, slots=True)
class Sending:
    """What the person asked for."""

    tone: bool
    file: Path | None
    audio_only: bool
    captions: bool = False
    """Each line of standard input is one."""

    def source(self) -> Source:
        """What is sent; raises `OSError` for a file that cannot be played."""
        if self.file is not None:
            return FileSource(self.file)
        return Tone(video=not self.audio_only) if self.tone else Nothing()


async def run_call(
    profile: Path,
    passphrase: str,
    conversation: str,
    sending: Sending,
    minutes: float | None,
    wish: Wish | None = None,
) -> None:
    """Take part until the call is over, the time is, or this is cancelled.

    Raises:
        ClientError, SignalingError: there is no such conversation or call.
    """
    wish = wish or Wish()
    media = CallMedia.AUDIO if sending.audio_only else CallMedia.VIDEO
    async with connected(profile, passphrase) as client:
        talk = await _conversation(client, conversation)
        view = await client.calls.start(talk.id, media)
        typer.echo(f"In a call with {talk.title}. Ctrl-C leaves it.")
        try:
            async with (
                client.calls.join(view, sending.source()) as call,
                asyncio.TaskGroup() as tasks,
            ):
                desk = RecordingDesk(client, talk, call, wish)
                work = [_print_captions(call), desk.answer(), desk.make()]
                if sending.captions or sys.stdin.isatty():
                    work.append(_hear_lines(call, desk, sending))
                beside = [tasks.create_task(each) for each in work]
                await _show(call, desk, minutes)
                for task in beside:
                    task.cancel()
        except* (ClientError, SignalingError) as failures:
            raise failures.exceptions[0] from None


async def _conversation(client: Client, name: str) -> Conversation:
    try:
        return client.conversation(name)
    except UnknownConversation:
        return await client.direct(name)


async def _show(call: Call, desk: RecordingDesk, minutes: float | None) -> None:
    is_terminal = sys.stdout.isatty()
    pause = STATUS_SECONDS if is_terminal else PIPE_STATUS_SECONDS
    seconds = None if minutes is None else minutes * SECONDS_PER_MINUTE
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                line = in_words(call.status(), is_waiting=call.is_waiting)
                line = " · ".join(filter(None, (desk.line(), line)))
                if is_terminal:
                    typer.echo(f"\r\x1b[K{line}", nl=False)
                else:
                    typer.echo(line)
                await asyncio.sleep(pause)
    typer.echo(f"\n{in_words(call.status(), is_waiting=False)}")


async def _hear_lines(call: Call, desk: RecordingDesk, sending: Sending) -> None:
    async for text in captions_of(PlainTerminal().lines(str), desk):
        if sending.captions:
            await call.joined.wait()
            await _say(call, text[:MAX_CAPTION_CHARACTERS])


async def _say(call: Call, text: str) -> None:
    """Again while there are no keys so far, or no line."""
    for _ in range(CAPTION_ATTEMPTS):
        try:
            await call.captions.say(text)
        except (ClientError, SignalingError, MlsError):
            await asyncio.sleep(CAPTION_PAUSE_SECONDS)
        else:
            return


async def _print_captions(call: Call) -> None:
    async for said in call.captions.heard():
        typer.echo(f"\n{said.handle}: {said.text}")


def in_words(status: CallStatus, *, is_waiting: bool) -> str:
    """One line for people."""
    if is_waiting:
        return "You are in the waiting room."
    if status.seats == 0:
        return "Coming in …"
    parts = [
        f"{status.seats} here",
        f"{status.connected} of {status.expected} connections",
        f"{status.decoded} frames",
    ]
    if status.dropped:
        parts.append(f"{status.dropped} could not be opened")
    if status.epoch >= 0:
        parts.append(f"keys of epoch {status.epoch}")
    if not status.is_online:
        parts.append("the server is away, media goes on")
    return " · ".join(parts)
