"""`role`, `user` and `operator`: who may do what, and who is let in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .links import print_link
from .printable import one_line
from .settings import (
    EXIT_USAGE,
    AsJson,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)

if TYPE_CHECKING:
    from mentalverse_server.roster import Listed

role_app = typer.Typer(
    name="role", help="What accounts are here for.", no_args_is_help=True
)
user_app = typer.Typer(
    name="user",
    help="Accounts: list, close, open again, export, erase.",
    no_args_is_help=True,
)
operator_app = typer.Typer(
    name="operator", help="Accounts of operators.", no_args_is_help=True
)

HandleArgument = Annotated[str, typer.Argument(help="The name of the account.")]
RoleArgument = Annotated[
    str,
    typer.Argument(
        help="mentee, mentor, facilitator, responder, supervisor or operator."
    ),
]


@role_app.command("grant")
def grant(
    handle: HandleArgument,
    role: RoleArgument,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Give an account a role, beside those it has, and print them all.

    [bold]Example[/bold]

    mentalverse role grant ada mentor
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        held = roster.grant(loaded.config, handle, roster.read_role(role))
    typer.echo(" ".join(held))


@role_app.command("revoke")
def revoke(
    handle: HandleArgument,
    role: RoleArgument,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Take a role from an account and print what is left.

    [bold]Example[/bold]

    mentalverse role revoke ada mentor
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        held = roster.revoke(loaded.config, handle, roster.read_role(role))
    typer.echo(" ".join(held))


@role_app.command("list")
def list_roles(
    handle: HandleArgument, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Print the roles of an account.

    [bold]Example[/bold]

    mentalverse role list ada
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        typer.echo(" ".join(roster.roles_of(loaded.config, handle)))


@user_app.command("list")
def list_users(
    as_json: AsJson = False, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Print every account, its roles, since when it is here, and if it is closed.

    [bold]Examples[/bold]

    mentalverse user list

    mentalverse user list --json
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        everybody = roster.everybody(loaded.config)
    if as_json:
        typer.echo(json.dumps([_as_object(each) for each in everybody], indent=2))
        return
    for listed in everybody:
        state = "" if listed.disabled_at is None else "  disabled"
        held = ",".join(listed.roles) or "-"
        typer.echo(
            f"{one_line(listed.handle)}  {held}  {listed.created_at:%Y-%m-%d}{state}"
        )


def _as_object(listed: Listed) -> dict[str, object]:
    disabled_at = listed.disabled_at
    return {
        "handle": listed.handle,
        "roles": [role.value for role in listed.roles],
        "created_at": listed.created_at.isoformat(),
        "disabled_at": None if disabled_at is None else disabled_at.isoformat(),
    }


@user_app.command("disable")
def disable(
    handle: HandleArgument, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Sign an account out everywhere and let none of its devices in.

    Nothing is deleted: `mentalverse user enable` opens it again. Its connections
    close within two seconds.

    [bold]Example[/bold]

    mentalverse user disable ada
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        roster.disable(loaded.config, handle)


@user_app.command("enable")
def enable(
    handle: HandleArgument, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Let the devices of a disabled account sign in again.

    [bold]Example[/bold]

    mentalverse user enable ada
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        roster.enable(loaded.config, handle)


@user_app.command("export")
def export(
    handle: HandleArgument,
    file: Annotated[Path, typer.Argument(help="A new file, which only you can read.")],
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Write what is kept about an account to a JSON file, for its owner.

    Everybody can do that with their own account: `mentalverse account export`.

    [bold]Example[/bold]

    mentalverse user export ada ada.json
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        roster.export(loaded.config, handle, file)


@user_app.command("erase")
def erase(
    handle: HandleArgument,
    yes: Annotated[bool, typer.Option("--yes", help="You mean it.")] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Delete an account for good, as its owner could: `mentalverse account delete`.

    It leaves its conversations, and nobody can have its name for 180 days. Disable it
    instead (`mentalverse user disable`) if it may have to come back.

    [bold]Example[/bold]

    mentalverse user erase ada --yes
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    if not yes:
        fail("this cannot be undone: add --yes if you mean it", EXIT_USAGE)
    with one_line_errors():
        roster.erase(loaded.config, handle)


@user_app.command("forget-passkeys")
def forget_passkeys(
    handle: HandleArgument,
    yes: Annotated[
        bool, typer.Option("--yes", help="You are sure who asks for it.")
    ] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Forget the passkeys of somebody who has lost all of theirs.

    Make sure first that it is them who asks: until they make another passkey, their
    devices alone can export and delete the account. A backup that only a passkey opens
    stays closed.

    [bold]Example[/bold]

    mentalverse user forget-passkeys ada --yes
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    if not yes:
        fail("add --yes once you are sure that it is them who asks", EXIT_USAGE)
    with one_line_errors():
        number = roster.forget_passkeys(loaded.config, handle)
    typer.echo(f"{number} forgotten")


@operator_app.command("link")
def link(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Print a link that makes one operator's account within 15 minutes.

    [bold]Example[/bold]

    mentalverse operator link
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.operator import operator_link

    with one_line_errors():
        made = operator_link(loaded.config, loaded.config.public_url())
    print_link(made)
