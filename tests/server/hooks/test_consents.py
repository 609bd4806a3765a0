"""Of whoever did not agree nothing is told, nor of whoever agrees no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mentalverse_server.hooks.catalogue.purposes import Purpose
from mentalverse_server.hooks.endpoint_keys import EndpointKeys
from mentalverse_server.hooks.privacy import Names
from mentalverse_server.services.consents import Consenting
from mentalverse_server.services.erasure import erase
from mentalverse_server.store import (
    accounts,
    consents,
    delivery_upkeep,
    endpoints,
    erasures,
)
from mentalverse_server.store.engine import Connection, Database
from mentalverse_server.store.erasures import Overdue
from mentalverse_server.store.outbox import Outgoing
from mentalverse_server.store.tables import metadata
from mentalverse_server.store.tables_consents import erasure_notices
from mentalverse_server.store.transaction import Transaction
from mentalverse_signaling.consent_events import ConsentPurpose, PurposeView
from mentalverse_signaling.consent_text import CONSENT_TEXTS
from mentalverse_signaling.errors import Conflict
from mentalverse_signaling.ids import AccountId
from support.deterministic import seeded_rng
from support.hook_receiver import (
    WAIT_SECONDS,
    HookReceiver,
    Relaying,
    hook_receiver,
    relaying,
)
from support.outbox import outgoing
from support.stored import ids

REWARD, CARE = ConsentPurpose.REWARD, ConsentPurpose.CARE
CASE = "c" * 32
WEEK_SECONDS = 7 * 86_400


@dataclass
class House:
    """A relay, a receiver, and what people say to it."""

    relay: Relaying
    receiver: HookReceiver
    keys: EndpointKeys
    said: Consenting

    async def endpoint(self, path: str = "/in", **fields: Any) -> str:
        return await self.relay.endpoint(self.receiver.url + path, **fields)

    def name(self, endpoint: str, account: str) -> str:
        return Names(self.keys.names_key(endpoint, seeded_rng(7))).of(
            "account", account
        )

    async def view(self, account: AccountId, purpose: ConsentPurpose) -> PurposeView:
        every = (await self.said.list(account)).consents
        return next(each for each in every if each.purpose is purpose)

    async def settled(self) -> None:
        """Nothing waits any more, in five minutes at most."""
        self.relay.pass_seconds(400)
        await self.relay.until(_is_settled)

    async def later(self, is_so: Callable[[Connection], bool]) -> None:
        """Time passes until the database says so, an attempt being due somewhen."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not await self.relay.read(is_so):
                self.relay.pass_seconds(60)
                await asyncio.sleep(0.02)

    async def tell(self, *events: Outgoing) -> None:
        """Store events that happen now."""
        now_ms = self.relay.relay.now_ms
        await self.relay.tell(*(replace(e, occurred_at_ms=now_ms) for e in events))

    async def overdue(self) -> list[Overdue]:
        """Who has not said for a week that they forgot somebody."""
        now_ms = self.relay.relay.now_ms
        found = await self.relay.read(lambda link: erasures.overdue(link, now_ms))
        return list(found)

    def types(self, path: str = "/in") -> list[str]:
        return [each.body["type"] for each in self.receiver.hooks if each.path == path]


def _is_settled(connection: Connection) -> bool:
    found = delivery_upkeep.figures(connection)
    return found.oldest_ms is None


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    keys = EndpointKeys(tmp_path)
    async with hook_receiver() as receiver, relaying(database, keys=keys) as there:
        said = Consenting(database, there.writer, seeded_rng(5))
        yield House(there, receiver, keys, said)


def trained(account: str) -> Outgoing:
    """Something of tier 1 in an account's own lane."""
    data = {"account": account, "module": "listening", "minutes": 60, "source_id": "s1"}
    return outgoing(
        f"account:{account}",
        "training.minutes_recorded",
        data=data,
        subjects=(AccountId(account),),
    )


def met(*people: str, session: str = "1") -> Outgoing:
    """A session of these."""
    parties = [
        {"party": each, "role": "participant", "attended_min": 50} for each in people
    ]
    data = {
        "kind": "individual",
        "planned_min": 50,
        "parties": parties,
        "media_mode": "video",
    }
    subjects = tuple(AccountId(each) for each in people)
    return outgoing(f"session:{session}", data=data, subjects=subjects)


def helped(person: str) -> Outgoing:
    """A case of somebody."""
    data = {"case": CASE, "state": "opened"}
    subjects = (AccountId(person),)
    key = f"case:{CASE}"
    return outgoing(key, "crisis.opened", data=data, subjects=subjects, tier=2)


async def test_no_word_is_a_no_and_leaves_no_trace(house: House) -> None:
    """Not even that something is missing."""
    ada = AccountId(ids())
    await house.endpoint(max_tier=2)
    await house.tell(trained(ada), met(ada), helped(ada))
    await house.settled()
    assert house.receiver.hooks == []
    assert not (await house.view(ada, REWARD)).was_told


