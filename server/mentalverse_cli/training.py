"""`training`: what others have learned, for coordinators and supervisors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, AsJson, fail

if TYPE_CHECKING:
    from mentalverse_signaling.credential_events import CasesSupervised, TrainingView

MAX_MINUTES = 24 * 60
"""`credential_events.MAX_TRAINING_MINUTES`, without loading it for --help."""

training_app = typer.Typer(
    name="training",
    help="What others have learned, and that they were supervised.",
    no_args_is_help=True,
)

Handle = Annotated[str, typer.Argument(help="Name of the person on the server.")]
Module = Annotated[str, typer.Argument(help="A code, as credential held prints it.")]
Minutes = Annotated[
    int, typer.Argument(min=1, max=MAX_MINUTES, help="At most a day at once.")
]


@training_app.command("record")
def record(
    handle: Handle,
    module: Module,
    minutes: Minutes,
    profile: ProfileFolder,
    source: Annotated[
        str,
        typer.Option(help="Which course or session it was; each counts once."),
    ],
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Record minutes that somebody was trained. For coordinators and supervisors.

    The same source with the same minutes is not counted again, so it may be repeated.

    [bold]Examples[/bold]

    mentalverse training record max foundation 90 --source workshop-7 --profile ~/mv

    mentalverse training record max foundation 90 --source w-7 --profile ~/mv --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_holders_session as session

    def hint(training: TrainingView) -> str:
        letters = "a source is up to 64 letters, digits and _:.-"
        return f"{_modules(training)}; {letters}, a letter or digit first"

    with one_line():
        asyncio.run(
            session.train(
                *(profile, passphrase, handle),
                lambda of: of.record(handle, module, minutes, source=source),
                hint,
                as_json=as_json,
            )
        )


@training_app.command("pass")
def pass_(
    handle: Handle,
    module: Module,
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Record that somebody passed an assessment. For coordinators and supervisors.

    A module is complete with its minutes and its assessment.

    [bold]Example[/bold]

    mentalverse training pass max foundation --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_holders_session as session

    with one_line():
        asyncio.run(
            session.train(
                *(profile, passphrase, handle),
                lambda of: of.passed(handle, module),
                _modules,
                as_json=as_json,
            )
        )


@training_app.command("sign-off")
def sign_off(
    handle: Handle,
    level: Annotated[str, typer.Argument(help="A code, such as master.")],
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Say that somebody has reached a level. For supervisors.

    It counts once everything else that the level needs is there.

    [bold]Example[/bold]

    mentalverse training sign-off max master --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import credential_holders_session as session

    def hint(training: TrainingView) -> str:
        following = training.next
        after = "" if following is None else f"; {handle}'s next is {following.level}"
        return f"there is no level {level}{after}"

    with one_line():
        asyncio.run(
            session.train(
                *(profile, passphrase, handle),
                lambda of: of.sign_off(handle, level),
                hint,
                as_json=as_json,
            )
        )


@training_app.command("supervise")
def supervise(
    handle: Handle,
    minutes: Minutes,
    profile: ProfileFolder,
    cases: Annotated[
        str, typer.Option(help="How many there were to talk about: 0, 1-4, 5-9, 10+.")
    ],
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Record that somebody was supervised just now. For supervisors.

    Whoever holds a credential and was supervised once has to be again, as often as its
    pack says (14 days): overdue, they get no new case. Repeated, it is another one.

    [bold]Example[/bold]

    mentalverse training supervise max 50 --cases 1-4 --profile ~/mv
    """
    counted = _cases(cases)
    passphrase = read_passphrase(passphrase_file)
    from . import credential_holders_session as session

    with one_line():
        asyncio.run(
            session.train(
                *(profile, passphrase, handle),
                lambda of: of.supervise(handle, minutes, counted),
                lambda _: f"minutes are 1 to {MAX_MINUTES}",
                as_json=as_json,
            )
        )


def _modules(training: TrainingView) -> str:
    return f"a module is one of: {', '.join(each.module for each in training.modules)}"


def _cases(text: str) -> CasesSupervised:
    from mentalverse_signaling.credential_events import CasesSupervised

    known = [each.value for each in CasesSupervised]
    if text not in known:
        fail(f"--cases is one of: {', '.join(known)}", EXIT_USAGE)
    return CasesSupervised(text)
