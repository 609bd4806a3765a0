"""`mentalverse turn` and `doctor turn`: a relay (coturn) that lets nobody in."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from .printable import one_line
from .settings import (
    EXIT_NOT_READY,
    EXIT_USAGE,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)

turn_app = typer.Typer(
    name="turn",
    help="The relay (TURN) that calls go through: its secret and its settings.",
    no_args_is_help=True,
)


@turn_app.command("secret")
def secret(
    config: ConfigFile = None,
    data: DataFolder = None,
    rotate: Annotated[
        bool,
        typer.Option("--rotate", help="Put a fresh secret before the newest."),
    ] = False,
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="Keep only the newest secret.")
    ] = False,
) -> None:
    """Make the secret that this server and the relay share.

    It goes into turn.secret_file, or turn-secret of the data folder, for its owner
    alone; it is never printed. To change it without refusing anybody: rotate, write the
    relay's settings anew and restart it, restart the server, and once the last
    credentials have ended (turn.ttl_seconds) forget the old secret, write and restart
    again.

    [bold]Examples[/bold]

    mentalverse turn secret --data /var/lib/mentalverse

    mentalverse turn secret --rotate
    """
    import secrets

    loaded = load(config, server_data_dir=data)
    from mentalverse_server.media import turn_secrets

    if rotate and forget_old:
        fail("--rotate and --forget-old are two steps, minutes apart", EXIT_USAGE)
    path = turn_secrets.secrets_path(loaded.config)
    with one_line_errors():
        if rotate:
            turn_secrets.rotate(path, secrets.token_bytes)
        elif forget_old:
            turn_secrets.forget_old(path)
        else:
            turn_secrets.make_secret(path, secrets.token_bytes)
    typer.echo(f"{path} is written.")
    typer.echo(
        "Next: mentalverse turn config, then restart the relay, then the server."
    )


@turn_app.command("config")
def relay_config(
    out: Annotated[Path, typer.Argument(help="The file to write: turnserver.conf.")],
    config: ConfigFile = None,
    data: DataFolder = None,
    certificate: Annotated[
        Path | None, typer.Option("--cert", help="PEM file with the chain, for turns:.")
    ] = None,
    private_key: Annotated[
        Path | None, typer.Option("--key", help="PEM file with its private key.")
    ] = None,
    external_address: Annotated[
        str, typer.Option("--external-ip", help="Behind NAT: PUBLIC or PUBLIC/PRIVATE.")
    ] = "",
    min_port: Annotated[
        int | None, typer.Option(help="First UDP port to relay from.")
    ] = None,
    max_port: Annotated[
        int | None, typer.Option(help="Last UDP port to relay from.")
    ] = None,
    allow_peer: Annotated[
        list[str] | None,
        typer.Option(help="A private address to relay to: a media engine's."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write over the file that is there.")
    ] = False,
) -> None:
    """Write settings for coturn that refuse every address that is not public.

    Ports, realm and secrets are those of this server's settings (turn.urls, turn.realm,
    turn.secret_file). The file is for its owner alone, since it holds the secrets: give
    it to the user that coturn runs as. Check the running relay with doctor turn.

    [bold]Examples[/bold]

    mentalverse turn config turnserver.conf --cert fullchain.pem --key privkey.pem

    mentalverse turn config turnserver.conf --external-ip 198.51.100.7/10.0.0.7 --force
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.media import turn_config, turn_secrets
    from mentalverse_server.owner_files import write_file

    if out.exists() and not force:
        fail(f"{out} is there: --force writes over it", EXIT_USAGE)
    try:
        allowed = tuple(ip_address(text) for text in allow_peer or ())
    except ValueError as error:
        fail(f"--allow-peer: {error}", EXIT_USAGE)
    host = turn_config.RelayHost(
        certificate=certificate,
        private_key=private_key,
        external_address=external_address,
        min_port=turn_config.MIN_PORT if min_port is None else min_port,
        max_port=turn_config.MAX_PORT if max_port is None else max_port,
        allowed_peers=allowed,
    )
    with one_line_errors():
        secrets = turn_secrets.read_secrets(turn_secrets.secrets_path(loaded.config))
        text = turn_config.render(loaded.config.turn, secrets, host)
        write_file(out, text.encode())
    typer.echo(
        f"{out} is written. Give it to the user that coturn runs as, and restart"
    )
    typer.echo("coturn with it: turnserver -c FILE. Then: mentalverse doctor turn")


def doctor_turn(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Ask the relay what it must refuse. Exit 3 when it lets anything through.

    It asks, with credentials that it makes, for permission to send to private, local
    and other special addresses in every way of writing them; nothing is sent to any of
    them. Run it where the people's devices are: outside the relay's network.

    [bold]Example[/bold]

    mentalverse doctor turn --config /etc/mentalverse.toml
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.media.turn_probe import examine_relay

    with one_line_errors():
        results = examine_relay(loaded.config)
    width = max(len(result.subject) for result in results)
    for result in results:
        mark = "ok  " if result.ok else "FAIL"
        typer.echo(f"{mark} {result.subject:{width}}  {one_line(result.text)}")
        if result.advice:
            typer.echo(f"     {'':{width}}  → {result.advice}")
    if not all(result.ok for result in results):
        raise typer.Exit(EXIT_NOT_READY)
    typer.echo("The relay carries calls, and nothing else that was tried.")
