"""Clients on both sides of a crisis desk."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mentalverse_client import Client, Conversation
from mentalverse_signaling.crisis_events import CaseHelper, CaseStatus, CaseView
from mentalverse_signaling.desk_events import DeskCase
from mentalverse_signaling.ids import CaseId
from mentalverse_signaling.roles import Role
from support.clients import DEADLINE_SECONDS, PASSPHRASE
from support.server import ServerProcess

CASE = CaseId("f" * 32)


def case(status: CaseStatus, *helpers: CaseHelper, kept: int | None = None) -> CaseView:
    """A case as the server may show it."""
    return CaseView(
        case=CASE,
        status=status,
        band=2,
        opened_at=1_000,
        now=2_000,
        helpers=helpers,
        conversation=None,
        wait_p50_ms=None,
        wait_p90_ms=None,
        outside_lines=False,
        kept_until=kept,
    )


async def responder_profile(server: ServerProcess, folder: Path, handle: str) -> Path:
    """The device of somebody whom an operator has made a responder."""
    code = await asyncio.to_thread(server.invite, Role.RESPONDER)
    await Client.register(server.url, code, handle, folder / handle, PASSPHRASE)
    return folder / handle


async def accepted(responder: Client) -> DeskCase:
    """The next case that is offered, taken."""
    offers = responder.desk.offers()
    async with asyncio.timeout(DEADLINE_SECONDS):
        offer = await anext(offers)
    await offers.aclose()
    return await responder.desk.accept(offer)


async def until(person: Client, *statuses: CaseStatus) -> CaseView:
    """The person's case, once it is so."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for change in person.help.changes():
            if change.case.status in statuses:
                return change.case
    raise AssertionError("the client ended")


def talk_of(person: Client) -> Conversation:
    talk = person.help.conversation
    assert talk is not None
    return talk
