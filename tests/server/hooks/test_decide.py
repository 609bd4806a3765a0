"""A decision is never later than its deadline, whatever a provider does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

import pytest

from mentalverse_server.hooks.breaker import FAULTS_TO_OPEN
from mentalverse_server.hooks.decide import (
    MAX_ABANDONED,
    Abandoned,
    Asking,
    Line,
    Outcome,
)
from mentalverse_server.hooks.ports import UNKNOWN, Answer, Reason, Verdict
from mentalverse_server.hooks.threads import MAX_THREADS, Threads
from support.bad_providers import (
    GRACE_SECONDS,
    LIES,
    LINGER_SECONDS,
    Bad,
    blocks_for,
    cancels,
    exits,
    hangs,
    late_by,
    least_delay,
    raises,
    says,
    swallows,
)
from support.transport import until

DEADLINE = 0.05
YES = Answer(Verdict.ALLOW)
NO = Answer(Verdict.DENY, Reason.REVOKED)


class Asked:
    """One decision put to some providers, and what became of each question."""

    def __init__(self, **providers: Bad) -> None:
        self.outcomes: list[tuple[str, Outcome]] = []
        self.lines = {name: Line(name, ask) for name, ask in providers.items()}
        self._asking = Asking("test", list(self.lines.values()), lambda: 0, self._note)

    def _note(self, provider: str, outcome: Outcome, seconds: float) -> None:
        self.outcomes.append((provider, outcome))

    async def answer(self) -> Answer:
        return (await self._asking.ask("who", DEADLINE)).answer

    async def each(self) -> Mapping[str, Answer]:
        return (await self._asking.ask("who", DEADLINE)).of


@pytest.mark.parametrize(
    ("provider", "fault"),
    [
        (hangs, Outcome.LATE),
        (swallows, Outcome.LATE),
        (late_by(DEADLINE + 0.1), Outcome.LATE),
        (blocks_for(DEADLINE + LINGER_SECONDS, Threads()), Outcome.LATE),
        (raises, Outcome.FAILED),
        (cancels, Outcome.FAILED),
        (exits, Outcome.FAILED),
        *((says(lie), Outcome.INVALID) for lie in LIES),
    ],
)
async def test_who_does_not_answer_in_time_and_form_is_silent_and_at_fault(
    provider: Bad, fault: Outcome
) -> None:
    asked = Asked(bad=provider)
    assert await least_delay(asked.answer, DEADLINE) <= GRACE_SECONDS
    assert await asked.answer() == UNKNOWN
    assert set(asked.outcomes) <= {("bad", fault), ("bad", Outcome.OPEN)}
    assert ("bad", fault) in asked.outcomes


async def test_the_measure_finds_a_wait_for_who_swallows_cancellation() -> None:
    """`asyncio.timeout` is what this is not made of."""

    async def decide() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DEADLINE):
                await swallows("who")

    assert await least_delay(decide, DEADLINE) > LINGER_SECONDS / 2


async def test_who_holds_the_loop_past_the_deadline_has_said_nothing() -> None:
    def block() -> None:
        time.sleep(DEADLINE + 0.02)

    async def holds(question: object) -> object:
        block()
        return YES

    asked = Asked(bad=holds)
    assert await asked.answer() == UNKNOWN
    assert asked.outcomes == [("bad", Outcome.LATE)]


async def test_all_are_asked_at_once_under_one_deadline() -> None:
    asked = Asked(a=swallows, b=late_by(DEADLINE + 0.1), c=says(YES))
    assert await least_delay(asked.each, DEADLINE) <= GRACE_SECONDS
    assert await asked.each() == {"a": UNKNOWN, "b": UNKNOWN, "c": YES}


async def test_one_no_is_the_decision_and_is_not_waited_after() -> None:
    asked = Asked(a=hangs, b=says(NO), c=says(YES))
    async with asyncio.timeout(DEADLINE * 100):
        for _ in range(FAULTS_TO_OPEN * 2):
            assert await asked.answer() == NO
    assert ("a", Outcome.SPARED) in asked.outcomes
    assert not asked.lines["a"].breaker.is_open


async def test_who_is_not_required_may_be_silent_and_may_say_no() -> None:
    asked = Asked(a=says(YES), b=raises)
    asked.lines["b"].is_required = False
    assert await asked.answer() == YES
    asked.lines["b"].ask = says(NO)
    assert await asked.answer() == NO


async def test_nobody_is_asked_where_nobody_is_named() -> None:
    assert await Asked().answer() == UNKNOWN


async def test_after_five_faults_a_provider_is_not_asked() -> None:
    asked = Asked(bad=raises)
    for _ in range(FAULTS_TO_OPEN):
        await asked.answer()
    asked.lines["bad"].ask = says(YES)
    assert await asked.answer() == UNKNOWN
    assert asked.outcomes[-1] == ("bad", Outcome.OPEN)


async def test_an_answer_is_none_of_the_faults_even_if_it_is_no() -> None:
    asked = Asked(a=says(NO))
    for said in (NO, UNKNOWN, YES) * FAULTS_TO_OPEN:
        asked.lines["a"].ask = says(said)
        assert await asked.answer() == said


async def test_with_too_many_abandoned_nothing_is_asked_until_some_end() -> None:
    let_go = asyncio.Event()
    begun = 0

    async def clings(question: object) -> object:
        nonlocal begun
        begun += 1
        while not let_go.is_set():
            with suppress(asyncio.CancelledError):
                await let_go.wait()
        return YES

    shared = Abandoned()
    asking = [
        Asking("test", [Line("bad", clings, abandoned=shared)], lambda: 0)
        for _ in range(MAX_ABANDONED + 1)
    ]
    await asyncio.gather(*(one.ask("who", 0.01) for one in asking))
    assert begun == len(shared.tasks) == MAX_ABANDONED + 1
    assert shared.are_too_many
    heard = await Asking(
        "other", [Line("bad", says(YES), abandoned=shared)], lambda: 0
    ).ask("who", DEADLINE)
    assert heard.answer == UNKNOWN
    let_go.set()
    await asyncio.wait(set(shared.tasks))
    await asyncio.sleep(0)
    assert not shared.tasks
    asked = Asked(bad=says(YES))
    asked.lines["bad"].abandoned = shared
    assert await asked.answer() == YES


async def test_whoever_asks_and_goes_leaves_no_question_behind() -> None:
    asked = Asked(a=hangs)
    task = asyncio.create_task(asked.answer())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not asked.lines["a"].abandoned.tasks
    assert asked.outcomes == []


async def test_with_every_thread_taken_the_answer_is_silence_at_once() -> None:
    threads, release = Threads(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def waits() -> object:
        return asyncio.run_coroutine_threadsafe(release.wait(), loop).result()

    async def put(question: object) -> object:
        return await threads.run(waits)

    asked = Asked(a=put)
    await asyncio.gather(*(asked.answer() for _ in range(MAX_THREADS)))
    assert threads.taken == MAX_THREADS
    asked.lines["a"].breaker = type(asked.lines["a"].breaker)()
    decided = asyncio.create_task(asked.answer())
    # Well before the deadline: two turns of the loop are enough.
    for _ in range(5):
        await asyncio.sleep(0)
    assert decided.done()
    assert asked.outcomes[-1] == ("a", Outcome.BUSY)
    release.set()
    await until(lambda: not threads.taken)
    assert await threads.run(partial(int, "7")) == 7


@pytest.mark.parametrize("error", [SystemExit, StopIteration, ValueError])
async def test_what_is_raised_in_a_thread_is_raised_here(
    error: type[BaseException],
) -> None:
    def fails() -> object:
        raise error

    with pytest.raises((RuntimeError, ValueError)):
        await Threads().run(fails)
