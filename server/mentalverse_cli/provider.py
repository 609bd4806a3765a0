"""`provider`: who is asked for decisions, and whom no answer of theirs helps."""

from __future__ import annotations

from typing import Annotated

import typer

from .settings import ConfigFile, DataFolder, load, one_line_errors

provider_app = typer.Typer(
    name="provider", help="Who is asked for decisions.", no_args_is_help=True
)
HandleArgument = Annotated[str, typer.Argument(help="The name of the account.")]


@provider_app.command("list")
def list_providers(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Print who is named in the settings, and who is installed and could be.

    Nothing is asked: `mentalverse doctor` does that.

    [bold]Example[/bold]

    mentalverse provider list
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.hooks.in_process import installed

    chosen = loaded.config.hooks.providers
    for entry in chosen:
        typer.echo(entry)
    names = {entry.split()[0] for entry in chosen}
    for name in installed():
        if name not in names:
            typer.echo(f"# {name}  installed, not asked")


@provider_app.command("suspend")
def suspend(
    handle: HandleArgument, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Let somebody accompany nobody new, whatever providers say of them.

    Calls that run go on, and so does a case that they hold.

    [bold]Example[/bold]

    mentalverse provider suspend ada
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        roster.suspend(loaded.config, handle)


@provider_app.command("reinstate")
def reinstate(
    handle: HandleArgument, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Let what providers say of somebody count again.

    [bold]Example[/bold]

    mentalverse provider reinstate ada
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import roster

    with one_line_errors():
        was = roster.reinstate(loaded.config, handle)
    typer.echo("" if was else "was not suspended", nl=not was)
