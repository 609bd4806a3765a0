"""Recording in `call`: making one, answering others, and what is shown of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from mentalverse_client import Client, ClientError, Conversation
from mentalverse_client.calls.call import Call
from mentalverse_client.calls.recorder import Recorded, Recorder, RecordingEnd
from mentalverse_crypto.errors import MlsError
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.recording_events import (
    OnWithdraw,
    RecordingState,
    RecordingView,
)

from .backup_view import explain

LOOK_SECONDS = 0.25
_OPEN = (RecordingState.REQUESTED, RecordingState.ARMED, RecordingState.RECORDING)
_ENDS = {
    RecordingEnd.REFUSED: "Not everybody agreed: nothing was recorded.",
    RecordingEnd.STOPPED: "The recording was stopped.",
    RecordingEnd.LEFT: "The recording ends as you leave.",
    RecordingEnd.WITHDRAWN: "Somebody took their yes back: the recording has stopped.",
    RecordingEnd.LOST: "Nobody could have taken their yes back: the recording stopped.",
    RecordingEnd.UNVOUCHED: "Somebody came whose consent does not hold: it stopped.",
    RecordingEnd.DISK: "The file cannot be written any more: the recording stopped.",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked for."""

    path: Path | None = None
    """Record into this file."""
    receivers: tuple[str, ...] = ()
    """Handles of who will be able to open it; empty: this account."""
    purpose: str = "supervision"
    on_withdraw: OnWithdraw = OnWithdraw.DISCARD
    agrees: bool = False
    """To what others ask for."""


class RecordingDesk:
    """Everything about recording that one call from a terminal has.

    Args:
        client: Who takes part.
        talk: Where.
        call: The call.
        wish: What is asked for.
    """

    def __init__(
        self, client: Client, talk: Conversation, call: Call, wish: Wish
    ) -> None:
        self._client, self._talk, self._call, self._wish = client, talk, call, wish
        self._recording = call.recording
        self._since = 0.0

    def line(self) -> str | None:
        """While it is recorded: for how long, and who agreed."""
        view = self._recording.view
        if view is None or view.state is not RecordingState.RECORDING:
            return None
        lasted = duration(time.monotonic() - self._since)
        return f"RECORDING {lasted} · agreed: {self._names(*_agreed(view))}"

    async def make(self) -> None:
        """Ask as soon as somebody is there, and record when all have agreed."""
        path = self._wish.path
        if path is None:
            return
        await self._call.joined.wait()
        while self._call.status().seats < 2:
            await self._recording.changed(LOOK_SECONDS)
        recorder = Recorder(self._call, path)
        try:
            await self._recording.ask(
                [await self._account(it) for it in self._wish.receivers]
                or [self._client.account],
                purpose=self._wish.purpose,
                on_withdraw=self._wish.on_withdraw,
            )
            typer.echo("\nEverybody is asked whether the call may be recorded.")
            self._tell(await recorder.run())
        except asyncio.CancelledError:
            if recorder.seconds:
                self._tell(Recorded(RecordingEnd.LEFT, path, recorder.seconds))
            raise
        except (ClientError, SignalingError, MlsError, OSError) as error:
            typer.echo(f"\nNo recording: {explain(error)}", err=True)

    async def _account(self, handle: str) -> str:
        if handle == self._client.handle:
            return self._client.account
        return await self._client.find(handle)

    def _tell(self, done: Recorded) -> None:
        typer.echo(f"\n{_ENDS[done.why]}")
        if done.path is not None:
            lasted = duration(done.seconds)
            typer.echo(f"{lasted} are sealed in {done.path}. To play it:")
            typer.echo(f"mentalverse recording open {done.path} --out talk.webm …")
        elif done.seconds:
            typer.echo("What was recorded so far is deleted.")

    async def answer(self) -> None:
        """Show what others ask for, and agree where the person wants that."""
        asked: str | None = None
        state: RecordingState | None = None
        while True:
            view = self._recording.view
            if view is not None and view.state in _OPEN and view.request != asked:
                asked = view.request
                if view.requested_by != self._client.account:
                    await self._show(view)
            now = None if view is None else view.state
            if now is not state:
                if now is RecordingState.RECORDING:
                    self._since = time.monotonic()
                if view is not None:
                    self._moved(state, view)
                state = now
            await self._recording.changed(LOOK_SECONDS)

    async def _show(self, view: RecordingView) -> None:
        by = self._names(view.requested_by)
        try:
            text = self._recording.text(view)
        except ClientError as error:
            typer.echo(f"\n{by} asks to record. No: {error}.", err=True)
            return
        typer.echo(f"\n{by} asks:\n{text}")
        typer.echo(f"Who can open it: {self._names(*view.receivers)}.")
        if self._wish.agrees:
            await self.typed("/agree")
        else:
            typer.echo(
                "You have not agreed: no answer is a no. To agree, type /agree here,"
                " or call again with --agree."
            )

    def _moved(self, before: RecordingState | None, view: RecordingView) -> None:
        if view.state is RecordingState.RECORDING:
            typer.echo(
                f"\nThe call is recorded. Agreed: {self._names(*_agreed(view))}."
            )
            typer.echo("/withdraw takes your yes back, and it stops.")
        elif view.state is RecordingState.STOPPED and before is not None:
            was_on = before is RecordingState.RECORDING
            said = "is not recorded any more" if was_on else "is not recorded"
            typer.echo(f"\nThe call {said}.")

    async def typed(self, line: str) -> bool:
        """What somebody typed, if it is about the recording; whether it was."""
        acts: dict[str, Callable[[], object]] = {
            "/agree": self._recording.agree,
            "/withdraw": self._recording.withdraw,
            "/stop": self._recording.stop,
        }
        act = acts.get(line.strip())
        if act is None:
            return False
        try:
            await act()  # type: ignore[misc]
        except (ClientError, SignalingError) as error:
            typer.echo(f"\n{line.strip()}: {explain(error)}", err=True)
        else:
            if line.strip() == "/agree":
                typer.echo("You have agreed. /withdraw takes it back.")
        return True

    def _names(self, *accounts: str) -> str:
        known = {it.account: it.handle for it in self._talk.members()}
        return ", ".join(sorted(known.get(it, it) for it in accounts))


async def captions_of(
    lines: AsyncIterator[str], desk: RecordingDesk
) -> AsyncIterator[str]:
    """What was typed and is not about the recording."""
    async for line in lines:
        if not await desk.typed(line) and line.strip():
            yield line.strip()


def duration(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, left = divmod(int(seconds), 60)
    return f"{minutes}:{left:02}"


def _agreed(view: RecordingView) -> list[str]:
    return [each.member for each in view.consents]
