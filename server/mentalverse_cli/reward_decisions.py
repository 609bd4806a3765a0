"""What two decide: `disputes`, `decide`, `awards`, `award`, `approve`, `refuse`."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

import typer

from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder
from .profile import one_line as one_line_errors
from .settings import EXIT_USAGE, AsJson, fail

MAX_MVT = 100_000
MAX_REASON_CHARS = 500
"""`MAX_AWARD_MVT` and `MAX_AWARD_REASON_CHARS` of the wire, not loaded for --help."""

Handle = Annotated[str, typer.Argument(help="Name of the person on the server.")]
AwardId = Annotated[
    str, typer.Argument(metavar="AWARD", help="How its id begins (awards).")
]


def disputes(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print the disputes that wait for two people. For coordinators and supervisors.

    [bold]Examples[/bold]

    mentalverse reward disputes --profile ~/mv

    mentalverse reward disputes --profile ~/mv --json
    """
    passphrase = read_passphrase(passphrase_file)
    from . import reward_decisions_session as session

    with one_line_errors():
        asyncio.run(session.show_disputes(profile, passphrase, as_json=as_json))


def decide(
    handle: Handle,
    entry: Annotated[str, typer.Argument(help="Its id (disputes).")],
    profile: ProfileFolder,
    correct: Annotated[
        bool, typer.Option("--correct", help="Void it, or put back what was paid.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="It stays as it is.")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Say what becomes of a disputed entry; the second who says the same decides.

    It takes a passkey that was used within five minutes at the sign-in of this device.
    A terminal uses none by itself, so it is mostly done in the browser.

    [bold]Examples[/bold]

    mentalverse reward decide max ID --keep --profile ~/mv

    mentalverse reward decide max ID --correct --profile ~/mv
    """
    if correct == keep:
        fail("one of --correct and --keep", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    from . import reward_decisions_session as session

    with one_line_errors():
        asyncio.run(
            session.decide(profile, passphrase, (handle, entry), correct=correct)
        )


def awards(
    profile: ProfileFolder,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print proposed awards, the newest first. For coordinators and supervisors.

    [bold]Example[/bold]

    mentalverse reward awards --profile ~/mv
    """
    passphrase = read_passphrase(passphrase_file)
    from . import reward_decisions_session as session

    with one_line_errors():
        asyncio.run(session.show_awards(profile, passphrase, as_json=as_json))


def award(
    handle: Handle,
    rule: Annotated[str, typer.Argument(help="A code, such as peer.knowledge.")],
    amount_mvt: Annotated[
        int,
        typer.Argument(metavar="MVT", min=1, max=MAX_MVT, help="In the rule's range."),
    ],
    reason: Annotated[str, typer.Argument(help="What for; the other one reads it.")],
    profile: ProfileFolder,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Propose an amount for somebody, and stand for it. It takes another's approval.

    It takes a passkey, as decide does. Repeated, it is another proposal.

    [bold]Example[/bold]

    mentalverse reward award max peer.knowledge 50 "a guide" --profile ~/mv
    """
    if re.fullmatch("[a-z0-9_.]+", rule) is None:
        fail("a rule is a code, such as peer.knowledge", EXIT_USAGE)
    if not 0 < len(reason.strip()) <= len(reason) <= MAX_REASON_CHARS:
        fail(f"a reason has 1 to {MAX_REASON_CHARS} characters", EXIT_USAGE)
    passphrase = read_passphrase(passphrase_file)
    from . import reward_decisions_session as session

    told = (handle, rule, amount_mvt, reason)
    with one_line_errors():
        asyncio.run(session.propose(profile, passphrase, told))


def approve(
    award: AwardId, profile: ProfileFolder, passphrase_file: PassphraseFile = None
) -> None:
    """Stand for an award; the second who does makes it an entry. It takes a passkey.

    [bold]Example[/bold]

    mentalverse reward approve 3f2a9c01 --profile ~/mv
    """
    _answer(award, profile, passphrase_file, yes=True)


def refuse(
    award: AwardId, profile: ProfileFolder, passphrase_file: PassphraseFile = None
) -> None:
    """Let an award not be; one person is enough. It takes a passkey.

    [bold]Example[/bold]

    mentalverse reward refuse 3f2a9c01 --profile ~/mv
    """
    _answer(award, profile, passphrase_file, yes=False)


def _answer(
    award: str, profile: ProfileFolder, passphrase_file: PassphraseFile, *, yes: bool
) -> None:
    passphrase = read_passphrase(passphrase_file)
    from . import reward_decisions_session as session

    with one_line_errors():
        asyncio.run(session.answer(profile, passphrase, award, yes=yes))
