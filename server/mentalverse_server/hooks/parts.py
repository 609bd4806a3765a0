"""The providers of a server: who is chosen, loaded, and asked for what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial

from ..config import ConfigError
from ..ground import Ground
from ..store.desk_time import DeskTime
from .chosen import OWN, Chosen, read_chosen
from .decide import Abandoned, Asking, Line, Outcome
from .defaults.roles import RoleCredentials
from .figures import Figures
from .in_process import InProcess, load
from .memory import Memory
from .policy import RULES, Decision
from .providers import Providers


def make_providers(ground: Ground, stack: AsyncExitStack) -> Providers:
    """Everybody whom the settings name, and what this server answers itself.

    Raises:
        StartupError: somebody named is not installed or cannot be made.
        ConfigError: they are named for what they do not answer.
    """
    lines: dict[Decision, list[Line]] = {}
    for chosen in read_chosen(ground.config.hooks.providers):
        for decision, line in _lines(chosen, stack).items():
            lines.setdefault(decision, []).append(line)
    return providers_of(ground, lines)


def providers_of(ground: Ground, lines: Mapping[Decision, list[Line]]) -> Providers:
    """With these lines, and this server's own answers where they have none."""
    now_ms = DeskTime(ground.clock).own_ms
    figures = Figures()
    make = partial(_asking, figures, now_ms)
    askings = {decision: make(decision, found) for decision, found in lines.items()}
    own = {
        decision: make(decision, [line])
        for decision, line in _own(ground).items()
        if decision not in askings
    }
    figures.askings = {**askings, **own}
    return Providers(
        askings, own, Memory(ground.database, ground.writer), now_ms, figures
    )


def _asking(
    figures: Figures, now_ms: Callable[[], int], decision: Decision, lines: list[Line]
) -> Asking:
    def noted(provider: str, outcome: Outcome, seconds: float) -> None:
        figures.note(decision, outcome, seconds)

    return Asking(decision, lines, now_ms, noted, RULES[decision].value)


def _lines(chosen: Chosen, stack: AsyncExitStack) -> dict[Decision, Line]:
    provider = InProcess(chosen.name, load(chosen.name))
    stack.callback(provider.close)
    decisions = chosen.decisions or provider.decisions
    missing = [one for one in decisions if one not in provider.decisions]
    if missing or not decisions:
        raise ConfigError(
            f"hooks.providers: {chosen.name} does not answer"
            f" {', '.join(missing) or 'anything'}"
        )
    abandoned = Abandoned()
    return {
        each: Line(chosen.name, provider.ask(each), chosen.is_required, abandoned)
        for each in decisions
    }


def _own(ground: Ground) -> dict[Decision, Line]:
    """Who answers where nobody is named; on the server's loop, since it is ours."""
    roles = RoleCredentials(
        ground.database,
        facilitators_are_licensed=ground.config.calls.facilitators_are_licensed,
    )
    return {Decision.CIRCLE_OPEN_THERAPY: Line(OWN, roles.circle_open)}
