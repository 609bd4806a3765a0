"""What others were issued: `credential held`, `pause`, `give-back`, `take-back`."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .printable import one_line as plain
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_signaling.credential_events import StatusReason

Handle = Annotated[str, typer.Argument(help="Name of the person on the server.")]
Credential = Annotated[str, typer.Argument(help="How its id begins (held).")]
Why = Annotated[
    str,
    typer.Option(
        "--why",
        metavar="REASON",
        help="review, conduct, licence, own_wish or error; its holder is told.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


class Step(StrEnum):
    """What is to become of a credential."""

    PAUSE = "pause"
    GIVE_BACK = "give-back"
    TAKE_BACK = "take-back"


_FOLLOWS = {
    Step.PAUSE: "It counts no more within a minute, until it is given back."
    " What runs goes on.",
    Step.GIVE_BACK: "It counts again within a minute.",
    Step.TAKE_BACK: "It counts no more within a minute, and never again: its holder"
    " would have to apply anew. What runs goes on.",
}
_QUESTION = {
    Step.PAUSE: "Pause it?",
    Step.GIVE_BACK: "Give it back?",
    Step.TAKE_BACK: "Take it back for good?",
}


def held(
    handle: Handle,
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print somebody's credentials and training. For coordinators and supervisors.

    [bold]Examples[/bold]

    mentalverse credential held max --profile ~/mv

    mentalverse credential held max --profile ~/mv --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_holders_session as session

    with one_line():
        asyncio.run(session.show_held(profile, passphrase, handle, as_json=as_json))


def pause(
    handle: Handle,
    credential: Credential,
    profile: ProfileFolder,
    why: Why,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let a credential count no more until it is given back.

    Within a minute nothing new begins by it; what runs goes on. It takes a passkey that
    was used within five minutes at the sign-in of this device. A terminal uses none by
    itself, so it is mostly done in the browser, at #/holders.

    [bold]Example[/bold]

    mentalverse credential pause max 3f2a9c01 --profile ~/mv --why review
    """
    _change(profile, passphrase_file, (handle, credential), (Step.PAUSE, why), yes)


def give_back(
    handle: Handle,
    credential: Credential,
    profile: ProfileFolder,
    why: Why,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let a credential that was paused count again. It takes a passkey, as pause does.

    [bold]Example[/bold]

    mentalverse credential give-back max 3f2a9c01 --profile ~/mv --why error
    """
    _change(profile, passphrase_file, (handle, credential), (Step.GIVE_BACK, why), yes)


def take_back(
    handle: Handle,
    credential: Credential,
    profile: ProfileFolder,
    why: Why,
    yes: Yes = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a credential back for good: whoever held it would have to apply anew.

    Within a minute nothing new begins by it; what runs goes on. To stop it for a while,
    pause it. It takes a passkey, as pause does.

    [bold]Example[/bold]

    mentalverse credential take-back max 3f2a9c01 --profile ~/mv --why conduct
    """
    _change(profile, passphrase_file, (handle, credential), (Step.TAKE_BACK, why), yes)


def _change(
    profile: Path,
    passphrase_file: Path | None,
    which: tuple[str, str],
    wanted: tuple[Step, str],
    yes: bool,
) -> None:
    """`which`: a handle, and how an id begins; `wanted`: the step, and why."""
    (handle, begins), (step, why) = which, wanted
    reason = _reason(why)
    passphrase = read_passphrase(passphrase_file)
    from . import credential_holders_session as session
    from .credential_session import held_line

    with one_line():
        found = asyncio.run(session.found(profile, passphrase, handle, begins))
        if not yes:
            typer.echo(plain(f"{handle}: {held_line(found)}"))
            typer.echo(_FOLLOWS[step])
            typer.confirm(_QUESTION[step], abort=True)
        changed = session.change(profile, passphrase, handle, found, step, reason)
        typer.echo(plain(held_line(asyncio.run(changed))))


def _reason(why: str) -> StatusReason:
    from mentalverse_signaling.credential_events import StatusReason

    known = [each.value for each in StatusReason]
    if why not in known:
        fail(f"--why is one of: {', '.join(known)}", EXIT_USAGE)
    return StatusReason(why)
