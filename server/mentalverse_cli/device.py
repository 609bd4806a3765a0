"""`device`: the devices of an account, from each of them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line
from .settings import AsJson

device_app = typer.Typer(
    name="device",
    help="The devices of your account: join, approve, list, revoke; and its key.",
    no_args_is_help=True,
)


@device_app.command("join")
def join(
    server: Annotated[str, typer.Argument(help="Address, such as https://…")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make this machine another device of your account. Have the first one at hand.

    It shows an invitation for `device approve` on the first device, and six digits
    to type there. Both take the same few minutes.

    [bold]Example[/bold]

    mentalverse device join https://chat.example --profile ~/mv
    """
    with one_line():
        from mentalverse_client import Client

        Client.require_free(profile)
    passphrase = read_passphrase(
        passphrase_file, confirm=True, prompt="A passphrase for this device"
    )
    from . import device_session as session

    with one_line():
        asyncio.run(session.join(server, profile, passphrase))


@device_app.command("approve")
def approve(
    profile: ProfileFolder,
    invitation: Annotated[
        str | None,
        typer.Argument(help="What the new device shows; without it you are asked."),
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let a new device into your account. Everybody you write with sees that it came.

    [bold]Example[/bold]

    mentalverse device approve --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import device_session as session

    with one_line():
        asyncio.run(session.approve(profile, passphrase, invitation))


@device_app.command("list")
def list_(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show the devices of your account. Revoked ones are not shown.

    Without a connection they are shown as this device knew them last.

    [bold]Examples[/bold]

    mentalverse device list --profile ~/mv

    mentalverse device list --profile ~/bot --passphrase-file ~/bot-passphrase --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import device_session as session

    with one_line():
        asyncio.run(session.show_list(profile, passphrase, as_json=as_json))


@device_app.command("revoke")
def revoke(
    device: Annotated[str, typer.Argument(help="Its id, or how that begins.")],
    profile: ProfileFolder,
    this: Annotated[
        bool, typer.Option("--this", help="Allow to revoke the device you are at.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a device out of your account for good, as when it was lost.

    It can read nothing that is written afterwards. What it has read stays on it.

    [bold]Example[/bold]

    mentalverse device revoke 3f2a9c01 --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import device_session as session

    with one_line():
        asyncio.run(session.revoke(profile, passphrase, device, this=this, yes=yes))


@device_app.command("rotate-account-key")
def rotate_account_key(
    profile: ProfileFolder,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Give your account another key, if somebody may have got hold of this one.

    Do this when a device was in other hands while it was unlocked, or when somebody
    has seen your recovery words. With the key they could add a device to your account.
    It does not call back what they have read. Your other devices are out afterwards
    and have to be added again, your recovery words open nothing any more, and the
    people you write with see that your safety number has changed.

    [bold]Example[/bold]

    mentalverse device rotate-account-key --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import device_session as session

    with one_line():
        asyncio.run(session.rotate_account_key(profile, passphrase, yes=yes))
