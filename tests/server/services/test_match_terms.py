"""Other terms for two who are together: asked for, agreed to, and told of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Table, select

from mentalverse_modules.matching.adjustment import WISH_MS
from mentalverse_server.clock import to_millis
from mentalverse_server.services.erasure import erase
from mentalverse_server.store import blocks
from mentalverse_server.store.tables_hooks import outbox
from mentalverse_server.store.tables_matching import match_options, match_wishes
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.errors import BadRequest, NotFound, NotNow
from mentalverse_signaling.match_events import MatchTerms, Together
from support.hub import Device, Hub
from support.together import PLAN, begin

OFTEN = MatchTerms("open", 4)
PRACTICAL = MatchTerms("practical", 2)
AS_IT_IS = MatchTerms("open", 2)
WISH_SECONDS = WISH_MS // 1_000


@dataclass
class Two:
    """Mia, and Max who is her mentor."""

    hub: Hub
    id: str
    mia: Device
    max: Device

    async def ask(self, who: Device, terms: MatchTerms | None) -> Together:
        """What they have after it."""
        call = partial(self.hub.call, who, "match.adjust")
        return self._only(await call(relationship=self.id, terms=terms))

    async def seen(self, who: Device) -> Together:
        return self._only(await self.hub.call(who, "match.view"))

    def _only(self, view: Any) -> Together:
        (one,) = view.together
        assert isinstance(one, Together)
        return one

    def rows(self, table: Table) -> list[Any]:
        return list(self.hub.database.write(lambda x: x.execute(select(table)).all()))

    def told(self) -> list[Any]:
        """What endpoints are told of other terms."""
        return [each for each in self.rows(outbox) if "adjusted" in each.type]

    def noticed(self) -> tuple[int, int]:
        """How often each was told to look anew."""
        mia, max_ = (each.inbox.of("match.changed") for each in (self.mia, self.max))
        return len(mia), len(max_)


def terms_of(one: Together) -> tuple[str, int]:
    return one.plan.structure, one.plan.meetings_a_month


async def together(hub: Hub) -> Two:
    mia, max_ = await hub.add_device("mia"), await hub.add_device("max")
    id_, now_ms = hub.id(), to_millis(hub.clock.now())
    hub.database.write(begin, id_, mia.account, max_.account, now_ms)
    return Two(hub, id_, mia, max_)


@pytest.mark.capability("M04")
@pytest.mark.capability("M10")
async def test_nothing_changes_until_both_have_agreed(any_hub: Hub) -> None:
    """Then at once, for both, told outside once; the rest of the plan stays."""
    two = await together(any_hub)
    for _ in range(2):
        mine = await two.ask(two.mia, OFTEN)
    theirs = await two.seen(two.max)
    assert terms_of(mine) == terms_of(theirs) == ("open", 2)
    assert (mine.i_wish, mine.they_wish) == (theirs.they_wish, theirs.i_wish)
    assert theirs.they_wish is not None
    until = theirs.they_wish.until
    assert until == to_millis(any_hub.clock.now()) + WISH_MS
    assert (two.told(), two.noticed()) == ([], (1, 1))

    for _ in range(2):
        for who in (two.max, two.mia):
            one = await two.ask(who, OFTEN)
            assert terms_of(one) == ("open", 4)
            assert (one.i_wish, one.they_wish) == (None, None)
    assert (one.plan.weeks, one.plan.goals) == (PLAN.weeks, PLAN.goals)
    assert two.noticed() == (2, 2)
    (told,) = two.told()
    assert (told.type, told.key) == ("relationship.adjusted", f"relationship:{two.id}")
    data = json.loads(told.data)
    accounts = [each["party"] for each in data["members"]]
    assert accounts == [two.mia.account, two.max.account]
    assert data["reason_code"] == "accepted"
    # What was proposed beside it stays as it was.
    other, _ = sorted(two.rows(match_options), key=lambda row: row.place)
    assert json.loads(other.plan)["meetings_a_month"] == 2

    any_hub.clock.advance(1)
    await two.ask(two.mia, AS_IT_IS)
    assert terms_of(await two.ask(two.max, AS_IT_IS)) == ("open", 2)
    assert len(two.told()) == 2


@pytest.mark.capability("M10")
async def test_each_may_ask_for_something_else_and_take_it_back(hub: Hub) -> None:
    two = await together(hub)
    await two.ask(two.mia, OFTEN)
    mine = await two.ask(two.max, PRACTICAL)
    assert mine.i_wish is not None
    assert mine.they_wish is not None
    for back in (None, AS_IT_IS, None):
        left = await two.ask(two.max, back)
        assert (left.i_wish, left.they_wish) == (None, mine.they_wish)
    assert two.noticed() == (3, 3)
    assert terms_of(await two.ask(two.max, OFTEN)) == ("open", 4)


@pytest.mark.capability("M10")
async def test_a_wish_that_lapsed_is_agreed_to_by_nobody(any_hub: Hub) -> None:
    two = await together(any_hub)
    runs = any_hub.matching.runs
    await two.ask(two.mia, OFTEN)
    any_hub.clock.advance(WISH_SECONDS - 1)
    assert await runs.lapse() == 0
    any_hub.clock.advance(1)
    assert (await two.seen(two.max)).they_wish is None
    one = await two.ask(two.max, OFTEN)
    assert (terms_of(one), one.they_wish) == (("open", 2), None)
    assert one.i_wish is not None
    assert await runs.lapse() == 1
    assert [row.account for row in two.rows(match_wishes)] == [two.max.account]
    assert two.noticed() == (3, 3)
    assert two.told() == []


@pytest.mark.capability("M10")
async def test_nobody_else_and_no_other_terms_than_a_plan_may_have(hub: Hub) -> None:
    two = await together(hub)
    stranger = await hub.add_device("zoe")
    for terms in (OFTEN, None):
        with pytest.raises(NotFound):
            await two.ask(stranger, terms)
    for terms in (MatchTerms("loose", 2), MatchTerms("open", 3)):
        with pytest.raises(BadRequest):
            await two.ask(two.mia, terms)
    assert two.rows(match_wishes) == []


@pytest.mark.capability("K03")
@pytest.mark.parametrize("blocks_first", ["mia", "max"])
async def test_where_one_has_blocked_the_other_nothing_is_agreed_to(
    hub: Hub, blocks_first: str
) -> None:
    """What was asked for can still be taken back."""
    two = await together(hub)
    await two.ask(two.mia, OFTEN)
    pair = [two.mia.account, two.max.account]
    one, other = pair if blocks_first == "mia" else reversed(pair)
    block = partial(blocks.begin, now=hub.clock.now())
    hub.database.write(block, one, other)
    for who in (two.mia, two.max):
        with pytest.raises(NotNow):
            await two.ask(who, OFTEN)
    back = await two.ask(two.mia, None)
    assert (terms_of(back), back.i_wish) == (("open", 2), None)


@pytest.mark.parametrize("graduated", [False, True])
async def test_what_is_asked_for_ends_with_the_relationship(
    hub: Hub, graduated: bool
) -> None:
    two = await together(hub)
    for who, terms in ((two.mia, OFTEN), (two.max, PRACTICAL)):
        await two.ask(who, terms)
    end = {"relationship": two.id, "graduated": graduated}
    await hub.call(two.max, "match.end", **end)
    assert two.rows(match_wishes) == []
    for wish in (OFTEN, None):
        with pytest.raises(NotNow):
            await two.ask(two.mia, wish)
    assert two.told() == []


@pytest.mark.parametrize("who", ["mia", "max"])
async def test_nothing_is_left_of_somebody_who_has_gone(hub: Hub, who: str) -> None:
    """Of what both asked for; and the other one is told that it is over."""
    two = await together(hub)
    gone, stays = (two.mia, two.max) if who == "mia" else (two.max, two.mia)
    for each, terms in ((two.mia, OFTEN), (two.max, PRACTICAL)):
        await two.ask(each, terms)
    await hub.writer.run(partial(erase, account=gone.account), lane=WriterLane.OTHER)
    assert two.rows(match_wishes) == []
    with pytest.raises(NotNow):
        await two.ask(stays, OFTEN)
