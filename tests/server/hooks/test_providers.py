"""H6: for each decision, whatever its provider does, the stated meaning and in time."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from mentalverse_server.hooks.decide import Asking, Line
from mentalverse_server.hooks.figures import Figures
from mentalverse_server.hooks.in_process import InProcess
from mentalverse_server.hooks.memory import Memory
from mentalverse_server.hooks.policy import ASKED, RULES, Decision, Meaning
from mentalverse_server.hooks.ports import (
    Answer,
    Candidates,
    Check,
    CircleOpen,
    Eligible,
    Fact,
    Jurisdiction,
    Pairs,
    Payment,
    Question,
    Reason,
    SessionStart,
    Topic,
    Verdict,
)
from mentalverse_server.hooks.providers import Providers
from mentalverse_server.hooks.ruling import Kept, Standing
from mentalverse_signaling.ids import AccountId
from support.bad_providers import (
    GRACE_SECONDS,
    LINGER_SECONDS,
    cancels,
    hangs,
    least_delay,
    raises,
    says,
    swallows,
)

ANN, BEN = AccountId("a" * 32), AccountId("b" * 32)
QUESTIONS: Mapping[Decision, Question] = {
    Decision.ROUTING_HINT: Candidates((ANN, BEN)),
    Decision.RESPONDER_ELIGIBLE: Eligible(ANN),
    Decision.SESSION_START_PEER: SessionStart(ANN, False, "direct"),
    Decision.SESSION_START_PROFESSIONAL: SessionStart(ANN, True, "direct"),
    Decision.CIRCLE_OPEN_THERAPY: CircleOpen(ANN),
    Decision.JURISDICTION_ALLOWED: Jurisdiction(ANN, "DE"),
    Decision.MATCH_SCORE: Pairs(ANN, (BEN,)),
    Decision.MATCH_VETO: Pairs(ANN, (BEN,)),
    Decision.PAYMENT_AUTHORISE: Payment(ANN, "session", 10**6, "1"),
    Decision.SPEND_CARE: Payment(ANN, "session", 10**6, "1"),
    Decision.SPEND_EXTRAS: Payment(ANN, "theme", 10**6, "2"),
    Decision.CONTENT_LIST: Topic("en", "sleep"),
    Decision.REWARD_EVALUATE: Fact(ANN, "evt_1", "peer.session"),
    Decision.CREDENTIAL_ISSUE: Check(ANN, "licence"),
}
AWAITED = [one for one in ASKED if RULES[one].silence is not Meaning.PENDING]
PENDING = [one for one in ASKED if one not in AWAITED]


class OwnMemory(Memory):
    """Knows nobody, or what it is told; never on disk."""

    def __init__(self, standing: Standing | None = None, is_slow: bool = False) -> None:
        self.known = standing or Standing()
        self.is_slow = is_slow
        self.written: list[Mapping[str, Kept]] = []

    async def standing(self, decision: Decision, account: AccountId) -> Standing | None:
        if self.is_slow:
            await asyncio.sleep(5)
        return self.known

    async def keep(
        self, decision: Decision, account: AccountId, said: Mapping[str, Kept]
    ) -> None:
        self.written.append(said)
        if self.is_slow:
            await asyncio.sleep(5)


def _providers(
    decision: Decision, line: Line, memory: Memory | None = None, now_ms: int = 0
) -> Providers:
    asking = Asking(decision, [line], lambda: now_ms, value=RULES[decision].value)
    figures = Figures()
    figures.askings = {decision: asking}
    return Providers(
        {decision: asking}, {}, memory or OwnMemory(), lambda: now_ms, figures
    )


def _with_method(decision: Decision, method: Callable[[Any], object]) -> Line:
    """A provider of somebody else's that has this method alone."""
    name = RULES[decision].method
    assert name is not None
    provider = type("Provider", (), {name: staticmethod(method)})()
    return Line("register", InProcess("register", provider).ask(decision))


def _bad_lines(decision: Decision) -> dict[str, Line]:
    """One of each kind; those that are late answer yes after the deadline."""
    late = RULES[decision].deadline_seconds + LINGER_SECONDS

    def blocks(question: object) -> object:
        time.sleep(late)
        return Answer(Verdict.ALLOW)

    async def blocks_its_loop(question: object) -> object:
        return blocks(question)

    async def is_late(question: object) -> object:
        await asyncio.sleep(late)
        return Answer(Verdict.ALLOW)

    def leaves(question: object) -> object:
        sys.exit(1)

    methods = {
        "hangs": hangs,
        "swallows": swallows,
        "late": is_late,
        "blocks": blocks,
        "blocks its loop": blocks_its_loop,
        "raises": raises,
        "cancels": cancels,
        "leaves": leaves,
        "lies": says(Answer(Verdict.DENY, "because")),
        "says true": says(True),
    }
    return {name: _with_method(decision, method) for name, method in methods.items()}


