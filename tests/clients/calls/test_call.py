"""A call from coming in to leaving, over the core of the server and real media."""

from __future__ import annotations

import pytest

from mentalverse_client.errors import CallOver
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling.call_notices import SeatReplaced
from mentalverse_signaling.calls import commands
from support.call_hub import Hub, Person
from support.clients import eventually


async def together(*people: Person) -> None:
    """Everybody hears everybody else."""
    pairs = [(one, other) for one in people for other in people if one is not other]
    await eventually(lambda: all(one.hears(other) for one, other in pairs))


@pytest.mark.capability("C04")
async def test_two_meet_in_a_call_and_one_leaves() -> None:
    hub = Hub()
    async with hub.person("ada") as ada:
        hub.commit("ada")
        async with hub.person("ben") as ben:
            hub.commit("ada", "ben")
            await together(ada, ben)
            assert ben.call is not None
            await ben.call.leave()
            await eventually(lambda: ada.call is not None and seats(ada) == 1)
    assert not ada.call or not ada.call.status().connected


def seats(person: Person) -> int:
    return 0 if person.call is None else person.call.status().seats


async def test_three_meet_in_a_mesh() -> None:
    hub = Hub("group", capacity=3)
    async with hub.people_named("ada", "ben", "cy") as (ada, ben, cy):
        await together(ada, ben, cy)
        assert [seats(each) for each in (ada, ben, cy)] == [3, 3, 3]


async def test_the_line_may_go_and_media_goes_on() -> None:
    hub = Hub()
    async with hub.person("ada") as ada, hub.person("ben") as ben:
        hub.commit("ada", "ben")
        await together(ada, ben)
        ben.cut()
        before = ada.sink.decoded.total(), ben.sink.decoded.total()
        await eventually(lambda: ada.sink.decoded.total() > before[0] + 50)
        await eventually(lambda: ben.sink.decoded.total() > before[1] + 50)
        generations = [seat.conn_epoch for seat in hub.call.seats.values()]
        ben.is_online = True
        await eventually(lambda: ("ben", "call.resume") in hub.asked)
        await eventually(lambda: ben.call is not None and ben.call.status().is_online)
        assert [seat.conn_epoch for seat in hub.call.seats.values()] == generations
        assert sum(one == ("ben", "call.join") for one in hub.asked) == 1


async def test_what_was_not_told_is_fetched() -> None:
    hub = Hub()
    async with hub.person("ada") as ada:
        hub.commit("ada")
        await eventually(lambda: seats(ada) == 1)
        hub.is_silent = True
        async with hub.person("ben") as ben:
            hub.commit("ada", "ben")
            await eventually(lambda: seats(ben) == 2)
            hub.is_silent = False
            await together(ada, ben)
    assert ("ada", "roster.fetch") in hub.asked


async def test_the_call_is_over_for_a_connection_that_was_replaced() -> None:
    hub = Hub()
    async with hub.person("ada") as ada:
        await eventually(lambda: seats(ada) == 1)
        assert ada.call is not None
        ada.call.hear(SeatReplaced(hub.call.id, hub.call.seq, 2))
        with pytest.raises(CallOver):
            await ada.running


async def test_the_removed_is_out_and_the_others_go_on() -> None:
    hub = Hub("group", capacity=3)
    async with hub.people_named("ada", "ben", "cy") as (ada, ben, cy):
        await together(ada, ben, cy)
        hub.do(commands.MemberGone(account=cy.leaf[0]))
        hub.commit("ada", "ben")
        with pytest.raises(CallOver):
            await cy.running
        await eventually(lambda: seats(ada) == seats(ben) == 2)
        before = ada.sink.decoded[ben.leaf, Slot.MICROPHONE]
        await eventually(
            lambda: ada.sink.decoded[ben.leaf, Slot.MICROPHONE] > before + 50
        )
        assert ada.call is not None and ada.call.status().epoch == 2
