"""`python -m load_tests SCENARIO [--quick] [--json]`.

Exit status 0: it ran, goals met or not (the table says); 1: a message was lost,
doubled or out of order; 2: it could not run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console

from . import messaging
from .report import Goal, Report

SCENARIOS: dict[str, tuple[Callable[[bool], tuple[Report, bool]], tuple[Goal, ...]]] = {
    "messaging": (messaging.run, messaging.GOALS),
}


def main() -> int:
    """Run one scenario and print what it measured."""
    parser = argparse.ArgumentParser(
        prog="python -m load_tests",
        description="Measure this build on this machine, on loopback only.",
        epilog="example: python -m load_tests messaging --quick --json > figures.json",
    )
    parser.add_argument("scenario", choices=SCENARIOS, help="what to measure")
    parser.add_argument("--quick", action="store_true", help="a minute, fewer repeats")
    parser.add_argument("--json", action="store_true", help="figures on stdout")
    arguments = parser.parse_args()
    scenario, goals = SCENARIOS[arguments.scenario]
    console = Console(stderr=True)
    try:
        with console.status(f"measuring {arguments.scenario} …"):
            report, correct = scenario(arguments.quick)
    except (RuntimeError, OSError) as error:
        console.print(f"could not run: {error}", markup=False)
        return 2
    report.print_table(goals)
    if arguments.json:
        report.print_json()
    return 0 if correct else 1


if __name__ == "__main__":
    sys.exit(main())
