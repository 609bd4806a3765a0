"""Answering over the wire: exactly one has a case; who is too late hears why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_signaling.crisis_events import HelperRole
from mentalverse_signaling.desk_events import DeskView
from mentalverse_signaling.errors import OfferExpired, SignalingError
from support.crisis_wire import Line, Wire, crisis_wire


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with crisis_wire(tmp_path) as running:
        yield running


async def test_of_many_who_accept_at_once_exactly_one_has_the_case(wire: Wire) -> None:
    """The others are told that it is held, or that their offer is gone; not one call
    is left without an answer, and nobody's desk shows a case that is not theirs."""
    team = [await wire.responder(f"r{number}") for number in range(6)]
    person = await wire.person()
    case = await person.asks(band=0)
    # A0 asks two at once, two more after ten seconds, and then everybody.
    wire.clock.advance(21)
    offers = [await one.offered() for one in team]
    assert {one.case for one in offers} == {case.case}

    async def tries(line: Line, at: int) -> DeskView | SignalingError:
        try:
            return await line.accepts(offers[at])
        except SignalingError as error:
            return error

    answers = await asyncio.gather(*(tries(one, at) for at, one in enumerate(team)))
    won = [at for at, answer in enumerate(answers) if isinstance(answer, DeskView)]
    assert len(won) == 1
    codes = {one.code for one in answers if isinstance(one, SignalingError)}
    assert codes <= {"already_held", "offer_rescinded"}
    for at, one in enumerate(team):
        held = [(c.case, c.role) for c in (await one.desk()).cases]
        assert held == ([(case.case, HelperRole.HOLDER)] if at in won else [])
    helpers = (await person.case()).helpers
    assert [one.handle for one in helpers] == [team[won[0]].handle]


async def test_an_offer_is_complete_with_its_first_frame(wire: Wire) -> None:
    """What the notice says is what the desk shows, until it is answered."""
    ann = await wire.responder("ann")
    person = await wire.person()
    case = await person.asks(band=1, language="es", region="ES", channel="text")
    offer = await ann.offered()
    (shown,) = (await ann.desk()).offers
    assert shown == offer
    assert (offer.case, offer.band, offer.language) == (case.case, 1, "es")
    assert offer.expires_at > offer.now >= offer.made_at

    view = await ann.accepts(offer)
    assert not view.offers and [one.case for one in view.cases] == [case.case]
    assert (await ann.told("offer.rescinded"))["why"] == "accepted"
    again = await ann.accepts(offer)
    assert [one.fence for one in again.cases] == [one.fence for one in view.cases]


async def test_who_declines_is_not_asked_again_and_somebody_else_is(wire: Wire) -> None:
    """Saying that one cannot take it needs no reason and costs the person nothing."""
    ann, bob = await wire.responder("ann"), await wire.responder("bob")
    case = await (await wire.person()).asks()
    first = await ann.offered()
    view = await ann.call("case.decline", case=case.case, offer=first.offer)
    assert view.offers == ()
    assert (await bob.offered()).case == case.case


async def test_an_offer_that_went_by_is_too_late(wire: Wire) -> None:
    """And who lets two go by is on a break, and told so."""
    ann = await wire.responder("ann")
    await (await wire.person()).asks(band=1)
    offer = await ann.offered()
    wire.clock.advance(61)
    assert (await ann.told("offer.rescinded"))["why"] == "expired"
    with pytest.raises(OfferExpired):
        await ann.accepts(offer)
    wire.clock.advance(61)
    await ann.offered()
    wire.clock.advance(61)
    await ann.hears("desk.changed", "paused")
    assert (await ann.desk()).duty == "paused"
    assert (await ann.call("duty.start")).duty == "on"
