"""What `backup` says: how a backup stands, what went wrong, how far it has come."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from mentalverse_client import ClientError, NotConnected, Restoring
from mentalverse_client.backup.backup import BackupSummary
from mentalverse_crypto.storage_errors import UnknownWord, WordsChecksum, WordsError
from mentalverse_crypto.words import WORD_COUNT
from mentalverse_server.clock import SystemClock
from mentalverse_signaling.errors import PasskeyRequired, SignalingError

NO_BACKUP = (
    "There is no backup. If this device is lost, so are account and history.\n"
    "Make one: mentalverse backup create"
)
TROUBLE = {
    "client.backup_replaced": (
        "Another of your devices has made new recovery words. Those count, and that"
        " device keeps the backup. To do it from here: mentalverse backup create"
    ),
    "client.backup_gone": (
        "The server has no backup of this account any more."
        " To write it again, for the same words: mentalverse backup now"
    ),
    "client.no_backup": "there is no backup yet. Make one: mentalverse backup create",
    "client.backup_too_large": (
        "The account knows more people and conversations than a backup holds:"
        " it was not written."
    ),
    "quota_exceeded": (
        "The server has no more room for your history. Your account is safe;"
        " the newest messages are not in the backup."
    ),
    "client.not_connected": (
        "The server could not be reached the last time. It is tried again by itself."
    ),
    "rate_limited": "The server asked to wait. It is tried again later.",
}

NEEDS_A_PERSON = frozenset(
    {"client.backup_replaced", "client.backup_gone", "client.backup_too_large"}
)
"""Troubles that do not end by themselves."""


def summary_lines(summary: BackupSummary) -> list[str]:
    """How a backup stands, for a person."""
    if summary.at is None:
        return ["The recovery words are made, but nothing is on the server yet."]
    lines = [
        f"Backup {summary.counter}, written {_when(summary.at)}.",
        f"It leads to the history of {_count(summary.conversations, 'conversation')}.",
    ]
    if summary.trouble:
        trouble = summary.trouble
        lines.append(
            TROUBLE.get(trouble, f"The last attempt was cut short ({trouble}).")
        )
    elif summary.is_current:
        lines.append("Everything is in it.")
    else:
        lines.append("Something has changed since; it follows within 15 minutes.")
    return lines


def summary_json(summary: BackupSummary | None, *, is_asked: bool) -> str:
    """The same for a program; `null` if there is no backup."""
    if summary is None:
        return "null"
    at = None if summary.at is None else summary.at.isoformat()
    shown = {**asdict(summary), "at": at, "is_asked": is_asked}
    return json.dumps(shown, indent=2)


def explain(error: Exception) -> str:
    """What went wrong and what to do, in one or two sentences."""
    match error:
        case UnknownWord():
            near = f" Did you mean {' or '.join(error.near)}?" if error.near else ""
            return f"word {error.position} is not in the list.{near}"
        case WordsChecksum():
            return "these words do not belong together: one is wrong, or the order is."
        case WordsError():
            return f"there have to be {WORD_COUNT} words."
        case PasskeyRequired():
            return (
                "this account has a passkey, or needs one for this."
                " Do it in the browser where the passkey is."
            )
        case NotConnected():
            return "the server cannot be reached. Try again later."
        case FileExistsError():
            return f"{error.filename} exists already. Choose another name."
        case SignalingError() | ClientError():
            known = TROUBLE.get(error.code)
            return known or str(error) or error.code
    return str(error)


def restored_lines(handle: str, back: Restoring) -> list[str]:
    """What a restored device has."""
    lines = [
        f"You are {handle} on this device, with {_count(back.rows, 'message')}"
        f" of {_count(back.conversations, 'conversation')}."
    ]
    if back.missing:
        lines.append(
            f"The server did not have everything of"
            f" {_count(back.missing, 'conversation')}."
        )
    if back.outside:
        lines.append(
            f"{_count(back.outside, 'conversation')} will open by"
            f" {'itself' if back.outside == 1 else 'themselves'},"
            " once the others' devices have let this one in."
        )
    return lines


class Bar:
    """A progress bar on standard error; nothing where no terminal is."""

    def __init__(self, label: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed} of {task.total}"),
            console=Console(stderr=True, highlight=False),
            disable=not sys.stderr.isatty(),
            transient=True,
        )
        self._task = self._progress.add_task(label, total=None, visible=False)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def update(self, done: int, total: int) -> None:
        """Show how far it is."""
        self._progress.update(
            self._task, completed=done, total=total, visible=total > 0
        )


def _when(at: datetime) -> str:
    seconds = int((SystemClock().now() - at).total_seconds())
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{_count(seconds // size, name)} ago"
    return "just now"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
