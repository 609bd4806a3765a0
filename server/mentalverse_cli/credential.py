"""`credential`: apply for one, look at one's own, review, and check what is shown.

What others hold is in `credential_holders`.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from .credential_holders import give_back, held, pause, take_back
from .crisis_lint import now_ms
from .passphrase import PassphraseFile, read_passphrase
from .printable import one_line as plain
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, AsJson, fail

credential_app = typer.Typer(
    name="credential",
    help="What you may be asked for, and what others can check.",
    no_args_is_help=True,
)


@credential_app.command("list")
def list_(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print your credentials, your training, and what you have applied for.

    [bold]Examples[/bold]

    mentalverse credential list --profile ~/mv

    mentalverse credential list --profile ~/mv --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_session as session

    with one_line():
        asyncio.run(session.show_list(profile, passphrase, as_json=as_json))


@credential_app.command("show")
def show(
    credential: Annotated[str, typer.Argument(help="How its id begins (list).")],
    profile: ProfileFolder,
    out: Annotated[
        Path | None, typer.Option(help="Write it here instead of printing it.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Carry a credential away as others check it: a signed text (W3C VC 2.0, JWT).

    It names a key of this device and no account. Asked again, it is the same.

    [bold]Examples[/bold]

    mentalverse credential show 3f2a9c01 --profile ~/mv

    mentalverse credential show 3f2a9c01 --profile ~/mv --out peer.jwt
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_session as session

    with one_line():
        asyncio.run(session.show(profile, passphrase, credential, out))


@credential_app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The credential, as it is carried.")],
    status: Annotated[
        list[Path] | None,
        typer.Option(help="A status list that it names; usually there are two."),
    ] = None,
    document: Annotated[
        Path | None,
        typer.Option(help="did.json of the host that issued it, if it is did:web."),
    ] = None,
    issuer: Annotated[
        str | None, typer.Option(help="Whose it has to be, by DID.")
    ] = None,
) -> None:
    """Check a credential from files alone; nobody is asked. Exit 1 if it does not hold.

    The addresses of its status lists stand in it; a copy of a list is good for ten
    minutes. Without --issuer the last line says whom you would have to believe.

    [bold]Examples[/bold]

    mentalverse credential verify peer.jwt --status revoked.jwt --status suspended.jwt

    mentalverse credential verify a.jwt --document did.json --issuer did:web:example.org
    """
    from mentalverse_client import credential_check
    from mentalverse_modules.credentials.errors import CredentialError

    lists = [_octets(each).decode("ascii", "replace").strip() for each in status or ()]
    jwt = _octets(file).decode("ascii", "replace").strip()
    try:
        found = credential_check.verify(
            jwt,
            now_ms() // 1000,
            issuer=issuer,
            document=None if document is None else _octets(document),
            lists=lists,
        )
    except CredentialError as error:
        fail(f"{file}: {error} ({error.code})")
    until = datetime.fromtimestamp(found.valid_until_s, UTC).date().isoformat()
    typer.echo(plain(f"{found.attested.code}: {found.attested.name}, until {until}"))
    typer.echo(plain(f"held by {found.subject}"))
    typer.echo(plain(f"issued by {found.issuer_name}, {found.issuer}"))


@credential_app.command("apply")
def apply(
    profile: ProfileFolder,
    type_: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="Without it: what there is.")
    ] = None,
    since: Annotated[
        list[str] | None,
        typer.Option(help="State since when a point holds: NEED=2020-01-31."),
    ] = None,
    submit: Annotated[
        bool, typer.Option("--submit", help="Ask for a decision now.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Apply for a credential, or go on with what you have begun.

    Documents are handed in with attach, before you submit.

    [bold]Examples[/bold]

    mentalverse credential apply --profile ~/mv

    mentalverse credential apply peer_mentor --profile ~/mv --since recovery=2020-01-31

    mentalverse credential apply peer_mentor --profile ~/mv --submit
    """
    stated = [_stated(each) for each in since or ()]
    passphrase = read_passphrase(passphrase_file)
    from . import credential_session as session

    with one_line():
        asyncio.run(session.apply(profile, passphrase, type_, stated, submit=submit))


@credential_app.command("attach")
def attach(
    application: Annotated[str, typer.Argument(help="How its id begins (list).")],
    need: Annotated[str, typer.Argument(help="Which point it shows (apply).")],
    file: Annotated[Path, typer.Argument(help="A PDF, JPEG, PNG or WebP.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Hand in a document for a point of a draft.

    It is sealed on this device. What opens it is kept by the server under a key of its
    own and given to those who review, so whoever runs the server could read it.

    [bold]Example[/bold]

    mentalverse credential attach 3f2a9c01 growth course.pdf --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_session as session

    with one_line():
        asyncio.run(session.attach(profile, passphrase, application, need, file))


@credential_app.command("detach")
def detach(
    application: Annotated[str, typer.Argument(help="How its id begins (list).")],
    document: Annotated[str, typer.Argument(help="How its id begins (apply).")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a document back from a draft; it is deleted from the server.

    [bold]Example[/bold]

    mentalverse credential detach 3f2a9c01 9b1c --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_session as session

    with one_line():
        asyncio.run(session.detach(profile, passphrase, application, document))


@credential_app.command("review")
def review(
    profile: ProfileFolder,
    application: Annotated[
        str | None, typer.Argument(help="How its id begins; without it: what waits.")
    ] = None,
    send_back: Annotated[
        str | None, typer.Option(help="Make it a draft again, for this reason.")
    ] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Sign yes.")] = False,
    refuse: Annotated[
        str | None, typer.Option(help="Sign no, for this reason.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Look at applications of others, and decide. For coordinators and supervisors.

    Two people decide, each for themselves. To sign takes a passkey that was used within
    five minutes on this device's account, so it is mostly done in the browser.

    [bold]Examples[/bold]

    mentalverse credential review --profile ~/mv

    mentalverse credential review 3f2a9c01 --profile ~/mv

    mentalverse credential review 3f2a9c01 --profile ~/mv --send-back "which course?"
    """
    said = [send_back is not None, approve, refuse is not None]
    if sum(said) > 1 or (application is None and any(said)):
        fail(
            "one of --approve, --refuse and --send-back, for one application",
            EXIT_USAGE,
        )
    passphrase = read_passphrase(passphrase_file)
    from . import credential_session as session

    word = session.Word(approve=approve, refuse=refuse, send_back=send_back)
    with one_line():
        asyncio.run(session.review(profile, passphrase, application, word))


@credential_app.command("document")
def document(
    application: Annotated[str, typer.Argument(help="How its id begins (review).")],
    document: Annotated[str, typer.Argument(help="How its id begins (review).")],
    profile: ProfileFolder,
    out: Annotated[Path, typer.Option(help="A new file, or a folder for it.")] = Path(),
    passphrase_file: PassphraseFile = None,
) -> None:
    """Fetch a document of an application that you review. That you did is recorded.

    [bold]Example[/bold]

    mentalverse credential document 3f2a9c01 9b1c --profile ~/mv --out course.pdf
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_session as session

    with one_line():
        asyncio.run(session.document(profile, passphrase, application, document, out))


credential_app.command("held")(held)
credential_app.command("pause")(pause)
credential_app.command("give-back")(give_back)
credential_app.command("take-back")(take_back)


def _stated(text: str) -> tuple[str, date]:
    need, _, day = text.partition("=")
    try:
        return need, date.fromisoformat(day)
    except ValueError:
        fail(f"{text}: write NEED=2020-01-31", EXIT_USAGE)


def _octets(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: {error.strerror}", EXIT_USAGE)
