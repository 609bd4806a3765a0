"""`crisis drill`: ask for help as an exercise, and see who comes and who is paged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .printable import one_line
from .profile import ProfileFolder
from .settings import EXIT_FAILED, fail

if TYPE_CHECKING:
    from mentalverse_client import Client
    from mentalverse_signaling.board_events import BoardCase

LOOK_SECONDS = 1.0
_WARNING = (
    "Responders are asked, and people on call are paged until somebody comes. All of "
    "it says that it is a drill. Begin?"
)


def drill(
    profile: ProfileFolder,
    band: Annotated[int, typer.Option(min=0, max=4, help="From 0, now, to 4.")] = 2,
    minutes: Annotated[
        float, typer.Option(min=0.1, max=240, help="It ends by then.")
    ] = 15,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Ask for help as an exercise, with the account of a supervisor.

    Prints who is asked, who is paged and who comes, until somebody has answered, and
    ends the drill. It is in no figure, takes nobody's place in the line, and whoever
    asks for help in the meantime goes before it. Exit 1 if nobody answered.

    [bold]Example[/bold]

    mentalverse crisis drill --profile ~/mv --band 1
    """
    if not yes:
        typer.confirm(_WARNING, abort=True)
    passphrase = read_passphrase(passphrase_file)
    from mentalverse_client import ClientError
    from mentalverse_signaling.errors import SignalingError

    try:
        answered = asyncio.run(_run(profile, passphrase, band, minutes * 60))
    except (ClientError, SignalingError) as error:
        fail(str(error), EXIT_FAILED)
    if not answered:
        fail(f"nobody answered within {minutes:g} minutes", EXIT_FAILED)


async def _run(profile: Path, passphrase: str, band: int, seconds: float) -> bool:
    from mentalverse_client import Client

    async with Client.open(profile, passphrase=passphrase) as client:
        await client.help.drill(band)
        try:
            async with asyncio.timeout(seconds):
                async for line in told(client):
                    typer.echo(one_line(line))
        except TimeoutError:
            return False
        finally:
            await client.help.leave()
        return True


async def told(client: Client) -> AsyncGenerator[str, None]:
    """What happens to the drill that this client has begun, until it is answered."""
    from mentalverse_signaling.crisis_events import CaseStatus

    said: dict[str, str] = {}
    while True:
        case = await client.help.look()
        if case is None or case.status is CaseStatus.ACTIVE:
            yield "answered"
            return
        board = (await client.desk.board()).cases
        for shown in board:
            if shown.case != case.case:
                continue
            for about, words in lines_of(shown).items():
                if words and said.get(about) != words:
                    yield f"{(case.now - case.opened_at) / 1000:6.1f} s  {words}"
                said[about] = words
        await asyncio.sleep(LOOK_SECONDS)


def lines_of(case: BoardCase) -> dict[str, str]:
    """What is to be told of a case on the board, by what it is about."""
    return {
        "asked": f"asked: {', '.join(case.asked)}" if case.asked else "",
        "paged": f"paged: {', '.join(case.paging)}" if case.paging else "",
        "acked": f"takes care of the page: {case.acked_by}" if case.acked_by else "",
        "holder": f"accepted: {case.holder}" if case.holder else "",
    }
