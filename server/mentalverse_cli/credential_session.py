"""What the `credential` commands do with a client, and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import typer

from mentalverse_client import Client
from mentalverse_signaling.credential_events import (
    ApplicationView,
    HeldCredential,
    NeedWay,
    TrainingView,
)
from mentalverse_signaling.review_events import ReviewCase

from .printable import one_line, printable
from .profile import connected
from .settings import EXIT_USAGE, fail

SHORT = 8
_Id = TypeVar("_Id", bound=str)


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody who reviews says; at most one of these."""

    approve: bool
    refuse: str | None
    send_back: str | None


async def show_list(profile: Path, passphrase: str, *, as_json: bool) -> None:
    """Credentials, training and applications of the account."""
    async with connected(profile, passphrase) as client:
        held = await client.credentials.list()
        applications = await client.credentials.applications()
    if as_json:
        both = {"held": held, "applications": applications}
        typer.echo(msgspec.json.format(msgspec.json.encode(both)).decode())
        return
    for each in held.credentials:
        typer.echo(one_line(held_line(each)))
    for application in applications:
        typer.echo(one_line(_applied(application)))
    for line in trained_lines(held.training):
        typer.echo(one_line(line))


async def show(profile: Path, passphrase: str, begins: str, out: Path | None) -> None:
    """The signed text of a credential."""
    async with connected(profile, passphrase) as client:
        applications = await client.credentials.applications()
        id_ = one_of(begins, [each.application for each in applications], "list")
        signed = await client.credentials.issue(id_)
    if out is None:
        typer.echo(signed.jwt)
        return
    await asyncio.to_thread(out.write_text, signed.jwt + "\n", "ascii")
    typer.echo(f"written to {out}")


async def apply(
    profile: Path,
    passphrase: str,
    type_: str | None,
    stated: Iterable[tuple[str, date]],
    *,
    submit: bool,
) -> None:
    """Begin or go on, and say what is needed."""
    async with connected(profile, passphrase) as client:
        credentials = client.credentials
        if type_ is None:
            for offer in await credentials.offers():
                typer.echo(one_line(f"{offer.type}  {offer.needs} needed"))
            return
        view = await credentials.begin(type_)
        for need, since in stated:
            view = await credentials.state(view.application, need, since)
        if submit:
            view = await credentials.submit(view.application)
    for line in (_applied(view), *_needs(view)):
        typer.echo(one_line(line))


async def review(
    profile: Path, passphrase: str, begins: str | None, word: Word
) -> None:
    """What waits, or one of it, or a word about it."""
    async with connected(profile, passphrase) as client:
        credentials = client.credentials
        found = await credentials.queue()
        if begins is None:
            for each in found.waiting:
                signed = f"{each.signed_off} of 2 signed"
                typer.echo(one_line(f"{each.application}  {each.type}  {signed}"))
            typer.echo(f"{found.for_others} for others")
            return
        id_ = one_of(begins, [each.application for each in found.waiting], "review")
        if word.send_back is not None:
            await credentials.send_back(id_, word.send_back)
            typer.echo("sent back")
            return
        if word.approve or word.refuse is not None:
            case = await credentials.sign(
                id_, approve=word.approve, reason=word.refuse or ""
            )
        else:
            case = await credentials.case(id_)
    for line in _case(case):
        typer.echo(one_line(line))


async def attach(
    profile: Path, passphrase: str, begins: str, need: str, file: Path
) -> None:
    """Hand a document in, and say what is needed still."""
    async with connected(profile, passphrase) as client:
        view = await _own(client, begins)
        known = [each.need for each in view.needs if each.way is NeedWay.DOCUMENT]
        if need not in known:
            fail(f"a document is for one of: {', '.join(known)}", EXIT_USAGE)
        documents = client.credentials.documents
        view = await documents.attach(view.application, need, file)
    for line in (_applied(view), *_needs(view)):
        typer.echo(one_line(line))


async def detach(profile: Path, passphrase: str, begins: str, document: str) -> None:
    """Take a document back, and say what is needed still."""
    async with connected(profile, passphrase) as client:
        view = await _own(client, begins)
        id_ = one_of(document, _documents(view), f"apply {view.type}")
        view = await client.credentials.documents.detach(view.application, id_)
    for line in (_applied(view), *_needs(view)):
        typer.echo(one_line(line))


async def document(
    profile: Path, passphrase: str, begins: str, document: str, out: Path
) -> None:
    """Fetch a document of an application in review."""
    async with connected(profile, passphrase) as client:
        credentials = client.credentials
        waiting = (await credentials.queue()).waiting
        id_ = one_of(begins, [each.application for each in waiting], "review")
        view = (await credentials.case(id_)).view
        which = one_of(document, _documents(view), f"review {begins}")
        path = await credentials.documents.open(id_, which, out)
    typer.echo(printable(f"written to {path}"))


async def _own(client: Client, begins: str) -> ApplicationView:
    views = await client.credentials.applications()
    ids = [each.application for each in views]
    return views[ids.index(one_of(begins, ids, "list"))]


def _documents(view: ApplicationView) -> list[str]:
    return [each.document for need in view.needs for each in need.documents]


def one_of(begins: str, ids: Sequence[_Id], printed_by: str) -> _Id:
    """The one id that begins so; else the command ends with one line.

    `printed_by`: the command of `credential` that shows the ids.
    """
    found = [each for each in ids if each.startswith(begins)]
    if not found:
        fail(f"no such id; mentalverse credential {printed_by} has them", EXIT_USAGE)
    if len(found) > 1:
        fail("several begin so: write more of it", EXIT_USAGE)
    return found[0]


def held_line(each: HeldCredential) -> str:
    """A credential, until when, and whether it counts."""
    until = datetime.fromtimestamp(each.valid_until / 1000, UTC).date().isoformat()
    why = f" ({each.reason})" if each.reason else ""
    state = "in force" if each.is_good else "not in force"
    id_ = each.credential[:SHORT]
    return f"{id_}  {each.type}  until {until}, {each.status.value}{why}, {state}"


def _applied(view: ApplicationView) -> str:
    why = f": {view.reason}" if view.reason else ""
    id_, standing = view.application[:SHORT], view.standing.value
    return f"{id_}  {view.type}  {standing}, {view.signed_off} of 2 signed{why}"


def _needs(view: ApplicationView) -> Iterable[str]:
    for each in view.needs:
        since = f", since {each.since}" if each.since else ""
        yield f"  {each.need}  {each.way.value}, {each.state.value}{since}"
        for one in each.documents:
            yield f"    document {one.document[:SHORT]}, {one.size} octets"


def trained_lines(training: TrainingView) -> Iterable[str]:
    """Each module, and what the next level still needs."""
    for each in training.modules:
        passed = ", assessment passed" if each.is_passed else ""
        yield f"{each.module}  {each.minutes} of {each.needed} minutes{passed}"
    if training.next is not None:
        lacks = ", ".join(training.next.lacks)
        yield f"next level {training.next.level}: {lacks}"


def _case(case: ReviewCase) -> Iterable[str]:
    yield f"{case.view.type}, by {case.handle}"
    yield from _needs(case.view)
    yield f"you: {case.mine.value}"
    yield "not met today: " + (", ".join(case.missing) or "nothing")
