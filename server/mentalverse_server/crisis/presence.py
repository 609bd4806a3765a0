"""Whose devices are there: sockets of people whom the desk knows, told to the desk.

| Who                       | A socket opens          | The last socket closes         |
|---------------------------|-------------------------|--------------------------------|
| on duty, any device       | offers are shown again  | nobody is asked who cannot see |
| has a case, that device   | its gap is over         | its gap begins                 |
| asked for help, any device| their gap is over       | their gap begins               |

Who begins a duty does so over a socket, so the decision says that they are online, and
nobody has to wait for this to hear of it.

Whom the desk knows is kept from its decisions, so that everybody else's sockets cost a
look into a set. What opens or closes is only noted down; one task then compares the
desk with the sockets that there are, so whatever happens in between, in whatever
order, the last word is what is so.

After a start of the server nobody has a socket, and nobody on duty is asked until one
opens. Holds are left alone: their leases are part of the case, three beats long, and
say by themselves whose device does not come back. Were a restart to end holds at once,
every conversation of the house would look for somebody else at the same moment. So a
server that goes down tells the desk of no socket that it closes. The same leases end
what this process cannot see: a machine that died with its sockets. Where several
processes serve one database, one that starts takes for offline who is at another; their
next beat says otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import structlog

from mentalverse_crisis.case import Case, CaseState
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Desk, Duty, Responder
from mentalverse_crisis.errors import CrisisError
from mentalverse_crisis.events import (
    Event,
    OnlineChanged,
    PersonHere,
    PersonLost,
    ResponderHere,
    ResponderLost,
)
from mentalverse_signaling.errors import SignalingError
from mentalverse_signaling.ids import AccountId, DeviceId

from ..services.desk import CrisisDesk
from ..store.engine import Connection as StoreConnection
from ..store.engine import Database
from ..transport import Connection, Connections, Transport
from .glance import Glance

AGAIN_SECONDS = 1.0
"""Before the next look, if the database did not answer."""
_TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)

log = structlog.get_logger()


class Presence:
    """Owns the task that tells the desk; `start`, then `close`."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        glance: Glance,
    ) -> None:
        self._desk = desk
        self._database = database
        self._glance = glance
        self._connections: Connections = Connections(max_per_device=1)
        """Nobody's, until it starts."""
        self._is_going_down: Callable[[], bool] = lambda: False
        self._newest: Desk | None = None
        self._known: frozenset[str] | None = frozenset()
        """Whom the newest desk knows; None: not gathered yet."""
        self._noted: dict[str, set[DeviceId]] = {}
        """Accounts to look at, with the devices whose sockets have closed. As many at
        most as the desk knows."""
        self._has_noted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, transport: Transport) -> None:
        """Begin; whoever is on duty by the desk and has no socket is offline."""
        self._connections = transport.connections
        self._is_going_down = lambda: transport.is_going_down
        self._newest = await self._database.read_for_help(self._glance.of)
        self._known = None
        for one in tuple(self._newest.responders.values()):
            if _is_asked(one) and one.is_online:
                await self._desk.decide(
                    OnlineChanged(responder=one.id, is_online=False)
                )
        self._task = asyncio.create_task(self._run(), name="mentalverse-presence")

    async def close(self) -> None:
        """Stop; a decision that is under way is completed."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    # --- what happens, on the event loop ---

    def connected(self, connection: Connection) -> None:
        """A socket is there."""
        if connection.account in self._accounts():
            self.look_again(connection.account)

    def disconnected(self, connection: Connection) -> None:
        """A socket is gone, and no longer among the connections."""
        if connection.account in self._accounts():
            self._noted.setdefault(connection.account, set()).add(connection.device)
            self._has_noted.set()

    def look_again(self, account: AccountId) -> None:
        """Compare what the desk takes of somebody with their sockets."""
        self._noted.setdefault(account, set())
        self._has_noted.set()

    def make_sure(self, account: AccountId, device: DeviceId) -> None:
        """The desk took this device to be there; its socket may have closed since."""
        if not self._is_there(account):
            self._noted.setdefault(account, set()).add(device)
            self._has_noted.set()

    def on_duty(self) -> tuple[str, ...]:
        """Who was on duty or on a break at the last decision; needs no database."""
        known = () if self._newest is None else self._newest.responders.values()
        return tuple(one.id for one in known if _is_asked(one))

    def record(
        self, connection: StoreConnection, decision: Decision, now_ms: int
    ) -> None:
        """Nothing: sockets do not outlive the process."""

    def carry_out(self, decision: Decision) -> None:
        """Know whom the desk knows now; who began a duty has a socket already.

        That somebody is not there is never concluded from a decision: their socket may
        be another process's.
        """
        self._newest, self._known = decision.desk, None
        for one in decision.responders.values():
            begins = _is_asked(one) and not one.is_online and self._is_there(one.id)
            ends = one.duty is Duty.OFF and one.is_online
            if begins or ends:
                self.look_again(AccountId(one.id))

    def _accounts(self) -> frozenset[str]:
        if self._known is None:
            self._known = frozenset(_known_to(self._newest))
        return self._known

    def _is_there(self, account: str) -> bool:
        return bool(self._connections.by_account(AccountId(account)))

    # --- telling the desk, one after the other ---

    async def _run(self) -> None:
        while True:
            await self._has_noted.wait()
            self._has_noted.clear()
            noted, self._noted = self._noted, {}
            if self._is_going_down():
                continue  # the server closes them; nobody has gone
            try:
                await self._tell(noted)
            except SignalingError as error:
                log.warning("presence.postponed", code=error.code)
                self._note_again(noted)
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception:  # the supervisor of presence; leases hold without it
                log.exception("presence.failed")

    def _note_again(self, noted: dict[str, set[DeviceId]]) -> None:
        for account, devices in noted.items():
            self._noted.setdefault(account, set()).update(devices)
        self._has_noted.set()

    async def _tell(self, noted: dict[str, set[DeviceId]]) -> None:
        desk = await self._database.read_for_help(self._glance.of)
        for account, closed in noted.items():
            if self._is_going_down():
                return
            for event in tuple(self._differences(desk, account, closed)):
                try:
                    await self._desk.decide(event)
                except CrisisError:
                    log.info("presence.refused", what=type(event).__name__)

    def _differences(
        self, desk: Desk, account: str, closed: set[DeviceId]
    ) -> Iterator[Event]:
        """What the desk takes to be otherwise than it is."""
        is_there, known = self._is_there(account), desk.responders.get(account)
        if known is not None and not known.is_robot:
            is_over = known.duty is Duty.OFF or (bool(closed) and not is_there)
            if known.is_online and is_over:
                yield OnlineChanged(responder=account, is_online=False)
            elif is_there and not known.is_online and not is_over:
                yield OnlineChanged(responder=account, is_online=True)
        for case in desk.cases.values():
            if case.state not in _TALKING:
                continue
            if case.person == account:
                yield from _of_person(case, is_there, bool(closed))
            yield from self._of_holder(case, account, closed)

    def _of_holder(
        self, case: Case, account: str, closed: set[DeviceId]
    ) -> Iterator[Event]:
        hold = case.hold
        if hold is None or hold.responder != account or case.is_rescue:
            return
        device = DeviceId(hold.device)
        of_hold = {"case": case.id, "responder": account, "device": device}
        if self._connections.by_device(device):
            if case.responder_gap is not None:
                yield ResponderHere(**of_hold)
        elif device in closed and case.responder_gap is None:
            yield ResponderLost(**of_hold)


def _of_person(case: Case, is_there: bool, has_closed: bool) -> Iterator[Event]:
    if is_there:
        if case.person_gap is not None:
            yield PersonHere(case=case.id)
    elif has_closed and case.person_gap is None:
        yield PersonLost(case=case.id)


def _is_asked(responder: Responder) -> bool:
    """Whether it matters if they see an offer: on duty or on a break, and no robot."""
    return responder.duty is not Duty.OFF and not responder.is_robot


def _known_to(desk: Desk | None) -> Iterator[str]:
    """Whose sockets mean anything to the desk."""
    if desk is None:
        return
    for one in desk.responders.values():
        if _is_asked(one):
            yield one.id
    for case in desk.cases.values():
        if case.state in _TALKING:
            yield case.person
            if case.hold is not None:
                yield case.hold.responder
