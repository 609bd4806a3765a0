"""`janus`: what its start needs, where calls go through a Janus gateway."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from .settings import ConfigFile, DataFolder, load, one_line_errors

janus_app = typer.Typer(
    name="janus",
    help="Janus, which forwards calls: config, unit.",
    no_args_is_help=True,
)

_Folder = Annotated[
    Path | None, typer.Argument(help="Folder to write; else that of the settings.")
]


@janus_app.command("config")
def write(
    folder: _Folder = None, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Write its folder with fresh secrets. Needed before every start of Janus.

    [bold]Example[/bold]

    mentalverse janus config && janus --configs-folder=mentalverse-data/janus
    """
    import secrets

    loaded = load(config, server_data_dir=data, janus_folder=folder)
    from mentalverse_server.media.janus.config_files import find_library, write_config
    from mentalverse_server.media.janus.settings import janus_settings

    settings = janus_settings(loaded.config)
    with one_line_errors():
        write_config(settings, find_library(settings.library), secrets.token_bytes)
    start = shlex.quote(f"--configs-folder={settings.folder.absolute()}")
    typer.echo(f"Start it with: janus --disable-colors {start}")


@janus_app.command("unit")
def print_unit(
    user: Annotated[str, typer.Option("--user", help="The server's user.")],
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print a systemd unit that starts it, as the user that the server runs as.

    [bold]Example[/bold]

    mentalverse janus unit --user mentalverse > mentalverse-janus.service
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.config import DEFAULT_FILE
    from mentalverse_server.media.janus.config_files import find_library, unit
    from mentalverse_server.media.janus.settings import janus_settings

    settings = janus_settings(loaded.config)
    with one_line_errors():
        find_library(settings.library)
    file = (config or DEFAULT_FILE).absolute()
    options = ["--config", str(file)] if file.exists() else []
    program = str(Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute())
    folder = str(settings.folder.absolute())
    command = shlex.join([program, "janus", "config", folder, *options])
    typer.echo(unit(settings, command, user), nl=False)
