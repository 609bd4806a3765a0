"""What the commands about others' credentials and training do with a client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import typer

from mentalverse_client.training import TrainingRecords
from mentalverse_signaling.credential_events import (
    HeldCredential,
    StatusReason,
    TrainingView,
)
from mentalverse_signaling.errors import BadRequest, NotFound

from .credential_holders import Step
from .credential_session import held_line, one_of, trained_lines
from .printable import one_line
from .profile import connected
from .settings import EXIT_USAGE, fail


async def show_held(
    profile: Path, passphrase: str, handle: str, *, as_json: bool
) -> None:
    """Somebody's credentials and training."""
    async with connected(profile, passphrase) as client:
        with _by_handle(handle):
            held = await client.credentials.held(handle)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(held)).decode())
        return
    for each in held.credentials:
        typer.echo(one_line(held_line(each)))
    if not held.credentials:
        typer.echo(one_line(f"{handle} has no credentials"))
    _print(held.training)


async def found(
    profile: Path, passphrase: str, handle: str, begins: str
) -> HeldCredential:
    """The credential of somebody whose id begins so."""
    async with connected(profile, passphrase) as client:
        with _by_handle(handle):
            held = (await client.credentials.held(handle)).credentials
    ids = [each.credential for each in held]
    id_ = one_of(begins, ids, f"held {handle}")
    return held[ids.index(id_)]


async def change(
    profile: Path,
    passphrase: str,
    handle: str,
    which: HeldCredential,
    step: Step,
    reason: StatusReason,
) -> HeldCredential:
    """The credential as it is once the step was taken."""
    async with connected(profile, passphrase) as client:
        credentials = client.credentials
        match step:
            case Step.PAUSE:
                await credentials.suspend(which.credential, reason)
            case Step.GIVE_BACK:
                await credentials.reinstate(which.credential, reason)
            case Step.TAKE_BACK:
                await credentials.revoke(which.credential, reason)
        held = (await credentials.held(handle)).credentials
    return next(each for each in held if each.credential == which.credential)


async def train(
    profile: Path,
    passphrase: str,
    handle: str,
    act: Callable[[TrainingRecords], Awaitable[TrainingView]],
    hint: Callable[[TrainingView], str],
    *,
    as_json: bool,
) -> None:
    """Record something of somebody, and print their training as it is then.

    `hint`: what is said if it was not understood, by the training as it is.
    """
    async with connected(profile, passphrase) as client:
        with _by_handle(handle):
            try:
                training = await act(client.credentials.training)
            except BadRequest:
                held = await client.credentials.held(handle)
                fail(hint(held.training), EXIT_USAGE)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(training)).decode())
        return
    _print(training)


def _print(training: TrainingView) -> None:
    for line in trained_lines(training):
        typer.echo(one_line(line))
    if training.levels:
        typer.echo(one_line(f"levels: {', '.join(training.levels)}"))


@contextmanager
def _by_handle(handle: str) -> Iterator[None]:
    try:
        yield
    except NotFound:
        fail(f"nobody on this server is called {handle}")
