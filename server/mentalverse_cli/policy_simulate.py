"""`policy simulate`: what a pack makes of invented weeks, by the code that pays."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from .settings import EXIT_USAGE, fail

if TYPE_CHECKING:
    from mentalverse_modules.rewards.facts import Fact
    from mentalverse_modules.rewards.packs import Pack, Rule

SALT = bytes(32)
"""Nothing here is kept, so nothing has to be hidden."""
LIMITS = {"weeks": 104, "people": 500, "facts": 20}

PackArgument = Annotated[
    str, typer.Argument(metavar="PACK", help="A file, or one that ships: peer.")
]
Weeks = Annotated[int, typer.Option(min=1, max=LIMITS["weeks"], help="How many.")]
People = Annotated[
    int, typer.Option(min=1, max=LIMITS["people"], help="Who may be paid.")
]
PerWeek = Annotated[
    int,
    typer.Option(
        "--facts", min=1, max=LIMITS["facts"], help="Of each of them in a week."
    ),
]
Budget = Annotated[
    int, typer.Option(min=0, max=10**9, help="MVT of a week, for all buckets together.")
]
Seed = Annotated[int, typer.Option(help="The same one gives the same figures.")]
PlotFile = Annotated[
    Path | None, typer.Option("--save-plot", help="Write the weeks as an SVG picture.")
]


def simulate(
    pack: PackArgument,
    weeks: Weeks = 8,
    people: People = 40,
    facts: PerWeek = 3,
    budget: Budget = 10_000,
    seed: Seed = 1,
    save_plot: PlotFile = None,
) -> None:
    """Run the rules over invented weeks, and say what a budget would have paid.

    People and their weeks are invented: every automatic rule is as likely as any
    other, everybody attends between a third and all of what was planned.

    [bold]Examples[/bold]

    mentalverse policy simulate peer --weeks 12 --people 100

    mentalverse policy simulate own.json --budget 5000 --save-plot weeks.svg
    """
    from .policy import read_pack
    from .policy_simulate_plot import as_svg

    of = read_pack(pack)
    # A simulation has to be repeated exactly; nothing here is secret.
    chance = Random(seed)  # noqa: S311
    paid, by_rule, reasons = _run(of, weeks, people, facts, budget, chance)
    for code, micro in sorted(by_rule.items()):
        typer.echo(f"{code:<32}{micro / 10**6:>14,.2f} MVT")
    for reason, count in sorted(reasons.items()):
        typer.echo(f"not paid, {reason:<22}{count:>14,}")
    claimed, got = (sum(week[place] for week in paid) for place in (0, 1))
    typer.echo(f"claimed {claimed / 10**6:,.2f} MVT, paid {got / 10**6:,.2f} MVT")
    if save_plot is not None:
        try:
            save_plot.write_text(as_svg(paid), encoding="utf-8")
        except OSError as error:
            fail(f"{save_plot} cannot be written: {error.strerror}", EXIT_USAGE)


def _run(
    pack: Pack, weeks: int, people: int, each: int, budget: int, chance: Random
) -> tuple[list[tuple[int, int]], Counter[str], Counter[str]]:
    """Each week's claims and payments in micro-MVT; sums by rule, and refusals."""
    from mentalverse_modules.rewards.caps import Counts
    from mentalverse_modules.rewards.epoch import epoch_of
    from mentalverse_modules.rewards.packs import MICRO
    from mentalverse_modules.rewards.settle import Owed, budgets, settle

    counts: Counts = Counter()
    owed: tuple[Owed, ...] = ()
    paid: list[tuple[int, int]] = []
    by_rule: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    available = budgets(pack, budget * MICRO)
    # The first whole week in which the pack holds.
    first = epoch_of(pack.effective_ms - 1) + 1
    for week in range(weeks):
        facts = _facts(pack, first + week, people, each, chance)
        found = settle(
            first + week, facts, (pack,), available, counts, owed, lambda: SALT
        )
        claimed = 0
        got = sum(entry.lines[-1].credit_micro for entry in found.paid_owed)
        owed = found.owed
        for right in found.rights:
            receipt = right.receipt
            if receipt.reason or receipt.scored is None:
                reasons[receipt.reason] += 1
                continue
            claimed += receipt.scored.micro
            got += receipt.paid_micro
            by_rule[receipt.rule] += receipt.paid_micro
        paid.append((claimed, got))
    return paid, by_rule, reasons


def _facts(
    pack: Pack, epoch: int, people: int, each: int, chance: Random
) -> list[Fact]:
    from mentalverse_modules.rewards.epoch import WEEK_MS, begins_ms

    rules = [rule for rule in pack.rules if rule.mode == "auto"]
    return [
        _fact(
            chance.choice(rules),
            f"evt_{epoch}_{person}_{number}",
            begins_ms(epoch) + chance.randrange(WEEK_MS),
            person,
            chance,
        )
        for person in range(people)
        for number in range(each)
        if rules
    ]


def _fact(rule: Rule, evt_id: str, at_ms: int, person: int, chance: Random) -> Fact:
    from mentalverse_modules.rewards.facts import LEVELS, PROOFS, Fact
    from mentalverse_modules.rewards.rubric import factor

    steps = [name for text, _ in rule.rubric for name, _ in factor(text).steps]
    planned = rule.per_minutes or 50
    return Fact(
        evt_id=evt_id,
        type=chance.choice(rule.events),
        occurred_at_ms=at_ms,
        beneficiary=f"person_{person}",
        role=rule.match.role,
        kind=chance.choice(rule.match.kind) if rule.match.kind else "",
        pair=f"pair_{person}_{chance.randrange(3)}",
        item=f"item_{chance.randrange(4)}",
        minutes=chance.randint(planned // 3, planned),
        planned_minutes=planned,
        late_seconds=chance.randrange(900),
        level=chance.choice(LEVELS),
        count=chance.randint(3, 12),
        planned_count=12,
        step=chance.choice(steps) if steps else "",
        proofs=PROOFS,
    )