@pytest.mark.parametrize("purpose", ConsentPurpose)
async def test_who_agrees_is_told_of_at_that_purpose_alone(
    house: House, purpose: ConsentPurpose
) -> None:
    ada = AccountId(ids())
    for each in Purpose:
        await house.endpoint(f"/{each}", purpose=each, types=("training.*",))
    await house.said.grant(ada, purpose, CONSENT_TEXTS[purpose].version)
    await house.tell(trained(ada))
    await house.settled()
    paging = ["/paging"]  # no consent is asked where nobody may add one
    assert sorted(e.path for e in house.receiver.hooks) == sorted(
        [f"/{purpose}", *paging]
    )


async def test_one_of_two_is_told_of_without_the_other(house: House) -> None:
    ada, ben = AccountId(ids()), AccountId(ids())
    to = await house.endpoint()
    await house.said.grant(ada, REWARD, 1)
    await house.tell(met(ada, ben))
    await house.settled()
    told = {each.body["type"]: each for each in house.receiver.hooks}
    assert set(told) == {"consent.granted", "session.ended"}
    ended = told["session.ended"]
    (there,) = ended.body["data"]["parties"]
    assert there["party"] == house.name(to, ada)
    assert house.name(to, ben).encode() not in ended.raw


async def test_who_agrees_no_more_is_told_of_no_more(house: House) -> None:
    """What was on its way is missing there, and what came later never was."""
    ada = AccountId(ids())
    to = await house.endpoint()
    await house.endpoint("/care", purpose=Purpose.CARE)
    await house.said.grant(ada, REWARD, 1)
    await house.tell(trained(ada))
    await house.settled()
    assert (await house.view(ada, REWARD)).was_told
    house.receiver.status = lambda hook: 503
    known = len(house.receiver.hooks)
    await house.tell(trained(ada))
    await house.receiver.until(lambda: len(house.receiver.hooks) > known)
    house.relay.pass_seconds(1)
    await house.said.withdraw(ada, REWARD)
    house.relay.pass_seconds(1)
    await house.tell(trained(ada), met(ada))
    house.receiver.status = lambda hook: 204
    del house.receiver.hooks[:]
    await house.later(_is_settled)
    told = {each.body["type"]: each for each in house.receiver.hooks}
    assert set(told) == {"consent.withdrawn", "delivery.gap"}
    withdrawn, gap = told["consent.withdrawn"], told["delivery.gap"]
    assert withdrawn.body["data"] == {
        "account": house.name(to, ada),
        "purpose": "reward",
        "version": 1,
    }
    assert gap.body["data"] == {
        "key": f"account:{house.name(to, ada)}",
        "from": 3,
        "to": 3,
        "withdrawn": True,
    }
    assert {each.path for each in house.receiver.hooks} == {"/in"}


async def test_what_is_sent_again_takes_the_consent_of_then(house: House) -> None:
    """What was told once is not told twice of whoever agrees no more."""
    ada = AccountId(ids())
    to = await house.endpoint(types=("training.*",))
    await house.said.grant(ada, REWARD, 1)
    await house.tell(trained(ada))
    await house.settled()
    await house.said.withdraw(ada, REWARD)
    await house.settled()
    before = house.types()
    now_ms, everything = house.relay.relay.now_ms, delivery_upkeep.Selection()
    await house.relay.write(
        lambda each: delivery_upkeep.replay(each.connection, to, everything, now_ms)
    )
    house.relay.relay.wake()
    await house.settled()
    again = house.types()[len(before) :]
    assert "training.minutes_recorded" not in again


async def test_of_a_case_nothing_is_heard_once_the_person_agrees_no_more(
    house: House,
) -> None:
    """Within its five minutes: not that there was one, nor that it is missing."""
    ada = AccountId(ids())
    await house.endpoint(max_tier=2, purpose=Purpose.CARE, types=("crisis.*",))
    await house.said.grant(ada, CARE, 1)
    await house.tell(helped(ada))
    await house.relay.until(
        lambda link: delivery_upkeep.figures(link).deepest_lane == 1
    )
    house.relay.pass_seconds(1)
    await house.said.withdraw(ada, CARE)
    await house.settled()
    assert house.receiver.hooks == []


async def test_a_consent_to_other_words_counts_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = AccountId(ids())
    await house.endpoint()
    with pytest.raises(Conflict):
        await house.said.grant(ada, REWARD, 2)

    def earlier(transaction: Transaction) -> None:
        row = consents.ConsentRow(ada, "reward", 7, 0)
        consents.put(transaction.connection, row)

    await house.relay.write(earlier)
    view = await house.view(ada, REWARD)
    assert (view.is_given, view.given_version, view.version) == (False, 7, 1)
    await house.tell(trained(ada))
    await house.settled()
    assert house.receiver.hooks == []


