"""`register` and `chat`: a person at a terminal, or a script at a pipe."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder
from .settings import EXIT_FAILED, EXIT_USAGE, fail


def register(
    server: Annotated[str, typer.Argument(help="Address, such as https://…")],
    profile: ProfileFolder,
    invite: Annotated[str, typer.Option("--invite", help="Invitation code.")],
    handle: Annotated[
        str, typer.Option("--handle", help="The name others find you by.")
    ],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make an account on a server, with this machine as its first device.

    [bold]Example[/bold]

    mentalverse register https://chat.example --profile ~/mv --invite CODE --handle ada
    """
    from mentalverse_client import Client, ClientError
    from mentalverse_signaling.errors import SignalingError

    passphrase = read_passphrase(passphrase_file, confirm=True)
    try:
        asyncio.run(Client.register(server, invite, handle, profile, passphrase))
    except ClientError as error:
        fail(str(error), EXIT_FAILED)
    except SignalingError as error:
        fail(error.detail or error.code, EXIT_FAILED)
    typer.echo(f"You are {handle}. Open a chat: mentalverse chat --profile {profile}")


def chat(
    profile: ProfileFolder,
    with_: Annotated[
        str | None, typer.Option("--with", help="Handle of the person to write with.")
    ] = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", help="Id of a conversation.")
    ] = None,
    typing: Annotated[
        bool,
        typer.Option(
            "--typing/--no-typing", help="Let the others see that you are writing."
        ),
    ] = True,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write with people. Reads lines from a pipe as well.

    [bold]Examples[/bold]

    mentalverse chat --profile ~/mv --with ben

    echo "Back in ten minutes." | mentalverse chat --profile ~/mv --with ben \\
        --passphrase-file ~/mv-passphrase

    echo "/send scan.pdf" | mentalverse chat --profile ~/mv --with ben \\
        --passphrase-file ~/mv-passphrase
    """
    if with_ is not None and conversation is not None:
        fail("give --with or --conversation, not both", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    from mentalverse_client import ClientError
    from mentalverse_signaling.errors import SignalingError

    from .chat_session import run_chat

    try:
        asyncio.run(
            run_chat(profile, passphrase, with_, conversation, tell_typing=typing)
        )
    except ClientError as error:
        fail(str(error), EXIT_FAILED)
    except SignalingError as error:
        fail(error.detail or error.code, EXIT_FAILED)
    except KeyboardInterrupt:
        typer.echo("")
