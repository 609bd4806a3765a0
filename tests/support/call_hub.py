"""A server of one call in memory: the core decides, and lines can be cut.

What a real server adds (sign-in, rows, rate limits of sockets) is not here; what it
decides about a call is, since both ask the same core.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from mentalverse_client.calls.call import Call
from mentalverse_client.calls.group_rules import Change, Leaves
from mentalverse_client.calls.key_ring import EpochKeys
from mentalverse_client.calls.sinks import Sink
from mentalverse_client.calls.sources import Source, Tone
from mentalverse_client.errors import CallOver, NotConnected
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    sign,
)
from mentalverse_crypto.content import Body, Content
from mentalverse_crypto.errors import EpochTooNew
from mentalverse_crypto.identity import AccountIdentity
from mentalverse_crypto.media_slots import Slot
from mentalverse_signaling import call_events as wire
from mentalverse_signaling.calls import commands, effects
from mentalverse_signaling.calls.decide import decide
from mentalverse_signaling.calls.snapshot import snapshot
from mentalverse_signaling.calls.views import call_view, recording_view
from mentalverse_signaling.conversation import ConversationKind, Leaf
from mentalverse_signaling.errors import NoSeat
from mentalverse_signaling.events import Empty
from mentalverse_signaling.fields import Fact
from mentalverse_signaling.ids import AccountId, ConversationId, id_bytes
from mentalverse_signaling.roster_events import CallJoined
from support.call_room import AGREED, START_MS, account, device, opened
from support.contents import ID
from support.deterministic import seeded_rng

NOWHERE = wire.IceAccess(ice_servers=(), ttl_seconds=600, relay=False)


class Hub:
    """The server, the group of everybody in it, and who takes part."""

    def __init__(self, kind: str = "direct", **more: Any) -> None:
        self.call = opened(kind, sfu=False, **more)
        self._began = time.monotonic()
        self.people: dict[str, Person] = {}
        self.asked: list[tuple[str, str]] = []
        """Who asked what, in order."""
        self.epoch = 0
        self.keys: dict[Leaf, SignatureKeyPair] = {}
        """Of every device."""
        self.is_silent = False
        """Nothing the core tells reaches anybody."""
        self.sealed: list[tuple[Leaf, int, Body]] = []
        self.changed = asyncio.Event()

    @property
    def now_ms(self) -> int:
        """The server's clock."""
        return START_MS + int((time.monotonic() - self._began) * 1000)

    def do(self, command: Any) -> None:
        """Decide, keep, and tell."""
        decision = decide(self.call, command, self.now_ms)
        self.call = decision.call
        for effect in decision.effects:
            if isinstance(effect, effects.Push) and not self.is_silent:
                self._push(effect)

    def _push(self, push: effects.Push) -> None:
        match push.to:
            case effects.Everybody() | effects.Conversation():
                to = set(self.call.seats)
            case effects.Staff():
                to = set()
            case effects.Member(account=of) | effects.Connection(account=of):
                to = {of}
        for person in self.people.values():
            if person.leaf[0] in to and person.is_online and person.call is not None:
                person.call.hear(push.fact)

    def commit(self, *names: str) -> None:
        """Let these be the group, in another epoch."""
        self.epoch += 1
        members = [self.people[name] for name in names]
        places = {each.leaf: n for n, each in enumerate(members)}
        bases = {leaf: bytes([self.epoch, n]) * 16 for leaf, n in places.items()}
        for each in members:
            each.known = EpochKeys(self.epoch, places, bases)
        passed, self.changed = self.changed, asyncio.Event()
        passed.set()

    @asynccontextmanager
    async def person(
        self, name: str, source: Source | None = None
    ) -> AsyncIterator[Person]:
        """Somebody who takes part within the block."""
        person = self.people.get(name) or Person(self, name)
        self.people[name] = person
        person.begin(source or Tone(video=False))
        try:
            yield person
        finally:
            person.running.cancel()
            with suppress(asyncio.CancelledError, CallOver):
                await person.running

    @asynccontextmanager
    async def people_named(self, *names: str) -> AsyncIterator[tuple[Person, ...]]:
        """Several, all of them in the group."""
        async with AsyncExitStack() as stack:
            people = [await stack.enter_async_context(self.person(n)) for n in names]
            self.commit(*names)
            yield tuple(people)


class MemoryLine:
    """`Line` of one device."""

    def __init__(self, person: Person) -> None:
        self._person = person

    async def call(self, name: str, payload: Any, answer: Any) -> Any:
        await asyncio.sleep(0)
        if not self._person.is_online:
            raise NotConnected("not connected")
        answered = await self._person.answer(name, payload)
        assert isinstance(answered, answer)
        return answered


class MemoryGroup:
    """`CallGroups` and the only `CallGroup` of one device."""

    def __init__(self, person: Person) -> None:
        self._person = person

    kind = ConversationKind.CIRCLE

    async def group(self, conversation: str) -> MemoryGroup:
        return self

    async def make(self) -> ConversationId:
        raise NotConnected("nobody makes a group here")

    def change(self, group: ConversationId, change: Change) -> None:
        raise NotConnected("nobody changes a group here")

    def leaves(self, group: ConversationId) -> Leaves | None:
        return None

    def people(self, conversation: ConversationId) -> frozenset[AccountId]:
        return frozenset()

    def planned(self, group: ConversationId) -> frozenset[AccountId]:
        return frozenset()

    def keys(self) -> EpochKeys:
        return self._person.known

    def mark(self, session: bytes, call: bytes) -> bytes:
        return self._person.known.epoch.to_bytes(32, signed=True)

    async def later_than(self, epoch: int) -> None:
        while self._person.known.epoch <= epoch:
            await self._person.hub.changed.wait()

    def signature_key(self, leaf: Leaf) -> bytes | None:
        key = self._person.hub.keys.get(leaf)
        return None if key is None else key.public

    def renew(self) -> None:
        """Nobody commits here but the hub."""

    def seal(self, body: Body) -> bytes:
        sealed = self._person.hub.sealed
        sealed.append((self._person.leaf, self._person.known.epoch, body))
        return len(sealed).to_bytes(8)

    def open(self, message: bytes) -> tuple[Leaf, Content]:
        sender, epoch, body = self._person.hub.sealed[int.from_bytes(message) - 1]
        if epoch > self._person.known.epoch:
            raise EpochTooNew("its commit has not come")
        return sender, Content(ID, 0, body)


