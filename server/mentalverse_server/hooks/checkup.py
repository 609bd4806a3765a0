"""Whether every provider that is named answers, for `mentalverse doctor`.

Each is asked one of its decisions about somebody who does not exist. A yes, a no and "I
do not know" all show that it answers.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from secrets import token_bytes

from mentalverse_signaling.ids import AccountId, new_id

from ..clock import SystemClock, to_millis
from ..config import Config
from ..errors import StartupError
from .decide import Asking, Line, Outcome
from .parts import chosen_lines
from .policy import RULES, Decision
from .ports import (
    Candidates,
    Check,
    CircleOpen,
    Eligible,
    Fact,
    Jurisdiction,
    Pairs,
    Payment,
    Question,
    SessionStart,
    Topic,
)
from .provider_key import FILE_NAME, open_provider_key

ANSWERS = frozenset({Outcome.ALLOW, Outcome.DENY, Outcome.UNKNOWN})
SLOW_SECONDS = 5.0
"""For one beside the server, which may have to wake up. One that is asked over HTTPS
has the decision's own time."""


async def examine(config: Config) -> str:
    """One line about all of them. Raises `StartupError` naming who does not answer."""
    if not config.hooks.providers:
        return "none: this server decides alone"
    silent: list[str] = []
    async with AsyncExitStack() as stack:
        lines = chosen_lines(config, SystemClock(), token_bytes, stack)
        first: dict[str, tuple[Decision, Line]] = {}
        for decision, found in lines.items():
            for line in found:
                first.setdefault(line.provider, (decision, line))
        for name, (decision, line) in first.items():
            outcome = await _ask(decision, line)
            if outcome not in ANSWERS:
                silent.append(f"{name} does not answer {decision}: {outcome}")
    if silent:
        raise StartupError("; ".join(silent))
    return ", ".join(first) + _key(config)


async def _ask(decision: Decision, line: Line) -> Outcome:
    outcomes: list[Outcome] = []
    asking = Asking(
        decision,
        [line],
        lambda: to_millis(SystemClock().now()),
        lambda provider, outcome, seconds: outcomes.append(outcome),
        RULES[decision].value,
    )
    await asking.ask(about_nobody(decision), SLOW_SECONDS)
    return outcomes[0]


def about_nobody(decision: Decision) -> Question:
    """A question of this decision about an account that nobody has."""
    nobody = AccountId(new_id(token_bytes))
    match decision:
        case Decision.RESPONDER_ELIGIBLE:
            return Eligible(nobody)
        case Decision.SESSION_START_PEER | Decision.SESSION_START_PROFESSIONAL:
            is_professional = decision is Decision.SESSION_START_PROFESSIONAL
            return SessionStart(nobody, is_professional, "direct")
        case Decision.CIRCLE_OPEN_THERAPY:
            return CircleOpen(nobody)
        case Decision.JURISDICTION_ALLOWED:
            return Jurisdiction(nobody, "ZZ")
        case Decision.MATCH_SCORE | Decision.MATCH_VETO:
            return Pairs(nobody, (nobody,))
        case Decision.REWARD_EVALUATE:
            return Fact(nobody, "none", "none")
        case Decision.ROUTING_HINT:
            return Candidates((nobody,))
        case Decision.CONTENT_LIST:
            return Topic("en", "none")
        case Decision.CREDENTIAL_ISSUE:
            return Check(nobody, "none")
        case _:
            return Payment(nobody, "none", 0, "none")


def _key(config: Config) -> str:
    """What those that are asked over HTTPS verify our questions with."""
    folder = config.server.data_dir
    if not (folder / FILE_NAME).exists():
        return ""
    key = open_provider_key(folder, token_bytes).public
    return f"; questions are signed by {key.text}"
