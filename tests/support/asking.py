"""Who asks for help, at a desk without sockets: their calls, and a team that answers.

The desk runs over a hub's database and writer, so that conversations and cases are
the same people's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from mentalverse_crisis.case import Case
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import CRISIS, Duty, Responder
from mentalverse_crisis.effects import Offered
from mentalverse_crisis.events import (
    DutyChanged,
    OfferAccepted,
    OnlineChanged,
    ResponderSpoke,
    RosterChanged,
)
from mentalverse_crisis.policy import DEFAULT
from mentalverse_server.auth.rate_keys import RateKeys
from mentalverse_server.crisis.attached import Attached
from mentalverse_server.crisis.clusters import Clusters
from mentalverse_server.crisis.notices import Notices
from mentalverse_server.crisis.person import Persons
from mentalverse_server.crisis.person_notices import PersonNotices
from mentalverse_server.services.desk import CrisisDesk
from mentalverse_server.store import cases, roles
from mentalverse_server.store.desk_time import DeskTime
from mentalverse_server.store.engine import Connection
from mentalverse_server.store.transaction import Transaction
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.crisis_events import CaseMineView, CaseOpen, CaseView
from mentalverse_signaling.ids import ClientId
from mentalverse_signaling.roles import Role
from support.hub import Device, Hub, Talk, eventually, running_hub

ADDRESS = "192.0.2.7"
WAIT_SECONDS = 60


@dataclass
class Offers:
    """Keeps every offer that was made."""

    made: list[Offered] = field(default_factory=list)

    def record(self, connection: Connection, decision: Decision, now_ms: int) -> None:
        """Nothing."""

    def carry_out(self, decision: Decision) -> None:
        self.made += [one for one in decision.effects if isinstance(one, Offered)]


@dataclass
class Asking:
    """A hub with a desk; made by `asking`."""

    hub: Hub
    desk: CrisisDesk
    persons: Persons
    offers: Offers
    attached: Attached

    async def open(self, who: Device, request: str = "", **fields: object) -> CaseView:
        """`case.open` of a device."""
        asked = CaseOpen(ClientId(request or self.hub.id()), **fields)  # type: ignore[arg-type]
        is_clustered = self.persons.is_clustered(ADDRESS, who.account, asked)
        case = await self.persons.store(who.account, asked, is_clustered=is_clustered)
        return await self.persons.view(case)

    async def mine(self, who: Device) -> CaseView:
        """`case.mine` of somebody who has a case."""
        return shown(await self.persons.mine(who.connection.principal))

    async def on_duty(self, handle: str) -> Device:
        """Somebody who answers comes on duty."""
        device = await self.hub.add_device(handle)

        def appoint(transaction: Transaction) -> None:
            connection, now = transaction.connection, transaction.now
            roles.grant(connection, device.account, [Role.RESPONDER], now)

        await self.hub.writer.run(appoint, lane=WriterLane.OTHER)
        who = Responder(id=device.account, skills={CRISIS: 3})
        await self.desk.decide(RosterChanged(responder=who))
        await self.desk.decide(OnlineChanged(responder=device.account, is_online=True))
        await self.desk.decide(DutyChanged(responder=device.account, duty=Duty.ON))
        return device

    async def accept(self, case: str, responder: Device) -> None:
        """Take the case that this responder was offered last."""
        offer = next(
            one
            for one in reversed(self.offers.made)
            if (one.case, one.responder) == (case, responder.account)
        )
        await self.desk.decide(
            OfferAccepted(
                case=case,
                offer=offer.offer,
                responder=responder.account,
                device=responder.id,
            )
        )

    async def greet(self, case: str, responder: Device) -> None:
        """The holder's first words."""
        fence = (await self.stored(case)).fence
        event = ResponderSpoke(case=case, responder=responder.account, fence=fence)
        await self.desk.decide(event)

    async def talk(self, person: Device) -> Talk:
        """The person's device opens a conversation and says that it is the case's."""
        talk = await self.hub.open(person, ConversationKind.CRISIS)
        await self.persons.attach(person.connection.principal, talk.id)
        return talk

    async def until(self, case: str, holds: Callable[[Case], object]) -> Case:
        """The case once something is true of it, which nothing announces."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not holds(found := await self.stored(case)):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return found

    async def until_looked(self) -> None:
        """Every conversation that something happened in has been looked at."""
        await eventually(lambda: self.attached.is_idle)

    async def stored(self, case: str) -> Case:
        """A case as the database has it."""
        found = await self.hub.database.read(cases.case, case)
        assert found is not None
        return found


def shown(answer: CaseMineView) -> CaseView:
    assert answer.case is not None
    return answer.case


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Asking]:
    """A desk on a fresh database."""
    async with running_hub(url) as hub:
        notices, time, offers = Notices(), DeskTime(hub.clock), Offers()
        notices.listen(PersonNotices(hub.connections))
        notices.listen(offers)
        desk = CrisisDesk(hub.writer, time, notices)
        await desk.set_up()
        clusters = Clusters(
            RateKeys(hub.clock, hub.rng),
            hub.clock,
            lambda: (DEFAULT.cluster_opens, DEFAULT.cluster_seconds),
        )
        attached = Attached(desk, hub.database, hub.writer)
        notices.listen(attached)
        hub.also.append(attached.on_committed)
        await attached.start()
        persons = Persons(
            desk, hub.database, hub.writer, time, clusters, attached, hub.rng
        )
        try:
            yield Asking(hub, desk, persons, offers, attached)
        finally:
            await attached.close()
