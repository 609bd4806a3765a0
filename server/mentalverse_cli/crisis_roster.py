"""`crisis roster`: who is asked for which cases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

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
    from mentalverse_server.crisis.roster import Listed

ANY = "any"

roster_app = typer.Typer(
    name="roster",
    help="Who is asked for what: skills, languages, regions, slots.",
    no_args_is_help=True,
)

Skills = Annotated[
    list[str] | None,
    typer.Option("--skill", help="NAME=LEVEL, 0 (none) to 5; others stay."),
]
Languages = Annotated[
    list[str] | None,
    typer.Option("--language", help="In place of those so far; any: all."),
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="In place of those so far; any: all."),
]
Slots = Annotated[
    int | None, typer.Option("--slots", help="Text conversations at a time.")
]
Overflow = Annotated[
    bool | None,
    typer.Option("--overflow/--no-overflow", help="One A0 more, by their consent."),
]


@roster_app.command("list")
def list_roster(
    as_json: AsJson = False, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Print who may answer, and what each of them is asked for.

    [bold]Examples[/bold]

    mentalverse crisis roster list

    mentalverse crisis roster list --json
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import roster

    with one_line_errors():
        listed = roster.everybody(loaded.config)
    if as_json:
        typer.echo(json.dumps([_as_object(one) for one in listed], indent=2))
        return
    for one in listed:
        typer.echo(_as_line(one))


@roster_app.command("set")
def set_roster(
    handle: Annotated[str, typer.Argument(help="The name of the account.")],
    skill: Skills = None,
    language: Languages = None,
    region: Regions = None,
    slots: Slots = None,
    overflow: Overflow = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Change what somebody is asked for, also while the server runs; print it.

    The skill `crisis` is for A0 and A1, `minors` for people under age; who has
    `professional` may come in where back-up is asked for. Whoever was
    just made a responder has crisis=3, any language, any region and 2 slots.

    [bold]Examples[/bold]

    mentalverse crisis roster set ada --skill crisis=4 --skill grief=2

    mentalverse crisis roster set ada --skill professional=1

    mentalverse crisis roster set ada --language en --language es --region any

    mentalverse crisis roster set ada --slots 1 --no-overflow
    """
    skills = None if skill is None else dict(_skill(one) for one in skill)
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import roster

    changes = roster.Changes(
        skills=skills,
        languages=_tags(language),
        regions=_tags(region),
        max_slots=slots,
        takes_overflow=overflow,
    )
    with one_line_errors():
        listed = roster.change(loaded.config, handle, changes)
    typer.echo(json.dumps(_as_object(listed)) if as_json else _as_line(listed))


def _skill(text: str) -> tuple[str, int]:
    name, _, level = text.partition("=")
    if not level.isascii() or not level.isdecimal():
        fail(f'--skill: "{text}" is not written as crisis=3', EXIT_USAGE)
    return name, int(level)


def _tags(given: list[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    return () if given == [ANY] else tuple(dict.fromkeys(given))


def _as_object(one: Listed) -> dict[str, Any]:
    responder = one.responder
    return {
        "handle": one.handle,
        "is_supervisor": responder.is_supervisor,
        "duty": responder.duty.value,
        "skills": dict(responder.skills),
        "languages": list(responder.languages),
        "regions": list(responder.regions),
        "slots": responder.max_slots,
        "overflow": responder.takes_overflow,
    }


def _as_line(one: Listed) -> str:
    responder = one.responder
    skills = ",".join(f"{name}={at}" for name, at in sorted(responder.skills.items()))
    parts = [
        one.handle,
        "supervisor" if responder.is_supervisor else "responder",
        responder.duty.value,
        f"skills {skills or 'none'}",
        f"languages {','.join(responder.languages) or ANY}",
        f"regions {','.join(responder.regions) or ANY}",
        f"slots {responder.max_slots}{' and one A0' * responder.takes_overflow}",
    ]
    return one_line("  ".join(parts))
