"""`match`: what operators and coordinators do for matching, and what two agree on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from .match_learn import learn
from .match_together import adjust, together
from .passphrase import PassphraseFile, read_passphrase
from .profile import ProfileFolder, one_line
from .settings import EXIT_USAGE, ConfigFile, DataFolder, fail, load, one_line_errors

if TYPE_CHECKING:
    from mentalverse_modules.matching.fairness import Audit, Outcome
    from mentalverse_modules.matching.run import Run

MAX_PAIRS = 1_000_000
"""Of invented people; a hundred thousand take some seconds."""
GROUPS = ("north", "east", "south", "west")

match_app = typer.Typer(name="match", help="Matching.", no_args_is_help=True)

ReportFile = Annotated[Path, typer.Argument(help="Where the report goes, as HTML.")]
Invented = Annotated[
    int, typer.Option(help="Match so many invented people instead of reading a run.")
]
Mentors = Annotated[int, typer.Option(help="How many invented mentors there are.")]
Worse = Annotated[
    int,
    typer.Option(help="Percent of one invented group who are left out after the run."),
]
Seed = Annotated[int, typer.Option(help="The same one gives the same report.")]


@match_app.callback()
def match() -> None:
    """Matching."""


@match_app.command("audit")
def audit(
    report: ReportFile,
    invented: Invented = 0,
    mentors: Mentors = 100,
    worse: Worse = 0,
    seed: Seed = 1,
    published: Annotated[
        bool, typer.Option("--published", help="Tell endpoints that it is public.")
    ] = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Write the audit of the newest run as a page that can be published.

    With invented people it shows beforehand what an audit finds, also of a bias that is
    planted. Nothing in a report is about one person.

    [bold]Examples[/bold]

    mentalverse match audit audit.html

    mentalverse match audit /srv/www/audit.html --published

    mentalverse match audit tried.html --invented 600 --mentors 200 --worse 25
    """
    if not invented:
        _newest(report, config, data, tell=published)
        return
    if published:
        fail("what is invented is not published", EXIT_USAGE)
    _require_sizes(invented, mentors, worse)
    _write(report, _tried(invented, mentors, worse, seed))


match_app.command("learn")(learn)
match_app.command("together")(together)
match_app.command("adjust")(adjust)


@match_app.command("queue")
def queue(
    profile: ProfileFolder,
    run: Annotated[
        bool, typer.Option("--run", help="Have everybody matched who waits.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print the proposals that wait for a look. For coordinators and supervisors.

    [bold]Examples[/bold]

    mentalverse match queue --profile ~/mv

    mentalverse match queue --profile ~/mv --run
    """
    passphrase = read_passphrase(passphrase_file)
    from . import match_session as session

    with one_line():
        asyncio.run(session.queue(profile, passphrase, run=run))


@match_app.command("release")
def release(
    proposal: Annotated[str, typer.Argument(help="How its id begins (queue).")],
    profile: ProfileFolder,
    leave_out: Annotated[
        list[int] | None, typer.Option(help="Number of an option that is left out.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for coordinators alone.")] = "",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Give a proposal to the mentee, but for some of its options.

    With fewer than two left it is closed, and the mentee waits for the next run.

    [bold]Examples[/bold]

    mentalverse match release 3f2a9c01 --profile ~/mv

    mentalverse match release 3f2a9c01 --profile ~/mv --leave-out 0 --reason "kin"
    """
    passphrase = read_passphrase(passphrase_file)
    from . import match_session as session

    with one_line():
        asyncio.run(
            session.release(profile, passphrase, proposal, leave_out or [], reason)
        )


def _newest(report: Path, config: Path | None, data: Path | None, tell: bool) -> None:
    loaded = load(config, server_data_dir=data)
    from mentalverse_server.match_audit import newest, publish

    with one_line_errors():
        run = newest(loaded.config)
    if run is None:
        fail("there was no run yet; try --invented 600")
    typer.echo(f"{run.matched} of {run.mentees} matched with {run.mentors} mentors")
    _write(report, run.report)
    if tell:
        with one_line_errors():
            publish(loaded.config, run)


def _write(report: Path, page: str) -> None:
    try:
        report.write_text(page, encoding="utf-8")
    except OSError as error:
        fail(f"{report} cannot be written: {error.strerror}")


def _tried(mentees: int, mentors: int, worse: int, seed: int) -> str:
    from mentalverse_modules.matching import invented
    from mentalverse_modules.matching.fairness import audit as audited
    from mentalverse_modules.matching.filters import Known
    from mentalverse_modules.matching.report import Facts, as_html
    from mentalverse_modules.matching.run import run

    # A trial has to be repeated exactly; nothing here is secret.
    draws = Random(seed)  # noqa: S311
    people = [invented.mentee(draws, f"e{at}") for at in range(mentees)]
    helping = [invented.mentor(draws, f"o{at}") for at in range(mentors)]
    waited = {each.ref: float(draws.randrange(30)) for each in people}
    groups = {each.ref: GROUPS[at % len(GROUPS)] for at, each in enumerate(people)}
    done = run(people, helping, Known(), draws.randbytes(16), waited)
    outcomes = [
        _left_out(each) if _is_hit(groups[each.ref], draws, worse) else each
        for each in done.outcomes
    ]
    found = audited(outcomes, groups, draws)
    _print(done, found)
    facts = Facts(
        f"invented, seed {seed}",
        "A trial",
        mentees,
        mentors,
        sum(each.places for each in helping),
        sum(each.matched for each in outcomes),
        None if done.widest is None else len(done.widest),
        len(done.short),
        done.ruled,
    )
    return as_html(facts, found)


def _print(done: Run, found: Audit) -> None:
    typer.echo(f"{len(done.stable)} of {len(done.outcomes)} matched")
    for cell in found.findings:
        apart = cell.difference
        typer.echo(
            f"{cell.group}: {cell.measure.value} differs by {apart.mean:.2f} "
            f"({apart.low:.2f} to {apart.high:.2f})"
        )
    if not found.findings:
        typer.echo("no difference was found that chance alone would hardly make")


def _is_hit(group: str, draws: Random, worse: int) -> bool:
    return group == GROUPS[0] and draws.randrange(100) < worse


def _left_out(outcome: Outcome) -> Outcome:
    from dataclasses import replace

    return replace(outcome, matched=False, rank=None)


def _require_sizes(mentees: int, mentors: int, worse: int) -> None:
    if mentees < 1 or mentors < 1 or mentees * mentors > MAX_PAIRS:
        fail(f"people times mentors is 1 to {MAX_PAIRS:,}", EXIT_USAGE)
    if not 0 <= worse <= 100:
        fail("--worse is 0 to 100", EXIT_USAGE)
