"""A page to somebody without an account is acknowledged by its link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.crisis_wire import Wire, crisis_wire
from support.hub import eventually
from support.overriding import scene
from support.paging import SECRET_TEXT, WebhookReceiver, webhook_receiver

TIERS = ("tier_1", "tier_2", "supervisor", "clinical_lead")
DAY_SECONDS = 86_400


@dataclass
class Bench:
    """A server, and whoever is on call for it: one webhook for each tier."""

    wire: Wire
    receiver: WebhookReceiver

    async def link(self, path: str, number: int = 0) -> str:
        """The link of a page that came there, or will; its path on the server."""
        await eventually(lambda: len(self.receiver.at(path)) > number)
        link = self.receiver.at(path)[number].data["data"]["link"]
        assert isinstance(link, str)
        assert link.startswith(self.wire.api.server.public_url)
        return urlsplit(link).path

    async def get(self, path: str) -> tuple[int, str]:
        async with self.wire.api.http.get(self.wire.api.server.url + path) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str) -> tuple[int, str]:
        async with self.wire.api.http.post(self.wire.api.server.url + path) as answer:
            return answer.status, await answer.text()


def settings_of(folder: Path, receiver: WebhookReceiver) -> dict[str, object]:
    secret = folder / "webhook-secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(SECRET_TEXT)
    return {
        "crisis.on_call": tuple(f"{tier} {receiver.url}/{tier}" for tier in TIERS),
        "paging.webhook_secret_file": secret,
    }


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with webhook_receiver() as receiver:
        settings = settings_of(tmp_path, receiver)
        async with crisis_wire(tmp_path, settings=settings) as wire:
            yield Bench(wire, receiver)


async def test_the_button_acknowledges_and_looking_does_not(bench: Bench) -> None:
    """Mail scanners open every address; until the button, nobody has it."""
    sue, person = await bench.wire.supervisor("sue"), await bench.wire.person()
    case = (await person.asks(0)).case
    link = await bench.link("/tier_1")
    for _ in range(3):
        status, text = await bench.get(link)
        assert status == 200
        assert "A0" in text
        assert '<form method="post"><button>I take care of it</button>' in text
    assert (await sue.sees(case)).acked_by == ""
    status, text = await bench.post(link)
    assert (status, "Thank you" in text) == (200, True)
    board = await bench.wire.until_board(sue, lambda one: one.cases[0].acked_by)
    assert board.cases[0].acked_by == "tier_1"


async def test_a_link_says_that_it_was_used_and_nothing_happens_twice(
    bench: Bench,
) -> None:
    """Nobody presses a button twice to be told something new."""
    person = await bench.wire.person()
    await person.asks(0)
    link = await bench.link("/tier_1")
    await bench.post(link)
    for call in (bench.post, bench.get):
        status, text = await call(link)
        assert (status, "You have said" in text) == (200, True)
        assert "<button>" not in text


async def test_what_somebody_else_takes_care_of_is_over(bench: Bench) -> None:
    """The responder came first: there is no button, and saying it changes nothing."""
    person = await bench.wire.person()
    await person.asks(0)
    link = await bench.link("/tier_1")
    ann = await bench.wire.responder("ann")
    await ann.accepts(await ann.offered())
    for call in (bench.get, bench.post):
        status, text = await call(link)
        assert (status, "There is nothing to be done" in text) == (200, True)
        assert "<button>" not in text


async def test_a_link_is_over_after_a_day_and_one_that_never_was_says_the_same(
    bench: Bench,
) -> None:
    """Nobody learns by guessing which links there were."""
    person = await bench.wire.person()
    await person.asks(4)
    link = await bench.link("/tier_1")
    bench.wire.clock.advance(DAY_SECONDS + 1)
    over, never = await bench.get(link), await bench.get("/on-call/" + "A" * 22)
    assert over[0] == 404
    assert over == never
    assert (await bench.post(link))[0] == 404


async def test_the_page_is_kept_by_nobody_and_runs_nothing(bench: Bench) -> None:
    """No cache, no referrer, no script, no form to elsewhere, no other site around."""
    person = await bench.wire.person()
    await person.asks(0)
    url = bench.wire.api.server.url + await bench.link("/tier_1")
    async with bench.wire.api.http.get(url) as answer:
        text, headers = await answer.text(), answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script" not in policy + text
    for hidden in (person.account, "waiting", "person"):
        assert hidden not in text


async def test_no_token_is_in_the_database(bench: Bench, tmp_path: Path) -> None:
    """A copy of it acknowledges nothing."""
    person = await bench.wire.person()
    await person.asks(0)
    token = (await bench.link("/tier_1")).rpartition("/")[2]
    files = [file for file in (tmp_path / "data").iterdir() if ".db" in file.name]
    octets = b"".join(file.read_bytes() for file in files)
    assert b"crisis_page_links" in octets
    assert token.encode() not in octets


async def test_who_tries_many_is_slowed_down(bench: Bench) -> None:
    """A minute later it goes on."""
    answers = [await bench.get("/on-call/" + "A" * 22) for _ in range(62)]
    assert {status for status, _ in answers[:60]} == {404}
    assert answers[-1][0] == 429
    assert "try again" in answers[-1][1]
    bench.wire.clock.advance(60)
    assert (await bench.get("/on-call/" + "A" * 22))[0] == 404


async def test_the_page_for_an_override_is_taken_care_of_by_its_link(
    bench: Bench,
) -> None:
    """Whoever is to be the second person may have no account here."""
    talk = await scene(bench.wire)
    await talk.opens()
    bench.wire.clock.advance(61)
    await eventually(lambda: _reasons(bench, "/supervisor"))
    link = await bench.link("/supervisor", len(bench.receiver.at("/supervisor")) - 1)
    assert "<button>I take care of it</button>" in (await bench.get(link))[1]
    assert "Thank you" in (await bench.post(link))[1]


def _reasons(bench: Bench, path: str) -> bool:
    """Whether a page came there that is no test."""
    kinds = [hook.data["type"] for hook in bench.receiver.at(path)]
    return "desk.page" in kinds
