"""`python -m load_tests SCENARIO [--quick] [--json]`.

Exit status 0: it ran, and what gates was met (the table says what was not); 1: what
was measured is wrong (lost, doubled, a disagreement), or a gating bar was missed; 2:
it could not run.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from rich.console import Console
from rich.status import Status

from . import calls, crisis, crypto, messaging
from .options import Options, Say
from .report import Goal, Report

SCENARIOS: dict[
    str, tuple[Callable[[Options], tuple[Report, bool]], tuple[Goal, ...]]
] = {
    "messaging": (messaging.run, messaging.GOALS),
    "crypto": (crypto.run, crypto.GOALS),
    "crisis": (crisis.run, crisis.GOALS),
    "calls": (calls.run, calls.GOALS),
}

EXAMPLES = """examples:
  python -m load_tests messaging --quick --json > figures.json
  python -m load_tests calls            # browsers, forwarders, a relay; needs root
"""


def main() -> int:
    """Run one scenario and print what it measured."""
    parser = argparse.ArgumentParser(
        prog="python -m load_tests",
        description="Measure this build on this machine, on loopback only.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", choices=SCENARIOS, help="what to measure")
    parser.add_argument("--quick", action="store_true", help="a minute, fewer repeats")
    parser.add_argument("--json", action="store_true", help="figures on stdout")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="first seed: of the random lives of crypto, of the moments of crisis",
    )
    arguments = parser.parse_args()
    scenario, goals = SCENARIOS[arguments.scenario]
    console = Console(stderr=True)
    try:
        with console.status(f"measuring {arguments.scenario} …") as status:
            say = _sayer(console, status)
            options = Options(arguments.quick, arguments.seed, say)
            report, correct = scenario(options)
    except (RuntimeError, OSError) as error:
        console.print(f"could not run: {error}", markup=False)
        return 2
    report.print_table(goals)
    if arguments.json:
        report.print_json()
    return 0 if correct else 1


def _sayer(console: Console, status: Status) -> Say:
    """One line that changes, or on what is not a terminal one after the other."""
    if console.is_terminal:
        return lambda line: status.update(f"measuring: {line}")
    return lambda line: console.print(f"measuring: {line}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
