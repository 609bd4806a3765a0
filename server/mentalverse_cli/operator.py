"""What an operator does beside the running server: invite, configure, check."""

from __future__ import annotations

from typing import Annotated

import typer

from .links import print_link
from .settings import (
    EXIT_NOT_READY,
    EXIT_USAGE,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)
from .turn import doctor_turn

invite_app = typer.Typer(
    name="invite", help="Invitations to this server.", no_args_is_help=True
)
config_app = typer.Typer(
    name="config", help="Settings: defaults, effective, checked.", no_args_is_help=True
)
database_app = typer.Typer(name="db", help="The database.", no_args_is_help=True)
doctor_app = typer.Typer(name="doctor")
doctor_app.command("turn")(doctor_turn)
keys_app = typer.Typer(
    name="keys", help="The server's own signing keys.", no_args_is_help=True
)


@keys_app.command("rotate")
def rotate_keys(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Let a fresh key sign device credentials from the server's next start on.

    The key before signs it, so clients follow by themselves. Back up
    server-keys.json afterwards: every key stays in it.

    [bold]Example[/bold]

    mentalverse keys rotate --data mentalverse-data
    """
    import secrets

    loaded = load(config, server_data_dir=data)
    from mentalverse_server.keyring import rotate

    with one_line_errors():
        key = rotate(loaded.config.server.data_dir, secrets.token_bytes)
    typer.echo(f"Key {key.key_id.hex()}: restart the server to use it.")


@keys_app.command("vapid")
def vapid_key(
    config: ConfigFile = None,
    data: DataFolder = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a fresh key, though there is one.")
    ] = False,
) -> None:
    """Print the public key for Web Push, and make it if there is none.

    With a key the server pushes through the services of the browsers' makers, which
    learn when somebody is woken, but not by whom or what. Without one it does not. A
    fresh key is taken up at the next start; browsers that subscribed with one before
    are still reached, and change over when they are next opened.

    [bold]Example[/bold]

    mentalverse keys vapid --data mentalverse-data
    """
    import secrets

    loaded = load(config, server_data_dir=data)
    from mentalverse_server.keyring import make_push_key, open_keyring

    folder = loaded.config.server.data_dir
    with one_line_errors():
        made = rotate or not open_keyring(folder, secrets.token_bytes).push_keys
        if made:
            make_push_key(folder, secrets.token_bytes)
        key = open_keyring(folder, secrets.token_bytes).push_keys[0]
    typer.echo(key.text)
    if made:
        typer.echo("Restart the server to use it, and back up server-keys.json.")


@invite_app.command("create")
def create_invite(
    config: ConfigFile = None,
    data: DataFolder = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="mentee (the default), mentor, facilitator, responder, supervisor or "
            "operator; may be given several times."
        ),
    ] = None,
    expires_hours: Annotated[
        float | None, typer.Option(help="Void after this many hours.")
    ] = None,
    note: Annotated[
        str, typer.Option(help="For your own records; stored readable.")
    ] = "",
) -> None:
    """Print an invitation code and its link. They are shown once and work once.

    [bold]Example[/bold]

    mentalverse invite create --role mentor --expires-hours 24
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.links import invite_link
    from mentalverse_server.operator import create_invite as create
    from mentalverse_server.roster import read_role

    with one_line_errors():
        roles = [read_role(name) for name in role or ["mentee"]]
        code = create(loaded.config, roles, expires_hours, note)
    typer.echo(code)
    print_link(invite_link(loaded.config.public_url(), code))


@config_app.command("defaults")
def config_defaults() -> None:
    """Print a complete settings file with the text and default of every field.

    [bold]Example[/bold]

    mentalverse config defaults > mentalverse.toml
    """
    from mentalverse_server.config_shown import documented_defaults

    typer.echo(documented_defaults(), nl=False)


@config_app.command("show")
def config_show(config: ConfigFile = None) -> None:
    """Print every setting, its value and where the value came from.

    [bold]Example[/bold]

    mentalverse config show --config /etc/mentalverse.toml
    """
    loaded = load(config)
    from mentalverse_server.config_shown import effective

    for key, value, origin in effective(loaded):
        typer.echo(f"{key} = {value}  # {origin}")


@config_app.command("check")
def config_check(config: ConfigFile = None) -> None:
    """Exit 0 when the settings can be used, 2 with the first problem otherwise.

    [bold]Example[/bold]

    mentalverse config check --config /etc/mentalverse.toml
    """
    loaded = load(config)
    with one_line_errors():
        _ = loaded.config.database_url
    typer.echo("The settings are valid.")


@database_app.command("migrate")
def migrate(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Bring the tables to this version. `serve` does it at every start.

    [bold]Example[/bold]

    mentalverse db migrate --data /var/lib/mentalverse
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.operator import migrate as run_migration

    with one_line_errors():
        run_migration(loaded.config)
    typer.echo("The database is up to date.")


@doctor_app.callback(invoke_without_command=True)
def doctor(
    context: typer.Context, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Check what the server needs. Exit 3 when something stands in the way.

    [bold]Example[/bold]

    mentalverse doctor --data /var/lib/mentalverse
    """
    if context.invoked_subcommand is not None:
        if config is not None or data is not None:
            fail("--config and --data stand behind the name of the check", EXIT_USAGE)
        return
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.doctor import examine

    findings = examine(loaded.config)
    for finding in findings:
        mark = "ok  " if finding.ok else "FAIL"
        typer.echo(f"{mark} {finding.subject}: {finding.text}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(EXIT_NOT_READY)
