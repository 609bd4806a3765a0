"""`serve` and `demo`: run a server until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .settings import ConfigFile, DataFolder, load, one_line_errors

PortOption = Annotated[
    int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")
]


def serve(
    config: ConfigFile = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on.")
    ] = None,
    port: PortOption = None,
    data: DataFolder = None,
) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    [bold]Examples[/bold]

    mentalverse serve

    mentalverse serve --config /etc/mentalverse.toml --port 9000
    """
    loaded = load(config, server_host=host, server_port=port, server_data_dir=data)
    from mentalverse_server.app import run

    with one_line_errors():
        run(loaded.config)


def demo(
    port: PortOption = 8080,
    data: Annotated[
        Path, typer.Option("--data", help="Folder for the demo; made when missing.")
    ] = Path("demo-data"),
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open the page in a browser.")
    ] = False,
) -> None:
    """Try it: a server with four people and a circle, ready to chat.

    [bold]Example[/bold]

    mentalverse demo --no-browser
    """
    loaded = load(
        None,
        server_port=port,
        server_data_dir=data / "server",
        metrics_port=0,
        crisis_mode="demo",
    )
    from .demo import run_demo

    with one_line_errors():
        run_demo(loaded.config, data, open_browser=not no_browser)
