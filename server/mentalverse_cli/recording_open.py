"""What `recording` does with a file, and what it says of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import typer

from mentalverse_client.account.profile import open_profile
from mentalverse_crypto.recording_file import (
    MAX_HEADER_BYTES,
    RecordingHeader,
    RecordingOpener,
    read_header,
)
from mentalverse_crypto.storage_errors import (
    RecordingCut,
    RecordingDamaged,
    RecordingKeyChanged,
    RecordingMalformed,
    RecordingNotForAccount,
)
from mentalverse_signaling.ids import id_bytes

from .settings import fail

PIECE_BYTES = 64 * 1024
_MODE = 0o600


def open_file(file: Path, folder: Path, passphrase: str, out: Path) -> None:
    """Open a recording with the account key of a profile.

    Raises:
        ClientError: the profile cannot be opened.
        OSError: a file cannot be read or written, or the target exists.
    """
    profile = open_profile(folder, passphrase, os.urandom)
    try:
        account, key = profile.identity.account, profile.account_key
    finally:
        profile.vault.close()
    pieces = opened(file, RecordingOpener(id_bytes(account), key))
    try:
        first = next(pieces)
    except RecordingMalformed:
        fail(f"{file} is no recording, or one of a newer version")
    except RecordingNotForAccount:
        names = ", ".join(_receivers(_header(file)))
        fail(f"this account cannot open it; it is sealed for {names}")
    except RecordingKeyChanged:
        fail("the account has got another key since, and that does not open it")
    except RecordingCut:
        fail(f"{file} ends before anything of the recording: there is nothing to open")
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "wb") as target:
        _write(target, first, pieces)
    typer.echo(f"Opened: {out}. It is not encrypted: delete it when you have seen it.")


def opened(file: Path, opener: RecordingOpener) -> Iterator[bytes]:
    """A recording, piece by piece; the first comes once its key has opened."""
    with file.open("rb") as source:
        while octets := source.read(PIECE_BYTES):
            plain = opener.push(octets)
            if opener.header is not None:
                yield plain
    yield opener.finish()


def _write(target: BinaryIO, first: bytes, rest: Iterator[bytes]) -> None:
    target.write(first)
    try:
        for piece in rest:
            target.write(piece)
    except RecordingCut:
        typer.echo(
            "The end is missing, as after a crash: opened up to there.", err=True
        )
    except RecordingDamaged:
        fail("the file is damaged; what stands before that is opened")


def show_file(file: Path) -> None:
    """Print what stands in the header of a recording."""
    try:
        header = _header(file)
    except RecordingMalformed:
        fail(f"{file} is no recording, or one of a newer version")
    about = header.about
    began = datetime.fromtimestamp(about.started_at_ms / 1000, UTC)
    for name, value in (
        ("recorded", f"{began:%Y-%m-%d %H:%M:%S} UTC"),
        ("kind", about.media_type),
        ("call", about.call.hex()),
        ("request", about.request.hex()),
        ("sealed for", ", ".join(_receivers(header))),
        ("size", f"{file.stat().st_size} bytes"),
    ):
        typer.echo(f"{name:<12}{value}")
    typer.echo("Opening it shows whether this is so and whether the file is whole.")


def _header(file: Path) -> RecordingHeader:
    with file.open("rb") as source:
        read = read_header(source.read(2 * MAX_HEADER_BYTES))
    if read is None:
        raise RecordingMalformed("the header is cut")
    return read[0]


def _receivers(header: RecordingHeader) -> list[str]:
    return [each.account.hex() for each in header.keys]
