"""What a scenario prints: a table for people on stderr, one JSON object on stdout."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from importlib import metadata

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Goal:
    """A bar that a figure is held against: `at_least` or `at_most`."""

    figure: str
    at_least: float | None = None
    at_most: float | None = None

    def met(self, value: float) -> bool:
        """Whether the value reaches the bar."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def __str__(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}"


@dataclass(slots=True)
class Report:
    """Figures as they are obtained; one that was not obtained is left out."""

    scenario: str
    figures: dict[str, float] = field(default_factory=dict)
    spreads: dict[str, tuple[float, float]] = field(default_factory=dict)
    versions: dict[str, str | None] = field(default_factory=dict)
    machine: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, spread: list[float] | None = None) -> None:
        """Record a figure, and the range of the repeats it is the median of."""
        self.figures[name] = round(value, 3)
        if spread:
            self.spreads[name] = (min(spread), max(spread))

    def print_json(self) -> None:
        """One object on stdout and nothing else."""
        body = {
            "scenario": self.scenario,
            "figures": self.figures,
            "versions": self.versions,
            "machine": self.machine,
        }
        sys.stdout.write(json.dumps(body, allow_nan=False) + "\n")

    def print_table(self, goals: tuple[Goal, ...]) -> None:
        """Every figure with its range and its bar, on stderr."""
        console = Console(stderr=True)
        bars = {goal.figure: goal for goal in goals}
        table = Table(title=f"load_tests {self.scenario}", title_justify="left")
        table.add_column("figure", overflow="fold")
        for heading in ("median", "range", "goal", ""):
            table.add_column(heading, justify="right")
        for name, value in self.figures.items():
            low_high = self.spreads.get(name)
            spread = f"{low_high[0]:.4g} – {low_high[1]:.4g}" if low_high else ""
            goal = bars.get(name)
            verdict = "" if goal is None else "met" if goal.met(value) else "MISSED"
            table.add_row(name, f"{value:g}", spread, str(goal or ""), verdict)
        console.print(table)
        for name, version in self.versions.items():
            console.print(f"  {name}: {version or 'absent'}", highlight=False)
        facts = ", ".join(f"{key} {value}" for key, value in self.machine.items())
        console.print(f"  machine: {facts}", highlight=False)
        for note in self.notes:
            console.print(f"  {note}", highlight=False, markup=False)


def verdict(report: Report, gates: tuple[Goal, ...]) -> bool:
    """Whether every bar is met; says in the notes which is not.

    A figure that is missing misses its bar.
    """
    missed = [
        goal
        for goal in gates
        if goal.figure not in report.figures
        or not goal.met(report.figures[goal.figure])
    ]
    for goal in missed:
        value = report.figures.get(goal.figure, "not obtained")
        report.notes.append(f"MISSED: {goal.figure} is {value}, wanted {goal}")
    return not missed


def installed(package: str) -> str | None:
    """The version of a distribution, None when it is absent."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
