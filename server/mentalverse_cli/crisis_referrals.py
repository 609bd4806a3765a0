"""`crisis referrals`: services that somebody can go on to, as a list of the operator's.

None ships. `example` prints the form, `check` says what is wrong with a list, `import`
puts it into the data folder.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    from mentalverse_crisis.referrals import Service

referrals_app = typer.Typer(
    name="referrals",
    help="Services to go on to: list, check, import, example.",
    no_args_is_help=True,
)

ListFile = Annotated[Path, typer.Argument(help="A list of services, as JSON.")]

EXAMPLE = [
    {
        "name": "NAME OF THE SERVICE",
        "what": "WHAT THEY DO, IN A SENTENCE",
        "kind": "counselling",
        "contacts": [
            {"channel": "phone", "value": "DIGITS AND SPACES"},
            {"channel": "web", "value": "HTTPS ADDRESS"},
        ],
        "regions": ["TWO LETTERS OF THE COUNTRY; NONE: EVERY COUNTRY"],
        "languages": ["TAG SUCH AS en; NONE: NOT KNOWN"],
        "hours": "WHEN THEY ANSWER, AND WHERE; EMPTY: NOT KNOWN",
        "cost": "EMPTY: NOT KNOWN",
        "checked_on": None,
    },
]
"""Refused as it stands, so nobody is ever sent to a service that was made up."""


@referrals_app.command("list")
def list_services(
    country: Annotated[
        str | None, typer.Argument(help="Two letters of ISO 3166-1, such as AT.")
    ] = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print the services that are entered, or those that are shown for a country.

    [bold]Examples[/bold]

    mentalverse crisis referrals list

    mentalverse crisis referrals list AT --json
    """
    from mentalverse_crisis.entries import COUNTRY
    from mentalverse_crisis.referrals import chosen
    from mentalverse_server.crisis.referring import read_services

    if country is not None and not COUNTRY.fullmatch(country.upper()):
        fail("a country is two letters, such as AT", EXIT_USAGE)
    with one_line_errors():
        services = read_services(_data_folder(config, data))
    shown = services if country is None else chosen(services, country, "")
    if as_json:
        typer.echo(json.dumps([_as_object(one) for one in shown], indent=2))
        return
    for one in shown:
        ways = ", ".join(f"{way.channel.value} {way.value}" for way in one.contacts)
        kind = one.kind.value
        typer.echo(f"{_name(one)}  {kind}  {one_line(ways)}  {_state(one)}")
    if not shown:
        typer.echo("none are entered" if country is None else f"none for {country}")


@referrals_app.command("check")
def check(file: ListFile) -> None:
    """Say all that is wrong with a list, and what nobody has checked for a year.

    Exit 2 if the server would refuse it: each entry and field is named.

    [bold]Example[/bold]

    mentalverse crisis referrals check services.json
    """
    from mentalverse_crisis.referrals import examined
    from mentalverse_server.owner_files import read_file

    with one_line_errors():
        services, wrong = examined(read_file(file))
    for one in wrong:
        typer.echo(one_line(str(one)))
    if wrong:
        fail(f"{file}: {len(wrong)} to put right", EXIT_USAGE)
    _print_checked(services)


@referrals_app.command("import")
def import_(file: ListFile, config: ConfigFile = None, data: DataFolder = None) -> None:
    """Put a list into the data folder, in the place of the one before.

    The server reads it at its next start.

    [bold]Example[/bold]

    mentalverse crisis referrals import services.json
    """
    from mentalverse_crisis import referrals
    from mentalverse_server.crisis.referring import FILE, read_list
    from mentalverse_server.owner_files import write_file

    with one_line_errors():
        services = read_list(file)
        place = _data_folder(config, data) / FILE
        write_file(place, referrals.write(services))
    _print_checked(services)
    typer.echo(f"written to {place}: the server reads it at its next start")


@referrals_app.command("example")
def example() -> None:
    """Print a list to fill in; as it stands it is refused.

    Kinds: counselling, medical, youth, substance, violence, shelter, grief, practical,
    other. Channels: phone, text, mail, web, place. A day is like 2026-11-30.

    [bold]Example[/bold]

    mentalverse crisis referrals example > services.json
    """
    typer.echo(json.dumps(EXAMPLE, indent=2))


def _data_folder(config: Path | None, data: Path | None) -> Path:
    return load(config, server_data_dir=data).config.server.data_dir


def _print_checked(services: tuple[Service, ...]) -> None:
    old = [one for one in services if _is_to_check(one)]
    for one in old:
        typer.echo(f"{_name(one)}: {_state(one)}")
    typer.echo(f"{len(services)} services, {len(old)} not checked for a year")


def _name(service: Service) -> str:
    return one_line(service.label)


def _is_to_check(service: Service) -> bool:
    from mentalverse_crisis.referrals import is_to_check
    from mentalverse_server.clock import SystemClock

    return is_to_check(service, SystemClock().now().date())


def _state(service: Service) -> str:
    if service.checked_on is None:
        return "never checked"
    again = ": check again" if _is_to_check(service) else ""
    return f"checked on {service.checked_on}{again}"


def _as_object(service: Service) -> dict[str, object]:
    import msgspec

    record: dict[str, object] = msgspec.to_builtins(service)
    return record
