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

from mentalverse_crypto.caption import Caption
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling import call_events as wire
from mentalverse_signaling import call_notices as told
from mentalverse_signaling.attendance_text import marked_by
from mentalverse_signaling.call_events import LeaveReason, Topology
from mentalverse_signaling.conversation import Leaf
from mentalverse_signaling.errors import (
    NoSeat,
    NotFound,
    SignalingError,
    StaleConnection,
)
from mentalverse_signaling.feed_events import FeedRestarted
from mentalverse_signaling.fields import Empty, Fact, Payload
from mentalverse_signaling.ids import AccountId, ClientId, ConversationId, new_id
from mentalverse_signaling.roster_events import CallJoined, Roster

from ..account.profile import Rng
from ..errors import CallOver, NotConnected
from .call_group import CallGroup
from .captions import Captions
from .connections import slots_of
from .keying import Keying
from .lead import Lead
from .mesh import Mesh
from .paths import Paths
from .peer import Common
from .ports import Accounts, CallGroups, Line
from .recording import CallRecording
from .relays import Relays
from .roster import RosterMirror
from .signals import Signals
from .sinks import Sink
from .sources import Source
from .status import CallStatus, status_of
from .tally import Tally
from .tapping import Tapped

LOOK_SECONDS = 0.25
RESUME_PAUSE_SECONDS = 0.3
FAST_BEAT_SECONDS = 1.0
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
        accounts: Keys of accounts, and of this device.
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
        accounts: Accounts,
        own: Leaf,
        rng: Rng,
        view: wire.CallView,
        source: Source,
        sink: Sink,
        *,
        agreement_hash: str | None = None,
        tally: Tally | None = None,
    ) -> None:
        self.view, self.id, self.sink = view, view.call, sink
        self.is_waiting = False
        """Whether whoever leads has to let this device in."""
        self.joined = asyncio.Event()
        """Set once there is a seat."""
        self.accounts, self.own, self.rng = accounts, own, rng
        self.sent = Tapped(source)
        """What this device sends."""
        self.is_leaving = self.is_over = False
        self.beats_fast = False
        """Whether something depends on hearing the server all the time."""
        self.heard_ms = 0
        """When the server was heard, by `monotonic_ms`."""
        self._line, self._raw_id = line, bytes.fromhex(view.call)
        self._agreement_hash = agreement_hash
        self._conn_id = ClientId(new_id(rng))
        self.tally = tally or Tally(own[0])
        """What this device sees of it."""
        self._keying = Keying(
            *(groups, own, rng, monotonic_ms, lambda: self.roster),
            *(self._tell_keys, self._on_keys),
        )
        self._group = CallGroup(line, groups, own[0], view.call, monotonic_ms)
        self.lead = Lead(line, view.call, self._group, lambda: self.roster)
        """For whoever leads: let in, move back, put out."""
        self._mirror: RosterMirror | None = None
        self._seat: wire.SeatHeld | None = None
        self._notices: asyncio.Queue[Fact] = asyncio.Queue(MAX_NOTICES)
        self._tasks: asyncio.TaskGroup | None = None
        self._needs_resume = False
        self._relays = Relays(self._refresh, monotonic_ms)
        self._following: asyncio.Task[None] | None = None
        self._keyed_by: ConversationId | None = None
        self._moved = asyncio.Event()
        """Into the waiting room, or out of it."""
        self._common = Common(
            *(self._raw_id, own, lambda: self._keying.ring, self._relays.access),
            *(self.sent, sink, monotonic_ms, slots_of(view.media)),
        )
        self._signals = Signals(
            line, view.call, own, lambda: self._keying.group, monotonic_ms
        )
        mesh = Mesh(
            self._common, self._signals, self._start, self._tell_restart, _jitter
        )
        self._paths = Paths(mesh, self._common, line, view.call, self._start, _jitter)
        self.captions = Captions(
            *(line, view.call, own, rng),
            lambda: self._keying.group,
            lambda: self.roster,
            mesh.generation,
        )
        self.recording = CallRecording(
            *(line, view.call, own, rng, accounts),
            lambda: self._keying.group,
            lambda: self.roster,
        )

    # --- looking ---

    @property
    def roster(self) -> Roster | None:
        """Who is there; None while there is no seat."""
        return None if self._mirror is None else self._mirror.roster

    def status(self) -> CallStatus:
        """How it stands."""
        paths = self._paths.connected
        ring, is_online = self._keying.ring, not self._needs_resume
        return status_of(self.roster, paths, self.sink, ring, is_online=is_online)

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
                tasks.create_task(self._keeps_group())
        except* _Over as over:
            if not self.is_leaving:
                raise CallOver(str(over.exceptions[0])) from None
        finally:
            self._tasks, self.is_over = None, True
            self.recording.look()
            self.sent.close()
            await self.sink.close()

    async def leave(self) -> None:
        """Give the seat up; then cancel `run`."""
        self.is_leaving = True
        self.recording.look()
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
            self.recording.ask_outside(answer.recording)
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
        self.heard_ms = monotonic_ms()
        self._needs_resume, self._keying.ring.is_paused = False, False
        self.joined.set()

    async def _beats(self) -> None:
        await self._show_tile()
        while not self.is_leaving:
            self._moved.clear()
            if self.is_waiting:
                await self._stand_in_line()
            elif self._needs_resume:
                await self._resume()
            else:
                await self._beat()
            resting = FAST_BEAT_SECONDS if self.beats_fast else wire.BEAT_SECONDS
            resting = RESUME_PAUSE_SECONDS if self._needs_resume else resting
            with suppress(TimeoutError):
                async with asyncio.timeout(resting):
                    await self._moved.wait()

    async def _show_tile(self) -> None:
        sent = self.sent.slots & self._common.slots
        tile = wire.StateSet(self.id, Slot.MICROPHONE not in sent, Slot.CAMERA in sent)
        await self._ask("state.set", tile, Empty)

    async def _beat(self) -> None:
        moved = self._paths.moved()[: wire.MAX_CALL_SEATS]
        beat = wire.CallBeat(self.id, moved)
        answer = await self._ask("call.beat", beat, wire.CallSeq)
        mirror = self._mirror
        if answer is None or mirror is None:
            return
        self.heard_ms, self._keying.ring.is_paused = monotonic_ms(), False
        # Notices that the answer overtook are in the queue; then it is not behind.
        if answer.seq > mirror.roster.seq and self._notices.empty():
            await self._fetch()
        await self._keying.confirm()
        await self.recording.say_due()

    async def _stand_in_line(self) -> None:
        """Moved back to the waiting room: the same connection waits to come in."""
        try:
            self._take(await self._join(), is_newcomer=True)
        except NotConnected:
            _log.debug("a waiting room cannot be asked without a line")
        except SignalingError as error:
            raise _Over(str(error)) from None

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
        self._conn_id = ClientId(new_id(self.rng))
        try:
            answer = await self._join()
        except NotConnected:
            return
        except SignalingError as error:
            raise _Over(str(error)) from None
        self._paths.close()
        self.is_waiting = answer.seat is None
        self._take(answer, is_newcomer=True)

    def _take(self, answer: CallJoined, *, is_newcomer: bool) -> None:
        if answer.seat is not None and answer.roster is not None:
            self._seated(answer.seat, answer.roster)
            self._reconcile(is_newcomer=is_newcomer)
            self._start(self._show_tile())
            # Keys that came before the seat were confirmed to nobody.
            self._start(self._keying.confirm())
        else:
            self.recording.ask_outside(answer.recording)

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
        if self._mirror is not None:
            self._mirror.hear(fact, getattr(fact, "seq", 0))
        self._group.hear(fact)
        match fact:
            case told.SignalSent():
                self._signal(fact)
            case told.KeyPrepared():
                await self._keying.prepared(fact)
            case told.KeySwitched(epoch=epoch):
                self._keying.ring.switched(epoch)
            case told.SeatReplaced():
                raise _Over("another device of the account has the seat")
            case told.CallEnded(reason=reason):
                raise _Over(f"the call has ended ({reason})")
            case told.MemberRemoved(member=member) if member == self.own[0]:
                raise _Over("this account was removed from the call")
            case told.MemberLeft(member=member, reason=LeaveReason.HELD):
                if member == self.own[0]:
                    self._held()
            case told.MemberAdmitted(member=member) if member == self.own[0]:
                self._moved.set()
            case FeedRestarted(conn_epoch=epoch):
                self._paths.restarted(epoch)
        self._reconcile(is_newcomer=False)

    def _held(self) -> None:
        """Back in the waiting room: nothing of the room is seen or heard from here."""
        self.is_waiting, self._mirror = True, None
        self.joined.clear()
        self._moved.set()
        self._paths.close()

    async def _fetch(self) -> None:
        roster = await self._ask("roster.fetch", wire.RosterFetch(self.id), Roster)
        if roster is not None and self._mirror is not None:
            self._mirror.take(roster)
            self._reconcile(is_newcomer=False)

    # --- keys ---

    def _follow_group(self, conversation: ConversationId) -> None:
        """Take keys from a group; another one than before begins anew."""
        if self._following is not None:
            self._following.cancel()
        self._keyed_by = conversation
        self._following = self._start(self._keying.run(conversation))

    def _on_keys(self) -> None:
        if (group := self._keying.group) is not None:
            self.tally.enter(
                group.mark(marked_by(self.id, self.view.session), self._raw_id)
            )
        for sent in self._signals.early():
            self._signal(sent)
        self._reconcile(is_newcomer=False)

    async def _tell_keys(self, confirm: wire.KeyConfirm) -> bool:
        return await self._ask("key.confirm", confirm, Empty) is not None

    # --- connections ---

    def _reconcile(self, *, is_newcomer: bool) -> None:
        """Have the connections that the roster asks for."""
        self.recording.look()
        roster = self.roster
        if roster is None or self._tasks is None:
            return
        if roster.group is not None and roster.group != self._keyed_by:
            self._follow_group(roster.group)
        epoch = 0 if self._seat is None else self._seat.conn_epoch
        is_keyed = self._keying.is_ready
        self._paths.reconcile(roster, epoch, is_newcomer=is_newcomer, is_keyed=is_keyed)

    def _signal(self, sent: told.SignalSent) -> None:
        said = self._signals.open(sent)
        if isinstance(said, Caption):
            self.captions.take(AccountId(sent.member), said)
        elif said is not None:
            self._paths.hear(sent, said)

    async def _tell_restart(self, restart: wire.PeerRestart) -> None:
        await self._ask("peer.restart", restart, Empty)

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
            self._keying.look()
            self.tally.look(now_ms, self.roster, self.heard_ms)
            present = frozenset() if self._mirror is None else self._mirror.present
            await self._paths.look(now_ms, present)

    async def _keeps_group(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.roster is not None:
                await self._group.look(self.roster)

    def _lapse(self, now_ms: int) -> None:
        is_direct = self.view.topology is Topology.P2P
        if not is_direct and now_ms - self.heard_ms >= LAPSE_MS:
            self._keying.ring.is_paused = True