@pytest.mark.parametrize("decision", AWAITED)
async def test_whatever_it_does_silence_means_what_it_means_and_comes_in_time(
    decision: Decision,
) -> None:
    lines = _bad_lines(decision)
    question = QUESTIONS[decision]
    found: dict[str, object] = {}

    async def decide(name: str) -> None:
        providers = _providers(decision, lines[name])
        found[name] = (await providers.decide(decision, question)).meaning

    async def all_of_them() -> None:
        await asyncio.gather(*(decide(name) for name in lines))

    seconds = RULES[decision].deadline_seconds
    assert await least_delay(all_of_them, seconds) <= GRACE_SECONDS
    assert found == dict.fromkeys(lines, RULES[decision].silence)


@pytest.mark.parametrize("decision", PENDING)
async def test_what_nobody_waits_for_stays_pending(decision: Decision) -> None:
    for bad in (raises, says(True), cancels):
        providers = _providers(decision, _with_method(decision, bad))
        ruling = await providers.decide(decision, QUESTIONS[decision])
        assert ruling.meaning is Meaning.PENDING


@pytest.mark.parametrize("decision", [d for d in Decision if d not in ASKED])
async def test_who_asks_what_nobody_may_be_asked_finds_out(decision: Decision) -> None:
    called = []

    async def answers(question: object) -> object:
        called.append(question)
        return Answer(Verdict.ALLOW)

    providers = _providers(decision, Line("register", answers))
    with pytest.raises(LookupError):
        await providers.decide(decision, Eligible(ANN))
    assert called == []


async def test_a_slow_database_holds_no_decision_up() -> None:
    decision = Decision.SESSION_START_PEER
    providers = _providers(
        decision, Line("register", says(Answer(Verdict.ALLOW))), OwnMemory(is_slow=True)
    )

    async def decide() -> None:
        assert (await providers.decide(decision, QUESTIONS[decision])).is_allowed

    seconds = RULES[decision].deadline_seconds
    assert await least_delay(decide, seconds) <= GRACE_SECONDS
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


async def test_a_yes_and_a_no_are_written_and_silence_is_not() -> None:
    decision, memory = Decision.SESSION_START_PEER, OwnMemory()
    for said in (
        Answer(Verdict.ALLOW, "", 70_000),
        Answer(Verdict.DENY, Reason.EXPIRED),
        Answer(Verdict.UNKNOWN),
    ):
        line = Line("register", says(said))
        providers = _providers(decision, line, memory, now_ms=7)
        await providers.decide(decision, QUESTIONS[decision])
    assert memory.written == [
        {"register": Kept(Verdict.ALLOW, "", 7, 70_000)},
        {"register": Kept(Verdict.DENY, "expired", 7, None)},
    ]


async def test_the_same_answer_is_not_written_again_within_a_minute() -> None:
    decision = Decision.SESSION_START_PEER
    memory = OwnMemory(Standing(kept={"register": Kept(Verdict.ALLOW, "", 0, None)}))
    line = Line("register", says(Answer(Verdict.ALLOW)))
    for now_ms in (1, 59_999, 60_000):
        providers = _providers(decision, line, memory, now_ms)
        await providers.decide(decision, QUESTIONS[decision])
    assert [each["register"].at_ms for each in memory.written] == [60_000]


async def test_with_nobody_named_nobody_is_asked() -> None:
    providers = Providers({}, {}, cast(Memory, None), lambda: 0, Figures())
    assert not providers.asks(Decision.MATCH_SCORE)
    ruling = await providers.decide(
        Decision.MATCH_SCORE, QUESTIONS[Decision.MATCH_SCORE]
    )
    assert ruling.meaning is Meaning.BUILT_IN


async def test_the_figures_say_what_became_of_a_question() -> None:
    decision = Decision.CIRCLE_OPEN_THERAPY
    figures = Figures()
    line = Line("register", raises)
    asking = Asking(
        decision, [line], lambda: 0, lambda _, *what: figures.note(decision, *what)
    )
    figures.askings = {decision: asking}
    providers = Providers({decision: asking}, {}, OwnMemory(), lambda: 0, figures)
    for _ in range(6):
        await providers.decide(decision, QUESTIONS[decision])
    read = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in figures.collect()
        for sample in metric.samples
    }
    of = "circle.open_therapy"
    assert read["mentalverse_provider_seconds_count", of, "failed"] == 5
    assert read["mentalverse_provider_seconds_count", of, "open"] == 1
    assert read["mentalverse_provider_unknown_total", of] == 6
    assert read["mentalverse_breaker_open", of] == 1
    assert read["mentalverse_provider_disabled", of] == 0
