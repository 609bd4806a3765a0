"""Whom somebody without an account reaches: who comes to help, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from mentalverse_crisis.events import TransferAccepted, TransferAsked
from mentalverse_server.store import blocks
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.errors import Forbidden, NotFound
from support.asking import Asking, asking


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Asking]:
    async with asking(database_url) as running:
        yield running


@pytest.mark.parametrize("kind", list(ConversationKind))
async def test_a_guest_opens_a_conversation_to_be_helped_in_and_no_other(
    desk: Asking, kind: ConversationKind
) -> None:
    """Nobody is written to by a guest whom they did not let in."""
    guest = await desk.hub.add_guest()
    if kind is ConversationKind.CRISIS:
        await desk.hub.open(guest, kind)
        return
    with pytest.raises(Forbidden):
        await desk.hub.open(guest, kind)


@pytest.mark.parametrize(
    ("event", "fields"), [("keys.take", {"suites": [1]}), ("device.list", {})]
)
async def test_a_guest_asks_about_whoever_has_its_case(
    desk: Asking, event: str, fields: dict[str, Any]
) -> None:
    """To let somebody in, the guest's device needs their keys; before, and of others,
    it learns nothing."""
    guest, nia = await desk.hub.add_guest(), await desk.on_duty("nia")
    other = await desk.hub.add_device("other")
    case = (await desk.open(guest)).case
    assert await outcome(desk, guest, event, account=nia.account, **fields) == "unknown"
    await desk.accept(case, nia)
    assert await outcome(desk, guest, event, account=nia.account, **fields) == "near"
    assert await outcome(desk, guest, event, account=other.account, **fields) == (
        "unknown"
    )


async def test_a_guest_reaches_who_is_about_to_take_over(desk: Asking) -> None:
    """The successor is let in before the case is theirs."""
    guest, nia = await desk.hub.add_guest(), await desk.on_duty("nia")
    case = (await desk.open(guest)).case
    await desk.accept(case, nia)
    await desk.greet(case, nia)
    sue = await desk.on_duty("sue")
    fence = (await desk.stored(case)).fence
    await desk.desk.decide(
        TransferAsked(case=case, responder=nia.account, fence=fence, to=sue.account)
    )
    take = {"account": sue.account, "suites": [1]}
    assert await outcome(desk, guest, "keys.take", **take) == "unknown"
    await desk.desk.decide(
        TransferAccepted(case=case, responder=sue.account, device=sue.id)
    )
    assert await outcome(desk, guest, "keys.take", **take) == "near"


async def test_no_block_stops_the_one_who_comes_to_help(desk: Asking) -> None:
    """Who answers stays reachable, whatever they or the person did in another life."""
    ann, nia = await desk.hub.add_device("ann"), await desk.on_duty("nia")

    def block(transaction: Transaction) -> None:
        connection, now = transaction.connection, transaction.now
        blocks.begin(connection, nia.account, ann.account, now)
        blocks.begin(connection, ann.account, nia.account, now)

    await desk.hub.writer.run(block, lane=WriterLane.OTHER)
    case = (await desk.open(ann)).case
    talk = await desk.talk(ann)
    await desk.accept(case, nia)
    await desk.hub.add(ann, talk, nia)
    await desk.hub.send(nia, desk.hub.message(talk))


async def outcome(desk: Asking, guest: Any, event: str, **fields: Any) -> str:
    """`near`, or `unknown` as of somebody who does not exist.

    The hub's devices have no list: what is found of a known account is that.
    """
    try:
        await desk.hub.call(guest, event, **fields)
    except NotFound as refusal:
        return "unknown" if refusal.detail == "no such account" else "near"
    return "near"