async def test_the_same_said_again_changes_nothing(house: House) -> None:
    ada = AccountId(ids())
    await house.endpoint()
    await house.said.withdraw(ada, REWARD)
    assert (await house.view(ada, REWARD)).granted_at is None
    for _ in range(2):
        await house.said.grant(ada, REWARD, 1)
    await house.settled()
    first = await house.view(ada, REWARD)
    for _ in range(2):
        await house.said.withdraw(ada, REWARD)
    await house.settled()
    assert sorted(house.types()) == ["consent.granted", "consent.withdrawn"]
    after = await house.view(ada, REWARD)
    assert (first.is_given, after.is_given) == (True, False)
    assert after.granted_at == first.granted_at


async def test_members_see_who_is_told(house: House) -> None:
    """Of those who hear of members at all."""
    ada = AccountId(ids())
    await house.endpoint(types=("session.*",))
    await house.endpoint("/two", max_tier=2)
    await house.endpoint("/zero", max_tier=0)
    view = await house.view(ada, REWARD)
    told = [(e.host, e.types, e.hears_of_crises) for e in view.recipients]
    assert sorted(told) == [
        ("127.0.0.1", ("*",), True),
        ("127.0.0.1", ("session.*",), False),
    ]
    assert (await house.view(ada, CARE)).recipients == ()


def test_a_purpose_has_words_and_they_are_those_of_endpoints() -> None:
    """But for pages: nobody is asked whether those on call are rung."""
    own = {each.value for each in Purpose} - {Purpose.PAGING.value}
    assert {each.value for each in ConsentPurpose} == own == set(CONSENT_TEXTS)
    for text in CONSENT_TEXTS.values():
        assert text.version >= 1
        assert all(line and line.isascii() for line in text.lines)


def _all_text(connection: Connection) -> str:
    """All that is stored of events, of those who get them and of consents."""
    ours = ("outbox", "key_", "endpoint", "deliver", "consents", "erasure")
    tables = [each for name, each in metadata.tables.items() if name.startswith(ours)]
    return repr([connection.execute(select(each)).all() for each in tables])


def _notices(connection: Connection) -> int:
    return len(connection.execute(select(erasure_notices)).all())


def _state(connection: Connection, endpoint: str) -> str:
    row = endpoints.get(connection, endpoint)
    assert row is not None
    return row.state.value


# --- erasure ------------------------------------------------------------------------


async def account(house: House) -> AccountId:
    """Somebody with an account."""
    who = AccountId(ids())
    await house.relay.write(
        lambda each: accounts.create_account(
            *(each.connection, who, f"h{who[:8]}", b"p" * 32), now=each.now
        )
    )
    return who


async def test_whoever_knew_a_name_hears_that_it_is_gone_until_it_says_so(
    house: House,
) -> None:
    """Nobody else does, and the account's id is nowhere any more."""
    ada = await account(house)
    ben = AccountId(ids())
    to = await house.endpoint(types=("session.*", "training.*"))
    await house.endpoint("/never")
    await house.endpoint("/other", purpose=Purpose.CARE)
    for who in (ada, ben):
        await house.said.grant(who, REWARD, 1)
    await house.tell(trained(ada))
    await house.settled()
    name = house.name(to, ada)
    house.receiver.status = lambda hook: 503
    await house.tell(met(ada, ben))
    await house.receiver.until(
        lambda: any(
            each.body["type"] == "session.ended" for each in house.receiver.hooks
        )
    )
    await house.relay.write(lambda each: erase(each, ada))
    left = await house.relay.read(_all_text)
    assert ada not in left
    house.relay.pass_seconds(100)
    del house.receiver.hooks[:]
    await house.receiver.until(lambda: "account.erased" in house.types())
    assert await house.relay.read(_notices) >= 1

    house.receiver.status = lambda hook: 204
    await house.later(lambda link: _notices(link) == 0)
    erased = [e for e in house.receiver.hooks if e.body["type"] == "account.erased"]
    assert {each.path for each in erased} == {"/in", "/never"}
    last = [each for each in erased if each.path == "/in"][-1].body
    assert last["data"] == {"account": name}
    assert last["key"] == f"account:{name}"
    assert last["key_seq"] > 1


async def test_whoever_does_not_say_so_is_told_each_day_and_then_shown(
    house: House,
) -> None:
    ada = await account(house)
    to = await house.endpoint()
    await house.said.grant(ada, REWARD, 1)
    await house.settled()
    house.receiver.status = lambda hook: 410
    await house.relay.write(lambda each: erase(each, ada))
    house.relay.pass_seconds(100)
    await house.relay.until(lambda link: _state(link, to) == "disabled")
    house.relay.pass_seconds(WEEK_SECONDS - 200)
    assert await house.overdue() == []
    house.relay.pass_seconds(300)
    (late,) = await house.overdue()
    assert (late.endpoint, late.names) == (to, 1)
    await house.relay.relay.forget()
    assert house.types().count("account.erased") == 1

    house.receiver.status = lambda hook: 204
    await house.relay.write(lambda each: endpoints.enable(each.connection, to))
    await house.relay.relay.forget()
    house.relay.pass_seconds(100)
    await house.relay.until(lambda link: _notices(link) == 0)
    assert await house.overdue() == []
