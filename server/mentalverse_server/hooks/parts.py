"""The providers of a server: who is chosen, loaded, and asked for what."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from mentalverse_signaling.ids import AccountId

from ..clock import Clock, to_millis
from ..config import Config, ConfigError
from ..ground import Ground, Rng
from ..links import own_hosts
from ..store.desk_time import DeskTime
from ..store.engine import Connection
from .addresses import read_url
from .chosen import OWN, Chosen, read_chosen
from .decide import Abandoned, Ask, Asking, Line, Outcome
from .defaults.credentials import IssuedCredentials, refused
from .defaults.roles import RoleCredentials
from .egress import Egress
from .figures import Figures
from .in_process import InProcess, load
from .memory import Memory
from .over_https import OverHttps
from .policy import RULES, Decision
from .provider_key import open_provider_key
from .providers import Providers
from .signing import PrivateKey

_Asks = Callable[[Decision], Ask]


def make_providers(ground: Ground, stack: AsyncExitStack) -> Providers:
    """Everybody whom the settings name, and what this server answers itself.

    Raises:
        StartupError: somebody named is not installed or cannot be made.
        ConfigError: they are named for what they do not answer.
    """
    providers = providers_of(
        ground, chosen_lines(ground.config, ground.clock, ground.rng, stack)
    )
    stack.push_async_callback(providers.close)
    return providers


def chosen_lines(
    config: Config, clock: Clock, rng: Rng, stack: AsyncExitStack
) -> dict[Decision, list[Line]]:
    """To everybody whom the settings name; raises as `make_providers` does."""
    lines: dict[Decision, list[Line]] = {}
    outside = _Outside(config, clock, rng, stack)
    for chosen in read_chosen(config.hooks.providers):
        decisions, ask = outside.of(chosen) if chosen.url else _beside(chosen, stack)
        abandoned = Abandoned()
        for each in decisions:
            line = Line(chosen.name, ask(each), chosen.is_required, abandoned)
            lines.setdefault(each, []).append(line)
    return lines


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
    return Providers(askings, own, _memory(ground, now_ms), now_ms, figures)


def _memory(ground: Ground, now_ms: Callable[[], int]) -> Memory:
    def refusal(connection: Connection, decision: Decision, account: AccountId) -> str:
        return refused(connection, decision, account, now_ms())

    return Memory(ground.database, ground.writer, refusal)


def _asking(
    figures: Figures, now_ms: Callable[[], int], decision: Decision, lines: list[Line]
) -> Asking:
    def noted(provider: str, outcome: Outcome, seconds: float) -> None:
        figures.note(decision, outcome, seconds)

    return Asking(decision, lines, now_ms, noted, RULES[decision].value)


def _beside(chosen: Chosen, stack: AsyncExitStack) -> tuple[Sequence[Decision], _Asks]:
    """One that is installed beside the server."""
    provider = InProcess(chosen.name, load(chosen.name))
    stack.callback(provider.close)
    answered = provider.decisions
    decisions = chosen.decisions or answered
    missing = [one for one in decisions if one not in answered]
    if missing or not decisions:
        what = ", ".join(missing) or "anything"
        raise ConfigError(f"hooks.providers: {chosen.name} does not answer {what}")
    return decisions, provider.ask


class _Outside:
    """Those that are asked over HTTPS share one door and one key."""

    def __init__(
        self, config: Config, clock: Clock, rng: Rng, stack: AsyncExitStack
    ) -> None:
        self._config = config
        self._clock = clock
        self._rng = rng
        self._stack = stack
        self._door: tuple[Egress, PrivateKey] | None = None

    def of(self, chosen: Chosen) -> tuple[Sequence[Decision], _Asks]:
        """One of them."""
        private = self._config.hooks.private
        if self._door is None:
            own = own_hosts(self._config)
            egress = Egress(private=private, own=own, tls=_tls(self._config))
            self._stack.push_async_callback(egress.close)
            data_dir = self._config.server.data_dir
            self._door = egress, open_provider_key(data_dir, self._rng)
        egress, key = self._door
        try:
            read_url(chosen.url, private)
            provider = OverHttps(
                chosen, egress, key, self._rng, lambda: to_millis(self._clock.now())
            )
        except ValueError as error:
            raise ConfigError(f"hooks.providers: {chosen.name}: {error}") from None
        return chosen.decisions, provider.ask


def _tls(config: Config) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if (issuers := config.hooks.ca_file) is not None:
        try:
            context.load_verify_locations(issuers)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"hooks.ca_file: {error}") from None
    return context


def _own(ground: Ground) -> dict[Decision, Line]:
    """Who answers where nobody is named; on the server's loop, since it is ours."""
    roles = RoleCredentials(
        ground.database,
        facilitators_are_licensed=ground.config.calls.facilitators_are_licensed,
    )
    own = IssuedCredentials(ground.database, roles, DeskTime(ground.clock).own_ms)
    return {
        Decision.CIRCLE_OPEN_THERAPY: Line(OWN, own.circle_open),
        Decision.SESSION_START_PEER: Line(OWN, own.session_start),
        Decision.SESSION_START_PROFESSIONAL: Line(OWN, own.session_start),
        Decision.RESPONDER_ELIGIBLE: Line(OWN, own.eligible),
    }
