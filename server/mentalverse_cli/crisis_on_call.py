"""`crisis on-call` and `crisis page-test`: who is rung, and whether that works."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .printable import one_line
from .settings import ConfigFile, DataFolder, fail, load, one_line_errors

if TYPE_CHECKING:
    from mentalverse_server.store.crisis_pages import TestRow

TierArgument = Annotated[
    str | None, typer.Argument(help="One tier, such as tier_1; without it all.")
]


def on_call(config: ConfigFile = None, data: DataFolder = None) -> None:
    """Print every tier, who is in it, and how the last test page of each went.

    Exit 1 if a tier that is paged has nobody who has said that their last one came.

    [bold]Example[/bold]

    mentalverse crisis on-call
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis.pages.trial import on_call_list

    with one_line_errors():
        listed = on_call_list(loaded.config)
    silent = []
    for tier in listed:
        note = "" if tier.is_paged else "  (no rung of the policy pages it)"
        typer.echo(f"{tier.tier}{note}")
        for target, test in tier.targets:
            typer.echo(f"  {one_line(target.text)}  {_told(test)}")
        if not tier.targets:
            typer.echo("  nobody")
        if tier.is_paged and not any(t and t.was_seen for _, t in tier.targets):
            silent.append(tier.tier)
    if silent:
        fail(f"nobody has said that a test page came in: {', '.join(silent)}")


def page_test(
    tier: TierArgument = None, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Send everybody on call a page that is marked as a test; print what each said.

    Each of them says then that it came: by the link in it, or at the desk if it came
    by Web Push. For that the server has to run. Exit 1 if a channel did not take it.

    [bold]Examples[/bold]

    mentalverse crisis page-test

    mentalverse crisis page-test tier_1
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis.pages.trial import send_tests

    with one_line_errors():
        tried = send_tests(loaded.config, tier)
    for one in tried:
        word = "taken" if one.went.was_taken else "NOT taken"
        said = one_line(one.went.said)
        typer.echo(f"{one.target.tier}  {one_line(one.target.text)}  {word}: {said}")
    missed = sum(not one.went.was_taken for one in tried)
    if missed:
        fail(f"{missed} of {len(tried)} did not take it")


def _told(test: TestRow | None) -> str:
    if test is None:
        return "never tested"
    day = datetime.fromtimestamp(test.tested_at_ms / 1000, UTC)
    word = "taken" if test.has_passed else f"NOT taken: {one_line(test.said)}"
    seen = "seen" if test.was_seen else "NOT seen"
    return f"test of {day:%Y-%m-%d %H:%M} UTC {word}, {seen}"
