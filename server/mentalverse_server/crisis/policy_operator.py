"""What an operator does about the desk's promises, from beside the server.

Adopting by the command line is for the first policy of a house, and for houses with one
supervisor: whoever has the machine vouches for the signature. A server that runs goes
by it from its next decision on.
"""

from __future__ import annotations

from dataclasses import dataclass

from mentalverse_crisis.policy import DEFAULT, Policy
from mentalverse_signaling.policy_events import PolicyFinding

from ..clock import SystemClock, to_millis
from ..config import Config
from ..errors import StartupError
from ..operator import beside_the_server
from ..store import accounts, cases, policies
from ..store.engine import Connection
from ..store.policies import Adopted, Proposed, Signed
from .pages.on_call import read_on_call
from .policy_findings import Linter
from .policy_trial import Ask, Tried, tried
from .policy_view import MOST_SHOWN


@dataclass(frozen=True, slots=True)
class Shown:
    """What is in force, and how it came to be."""

    policy: Policy
    history: tuple[Adopted, ...]
    """The newest first."""
    proposal: Proposed | None
    handles: dict[str, str]
    """Of those who proposed and adopted, by account."""


def shown(config: Config) -> Shown:
    """The policy under which cases open now."""
    with beside_the_server(config) as database:
        return database.write(_shown)


def findings(config: Config, policy: Policy) -> tuple[PolicyFinding, ...]:
    """What is unwise in a policy here, as people answered here."""
    linter = _linter(config)
    now_ms = to_millis(SystemClock().now())
    with beside_the_server(config) as database:
        return database.write(linter.findings, policy, now_ms)


def trial(config: Config, policy: Policy, days: int, people: int | None) -> Tried:
    """What a policy would have made of the last days; takes as long as it takes."""
    ask = Ask(policy, days, people, to_millis(SystemClock().now()))
    with beside_the_server(config) as database:
        return tried(database, ask, lambda known: None)


def adopt(config: Config, policy: Policy, signed: Signed) -> None:
    """Let cases open under a policy from here on.

    Raises:
        StartupError: somebody would wait for nobody, another policy has the revision,
            or it is in force already.
    """
    if _linter(config).refuses(policy):
        raise StartupError("somebody would wait for nobody: see `crisis policy check`")
    now_ms = to_millis(SystemClock().now())
    with beside_the_server(config) as database:
        database.write(_adopt, policy, signed, now_ms)


def _adopt(connection: Connection, policy: Policy, signed: Signed, now_ms: int) -> None:
    # Before the first start of a server with a desk, there is none.
    cases.set_up(connection, DEFAULT)
    if policies.in_force(connection) == policy:
        raise StartupError(f"{policy.revision} is in force already")
    try:
        policies.adopt(connection, policy, signed, now_ms)
    except ValueError:
        raise StartupError(
            f"another policy is {policy.revision} already: name this one otherwise"
        ) from None


def _shown(connection: Connection) -> Shown:
    history = tuple(policies.history(connection, MOST_SHOWN))
    proposal = policies.proposal(connection)
    named = {who for one in history for who in (one.proposed_by, one.adopted_by) if who}
    if proposal is not None:
        named.add(proposal.proposed_by)
    return Shown(
        policy=policies.in_force(connection),
        history=history,
        proposal=proposal,
        handles=accounts.handles(connection, named),
    )


def _linter(config: Config) -> Linter:
    is_open = config.crisis.mode == "open"
    return Linter(read_on_call(config.crisis.on_call), is_open=is_open)
