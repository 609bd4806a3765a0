"""One call on this device: its seat, who else is there, and media both ways.

`run` owns everything a call consists of and ends with it. What the server tells goes
through one queue and is handled in order; after each notice the connections are brought
in line with the roster, so that a missed one costs a `roster.fetch` and nothing else.

Losing the line to the server ends no media. The seat is a lease: as soon as there is a
line again the call is resumed with the same `conn_epoch`. Where more than two take part
this device sends nothing from 10 s without an answer on, since it is shown as away.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from secrets import SystemRandom
from typing import Any, TypeVar

from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.rtc_signal import RtcSignal
from mentalverse_signaling import call_events as wire
from mentalverse_signaling import call_notices as told
from mentalverse_signaling.call_events import KeyCause, Presence, Topology
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import (
    NoSeat,
    NotFound,
    SignalingError,
    StaleConnection,
)
from mentalverse_signaling.feed_events import FeedRestarted
from mentalverse_signaling.fields import Empty, Fact, Payload
from mentalverse_signaling.ids import AccountId, ClientId, DeviceId, new_id
from mentalverse_signaling.roster_events import CallJoined, Roster

from ..account.profile import Rng
from ..errors import CallOver, NotConnected
from .connections import slots_of
from .key_ring import KeyRing
from .legs import Legs
from .peer import Common, Peer
from .ports import CallGroups, Line
from .relays import Relays
from .roster import RosterMirror
from .signals import Signals
from .sinks import Sink
from .sources import Source
from .status import CallStatus
from .watchdog import PathWatch

LOOK_SECONDS = 0.25
RESUME_PAUSE_SECONDS = 0.3
LAPSE_MS = 10_000
"""Without an answer for so long this device is shown as away."""
MAX_NOTICES = 1_000

_log = logging.getLogger(__name__)
_F = TypeVar("_F", bound=Fact)
_jitter = SystemRandom().random


def monotonic_ms() -> int:
    """The clock of calls."""
    return int(time.monotonic() * 1000)


class _Over(Exception):
    """Ends what a call consists of."""


class Call:
    """A call that this device takes part in. `run` it, and `leave` or cancel.

    Args:
        line: To the server.
        groups: Those of this device.
        own: Account and device.
        rng: Source of randomness.
        view: The call, as the server shows it.
        source: What is sent.
        sink: Where media of others goes.
    """

    def __init__(
        self,
        line: Line,
        groups: CallGroups,
        own: Leaf,
        rng: Rng,
        view: wire.CallView,
        source: Source,
        sink: Sink,
        *,
        agreement_hash: str | None = None,
    ) -> None:
        self.view = view
        self.id = view.call
        self.sink = sink
        self.is_waiting = False
        """Whether whoever leads has to let this device in."""
        self.joined = asyncio.Event()
        """Set once there is a seat."""
        self._line, self._groups, self._own, self._rng = line, groups, own, rng
        self._agreement_hash = agreement_hash
        self._conn_id = ClientId(new_id(rng))
        self._source = source
        self._ring = KeyRing(own, rng, monotonic_ms)
        self._mirror: RosterMirror | None = None
        self._seat: wire.SeatHeld | None = None
        self._notices: asyncio.Queue[Fact] = asyncio.Queue(MAX_NOTICES)
        self._tasks: asyncio.TaskGroup | None = None
        self._needs_resume = False
        self._is_leaving = False
        self._heard_ms = 0
        self._relays = Relays(self._refresh, monotonic_ms)
        self._signals = Signals(line, view.call, own, monotonic_ms)
        self._keying: asyncio.Task[None] | None = None
        self._keyed_by: str | None = None
        self._confirmed = 0
        self._peers: dict[tuple[Leaf, int], tuple[Peer, PathWatch, asyncio.Task[None]]]
        self._peers = {}
        self._legs: Legs | None = None
        self._arrived: dict[Leaf, int] = {}
        self._common = Common(
            bytes.fromhex(self.id),
            own,
            lambda: self._ring,
            self._relays.access,
            source,
            sink,
            monotonic_ms,
            slots_of(view.media),
        )

    # --- looking ---

    @property
    def roster(self) -> Roster | None:
        """Who is there; None before there is a seat."""
        return None if self._mirror is None else self._mirror.roster

    def status(self) -> CallStatus:
        """How it stands."""
        paths = [peer.connected for peer, _, _ in self._peers.values()]
        if self._legs is not None:
            both = self._legs.publishing, self._legs.subscribing
            paths += [leg.connected for leg in both]
        roster = self.roster
        return CallStatus(
            seats=0 if roster is None else len(roster.members),
            connected=sum(it.is_set() for it in paths),
            expected=len(paths),
            decoded=self.sink.decoded.total(),
            dropped=self._ring.drops().total(),
            epoch=self._ring.sending,
            is_online=not self._needs_resume,
        )

    # --- what the client hears for it ---

    def hear(self, fact: Fact) -> None:
        """Take in a notice that names this call; never waits."""
        try:
            self._notices.put_nowait(fact)
        except asyncio.QueueFull:
            if self._mirror is not None:
                self._mirror.is_behind = True

    def line_lost(self) -> None:
        """The line to the server is another one from here on."""
        self._needs_resume = self._seat is not None

    # --- living ---

    async def run(self) -> None:
        """Take a seat and hold it until the call is over or this is cancelled.

        Raises:
            CallOver: it ended, or another device of the account has the seat.
            SignalingError: the server does not let this device in.
        """
        try:
            await self._come_in()
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                self._reconcile(is_newcomer=True)
                tasks.create_task(self._beats())
                tasks.create_task(self._listens())
                tasks.create_task(self._watches())
        except* _Over as over:
            if not self._is_leaving:
                raise CallOver(str(over.exceptions[0])) from None
        finally:
            self._tasks = None
            self._source.close()
            await self.sink.close()

    async def leave(self) -> None:
        """Give the seat up; then cancel `run`."""
        self._is_leaving = True
        with suppress(NotConnected, SignalingError):
            await self._line.call("call.leave", wire.CallLeave(self.id), Empty)

    async def end(self) -> None:
        """End the call for everybody."""
        await self._line.call("call.end", wire.CallEnd(self.id), Empty)

    # --- the seat ---

    async def _come_in(self) -> None:
        while True:
            try:
                answer = await self._join()
            except NotConnected:
                await asyncio.sleep(RESUME_PAUSE_SECONDS)
                continue
            if answer.seat is not None and answer.roster is not None:
                return self._seated(answer.seat, answer.roster)
            self.is_waiting = True
            await self._until_admitted()

    async def _join(self) -> CallJoined:
        join = wire.CallJoin(
            self.id,
            self._conn_id,
            wire.CallCaps(e2ee=True, ice_restart=False),
            agreement_hash=self._agreement_hash,
            alone=self._agreement_hash is not None,
        )
        return await self._line.call("call.join", join, CallJoined)

    async def _until_admitted(self) -> None:
        """A notice says so; asked again in any case, with the pace of beats."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wire.BEAT_SECONDS):
                while True:
                    fact = await self._notices.get()
                    if isinstance(fact, told.CallEnded | told.MemberRemoved):
                        raise CallOver("the call is over")
                    if isinstance(fact, told.MemberAdmitted):
                        return

    def _seated(self, seat: wire.SeatHeld, roster: Roster) -> None:
        self.is_waiting = False
        self._seat = seat
        self._relays.note(seat.access)
        if self._mirror is None:
            self._mirror = RosterMirror(roster)
        else:
            self._mirror.take(roster)
        self._heard_ms = monotonic_ms()
        self._needs_resume, self._ring.is_paused = False, False
        self.joined.set()

    async def _beats(self) -> None:
        await self._show_tile()
        while not self._is_leaving:
            if self._needs_resume:
                await self._resume()
            else:
                await self._beat()
            resting = RESUME_PAUSE_SECONDS if self._needs_resume else wire.BEAT_SECONDS
            await asyncio.sleep(resting)

    async def _show_tile(self) -> None:
        sent = self._source.slots & self._common.slots
        tile = wire.StateSet(self.id, Slot.MICROPHONE not in sent, Slot.CAMERA in sent)
        await self._ask("state.set", tile, Empty)

    async def _beat(self) -> None:
        beat = wire.CallBeat(self.id, self._moved())
        answer = await self._ask("call.beat", beat, wire.CallSeq)
        mirror = self._mirror
        if answer is None or mirror is None:
            return
        self._heard_ms, self._ring.is_paused = monotonic_ms(), False
        # Notices that the answer overtook are in the queue; then it is not behind.
        if answer.seq > mirror.roster.seq and self._notices.empty():
            await self._fetch()

    def _moved(self) -> tuple[DeviceId, ...]:
        """From whom something has come in since the last beat."""
        moved = []
        for (leaf, _), (peer, _, _) in self._peers.items():
            if peer.arrived != self._arrived.get(leaf, 0):
                self._arrived[leaf] = peer.arrived
                moved.append(leaf[1])
        return tuple(moved[: wire.MAX_CALL_SEATS])

    async def _resume(self) -> None:
        seat, mirror = self._seat, self._mirror
        if seat is None or mirror is None:
            return
        resume = wire.CallResume(self.id, seat.resume_token, mirror.roster.seq)
        try:
            answer = await self._line.call("call.resume", resume, CallJoined)
        except NoSeat:
            await self._come_back()
        except (StaleConnection, NotFound) as error:
            raise _Over(str(error)) from None
        except (NotConnected, SignalingError) as error:
            _log.debug("a call was not resumed: %s", error.code)
        else:
            self._take(answer, is_newcomer=False)

    async def _come_back(self) -> None:
        """The seat was released meanwhile: come in again, as somebody new."""
        self._conn_id = ClientId(new_id(self._rng))
        try:
            answer = await self._join()
        except NotConnected:
            return
        except SignalingError as error:
            raise _Over(str(error)) from None
        self._close_peers()
        self._take(answer, is_newcomer=True)

    def _take(self, answer: CallJoined, *, is_newcomer: bool) -> None:
        if answer.seat is not None and answer.roster is not None:
            self._seated(answer.seat, answer.roster)
            self._reconcile(is_newcomer=is_newcomer)
            self._start(self._show_tile())

    async def _ask(self, name: str, payload: Payload, answer: type[_F]) -> _F | None:
        """An answer, or None if it is not to be had now."""
        try:
            return await self._line.call(name, payload, answer)
        except NotConnected:
            self._needs_resume = True
        except (NoSeat, StaleConnection):
            self._needs_resume = True
        except NotFound:
            raise _Over("the call has ended") from None
        except SignalingError as error:
            _log.debug("%s was refused: %s", name, error.code)
        return None

    async def _refresh(self) -> wire.IceAccess | None:
        return await self._ask("ice.refresh", wire.IceRefresh(self.id), wire.IceAccess)

    # --- notices ---

    async def _listens(self) -> None:
        while True:
            await self._take_notice(await self._notices.get())
            if self._mirror is not None and self._mirror.is_behind:
                await self._fetch()

    async def _take_notice(self, fact: Fact) -> None:
        mirror = self._mirror
        if mirror is None:
            return
        mirror.hear(fact, getattr(fact, "seq", 0))
        match fact:
            case told.SignalSent():
                self._signal(fact)
            case told.KeyPrepared(epoch=epoch, cause=cause):
                is_removal = cause not in (KeyCause.ADD, KeyCause.REFRESH)
                self._ring.prepared(epoch, is_removal)
                await self._confirm()
            case told.KeySwitched(epoch=epoch):
                self._ring.switched(epoch)
            case told.SeatReplaced():
                raise _Over("another device of the account has the seat")
            case told.CallEnded(reason=reason):
                raise _Over(f"the call has ended ({reason})")
            case told.MemberRemoved(member=member) if member == self._own[0]:
                raise _Over("this account was removed from the call")
            case FeedRestarted() if self._legs is not None:
                self._legs.rebuild()
        self._reconcile(is_newcomer=False)

    async def _fetch(self) -> None:
        roster = await self._ask("roster.fetch", wire.RosterFetch(self.id), Roster)
        if roster is not None and self._mirror is not None:
            self._mirror.take(roster)
            self._reconcile(is_newcomer=False)

    # --- keys ---

    def _follow_group(self, conversation: str) -> None:
        """Take keys from a group; another one than before begins a ring of its own."""
        if self._keying is not None:
            self._keying.cancel()
        if self._keyed_by is not None:
            self._ring = KeyRing(self._own, self._rng, monotonic_ms)
        self._keyed_by = conversation
        self._keying = self._start(self._keys_of(conversation))

    async def _keys_of(self, conversation: str) -> None:
        group = self._signals.group = await self._groups.group(conversation)
        while True:
            self._ring.enter(group.keys())
            await self._confirm()
            for sent in self._signals.early():
                self._signal(sent)
            await group.later_than(self._ring.entered)

    async def _confirm(self) -> None:
        roster = self.roster
        if roster is None or roster.key_epoch is None:
            return
        transition = roster.key_transition
        if roster.key_epoch <= self._ring.entered and transition > self._confirmed:
            confirm = wire.KeyConfirm(self.id, roster.key_epoch, transition)
            if await self._ask("key.confirm", confirm, Empty) is not None:
                self._confirmed = transition

    # --- connections ---

    def _reconcile(self, *, is_newcomer: bool) -> None:
        """Have the connections that the roster asks for."""
        roster = self.roster
        if roster is None or self._tasks is None:
            return
        if roster.group is not None and roster.group != self._keyed_by:
            self._follow_group(roster.group)
        if roster.view.topology is Topology.SFU:
            self._reconcile_legs(roster)
        else:
            self._reconcile_peers(roster, is_newcomer=is_newcomer)

    def _reconcile_peers(self, roster: Roster, *, is_newcomer: bool) -> None:
        wanted = {
            ((AccountId(it.member), DeviceId(it.device)), it.conn_epoch)
            for it in roster.members
            if it.member != self._own[0]
        }
        for place in self._peers.keys() - wanted:
            _, _, task = self._peers.pop(place)
            task.cancel()
        for place in wanted - self._peers.keys():
            peer = self._peer(place[0], is_newcomer=is_newcomer)
            watch = PathWatch(is_polite=peer.is_polite, jitter=_jitter)
            self._peers[place] = peer, watch, self._start(peer.run())

    def _peer(self, to: Leaf, *, is_newcomer: bool) -> Peer:
        async def send(signal: RtcSignal) -> None:
            await self._signals.send(to, signal)

        return Peer(self._common, to, send, is_newcomer=is_newcomer)

    def _signal(self, sent: told.SignalSent) -> None:
        leaf = AccountId(sent.member), DeviceId(sent.device)
        known = self._peers.get((leaf, sent.conn_epoch))
        said = None if known is None else self._signals.open(sent)
        if known is not None and said is not None:
            known[0].hear(said)

    def _reconcile_legs(self, roster: Roster) -> None:
        if self._legs is None:
            self._legs = Legs(self._common, self._line, self.id, _jitter)
            self._start(self._legs.run())
        others = [it for it in roster.feeds if it.member != self._own[0]]
        self._legs.subscribing.want(others)

    def _close_peers(self) -> None:
        for _, _, task in self._peers.values():
            task.cancel()
        self._peers = {}

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self._tasks is None:
            work.close()
            raise CallOver("the call is over")
        return self._tasks.create_task(work)

    async def _watches(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now_ms = monotonic_ms()
            self._lapse(now_ms)
            present = self._present()
            for ((account, _), _), (peer, watch, _) in self._peers.items():
                if watch.look(
                    now_ms,
                    peer.generation,
                    peer.path_state,
                    peer.arrived,
                    sends=account in present,
                ):
                    peer.replace()
            if self._legs is not None:
                await self._legs.look(now_ms, sends=bool(present))

    def _present(self) -> set[str]:
        roster = self.roster
        members = () if roster is None else roster.members
        here = (it.member for it in members if it.presence is Presence.ON)
        return {account for account in here if account != self._own[0]}

    def _lapse(self, now_ms: int) -> None:
        is_direct = self.view.topology is Topology.P2P
        if not is_direct and now_ms - self._heard_ms >= LAPSE_MS:
            self._ring.is_paused = True
