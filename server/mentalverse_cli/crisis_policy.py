"""`crisis policy`: what the desk promises, as an operator looks at it and adopts it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .crisis_files import read_policy
from .printable import one_line
from .settings import EXIT_USAGE, ConfigFile, DataFolder, fail, load, one_line_errors

if TYPE_CHECKING:
    from mentalverse_server.crisis.policy_operator import Shown
    from mentalverse_server.crisis.policy_trial import Tried
    from mentalverse_server.store.policies import Adopted
    from mentalverse_signaling.policy_events import PolicyFinding

policy_app = typer.Typer(
    name="policy",
    help="What the desk promises: look at it, try a revision, adopt one.",
    no_args_is_help=True,
)

PolicyArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A policy in JSON, as `show` prints it.")
]
Days = Annotated[
    int, typer.Option(min=1, max=90, help="How many of the last days are looked at.")
]
People = Annotated[
    int | None,
    typer.Option(
        min=1, max=60, help="On duty in the simulation; without it the whole roster."
    ),
]
SignedBy = Annotated[str, typer.Option(help="The clinical owner, as they sign.")]
SignedOn = Annotated[str, typer.Option(help="The day, such as 2026-11-30.")]
MAX_SIGNER_CHARS = 120


@policy_app.command()
def show(
    history: Annotated[
        bool, typer.Option("--history", help="Print what was in force instead.")
    ] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print the policy in force as JSON: save it, change it, and try that.

    [bold]Examples[/bold]

    mentalverse crisis policy show > policy.json

    mentalverse crisis policy show --history
    """
    loaded = load(config, server_data_dir=data)
    from mentalverse_crisis.policy_document import written
    from mentalverse_server.crisis import policy_operator

    with one_line_errors():
        shown = policy_operator.shown(loaded.config)
    if not history:
        typer.echo(written(shown.policy))
        return
    for one in shown.history:
        typer.echo(_as_line(one, shown))
    if shown.proposal is not None:
        by = shown.handles.get(shown.proposal.proposed_by, "somebody who is gone")
        revision = shown.proposal.policy.revision
        typer.echo(one_line(f"{revision}  waits for a second supervisor, by {by}"))


@policy_app.command()
def check(
    file: PolicyArgument, config: ConfigFile = None, data: DataFolder = None
) -> None:
    """Print what is wrong or unwise in a policy, on this server, as people answer here.

    Exit 1 if somebody would wait for nobody; 2 if it cannot be followed at all.

    [bold]Example[/bold]

    mentalverse crisis policy check policy.json
    """
    policy = read_policy(file)
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import policy_operator

    with one_line_errors():
        found = policy_operator.findings(loaded.config, policy)
    _print(found)
    if any(one.weight.value == "error" for one in found):
        raise typer.Exit(1)


@policy_app.command("try")
def try_policy(
    file: PolicyArgument,
    days: Days = 7,
    people: People = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Print what a policy would have made of the last days; nothing is changed.

    First the same waits by its promises, then the same arrivals in the simulator under
    the policy in force and under this one, with all that is taken for granted.

    [bold]Examples[/bold]

    mentalverse crisis policy try policy.json

    mentalverse crisis policy try policy.json --days 28 --people 6
    """
    policy = read_policy(file)
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import policy_operator

    with one_line_errors():
        found = policy_operator.findings(loaded.config, policy)
        tried = policy_operator.trial(loaded.config, policy, days, people)
    _print(found)
    for line in _as_lines(tried):
        typer.echo(line)


@policy_app.command()
def adopt(
    file: PolicyArgument,
    signed_by: SignedBy,
    signed_on: SignedOn,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Let cases open under a policy from now on, also while the server runs.

    For the first policy, and for houses with one supervisor; otherwise one supervisor
    proposes and another adopts. Cases that are open keep what they were promised.

    [bold]Example[/bold]

    mentalverse crisis policy adopt own.json --signed-by NAME --signed-on 2026-11-30
    """
    policy = read_policy(file)
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.crisis import policy_operator
    from mentalverse_server.store.policies import Signed

    by = signed_by.strip()
    if not 0 < len(by) <= MAX_SIGNER_CHARS or not by.isprintable():
        fail("--signed-by: who signed it off", EXIT_USAGE)
    signed = Signed(by, _day(signed_on))
    with one_line_errors():
        policy_operator.adopt(loaded.config, policy, signed)
    typer.echo(f"{policy.revision} is in force")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        fail("--signed-on: a day, such as 2026-11-30", EXIT_USAGE)


def _print(found: tuple[PolicyFinding, ...]) -> None:
    for one in found:
        typer.echo(f"{one.weight.value:<8}{one_line(one.where)}: {one.what}")
    if not found:
        typer.echo("nothing to mend")


def _as_lines(tried: Tried) -> list[str]:
    if not tried.past and not tried.twin:
        return ["nobody came in this time"]
    said = ["in time by what was promised, and by this policy with the same waits:"]
    for past in tried.past:
        said.append(
            f"  A{past.band}  {past.in_time} and {past.in_time_here} of {past.judged}"
        )
    said.append("in the simulator by the promises of this policy, before and here:")
    for twin in tried.twin:
        before, here = twin.in_time_permille / 10, twin.in_time_permille_here / 10
        waits = f"{twin.wait_p90_ms / 1000:g} and {twin.wait_p90_ms_here / 1000:g} s"
        said.append(
            f"  A{twin.band}  {before:g} % and {here:g} % of {twin.arrivals};"
            f" nine of ten wait up to {waits}"
        )
    return [*said, "taken for granted:", *(f"  {one}" for one in tried.assumptions)]


def _as_line(one: Adopted, shown: Shown) -> str:
    if one.adopted_at_ms is None or one.signed is None:
        return one_line(f"{one.revision}  since the desk was made")
    at = datetime.fromtimestamp(one.adopted_at_ms / 1000, UTC)
    proposed, adopted = (
        "the command line" if who is None else shown.handles.get(who, "gone")
        for who in (one.proposed_by, one.adopted_by)
    )
    return one_line(
        f"{one.revision}  since {at:%Y-%m-%d %H:%M} UTC,"
        f" signed by {one.signed.by} on {one.signed.on},"
        f" proposed by {proposed}, adopted by {adopted}"
    )
