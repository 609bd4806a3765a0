"""Pages: written with the decision, sent until taken, and never after an answer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import CANARY, CaseState
from mentalverse_crisis.events import (
    CaseOpened,
    Dismissed,
    Event,
    OfferAccepted,
    PageAcked,
    PersonLeft,
    TimePassed,
)
from mentalverse_server.crisis.pages.page import NotTaken, Page
from mentalverse_server.crisis.pages.sending import Adapters
from mentalverse_server.store import crisis_pages
from support.clock import ManualClock
from support.desk_stored import arriving, opening, stored_desk
from support.hub import eventually
from support.paging import (
    Bench,
    WebhookReceiver,
    paging_bench,
    paging_config,
    webhook_receiver,
)

A0_ACCEPT_SECONDS = 15


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


@pytest.fixture
async def bench(
    database_url: str, tmp_path: Path, receiver: WebhookReceiver
) -> AsyncIterator[Bench]:
    """Two are on call in the first tier, one in the second."""
    on_call = [
        f"tier_1 {receiver.url}/ada",
        f"tier_1 {receiver.url}/ben",
        f"tier_2 {receiver.url}/cem",
    ]
    async with paging_bench(database_url, paging_config(tmp_path, on_call)) as running:
        yield running


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.capability("X08")
async def test_everybody_of_a_tier_is_paged_and_nobody_else(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    """Nobody is on duty, so the first tier is paged at once."""
    await bench.decides(opening("1", Band.A0))
    await eventually(lambda: len(receiver.hooks) == 2)
    assert {hook.path for hook in receiver.hooks} == {"/ada", "/ben"}
    await eventually(lambda: {state for _, state in bench.states()} == {"taken"})


async def test_a_page_holds_a_band_and_a_deadline_only(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    """No case, no person, no reason, and a title that says nothing to others."""
    await bench.decides(opening("secret", Band.A1))
    await eventually(lambda: receiver.at("/ada"))
    (hook,) = receiver.at("/ada")
    assert set(hook.data) == {"type", "timestamp", "data"}
    assert set(hook.data["data"]) == {
        *("title", "text", "band", "due_at", "is_drill", "link"),
    }
    assert (hook.data["type"], hook.data["data"]["band"]) == ("desk.page", "A1")
    assert hook.data["data"]["title"] == "On call"
    for hidden in (b"secret", b"waiting", b"c-", b"p-", b"q-"):
        assert hidden not in hook.body


@only_sqlite
async def test_no_address_is_in_the_database(
    bench: Bench, receiver: WebhookReceiver, tmp_path: Path
) -> None:
    """A backup tells neither where people are reached, nor what opens such a place."""
    await bench.decides(opening("1", Band.A0))
    await eventually(lambda: {state for _, state in bench.states()} == {"taken"})
    files = [tmp_path / f"server.db{end}" for end in ("", "-wal")]
    octets = b"".join(file.read_bytes() for file in files)
    assert b"crisis_pages" in octets
    assert receiver.url.encode() not in octets


@only_sqlite
async def test_one_who_is_not_there_keeps_no_other_from_being_paged(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    """A target that hangs, breaks off or is ill holds up its own pages alone."""
    receiver.hangs.add("/ada")
    for number in range(3):
        await bench.decides(opening(f"{number}", Band.A4))
    await eventually(lambda: len(receiver.at("/ben")) == 3)
    await eventually(lambda: len(receiver.at("/ada")) == 1)
    await eventually(lambda: bench.pager.in_flight == 1)
    assert len(receiver.at("/ada")) == 1


@only_sqlite
@pytest.mark.parametrize("illness", ["status", "closes"])
async def test_a_page_is_tried_again_under_the_same_name(
    bench: Bench, receiver: WebhookReceiver, illness: str
) -> None:
    """At 0, 1, 2, 5, 15, 30 and 60 s; who gets it twice can tell by its id."""
    if illness == "status":
        receiver.statuses["/ada"] = 500
    else:
        receiver.closes.add("/ada")
    await bench.decides(opening("1", Band.A4))
    for count, seconds in enumerate((1, 1, 3, 10, 15, 30), start=1):
        await eventually(lambda count=count: _failed(bench) == count)  # type: ignore[misc]
        bench.passes(seconds - 0.1)
        await bench.pager._look()
        assert len(receiver.at("/ada")) == count
        bench.passes(0.2)
    await eventually(lambda: bench.pager.counters.attempts["webhook", "given_up"] == 1)
    assert dict(bench.states())[f"{receiver.url}/ada"] == "given_up"
    hooks = receiver.at("/ada")
    assert (len(hooks), len({hook.id for hook in hooks})) == (7, 1)


def _failed(bench: Bench) -> int:
    return bench.pager.counters.attempts["webhook", "failed"]


@only_sqlite
async def test_who_recovers_gets_the_page(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    receiver.statuses["/ada"] = 503
    await bench.decides(opening("1", Band.A4))
    await eventually(lambda: _failed(bench) == 1)
    del receiver.statuses["/ada"]
    bench.passes(1)
    await eventually(lambda: {state for _, state in bench.states()} == {"taken"})


async def test_an_acknowledgement_cancels_every_other_page(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    """In its own transaction: what was not taken by then is never tried again."""
    for path in ("/ada", "/ben"):
        receiver.statuses[path] = 500
    await bench.decides(opening("1", Band.A4), opening("2", Band.A4))
    await eventually(lambda: _failed(bench) == 4)
    await bench.decides(PageAcked(case="c-1", by="ada"))
    states = {row.case: row.state for row in bench.rows()}
    assert states == {"c-1": "cancelled", "c-2": "waiting"}
    ids = {row.id for row in bench.rows() if row.case == "c-1"}
    before = sum(hook.id in ids for hook in receiver.hooks)
    if bench.database.dialect == "sqlite":
        bench.passes(1)
        await eventually(lambda: _failed(bench) == 6)
    assert sum(hook.id in ids for hook in receiver.hooks) == before
    assert bench.pager.counters.after_ack == 0


@only_sqlite
async def test_an_acknowledgement_breaks_off_what_is_on_its_way(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    """A target that hangs is not waited for, and is free for the next page."""
    receiver.hangs.add("/ada")
    await bench.decides(opening("1", Band.A4))
    await eventually(lambda: receiver.at("/ada"))
    await bench.decides(PageAcked(case="c-1", by="ben"))
    await eventually(lambda: bench.pager.in_flight == 0)
    assert bench.pager.counters.attempts["webhook", "cancelled"] == 1
    receiver.hangs.clear()
    await bench.decides(opening("2", Band.A4))
    await eventually(lambda: len(receiver.at("/ada")) == 2)


@only_sqlite
@pytest.mark.parametrize("end", ["accepted", "left", "void"])
async def test_a_search_that_is_over_pages_nobody(
    bench: Bench, receiver: WebhookReceiver, end: str
) -> None:
    """Somebody has the case, or nobody wants help any more."""
    receiver.statuses["/ada"] = receiver.statuses["/ben"] = 500
    await bench.decides(opening("1", Band.A0), *arriving("r1", slots=2))
    await eventually(lambda: _failed(bench) == 2)
    case = bench.database.write(stored_desk).cases["c-1"]
    (offer,) = case.pending
    ends: dict[str, Event] = {
        "accepted": OfferAccepted(
            case="c-1", offer=offer.id, responder="r1", device="d1"
        ),
        "left": PersonLeft(case="c-1"),
        "void": Dismissed(case="c-1", state=CaseState.VOID, actor="a", second="b"),
    }
    await bench.decides(ends[end])
    assert {state for _, state in bench.states()} == {"cancelled"}


@only_sqlite
async def test_a_canary_rings_nobody(bench: Bench, receiver: WebhookReceiver) -> None:
    """There is no row that a mistake could send. A drill is real, and says so."""
    await bench.decides(
        CaseOpened(case="c", request="q", person="p", band=Band.A0, drill=CANARY)
    )
    assert bench.states() == []
    await bench.decides(
        CaseOpened(case="d", request="r", person="o", band=Band.A0, drill="drill")
    )
    await eventually(lambda: receiver.at("/ada"))
    assert receiver.at("/ada")[0].data["data"]["is_drill"] is True


@only_sqlite
async def test_a_page_that_is_repeated_takes_the_place_of_the_one_before(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    """Two rows for one target would ring twice for one thing."""
    receiver.statuses["/ada"] = 500
    await bench.decides(opening("1", Band.A0))
    await eventually(lambda: _failed(bench) == 1)
    bench.clock.advance(A0_ACCEPT_SECONDS)
    await bench.decides(TimePassed())
    states = [state for target, state in bench.states() if target.endswith("/ada")]
    assert states == ["replaced", "waiting"]


@only_sqlite
async def test_what_one_process_wrote_another_sends(
    database_url: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """Also what it had begun: the next one waits for no lease of the dead."""
    config = paging_config(tmp_path, [f"tier_1 {receiver.url}/ada"])
    clock = ManualClock()
    receiver.hangs.add("/ada")
    async with paging_bench(database_url, config, clock=clock) as first:
        await first.decides(opening("1", Band.A4))
        await eventually(lambda: receiver.at("/ada"))
    receiver.hangs.clear()
    async with paging_bench(database_url, config, clock=clock) as second:
        await eventually(lambda: second.states()[0][1] == "taken")
    assert len({hook.id for hook in receiver.at("/ada")}) == 1


async def test_two_processes_send_a_page_once(
    database_url: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """Whoever claims an attempt makes it; the other finds nothing to do."""
    config = paging_config(tmp_path, [f"tier_1 {receiver.url}/ada"])
    async with AsyncExitStack() as stack:
        benches = [
            await stack.enter_async_context(paging_bench(database_url, config, seed=n))
            for n in range(2)
        ]
        for number in range(20):
            await benches[number % 2].decides(opening(f"{number}", Band.A4))
            for each in benches:
                each.pager.wake()
        await eventually(
            lambda: [state for _, state in benches[0].states()] == ["taken"] * 20
        )
    ids = [hook.id for hook in receiver.hooks]
    assert len(ids) == len(set(ids)) == 20


@only_sqlite
async def test_who_is_no_longer_on_call_is_left_alone(
    database_url: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """The settings have changed between the page and the restart."""
    config = paging_config(tmp_path, [f"tier_1 {receiver.url}/gone"])
    async with paging_bench(database_url, config, starts=False) as first:
        await first.decides(opening("1", Band.A4))
    config = paging_config(tmp_path, [f"tier_1 {receiver.url}/new"])
    async with paging_bench(database_url, config) as second:
        await eventually(lambda: second.states()[0][1] == "removed")
    assert receiver.hooks == []


class Noting:
    """Takes every page, after a while, and notes which it was asked to send when."""

    def __init__(self, happened: list[tuple[str, str]], chance: random.Random) -> None:
        self._happened = happened
        self._chance = chance

    async def send(self, page: Page, address: str) -> str:
        self._happened.append(("sent", page.id))
        for _ in range(self._chance.randrange(4)):
            await asyncio.sleep(0)
        if self._chance.random() < 0.5:
            raise NotTaken("planted")
        return "taken"

    async def close(self) -> None:
        pass


@only_sqlite
@pytest.mark.parametrize("seed", range(5))
async def test_no_page_after_an_acknowledgement(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    """Whenever it comes: once it is answered, no attempt for its case begins."""
    chance, happened = random.Random(seed), list[tuple[str, str]]()
    config = paging_config(tmp_path, [f"tier_1 http://127.0.0.1/{n}" for n in range(5)])

    def wrap(adapters: Adapters) -> Adapters:
        return {channel: Noting(happened, chance) for channel in adapters}

    async with paging_bench(database_url, config, wrap=wrap, seed=seed) as bench:

        async def one(name: str) -> None:
            await bench.decides(opening(name, Band.A4))
            for _ in range(chance.randrange(30)):
                await asyncio.sleep(0.001)
                bench.passes(chance.random())
            await bench.decides(PageAcked(case=f"c-{name}", by="ada"))
            happened.append(("acked", f"c-{name}"))

        await asyncio.gather(*(one(f"{number}") for number in range(12)))
        bench.passes(60)
        await bench.pager._look()
        cases = {row.id: row.case for row in bench.rows()}
        assert bench.pager.counters.after_ack == 0
    acked = set[str]()
    for what, name in happened:
        if what == "acked":
            acked.add(name)
        else:
            assert cases[name] not in acked
    assert any(what == "sent" for what, _ in happened)


@only_sqlite
async def test_a_page_after_an_acknowledgement_would_be_counted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, receiver: WebhookReceiver
) -> None:
    """Planted: a claim that does not ask whether the page is still wanted."""
    receiver.statuses["/ada"] = receiver.statuses["/ben"] = 500
    await bench.decides(opening("1", Band.A4))
    await eventually(lambda: _failed(bench) == 2)
    rows = bench.database.write(crisis_pages.waiting, (), 9)
    await bench.decides(PageAcked(case="c-1", by="ada"))
    monkeypatch.setattr(crisis_pages, "claim", lambda *_: True)
    bench.clock.advance(1)
    await bench.pager._try(rows[0])
    assert bench.pager.counters.after_ack == 1


@only_sqlite
async def test_pages_are_forgotten_once_they_are_long_over(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    """What still waits never is."""
    receiver.statuses["/ada"] = 500
    await bench.decides(opening("1", Band.A4))
    await eventually(lambda: _failed(bench) == 1)
    await eventually(lambda: "taken" in {state for _, state in bench.states()})
    after_ms = bench.time.own_ms() + 1
    bench.database.write(crisis_pages.forget, after_ms - 60_000)
    assert len(bench.states()) == 2
    bench.database.write(crisis_pages.forget, after_ms)
    assert bench.states() == [(f"{receiver.url}/ada", "waiting")]


@only_sqlite
async def test_a_tier_without_anybody_is_said(
    database_url: str, tmp_path: Path, receiver: WebhookReceiver
) -> None:
    config = paging_config(tmp_path, [f"tier_2 {receiver.url}/cem"])
    async with paging_bench(database_url, config) as bench:
        await bench.decides(opening("1", Band.A0))
        assert bench.pager.counters.attempts["none", "no_target"] == 1
        assert bench.states() == []
