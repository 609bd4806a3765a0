"""`account`: your own account, beside its devices and its recovery words."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line
from .settings import AsJson

account_app = typer.Typer(
    name="account",
    help="Your account: blocks, reports, sign-ins, export, deletion.",
    no_args_is_help=True,
)


@account_app.command("block")
def block(
    handle: Annotated[str, typer.Argument(help="The name of the other account.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let somebody begin nothing with you any more. They are not told.

    They cannot find you, begin a conversation with you or add you to one. What you are
    both in goes on. It holds on all your devices.

    [bold]Example[/bold]

    mentalverse account block ben --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.block(profile, passphrase, handle))


@account_app.command("unblock")
def unblock(
    handle: Annotated[str, typer.Argument(help="The name, or the account's id.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Let somebody whom you have blocked write to you again.

    [bold]Example[/bold]

    mentalverse account unblock ben --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.unblock(profile, passphrase, handle))


@account_app.command("blocked")
def blocked(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show whom you have blocked.

    [bold]Examples[/bold]

    mentalverse account blocked --profile ~/mv

    mentalverse account blocked --profile ~/bot --passphrase-file ~/bot-pass --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.show_blocked(profile, passphrase, as_json=as_json))


@account_app.command("reports")
def reports(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show what became of the messages that you have reported.

    [bold]Examples[/bold]

    mentalverse account reports --profile ~/mv

    mentalverse account reports --profile ~/mv --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.show_reports(profile, passphrase, as_json=as_json))


@account_app.command("appeal")
def appeal(
    report: Annotated[str, typer.Argument(help="Id of the report, as reports shows.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Ask the safety team to look at a report of yours again.

    You can do that once, within 30 days of what they decided. You need not say why:
    they look at the report as you sent it. What they decide then stands.

    [bold]Example[/bold]

    mentalverse account appeal ID --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.appeal(profile, passphrase, report))


@account_app.command("sign-out-others")
def sign_out_others(
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """End every sign-in of your account but this one. They close at once.

    Whoever opens one of your other devices can sign in there again. Take a device that
    is lost out of your account: `mentalverse device revoke`.

    [bold]Example[/bold]

    mentalverse account sign-out-others --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.sign_out_others(profile, passphrase))


@account_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A new file, which only you can read.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write everything that the server keeps about your account to a JSON file.

    Your messages are not in it: the server cannot read them. Your devices and your
    recovery words have them.

    [bold]Example[/bold]

    mentalverse account export account.json --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.export(profile, passphrase, file))


@account_app.command("delete")
def delete(
    profile: ProfileFolder,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Delete your account for good, with your backup and your sign-ins everywhere.

    You leave every conversation. What you have written stays with those you wrote to.
    Nobody can have your name for 180 days.

    [bold]Example[/bold]

    mentalverse account delete --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import account_session as session

    with one_line():
        asyncio.run(session.delete(profile, passphrase, yes=yes))
