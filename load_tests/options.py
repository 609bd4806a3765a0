"""What a scenario is asked for, and how it says where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]
"""Shows one line of progress to whoever waits."""


def say_nothing(line: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Options:
    """The flags of the command line."""

    quick: bool = False
    """A minute and fewer repeats."""
    first_seed: int = 0
    """Of the random lives; the others follow it."""
    say: Say = say_nothing
