"""Files in the chat: sent and fetched in the background, with a bar that says how far.

Nothing here keeps a person from typing on.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from mentalverse_client import Client, ClientError, Conversation, Message, Transfer
from mentalverse_signaling.errors import SignalingError

from .chat_view import show_size
from .printable import one_line, printable

BAR_CELLS = 10
_CLEANED = frozenset({"image/jpeg", "image/png", "image/webp"})
_TELLING = ("image/", "video/")


class ChatFiles:
    """The files of one chat."""

    def __init__(self, client: Client, say: Callable[[str], None]) -> None:
        self._client = client
        self._say = say
        self._fetching: set[asyncio.Task[None]] = set()

    async def send(self, talk: Conversation, typed: str) -> None:
        """Send a file, and say what is left out of it."""
        sent = await talk.send_file(typed_path(typed))
        waiting = next(m for m in reversed(talk.history(0)) if m.id == sent)
        if waiting.file is not None:
            size = show_size(waiting.file.size)
            name = one_line(waiting.file.name)
            self._say(f"Sending {name}, {size}. {_about(waiting.file.media_type)}")

    def fetch(self, talk: Conversation, message: Message, typed: str) -> None:
        """Begin to save the file of a message."""
        if message.file is None:
            raise ClientError(f"message {message.seq} has no file")
        target = typed_path(typed) if typed else default_folder()
        task = asyncio.create_task(self._fetch(talk, message, target))
        self._fetching.add(task)
        task.add_done_callback(self._fetching.discard)

    def status(self) -> str:
        """What is on its way, as one line; "" for nothing."""
        return show_transfers(self._client.transfers)

    async def finish(self) -> None:
        """Return when everything is fetched."""
        await asyncio.gather(*self._fetching)

    def stop(self) -> None:
        """Leave the rest; asking again goes on with it."""
        for task in self._fetching:
            task.cancel()

    async def _fetch(self, talk: Conversation, message: Message, target: Path) -> None:
        try:
            saved = await talk.save_file(message.id, target)
        except ClientError as error:
            self._say(f"Not saved: {error}.")
        except SignalingError as error:
            self._say(f"Not saved: {error.detail or error.code}.")
        else:
            self._say(f"Saved: {printable(str(saved))}")


def typed_path(typed: str) -> Path:
    """A path as people type it or drop it on a terminal: quoted, escaped, with ~."""
    plain = Path(typed).expanduser()
    if plain.exists():
        return plain
    try:
        words = shlex.split(typed)
    except ValueError:
        return plain
    return Path(words[0]).expanduser() if len(words) == 1 else plain


def default_folder() -> Path:
    """Where files are saved if nothing else is said."""
    downloads = Path.home() / "Downloads"
    return downloads if downloads.is_dir() else Path.cwd()


def show_transfers(transfers: Sequence[Transfer]) -> str:
    """Each file with its direction, a bar and how much of it is across."""
    return "   ".join(map(_bar, transfers))


def _bar(transfer: Transfer) -> str:
    share = transfer.across / transfer.size if transfer.size else 1.0
    full = int(share * BAR_CELLS)
    bar = "█" * full + "░" * (BAR_CELLS - full)
    arrow = "↑" if transfer.sending else "↓"
    return f"{arrow} {one_line(transfer.name)} {bar} {int(share * 100)} %"


def _about(media_type: str) -> str:
    if media_type in _CLEANED:
        return "What the camera wrote into it (place, time, device) is left out."
    if media_type.startswith(_TELLING):
        return "It may say where and when it was made: that could not be left out."
    return ""
