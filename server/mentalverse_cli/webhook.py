"""`webhook`: who is told of events, and what became of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .printable import one_line
from .settings import (
    EXIT_NOT_READY,
    EXIT_USAGE,
    AsJson,
    ConfigFile,
    DataFolder,
    fail,
    load,
    one_line_errors,
)
from .webhook_view import as_object, dead_lines, list_lines, unforgotten_lines

if TYPE_CHECKING:
    from mentalverse_server.hooks.endpoint_steps import Keyed

webhook_app = typer.Typer(
    name="webhook", help="Tell other systems of events.", no_args_is_help=True
)

Which = Annotated[
    str, typer.Argument(help="How the id of the endpoint begins (webhook list).")
]


@webhook_app.command("list")
def list_endpoints(
    as_json: AsJson = False, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Print every endpoint, its state, and how many events wait or were given up.

    [bold]Examples[/bold]

    mentalverse webhook list

    mentalverse webhook list --json
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks

    with one_line_errors():
        rows = webhooks.listed(loaded.config)
    if as_json:
        typer.echo(json.dumps([as_object(each) for each in rows], indent=2))
        return
    for line in list_lines(rows):
        typer.echo(line)


@webhook_app.command("types")
def list_types(as_json: AsJson = False) -> None:
    """Print every event that may be told, its tier, and what it is in order with.

    [bold]Example[/bold]

    mentalverse webhook types
    """
    from mentalverse_server.hooks.catalogue.registry import EVENTS

    if as_json:
        found = {
            each.name: {"tier": each.tier.value, "key": each.key}
            for each in EVENTS.values()
        }
        typer.echo(json.dumps(found, indent=2))
        return
    for each in EVENTS.values():
        typer.echo(f"{each.name:32}  tier {each.tier.value}  by {each.key}")


@webhook_app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="An https:// address of a public host.")],
    purpose: Annotated[
        str, typer.Option(help="What its owner may use events for: reward, care, …")
    ],
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--type", help="duty.ended, duty.* or *; may be given several times."
        ),
    ] = None,
    max_tier: Annotated[
        int, typer.Option(help="0: nothing about members; 1; 2: that a case is.")
    ] = 1,
    drills: Annotated[bool, typer.Option(help="Tell it of drills, too.")] = False,
    shared_secret: Annotated[
        bool, typer.Option(help="Sign by a shared secret (v1) and not by a key (v1a).")
    ] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Tell a new endpoint of what happens from now on; print what it verifies with.

    A host of the own network is taken only where hooks.allow_private names it.

    [bold]Examples[/bold]

    mentalverse webhook add https://a.example.org/in --purpose reward --type 'duty.*'

    mentalverse webhook add https://b.example.org/in --purpose operations --max-tier 0
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks
    from mentalverse_server.hooks.endpoint_steps import Wanted

    wanted = Wanted(
        url, purpose, tuple(event or ["*"]), max_tier, drills, shared_secret
    )
    with one_line_errors():
        _show(webhooks.add(loaded.config, wanted))


@webhook_app.command("test")
def test(which: Which, config: ConfigFile = None, data: DataFolder = None) -> None:
    """Send a signed request that tells of nothing. Exit 3 unless the answer is 2xx.

    [bold]Example[/bold]

    mentalverse webhook test 3f9a
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks

    with one_line_errors():
        reply = webhooks.test(loaded.config, which)
    if not reply.status:
        fail(f"it was not reached: {reply.outcome.value}", EXIT_NOT_READY)
    if not 200 <= reply.status < 300:
        fail(f"it answered {reply.status}", EXIT_NOT_READY)
    typer.echo(f"It answered {reply.status}.")


@webhook_app.command("rotate")
def rotate(which: Which, config: ConfigFile = None, data: DataFolder = None) -> None:
    """Sign with a fresh key, and print what verifies it. The old one signs for 7 days.

    [bold]Example[/bold]

    mentalverse webhook rotate 3f9a
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks

    with one_line_errors():
        _show(webhooks.rotate(loaded.config, which))


@webhook_app.command("dead")
def dead(
    which: Which,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most.")] = 50,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print the events that were given up: ids, types, and why.

    [bold]Example[/bold]

    mentalverse webhook dead 3f9a --limit 200
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks

    with one_line_errors():
        rows = webhooks.dead(loaded.config, which, limit)
    for line in dead_lines(rows):
        typer.echo(line)


@webhook_app.command("unforgotten")
def unforgotten(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Print who has not said for a week that they forgot somebody who is gone.

    They are told again each day. Whoever runs them has to delete it by other means.

    [bold]Example[/bold]

    mentalverse webhook unforgotten
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks

    with one_line_errors():
        rows = webhooks.unforgotten(loaded.config)
    for line in unforgotten_lines(rows):
        typer.echo(line)


@webhook_app.command("replay")
def replay(
    which: Which,
    event: Annotated[str | None, typer.Option(help="Id (webhook dead).")] = None,
    key: Annotated[str | None, typer.Option(help="Such as session:ID.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="An event.")] = None,
    since: Annotated[str | None, typer.Option(help="2026-11-23T10:00, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="The same, excluded.")] = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Send events again, under the same ids and marked so; print how many.

    [bold]Examples[/bold]

    mentalverse webhook replay 3f9a --since 2026-11-23T10:00 --until 2026-11-23T12:00

    mentalverse webhook replay 3f9a --type duty.ended
    """
    if not any((event, key, type_, since, until)):
        fail("say what: --event, --key, --type, --since or --until", EXIT_USAGE)
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks
    from mentalverse_server.store.delivery_upkeep import Selection

    chosen = Selection(_id(event), key, type_, _moment_ms(since), _moment_ms(until))
    with one_line_errors():
        number = webhooks.replay(loaded.config, which, chosen)
    typer.echo(f"{number} queued.")


@webhook_app.command("disable")
def disable(which: Which, config: ConfigFile = None, data: DataFolder = None) -> None:
    """Send an endpoint nothing more. What waits is given up, and can be replayed.

    [bold]Example[/bold]

    mentalverse webhook disable 3f9a
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks

    with one_line_errors():
        number = webhooks.disable(loaded.config, which)
    typer.echo(f"Disabled; {number} given up.")


@webhook_app.command("enable")
def enable(which: Which, config: ConfigFile = None, data: DataFolder = None) -> None:
    """Tell an endpoint that was disabled of what happens from now on.

    [bold]Example[/bold]

    mentalverse webhook enable 3f9a
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server import webhooks

    with one_line_errors():
        webhooks.enable(loaded.config, which)


def _show(keyed: Keyed) -> None:
    typer.echo(f"{keyed.endpoint.id}  {one_line(keyed.endpoint.url)}")
    typer.echo(keyed.verifies)


def _id(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        fail("--event is an id as webhook dead prints it", EXIT_USAGE)


def _moment_ms(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail("a moment is written as 2026-11-23T10:00", EXIT_USAGE)
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(aware.timestamp()) * 1000
