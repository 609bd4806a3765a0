"""What the `account` commands do with a client, and what they say."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import msgspec
import typer

from mentalverse_client import SignedOut
from mentalverse_signaling.errors import QuotaExceeded
from mentalverse_signaling.report_events import ReportState, ReportView

from .device_session import Person
from .printable import one_line
from .profile import connected
from .report_view import time_text
from .settings import fail

_STANDINGS = {
    ReportState.FILED: "The safety team has not decided yet.",
    ReportState.ACTIONED: "The safety team has acted.",
    ReportState.DISMISSED: "The safety team saw no reason to act.",
    ReportState.APPEALED: "The safety team is asked to look again.",
}


async def block(profile: Path, passphrase: str, handle: str) -> None:
    """Block somebody."""
    async with connected(profile, passphrase) as client:
        try:
            await client.blocks.add(handle)
        except QuotaExceeded:
            fail(
                "you have blocked as many accounts as you can: end another block first"
            )
    typer.echo(
        f"{one_line(handle)} is blocked. Conversations that both of you are in go on."
    )


async def unblock(profile: Path, passphrase: str, handle: str) -> None:
    """End a block."""
    async with connected(profile, passphrase) as client:
        await client.blocks.remove(handle)
    typer.echo(f"{one_line(handle)} is not blocked.")


async def show_blocked(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """Everybody who is blocked."""
    async with connected(profile, passphrase) as client:
        listed = await client.blocks.list()
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in listed], indent=2))
        return
    for each in listed:
        typer.echo(f"{one_line(each.handle)}  {each.account}")


async def show_reports(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """What became of what was reported."""
    async with connected(profile, passphrase) as client:
        listed = await client.reports.list()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(listed)).decode())
        return
    for each in listed:
        typer.echo(f"{each.report}  {time_text(each.at)}  {_standing(each)}")


async def appeal(profile: Path, passphrase: str, report: str) -> None:
    """Have a report looked at again."""
    async with connected(profile, passphrase) as client:
        view = await client.reports.appeal(report)
    typer.echo(f"Report {view.report}: {_standing(view)}")


def _standing(view: ReportView) -> str:
    """How far a report is, and what can be done, in words for whoever sent it."""
    words = _STANDINGS[view.state]
    if view.appeal_until is not None:
        until = time_text(view.appeal_until)
        return f"{words} You can ask them to look again until {until}."
    if view.appealed_at is not None and view.state is not ReportState.APPEALED:
        return f"The safety team looked again. {words}"
    return words


async def sign_out_others(profile: Path, passphrase: str) -> None:
    """End the account's other sign-ins."""
    async with connected(profile, passphrase) as client:
        await client.own_account.sign_out_others()
    typer.echo("Every other sign-in of your account has ended.")


async def export(profile: Path, passphrase: str, file: Path) -> None:
    """Write the account to a file."""
    async with connected(profile, passphrase) as client:
        await client.own_account.export(file)
    typer.echo(f"Written to {file}.")


async def delete(profile: Path, passphrase: str, *, yes: bool) -> None:
    """Delete the account, once the person has said so."""
    person, deleted = Person(), False
    # The server ends this sign-in too, which may be heard before all is closed.
    with suppress(SignedOut):
        async with connected(profile, passphrase) as client:
            typer.echo(f"This deletes the account {one_line(client.handle)} for good.")
            if not yes and not await person.agrees("Delete it?"):
                fail("nothing was changed")
            await client.own_account.delete()
            deleted = True
    if not deleted:
        fail("the server does not let this device in any more")
    typer.echo("Deleted. This folder is of no use any more; delete it when you like.")