class MemoryAccounts:
    """`Accounts` of one device: its key is the account's as well."""

    def __init__(self, person: Person) -> None:
        self._keys, self._leaf, self._hub = person.hub.keys, person.leaf, person.hub
        key = generate_signature_key_pair(seeded_rng(zlib.crc32(person.name.encode())))
        self._keys[person.leaf] = key

    def sign(self, octets: bytes) -> bytes:
        return sign(self._keys[self._leaf], octets)

    def now_ms(self) -> int:
        return self._hub.now_ms

    async def identity(self, account: AccountId) -> AccountIdentity:
        key = next(it for leaf, it in self._keys.items() if leaf[0] == account)
        return AccountIdentity(id_bytes(account), key.public)


class Person:
    """One device, as the server and the others see it."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.name, self.hub = name, hub
        self.leaf = account(name), device(name)
        self.is_online = True
        self.known = EpochKeys(-1, {}, {})
        self.call: Call | None = None
        self.sink = Sink()
        self._bound: dict[str, Any] = {}

    def begin(self, source: Source) -> None:
        """Take part."""
        self.sink = Sink()
        rng = seeded_rng(len(self.hub.asked) + 1)
        view = call_view(self.hub.call)
        self.call = Call(
            MemoryLine(self),
            MemoryGroup(self),
            MemoryAccounts(self),
            self.leaf,
            rng,
            view,
            source,
            self.sink,
        )
        self.running = asyncio.create_task(self.call.run())

    def hears(self, other: Person) -> bool:
        """Whether frames of another one were opened and decoded."""
        return self.sink.decoded[other.leaf, Slot.MICROPHONE] > 4

    def cut(self) -> None:
        """Take the line away."""
        self.is_online = False
        if self.call is not None:
            self.call.line_lost()

    async def answer(self, name: str, payload: Any) -> Fact:
        self.hub.asked.append((self.name, name))
        who: dict[str, Any] = {"account": self.leaf[0]}
        seated = who | {"conn_id": self._bound.get("conn_id", "")}
        match name:
            case "call.join":
                self._bound = {"conn_id": payload.conn_id}
                join = commands.Join(
                    **who,
                    device=self.leaf[1],
                    conn_id=payload.conn_id,
                    handle=self.name,
                    resume_digest=payload.conn_id.encode(),
                    agreement_hash=AGREED,
                )
                self.hub.do(join)
                return self._joined()
            case "call.resume":
                digest = payload.resume_token.encode()
                self.hub.do(
                    commands.Resume(**who, device=self.leaf[1], resume_digest=digest)
                )
                return self._joined()
            case "call.beat":
                self.hub.do(commands.Beat(**seated))
                return wire.CallSeq(self.hub.call.seq)
            case "signal.send":
                self.hub.do(
                    commands.Signal(
                        **seated,
                        to=payload.to,
                        pc_gen=payload.pc_gen,
                        sealed=payload.sealed,
                    )
                )
            case "call.leave":
                self.hub.do(commands.Leave(**seated))
            case "roster.fetch":
                return snapshot(self.hub.call, self.leaf[0], self.hub.now_ms)
            case "ice.refresh":
                return NOWHERE
            case _ if name.startswith("recording."):
                self.hub.do(_RECORDING[name](seated, payload))
                assert self.hub.call.recording is not None
                return recording_view(self.hub.call, self.hub.call.recording)
        return Empty()

    def _joined(self) -> CallJoined:
        core = self.hub.call
        seat = core.seats.get(self.leaf[0])
        if seat is None:
            raise NoSeat("no seat of this call is theirs")
        held = wire.SeatHeld(
            member=seat.account,
            device=seat.device,
            seat_no=seat.number,
            role=seat.role,
            conn_epoch=seat.conn_epoch,
            access=NOWHERE,
            lease_seconds=10,
            resume_token=seat.conn_id,
        )
        roster = snapshot(core, self.leaf[0], self.hub.now_ms)
        return CallJoined(core.id, core.seq, held, roster, None)


_RECORDING: dict[str, Callable[[dict[str, Any], Any], Any]] = {
    "recording.request": lambda who, it: commands.RequestRecording(
        **who,
        request=it.request,
        purpose=it.purpose,
        text_hash=it.text_hash,
        on_withdraw=it.on_withdraw,
        receivers=it.receivers,
        recorder=it.recorder,
    ),
    "recording.consent": lambda who, it: commands.GiveConsent(
        **who, request=it.request, signature=it.signature
    ),
    "recording.withdraw": lambda who, it: commands.WithdrawConsent(
        **who, request=it.request
    ),
    "recording.start": lambda who, it: commands.StartRecording(
        **who, request=it.request
    ),
    "recording.stop": lambda who, it: commands.StopRecording(**who, request=it.request),
}
