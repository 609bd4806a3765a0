"""`match learn`: whether other weights would have chosen better, by a log."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from .settings import EXIT_USAGE, fail

if TYPE_CHECKING:
    from mentalverse_modules.matching.factors import Weights
    from mentalverse_modules.matching.learn import Judged, Logged

MAX_LOG_BYTES = 64 * 1024 * 1024
WHOLE_BP = 10_000

LogFile = Annotated[
    Path, typer.Argument(metavar="LOG", help="JSON lines: one choice a line.")
]
Margin = Annotated[
    int,
    typer.Option(
        min=0, max=WHOLE_BP, help="So much better it has to be, of 10,000. Set before."
    ),
]
OutFile = Annotated[Path, typer.Option("--out", help="For weights that are better.")]
Seed = Annotated[int, typer.Option(help="The same one gives the same verdict.")]


def learn(log: LogFile, out: OutFile, margin: Margin = 200, seed: Seed = 1) -> None:
    """Fit weights to one half of a log, and judge them by the other half.

    They are written only if they are better by the margin, whatever half of the log is
    drawn anew. Nothing changes until a server is started with `matching.weights_file`.

    A line has `ref` (any name of the choice), `options` (of each, its values by factor,
    0 to 10,000), `taken` (its number, from 0), `propensity` (how likely it was to be
    taken) and `outcome_bp` (0 to 10,000).

    [bold]Example[/bold]

    mentalverse match learn choices.jsonl --margin 200 --out weights.json
    """
    from mentalverse_modules.matching.learn import fitted, judged
    from mentalverse_modules.matching.weights import written

    logged = _read(log)
    challenger = fitted(logged)
    # A verdict has to be repeated exactly; nothing here is secret.
    verdict = judged(logged, challenger, margin, Random(seed))  # noqa: S311
    _print(challenger, verdict)
    if not verdict.promoted:
        typer.echo(f"Not better by {margin}: the weights stay as they are.")
        return
    try:
        out.write_text(written(challenger), encoding="utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    typer.echo(f"Better by more than {margin}: {out}, for matching.weights_file.")


def _print(challenger: Weights, verdict: Judged) -> None:
    from mentalverse_modules.matching.factors import SCORED, WEIGHTS_BP

    typer.echo(f"{'':<14}{'default':>9}{'learnt':>9}")
    for factor, before, after in zip(SCORED, WEIGHTS_BP, challenger, strict=True):
        typer.echo(f"{factor.code:<14}{before:>9,}{after:>9,}")
    typer.echo(
        f"Held out: {verdict.held_out:,} choices. "
        f"Outcome by default {verdict.champion_bp:,.0f}, "
        f"learnt {verdict.challenger_bp:,.0f}"
        + (
            "."
            if verdict.low_bp <= -WHOLE_BP
            else f", hardly less than {verdict.low_bp:+,.0f} better."
        )
    )


def _read(path: Path) -> list[Logged]:
    from mentalverse_modules.matching.learn import Logged, require_sound

    try:
        if path.stat().st_size > MAX_LOG_BYTES:
            fail(f"{path} is larger than {MAX_LOG_BYTES:,} octets", EXIT_USAGE)
        lines = path.read_bytes().splitlines()
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}", EXIT_USAGE)
    found = []
    for number, line in enumerate(lines, 1):
        try:
            each = msgspec.json.decode(line, type=Logged)
            require_sound(each)
        except ValueError as error:
            fail(f"line {number} of {path}: {error}", EXIT_USAGE)
        found.append(each)
    return found
