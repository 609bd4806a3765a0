"""`crisis desk`: the desk of a responder at a terminal."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder
from .settings import EXIT_FAILED, EXIT_USAGE, fail


def desk(profile: ProfileFolder, passphrase_file: PassphraseFile = None) -> None:
    """Answer those who ask for help, at a terminal: offers, cases, and what is said.

    For accounts with the role responder or supervisor. The keys are shown at the
    bottom; F10 ends the duty and quits.

    [bold]Example[/bold]

    mentalverse crisis desk --profile ~/mv
    """
    if find_spec("textual") is None:
        fail("this needs one more package: pip install 'mentalverse[desk]'", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    from mentalverse_client import ClientError

    try:
        asyncio.run(_run(profile, passphrase))
    except ClientError as error:
        fail(str(error), EXIT_FAILED)


async def _run(profile: Path, passphrase: str) -> None:
    from mentalverse_client import Client

    from .desk_app import DeskApp

    async with Client.open(profile, passphrase=passphrase) as client:
        await DeskApp(client).run_async()
